//! Seals an item's bytes into the vault, if its policy keeps them.

use bytes::Bytes;
use jiff::Timestamp;
use mamori_model::matched::Match;
use mamori_model::{Case, Evidence, EvidenceId, NotStored, Sensitive};
use mamori_vault::Vault;

use crate::{Desk, Error};

impl Desk {
    /// Seals the bytes of an item that is held or blocked. Called before the transaction that
    /// records the match, because writing files is slow. `None` if nothing is to be stored: no
    /// policy keeps the item, the vault has no key, or these bytes of the item are stored already. The
    /// inner error is the reason why bytes that a policy keeps are not stored.
    ///
    /// A vault that is full or fails does not fail the check: the item is still held or blocked, the
    /// answer says why its bytes are not stored, and reviewers are shown that they are missing.
    pub(crate) async fn seal_item(
        &self,
        found: &Match,
        bytes: &Bytes,
        now: Timestamp,
    ) -> Result<Result<Option<Evidence>, NotStored>, Error> {
        let Some(vault) = &self.settings().vault else { return Ok(Ok(None)) };
        let Some(purpose) = Case::purpose_of(&found.hits, found.verdict) else {
            return Ok(Ok(None));
        };
        let policy = self.store().policy(purpose).await?;
        let Some(policy) = policy.filter(|policy| policy.evidence_days > 0) else {
            return Ok(Ok(None));
        };
        let Some(sha256) = found.sha256 else { return Ok(Ok(None)) };
        let stored =
            self.store().evidence_of_bytes(found.service, &found.item.name, sha256).await?;
        if let Some(stored) = stored {
            // Bytes whose term has ended are not stored again: it would be a term without an end.
            return Ok(if stored.is_readable(now) { Ok(None) } else { Err(NotStored::Ended) });
        }
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if let Err(reason) = self.reserve_in_vault(vault, found, size).await? {
            return Ok(Err(reason));
        }
        let id = EvidenceId::from(self.clock().mint()?);
        match seal(vault, id, bytes.clone()).await {
            Ok((wrapped_key, key_name)) => Ok(Ok(Some(Evidence {
                id,
                item: found.id,
                sha256: Some(sha256),
                purpose,
                size,
                wrapped_key: Some(Sensitive::new(wrapped_key)),
                key_name,
                stored_at: now,
                expires_at: now.checked_add(policy.term()).unwrap_or(Timestamp::MAX),
                render_failed_at: None,
            }))),
            Err(error) => {
                let logged: &(dyn std::error::Error + 'static) = &error;
                tracing::error!(error = logged, "the bytes of a match cannot be stored");
                let reason = NotStored::Failed;
                metrics::counter!("mamori_evidence_refused_total", "limit" => reason.as_str())
                    .increment(1);
                Ok(Err(reason))
            }
        }
    }

    /// Removes a vault object to which no row refers. If the removal fails, the sweep removes it.
    pub(crate) async fn drop_object(&self, id: EvidenceId) {
        let Some(vault) = &self.settings().vault else { return };
        if let Err(error) = vault.remove(id).await {
            let logged: &(dyn std::error::Error + 'static) = &error;
            tracing::warn!(evidence = %id, error = logged, "a vault object cannot be removed");
        }
    }
}

async fn seal(
    vault: &Vault,
    id: EvidenceId,
    bytes: Bytes,
) -> Result<(Vec<u8>, String), mamori_vault::Error> {
    let sealed = vault.seal_async(id.to_string().into_bytes(), bytes).await?;
    vault.put(id, &sealed.object).await?;
    Ok((sealed.wrapped_key, sealed.key_name.to_string()))
}
