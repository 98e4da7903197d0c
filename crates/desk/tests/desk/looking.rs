//! Each look is written down, shows one picture, and counts in a dose.

use jiff::SignedDuration;
use mamori_desk::cases::claim_case::{Claimed, Queue};
use mamori_desk::cases::release_case::Release;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::staff::add_staff::StaffAdmin;
use mamori_desk::staff::member::Reviewer;
use mamori_desk::viewing::open_look::Looked;
use mamori_desk::{AtTheMachine, Error, Settings};
use mamori_model::action::{AccountMeasure, ItemMeasure};
use mamori_model::dose::RestWhy;
use mamori_model::page::PageSize;
use mamori_model::staff::{OwnLimits, StaffRole};
use mamori_model::{
    CaseId, Clarity, DecisionId, Evidence, Kept, Look, MatchId, Measures, Outcome, Refusal,
};
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{draw, encode};
use mamori_testkit::records::Records;

use crate::common::{House, house_with, settings, vault_settings};

fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> Refusal {
    match answer {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// Seals a picture as the bytes of the one item of `case`, for 30 days.
async fn keep(house: &House, case: CaseId) -> MatchId {
    let store = house.store().await;
    let item = store.case_item_names(case).await.unwrap()[0].id;
    let vault = house.desk.settings().vault.clone().unwrap();
    let id = mamori_model::EvidenceId::from(house.clock.mint().unwrap());
    let bytes = encode::png(&draw(7, 320, 240));
    let sealed = vault.seal(id.to_string().as_bytes(), &bytes).unwrap();
    vault.put(id, &sealed.object).await.unwrap();
    let now = house.clock.now();
    let evidence = Evidence {
        id,
        item,
        sha256: None,
        purpose: mamori_model::Purpose::Rehearsal,
        size: bytes.len().try_into().unwrap(),
        wrapped_key: Some(mamori_model::Sensitive::new(sealed.wrapped_key)),
        key_name: sealed.key_name.to_string(),
        stored_at: now,
        expires_at: now + SignedDuration::from_hours(30 * 24),
    };
    let mut tx = store.begin("test").await.unwrap();
    assert!(tx.insert_evidence(&evidence).await.unwrap());
    tx.commit().await.unwrap();
    item
}

/// A house with one case, whose item is kept, in somebody's hand.
struct Room {
    house: House,
    who: Reviewer,
    case: Claimed,
    item: MatchId,
    _folder: tempfile::TempDir,
}

async fn room(records: Records) -> Room {
    room_with(records, |_| ()).await
}

async fn room_with(records: Records, told: impl FnOnce(&mut Settings)) -> Room {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = vault_settings(folder.path());
    told(&mut settings);
    let house = house_with(records, settings).await;
    let case = house.cases(1).await[0];
    let item = keep(&house, case).await;
    let who = house.reviewer("one").await;
    let case = house.desk.claim_next(&who, Queue::default()).await.unwrap().unwrap();
    Room { house, who, case, item, _folder: folder }
}

impl Room {
    async fn look(&self, clarity: Clarity) -> Result<Looked, Error> {
        let Claimed { case, number, .. } = self.case;
        self.house.desk.look(&self.who, case, number, self.item, clarity).await
    }

    async fn looks(&self) -> Vec<Look> {
        let store = self.house.store().await;
        let looks = store.looks_of_case(self.case.case, None, PageSize::DEFAULT).await;
        let mut looks = looks.unwrap().rows;
        looks.reverse();
        looks
    }

    async fn dose(&self, dose: OwnLimits) {
        let here = AtTheMachine::here();
        let by = StaffAdmin::AtTheMachine(&here);
        self.house.desk.change_dose(by, self.who.staff(), dose).await.unwrap();
    }

    /// Proposes to suspend the account.
    async fn suspend(&self) -> DecisionId {
        let suspend = AccountMeasure::Suspend { until: None };
        let new = NewDecision {
            case: self.case.case,
            claim: self.case.number,
            version: self.case.version,
            outcome: Outcome::Violates,
            reason: "It is what the bank says.".parse().unwrap(),
            measures: Measures {
                items: ItemMeasure::Remove,
                account: suspend,
                ..Measures::default()
            },
        };
        self.house.desk.decide(&self.who, new).await.unwrap().id
    }

    fn wait(&self, seconds: i64) {
        self.house.clock.advance(SignedDuration::from_secs(seconds));
    }
}

on_both_engines! {
    async fn a_look_is_written_down_before_anything_is_seen(records: Records) {
        let room = room(records).await;
        let began = room.house.clock.now();

        let veiled = room.look(Clarity::Veiled).await.unwrap();
        room.look(Clarity::Clear).await.unwrap();

        let looks = room.looks().await;
        let said: Vec<_> = looks.iter().map(|look| (look.clarity, look.by, look.severity)).collect();
        let me = room.who.staff();
        assert_eq!(said, [(Clarity::Veiled, me, 1), (Clarity::Clear, me, 1)]);
        assert!(looks.iter().all(|look| look.opened_at == began && look.shown_at.is_none()));
        assert_eq!(room.house.desk.was_viewed(room.item).await.unwrap(), None);
        let shown = room.house.desk.picture(veiled).await.unwrap();
        assert_eq!(shown.media_type, "image/png");
        let veiled_only = room.house.desk.was_viewed(room.item).await.unwrap();
        assert_eq!(veiled_only, None, "nobody viewed it");
    }

    async fn a_picture_is_shown_once_for_each_look(records: Records) {
        let room = room(records).await;
        let (desk, who) = (&room.house.desk, &room.who);
        let look = room.look(Clarity::Clear).await.unwrap().look();

        let (one, two) = (desk.reopen_look(who, look).await, desk.reopen_look(who, look).await);
        let (one, two) = tokio::join!(desk.picture(one.unwrap()), desk.picture(two.unwrap()));

        let shown = [&one, &two].into_iter().flatten().next().unwrap();
        assert_eq!(shown.media_type, "image/jpeg");
        assert_eq!([&one, &two].into_iter().filter(|answer| answer.is_ok()).count(), 1);
        assert_eq!(refused(desk.reopen_look(who, look).await), Refusal::LookClosed);
        assert_eq!(desk.was_viewed(room.item).await.unwrap(), Some(room.house.clock.now()));
        let other = room.house.reviewer("two").await;
        for answer in [desk.keep_look(&other, look).await, desk.close_look(&other, look).await] {
            assert!(matches!(answer, Err(Error::NotFound("look"))), "{answer:?}");
        }
        assert!(matches!(desk.reopen_look(&other, look).await, Err(Error::NotFound("look"))));
    }

    async fn a_look_lasts_while_the_page_says_so_and_two_minutes_at_most(records: Records) {
        let room = room(records).await;
        let desk = &room.house.desk;
        let look = room.look(Clarity::Clear).await.unwrap().look();

        for _ in 0..11 {
            room.wait(10);
            desk.keep_look(&room.who, look).await.unwrap();
        }
        room.wait(10);
        assert_eq!(refused(desk.keep_look(&room.who, look).await), Refusal::LookClosed);
        room.wait(4);
        desk.close_look(&room.who, look).await.unwrap();
        desk.close_look(&room.who, look).await.unwrap();

        assert_eq!(room.looks().await[0].lasted(), SignedDuration::from_secs(120));
        // Kept looks kept the claim: its ten minutes begin with the last of them.
        room.wait(10 * 60 - 15);
        desk.keep_claim(&room.who, room.case.case, room.case.number).await.unwrap();
    }

    async fn an_abandoned_look_is_ended_and_counts_for_as_long_as_it_can_have_lasted(records: Records) {
        let room = room(records).await;
        let desk = &room.house.desk;
        let look = room.look(Clarity::Clear).await.unwrap().look();
        room.wait(15);

        assert_eq!(refused(desk.reopen_look(&room.who, look).await), Refusal::LookClosed);
        assert_eq!(refused(desk.keep_look(&room.who, look).await), Refusal::LookClosed);
        room.wait(300);
        assert_eq!(desk.sweep_once().await.unwrap().looks_closed, 1);
        desk.close_look(&room.who, look).await.unwrap();

        assert_eq!(room.looks().await[0].lasted(), SignedDuration::from_secs(15));
    }

    async fn whoever_had_their_dose_sees_no_more(records: Records) {
        let room = room(records).await;
        let desk = &room.house.desk;
        room.dose(OwnLimits { looks: Some(2), ..OwnLimits::default() }).await;
        let first = room.house.clock.now();
        for _ in 0..2 {
            room.look(Clarity::Clear).await.unwrap();
            room.wait(60);
        }

        assert_eq!(refused(room.look(Clarity::Clear).await), Refusal::DoseSpent);

        assert_eq!(room.looks().await.len(), 2);
        let queue = desk.queue(&room.who).await.unwrap();
        assert_eq!(queue.in_hand, None, "the case went back to the queue");
        let next = desk.claim_next(&room.who, Queue::default()).await;
        assert_eq!(refused(next), Refusal::DoseSpent);
        let own = desk.exposure(room.who.member()).await.unwrap();
        assert_eq!((own.seen.looks_clear, own.seen.points, own.limits.looks), (2, 2, 2));
        let rest = own.rest.unwrap();
        assert_eq!(rest.why, RestWhy::Looks);
        assert_eq!(rest.until, first + SignedDuration::from_hours(24));
        room.house.clock.advance(rest.until.duration_since(room.house.clock.now()));
        desk.claim_next(&room.who, Queue::default()).await.unwrap().unwrap();
    }

    async fn a_dose_that_is_made_larger_holds_at_once(records: Records) {
        let room = room(records).await;
        room.dose(OwnLimits { looks: Some(0), ..OwnLimits::default() }).await;
        assert_eq!(refused(room.look(Clarity::Veiled).await), Refusal::DoseSpent);

        room.dose(OwnLimits::default()).await;

        let desk = &room.house.desk;
        assert!(desk.claim_next(&room.who, Queue::default()).await.unwrap().is_some());
        assert_eq!(desk.exposure(room.who.member()).await.unwrap().rest, None);
    }

    async fn two_looks_at_once_are_no_more_than_the_dose(records: Records) {
        let room = room(records).await;
        room.dose(OwnLimits { looks: Some(1), ..OwnLimits::default() }).await;

        let (one, two) = tokio::join!(room.look(Clarity::Clear), room.look(Clarity::Clear));

        assert_eq!([&one, &two].into_iter().filter(|answer| answer.is_ok()).count(), 1);
        assert_eq!(room.looks().await.len(), 1);
    }

    async fn a_long_stretch_ends_in_a_break(records: Records) {
        let room = room(records).await;
        let desk = &room.house.desk;
        let limits = settings().exposure;
        for _ in 0..10 {
            room.look(Clarity::Veiled).await.unwrap();
            room.wait(5 * 60);
        }

        assert_eq!(refused(room.look(Clarity::Veiled).await), Refusal::RestDue);

        room.wait(limits.rest.as_secs() - 1);
        let early = desk.claim_next(&room.who, Queue::default()).await;
        assert_eq!(refused(early), Refusal::RestDue);
        room.wait(1);
        let case = desk.claim_next(&room.who, Queue::default()).await.unwrap().unwrap();
        let looked = desk.look(&room.who, case.case, case.number, room.item, Clarity::Veiled);
        looked.await.unwrap();
    }

    async fn a_break_of_ones_own_gives_the_case_back(records: Records) {
        let room = room(records).await;
        let desk = &room.house.desk;
        room.look(Clarity::Clear).await.unwrap();

        desk.rest(room.who.member()).await.unwrap();
        room.wait(60);
        desk.rest(room.who.member()).await.unwrap();

        let rest = desk.exposure(room.who.member()).await.unwrap().rest.unwrap();
        let left = rest.until.duration_since(room.house.clock.now());
        assert_eq!((rest.why, left), (RestWhy::Own, SignedDuration::from_mins(9)));
        assert_eq!(refused(room.look(Clarity::Clear).await), Refusal::ClaimLapsed);
        assert!(room.looks().await[0].closed_at.is_some(), "the look ended with the claim");
        room.house.clock.advance(SignedDuration::from_hours(8 * 24));
        assert!(desk.sweep_once().await.unwrap().rows_deleted > 0, "breaks are not kept");
        let store = room.house.store().await;
        let rested = store.rested_at(room.who.staff(), room.house.clock.now()).await.unwrap();
        assert_eq!(rested, None);
    }

    async fn a_break_ends_a_look_as_a_second_person_too(records: Records) {
        let room = room(records).await;
        let (house, desk) = (&room.house, &room.house.desk);
        let lead = house.lead("lead").await;
        let who = lead.member().reviewer().unwrap();
        let decision = room.suspend().await;
        let again = || desk.look_again(&who, decision, room.item, Clarity::Clear);

        let before = again().await.unwrap().look();
        desk.rest(lead.member()).await.unwrap();
        assert_eq!(refused(desk.reopen_look(&who, before).await), Refusal::LookClosed);

        // The same where the break is not their own wish.
        room.wait(settings().exposure.rest.as_secs());
        for _ in 0..10 {
            again().await.unwrap();
            room.wait(5 * 60 - 1);
        }
        let last = again().await.unwrap();
        room.wait(10);
        assert_eq!(refused(again().await), Refusal::RestDue);
        assert_eq!(refused(desk.picture(last).await), Refusal::LookClosed);
        assert_eq!(desk.was_viewed(room.item).await.unwrap(), None);
    }

    async fn nothing_is_looked_at_without_a_claim_or_without_bytes(records: Records) {
        let room = room(records).await;
        let (house, desk) = (&room.house, &room.house.desk);
        let Claimed { case, number, .. } = room.case;
        let clear = Clarity::Clear;
        let other = house.reviewer("two").await;
        let another = desk.look(&other, case, number, room.item, clear).await;
        assert_eq!(refused(another), Refusal::ClaimedByOther);
        let unknown = desk.look(&room.who, case, number, uuid::Uuid::nil().into(), clear).await;
        assert!(matches!(unknown, Err(Error::NotFound("item"))), "{unknown:?}");

        let view = desk.case(&room.who, case, None, PageSize::DEFAULT).await.unwrap();
        assert!(matches!(view.items.rows[0].evidence, Kept::Yes { .. }));
        desk.release_case(&room.who, case, number, Release::Leave).await.unwrap();
        assert_eq!(refused(room.look(clear).await), Refusal::ClaimLapsed);
        let hashes = crate::common::hashes(mamori_model::Pdq::from([1; 32]));
        let item = crate::common::item("hashes only", mamori_model::Surface::Public);
        let found = desk.check(&house.caller, item, hashes).await.unwrap().recorded.unwrap();
        let mut tx = house.store().await.begin("test").await.unwrap();
        let bare = tx.lock_open_case_of_item(found).await.unwrap().unwrap().id;
        drop(tx);
        let claimed = desk.claim_case(&room.who, bare).await.unwrap();
        let none = desk.look(&room.who, bare, claimed.number, found, clear).await;
        assert_eq!(refused(none), Refusal::EvidenceNone);
        assert_eq!(room.looks().await, []);
    }

    async fn the_second_person_looks_too_and_has_the_same_dose(records: Records) {
        let room = room(records).await;
        let (house, desk) = (&room.house, &room.house.desk);
        let lead = house.lead("lead").await.member().reviewer().unwrap();
        let decision = room.suspend().await;

        let again = desk.look_again(&lead, decision, room.item, Clarity::Clear).await.unwrap();
        desk.picture(again).await.unwrap();
        let maker = desk.look_again(&room.who, decision, room.item, Clarity::Clear).await;
        let here = AtTheMachine::here();
        let none = OwnLimits { points: Some(1), ..OwnLimits::default() };
        desk.change_dose(StaffAdmin::AtTheMachine(&here), lead.staff(), none).await.unwrap();
        let spent = desk.look_again(&lead, decision, room.item, Clarity::Clear).await;

        assert_eq!(refused(maker), Refusal::SecondIsFirst);
        assert_eq!(refused(spent), Refusal::DoseSpent);
        assert_eq!(room.looks().await.len(), 1);
        let records = house.member("auditor", &[StaffRole::Auditor]).await.records().unwrap();
        let view = desk.case_record(&records, room.case.case, None, PageSize::DEFAULT).await;
        assert_eq!(view.unwrap().looks[0].by, lead.staff());
    }

    async fn who_is_alone_sees_the_item_again_before_they_approve(records: Records) {
        let room = room_with(records, |settings| settings.is_alone = true).await;
        let (house, desk) = (&room.house, &room.house.desk);
        let decision = room.suspend().await;
        house.clock.advance(SignedDuration::from_hours(24));
        let me = crate::common::people::enter(desk, room.who.staff()).await;
        let me = crate::common::people::found(desk, &me).await.member;
        let recently = me.recently(house.clock.now()).unwrap();
        desk.read_again(&room.who, decision, None, PageSize::DEFAULT).await.unwrap();

        let unseen = desk.approve(&room.who, &recently, decision).await;
        assert_eq!(refused(unseen), Refusal::LookNeeded);
        desk.look_again(&room.who, decision, room.item, Clarity::Veiled).await.unwrap();
        let veiled = desk.approve(&room.who, &recently, decision).await;
        assert_eq!(refused(veiled), Refusal::LookNeeded, "a page shows that by itself");
        desk.look_again(&room.who, decision, room.item, Clarity::Clear).await.unwrap();
        desk.approve(&room.who, &recently, decision).await.unwrap();

        assert!(room.looks().await.iter().all(|look| look.closed_at.is_some()));
    }
}
