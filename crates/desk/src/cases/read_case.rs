//! Reads a case: for the reviewer who has claimed it, or for a lead or an auditor. Shows no
//! picture.

use std::collections::{BTreeMap, BTreeSet};

use mamori_model::case::{CaseEvent, Lowering};
use mamori_model::matched::Match;
use mamori_model::page::{Page, PageSize};
use mamori_model::{
    Assignment, BankName, Case, CaseId, Decision, EntryId, Evidence, EvidenceStatus, ItemText,
    Line, MatchId, Policy, StaffId, View,
};

use crate::cases::account_alias::ShownSubject;
use crate::cases::case_context::{ContextAccess, EarlierOutcomes, EntryFacts};
use crate::cases::read_history::{History, HistoryCursor};
use crate::staff::member::{Records, Reviewer};
use crate::{Desk, Error};

/// Up to how many cases with the same entry are counted.
pub const SAME_ENTRY_MAX: u32 = 100;

/// A case and its items, without its history.
#[derive(Clone, Debug)]
pub struct CaseItems {
    /// The case in its present state.
    pub case: Case,
    /// The present version of its policy.
    pub policy: Policy,
    /// Name of its service; `None` if the service is deleted.
    pub service_name: Option<Line>,
    /// Whether its service is leaving: nothing of it is checked any more, and it is deleted when its
    /// cases are decided and its actions answered.
    pub is_service_leaving: bool,
    /// A page of its items, newest first.
    pub items: Page<ItemView, MatchId>,
    /// Facts about the entries that these items came near to, as far as they still exist.
    pub entries: BTreeMap<EntryId, EntryFacts>,
    /// Earlier decisions about its account, as counts; `None` for a reader who is not shown them,
    /// and if the account is not known.
    pub earlier: Option<EarlierOutcomes>,
}

/// Everything about a case that a reviewer needs to decide it, except the pictures.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// The case in its present state.
    pub case: Case,
    /// The account or the item that the case is about, as this reader may see it.
    pub subject: ShownSubject,
    /// Name of its service; `None` if the service is deleted.
    pub service_name: Option<Line>,
    /// Whether its service is leaving, as in [`CaseItems`].
    pub is_service_leaving: bool,
    /// The present version of its policy.
    pub policy: Policy,
    /// The proposal to lower its urgency, if one waits.
    pub lowering: Option<Lowering>,
    /// A page of its items, newest first.
    pub items: Page<ItemView, MatchId>,
    /// Facts about the entries that these items came near to, as far as they still exist.
    pub entries: BTreeMap<EntryId, EntryFacts>,
    /// Earlier decisions about its account, as in [`CaseItems`].
    pub earlier: Option<EarlierOutcomes>,
    /// The latest events of the case, oldest first; [`Self::older`] says whether there are earlier
    /// ones.
    pub history: Vec<CaseEvent>,
    /// All decisions about the case, oldest first.
    pub decisions: Vec<Decision>,
    /// The latest views of its items, oldest first; [`Self::older`] says whether there are earlier
    /// ones.
    pub views: Vec<View>,
    /// How many views of its items there were in total.
    pub view_count: u64,
    /// How many of them were not blurred.
    pub clear_view_count: u64,
    /// Where [`Desk::history`] continues with earlier events and views.
    pub older: HistoryCursor,
    /// How many other open cases that this reader may see have a hit on an entry that this case has a
    /// hit on; [`SAME_ENTRY_MAX`] stands for as many or more.
    pub same_entry_count: u32,
    /// Display names of the staff members that the history, the views, the claim and the proposal
    /// mention, by id.
    pub people: BTreeMap<StaffId, Line>,
}

/// One item of a case, without its bytes.
#[derive(Clone, Debug)]
pub struct ItemView {
    /// The match of the item, with its hits.
    pub found: Match,
    /// Names of the banks of its hits, as far as these banks still exist.
    pub banks: Vec<BankName>,
    /// Whether the item's bytes are stored and can be viewed.
    pub evidence: EvidenceStatus,
    /// Whether the stored bytes are an earlier version: the item was sent with others after them,
    /// which were not stored.
    pub is_earlier_version: bool,
    /// The text that the service sent with it, for a reader who is shown it.
    pub text: Option<ItemText>,
    /// Whether the service sent the address of its page, for a reader who may have it shown
    /// ([`Desk::open_context`]).
    pub has_context_url: bool,
}

impl Desk {
    /// Returns the case that the reviewer has claimed, with `size` of its items. Refused to other
    /// reviewers as [`Case::claimed_by`] says. Shows no picture: that takes a view
    /// ([`Desk::open_view`]).
    pub async fn case(
        &self,
        who: &Reviewer,
        case: CaseId,
        after: Option<MatchId>,
        size: PageSize,
    ) -> Result<CaseView, Error> {
        let case = self.claimed_case(who, case).await?;
        let subject = ShownSubject::named(&case.subject);
        self.view(who.assignment(), (case, subject, ContextAccess::Granted), after, size).await
    }

