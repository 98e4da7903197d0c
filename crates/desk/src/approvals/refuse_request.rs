//! Refuses and cancels approval requests: the change is not made.

use mamori_model::approval_request::{ApprovalRequest, ApprovalState};
use mamori_model::{ApprovalId, FreeText};

use crate::approvals::end_request::end_request;
use crate::approvals::overseer::Overseer;
use crate::{Desk, Error};

impl Desk {
    /// Refuses a request, for a reason that the requester is shown. Every actor may but the
    /// requester: to prevent a change takes less than to agree to it.
    ///
    /// [`Error::NotFound`] if there is no such request; [`mamori_model::Refusal::RequestResolved`]
    /// if it does not wait, [`mamori_model::Refusal::RequestOwn`] for the requester.
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
        let state = ApprovalState::Refused(who.actor(), why.clone());
        let request = end_request(self, &mut tx, request, state, now).await?;
        tx.commit().await?;

        Ok(request)
    }

    /// Cancels a request. The requester may, and every other actor.
    ///
    /// [`Error::NotFound`] if there is no such request; [`mamori_model::Refusal::RequestResolved`]
    /// if it does not wait.
    pub async fn cancel_request(
        &self,
        who: Overseer<'_>,
        id: ApprovalId,
    ) -> Result<ApprovalRequest, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("cancel_request").await?;
        let request = lock(&mut tx, id).await?;
        request.can_be_cancelled()?;
        let state = ApprovalState::Cancelled(who.actor());
        let request = end_request(self, &mut tx, request, state, now).await?;
        tx.commit().await?;

        Ok(request)
    }
}

async fn lock(tx: &mut mamori_store::Tx, id: ApprovalId) -> Result<ApprovalRequest, Error> {
    tx.lock_approval_request(id).await?.ok_or(Error::NotFound("approval request"))
}
