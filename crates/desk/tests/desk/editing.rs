//! An item is sent again under its name, with other bytes or the same.

use mamori_desk::checks::check::{Checked, Evidence};
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::staff::member::Reviewer;
use mamori_model::case::{Case, CaseState};
use mamori_model::matched::Match;
use mamori_model::page::PageSize;
use mamori_model::webhook::EventKind;
use mamori_model::{Action, Hash, Measures, Outcome, Sha256, Surface, Verdict};
use mamori_store::{NewEntry, Store};
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{draw, encode};
use mamori_testkit::records::Records;

use crate::common::{House, house, item};

/// A house in which one picture is listed, and files that look like it.
struct Room {
    house: House,
    store: Store,
    bank: mamori_model::Bank,
    who: Reviewer,
}

async fn room(records: Records) -> Room {
    let house = house(records).await;
    let bank = house.bank("known", Action::Hold).await;
    let hashed = house.desk.hash_item(file(90)).await.unwrap();
    house.add(&bank, hashed.picture.frames[0].stored().unwrap().0).await;
    house.desk.add_endpoint(&house.caller, "http://127.0.0.1:9/hook").await.unwrap();
    let (store, who) = (house.store().await, house.reviewer("one").await);
    Room { house, store, bank, who }
}

/// The listed picture, with other bytes for each `quality`.
fn file(quality: u8) -> bytes::Bytes {
    encode::jpeg(&draw(7, 320, 240), quality).into()
}

fn sha256(quality: u8) -> Sha256 {
    mamori_media::sha256(&file(quality))
}

impl Room {
    async fn send(&self, quality: u8) -> Checked {
        let evidence = Evidence::Bytes(file(quality));
        let checked =
            self.house.desk.check(&self.house.caller, item("a", Surface::Public), evidence).await;
        self.house.clock.advance(jiff::SignedDuration::from_secs(1));
        checked.unwrap()
    }

    /// What the service was told, the oldest first.
    async fn told(&self) -> Vec<EventKind> {
        let desk = &self.house.desk;
        let page = desk.deliveries(&self.house.caller, None, None, None, PageSize::DEFAULT).await;
        page.unwrap().rows.iter().rev().map(|delivery| delivery.event).collect()
    }

    async fn cases(&self) -> Vec<Case> {
        let service = self.house.caller.service();
        let page = self.store.cases_of_service(service, None, None, PageSize::DEFAULT).await;
        page.unwrap().rows.into_iter().rev().collect()
    }

    async fn open_cases(&self) -> usize {
        self.cases().await.iter().filter(|case| case.state == CaseState::Open).count()
    }

    async fn kept(&self) -> Match {
        let name = item("a", Surface::Public).name;
        let service = self.house.caller.service();
        self.store.match_of_item(service, &name).await.unwrap().unwrap()
    }

    async fn list_digest(&self, quality: u8) {
        let entry = NewEntry::bare(Hash::Sha256(sha256(quality)));
        self.house.desk.add_entries(&self.house.admin, self.bank.id, &[entry]).await.unwrap();
        self.house.desk.catch_up().await.unwrap();
    }

    async fn decide(&self, outcome: Outcome) {
        let case = self.cases().await.pop().unwrap().id;
        let claimed = self.house.desk.claim_case(&self.who, case).await.unwrap();
        let new = NewDecision {
            case: claimed.case,
            claim: claimed.number,
            version: claimed.version,
            outcome,
            reason: "It is what it is.".parse().unwrap(),
            measures: Measures::default(),
        };
        self.house.desk.decide(&self.who, new).await.unwrap();
        self.house.clock.advance(jiff::SignedDuration::from_secs(1));
    }
}

