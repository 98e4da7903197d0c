//! Appends to the history of a case.

use jiff::Timestamp;
use mamori_model::case::{About, CaseEvent, CaseEventKind};
use mamori_model::{AuditActor, CaseId, FreeText, StaffId};
use mamori_store::Tx;
use serde_json::json;

use crate::audit::{self, Change};
use crate::{Desk, Error};

/// What happened to a case.
#[derive(Clone, Debug)]
pub(crate) struct NewEvent<'a> {
    case: CaseId,
    kind: CaseEventKind,
    by: Option<StaffId>,
    note: Option<&'a FreeText>,
    about: About,
}

impl<'a> NewEvent<'a> {
    /// Describes what Mamori itself did to the case, about nothing in particular.
    pub(crate) fn of(case: CaseId, kind: CaseEventKind) -> Self {
        Self { case, kind, by: None, note: None, about: About::default() }
    }

    /// Names the staff member who did it.
    pub(crate) fn by(self, staff: impl Into<Option<StaffId>>) -> Self {
        Self { by: staff.into(), ..self }
    }

    /// Adds the text that the staff member wrote.
    pub(crate) fn note(self, note: impl Into<Option<&'a FreeText>>) -> Self {
        Self { note: note.into(), ..self }
    }

    /// Names what else it is about: an item, a decision, a person.
    pub(crate) fn about(self, about: About) -> Self {
        Self { about, ..self }
    }
}

/// Appends `event` to the history of its case, in the transaction of what happened, and to the
/// audit record if [`actor_of`] names an actor; the note of a staff member stays in the history only.
pub(crate) async fn record_event(
    desk: &Desk,
    tx: &mut Tx,
    event: NewEvent<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    let NewEvent { case, kind, by, note, about } = event;
    let id = desk.clock().mint()?.into();
    let event = CaseEvent { id, case, kind, by, note: note.cloned(), about, at: now };
    tx.insert_case_event(&event).await?;
    if let Some(actor) = actor_of(kind, by) {
        let change = Change::of(actor, kind, case);
        let details = json!({ "event": kind.as_str(), "about": about });
        audit::record(desk, tx, change.after(details), now).await?;
    }
    Ok(())
}

/// Returns the actor for the audit record: the staff member, or Mamori where a claim or a bulk
/// decision ended by itself. `None` for what only follows from another event: a check or a decision.
fn actor_of(kind: CaseEventKind, by: Option<StaffId>) -> Option<AuditActor> {
    match (kind, by) {
        // The history names the reviewer whose claim it was.
        (CaseEventKind::Lapsed, _) | (CaseEventKind::OutOfBulk, None) => Some(AuditActor::Mamori),
        (_, by) => by.map(AuditActor::Staff),
    }
}
