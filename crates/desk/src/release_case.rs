//! Somebody gives a case back without deciding it.

use jiff::{SignedDuration, Timestamp};
use mamori_model::case::{About, CaseEventKind, Level};
use mamori_model::{Case, CaseId, Refusal, StaffId, Urgency, Words};
use mamori_store::{Released, Tx};

use crate::member::Reviewer;
use crate::{Desk, Error};

/// For how long a case is kept for the colleague whom it was handed to.
const HANDED: SignedDuration = SignedDuration::from_hours(24);

/// How somebody gives a case back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Release {
    /// As it was.
    Leave,
    /// They do not want it; it is not given to them again.
    Skip(Words),
    /// A lead must look; where somebody works alone, they themselves, as soon as it says.
    Escalate {
        /// How soon.
        urgency: Urgency,
        /// Why.
        why: Words,
    },
    /// A colleague shall have it.
    HandOver {
        /// Who.
        to: StaffId,
        /// What they should know.
        why: Words,
    },
}

impl Desk {
    /// Takes a case out of somebody's hand.
    ///
    /// [`Refusal::ClaimLapsed`] if they have it no more; [`Refusal::NoLead`] if a lead is asked for
    /// and nobody is one; [`Error::NotFound`] if the colleague may not have it: gone, no reviewer,
    /// themselves, or no lead where one was asked for.
    pub async fn release_case(
        &self,
        who: &Reviewer,
        case: CaseId,
        number: u32,
        release: Release,
    ) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("release_case").await?;
        let case = tx.lock_case(case).await?.ok_or(Error::NotFound("case"))?;
        case.claimed_by(who.staff(), number, now)?;
        let (kind, then, note, about) = match release {
            Release::Leave => (CaseEventKind::Released, as_it_was(&case), None, About::default()),
            Release::Skip(why) => {
                (CaseEventKind::Skipped, as_it_was(&case), Some(why), About::default())
            }
            Release::Escalate { urgency, why } => {
                let level = self.level_for_leads(&mut tx).await?;
                let then = Released { level, urgency, handed: None };
                let about = About { urgency: Some(urgency), ..About::default() };
                (CaseEventKind::Escalated, then, Some(why), about)
            }
            Release::HandOver { to, why } => {
                may_have(&mut tx, &case, who, to).await?;
                let until = now.checked_add(HANDED).unwrap_or(Timestamp::MAX);
                let then = Released { handed: Some((to, until)), ..as_it_was(&case) };
                let about = About { to: Some(to), ..About::default() };
                (CaseEventKind::HandedOver, then, Some(why), about)
            }
        };
        tx.release_claim(case.id, then).await?;
        tx.close_looks_of(case.id, now).await?;
        let by = Some(who.staff());
        self.note_by(&mut tx, case.id, kind, by, (note.as_ref(), about), now).await?;
        tx.commit().await?;

        Ok(())
    }

    /// For whom a case is that needs a lead: nobody waits for one who does not exist.
    async fn level_for_leads(&self, tx: &mut Tx) -> Result<Level, Error> {
        if self.settings().is_alone {
            return Ok(Level::Anybody);
        }
        if tx.has_lead().await? { Ok(Level::Lead) } else { Err(Refusal::NoLead.into()) }
    }
}

/// Back into the queue, in its old place.
pub(crate) fn as_it_was(case: &Case) -> Released {
    Released { level: case.level, urgency: case.urgency, handed: None }
}

async fn may_have(tx: &mut Tx, case: &Case, from: &Reviewer, to: StaffId) -> Result<(), Error> {
    let colleague = tx.staff(to).await?.filter(|to| to.ended_at.is_none());
    let may = colleague.is_some_and(|to| match case.level {
        Level::Anybody => to.roles.is_reviewer(),
        Level::Lead => to.roles.is_lead(),
    });
    if may && to != from.staff() { Ok(()) } else { Err(Error::NotFound("staff")) }
}
