//! Queries for API keys. Only the digests of keys are stored.

use jiff::Timestamp;
use jiff::civil::Date;
use mamori_model::key::{Key, Role};
use mamori_model::page::{Page, PageSize};
use mamori_model::{AuditActor, KeyId, ServiceId, Sha256};
use uuid::Uuid;

use crate::call::Call;
use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::pending_change::{Change, PendingChange};
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
        SELECT id, service_id, name, scopes, ends_at, networks, digest, created_at, created_by_kind,
               created_by_id, created_by_name, last_used_on, waits, revoked_at
          FROM api_key
         WHERE ",
            $rest
        )
    };
}

queries! {
    KEYS_PAGE = select!("keys_page", "id > $1 ORDER BY id LIMIT $2");
    KEYS_PAGE_OF_SERVICE = select!("keys_page_of_service", "id > $1 AND service_id = $3
         ORDER BY id LIMIT $2");
    KEY_BY_ID = select!("key_by_id", "id = $1");
    KEYS_LIVE = select!("keys_live", "revoked_at IS NULL AND NOT waits ORDER BY id");
    LOCK_KEYS = "-- lock_keys
        SELECT CAST(1 AS BIGINT)",
        postgres: "-- lock_keys
        SELECT CAST(1 AS BIGINT) FROM pg_advisory_xact_lock(7308613679165170531)";
    COUNT_ADMIN_KEYS = "-- count_admin_keys
        SELECT count(*) FROM api_key WHERE service_id IS NULL AND revoked_at IS NULL AND NOT waits";
    COUNT_KEYS_THAT_ISSUE = "-- count_keys_that_issue
        SELECT count(*) FROM api_key
         WHERE service_id IS NULL AND revoked_at IS NULL AND NOT waits
           AND (ends_at IS NULL OR ends_at > $1) AND scopes LIKE '%\"keys\"%'";
    INSERT_KEY = "-- insert_key
        INSERT INTO api_key (id, service_id, name, scopes, ends_at, networks, digest, created_at,
                             created_by_kind, created_by_id, created_by_name, waits, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    ACCEPT_KEY = "-- accept_key
        UPDATE api_key
           SET waits = FALSE, changed_by = $2
         WHERE id = $1 AND waits AND revoked_at IS NULL";
    KEY_LINE = "-- key_line
        WITH RECURSIVE line (id, depth) AS (
             SELECT CAST($1 AS TEXT), 0
              UNION ALL
             SELECT made.created_by_id, line.depth + 1
               FROM line
               JOIN api_key AS made ON 'key_' || lower(hex(made.id)) = line.id
                AND made.created_by_kind = 'key'
              WHERE line.depth < 100)
        SELECT id FROM line WHERE depth > 0 ORDER BY depth",
        postgres: "-- key_line
        WITH RECURSIVE line (id, depth) AS (
             SELECT CAST($1 AS TEXT), 0
              UNION ALL
             SELECT made.created_by_id, line.depth + 1
               FROM line
               JOIN api_key AS made ON 'key_' || replace(CAST(made.id AS TEXT), '-', '') = line.id
                AND made.created_by_kind = 'key'
              WHERE line.depth < 100)
        SELECT id FROM line WHERE depth > 0 ORDER BY depth";
    SET_LAST_USED_ON = "-- set_last_used_on
        UPDATE api_key
           SET last_used_on = $2, changed_by = $3
         WHERE id = $1 AND (last_used_on IS NULL OR last_used_on < $2)";
    REVOKE_KEY = "-- revoke_key
        UPDATE api_key
           SET revoked_at = $2, changed_by = $3
         WHERE id = $1 AND revoked_at IS NULL";
    REVOKE_KEYS_OF = "-- revoke_keys_of
        UPDATE api_key
           SET revoked_at = $2, changed_by = $3
         WHERE service_id = $1 AND revoked_at IS NULL";
}

row! {
    struct KeyRow {
        id: Uuid,
        service_id: Option<Uuid>,
        name: String,
        scopes: String,
        ends_at: Option<i64>,
        networks: String,
        digest: Vec<u8>,
        created_at: i64,
        created_by_kind: String,
        created_by_id: Option<String>,
        created_by_name: Option<String>,
        last_used_on: Option<String>,
        waits: bool,
        revoked_at: Option<i64>,
    }
}

impl KeyRow {
    fn read(self) -> Result<Key, Error> {
        let service = self.service_id.map(ServiceId::from);
        let created_by = AuditActor::parse(
            &self.created_by_kind,
            self.created_by_id.as_deref(),
            self.created_by_name.as_deref(),
        );
        let last_used_on = self.last_used_on.as_deref().map(str::parse::<Date>).transpose();
        Ok(Key {
            id: self.id.into(),
            role: service.map_or(Role::Admin, Role::Service),
            name: self.name.parse().or_corrupt("api_key.name")?,
            scopes: serde_json::from_str(&self.scopes).or_corrupt("api_key.scopes")?,
            ends_at: maybe_from_micros(self.ends_at, "api_key.ends_at")?,
            networks: serde_json::from_str(&self.networks).or_corrupt("api_key.networks")?,
            digest: Sha256::try_from(self.digest.as_slice()).or_corrupt("api_key.digest")?,
            created_by: created_by.or_corrupt("api_key.created_by_id")?,
            last_used_on: last_used_on.or_corrupt("api_key.last_used_on")?,
            created_at: from_micros(self.created_at, "api_key.created_at")?,
            waits: self.waits,
            revoked_at: maybe_from_micros(self.revoked_at, "api_key.revoked_at")?,
        })
    }
}

impl Store {
    /// Returns a page of the keys of one service, or of all services and administrators; the oldest
    /// first, revoked ones included.
    pub async fn keys(
        &self,
        service: Option<ServiceId>,
        after: Option<KeyId>,
        size: PageSize,
    ) -> Result<Page<Key, KeyId>, Error> {
        let query = if service.is_some() { KEYS_PAGE_OF_SERVICE } else { KEYS_PAGE };
        let after = after.map_or(Uuid::nil(), Uuid::from);
        let mut call = query.bind(after).bind(size.rows().saturating_add(1));
        if let Some(service) = service {
            call = call.bind(service);
        }
        let rows: Vec<KeyRow> = self.rows(call).await?;
        let keys = rows.into_iter().map(KeyRow::read).collect::<Result<_, _>>()?;
        Ok(Page::of(keys, size, |key: &Key| key.id))
    }

    /// Returns every key that is not revoked.
    pub async fn live_keys(&self) -> Result<Vec<Key>, Error> {
        let rows: Vec<KeyRow> = self.rows(KEYS_LIVE.call()).await?;
        rows.into_iter().map(KeyRow::read).collect()
    }
}

impl Tx {
    /// Adds a key. [`Error::NotFound`] if its service does not exist.
    pub async fn insert_key(&mut self, key: &Key) -> Result<(), Error> {
        let service = match key.role {
            Role::Admin => None,
            Role::Service(service) => {
                self.lock_service(service).await?;
                Some(service)
            }
        };
        let call = INSERT_KEY
            .bind(key.id)
            .bind(service)
            .bind(key.name.as_str())
            .bind(json::write(&key.scopes)?)
            .bind(key.ends_at)
            .bind(json::write(&key.networks)?)
            .bind(key.digest.as_bytes().as_slice())
            .bind(key.created_at)
            .bind(key.created_by.kind())
            .bind(key.created_by.id())
            .bind(key.created_by.name())
            .bind(key.waits)
            .bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("service", "key"))?;
        self.record_change(PendingChange { change: Change::Keys, at: key.created_at });
        Ok(())
    }

    /// Returns a key, also a revoked one.
    pub async fn key(&mut self, id: KeyId) -> Result<Option<Key>, Error> {
        let row: Option<KeyRow> = self.row(KEY_BY_ID.bind(id)).await?;
        row.map(KeyRow::read).transpose()
    }

    /// Makes a key valid that waited for a second actor; returns `false` if it does not wait, or is
    /// revoked.
    pub async fn accept_key(&mut self, key: KeyId, now: Timestamp) -> Result<bool, Error> {
        let is_accepted = self.run(ACCEPT_KEY.bind(key).bind(self.name())).await? == 1;
        if is_accepted {
            self.record_change(PendingChange { change: Change::Keys, at: now });
        }
        Ok(is_accepted)
    }

    /// Returns the key that created `key`, the key that created that one, and so on, as far as the
    /// audit record says so. Empty for a key that was issued on the command line.
    pub async fn ancestors_of_key(&mut self, key: KeyId) -> Result<Vec<KeyId>, Error> {
        let rows: Vec<(String,)> = self.rows(KEY_LINE.bind(key.to_string())).await?;
        rows.into_iter().map(|(id,)| id.parse().or_corrupt("api_key.created_by_id")).collect()
    }

    /// Revokes a key; returns `false` if it does not exist or is revoked already.
    pub async fn revoke_key(&mut self, key: KeyId, now: Timestamp) -> Result<bool, Error> {
        let is_revoked = self.run(REVOKE_KEY.bind(key).bind(now).bind(self.name())).await? == 1;
        if is_revoked {
            self.record_change(PendingChange { change: Change::Keys, at: now });
        }
        Ok(is_revoked)
    }

    /// Revokes every key of a service; returns how many there were.
    pub async fn revoke_keys_of(
        &mut self,
        service: ServiceId,
        now: Timestamp,
    ) -> Result<u64, Error> {
        let revoked = self.run(REVOKE_KEYS_OF.bind(service).bind(now).bind(self.name())).await?;
        if revoked > 0 {
            self.record_change(PendingChange { change: Change::Keys, at: now });
        }
        Ok(revoked)
    }

    /// Counts the administrators' keys that are not revoked, including this transaction's own
    /// changes. Until it ends, no other transaction can count keys, so two that each create the
    /// first one cannot both succeed.
    pub async fn lock_and_count_admin_keys(&mut self) -> Result<u64, Error> {
        self.rows::<(i64,)>(LOCK_KEYS.call()).await?;
        self.count_keys(COUNT_ADMIN_KEYS.call()).await
    }

    /// Counts the keys that can create keys at `now`, including this transaction's own changes.
    /// Until it ends, no other transaction can count keys, so two that each leave one key cannot
    /// both succeed.
    pub async fn lock_and_count_keys_that_issue(&mut self, now: Timestamp) -> Result<u64, Error> {
        self.rows::<(i64,)>(LOCK_KEYS.call()).await?;
        self.count_keys(COUNT_KEYS_THAT_ISSUE.bind(now)).await
    }

    async fn count_keys(&mut self, call: Call) -> Result<u64, Error> {
        let count: Option<(i64,)> = self.row(call).await?;
        Ok(count.and_then(|(count,)| u64::try_from(count).ok()).unwrap_or(0))
    }

    /// Stores the day on which a key was last used; returns `false` if that day or a later one is
    /// stored already. Not a change that nodes must learn.
    pub async fn set_last_used_on(&mut self, key: KeyId, day: Date) -> Result<bool, Error> {
        let call = SET_LAST_USED_ON.bind(key).bind(day.to_string()).bind(self.name());
        Ok(self.run(call).await? == 1)
    }
}
