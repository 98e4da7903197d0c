//! Gives a claimed case back without a decision: to the queue, to a lead, or to a colleague.

use jiff::{SignedDuration, Timestamp};
use mamori_model::case::{About, CaseEventKind, Level};
use mamori_model::{Case, CaseId, FreeText, Refusal, StaffId, Urgency};
use mamori_store::{Released, Tx};

use crate::cases::colleagues::has_lead_of;
use crate::cases::record_event::{NewEvent, record_event};
use crate::staff::member::Reviewer;
use crate::{Desk, Error};

/// How long a case that was handed over is reserved for that colleague.
const HANDED: SignedDuration = SignedDuration::from_hours(24);

/// How a reviewer gives a claimed case back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Release {
    /// Back to its old place in the queue.
    Leave,
    /// Back to its old place in the queue, with a reason; the reviewer is not offered it again,
    /// except a lead when no other case waits.
    Skip(FreeText),
    /// To a lead, with the same urgency or a higher one; where the operator works alone, back to the
    /// queue for the same person.
    Escalate {
        /// How urgent the case is from now on; never lower than before.
        urgency: Urgency,
        /// The reviewer's reason, for the lead.
        why: FreeText,
    },
    /// To one colleague, for whom it is reserved.
    HandOver {
        /// The colleague; must be a lead if the case needs one.
        to: StaffId,
        /// What the colleague should know about the case.
        why: FreeText,
    },
}

impl Desk {
    /// Ends the reviewer's claim and their views of the case's items, and gives the case back as
    /// `release` says.
    ///
    /// [`Refusal::ClaimLapsed`] if the reviewer no longer has the claim; [`Refusal::NoLead`] if a
    /// lead is asked for and none covers the case; [`Refusal::UrgencyLower`] if an escalation would lower
    /// the urgency, which [`Self::lower_urgency`] does; [`Error::NotFound`] if the colleague may not have the
    /// case: a deactivated account, no reviewer, the reviewer themselves, one whose assignment does
    /// not cover the case, or no lead where the case needs one.
    pub async fn release_case(
        &self,
        who: &Reviewer,
        case: CaseId,
        number: u32,
        release: Release,
    ) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("release_case").await?;
        let case = tx.lock_case(case, who.assignment()).await?.ok_or(Error::NotFound("case"))?;
        case.claimed_by(who.staff(), number, now)?;
        let (kind, then, note, about) = match release {
            Release::Leave => (CaseEventKind::Released, as_it_was(&case), None, About::default()),
            Release::Skip(why) => {
                (CaseEventKind::Skipped, as_it_was(&case), Some(why), About::default())
            }
            Release::Escalate { urgency, why } => {
                if urgency.is_below(case.urgency) {
                    return Err(Refusal::UrgencyLower.into());
                }
                let level = self.level_for_leads(&mut tx, &case).await?;
                let then = Released { level, urgency, handed: None };
                let about = About { urgency: Some(urgency), ..About::default() };
                (CaseEventKind::Escalated, then, Some(why), about)
            }
            Release::HandOver { to, why } => {
                require_takeover(&mut tx, &case, who, to).await?;
                let until = now.checked_add(HANDED).unwrap_or(Timestamp::MAX);
                let then = Released { handed: Some((to, until)), ..as_it_was(&case) };
                let about = About { to: Some(to), ..About::default() };
                (CaseEventKind::HandedOver, then, Some(why), about)
            }
        };
        tx.release_claim(case.id, then).await?;
        tx.close_views_of(case.id, now).await?;
        let by = Some(who.staff());
        record_event(
            self,
            &mut tx,
            NewEvent::of(case.id, kind).by(by).note(note.as_ref()).about(about),
            now,
        )
        .await?;
        tx.commit().await?;

        Ok(())
    }

    /// Returns the level of a case that needs a lead; [`Refusal::NoLead`] if no lead covers it, so that
    /// no case waits for ever. Where the operator works alone every reviewer may claim it.
    async fn level_for_leads(&self, tx: &mut Tx, case: &Case) -> Result<Level, Error> {
        if self.settings().is_single_person {
            return Ok(Level::Reviewer);
        }
        let has_lead = has_lead_of(&tx.colleagues().await?, (case.service, case.purpose));
        if has_lead { Ok(Level::Lead) } else { Err(Refusal::NoLead.into()) }
    }
}

/// Returns the place in the queue that the case had before it was claimed.
pub(super) fn as_it_was(case: &Case) -> Released {
    Released { level: case.level, urgency: case.urgency, handed: None }
}

async fn require_takeover(
    tx: &mut Tx,
    case: &Case,
    from: &Reviewer,
    to: StaffId,
) -> Result<(), Error> {
    let colleague = tx.staff(to).await?.filter(|to| to.ended_at.is_none());
    let colleague = colleague.filter(|to| to.assignment.covers(case.service, case.purpose));
    let may = colleague.is_some_and(|to| match case.level {
        Level::Reviewer => to.roles.is_reviewer(),
        Level::Lead => to.roles.is_lead(),
    });
    if may && to != from.staff() { Ok(()) } else { Err(Error::NotFound("staff")) }
}
