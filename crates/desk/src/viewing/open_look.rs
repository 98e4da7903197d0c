//! Records a reviewer's view of an item, and commits the record before the first byte of the
//! picture is sent. Does not read the picture itself: that is [`crate::viewing::show_item`].

use jiff::Timestamp;
use mamori_model::look::{Clarity, Look};
use mamori_model::{Case, CaseId, DecisionId, EvidenceId, Kept, LookId, MatchId, Refusal, StaffId};
use mamori_store::Tx;

use crate::decisions::second_person::Waiting;
use crate::staff::member::Reviewer;
use crate::{Desk, Error};

/// A recorded view. It is the only key to a picture, and good for one picture.
#[derive(Debug)]
pub struct Looked {
    pub(crate) look: LookId,
    pub(crate) evidence: EvidenceId,
    pub(crate) clarity: Clarity,
}

impl Looked {
    /// Returns the id of the recorded view.
    pub fn look(&self) -> LookId {
        self.look
    }
}

impl Desk {
    /// Records a view of an item of the case that the reviewer has claimed, and extends the claim.
    /// A blurred rendition is a view too. If the answer is lost the view stays recorded: the record
    /// may show one view too many, never one too few.
    ///
    /// Refused as [`Case::claimed_by`] says; with [`Refusal::RestDue`] or [`Refusal::DoseSpent`],
    /// and the case goes back to the queue; with [`Refusal::EvidenceNone`],
    /// [`Refusal::EvidenceGone`] or [`Refusal::VaultClosed`], and no view is recorded.
    pub async fn look(
        &self,
        who: &Reviewer,
        case: CaseId,
        claim: u32,
        item: MatchId,
        clarity: Clarity,
    ) -> Result<Looked, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("look").await?;
        let rest = self.rest_due(&mut tx, who.staff(), now).await?;
        let case = tx.lock_case(case).await?.ok_or(Error::NotFound("case"))?;
        case.claimed_by(who.staff(), claim, now)?;
        let evidence = self.readable(&mut tx, &case, item, now).await?;
        if let Some(rest) = rest {
            return Err(self.begin_rest(tx, who, rest, now).await?);
        }
        let look = self.open_look(&mut tx, &case, who.staff(), (item, clarity), now).await?;
        tx.extend_claim(case.id, (who.staff(), claim), now, self.claim_until(now)).await?;
        tx.commit().await?;

        Ok(Looked { look, evidence, clarity })
    }

    /// Records a view by the second approver of an item of a case whose decision waits for
    /// approval. The same exposure limit applies to the second approver. Otherwise as
    /// [`Self::look`]; refused as [`Self::read_again`] is.
    pub async fn look_again(
        &self,
        who: &Reviewer,
        decision: DecisionId,
        item: MatchId,
        clarity: Clarity,
    ) -> Result<Looked, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("look_again").await?;
        let rest = self.rest_due(&mut tx, who.staff(), now).await?;
        let decision = self.waiting(&mut tx, decision).await?;
        Waiting::from(&decision).may_in_time(who, now)?;
        let case = tx.lock_case(decision.case).await?.ok_or(Error::NotFound("case"))?;
        let evidence = self.readable(&mut tx, &case, item, now).await?;
        if let Some(rest) = rest {
            return Err(self.begin_rest(tx, who, rest, now).await?);
        }
        let look = self.open_look(&mut tx, &case, who.staff(), (item, clarity), now).await?;
        tx.commit().await?;

        Ok(Looked { look, evidence, clarity })
    }

    /// Returns the reviewer's own view that was recorded a moment ago, so that its picture can be
    /// fetched.
    ///
    /// [`Error::NotFound`] if it is another reviewer's, [`Refusal::LookClosed`] if it has ended or
    /// its picture was sent before, [`Refusal::EvidenceGone`] if the item's term ended meanwhile.
    pub async fn reopen_look(&self, who: &Reviewer, look: LookId) -> Result<Looked, Error> {
        let now = self.clock().now();
        let look = self.own_look(who, look).await?;
        if !look.is_open(now) || look.shown_at.is_some() {
            return Err(Refusal::LookClosed.into());
        }
        let evidence = self.store().evidence_of_item(look.item).await?;
        Kept::of(evidence.as_ref(), now).readable()?;
        let evidence = evidence.ok_or(Refusal::EvidenceNone)?.id;
        Ok(Looked { look: look.id, evidence, clarity: look.clarity })
    }

    /// Keeps a view open, because the page says that the reviewer still sees the item; extends the
    /// claim too. Every five seconds is often enough. [`Refusal::LookClosed`] if the view has
    /// ended: no keep-alive for 15 seconds ([`Look::SILENCE_MAX`]), or 120 seconds after it began
    /// ([`Look::LASTS_MAX`]).
    pub async fn keep_look(&self, who: &Reviewer, look: LookId) -> Result<(), Error> {
        let now = self.clock().now();
        let look = self.own_look(who, look).await?;

        let mut tx = self.store().begin("keep_look").await?;
        if !tx.keep_look(look.id, now).await? {
            return Err(Refusal::LookClosed.into());
        }
        // A second approver's view has no claim: then this changes no row.
        tx.keep_claim_on(look.case, who.staff(), now, self.claim_until(now)).await?;
        tx.commit().await?;

        Ok(())
    }

    /// Ends a view. Ending it twice is harmless.
    pub async fn close_look(&self, who: &Reviewer, look: LookId) -> Result<(), Error> {
        let now = self.clock().now();
        let look = self.own_look(who, look).await?;

        let mut tx = self.store().begin("close_look").await?;
        tx.close_look(look.id, now).await?;
        tx.commit().await?;

        Ok(())
    }

    /// Returns when a clear picture of an item was first sent to a reviewer; `None` if none was.
    /// Reads the record of views only.
    pub async fn was_viewed(&self, item: MatchId) -> Result<Option<Timestamp>, Error> {
        Ok(self.store().first_viewed(item).await?)
    }

    async fn own_look(&self, who: &Reviewer, look: LookId) -> Result<Look, Error> {
        let look = self.store().look(look).await?;
        look.filter(|look| look.by == who.staff()).ok_or(Error::NotFound("look"))
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
        Kept::of(evidence.as_ref(), now).readable()?;
        if self.settings().vault.is_none() {
            return Err(Refusal::VaultClosed.into());
        }
        Ok(evidence.ok_or(Refusal::EvidenceNone)?.id)
    }

    async fn open_look(
        &self,
        tx: &mut Tx,
        case: &Case,
        by: StaffId,
        (item, clarity): (MatchId, Clarity),
        now: Timestamp,
    ) -> Result<LookId, Error> {
        let policy = tx.policy(case.purpose).await?.ok_or(Error::NotFound("policy"))?;
        let look = Look {
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
        tx.insert_look(&look).await?;
        Ok(look.id)
    }
}
