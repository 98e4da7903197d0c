//! Somebody looks at an item. It is written down, and committed, before the first byte leaves.

use jiff::Timestamp;
use mamori_model::look::{Clarity, Look};
use mamori_model::{Case, CaseId, DecisionId, EvidenceId, Kept, LookId, MatchId, Refusal, StaffId};
use mamori_store::Tx;

use crate::member::Reviewer;
use crate::second_person::Waiting;
use crate::{Desk, Error};

/// A look that was written down: the only key to a picture, and good for one.
#[derive(Debug)]
pub struct Looked {
    pub(crate) look: LookId,
    pub(crate) evidence: EvidenceId,
    pub(crate) clarity: Clarity,
}

impl Looked {
    /// The look.
    pub fn look(&self) -> LookId {
        self.look
    }
}

impl Desk {
    /// Begins a look at an item of the case that somebody has in hand, and makes their claim last
    /// on. A veiled rendition is a look too. If the answer is lost the look is still written down:
    /// one too many is said, never one too few.
    ///
    /// Refused by name: whatever [`Case::claimed_by`] says; [`Refusal::RestDue`],
    /// [`Refusal::DoseSpent`], and the case goes back to the queue; [`Refusal::EvidenceNone`],
    /// [`Refusal::EvidenceGone`], [`Refusal::VaultClosed`], and nothing was seen.
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

    /// Begins a look of the second person at an item of a case whose decision waits for them. They
    /// are bound by the same dose. Otherwise as [`Self::look`], and as [`Self::read_again`].
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

    /// The look that somebody began a moment ago, so that its picture can be fetched.
    ///
    /// [`Error::NotFound`] if it is another's, [`Refusal::LookClosed`] if it is over or its picture
    /// left before, [`Refusal::EvidenceGone`] if the item's term ended meanwhile.
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

    /// A page says that somebody still looks; their claim lasts on too. Every five seconds is often
    /// enough. [`Refusal::LookClosed`] if it is over: nobody said so for 15 seconds, or it lasted
    /// for 120.
    pub async fn keep_look(&self, who: &Reviewer, look: LookId) -> Result<(), Error> {
        let now = self.clock().now();
        let look = self.own_look(who, look).await?;

        let mut tx = self.store().begin("keep_look").await?;
        if !tx.keep_look(look.id, now).await? {
            return Err(Refusal::LookClosed.into());
        }
        // Of a second person's look there is no claim.
        tx.keep_claim_on(look.case, who.staff(), now, self.claim_until(now)).await?;
        tx.commit().await?;

        Ok(())
    }

    /// Somebody looks no more. Saying it twice is harmless.
    pub async fn close_look(&self, who: &Reviewer, look: LookId) -> Result<(), Error> {
        let now = self.clock().now();
        let look = self.own_look(who, look).await?;

        let mut tx = self.store().begin("close_look").await?;
        tx.close_look(look.id, now).await?;
        tx.commit().await?;

        Ok(())
    }

    /// When a clear picture of an item first left for a person; `None`: nobody viewed it. From the
    /// record of looks alone.
    pub async fn was_viewed(&self, item: MatchId) -> Result<Option<Timestamp>, Error> {
        Ok(self.store().first_viewed(item).await?)
    }

    async fn own_look(&self, who: &Reviewer, look: LookId) -> Result<Look, Error> {
        let look = self.store().look(look).await?;
        look.filter(|look| look.by == who.staff()).ok_or(Error::NotFound("look"))
    }

    /// The bytes of an item of a case that `tx` holds, if they can be read now.
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
