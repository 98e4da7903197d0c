//! Adds an event to the audit record, in the transaction of the change.

use jiff::Timestamp;
use mamori_model::audit::{AuditActor, AuditEvent, AuditTarget, AuditVerb};
use mamori_store::Tx;
use serde_json::Value;

use crate::{Desk, Error};

/// A change to be recorded: who did what to what.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    actor: AuditActor,
    verb: AuditVerb,
    target: AuditTarget,
    before: Option<Value>,
    after: Option<Value>,
}

impl Change {
    /// Describes a change by `actor` to `target`, the id of what was changed.
    pub(crate) fn of(
        actor: impl Into<AuditActor>,
        verb: AuditVerb,
        target: impl std::fmt::Display,
    ) -> Self {
        let (actor, target) = (actor.into(), AuditTarget::of(target));
        Self { actor, verb, target, before: None, after: None }
    }

    /// Adds the state before.
    pub(crate) fn before(self, before: Value) -> Self {
        Self { before: Some(before), ..self }
    }

    /// Adds the state after, or the details of what was done. Neither secrets nor personal data of
    /// users may be in it: no account, no item, no text of a reviewer.
    pub(crate) fn after(self, after: Value) -> Self {
        Self { after: Some(after), ..self }
    }
}

/// Adds `change` to the audit record. The event exists if and only if the transaction of the change
/// commits; the sequencer numbers it within a second or so.
pub(crate) async fn record(
    desk: &Desk,
    tx: &mut Tx,
    change: Change,
    now: Timestamp,
) -> Result<(), Error> {
    let Change { actor, verb, target, before, after } = change;
    let text = |value: Option<Value>| value.map(|value| value.to_string());
    let (before, after) = (text(before), text(after));
    let id = desk.clock().mint()?.into();
    let event = AuditEvent { id, actor, verb, target, before, after, at: now };
    Ok(tx.insert_audit_event(&event).await?)
}
