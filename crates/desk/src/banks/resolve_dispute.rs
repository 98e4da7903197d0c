//! Resolves a dispute on behalf of the bank's owner.

use mamori_model::{AuditVerb, DisputeId, DisputeState, FreeText, Refusal};
use serde_json::json;

use crate::audit::{self, Change};
use crate::staff::member::PolicyEditor;
use crate::{Desk, Error};

/// The result of a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The entry was wrong: it is withdrawn, and matches nowhere.
    Upheld,
    /// The entry is right: it acts again as it did before this dispute.
    Rejected,
}

impl Desk {
    /// Resolves a dispute that the policy editor's assignment covers. [`Refusal::DisputeResolved`] if it
    /// was resolved before; [`Refusal::AssignmentTooNarrow`] if the entry is to be withdrawn, which
    /// every service notices, and the policy editor is limited to some services or policies;
    /// [`Refusal::ApproverIsAuthor`] for the staff member who made the decision that opened it,
    /// unless the operator works alone. Upholding it upholds every open dispute about the entry. When
    /// this returns a withdrawn entry matches nothing, at no node: the store confirms each hit.
    pub async fn resolve_dispute(
        &self,
        who: &PolicyEditor,
        id: DisputeId,
        resolution: Resolution,
        note: &FreeText,
    ) -> Result<(), Error> {
        let now = self.clock().now();
        let dispute = self.store().dispute(id, who.assignment()).await?;
        let dispute = dispute.ok_or(Error::NotFound("dispute"))?;
        if resolution == Resolution::Upheld && who.assignment().is_limited() {
            return Err(Refusal::AssignmentTooNarrow.into());
        }
        let state = match resolution {
            Resolution::Upheld => DisputeState::Upheld,
            Resolution::Rejected => DisputeState::Rejected,
        };

        let mut tx = self.store().begin("resolve_dispute").await?;
        if resolution == Resolution::Upheld {
            // The order of locks everywhere: a bank before what belongs to it.
            tx.lock_bank(dispute.bank).await?;
        }
        let opened_by = tx.maker_of_dispute(id).await?;
        if opened_by == Some(who.staff()) && !self.settings().is_single_person {
            return Err(Refusal::ApproverIsAuthor.into());
        }
        if !tx.resolve_dispute(id, state, (who.staff(), note), now).await? {
            return Err(Refusal::DisputeResolved.into());
        }
        if resolution == Resolution::Upheld {
            tx.withdraw_entries(dispute.bank, &[dispute.entry], now).await?;
            tx.uphold_disputes_of_entry(dispute.entry, (who.staff(), note), now).await?;
        }
        let change = Change::of(who.staff(), AuditVerb::DisputeResolved, id).after(json!({
            "bank": dispute.bank,
            "entry": dispute.entry,
            "state": state.as_str(),
        }));
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        self.wait_until_applied().await;
        Ok(())
    }
}
