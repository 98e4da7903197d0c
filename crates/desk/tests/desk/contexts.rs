//! What a case shows beside its items: the text and the page that the service sent, facts about the
//! entries, and earlier decisions about the account as counts.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use mamori_desk::audit::AuditReader;
use mamori_desk::cases::claim_case::{Claimed, Queue};
use mamori_desk::cases::read_case::{CaseView, ItemView};
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::staff::member::Reviewer;
use mamori_desk::{AuditFilter, Error, Settings};
use mamori_model::action::ItemMeasure;
use mamori_model::case::CaseEventKind;
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::text::Labels;
use mamori_model::{
    Action, CaseId, Clarity, EntryChange, Hash, Item, ItemContext, MatchId, Measures, Outcome,
    Patch, Refusal, Surface, retention,
};
use mamori_store::NewEntry;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::{TestApp, digest, item, settings, test_app_with};

const DIGEST: [u8; 32] = [1; 32];

/// A context with a text and an address.
fn context(text: &str) -> ItemContext {
    let url = "https://photos.example/p/17".parse().unwrap();
    ItemContext::new(Some(text.parse().unwrap()), Some(url))
}

/// An app with a bank that holds items with [`DIGEST`]; its entry has labels and a source id.
async fn app_with(records: TestDatabase, change: impl FnOnce(&mut Settings)) -> TestApp {
    let mut settings = settings();
    change(&mut settings);
    let app = test_app_with(records, settings).await;
    let bank = app.bank("known", Action::Hold).await;
    let metadata = EntryChange {
        source_id: Patch::Value("list-7/4711".parse().unwrap()),
        labels: Patch::Value(Labels::try_from(vec!["A1".to_owned()]).unwrap()),
        ..EntryChange::default()
    };
    let entry = NewEntry { hash: Hash::Sha256(DIGEST.into()), metadata };
    app.desk.add_entries(&app.admin, bank.id, &[entry]).await.unwrap();
    app.desk.catch_up().await.unwrap();
    app
}

/// The item `name` of `account`.
fn of(name: &str, account: &str) -> Item {
    Item { account: Some(account.parse().unwrap()), ..item(name, Surface::Public) }
}

/// Checks an item that matches, with its context.
async fn send(app: &TestApp, item: Item, context: &ItemContext) -> MatchId {
    let hashes = digest(DIGEST.into());
    let checked = app.desk.check_in_context(&app.caller, (item, context), hashes).await.unwrap();
    checked.recorded.unwrap()
}

async fn claim(app: &TestApp, who: &Reviewer) -> Claimed {
    app.desk.claim_next(who, Queue::default()).await.unwrap().unwrap()
}

async fn read(app: &TestApp, who: &Reviewer, case: CaseId) -> CaseView {
    app.desk.case(who, case, None, PageSize::DEFAULT).await.unwrap()
}

/// Decides the claimed case.
async fn decide(app: &TestApp, who: &Reviewer, claimed: &Claimed, outcome: Outcome) {
    let items = match outcome {
        Outcome::Violates => ItemMeasure::Remove,
        Outcome::Allowed | Outcome::NotAMatch => ItemMeasure::Leave,
    };
    let new = NewDecision {
        case: claimed.case,
        claim: claimed.number,
        version: claimed.version,
        outcome,
        reason: "It is what the bank says.".parse().unwrap(),
        measures: Measures { items, ..Measures::default() },
    };
    app.desk.decide(who, new).await.unwrap();
}

fn text(item: &ItemView) -> Option<&str> {
    item.text.as_ref().map(mamori_model::ItemText::reveal)
}

