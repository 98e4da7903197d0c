//! An item is sent again under its name, with other bytes or the same.

use mamori_desk::Settings;
use mamori_desk::checks::check::{CheckInput, Checked};
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::staff::member::Reviewer;
use mamori_media::Sender;
use mamori_model::case::{Case, CaseState};
use mamori_model::matched::Match;
use mamori_model::page::PageSize;
use mamori_model::webhook::EventKind;
use mamori_model::{Action, Hash, Measures, Outcome, Sha256, Surface, Verdict};
use mamori_store::{NewEntry, Store};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{draw, encode};

use crate::common::{TestApp, item, settings, test_app_with};

/// An app in which one picture is listed, and files that look like it.
struct Fixture {
    app: TestApp,
    store: Store,
    bank: mamori_model::Bank,
    who: Reviewer,
}

async fn fixture(records: TestDatabase) -> Fixture {
    fixture_with(records, settings()).await
}

async fn fixture_with(records: TestDatabase, settings: Settings) -> Fixture {
    let app = test_app_with(records, settings).await;
    let bank = app.bank("known", Action::Hold).await;
    let hashed = app.desk.hash_item(file(90), Sender::Administrators).await.unwrap();
    app.add(&bank, hashed.picture.frames[0].stored().unwrap().0).await;
    app.desk.add_endpoint(&app.caller, "http://127.0.0.1:9/hook").await.unwrap();
    let (store, who) = (app.store().await, app.reviewer("one").await);
    Fixture { app, store, bank, who }
}

/// The listed picture, with other bytes for each `quality`.
fn file(quality: u8) -> bytes::Bytes {
    encode::jpeg(&draw(7, 320, 240), quality).into()
}

fn sha256(quality: u8) -> Sha256 {
    mamori_media::sha256(&file(quality))
}

impl Fixture {
    async fn send(&self, quality: u8) -> Checked {
        let evidence = CheckInput::Bytes(file(quality));
        let checked =
            self.app.desk.check(&self.app.caller, item("a", Surface::Public), evidence).await;
        self.app.clock.advance(jiff::SignedDuration::from_secs(1));
        checked.unwrap()
    }

    /// The events that the service was sent, the oldest first.
    async fn sent_events(&self) -> Vec<EventKind> {
        let desk = &self.app.desk;
        let page = desk.deliveries(&self.app.caller, None, None, None, PageSize::DEFAULT).await;
        page.unwrap().rows.iter().rev().map(|delivery| delivery.event).collect()
    }

    async fn cases(&self) -> Vec<Case> {
        let service = self.app.caller.service();
        let page = self.store.cases_of_service(service, None, None, PageSize::DEFAULT).await;
        page.unwrap().rows.into_iter().rev().collect()
    }

    async fn open_cases(&self) -> usize {
        self.cases().await.iter().filter(|case| case.state == CaseState::Open).count()
    }

    async fn kept(&self) -> Match {
        let name = item("a", Surface::Public).name;
        let service = self.app.caller.service();
        self.store.match_of_item(service, &name).await.unwrap().unwrap()
    }

    async fn list_digest(&self, quality: u8) {
        let entry = NewEntry::bare(Hash::Sha256(sha256(quality)));
        self.app.desk.add_entries(&self.app.admin, self.bank.id, &[entry]).await.unwrap();
        self.app.desk.catch_up().await.unwrap();
    }

    async fn decide(&self, outcome: Outcome) {
        let case = self.cases().await.pop().unwrap().id;
        let claimed = self.app.desk.claim_case(&self.who, case).await.unwrap();
        let new = NewDecision {
            case: claimed.case,
            claim: claimed.number,
            version: claimed.version,
            outcome,
            reason: "It is what it is.".parse().unwrap(),
            measures: Measures::default(),
        };
        self.app.desk.decide(&self.who, new).await.unwrap();
        self.app.clock.advance(jiff::SignedDuration::from_secs(1));
    }
}

