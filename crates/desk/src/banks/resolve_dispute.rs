//! Lists disputes, and resolves them on behalf of the bank's owner.

use mamori_model::page::{Page, PageSize};
use mamori_model::{AuditVerb, BankId, Dispute, DisputeId, DisputeState, FreeText, Refusal};
use serde_json::json;

use crate::audit::{self, Change};
use crate::staff::member::{PolicyEditor, Records};
use crate::{Admin, Desk, Error};

/// The result of a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The entry was wrong: it is withdrawn, and matches nowhere.
    Upheld,
    /// The entry is right: it acts at the service again.
    Rejected,
}

impl Desk {
    /// Resolves a dispute. [`Refusal::DisputeResolved`] if it was resolved before;
    /// [`Refusal::ApproverIsAuthor`] for the staff member who made the decision that opened it,
    /// unless the operator works alone. When this returns a withdrawn entry matches nothing, at no
    /// node: the store confirms each hit.
    pub async fn resolve_dispute(
        &self,
        who: &PolicyEditor,
        id: DisputeId,
        resolution: Resolution,
        note: &FreeText,
    ) -> Result<(), Error> {
        let now = self.clock().now();
        let dispute = self.store().dispute(id).await?.ok_or(Error::NotFound("dispute"))?;
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

    /// Lists the disputes about a bank's entries, newest first, for the bank's owner.
    pub async fn disputes_of_bank(
        &self,
        _: &Admin,
        bank: BankId,
        after: Option<DisputeId>,
        size: PageSize,
    ) -> Result<Page<Dispute, DisputeId>, Error> {
        self.store().bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        Ok(self.store().disputes(Some(bank), None, after, size).await?)
    }

    /// Lists disputes, of one bank or of all, in one state or in any, newest first.
    pub async fn disputes(
        &self,
        _: &PolicyEditor,
        (bank, state): (Option<BankId>, Option<DisputeState>),
        after: Option<DisputeId>,
        size: PageSize,
    ) -> Result<Page<Dispute, DisputeId>, Error> {
        Ok(self.store().disputes(bank, state, after, size).await?)
    }

    /// Lists disputes for a lead or an auditor; otherwise as [`Self::disputes`].
    pub async fn dispute_records(
        &self,
        _: &Records,
        (bank, state): (Option<BankId>, Option<DisputeState>),
        after: Option<DisputeId>,
        size: PageSize,
    ) -> Result<Page<Dispute, DisputeId>, Error> {
        Ok(self.store().disputes(bank, state, after, size).await?)
    }
}
