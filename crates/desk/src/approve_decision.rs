//! The second person looks at a decision, and agrees or does not.

use jiff::Timestamp;
use mamori_model::case::{About, CaseEventKind, Level, Step};
use mamori_model::decision::{Decision, DecisionState};
use mamori_model::page::PageSize;
use mamori_model::{DecisionId, MatchId, Refusal, Second, StaffId, Words};
use mamori_store::Tx;

use crate::member::{Recently, Reviewer};
use crate::read_case::CaseItems;
use crate::second_person::{Waiting, is_same};
use crate::{Desk, Error};

impl Desk {
    /// Shows the case of a proposed decision to whoever may be its second person, and writes down
    /// that they read it: once for each wait.
    pub async fn read_again(
        &self,
        who: &Reviewer,
        decision: DecisionId,
        after: Option<MatchId>,
        size: PageSize,
    ) -> Result<CaseItems, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("read_again").await?;
        let decision = self.waiting(&mut tx, decision).await?;
        let waiting = Waiting::from(&decision);
        waiting.may_in_time(who, now)?;
        let case = tx.lock_case(decision.case).await?.ok_or(Error::NotFound("case"))?;
        let last = tx.last_read_again(case.id, who.staff()).await?;
        if waiting.is_unread(last, now) {
            self.note_read_again(&mut tx, who, &decision, now).await?;
        }
        tx.commit().await?;

        self.case_items(case, after, size).await
    }

    /// The second person agrees: the decision stands, and the service is asked.
    ///
    /// Refused by name: [`Refusal::SecondIsFirst`], also for a namesake, [`Refusal::SecondTooNew`],
    /// [`Refusal::SecondTooSoon`],
    /// [`Refusal::LookNeeded`], [`Refusal::AlreadyDecided`] if somebody settled it,
    /// [`Refusal::InBulk`] if it is part of a bulk decision.
    pub async fn approve(
        &self,
        who: &Reviewer,
        recently: &Recently,
        decision: DecisionId,
    ) -> Result<(), Error> {
        let now = self.clock().now();
        is_same(who, recently)?;

        let mut tx = self.store().begin("approve").await?;
        let decision = self.waiting(&mut tx, decision).await?;
        let looked = looked_again(&mut tx, &decision, who.staff(), now).await?;
        let waiting = Waiting::from(&decision);
        waiting.may(who, looked, now)?;
        waiting.is_for(&mut tx, who, now).await?;
        is_single(&decision)?;
        self.approve_one(&mut tx, who, &decision, now).await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        Ok(())
    }

    /// The second person does not agree: nothing is asked of anybody, and the case is open again,
    /// for leads. Who works alone need not wait to take their own word back.
    pub async fn refuse(
        &self,
        who: &Reviewer,
        recently: &Recently,
        decision: DecisionId,
        why: &Words,
    ) -> Result<(), Error> {
        let now = self.clock().now();
        is_same(who, recently)?;

        let mut tx = self.store().begin("refuse").await?;
        let decision = self.waiting(&mut tx, decision).await?;
        Waiting::from(&decision).may_in_time(who, now)?;
        is_single(&decision)?;
        self.refuse_one(&mut tx, who, &decision, why, now).await?;
        tx.commit().await?;

        Ok(())
    }

    /// Lets one decision stand, within `tx`, which holds its case.
    pub(crate) async fn approve_one(
        &self,
        tx: &mut Tx,
        who: &Reviewer,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<(), Error> {
        settle(tx, decision, DecisionState::Standing, who, None, now).await?;
        let about = About { decision: Some(decision.id), ..About::default() };
        let by = Some(who.staff());
        self.note_by(tx, decision.case, CaseEventKind::Approved, by, (None, about), now).await?;
        self.stand(tx, decision, who.staff(), now).await
    }

    /// Refuses one decision, within `tx`, which holds its case.
    pub(crate) async fn refuse_one(
        &self,
        tx: &mut Tx,
        who: &Reviewer,
        decision: &Decision,
        why: &Words,
        now: Timestamp,
    ) -> Result<(), Error> {
        settle(tx, decision, DecisionState::Refused, who, Some(why), now).await?;
        tx.drop_actions(decision.id).await?;
        // Where nobody else is there is no lead to ask for.
        let level = match decision.second {
            Second::Alone { .. } => Level::Anybody,
            Second::None | Second::Colleague => Level::Lead,
        };
        tx.reopen_case(decision.case, level).await?;
        tx.close_looks_of(decision.case, now).await?;
        let about = About { decision: Some(decision.id), ..About::default() };
        let by = Some(who.staff());
        let kind = CaseEventKind::Refused;
        self.note_by(tx, decision.case, kind, by, (Some(why), about), now).await
    }

    /// Writes down that the second person read a decision's case.
    pub(crate) async fn note_read_again(
        &self,
        tx: &mut Tx,
        who: &Reviewer,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<(), Error> {
        let about = About { decision: Some(decision.id), ..About::default() };
        let by = Some(who.staff());
        self.note_by(tx, decision.case, CaseEventKind::ReadAgain, by, (None, about), now).await
    }

    /// A decision that waits for its second person, whose case `tx` holds from now on.
    pub(crate) async fn waiting(
        &self,
        tx: &mut Tx,
        decision: DecisionId,
    ) -> Result<Decision, Error> {
        let not_found = || Error::NotFound("decision");
        let before = tx.decision(decision).await?.ok_or_else(not_found)?;
        let case = tx.lock_case(before.case).await?.ok_or_else(not_found)?;
        case.state.after(Step::Approve)?;
        // As it is now that nobody else can change it.
        let decision = tx.decision(decision).await?.ok_or_else(not_found)?;
        match decision.state {
            DecisionState::Proposed => Ok(decision),
            DecisionState::Standing | DecisionState::Refused | DecisionState::Undone => {
                Err(Refusal::AlreadyDecided.into())
            }
        }
    }
}

/// When somebody who works alone last read a decision's case again, and saw an item of it where any
/// can be seen.
async fn looked_again(
    tx: &mut Tx,
    decision: &Decision,
    who: StaffId,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let Second::Alone { .. } = decision.second else { return Ok(None) };
    let read = tx.last_read_again(decision.case, who).await?;
    let kept = tx.evidence_of_case(decision.case).await?;
    if !kept.values().any(|evidence| evidence.is_readable(now)) {
        return Ok(read);
    }
    Ok(read.min(tx.last_look(decision.case, who).await?))
}

/// What is part of a bulk decision is settled with it, as one.
fn is_single(decision: &Decision) -> Result<(), Refusal> {
    if decision.bulk.is_some() { Err(Refusal::InBulk) } else { Ok(()) }
}

async fn settle(
    tx: &mut Tx,
    decision: &Decision,
    state: DecisionState,
    who: &Reviewer,
    why: Option<&Words>,
    now: Timestamp,
) -> Result<(), Error> {
    let is_settled = tx.settle_decision(decision.id, state, (who.staff(), why), now).await?;
    if is_settled { Ok(()) } else { Err(Refusal::AlreadyDecided.into()) }
}
