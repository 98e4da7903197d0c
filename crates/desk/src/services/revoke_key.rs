//! Revokes an API key, so that it is accepted no longer.

use jiff::Timestamp;
use mamori_model::approval_request::{ApprovalVerb, GuardedChange};
use mamori_model::key::Scope;
use mamori_model::{AuditActor, AuditVerb, KeyId};
use mamori_store::Tx;

use crate::approvals::end_request::lapse_requests_of;
use crate::approvals::overseer;
use crate::approvals::request_approval::Proposal;
use crate::audit::{self, Change, values};
use crate::{Admin, Desk, Error};

impl Desk {
    /// Revokes an API key, at this node before this returns and at the others within a second.
    /// [`Error::NotFound`] if there is no such key or it was revoked before, [`Error::Waits`] if it
    /// needs a second actor, because the actor neither uses the key nor created it.
    ///
    /// The last live key that can create keys cannot be revoked ([`Error::Conflict`]): another one
    /// could then be made only on the command line.
    pub async fn revoke_key(&self, who: &Admin, id: KeyId) -> Result<(), Error> {
        who.require(&[Scope::Keys])?;
        let now = self.clock().now();

        let mut tx = self.store().begin("revoke_key").await?;
        let key = tx.key(id).await?.ok_or(Error::NotFound("key"))?;
        if key.revoked_at.is_some() {
            return Err(Error::NotFound("key"));
        }
        let line = overseer::lineage(&mut tx, id).await?;
        let is_own = who.key().map_or(line.ancestors.is_empty(), |own| line.is_of(own));
        let proposal = || Ok(Proposal::of(ApprovalVerb::RevokeKey, id, values::key(&key)));
        let guarded = GuardedChange::Revocation { is_own };
        let mut tx = self.unless_guarded(tx, who, &guarded, proposal, now).await?;
        self.revoke_key_in(&mut tx, &who.actor(), id, now).await?;
        tx.commit().await?;

        self.wait_until_applied().await;
        Ok(())
    }

    /// Revokes a key, for itself or as an approved request. The requests of the key lapse.
    pub(crate) async fn revoke_key_in(
        &self,
        tx: &mut Tx,
        who: &AuditActor,
        id: KeyId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let key = tx.key(id).await?.ok_or(Error::NotFound("key"))?;
        lapse_requests_of(self, tx, &key.actor(), now).await?;
        let before = tx.lock_and_count_keys_that_issue(now).await?;
        if !tx.revoke_key(id, now).await? {
            return Err(Error::NotFound("key"));
        }
        if before > 0 && tx.lock_and_count_keys_that_issue(now).await? == 0 {
            return Err(Error::conflict(
                "this is the last administrator's key with the scope `keys`; make another one first",
            ));
        }
        let change = Change::of(who.clone(), AuditVerb::KeyRevoked, id);
        audit::record(self, tx, change.before(values::key(&key)), now).await?;
        tracing::info!(
            target: "security",
            key = %id,
            by = who.kind(),
            by_id = who.id(),
            "an API key was revoked"
        );
        Ok(())
    }
}
