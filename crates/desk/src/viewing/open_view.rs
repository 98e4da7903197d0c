//! Records a reviewer's view of an item, and commits the record before the first byte of the
//! picture is sent. Does not read the picture itself: that is [`crate::viewing::show_item`].

use jiff::Timestamp;
use mamori_model::case::Level;
use mamori_model::view::{Clarity, View};
use mamori_model::{
    BulkId, Case, CaseId, CaseState, DecisionId, DisputeId, EvidenceId, EvidenceStatus, MatchId,
    Refusal, ServiceId, StaffId, Urgency, ViewId,
};
use mamori_store::Tx;

use crate::banks::agree_dispute::lock_open_dispute;
use crate::decisions::approval::PendingApproval;
use crate::staff::member::{Lead, Reviewer};
use crate::{Desk, Error};

/// A recorded view. It is the only key to a picture, and good for one picture.
#[derive(Debug)]
pub struct RecordedView {
    pub(crate) view: ViewId,
    pub(crate) evidence: EvidenceId,
    /// The service that sent the item.
    pub(crate) service: ServiceId,
    pub(crate) clarity: Clarity,
}

impl RecordedView {
    /// Returns the id of the recorded view.
    pub fn view(&self) -> ViewId {
        self.view
    }
}

impl Desk {
    /// Records a view of an item of the case that the reviewer has claimed, and extends the claim.
    /// A blurred rendition is a view too. If the answer is lost the view stays recorded: the record
    /// may show one view too many, never one too few.
    ///
    /// Refused as [`Case::claimed_by`] says; with [`Refusal::BreakDue`], [`Refusal::OwnBreak`] or
    /// [`Refusal::ExposureSpent`], and the case goes back to the queue; with
    /// [`Refusal::EvidenceNone`], [`Refusal::EvidenceGone`] or [`Refusal::VaultClosed`], and no
    /// view is recorded.
    pub async fn open_view(
        &self,
        who: &Reviewer,
        case: CaseId,
        claim: u32,
        item: MatchId,
        clarity: Clarity,
    ) -> Result<RecordedView, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("view").await?;
        let due = self.break_due(&mut tx, who.staff(), now).await?;
        let case = tx.lock_case(case, who.assignment()).await?.ok_or(Error::NotFound("case"))?;
        case.claimed_by(who.staff(), claim, now)?;
        let evidence = self.readable(&mut tx, &case, item, now).await?;
        if let Some(due) = due {
            return Err(self.begin_break(tx, who, due, now).await?);
        }
        let view = self.insert_view(&mut tx, &case, who.staff(), (item, clarity), now).await?;
        tx.extend_claim(case.id, (who.staff(), claim), now, self.claim_until(now)).await?;
        tx.commit().await?;

