//! Revokes an API key, so that it is accepted no longer.

use mamori_model::key::Scope;
use mamori_model::{AuditVerb, KeyId};

use crate::audit::{self, Change, values};
use crate::{Admin, Desk, Error};

impl Desk {
    /// Revokes an API key, at this node before this returns and at the others within a second.
    /// [`Error::NotFound`] if there is no such key or it was revoked before.
    ///
    /// The last live key that can create keys cannot be revoked ([`Error::Conflict`]): another one
    /// could then be made only on the command line.
    pub async fn revoke_key(&self, who: &Admin, id: KeyId) -> Result<(), Error> {
        who.require(&[Scope::Keys])?;
        let now = self.clock().now();

        let mut tx = self.store().begin("revoke_key").await?;
        let before = tx.lock_and_count_keys_that_issue(now).await?;
        let key = tx.key(id).await?.ok_or(Error::NotFound("key"))?;
        if !tx.revoke_key(id, now).await? {
            return Err(Error::NotFound("key"));
        }
        if before > 0 && tx.lock_and_count_keys_that_issue(now).await? == 0 {
            return Err(Error::conflict(
                "this is the last administrator's key with the scope `keys`; make another one first",
            ));
        }
        let change = Change::of(who.actor(), AuditVerb::KeyRevoked, id);
        audit::record(self, &mut tx, change.before(values::key(&key)), now).await?;
        tx.commit().await?;

        let by = who.actor();
        tracing::info!(
            target: "security",
            key = %id,
            by = by.kind(),
            by_id = by.id(),
            "an API key was revoked"
        );
        self.wait_until_applied().await;
        Ok(())
    }
}
