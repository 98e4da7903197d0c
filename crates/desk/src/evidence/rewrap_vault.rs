//! Rewraps stored keys with the vault's first key, so that older vault keys can be removed.

use std::error::Error as StdError;

use mamori_model::sign_in::Credential;
use mamori_model::{AuditActor, AuditVerb, CredentialId, Evidence, EvidenceId, Refusal, Sensitive};
use mamori_store::Tx;
use mamori_vault::Vault;
use serde_json::json;

use crate::audit::{self, Change};
use crate::staff::sign_in::bound_to;
use crate::{Desk, Error, LocalCli};

/// How many keys are rewrapped in one transaction, so that other writers do not wait long.
const AT_ONCE: u32 = 200;

/// What was rewrapped, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rewrapped {
    /// Keys of items that were rewrapped.
    pub items: u64,
    /// Secrets of sign-in codes (TOTP) that were rewrapped.
    pub codes: u64,
    /// Keys and secrets that none of the configured vault keys opens. They are not changed.
    pub closed: u64,
}

impl Desk {
    /// Rewraps every item key and code secret that the vault's first key did not wrap. The sealed
    /// objects are not changed. It may be repeated, and may run while nodes serve; each of them
    /// must have both vault keys.
    ///
    /// [`Refusal::VaultClosed`] if no vault key is configured.
    pub async fn rewrap_vault(&self, _: &LocalCli) -> Result<Rewrapped, Error> {
        let vault = self.settings().vault.as_ref().ok_or(Refusal::VaultClosed)?;
        let mut done = Rewrapped::default();
        self.rewrap_items(vault, &mut done).await?;
        self.rewrap_codes(vault, &mut done).await?;
        Ok(done)
    }

    async fn rewrap_items(&self, vault: &Vault, done: &mut Rewrapped) -> Result<(), Error> {
        let mut after: Option<EvidenceId> = None;
        loop {
            let name = vault.key_name().as_str();
            let mut tx = self.store().begin("rewrap_vault").await?;
            let some = tx.evidence_by_other_keys(name, after, AT_ONCE).await?;
            after = some.last().map(|evidence| evidence.id);
            for evidence in &some {
                match rewrap_key(vault, evidence) {
                    Ok((key, name)) => {
                        tx.rewrap_evidence(evidence.id, &key, &name).await?;
                        done.items = done.items.saturating_add(1);
                    }
                    Err(error) => {
                        closed(&format!("evidence {}", evidence.id), &error);
                        done.closed = done.closed.saturating_add(1);
                    }
                }
            }
            if some.is_empty() {
                return Ok(());
            }
            self.record_rewrapped(&mut tx, vault).await?;
            tx.commit().await?;
        }
    }

    /// Records that a batch was wrapped with the vault's first key.
    async fn record_rewrapped(&self, tx: &mut Tx, vault: &Vault) -> Result<(), Error> {
        let change = Change::of(AuditActor::LocalCli, AuditVerb::VaultRewrapped, "vault");
        let change = change.after(json!({ "key": vault.key_name().as_str() }));
        audit::record(self, tx, change, self.clock().now()).await
    }

    async fn rewrap_codes(&self, vault: &Vault, done: &mut Rewrapped) -> Result<(), Error> {
        let mut after: Option<CredentialId> = None;
        loop {
            let mut tx = self.store().begin("rewrap_vault").await?;
            let some: Vec<Credential> = tx.codes_to_rewrap(after, AT_ONCE).await?;
            after = some.last().map(|codes| codes.id);
            for codes in &some {
                match vault.rewrap_small(bound_to(codes.id).as_bytes(), codes.data.reveal()) {
                    Ok(None) => {}
                    Ok(Some(data)) => {
                        tx.rewrap_codes(codes.id, &Sensitive::new(data)).await?;
                        done.codes = done.codes.saturating_add(1);
                    }
                    Err(error) => {
                        closed(&format!("codes {}", codes.id), &error);
                        done.closed = done.closed.saturating_add(1);
                    }
                }
            }
            if some.is_empty() {
                return Ok(());
            }
            self.record_rewrapped(&mut tx, vault).await?;
            tx.commit().await?;
        }
    }
}

fn rewrap_key(
    vault: &Vault,
    evidence: &Evidence,
) -> Result<(Sensitive<Vec<u8>>, String), mamori_vault::Error> {
    let by = evidence.key_name.parse().map_err(|_| mamori_vault::Error::NoKey)?;
    let key = evidence.wrapped_key.as_ref().ok_or(mamori_vault::Error::NotFound)?;
    let bound_to = evidence.id.to_string();
    let (key, name) = vault.rewrap(bound_to.as_bytes(), key.reveal(), &by)?;
    Ok((Sensitive::new(key), name.to_string()))
}

fn closed(what: &str, error: &(dyn StdError + 'static)) {
    tracing::warn!(what, error, "none of the configured vault keys opens this");
}
