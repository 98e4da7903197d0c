//! Shows the address of an item's page at its service, and records the opening before. Requests
//! nothing from that address: the reviewer's browser does.

use mamori_model::case::{About, CaseEventKind};
use mamori_model::view::Clarity;
use mamori_model::{Case, CaseId, ContextUrl, DecisionId, MatchId};
use mamori_store::Tx;

use crate::cases::record_event::{NewEvent, record_event};
use crate::decisions::approval::PendingApproval;
use crate::staff::member::Reviewer;
use crate::{Desk, Error};

impl Desk {
    /// Records that the reviewer who has claimed the case opens the page of an item at its service,
    /// and returns the address. Extends the claim.
    ///
    /// The opening counts towards the exposure limit as a clear view, and is none for the view rule.
    /// Refused as [`Self::open_view`] is, except that no stored bytes are needed;
    /// [`Error::NotFound`] if the service sent no address.
    pub async fn open_context(
        &self,
        who: &Reviewer,
        case: CaseId,
        claim: u32,
        item: MatchId,
    ) -> Result<ContextUrl, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("open_context").await?;
        let due = self.break_due(&mut tx, who.staff(), now).await?;
        let case = tx.lock_case(case, who.assignment()).await?.ok_or(Error::NotFound("case"))?;
        case.claimed_by(who.staff(), claim, now)?;
        let url = context_url(&mut tx, &case, item).await?;
        if let Some(due) = due {
            return Err(self.begin_break(tx, who, due, now).await?);
        }
        self.record_opening(&mut tx, who, &case, item).await?;
        tx.extend_claim(case.id, (who.staff(), claim), now, self.claim_until(now)).await?;
        tx.commit().await?;

        Ok(url)
    }

    /// Records an opening by the second approver of a decision, as [`Self::open_context`] does for
    /// the reviewer. Refused as [`Self::open_decision`] is.
    pub async fn open_context_as_approver(
        &self,
        who: &Reviewer,
        decision: DecisionId,
        item: MatchId,
    ) -> Result<ContextUrl, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("open_context_as_approver").await?;
        let due = self.break_due(&mut tx, who.staff(), now).await?;
        let decision = self.lock_pending_decision(&mut tx, who, decision).await?;
        PendingApproval::from(&decision).can_approve_eventually(who, now)?;
        let case = tx.lock_case(decision.case, who.assignment()).await?;
        let case = case.ok_or(Error::NotFound("case"))?;
        let url = context_url(&mut tx, &case, item).await?;
        if let Some(due) = due {
            return Err(self.begin_break(tx, who, due, now).await?);
        }
        self.record_opening(&mut tx, who, &case, item).await?;
        tx.commit().await?;

        Ok(url)
    }

    /// Records the opening as a view and as an event of the case. It counts as shown at once: the
    /// page with the address is the answer.
    async fn record_opening(
        &self,
        tx: &mut Tx,
        who: &Reviewer,
        case: &Case,
        item: MatchId,
    ) -> Result<(), Error> {
        let now = self.clock().now();
        let shown = (item, Clarity::Context);
        let view = self.insert_view(tx, case, who.staff(), shown, now).await?;
        tx.mark_view_shown(view, now).await?;
        let about = About { item: Some(item), ..About::default() };
        let event = NewEvent::of(case.id, CaseEventKind::ContextOpened);
        record_event(self, tx, event.by(who.staff()).about(about), now).await
    }
}

/// Returns the address of an item of `case`.
async fn context_url(tx: &mut Tx, case: &Case, item: MatchId) -> Result<ContextUrl, Error> {
    if !tx.has_case_item(case.id, item).await? {
        return Err(Error::NotFound("item"));
    }
    let context = tx.item_context(item).await?;
    context.url().cloned().ok_or(Error::NotFound("context"))
}
