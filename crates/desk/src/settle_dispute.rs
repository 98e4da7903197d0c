//! Disputes are read, and settled for the bank's owner.

use mamori_model::page::{Page, PageSize};
use mamori_model::{BankId, Dispute, DisputeId, DisputeState, Refusal, Words};

use crate::member::{PolicyEditor, Records};
use crate::{Admin, Desk, Error};

/// What became of a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The entry was wrong: it is withdrawn, and matches nowhere.
    Upheld,
    /// The entry is right: it acts again.
    Rejected,
}

impl Desk {
    /// Settles a dispute; [`Refusal::DisputeSettled`] if somebody did before,
    /// [`Refusal::SecondIsFirst`] for whoever made the decision that opened it, unless nobody else
    /// is there. A withdrawn entry matches nothing when this returns, at no node: each hit is
    /// confirmed by the store.
    pub async fn settle_dispute(
        &self,
        who: &PolicyEditor,
        id: DisputeId,
        settlement: Settlement,
        note: &Words,
    ) -> Result<(), Error> {
        let now = self.clock().now();
        let dispute = self.store().dispute(id).await?.ok_or(Error::NotFound("dispute"))?;
        let state = match settlement {
            Settlement::Upheld => DisputeState::Upheld,
            Settlement::Rejected => DisputeState::Rejected,
        };

        let mut tx = self.store().begin("settle_dispute").await?;
        let opened_by = tx.maker_of_dispute(id).await?;
        if opened_by == Some(who.staff()) && !self.settings().is_alone {
            return Err(Refusal::SecondIsFirst.into());
        }
        if !tx.settle_dispute(id, state, (who.staff(), note), now).await? {
            return Err(Refusal::DisputeSettled.into());
        }
        if settlement == Settlement::Upheld {
            tx.withdraw_entries(dispute.bank, &[dispute.entry], now).await?;
        }
        tx.commit().await?;

        self.settle().await;
        Ok(())
    }

    /// The disputes about a bank's entries, the newest first, for its owner.
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

    /// Disputes, of one bank or all, in one state or any, the newest first.
    pub async fn disputes(
        &self,
        _: &PolicyEditor,
        (bank, state): (Option<BankId>, Option<DisputeState>),
        after: Option<DisputeId>,
        size: PageSize,
    ) -> Result<Page<Dispute, DisputeId>, Error> {
        Ok(self.store().disputes(bank, state, after, size).await?)
    }

    /// Disputes, for the record; otherwise as [`Self::disputes`].
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
