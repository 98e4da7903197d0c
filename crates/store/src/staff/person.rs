//! Queries for staff accounts. A deactivated account stays as a row, because decisions refer to it;
//! its name becomes free.

pub mod display_name;

use jiff::Timestamp;
use mamori_model::StaffId;
use mamori_model::page::{Page, PageSize};
use mamori_model::staff::{
    Assignment, BlurStrength, Language, OwnLimits, PictureSettings, PictureSize, Preferences,
    RoleSet, Scheme, Staff, StaffName, Tint, ViewMode, ZoneName,
};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT id, name, display_name, roles, assignment, language, scheme, view, has_keys, tint, size,
               blur, zone, views_max, minutes_max, points_max, created_at, method_added_at, ended_at
          FROM staff
         WHERE ",
            $rest
        )
    };
}

queries! {
    STAFF_BY_ID = select!("staff_by_id", "id = $1");
    STAFF_BY_NAME = select!("staff_by_name", "name = $1 AND ended_at IS NULL");
    STAFF_PAGE = select!("staff_page", "id > $1 ORDER BY id LIMIT $2");
    INSERT_STAFF = "-- insert_staff
        INSERT INTO staff (id, name, display_name, roles, language, scheme, view, has_keys, tint, size,
                           blur, zone, views_max, minutes_max, points_max, created_at, changed_by,
                           assignment)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
    SET_ROLES = "-- set_roles
        UPDATE staff SET roles = $2, changed_by = $3 WHERE id = $1 AND ended_at IS NULL";
    SET_ASSIGNMENT = "-- set_assignment
        UPDATE staff SET assignment = $2, changed_by = $3 WHERE id = $1 AND ended_at IS NULL";
    SET_EXPOSURE_LIMITS = "-- set_exposure_limits
        UPDATE staff
           SET views_max = $2, minutes_max = $3, points_max = $4, changed_by = $5
         WHERE id = $1 AND ended_at IS NULL";
    SET_PREFERENCES = "-- set_preferences
        UPDATE staff
           SET language = $2, scheme = $3, view = $4, has_keys = $5, tint = $6, size = $7, blur = $8,
               zone = $9, changed_by = $10
         WHERE id = $1 AND ended_at IS NULL";
    RECORD_METHOD_ADDED = "-- record_method_added
        UPDATE staff SET method_added_at = $2, changed_by = $3 WHERE id = $1";
    END_STAFF = "-- end_staff
        UPDATE staff SET ended_at = $2, changed_by = $3 WHERE id = $1 AND ended_at IS NULL";
    LOCK_STAFF = "-- lock_staff
        SELECT CAST(1 AS BIGINT) FROM staff WHERE id = $1 AND ended_at IS NULL",
        postgres: "-- lock_staff
        SELECT CAST(1 AS BIGINT) FROM staff WHERE id = $1 AND ended_at IS NULL FOR SHARE";
    LOCK_STAFF_TO_CHANGE = "-- lock_staff_to_change
        SELECT CAST(1 AS BIGINT) FROM staff WHERE id = $1 AND ended_at IS NULL",
        postgres: "-- lock_staff_to_change
        SELECT CAST(1 AS BIGINT) FROM staff WHERE id = $1 AND ended_at IS NULL FOR NO KEY UPDATE";
    LOCK_ADMINISTRATORS = "-- lock_administrators
        SELECT CAST(1 AS BIGINT)",
        postgres: "-- lock_administrators
        SELECT CAST(1 AS BIGINT) FROM pg_advisory_xact_lock(7308613679165170532)";
    COUNT_ADMINISTRATORS = "-- count_administrators
        SELECT count(*) FROM staff WHERE ended_at IS NULL AND roles LIKE '%\"administrator\"%'";
    COUNT_STAFF = "-- count_staff
        SELECT count(*) FROM staff WHERE ended_at IS NULL";
}

row! {
    struct StaffRow {
        id: Uuid,
        name: String,
        display_name: String,
        roles: String,
        assignment: String,
        language: String,
        scheme: String,
        view: String,
        has_keys: bool,
        tint: String,
        size: String,
        blur: String,
        zone: Option<String>,
        views_max: Option<i64>,
        minutes_max: Option<i64>,
        points_max: Option<i64>,
        created_at: i64,
        method_added_at: Option<i64>,
        ended_at: Option<i64>,
    }
}