on_both_engines! {
    async fn the_text_is_shown_in_the_claimed_case_and_in_no_record(records: TestDatabase) {
        let app = app_with(records, |_| ()).await;
        let who = app.reviewer("one").await;
        let lead = app.member("two", &[StaffRole::Lead]).await.records().unwrap();
        send(&app, of("post 1", "a"), &context("A <caption>\u{202e}")).await;
        let case = claim(&app, &who).await.case;

        let claimed = read(&app, &who, case).await;
        let record = app.desk.case_record(&lead, case, None, PageSize::DEFAULT).await.unwrap();

        let [item] = &claimed.items.rows[..] else { panic!("one item: {claimed:?}") };
        assert_eq!(text(item), Some("A <caption>\u{202e}"));
        assert!(item.has_context_url);
        assert_eq!(claimed.service_name.as_ref().unwrap().as_str(), "a service");
        let [item] = &record.items.rows[..] else { panic!("one item: {record:?}") };
        assert_eq!((text(item), item.has_context_url), (None, false));
        assert_eq!(record.earlier, None);
        assert!(!format!("{claimed:?}").contains("caption"), "the text is in no debug output");
    }

    async fn a_context_is_stored_only_where_a_case_has_the_item(records: TestDatabase) {
        let app = app_with(records, |_| ()).await;
        let none = app.bank("notified", Action::None).await;
        let entry = NewEntry::bare(Hash::Sha256([2; 32].into()));
        app.desk.add_entries(&app.admin, none.id, &[entry]).await.unwrap();
        app.desk.catch_up().await.unwrap();
        let store = app.store().await;

        let quiet = of("quiet", "a");
        let hashes = digest([2; 32].into());
        let checked = app.desk.check_in_context(&app.caller, (quiet, &context("x")), hashes).await;
        let allowed = checked.unwrap().recorded.unwrap();
        let bare = send(&app, of("bare", "b"), &ItemContext::default()).await;
        let with = send(&app, of("with", "c"), &context("first")).await;

        let found = store.item_contexts([allowed, bare, with]).await.unwrap();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [(with, context("first"))]);
    }

    async fn a_context_is_deleted_with_its_match(records: TestDatabase) {
        let app = app_with(records, |_| ()).await;
        let who = app.reviewer("one").await;
        let with = send(&app, of("with", "c"), &context("first")).await;
        let claimed = claim(&app, &who).await;
        decide(&app, &who, &claimed, Outcome::Violates).await;

        app.clock.advance(SignedDuration::from_hours(24 * 184));
        app.desk.sweep_once().await.unwrap();
        app.desk.sweep_once().await.unwrap();

        let store = app.store().await;
        assert!(store.item_contexts([with]).await.unwrap().is_empty());
    }

    async fn an_opened_context_page_is_recorded_counts_and_is_no_view_of_the_item(records: TestDatabase) {
        let app = app_with(records, |settings| settings.exposure.views = 1).await;
        let who = app.member("one", &[StaffRole::Reviewer]).await;
        let reviewer = who.reviewer().unwrap();
        let with = send(&app, of("with", "c"), &context("first")).await;
        let Claimed { case, number, .. } = claim(&app, &reviewer).await;

        let url = app.desk.open_context(&reviewer, case, number, with).await.unwrap();
        let own = app.desk.exposure(&who).await.unwrap();
        let view = read(&app, &reviewer, case).await;
        let again = app.desk.open_context(&reviewer, case, number, with).await;

        assert_eq!(url.reveal(), "https://photos.example/p/17");
        assert_eq!((own.seen.clear_views, own.seen.points), (1, 1));
        let newest = view.history.last().unwrap();
        assert_eq!((newest.kind, newest.about.item), (CaseEventKind::ContextOpened, Some(with)));
        assert_eq!(newest.by, Some(who.staff()));
        assert_eq!(view.views.iter().map(|one| one.clarity).collect::<Vec<_>>(), [Clarity::Context]);
        let store = app.store().await;
        let epoch = jiff::Timestamp::UNIX_EPOCH;
        let viewed = store.viewed_in_cases(&[case], who.staff(), epoch).await.unwrap();
        assert!(viewed.is_empty(), "a page at the service is no view of the stored item");
        assert_eq!(app.desk.was_viewed(with).await.unwrap(), None);
        assert!(matches!(again, Err(Error::Refused(Refusal::ExposureSpent))), "{again:?}");
        let auditor = app.member("three", &[StaffRole::Auditor]).await.auditor().unwrap();
        let reader = AuditReader::Auditor(&auditor);
        let filter = AuditFilter::default();
        let page = app.desk.audit_events(reader, &filter, None, PageSize::DEFAULT).await.unwrap();
        let details = page.events.rows.iter().filter_map(|linked| linked.event.after.as_ref());
        let openings = details.filter(|details| details.contains("context_opened"));
        assert_eq!(openings.count(), 1);
    }

    async fn only_the_claimant_and_the_second_approver_open_a_context_page(records: TestDatabase) {
        let app = app_with(records, |_| ()).await;
        let (who, other) = (app.reviewer("one").await, app.reviewer("two").await);
        let lead = app.member("three", &[StaffRole::Lead]).await.reviewer().unwrap();
        let with = send(&app, of("with", "c"), &context("first")).await;
        let bare = send(&app, of("bare", "c"), &ItemContext::default()).await;
        let Claimed { case, number, .. } = claim(&app, &who).await;

        let strange = app.desk.open_context(&other, case, number, with).await;
        let late = app.desk.open_context(&who, case, number + 1, with).await;
        let none = app.desk.open_context(&who, case, number, bare).await;
        let version = read(&app, &who, case).await.case.version;
        let account = mamori_model::action::AccountMeasure::Suspend { until: None };
        let new = NewDecision {
            case,
            claim: number,
            version,
            outcome: Outcome::Violates,
            reason: "It is what the bank says.".parse().unwrap(),
            measures: Measures { items: ItemMeasure::Remove, account, ..Measures::default() },
        };
        let decision = app.desk.decide(&who, new).await.unwrap().id;
        let author = app.desk.open_context_as_approver(&who, decision, with).await;
        let approver = app.desk.open_context_as_approver(&lead, decision, with).await;
        let review = app.desk.open_decision(&lead, decision, None, PageSize::DEFAULT).await.unwrap();

        assert!(matches!(strange, Err(Error::Refused(Refusal::ClaimedByOther))), "{strange:?}");
        assert!(matches!(late, Err(Error::Refused(Refusal::ClaimLapsed))), "{late:?}");
        assert!(matches!(none, Err(Error::NotFound("context"))), "{none:?}");
        assert!(matches!(author, Err(Error::Refused(Refusal::ApproverIsAuthor))), "{author:?}");
        assert_eq!(approver.unwrap().host(), "photos.example");
        let texts: Vec<_> = review.items.rows.iter().map(text).collect();
        assert_eq!(texts, [None, Some("first")]);
    }

    async fn the_entries_of_a_case_have_their_labels_and_the_id_at_their_source(records: TestDatabase) {
        let app = app_with(records, |_| ()).await;
        let who = app.reviewer("one").await;
        send(&app, of("post 1", "a"), &ItemContext::default()).await;
        let case = claim(&app, &who).await.case;

        let view = read(&app, &who, case).await;

        let hit = &view.items.rows[0].found.hits[0];
        let facts = &view.entries[&hit.entry];
        assert_eq!(facts.bank, hit.bank);
        assert_eq!(facts.source_id.as_ref().unwrap().as_str(), "list-7/4711");
        assert_eq!(facts.labels.as_slice(), ["A1"]);
    }

    async fn earlier_outcomes_are_counts_of_this_account_service_policy_and_term(records: TestDatabase) {
        let app = app_with(records, |settings| {
            settings.retention = settings.retention.clone().with(retention::CASES, 30);
        }).await;
        let who = app.reviewer("one").await;
        let none = ItemContext::default();
        for (name, account, outcome, days) in [
            ("old", "a", Outcome::Violates, 31),
            ("one", "a", Outcome::Violates, 1),
            ("two", "a", Outcome::Violates, 1),
            ("three", "a", Outcome::Allowed, 1),
            ("other", "b", Outcome::Violates, 1),
        ] {
            send(&app, of(name, account), &none).await;
            let claimed = claim(&app, &who).await;
            decide(&app, &who, &claimed, outcome).await;
            app.clock.advance(SignedDuration::from_hours(24 * days));
            app.desk.catch_up().await.unwrap();
        }
        let other = crate::common::a_service(&app.desk, "another service").await;
        let item = of("theirs", "a");
        app.desk.check(&other, item, digest(DIGEST.into())).await.unwrap();
        let claimed = claim(&app, &who).await;
        let theirs = read(&app, &who, claimed.case).await.earlier.unwrap();
        decide(&app, &who, &claimed, Outcome::Violates).await;
        send(&app, of("now", "a"), &none).await;
        let claimed = claim(&app, &who).await;

        let earlier = read(&app, &who, claimed.case).await.earlier.unwrap();

        let expected = BTreeMap::from([(Outcome::Violates, 2), (Outcome::Allowed, 1)]);
        assert_eq!((earlier.counts, earlier.days), (expected, 30));
        assert_eq!(theirs.counts, BTreeMap::new(), "of its own service only");
    }

    async fn an_undone_decision_is_no_earlier_outcome(records: TestDatabase) {
        let app = app_with(records, |_| ()).await;
        let who = app.reviewer("one").await;
        send(&app, of("one", "a"), &ItemContext::default()).await;
        let claimed = claim(&app, &who).await;
        let new = NewDecision {
            case: claimed.case,
            claim: claimed.number,
            version: claimed.version,
            outcome: Outcome::Violates,
            reason: "It is what the bank says.".parse().unwrap(),
            measures: Measures { items: ItemMeasure::Remove, ..Measures::default() },
        };
        let decision = app.desk.decide(&who, new).await.unwrap();
        app.desk.undo(&who, decision.id, &"It is not.".parse().unwrap()).await.unwrap();
        let reopened = claim(&app, &who).await;
        decide(&app, &who, &reopened, Outcome::Allowed).await;
        send(&app, of("two", "a"), &ItemContext::default()).await;
        let claimed = claim(&app, &who).await;

        let earlier = read(&app, &who, claimed.case).await.earlier.unwrap();

        assert_eq!(earlier.counts, BTreeMap::from([(Outcome::Allowed, 1)]));
    }

    async fn a_case_about_an_item_has_no_earlier_outcomes(records: TestDatabase) {
        let app = app_with(records, |_| ()).await;
        let who = app.reviewer("one").await;
        let alone = Item { account: None, ..item("post 1", Surface::Public) };
        send(&app, alone, &ItemContext::default()).await;
        let case = claim(&app, &who).await.case;

        assert_eq!(read(&app, &who, case).await.earlier, None);
    }
}