        Ok(RecordedView { view, evidence, service: case.service, clarity })
    }

    /// Records a view by the second approver of an item of a case whose decision waits for
    /// approval. The same exposure limit applies to the second approver. Otherwise as
    /// [`Self::open_view`]; refused as [`Self::open_decision`] is.
    pub async fn open_view_as_approver(
        &self,
        who: &Reviewer,
        decision: DecisionId,
        item: MatchId,
        clarity: Clarity,
    ) -> Result<RecordedView, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("open_view_as_approver").await?;
        let due = self.break_due(&mut tx, who.staff(), now).await?;
        let decision = self.lock_pending_decision(&mut tx, who, decision).await?;
        PendingApproval::from(&decision).can_approve_eventually(who, now)?;
        let case = tx.lock_case(decision.case, who.assignment()).await?;
        let case = case.ok_or(Error::NotFound("case"))?;
        let evidence = self.readable(&mut tx, &case, item, now).await?;
        if let Some(due) = due {
            return Err(self.begin_break(tx, who, due, now).await?);
        }
        let view = self.insert_view(&mut tx, &case, who.staff(), (item, clarity), now).await?;
        tx.commit().await?;

        Ok(RecordedView { view, evidence, service: case.service, clarity })
    }

    /// Records a view by the reviewer who prepared a bulk decision, of an item of one of its cases,
    /// which are unclaimed. Otherwise as [`Self::open_view`]; [`Error::NotFound`] if another
    /// reviewer prepared it, [`Refusal::BulkLapsed`] if it can no longer be confirmed.
    pub async fn open_view_in_bulk(
        &self,
        who: &Reviewer,
        bulk: BulkId,
        (case, item): (CaseId, MatchId),
        clarity: Clarity,
    ) -> Result<RecordedView, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("open_view_in_bulk").await?;
        let due = self.break_due(&mut tx, who.staff(), now).await?;
        let bulk = tx.lock_bulk(bulk, who.assignment()).await?;
        let bulk = bulk.filter(|bulk| bulk.made_by == who.staff());
        let bulk = bulk.ok_or(Error::NotFound("bulk decision"))?;
        bulk.may_confirm(now)?;
        let case = tx.lock_case(case, who.assignment()).await?;
        let case = case.filter(|case| case.bulk == Some(bulk.id));
        let case = case.ok_or(Error::NotFound("case"))?;
        let evidence = self.readable(&mut tx, &case, item, now).await?;
        if let Some(due) = due {
            return Err(self.begin_break(tx, who, due, now).await?);
        }
        let view = self.insert_view(&mut tx, &case, who.staff(), (item, clarity), now).await?;
        tx.commit().await?;

        Ok(RecordedView { view, evidence, service: case.service, clarity })
    }

    /// Records a blurred view by a reviewer who chooses cases for a bulk decision, of an item of a case
    /// that the reviewer may choose ([`Desk::cases_to_choose`]) and need not have claimed. Otherwise as
    /// [`Self::open_view`]; [`Error::NotFound`] for every other case.
    pub async fn open_view_to_choose(
        &self,
        who: &Reviewer,
        case: CaseId,
        item: MatchId,
    ) -> Result<RecordedView, Error> {
        let now = self.clock().now();
        let clarity = Clarity::Blurred;

        let mut tx = self.store().begin("open_view_to_choose").await?;
        let due = self.break_due(&mut tx, who.staff(), now).await?;
        let case = tx.lock_case(case, who.assignment()).await?;
        let case = case.filter(|case| may_choose(case, who, now));
        let case = case.ok_or(Error::NotFound("case"))?;
        let evidence = self.readable(&mut tx, &case, item, now).await?;
        if let Some(due) = due {
            return Err(self.begin_break(tx, who, due, now).await?);
        }
        let view = self.insert_view(&mut tx, &case, who.staff(), (item, clarity), now).await?;
        tx.commit().await?;

        Ok(RecordedView { view, evidence, service: case.service, clarity })
    }

    /// Records a view by a lead who may agree to a dispute, of an item that the disputed entry held.
    /// The same exposure limit applies. Otherwise as [`Self::open_view`]; refused as
    /// [`Self::dispute_to_agree`] is.
    pub async fn open_view_of_dispute(
        &self,
        who: &Lead,
        dispute: DisputeId,
        item: MatchId,
        clarity: Clarity,
    ) -> Result<RecordedView, Error> {
        let now = self.clock().now();
        let reviewer = who.member().reviewer().ok_or(Error::NotFound("dispute"))?;

        let mut tx = self.store().begin("open_view_of_dispute").await?;
        let due = self.break_due(&mut tx, who.staff(), now).await?;
        let (dispute, decision) = lock_open_dispute(&mut tx, who, dispute).await?;
        let case = tx.lock_case(decision.case, who.assignment()).await?;
        let case = case.ok_or(Error::NotFound("case"))?;
        if !tx.has_hit(item, dispute.entry).await? {
            return Err(Error::NotFound("item"));
        }
        let evidence = self.readable(&mut tx, &case, item, now).await?;
        if let Some(due) = due {
            return Err(self.begin_break(tx, &reviewer, due, now).await?);
        }
        let view = self.insert_view(&mut tx, &case, who.staff(), (item, clarity), now).await?;
        tx.commit().await?;

        Ok(RecordedView { view, evidence, service: case.service, clarity })
    }

    /// Returns the reviewer's own view that was recorded a moment ago, so that its picture can be
    /// fetched.
    ///
    /// [`Error::NotFound`] if it is another reviewer's, [`Refusal::ViewClosed`] if it has ended or
    /// its picture was sent before, [`Refusal::EvidenceGone`] if the item's term ended meanwhile.
    pub async fn reopen_view(&self, who: &Reviewer, view: ViewId) -> Result<RecordedView, Error> {
        let now = self.clock().now();
        let view = self.own_view(who, view).await?;
        if !view.is_open(now) || view.shown_at.is_some() {
            return Err(Refusal::ViewClosed.into());
        }
        let evidence = self.store().evidence_of_item(view.item).await?;
        EvidenceStatus::of(evidence.as_ref(), now).readable()?;
        let evidence = evidence.ok_or(Refusal::EvidenceNone)?.id;
        let case = self.store().case(view.case, who.assignment()).await?;
        let case = case.ok_or(Error::NotFound("case"))?;
        Ok(RecordedView { view: view.id, evidence, service: case.service, clarity: view.clarity })
    }

    /// Keeps a view open, because the page says that the reviewer still sees the item; extends the
    /// claim too. Every five seconds is often enough. [`Refusal::ViewClosed`] if the view has
    /// ended: no keep-alive for 15 seconds ([`View::SILENCE_MAX`]), or 120 seconds after it began
    /// ([`View::LASTS_MAX`]).
    pub async fn view_heartbeat(&self, who: &Reviewer, view: ViewId) -> Result<(), Error> {
        let now = self.clock().now();
        let view = self.own_view(who, view).await?;

        let mut tx = self.store().begin("view_heartbeat").await?;
        if !tx.view_heartbeat(view.id, now).await? {
            return Err(Refusal::ViewClosed.into());
        }
        // A second approver's view has no claim: then this changes no row.
        tx.extend_claim_of(view.case, who.staff(), now, self.claim_until(now)).await?;
        tx.commit().await?;

        Ok(())
    }

    /// Ends a view. Ending it twice is harmless.
    pub async fn close_view(&self, who: &Reviewer, view: ViewId) -> Result<(), Error> {
        let now = self.clock().now();
        let view = self.own_view(who, view).await?;

        let mut tx = self.store().begin("close_view").await?;
        tx.close_view(view.id, now).await?;
        tx.commit().await?;

        Ok(())
    }

    /// Returns when a clear picture of an item was first sent to a reviewer; `None` if none was.
    /// Reads the record of views only.
    pub async fn was_viewed(&self, item: MatchId) -> Result<Option<Timestamp>, Error> {
        Ok(self.store().first_viewed(item).await?)
    }

    async fn own_view(&self, who: &Reviewer, view: ViewId) -> Result<View, Error> {
        let view = self.store().view(view).await?;
        let view = view.filter(|view| view.by == who.staff()).ok_or(Error::NotFound("view"))?;
        // A view ends when the assignment changes; this closes the gap for requests on their way.
        if who.assignment().is_limited() {
            let case = self.store().case(view.case, who.assignment()).await?;
            case.ok_or(Error::NotFound("view"))?;
        }
        Ok(view)
    }

    /// Returns the id of the stored bytes of an item of `case`, which `tx` has locked, if they can
    /// be read now.
    async fn readable(
        &self,
        tx: &mut Tx,
        case: &Case,
        item: MatchId,
        now: Timestamp,
    ) -> Result<EvidenceId, Error> {
        if !tx.has_case_item(case.id, item).await? {
            return Err(Error::NotFound("item"));
        }
        let evidence = tx.evidence_of_item(item).await?;
        EvidenceStatus::of(evidence.as_ref(), now).readable()?;
        if self.settings().vault.is_none() {
            return Err(Refusal::VaultClosed.into());
        }
        Ok(evidence.ok_or(Refusal::EvidenceNone)?.id)
    }

    pub(super) async fn insert_view(
        &self,
        tx: &mut Tx,
        case: &Case,
        by: StaffId,
        (item, clarity): (MatchId, Clarity),
        now: Timestamp,
    ) -> Result<ViewId, Error> {
        let policy = tx.policy(case.purpose).await?.ok_or(Error::NotFound("policy"))?;
        let view = View {
            id: self.clock().mint()?.into(),
            case: case.id,
            item,
            by,
            clarity,
            severity: policy.severity,
            opened_at: now,
            seen_at: now,
            shown_at: None,
            closed_at: None,
        };
        tx.insert_view(&view).await?;
        Ok(view.id)
    }
}

/// Checks whether the reviewer may put the case into a bulk decision, as the query of
/// [`Desk::cases_to_choose`] does.
fn may_choose(case: &Case, who: &Reviewer, now: Timestamp) -> bool {
    let is_free = case.claim.is_none_or(|claim| claim.by == who.staff() || claim.until <= now);
    let is_permitted = case.level == Level::Reviewer || who.member().roles().is_lead();
    case.state == CaseState::Open
        && case.bulk.is_none()
        && case.urgency != Urgency::ChildInDanger
        && is_free
        && is_permitted
}
