//! Adds an event to the audit record, in the transaction of the change. Refuses an actor of a kind
//! that may not make the change.

use jiff::Timestamp;
use mamori_model::audit::{AuditAct, AuditActor, AuditEvent, AuditTarget};
use mamori_store::Tx;
use serde_json::Value;

use crate::{Desk, Error};

/// A change to be recorded: who did what to what.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    actor: AuditActor,
    act: AuditAct,
    target: AuditTarget,
    before: Option<Value>,
    after: Option<Value>,
}

impl Change {
    /// Describes a change by `actor` to `target`, the id of what was changed. `act` is a verb of the
    /// audit record, or what happened to a case.
    pub(crate) fn of(
        actor: impl Into<AuditActor>,
        act: impl Into<AuditAct>,
        target: impl std::fmt::Display,
    ) -> Self {
        let (actor, act, target) = (actor.into(), act.into(), AuditTarget::of(target));
        Self { actor, act, target, before: None, after: None }
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
///
/// [`Error::Internal`] if the rule of the act ([`AuditAct::rule`]) does not permit this kind of
/// actor: then the verb that calls this did not check its caller, and its transaction must not
/// commit. An administrator's key is told from a service's by the stored role of the key. The roles
/// of a staff member are not checked here: the proofs that the verbs take
/// ([`crate::staff::member`]) stand for them.
pub(crate) async fn record(
    desk: &Desk,
    tx: &mut Tx,
    change: Change,
    now: Timestamp,
) -> Result<(), Error> {
    let Change { actor, act, target, before, after } = change;
    require_permitted(tx, act, &actor).await?;
    let text = |value: Option<Value>| value.map(|value| value.to_string());
    let (before, after) = (text(before), text(after));
    let id = desk.clock().mint()?.into();
    let event = AuditEvent { id, actor, verb: act.verb(), target, before, after, at: now };
    Ok(tx.insert_audit_event(&event).await?)
}

/// Checks that the rule of `act` permits this kind of actor.
async fn require_permitted(tx: &mut Tx, act: AuditAct, actor: &AuditActor) -> Result<(), Error> {
    let role = match actor.key() {
        Some(key) => tx.key(key).await?.map(|key| key.role),
        None => None,
    };
    if act.rule().permits(actor, role) {
        return Ok(());
    }
    let id = actor.id().unwrap_or_default();
    let cause = format!("{} by {} {id}", act.as_str(), actor.kind());
    Err(Error::internal("an actor made a change that its kind may not make", cause))
}