on_both_engines! {
    async fn other_bytes_under_a_name_are_told_and_kept_and_the_same_are_not(records: Records) {
        let room = room(records).await;

        let first = room.send(90).await;
        room.send(90).await;
        let before = room.cases().await;
        let edited = room.send(80).await;
        room.send(80).await;

        assert_eq!((first.verdict, edited.verdict), (Verdict::Hold, Verdict::Hold));
        assert_eq!(first.recorded, edited.recorded);
        assert_eq!(room.told().await, [EventKind::MatchCreated, EventKind::MatchChanged]);
        let after = room.cases().await;
        assert_eq!((before.len(), after.len()), (1, 1));
        assert!(after[0].version > before[0].version, "who has it in hand must look again");
        let kept = room.kept().await;
        assert_eq!(Some(kept.id), first.recorded);
        let digests: Vec<_> = kept.hashes.iter().map(|seen| seen.sha256).collect();
        assert_eq!(digests, [sha256(80), sha256(90)].map(Some));
        assert!(kept.hashes[0].seen_at > kept.hashes[1].seen_at);
        assert_eq!(kept.sha256, Some(sha256(80)));
    }

    async fn a_decision_that_it_is_allowed_holds_for_its_bytes(records: Records) {
        let room = room(records).await;
        room.send(90).await;
        room.decide(Outcome::Allowed).await;

        room.send(90).await;
        assert_eq!(room.cases().await.len(), 1);
        // A new hit of the same bytes: the service is told, and no reviewer is asked again.
        room.list_digest(90).await;
        room.send(90).await;
        let told = room.told().await;
        assert_eq!(told.iter().filter(|kind| **kind == EventKind::MatchChanged).count(), 1);
        let states: Vec<_> = room.cases().await.iter().map(|case| case.state).collect();
        assert_eq!(states, [CaseState::Decided]);

        room.send(80).await;

        let states: Vec<_> = room.cases().await.iter().map(|case| case.state).collect();
        assert_eq!(states, [CaseState::Decided, CaseState::Open]);
    }

    async fn bytes_that_come_back_before_the_decision_are_the_ones_that_it_is_about(
        records: Records
    ) {
        let room = room(records).await;
        room.send(90).await;
        room.send(80).await;
        let before = room.cases().await[0].version;

        room.send(90).await;

        assert!(room.cases().await[0].version > before, "a reviewer must look again");
        let kept = room.kept().await;
        let digests: Vec<_> = kept.hashes.iter().map(|seen| seen.sha256).collect();
        assert_eq!(digests, [sha256(90), sha256(80)].map(Some));
        assert_eq!(kept.sha256, Some(sha256(90)));
        let changed = EventKind::MatchChanged;
        assert_eq!(room.told().await, [EventKind::MatchCreated, changed, changed]);
        room.decide(Outcome::Allowed).await;
        room.send(90).await;
        assert_eq!(room.open_cases().await, 0);
    }

    async fn a_decision_on_other_bytes_clears_neither_those_before_nor_a_new_hit_of_theirs(
        records: Records
    ) {
        let room = room(records).await;
        room.send(90).await;
        room.send(80).await;
        room.decide(Outcome::Allowed).await;

        room.send(80).await;
        assert_eq!(room.open_cases().await, 0, "the reviewer saw these bytes");
        room.send(90).await;

        assert_eq!(room.open_cases().await, 1, "no reviewer saw these bytes last");
        assert_eq!(room.kept().await.sha256, Some(sha256(90)));
        room.decide(Outcome::Allowed).await;
        // Each set has its decision now.
        room.send(80).await;
        room.send(90).await;
        assert_eq!(room.open_cases().await, 0);
        let told = room.told().await.len();
        room.list_digest(80).await;
        room.send(80).await;
        assert_eq!((room.open_cases().await, room.told().await.len()), (0, told + 1));
    }

    async fn a_new_hit_of_earlier_bytes_opens_a_case_though_a_decision_on_others_stands(
        records: Records
    ) {
        let room = room(records).await;
        room.send(90).await;
        room.send(80).await;
        room.decide(Outcome::Allowed).await;
        room.list_digest(90).await;

        room.send(90).await;

        assert_eq!(room.open_cases().await, 1);
    }

    async fn a_new_hit_of_the_same_bytes_comes_before_a_person_where_none_said_they_are_allowed(
        records: Records
    ) {
        let room = room(records).await;
        room.send(90).await;
        let before = room.cases().await[0].version;
        room.list_digest(90).await;

        room.send(90).await;

        assert_eq!(room.told().await, [EventKind::MatchCreated, EventKind::MatchChanged]);
        let cases = room.cases().await;
        assert_eq!(cases.len(), 1);
        assert!(cases[0].version > before);
    }
}