impl StaffRow {
    fn read(self) -> Result<Staff, Error> {
        let zone = self.zone.map(|zone| zone.parse()).transpose();
        let most = |number: Option<i64>| number.map(u32::try_from).transpose();
        Ok(Staff {
            id: self.id.into(),
            name: self.name.parse().or_corrupt("staff.name")?,
            display_name: self.display_name.parse().or_corrupt("staff.display_name")?,
            roles: serde_json::from_str(&self.roles).or_corrupt("staff.roles")?,
            assignment: serde_json::from_str(&self.assignment).or_corrupt("staff.assignment")?,
            language: Language::parse(&self.language).or_corrupt("staff.language")?,
            scheme: Scheme::parse(&self.scheme).or_corrupt("staff.scheme")?,
            view: ViewMode::parse(&self.view).or_corrupt("staff.view")?,
            has_keys: self.has_keys,
            pictures: PictureSettings {
                tint: Tint::parse(&self.tint).or_corrupt("staff.tint")?,
                size: PictureSize::parse(&self.size).or_corrupt("staff.size")?,
                blur: BlurStrength::parse(&self.blur).or_corrupt("staff.blur")?,
            },
            zone: zone.or_corrupt("staff.zone")?,
            exposure_limits: OwnLimits {
                views: most(self.views_max).or_corrupt("staff.views_max")?,
                minutes: most(self.minutes_max).or_corrupt("staff.minutes_max")?,
                points: most(self.points_max).or_corrupt("staff.points_max")?,
            },
            created_at: from_micros(self.created_at, "staff.created_at")?,
            method_added_at: maybe_from_micros(self.method_added_at, "staff.method_added_at")?,
            ended_at: maybe_from_micros(self.ended_at, "staff.ended_at")?,
        })
    }
}

fn read(row: Option<StaffRow>) -> Result<Option<Staff>, Error> {
    row.map(StaffRow::read).transpose()
}

fn words(roles: &RoleSet) -> String {
    let words: Vec<&str> = roles.iter().map(mamori_model::staff::StaffRole::as_str).collect();
    serde_json::to_string(&words).unwrap_or_default()
}

impl Store {
    /// Returns a staff account, also if it is deactivated.
    pub async fn staff(&self, staff: StaffId) -> Result<Option<Staff>, Error> {
        read(self.row(STAFF_BY_ID.bind(staff)).await?)
    }

    /// Returns the active staff account with this name.
    pub async fn staff_by_name(&self, name: &StaffName) -> Result<Option<Staff>, Error> {
        read(self.row(STAFF_BY_NAME.bind(name.as_str())).await?)
    }

    /// Returns a page of all staff accounts, also deactivated ones, the oldest first.
    pub async fn staff_page(
        &self,
        after: Option<StaffId>,
        size: PageSize,
    ) -> Result<Page<Staff, StaffId>, Error> {
        let after = after.map_or(Uuid::nil(), Uuid::from);
        let call = STAFF_PAGE.bind(after).bind(size.rows().saturating_add(1));
        let rows: Vec<StaffRow> = self.rows(call).await?;
        let people = rows.into_iter().map(StaffRow::read).collect::<Result<_, _>>()?;
        Ok(Page::of(people, size, |staff: &Staff| staff.id))
    }

    /// Returns the number of active staff accounts.
    pub async fn count_staff(&self) -> Result<u64, Error> {
        let count: Option<(i64,)> = self.row(COUNT_STAFF.call()).await?;
        Ok(count.and_then(|(count,)| u64::try_from(count).ok()).unwrap_or(0))
    }
}

impl Tx {
    /// Adds a staff account. [`Error::Conflict`] if the name is taken.
    pub async fn insert_staff(&mut self, staff: &Staff) -> Result<(), Error> {
        let call = INSERT_STAFF
            .bind(staff.id)
            .bind(staff.name.as_str())
            .bind(staff.display_name.as_str())
            .bind(words(&staff.roles))
            .bind(staff.language.as_str())
            .bind(staff.scheme.as_str())
            .bind(staff.view.as_str())
            .bind(staff.has_keys)
            .bind(staff.pictures.tint.as_str())
            .bind(staff.pictures.size.as_str())
            .bind(staff.pictures.blur.as_str())
            .bind(staff.zone.as_ref().map(ZoneName::as_str))
            .bind(staff.exposure_limits.views)
            .bind(staff.exposure_limits.minutes)
            .bind(staff.exposure_limits.points)
            .bind(staff.created_at)
            .bind(self.name())
            .bind(json::write(&staff.assignment)?);
        self.run(call).await.map_err(|error| error.or_taken("staff", "name"))?;
        Ok(())
    }

