//! Queries for one-time links ([`SignInLink`]). Only their digests are stored; a used link is
//! removed.

use jiff::Timestamp;
use mamori_model::sign_in::{SignInLink, SignInLinkKind};
use mamori_model::{Sha256, StaffId};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::from_micros;
use crate::tx::Tx;

queries! {
    SIGN_IN_LINK_BY_DIGEST = "-- sign_in_link_by_digest
        SELECT id, staff_id, kind, digest, expires_at FROM sign_in_link
         WHERE digest = $1 AND expires_at > $2";
    INSERT_SIGN_IN_LINK = "-- insert_sign_in_link
        INSERT INTO sign_in_link (id, staff_id, kind, digest, expires_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6)";
    TAKE_SIGN_IN_LINK = "-- take_sign_in_link
        DELETE FROM sign_in_link WHERE digest = $1 AND kind = $2 AND expires_at > $3
        RETURNING id, staff_id, kind, digest, expires_at";
    DELETE_SIGN_IN_LINKS_OF = "-- delete_sign_in_links_of
        DELETE FROM sign_in_link WHERE staff_id = $1";
}

row! {
    struct SignInLinkRow {
        id: Uuid,
        staff_id: Uuid,
        kind: String,
        digest: Vec<u8>,
        expires_at: i64,
    }
}

impl SignInLinkRow {
    fn read(self) -> Result<SignInLink, Error> {
        Ok(SignInLink {
            id: self.id.into(),
            staff: self.staff_id.into(),
            kind: SignInLinkKind::parse(&self.kind).or_corrupt("sign_in_link.kind")?,
            digest: Sha256::try_from(self.digest.as_slice()).or_corrupt("sign_in_link.digest")?,
            expires_at: from_micros(self.expires_at, "sign_in_link.expires_at")?,
        })
    }
}

impl Store {
    /// Returns the link, if it is valid at `now`.
    pub async fn sign_in_link(
        &self,
        digest: &Sha256,
        now: Timestamp,
    ) -> Result<Option<SignInLink>, Error> {
        let call = SIGN_IN_LINK_BY_DIGEST.bind(digest.as_bytes().as_slice()).bind(now);
        self.row::<SignInLinkRow>(call).await?.map(SignInLinkRow::read).transpose()
    }
}

impl Tx {
    /// Adds a link. [`Error::NotFound`] if the staff account is deactivated or does not exist.
    pub async fn insert_sign_in_link(&mut self, link: &SignInLink) -> Result<(), Error> {
        self.lock_staff(link.staff).await?;
        let call = INSERT_SIGN_IN_LINK
            .bind(link.id)
            .bind(link.staff)
            .bind(link.kind.as_str())
            .bind(link.digest.as_bytes().as_slice())
            .bind(link.expires_at)
            .bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("staff", "link"))?;
        Ok(())
    }

    /// Removes and returns a link that is being used; `None` if it is not valid at `now`, or is of
    /// another kind.
    pub async fn take_sign_in_link(
        &mut self,
        digest: &Sha256,
        kind: SignInLinkKind,
        now: Timestamp,
    ) -> Result<Option<SignInLink>, Error> {
        let call =
            TAKE_SIGN_IN_LINK.bind(digest.as_bytes().as_slice()).bind(kind.as_str()).bind(now);
        self.row::<SignInLinkRow>(call).await?.map(SignInLinkRow::read).transpose()
    }

    /// Removes every link of a staff member; returns how many there were.
    pub async fn delete_sign_in_links_of(&mut self, staff: StaffId) -> Result<u64, Error> {
        self.run(DELETE_SIGN_IN_LINKS_OF.bind(staff)).await
    }
}
