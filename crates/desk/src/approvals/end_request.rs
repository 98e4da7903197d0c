//! Ends approval requests, in the transaction of the cause.

use jiff::Timestamp;
use mamori_model::approval_request::{ApprovalRequest, ApprovalState, ApprovalVerb, Lapse};
use mamori_model::{AuditActor, AuditVerb, Refusal};
use mamori_store::Tx;
use serde_json::json;

use crate::audit::{self, Change, values};
use crate::{Desk, Error};

/// Ends a request that `tx` has locked, records it, and returns the request as it is then. A key
/// that waited for a request that was not approved is revoked. [`Refusal::RequestResolved`] if the
/// request does not wait.
pub(crate) async fn end_request(
    desk: &Desk,
    tx: &mut Tx,
    request: ApprovalRequest,
    state: ApprovalState,
    now: Timestamp,
) -> Result<ApprovalRequest, Error> {
    let (verb, is_made) = match &state {
        ApprovalState::Waiting => return Err(Refusal::RequestResolved.into()),
        ApprovalState::Done(_) => (AuditVerb::ApprovalApproved, true),
        ApprovalState::MadeAlone(_) => (AuditVerb::ApprovalMadeAlone, true),
        ApprovalState::Refused(..) => (AuditVerb::ApprovalRefused, false),
        ApprovalState::Cancelled(_) => (AuditVerb::ApprovalCancelled, false),
        ApprovalState::Lapsed(_) => (AuditVerb::ApprovalLapsed, false),
    };
    let request = request.resolved(state, now);
    if !tx.resolve_approval_request(&request).await? {
        return Err(Refusal::RequestResolved.into());
    }
    let by = request.state.by().cloned().unwrap_or(AuditActor::Mamori);
    if request.verb == ApprovalVerb::IssueKey && !is_made {
        revoke_waiting_key(desk, tx, &request, &by, now).await?;
    }
    let requested_by = &request.requested_by;
    let change = Change::of(by, verb, request.id).after(json!({
        "verb": request.verb,
        "target": request.target.as_str(),
        "requested_by": requested_by.id().as_deref().unwrap_or(requested_by.kind()),
        "lapse": request.state.lapse(),
    }));
    audit::record(desk, tx, change, now).await?;
    Ok(request)
}

/// Revokes the key that waited for `request`, unless its actor revoked it meanwhile.
async fn revoke_waiting_key(
    desk: &Desk,
    tx: &mut Tx,
    request: &ApprovalRequest,
    by: &AuditActor,
    now: Timestamp,
) -> Result<(), Error> {
    let id = request.target.as_str().parse();
    let id = id.map_err(|cause| Error::internal("a request names no key", cause))?;
    let Some(key) = tx.key(id).await? else { return Ok(()) };
    if !tx.revoke_key(id, now).await? {
        return Ok(());
    }
    let change = Change::of(by.clone(), AuditVerb::KeyRevoked, id).before(values::key(&key));
    audit::record(desk, tx, change, now).await
}

/// Lapses the requests of an actor whose key is revoked in `tx`. To be called before `tx` locks the
/// keys, as the approval of a request locks the request first.
pub(crate) async fn lapse_requests_of(
    desk: &Desk,
    tx: &mut Tx,
    actor: &AuditActor,
    now: Timestamp,
) -> Result<(), Error> {
    for request in tx.waiting_requests_of(actor, u32::MAX).await? {
        // Another transaction may have resolved it meanwhile.
        let Some(locked) = tx.lock_approval_request(request.id).await? else { continue };
        if locked.state == ApprovalState::Waiting {
            end_request(desk, tx, locked, ApprovalState::Lapsed(Lapse::KeyRevoked), now).await?;
        }
    }
    Ok(())
}
