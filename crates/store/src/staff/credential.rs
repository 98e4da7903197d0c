//! Queries for credentials: the sign-in methods of staff.

use jiff::Timestamp;
use mamori_model::sign_in::{Credential, CredentialKind};
use mamori_model::{CredentialId, Sensitive, Sha256, StaffId};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

queries! {
    CREDENTIALS_OF = "-- credentials_of
        SELECT id, staff_id, kind, name, passkey_id, identity, data, last_step, created_at, used_at
          FROM credential
         WHERE staff_id = $1
         ORDER BY id";
    CODES_TO_REWRAP = "-- codes_to_rewrap
        SELECT id, staff_id, kind, name, passkey_id, identity, data, last_step, created_at, used_at
          FROM credential
         WHERE kind = 'totp' AND id > $1
         ORDER BY id LIMIT $2";
    REWRAP_CODES = "-- rewrap_codes
        UPDATE credential SET data = $2, changed_by = $3 WHERE id = $1 AND kind = 'totp'";
    INSERT_CREDENTIAL = "-- insert_credential
        INSERT INTO credential (id, staff_id, kind, name, passkey_id, identity, data, last_step,
                                created_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    CREDENTIAL_BY_IDENTITY = "-- credential_by_identity
        SELECT id, staff_id, kind, name, passkey_id, identity, data, last_step, created_at, used_at
          FROM credential
         WHERE identity = $1";
    USE_IDENTITY = "-- use_identity
        UPDATE credential SET used_at = $2, changed_by = $3 WHERE id = $1 AND kind = 'oidc'";
    USE_PASSKEY = "-- use_passkey
        UPDATE credential SET data = $2, used_at = $3, changed_by = $4
         WHERE id = $1 AND kind = 'passkey'";
    USE_PASSWORD = "-- use_password
        UPDATE credential SET used_at = $2, changed_by = $3 WHERE id = $1 AND kind = 'password'";
    USE_CODE = "-- use_code
        UPDATE credential SET last_step = $2, used_at = $3, changed_by = $4
         WHERE id = $1 AND kind = 'totp' AND (last_step IS NULL OR last_step < $2)";
    DELETE_CREDENTIAL = "-- delete_credential
        DELETE FROM credential WHERE id = $1 AND staff_id = $2";
    DELETE_CREDENTIALS_OF = "-- delete_credentials_of
        DELETE FROM credential WHERE staff_id = $1";
    DELETE_CREDENTIALS_OF_KIND = "-- delete_credentials_of_kind
        DELETE FROM credential WHERE staff_id = $1 AND kind = $2";
    LOCK_CREDENTIALS = "-- lock_credentials
        SELECT CAST(1 AS BIGINT) FROM staff WHERE id = $1",
        postgres: "-- lock_credentials
        SELECT CAST(1 AS BIGINT) FROM staff WHERE id = $1 FOR NO KEY UPDATE";
}

row! {
    struct CredentialRow {
        id: Uuid,
        staff_id: Uuid,
        kind: String,
        name: String,
        passkey_id: Option<Vec<u8>>,
        identity: Option<Vec<u8>>,
        data: Vec<u8>,
        last_step: Option<i64>,
        created_at: i64,
        used_at: Option<i64>,
    }
}

impl CredentialRow {
    fn read(self) -> Result<Credential, Error> {
        let last_step = self.last_step.map(u64::try_from).transpose();
        let identity = self.identity.as_deref().map(Sha256::try_from).transpose();
        Ok(Credential {
            id: self.id.into(),
            staff: self.staff_id.into(),
            kind: CredentialKind::parse(&self.kind).or_corrupt("credential.kind")?,
            name: self.name.parse().or_corrupt("credential.name")?,
            passkey_id: self.passkey_id,
            identity: identity.or_corrupt("credential.identity")?,
            data: Sensitive::new(self.data),
            last_step: last_step.or_corrupt("credential.last_step")?,
            created_at: from_micros(self.created_at, "credential.created_at")?,
            used_at: maybe_from_micros(self.used_at, "credential.used_at")?,
        })
    }
}

impl Store {
    /// Returns all credentials of a staff member, the oldest first.
    pub async fn credentials_of(&self, staff: StaffId) -> Result<Vec<Credential>, Error> {
        let rows: Vec<CredentialRow> = self.rows(CREDENTIALS_OF.bind(staff)).await?;
        rows.into_iter().map(CredentialRow::read).collect()
    }
}

impl Tx {
    /// Locks the credentials of a staff member until this transaction ends and returns them. So two
    /// transactions that each leave one sign-in method cannot both succeed.
    pub async fn lock_credentials_of(&mut self, staff: StaffId) -> Result<Vec<Credential>, Error> {
        self.rows::<(i64,)>(LOCK_CREDENTIALS.bind(staff)).await?;
        let rows: Vec<CredentialRow> = self.rows(CREDENTIALS_OF.bind(staff)).await?;
        rows.into_iter().map(CredentialRow::read).collect()
    }

    /// Returns the credential of this account at a provider.
    pub async fn credential_by_identity(
        &mut self,
        identity: &Sha256,
    ) -> Result<Option<Credential>, Error> {
        let call = CREDENTIAL_BY_IDENTITY.bind(identity.as_bytes().as_slice());
        self.row::<CredentialRow>(call).await?.map(CredentialRow::read).transpose()
    }

    /// Records that an account at a provider was used to sign in; returns `false` if it is no longer
    /// connected.
    pub async fn use_identity(
        &mut self,
        credential: CredentialId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.run(USE_IDENTITY.bind(credential).bind(now).bind(self.name())).await? == 1)
    }

    /// Adds a credential. [`Error::Conflict`] for a second password, TOTP secret or account at a
    /// provider, or for a passkey or an account that is known already; [`Error::NotFound`] if the
    /// staff account is deactivated or does not exist.
    pub async fn insert_credential(&mut self, credential: &Credential) -> Result<(), Error> {
        self.lock_staff(credential.staff).await?;
        let call = INSERT_CREDENTIAL
            .bind(credential.id)
            .bind(credential.staff)
            .bind(credential.kind.as_str())
            .bind(credential.name.as_str())
            .bind(credential.passkey_id.as_deref())
            .bind(credential.identity.as_ref().map(|digest| digest.as_bytes().as_slice()))
            .bind(credential.data.reveal().as_slice())
            .bind(credential.last_step.map(|step| i64::try_from(step).unwrap_or(i64::MAX)))
            .bind(credential.created_at)
            .bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("staff", "credential"))?;
        Ok(())
    }

    /// Returns TOTP secrets after `after`, by id, at most `limit`.
    pub async fn codes_to_rewrap(
        &mut self,
        after: Option<CredentialId>,
        limit: u32,
    ) -> Result<Vec<Credential>, Error> {
        let after = after.map_or(Uuid::nil(), Uuid::from);
        let rows: Vec<CredentialRow> = self.rows(CODES_TO_REWRAP.bind(after).bind(limit)).await?;
        rows.into_iter().map(CredentialRow::read).collect()
    }

    /// Replaces the sealed form of a TOTP secret. The secret itself never changes: a new one gets
    /// an id of its own.
    pub async fn rewrap_codes(
        &mut self,
        codes: CredentialId,
        data: &Sensitive<Vec<u8>>,
    ) -> Result<(), Error> {
        let call = REWRAP_CODES.bind(codes).bind(data.reveal().as_slice()).bind(self.name());
        self.run(call).await.map(drop)
    }

    /// Records that a passkey was used to sign in, and stores its new state `data`; returns `false`
    /// if it no longer exists.
    pub async fn use_passkey(
        &mut self,
        passkey: CredentialId,
        data: &Sensitive<Vec<u8>>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let data = data.reveal().as_slice();
        Ok(self.run(USE_PASSKEY.bind(passkey).bind(data).bind(now).bind(self.name())).await? == 1)
    }

    /// Records that a password was used to sign in; returns `false` if it no longer exists.
    pub async fn use_password(
        &mut self,
        password: CredentialId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.run(USE_PASSWORD.bind(password).bind(now).bind(self.name())).await? == 1)
    }

    /// Records that a code of `step` was used to sign in; returns `false` if it, or a later one,
    /// was used before.
    pub async fn use_code(
        &mut self,
        codes: CredentialId,
        step: u64,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        Ok(self.run(USE_CODE.bind(codes).bind(step).bind(now).bind(self.name())).await? == 1)
    }

    /// Removes a credential; returns `false` if it does not exist or belongs to another staff
    /// member.
    pub async fn delete_credential(
        &mut self,
        credential: CredentialId,
        staff: StaffId,
    ) -> Result<bool, Error> {
        Ok(self.run(DELETE_CREDENTIAL.bind(credential).bind(staff)).await? == 1)
    }

    /// Removes all credentials of a staff member; returns how many there were.
    pub async fn delete_credentials_of(&mut self, staff: StaffId) -> Result<u64, Error> {
        self.run(DELETE_CREDENTIALS_OF.bind(staff)).await
    }

    /// Removes a staff member's credentials of one kind; returns how many there were.
    pub async fn delete_credentials_of_kind(
        &mut self,
        staff: StaffId,
        kind: CredentialKind,
    ) -> Result<u64, Error> {
        self.run(DELETE_CREDENTIALS_OF_KIND.bind(staff).bind(kind.as_str())).await
    }
}
