//! Refuses and cancels approval requests: the change is not made.

use mamori_model::approval_request::{ApprovalRequest, ApprovalState, ApprovalVerb};
use mamori_model::{ApprovalId, FreeText, Refusal};
use mamori_store::Tx;

use crate::approvals::end_request::end_request;
use crate::approvals::overseer::{Overseer, lineage};
use crate::{Admin, Desk, Error};

impl Desk {
    /// Refuses a request, for a reason that the requester is shown. Every overseer except the
    /// requester may refuse it, also one that is related or too new and so could not approve it.
    ///
    /// [`Error::NotFound`] if there is no such request; [`mamori_model::Refusal::RequestResolved`]
    /// if it does not wait, [`mamori_model::Refusal::RequestOwn`] for the requester,
    /// [`mamori_model::Refusal::RequestRelated`] for a key that is to be
    /// revoked, or that descends from it.
    pub async fn refuse_request(
        &self,
        who: Overseer<'_>,
        id: ApprovalId,
        why: &FreeText,
    ) -> Result<ApprovalRequest, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("refuse_request").await?;
        let request = lock(&mut tx, id).await?;
        request.can_be_refused(&who.actor())?;
        require_untouched(&mut tx, who, &request).await?;
        let state = ApprovalState::Refused(who.actor(), why.clone());
        let request = end_request(self, &mut tx, request, state, now).await?;
        tx.commit().await?;

        Ok(request)
    }

    /// Cancels a request. The requester and every other administrator may cancel it; staff members
    /// refuse it instead.
    ///
    /// [`Error::NotFound`] if there is no such request; [`mamori_model::Refusal::RequestResolved`]
    /// if it does not wait, [`mamori_model::Refusal::RequestRelated`] for a key that is to be
    /// revoked, or that descends from it.
    pub async fn cancel_request(
        &self,
        who: &Admin,
        id: ApprovalId,
    ) -> Result<ApprovalRequest, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("cancel_request").await?;
        let request = lock(&mut tx, id).await?;
        request.can_be_cancelled()?;
        require_untouched(&mut tx, Overseer::Admin(who), &request).await?;
        let state = ApprovalState::Cancelled(who.actor());
        let request = end_request(self, &mut tx, request, state, now).await?;
        tx.commit().await?;

        Ok(request)
    }
}

/// Refuses `who` if it is the key that `request` would revoke, or another of its tree: otherwise the
/// holder of stolen keys could prevent their revocation. The requester may cancel nevertheless.
async fn require_untouched(
    tx: &mut Tx,
    who: Overseer<'_>,
    request: &ApprovalRequest,
) -> Result<(), Error> {
    let Overseer::Admin(admin) = who else { return Ok(()) };
    let Some(own) = admin.key().filter(|_| request.verb == ApprovalVerb::RevokeKey) else {
        return Ok(());
    };
    let target = request.target.as_str().parse();
    let target = target.map_err(|cause| Error::internal("a request names no key", cause))?;
    let is_requester = request.requested_by.key() == Some(own);
    let is_related = lineage(tx, own).await?.is_related_to(&lineage(tx, target).await?);
    if own == target || (is_related && !is_requester) {
        return Err(Refusal::RequestRelated.into());
    }
    Ok(())
}

async fn lock(tx: &mut Tx, id: ApprovalId) -> Result<ApprovalRequest, Error> {
    tx.lock_approval_request(id).await?.ok_or(Error::NotFound("approval request"))
}