on_both_engines! {
    async fn other_bytes_under_a_name_are_a_change_and_the_same_are_not(records: TestDatabase) {
        let fixture = fixture(records).await;

        let first = fixture.send(90).await;
        fixture.send(90).await;
        let before = fixture.cases().await;
        let edited = fixture.send(80).await;
        fixture.send(80).await;

        assert_eq!((first.verdict, edited.verdict), (Verdict::Hold, Verdict::Hold));
        assert_eq!(first.recorded, edited.recorded);
        assert_eq!(fixture.sent_events().await, [EventKind::MatchCreated, EventKind::MatchChanged]);
        let after = fixture.cases().await;
        assert_eq!((before.len(), after.len()), (1, 1));
        assert!(after[0].version > before[0].version, "the claimant must review again");
        let kept = fixture.kept().await;
        assert_eq!(Some(kept.id), first.recorded);
        let digests: Vec<_> = kept.hashes.iter().map(|seen| seen.sha256).collect();
        assert_eq!(digests, [sha256(80), sha256(90)].map(Some));
        assert!(kept.hashes[0].seen_at > kept.hashes[1].seen_at);
        assert_eq!(kept.sha256, Some(sha256(80)));
    }

    async fn a_decision_allowed_applies_to_its_bytes_only(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.send(90).await;
        fixture.decide(Outcome::Allowed).await;

        fixture.send(90).await;
        assert_eq!(fixture.cases().await.len(), 1);
        // A new hit of the same bytes: the service is notified, and no case is opened.
        fixture.list_digest(90).await;
        fixture.send(90).await;
        let sent_events = fixture.sent_events().await;
        assert_eq!(sent_events.iter().filter(|kind| **kind == EventKind::MatchChanged).count(), 1);
        let states: Vec<_> = fixture.cases().await.iter().map(|case| case.state).collect();
        assert_eq!(states, [CaseState::Decided]);

        fixture.send(80).await;

        let states: Vec<_> = fixture.cases().await.iter().map(|case| case.state).collect();
        assert_eq!(states, [CaseState::Decided, CaseState::Open]);
    }

    async fn bytes_sent_again_before_the_decision_are_what_it_is_about(
        records: TestDatabase
    ) {
        let fixture = fixture(records).await;
        fixture.send(90).await;
        fixture.send(80).await;
        let before = fixture.cases().await[0].version;

        fixture.send(90).await;

        assert!(fixture.cases().await[0].version > before, "a reviewer must review again");
        let kept = fixture.kept().await;
        let digests: Vec<_> = kept.hashes.iter().map(|seen| seen.sha256).collect();
        assert_eq!(digests, [sha256(90), sha256(80)].map(Some));
        assert_eq!(kept.sha256, Some(sha256(90)));
        let changed = EventKind::MatchChanged;
        assert_eq!(fixture.sent_events().await, [EventKind::MatchCreated, changed, changed]);
        fixture.decide(Outcome::Allowed).await;
        fixture.send(90).await;
        assert_eq!(fixture.open_cases().await, 0);
    }

    async fn a_decision_on_other_bytes_does_not_clear_the_earlier_bytes(
        records: TestDatabase
    ) {
        let fixture = fixture(records).await;
        fixture.send(90).await;
        fixture.send(80).await;
        fixture.decide(Outcome::Allowed).await;

        fixture.send(80).await;
        assert_eq!(fixture.open_cases().await, 0, "the reviewer saw these bytes");
        fixture.send(90).await;

        assert_eq!(fixture.open_cases().await, 1, "no reviewer saw these bytes last");
        assert_eq!(fixture.kept().await.sha256, Some(sha256(90)));
        fixture.decide(Outcome::Allowed).await;
        // Each set has its decision now.
        fixture.send(80).await;
        fixture.send(90).await;
        assert_eq!(fixture.open_cases().await, 0);
        let sent_events = fixture.sent_events().await.len();
        fixture.list_digest(80).await;
        fixture.send(80).await;
        assert_eq!((fixture.open_cases().await, fixture.sent_events().await.len()), (0, sent_events + 1));
    }

    async fn a_new_hit_of_earlier_bytes_opens_a_case_despite_a_decision_on_others(
        records: TestDatabase
    ) {
        let fixture = fixture(records).await;
        fixture.send(90).await;
        fixture.send(80).await;
        fixture.decide(Outcome::Allowed).await;
        fixture.list_digest(90).await;

        fixture.send(90).await;

        assert_eq!(fixture.open_cases().await, 1);
    }

    async fn an_item_sent_with_ever_other_bytes_keeps_few_sets_of_hashes_and_its_decisions(
        records: TestDatabase
    ) {
        let fixture = fixture_with(records, Settings { hash_sets_max: 4, ..settings() }).await;
        fixture.send(90).await;
        fixture.send(89).await;
        fixture.send(88).await;
        fixture.decide(Outcome::Allowed).await;

        for quality in 80..86 {
            fixture.send(quality).await;
        }

        let kept = fixture.kept().await;
        let digests: Vec<_> = kept.hashes.iter().map(|seen| seen.sha256).collect();
        assert_eq!(digests, [85, 84, 88, 90].map(|quality| Some(sha256(quality))));
        let (cases, sent) = (fixture.open_cases().await, fixture.sent_events().await.len());
        fixture.send(88).await;
        assert_eq!((fixture.open_cases().await, fixture.sent_events().await.len()), (cases, sent));
        let kept = fixture.kept().await;
        assert_eq!(kept.sha256, Some(sha256(85)), "the decision holds for the bytes that were sent");
        // A set that was deleted is new again: it has no decision.
        fixture.send(89).await;
        assert_eq!(fixture.kept().await.sha256, Some(sha256(89)));
    }

    async fn a_new_hit_of_the_same_bytes_touches_the_undecided_case(
        records: TestDatabase
    ) {
        let fixture = fixture(records).await;
        fixture.send(90).await;
        let before = fixture.cases().await[0].version;
        fixture.list_digest(90).await;

        fixture.send(90).await;

        assert_eq!(fixture.sent_events().await, [EventKind::MatchCreated, EventKind::MatchChanged]);
        let cases = fixture.cases().await;
        assert_eq!(cases.len(), 1);
        assert!(cases[0].version > before);
    }
}