    /// Sets the roles of a staff member; returns `false` if the account is deactivated or does not
    /// exist.
    pub async fn set_roles(&mut self, staff: StaffId, roles: &RoleSet) -> Result<bool, Error> {
        Ok(self.run(SET_ROLES.bind(staff).bind(words(roles)).bind(self.name())).await? == 1)
    }

    /// Sets the services and policies of a staff member; returns `false` if the account is deactivated
    /// or does not exist.
    pub async fn set_assignment(
        &mut self,
        staff: StaffId,
        assignment: &Assignment,
    ) -> Result<bool, Error> {
        let call = SET_ASSIGNMENT.bind(staff).bind(json::write(assignment)?).bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Sets a staff member's own exposure limits; returns `false` if the account is deactivated or
    /// does not exist.
    pub async fn set_exposure_limits(
        &mut self,
        staff: StaffId,
        limits: OwnLimits,
    ) -> Result<bool, Error> {
        let call = SET_EXPOSURE_LIMITS
            .bind(staff)
            .bind(limits.views)
            .bind(limits.minutes)
            .bind(limits.points)
            .bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Sets a staff member's preferences for pages; returns `false` if the account is deactivated
    /// or does not exist.
    pub async fn set_preferences(
        &mut self,
        staff: StaffId,
        pages: &Preferences,
    ) -> Result<bool, Error> {
        let call = SET_PREFERENCES
            .bind(staff)
            .bind(pages.language.as_str())
            .bind(pages.scheme.as_str())
            .bind(pages.view.as_str())
            .bind(pages.has_keys)
            .bind(pages.pictures.tint.as_str())
            .bind(pages.pictures.size.as_str())
            .bind(pages.pictures.blur.as_str())
            .bind(pages.zone.as_ref().map(ZoneName::as_str))
            .bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Records that a session of this staff member added a sign-in method at `now`.
    pub async fn record_method_added(
        &mut self,
        staff: StaffId,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.run(RECORD_METHOD_ADDED.bind(staff).bind(now).bind(self.name())).await?;
        Ok(())
    }

    /// Deactivates a staff account at `now`; returns `false` if it is deactivated already or does
    /// not exist.
    pub async fn end_staff(&mut self, staff: StaffId, now: Timestamp) -> Result<bool, Error> {
        Ok(self.run(END_STAFF.bind(staff).bind(now).bind(self.name())).await? == 1)
    }

    /// Returns a staff account, as this transaction sees it.
    pub async fn staff(&mut self, staff: StaffId) -> Result<Option<Staff>, Error> {
        read(self.row(STAFF_BY_ID.bind(staff)).await?)
    }

    /// Keeps a staff account from being deactivated until this transaction ends;
    /// [`Error::NotFound`] if it is deactivated or does not exist.
    pub async fn lock_staff(&mut self, staff: StaffId) -> Result<(), Error> {
        let locked: Option<(i64,)> = self.row(LOCK_STAFF.bind(staff)).await?;
        locked.map(drop).ok_or(Error::NotFound("staff"))
    }

    /// Locks an active staff account until this transaction ends, so that what it reads of the account
    /// is what it changes. [`Error::NotFound`] if there is none.
    pub async fn lock_staff_to_change(&mut self, staff: StaffId) -> Result<(), Error> {
        let locked: Option<(i64,)> = self.row(LOCK_STAFF_TO_CHANGE.bind(staff)).await?;
        locked.map(drop).ok_or(Error::NotFound("staff"))
    }

    /// Counts the active administrators, including this transaction's own changes. Until it ends,
    /// no other transaction can count, so two that each leave one administrator cannot both
    /// succeed.
    pub async fn lock_and_count_administrators(&mut self) -> Result<u64, Error> {
        self.rows::<(i64,)>(LOCK_ADMINISTRATORS.call()).await?;
        let count: Option<(i64,)> = self.row(COUNT_ADMINISTRATORS.call()).await?;
        Ok(count.and_then(|(count,)| u64::try_from(count).ok()).unwrap_or(0))
    }
}