    pub(super) async fn claimed_case(&self, who: &Reviewer, case: CaseId) -> Result<Case, Error> {
        let now = self.clock().now();
        let case = self.store().case(case, who.assignment()).await?;
        let case = case.ok_or(Error::NotFound("case"))?;
        let number = case.claim.map_or(0, |claim| claim.number);
        case.claimed_by(who.staff(), number, now)?;
        Ok(case)
    }

    /// Returns any case that the assignment of a lead covers, or any at all for an auditor: without a
    /// claim and without pictures. Only an auditor is shown an account by its name.
    pub async fn case_record(
        &self,
        who: &Records,
        case: CaseId,
        after: Option<MatchId>,
        size: PageSize,
    ) -> Result<CaseView, Error> {
        let case = self.store().case(case, who.assignment()).await?;
        let case = case.ok_or(Error::NotFound("case"))?;
        let subject = self.subject_for(who, &case).await?;
        self.view(who.assignment(), (case, subject, ContextAccess::Denied), after, size).await
    }

    /// Returns `case` with `size` of its items, and with what `access` permits of their context.
    pub(crate) async fn case_items(
        &self,
        case: Case,
        access: ContextAccess,
        after: Option<MatchId>,
        size: PageSize,
    ) -> Result<CaseItems, Error> {
        let store = self.store();
        let policy = store.policy(case.purpose).await?.ok_or(Error::NotFound("policy"))?;
        let items = store.case_items(case.id, after, size).await?;
        let kept = store.evidence_of_case(case.id).await?;
        let service = store.service(case.service).await?;
        let entries = self.entry_facts(&items.rows).await?;
        let contexts = self.contexts(&items.rows, access).await?;
        let earlier = self.earlier_outcomes(&case, access).await?;
        let view = |found: Match| {
            let (evidence, context) = (kept.get(&found.id), contexts.get(&found.id));
            ItemView {
                text: context.and_then(|context| context.text().cloned()),
                has_context_url: context.is_some_and(|context| context.url().is_some()),
                ..self.item_view(found, evidence)
            }
        };
        let rows = items.rows.into_iter().map(view).collect();
        Ok(CaseItems {
            is_service_leaving: service.as_ref().is_some_and(|one| one.leaving_at.is_some()),
            service_name: service.map(|service| service.name),
            case,
            policy,
            items: Page { rows, next: items.next },
            entries,
            earlier,
        })
    }

    async fn view(
        &self,
        within: &Assignment,
        (case, subject, access): (Case, ShownSubject, ContextAccess),
        after: Option<MatchId>,
        size: PageSize,
    ) -> Result<CaseView, Error> {
        let store = self.store();
        let History { events: history, views, view_count, clear_view_count, older, mut people } =
            self.history_of(&case, HistoryCursor::default()).await?;
        let lowering = store.lowering(case.id).await?;
        if let Some(lowering) = &lowering {
            people.extend(store.display_names(&[lowering.by].into()).await?);
        }
        let same_entry_count =
            store.count_cases_with_same_entry(case.id, within, SAME_ENTRY_MAX).await?;
        let decisions = store.decisions_of_case(case.id).await?;
        let CaseItems { case, policy, service_name, is_service_leaving, items, entries, earlier } =
            self.case_items(case, access, after, size).await?;
        Ok(CaseView {
            case,
            subject,
            service_name,
            is_service_leaving,
            policy,
            lowering,
            items,
            entries,
            earlier,
            history,
            decisions,
            views,
            view_count,
            clear_view_count,
            older,
            same_entry_count,
            people,
        })
    }

    /// Adds to an item of a case the names of its banks, and whether it can be viewed; no context.
    pub(crate) fn item_view(&self, found: Match, evidence: Option<&Evidence>) -> ItemView {
        let directory = self.directory();
        let banks: BTreeSet<_> = found.hits.iter().map(|hit| hit.bank).collect();
        let banks = banks.into_iter().filter_map(|bank| directory.bank(bank));
        let banks = banks.map(|bank| bank.name.clone()).collect();
        let stored = evidence.and_then(|evidence| evidence.sha256);
        let is_earlier_version = stored.is_some_and(|sha256| found.sha256 != Some(sha256));
        let evidence = EvidenceStatus::of(evidence, self.clock().now());
        let (text, has_context_url) = (None, false);
        ItemView { found, banks, evidence, is_earlier_version, text, has_context_url }
    }
}
