//! Queries for sessions. Only the digests of their cookies are stored.

use jiff::Timestamp;
use mamori_model::sign_in::Session;
use mamori_model::{Sensitive, SessionId, Sha256, StaffId};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

queries! {
    SESSION_BY_FAMILY = "-- session_by_family
        SELECT id, staff_id, family, digest, digest_before, csrf, created_at, rotated_at, confirmed_at,
               seen_at, expires_at
          FROM session
         WHERE family = $1";
    INSERT_SESSION = "-- insert_session
        INSERT INTO session (id, staff_id, family, digest, csrf, created_at, rotated_at, seen_at,
                             expires_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $6, $6, $7, $8)";
    TOUCH_SESSION = "-- touch_session
        UPDATE session SET seen_at = $2, changed_by = $3 WHERE id = $1 AND seen_at < $2";
    CONFIRM_SESSION = "-- confirm_session
        UPDATE session SET confirmed_at = $3, changed_by = $4
         WHERE id = $1 AND digest = $2 AND confirmed_at IS NULL";
    RENEW_SESSION = "-- renew_session
        UPDATE session
           SET digest = $3, digest_before = $4, rotated_at = $5, confirmed_at = NULL, changed_by = $6
         WHERE id = $1 AND digest = $2";
    PROVE_SESSION = "-- prove_session
        UPDATE session
           SET digest = $3, digest_before = NULL, confirmed_at = NULL, created_at = $4,
               rotated_at = $4, changed_by = $5
         WHERE id = $1 AND digest = $2";
    END_SESSION = "-- end_session
        DELETE FROM session WHERE id = $1";
    END_SESSIONS_OF = "-- end_sessions_of
        DELETE FROM session WHERE staff_id = $1";
    END_OTHER_SESSIONS = "-- end_other_sessions
        DELETE FROM session WHERE staff_id = $1 AND id <> $2";
}

row! {
    struct SessionRow {
        id: Uuid,
        staff_id: Uuid,
        family: Vec<u8>,
        digest: Vec<u8>,
        digest_before: Option<Vec<u8>>,
        csrf: Vec<u8>,
        created_at: i64,
        rotated_at: i64,
        confirmed_at: Option<i64>,
        seen_at: i64,
        expires_at: i64,
    }
}

impl SessionRow {
    fn read(self) -> Result<Session, Error> {
        let before = self.digest_before.as_deref().map(Sha256::try_from).transpose();
        let csrf = <[u8; 32]>::try_from(self.csrf).or_corrupt("session.csrf")?;
        Ok(Session {
            id: self.id.into(),
            staff: self.staff_id.into(),
            family: Sha256::try_from(self.family.as_slice()).or_corrupt("session.family")?,
            digest: Sha256::try_from(self.digest.as_slice()).or_corrupt("session.digest")?,
            digest_before: before.or_corrupt("session.digest_before")?,
            csrf: Sensitive::new(csrf),
            proved_at: from_micros(self.created_at, "session.created_at")?,
            rotated_at: from_micros(self.rotated_at, "session.rotated_at")?,
            confirmed_at: maybe_from_micros(self.confirmed_at, "session.confirmed_at")?,
            seen_at: from_micros(self.seen_at, "session.seen_at")?,
            expires_at: from_micros(self.expires_at, "session.expires_at")?,
        })
    }
}

impl Store {
    /// Returns the session of a cookie family, given the digest of the part that all its cookies
    /// begin with.
    pub async fn session(&self, family: &Sha256) -> Result<Option<Session>, Error> {
        let call = SESSION_BY_FAMILY.bind(family.as_bytes().as_slice());
        self.row::<SessionRow>(call).await?.map(SessionRow::read).transpose()
    }
}

impl Tx {
    /// Creates a session. [`Error::NotFound`] if the staff account is deactivated or does not
    /// exist.
    pub async fn insert_session(&mut self, session: &Session) -> Result<(), Error> {
        self.lock_staff(session.staff).await?;
        let call = INSERT_SESSION
            .bind(session.id)
            .bind(session.staff)
            .bind(session.family.as_bytes().as_slice())
            .bind(session.digest.as_bytes().as_slice())
            .bind(session.csrf.reveal().as_slice())
            .bind(session.proved_at)
            .bind(session.expires_at)
            .bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("staff", "session"))?;
        Ok(())
    }

    /// Records that the session was used at `now`.
    pub async fn touch_session(&mut self, session: SessionId, now: Timestamp) -> Result<(), Error> {
        self.run(TOUCH_SESSION.bind(session).bind(now).bind(self.name())).await?;
        Ok(())
    }

    /// Records that the browser sent the changed cookie.
    pub async fn confirm_session(
        &mut self,
        session: SessionId,
        digest: &Sha256,
        now: Timestamp,
    ) -> Result<(), Error> {
        let digest = digest.as_bytes().as_slice();
        self.run(CONFIRM_SESSION.bind(session).bind(digest).bind(now).bind(self.name())).await?;
        Ok(())
    }

    /// Changes the cookie, if it is still the one in `session`; the cookie `presented` stays valid
    /// until the browser sends the new one. Returns `false` if another request changed it first.
    pub async fn renew_session(
        &mut self,
        session: &Session,
        presented: &Sha256,
        digest: &Sha256,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let call = RENEW_SESSION
            .bind(session.id)
            .bind(session.digest.as_bytes().as_slice())
            .bind(digest.as_bytes().as_slice())
            .bind(presented.as_bytes().as_slice())
            .bind(now)
            .bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Changes the cookie after the staff member, whose browser sent the cookie `presented`, has
    /// signed in again; every copy of that cookie becomes invalid. Returns `false` if `presented`
    /// is not the newest cookie.
    pub async fn prove_session(
        &mut self,
        session: SessionId,
        presented: &Sha256,
        digest: &Sha256,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let call = PROVE_SESSION
            .bind(session)
            .bind(presented.as_bytes().as_slice())
            .bind(digest.as_bytes().as_slice())
            .bind(now)
            .bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Ends a session; returns `false` if it has ended already.
    pub async fn end_session(&mut self, session: SessionId) -> Result<bool, Error> {
        Ok(self.run(END_SESSION.bind(session)).await? == 1)
    }

    /// Ends every session of a staff member; returns how many there were.
    pub async fn end_sessions_of(&mut self, staff: StaffId) -> Result<u64, Error> {
        self.run(END_SESSIONS_OF.bind(staff)).await
    }

    /// Ends every session of a staff member except this one; returns how many there were.
    pub async fn end_other_sessions(
        &mut self,
        staff: StaffId,
        but: SessionId,
    ) -> Result<u64, Error> {
        self.run(END_OTHER_SESSIONS.bind(staff).bind(but)).await
    }
}
