//! The states that the audit record stores: settings and ids, without secrets, hashes and personal
//! data.

use mamori_model::import::Import;
use mamori_model::key::{Key, Role, Service};
use mamori_model::{Bank, Entry, Policy};
use mamori_store::Added;
use serde_json::{Value, json};

/// The settings of a bank.
pub(crate) fn bank(bank: &Bank) -> Value {
    let reach = &bank.reach;
    json!({
        "name": bank.name,
        "purpose": bank.purpose,
        "source": bank.source,
        "legal_basis": bank.legal_basis,
        "owner": bank.owner,
        "surfaces": reach.surfaces(),
        "jurisdictions": reach.jurisdictions(),
        "private_basis": reach.private_basis(),
        "distance_max": bank.distance_max.0,
        "quality_min": bank.quality_min,
        "transforms": bank.transforms,
        "action": bank.action,
        "is_enabled": bank.is_enabled,
        "is_from_hma": bank.is_from_hma,
    })
}

/// An entry, without its hash.
pub(crate) fn entry(entry: &Entry) -> Value {
    json!({
        "entry": entry.id,
        "kind": entry.hash.kind().as_str(),
        "source_id": entry.source_id,
        "labels": entry.labels,
        "expires_at": entry.expires_at,
    })
}

/// What a call added: counts, and the ids of the entries that were added or changed.
pub(crate) fn added(added: &Added) -> Value {
    let entries: Vec<_> = added.entries.iter().flatten().collect();
    json!({
        "added": added.added,
        "updated": added.updated,
        "first": entries.first(),
        "last": entries.last(),
        "entries": entries,
    })
}

/// The state and the counts of an import.
pub(crate) fn import(import: &Import) -> Value {
    json!({
        "import": import.id,
        "state": import.state.as_str(),
        "lines": import.lines,
        "added": import.added,
        "updated": import.updated,
        "rejected": import.rejected,
    })
}

/// An import that begins, and whether it adds hashes again that were withdrawn from the bank.
pub(crate) fn begun_import(import: &Import, restores_withdrawn: bool) -> Value {
    json!({
        "import": import.id,
        "state": import.state.as_str(),
        "restores_withdrawn": restores_withdrawn,
    })
}

/// A service.
pub(crate) fn service(service: &Service) -> Value {
    json!({ "name": service.name, "leaving_at": service.leaving_at })
}

/// A key, without its digest.
pub(crate) fn key(key: &Key) -> Value {
    let (role, service) = match key.role {
        Role::Admin => ("admin", None),
        Role::Service(service) => ("service", Some(service)),
    };
    json!({
        "role": role,
        "service": service,
        "name": key.name,
        "scopes": key.scopes,
        "ends_at": key.ends_at,
        "networks": key.networks,
    })
}

/// A version of a policy, without its texts, which the policy's own versions keep.
pub(crate) fn policy(policy: &Policy) -> Value {
    json!({
        "version": policy.version,
        "languages": policy.texts.languages().collect::<Vec<_>>(),
        "severity": policy.severity,
        "evidence_days": policy.evidence_days,
    })
}
