//! Reads disputes: without any account for the bank's owner, and with an alias of it for staff.

use std::collections::BTreeMap;

use mamori_model::key::Scope;
use mamori_model::page::{Page, PageSize};
use mamori_model::{
    Assignment, BankId, CaseId, Dispute, DisputeId, DisputeScope, DisputeState, Subject,
};

use crate::banks::agree_dispute::lock_open_dispute;
use crate::cases::account_alias::{AccountAlias, AliasList};
use crate::cases::read_case::ItemView;
use crate::staff::member::{Lead, PolicyEditor, Records};
use crate::{Admin, Desk, Error};

/// The name of the list whose aliases all pages of disputes show.
const LIST: &str = "disputes";

/// The most items of a dispute that its page shows, the newest.
const ITEMS_MAX: u32 = 24;

/// Proof of the right to read disputes.
#[derive(Clone, Copy, Debug)]
pub enum DisputeReader<'a> {
    /// A policy editor, who resolves them.
    Editor(&'a PolicyEditor),
    /// A lead or an auditor.
    Records(&'a Records),
}

impl DisputeReader<'_> {
    /// Returns the services and policies that the reader may see.
    pub(super) fn assignment(&self) -> &Assignment {
        match self {
            Self::Editor(editor) => editor.assignment(),
            Self::Records(records) => records.assignment(),
        }
    }
}

/// A dispute as staff read it.
#[derive(Clone, Debug)]
pub struct DisputeLine {
    /// The dispute, without its subject.
    pub dispute: Dispute,
    /// Today's alias of the account that an open dispute is about; `None` if it is about an item.
    pub account: Option<AccountAlias>,
}

impl DisputeLine {
    fn of(dispute: Dispute, aliases: &AliasList) -> Self {
        let account = dispute.subject.as_ref().and_then(Subject::account);
        let account = account.map(|account| aliases.alias(dispute.service, account));
        Self { dispute: dispute.without_subject(), account }
    }
}

/// An open dispute with the items that the entry held, for a lead who may agree to it.
#[derive(Clone, Debug)]
pub struct DisputeView {
    /// The dispute.
    pub line: DisputeLine,
    /// The case of the decision that opened it.
    pub case: CaseId,
    /// The newest items of the case that have a hit on the entry.
    pub items: Vec<ItemView>,
    /// Whether the lead must view one of them clear before agreeing.
    pub must_view: bool,
}

impl Desk {
    /// Lists the disputes about a bank's entries, newest first, for the bank's owner: without the
    /// accounts that they are about.
    pub async fn disputes_of_bank(
        &self,
        who: &Admin,
        bank: BankId,
        after: Option<DisputeId>,
        size: PageSize,
    ) -> Result<Page<Dispute, DisputeId>, Error> {
        who.require(&[Scope::BanksRead])?;
        self.store().bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        let everything = &Assignment::EVERYTHING;
        let Page { rows, next } =
            self.store().disputes(everything, Some(bank), None, after, size).await?;
        Ok(Page { rows: rows.into_iter().map(Dispute::without_subject).collect(), next })
    }

    /// Lists the disputes that the reader's assignment covers, of one bank or of all, in one state or
    /// in any, newest first.
    pub async fn disputes(
        &self,
        who: DisputeReader<'_>,
        (bank, state): (Option<BankId>, Option<DisputeState>),
        after: Option<DisputeId>,
        size: PageSize,
    ) -> Result<Page<DisputeLine, DisputeId>, Error> {
        let aliases = self.aliases_of_list(LIST).await?;
        let Page { rows, next } =
            self.store().disputes(who.assignment(), bank, state, after, size).await?;
        let rows = rows.into_iter().map(|dispute| DisputeLine::of(dispute, &aliases)).collect();
        Ok(Page { rows, next })
    }

    /// Returns a dispute in any state; [`Error::NotFound`] if it does not exist, or the reader's
    /// assignment does not cover it.
    pub async fn dispute(
        &self,
        who: DisputeReader<'_>,
        id: DisputeId,
    ) -> Result<DisputeLine, Error> {
        let dispute = self.store().dispute(id, who.assignment()).await?;
        let dispute = dispute.ok_or(Error::NotFound("dispute"))?;
        Ok(DisputeLine::of(dispute, &self.aliases_of_list(LIST).await?))
    }

    /// Returns how many disputes are open that the reader's assignment covers, by how far they reach.
    pub async fn open_dispute_counts(
        &self,
        who: DisputeReader<'_>,
    ) -> Result<BTreeMap<DisputeScope, u64>, Error> {
        Ok(self.store().open_dispute_counts(who.assignment()).await?)
    }

    /// Returns an open dispute with the items that the entry held, for a lead who may agree to it.
    /// Shows no picture: that takes a view ([`Desk::open_view_of_dispute`]). Refused as
    /// [`Desk::agree_dispute`] is, except for what the lead can still do.
    pub async fn dispute_to_agree(&self, who: &Lead, id: DisputeId) -> Result<DisputeView, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("dispute_to_agree").await?;
        let (dispute, decision) = lock_open_dispute(&mut tx, who, id).await?;
        let must_view = self.must_view(&mut tx, who.staff(), &dispute, &decision, now).await?;
        tx.commit().await?;

        let (case, entry) = (decision.case, dispute.entry);
        let items = self.store().case_items_with_hit(case, entry, ITEMS_MAX).await?;
        let kept = self.store().evidence_of_case(case).await?;
        let view = |found: mamori_model::matched::Match| {
            let evidence = kept.get(&found.id);
            self.item_view(found, evidence)
        };
        let items = items.into_iter().map(view).collect();
        let aliases = self.aliases_of_list(LIST).await?;
        Ok(DisputeView { line: DisputeLine::of(dispute, &aliases), case, items, must_view })
    }
}
