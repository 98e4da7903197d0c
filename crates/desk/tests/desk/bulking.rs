//! One answer to many cases: shown first, settled as one, taken back as one.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use mamori_desk::banks::create_bank::NewBank;
use mamori_desk::cases::claim_case::Queue;
use mamori_desk::cases::release_case::Release;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::decisions::prepare_bulk::NewBulk;
use mamori_desk::staff::member::{Member, Records, Reviewer};
use mamori_desk::{Error, Settings};
use mamori_model::action::{ActionState, ItemMeasure};
use mamori_model::case::CaseState;
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::{
    Action, Bulk, BulkState, Case, CaseId, Item, Measures, Outcome, Pdq, Purpose, Refusal, Second,
    Surface, Urgency,
};
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records as Engine;

use crate::common::{House, hashes, house, house_with, item, new_bank, people, settings};

fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> Refusal {
    match answer {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn remove(cases: &[CaseId]) -> NewBulk {
    NewBulk {
        cases: cases.iter().copied().collect(),
        outcome: Outcome::Violates,
        reason: "All show the same picture.".parse().unwrap(),
        measures: Measures { items: ItemMeasure::Remove, ..Measures::default() },
    }
}

async fn lead(house: &House, name: &str) -> Member {
    house.lead(name).await.member().clone()
}

async fn auditor(house: &House) -> Records {
    house.member("auditor", &[StaffRole::Auditor]).await.records().unwrap()
}

async fn state(house: &House, case: CaseId) -> CaseState {
    house.store().await.case(case).await.unwrap().unwrap().state
}

async fn bulk_state(house: &House, bulk: &Bulk) -> BulkState {
    house.store().await.bulk(bulk.id).await.unwrap().unwrap().state
}

/// How many actions of a bulk decision are in this state.
async fn actions(house: &House, bulk: &Bulk, state: ActionState) -> usize {
    let store = house.store().await;
    let mut count = 0;
    for decision in store.decisions_of_bulk(bulk.id).await.unwrap() {
        let actions = store.actions_of_decision(decision.id).await.unwrap();
        count += actions.iter().filter(|action| action.state == state).count();
    }
    count
}

async fn proposed(house: &House, who: &Reviewer, cases: &[CaseId]) -> Bulk {
    let bulk = house.desk.prepare(who, remove(cases)).await.unwrap();
    house.desk.confirm(who, bulk.id).await.unwrap()
}

async fn approve(house: &House, who: &Member, bulk: &Bulk) -> Result<Bulk, Error> {
    let recently = who.recently(house.clock.now()).unwrap();
    house.desk.approve_bulk(&who.reviewer().unwrap(), &recently, bulk.id).await
}

on_both_engines! {
    async fn what_it_touches_is_shown_before_anything_is_done(engine: Engine) {
        let house = house(engine).await;
        let cases = house.cases(3).await;
        let (who, other) = (house.reviewer("one").await, house.reviewer("two").await);
        house.desk.claim_next(&who, Queue::default()).await.unwrap().unwrap();

        let bulk = house.desk.prepare(&who, remove(&cases)).await.unwrap();

        assert_eq!((bulk.cases, bulk.items, bulk.accounts), (3, 3, 3));
        assert_eq!((bulk.state, bulk.second), (BulkState::Prepared, Second::Colleague));
        let none = house.desk.claim_next(&other, Queue::default()).await.unwrap();
        assert_eq!(none, None, "nobody else is given its cases");
        assert_eq!(refused(house.desk.claim_case(&other, cases[0]).await), Refusal::InBulk);
        let view = house.desk.bulk(&who, bulk.id, None, PageSize::DEFAULT).await.unwrap();
        assert_eq!(view.cases.rows.len(), 3);
        assert!(view.cases.rows.iter().all(|case| !case.is_stale && case.decision.is_none()));
        let others = house.desk.bulk(&other, bulk.id, None, PageSize::DEFAULT).await;
        assert!(matches!(others, Err(Error::NotFound("bulk decision"))), "{others:?}");
        assert_eq!(actions(&house, &bulk, ActionState::Proposed).await, 0);
    }

    async fn more_than_one_account_waits_for_a_second_person_as_one(engine: Engine) {
        let house = house(engine).await;
        let cases = house.cases(3).await;
        let maker = lead(&house, "maker").await;
        let (other, colleague) = (lead(&house, "other").await, house.reviewer("one").await);

        let bulk = proposed(&house, &maker.reviewer().unwrap(), &cases).await;

        assert_eq!(bulk.state, BulkState::Proposed);
        assert_eq!(actions(&house, &bulk, ActionState::Proposed).await, 3);
        assert_eq!(refused(approve(&house, &maker, &bulk).await), Refusal::SecondIsFirst);
        let unknown = approve(&house, colleague.member(), &bulk).await;
        assert!(matches!(unknown, Err(Error::NotFound("bulk decision"))), "{unknown:?}");
        let one = house.store().await.decisions_of_bulk(bulk.id).await.unwrap()[0].id;
        let recently = other.recently(house.clock.now()).unwrap();
        let single = house.desk.approve(&other.reviewer().unwrap(), &recently, one).await;
        assert_eq!(refused(single), Refusal::InBulk);

        let second = other.reviewer().unwrap();
        house.desk.read_bulk_again(&second, bulk.id).await.unwrap();
        let (first, late) =
            tokio::join!(approve(&house, &other, &bulk), approve(&house, &other, &bulk));

        assert_eq!([&first, &late].into_iter().filter(|answer| answer.is_ok()).count(), 1);
        assert_eq!(refused(approve(&house, &other, &bulk).await), Refusal::AlreadyDecided);
        assert_eq!(actions(&house, &bulk, ActionState::Waiting).await, 3);
        for case in cases {
            assert_eq!(state(&house, case).await, CaseState::Decided);
        }
        let auditor = auditor(&house).await;
        let record = house.desk.bulk_record(&auditor, bulk.id, None, PageSize::DEFAULT).await;
        let record = record.unwrap();
        assert_eq!(record.bulk.second_by, Some(second.staff()));
        assert!(record.cases.rows.iter().all(|case| case.decision.is_some()));
        let proposals =
            house.desk.bulk_records(&auditor, Some(BulkState::Proposed), None, PageSize::DEFAULT);
        assert_eq!(proposals.await.unwrap().rows, []);
    }

    async fn one_account_needs_nobody_else(engine: Engine) {
        let house = house(engine).await;
        let cases = house.cases(1).await;
        let who = house.reviewer("one").await;

        let bulk = proposed(&house, &who, &cases).await;

        assert_eq!((bulk.state, bulk.accounts), (BulkState::Standing, 1));
        assert_eq!(actions(&house, &bulk, ActionState::Waiting).await, 1);
    }

    async fn anything_that_came_meanwhile_stops_all_of_it(engine: Engine) {
        let house = house(engine).await;
        let cases = house.cases(2).await;
        let who = house.reviewer("one").await;
        let bulk = house.desk.prepare(&who, remove(&cases)).await.unwrap();
        let account = Some("account 1".parse().unwrap());
        let news = Item { account, ..item("new", Surface::Public) };
        house.desk.check(&house.caller, news, hashes(Pdq::from([1; 32]))).await.unwrap();
        let view = house.desk.bulk(&who, bulk.id, None, PageSize::DEFAULT).await.unwrap();
        assert_eq!(view.cases.rows.iter().filter(|case| case.is_stale).count(), 1);

        assert_eq!(refused(house.desk.confirm(&who, bulk.id).await), Refusal::BulkStale);

        assert_eq!(bulk_state(&house, &bulk).await, BulkState::Lapsed);
        assert_eq!(house.store().await.decisions_of_bulk(bulk.id).await.unwrap(), []);
        assert!(house.desk.claim_next(&who, Queue::default()).await.unwrap().is_some());
        assert_eq!(refused(house.desk.confirm(&who, bulk.id).await), Refusal::BulkLapsed);
        let again = house.desk.prepare(&who, remove(&cases)).await.unwrap();
        assert_eq!(again.items, 3);
    }

    async fn what_nobody_confirms_lapses_and_what_is_dropped_is_free(engine: Engine) {
        let house = house(engine).await;
        let cases = house.cases(2).await;
        let (who, other) = (house.reviewer("one").await, house.reviewer("two").await);
        let bulk = house.desk.prepare(&who, remove(&cases)).await.unwrap();
        let dropped = house.desk.drop_bulk(&other, bulk.id).await;
        assert!(matches!(dropped, Err(Error::NotFound("bulk decision"))), "{dropped:?}");
        house.desk.drop_bulk(&who, bulk.id).await.unwrap();
        assert_eq!(refused(house.desk.drop_bulk(&who, bulk.id).await), Refusal::BulkLapsed);

        let bulk = house.desk.prepare(&other, remove(&cases)).await.unwrap();
        house.clock.advance(SignedDuration::from_hours(1));
        assert_eq!(refused(house.desk.confirm(&other, bulk.id).await), Refusal::BulkLapsed);
        assert_eq!(house.desk.sweep_once().await.unwrap().bulks_lapsed, 1);

        assert_eq!(bulk_state(&house, &bulk).await, BulkState::Lapsed);
        assert!(house.desk.claim_next(&who, Queue::default()).await.unwrap().is_some());
    }

    async fn a_refused_one_asks_nothing_and_opens_its_cases_for_leads(engine: Engine) {
        let house = house(engine).await;
        let cases = house.cases(2).await;
        let (who, other) = (house.reviewer("one").await, lead(&house, "lead").await);
        let bulk = proposed(&house, &who, &cases).await;

        let recently = other.recently(house.clock.now()).unwrap();
        let why = "These are two pictures.".parse().unwrap();
        let second = other.reviewer().unwrap();
        house.desk.refuse_bulk(&second, &recently, bulk.id, &why).await.unwrap();

        assert_eq!(bulk_state(&house, &bulk).await, BulkState::Refused);
        assert_eq!(actions(&house, &bulk, ActionState::Dropped).await, 2);
        assert_eq!(house.desk.claim_next(&who, Queue::default()).await.unwrap(), None);
        assert!(house.desk.claim_next(&second, Queue::default()).await.unwrap().is_some());
    }

    async fn it_is_taken_back_as_one_but_for_what_was_decided_anew(engine: Engine) {
        let house = house(engine).await;
        let cases = house.cases(3).await;
        let (who, other) = (house.reviewer("one").await, lead(&house, "lead").await);
        let bulk = proposed(&house, &who, &cases).await;
        let why = "It is a cat.".parse().unwrap();
        assert_eq!(refused(house.desk.undo_bulk(&who, bulk.id, &why).await), Refusal::NotUndoable);
        approve(&house, &other, &bulk).await.unwrap();
        let first = house.store().await.decisions_of_bulk(bulk.id).await.unwrap()[0].clone();
        house.desk.undo(&who, first.id, &why).await.unwrap();
        let claimed = house.desk.claim_case(&who, first.case).await.unwrap();
        let anew = NewDecision {
            case: claimed.case,
            claim: claimed.number,
            version: claimed.version,
            outcome: Outcome::Allowed,
            reason: "It is a cat.".parse().unwrap(),
            measures: Measures::default(),
        };
        let anew = house.desk.decide(&who, anew).await.unwrap();

        let undone = house.desk.undo_bulk(&who, bulk.id, &why).await.unwrap();

        assert_eq!((undone.decisions, undone.left), (2, vec![first.case]));
        assert_eq!(bulk_state(&house, &bulk).await, BulkState::Undone);
        assert_eq!(actions(&house, &bulk, ActionState::Superseded).await, 3);
        for case in cases {
            let decided_anew = case == anew.case;
            let expected = if decided_anew { CaseState::Decided } else { CaseState::Open };
            assert_eq!(state(&house, case).await, expected);
        }
        assert_eq!(refused(house.desk.undo_bulk(&who, bulk.id, &why).await), Refusal::NotUndoable);
    }

    async fn what_cannot_be_prepared_is_said_by_name(engine: Engine) {
        let house = house(engine).await;
        let cases = house.cases(3).await;
        let (who, other) = (house.reviewer("one").await, house.reviewer("two").await);
        let prepare = async |new: NewBulk| house.desk.prepare(&who, new).await;
        let taken = house.desk.claim_next(&other, Queue::default()).await.unwrap().unwrap().case;
        let free: Vec<CaseId> = cases.iter().copied().filter(|case| *case != taken).collect();
        let other_policy = NewBank {
            purpose: Purpose::ChildExploitation,
            ..new_bank("another-policy", Action::Hold)
        };
        let bank = house.desk.create_bank(&house.admin, other_policy).await.unwrap();
        house.desk.catch_up().await.unwrap();
        house.add(&bank, Pdq::from([9; 32])).await;
        let grave = item("grave", Surface::Public);
        let grave = house.desk.check(&house.caller, grave, hashes(Pdq::from([9; 32]))).await;
        let mut tx = house.store().await.begin("test").await.unwrap();
        let grave = tx.lock_open_case_of_item(grave.unwrap().recorded.unwrap()).await.unwrap();
        drop(tx);
        let too_many: BTreeSet<CaseId> =
            (0..501).map(|number| uuid::Uuid::from_u128(number).into()).collect();
        let nothing = NewBulk { measures: Measures::default(), ..remove(&free) };

        assert_eq!(refused(prepare(remove(&cases)).await), Refusal::ClaimedByOther);
        assert_eq!(refused(prepare(remove(&[free[0], grave.unwrap().id])).await), Refusal::BulkMixed);
        let large = NewBulk { cases: too_many, ..remove(&[]) };
        assert_eq!(refused(prepare(large).await), Refusal::BulkTooLarge);
        assert_eq!(refused(prepare(nothing).await), Refusal::NoMeasure);
        assert_eq!(refused(prepare(remove(&[])).await), Refusal::BulkEmpty);
        let unknown = prepare(remove(&[uuid::Uuid::nil().into()])).await;
        assert!(matches!(unknown, Err(Error::NotFound("case"))), "{unknown:?}");
        let third = house.reviewer("three").await;
        house.desk.prepare(&third, remove(&free[..1])).await.unwrap();
        assert_eq!(refused(prepare(remove(&free)).await), Refusal::InBulk);
        let one = proposed(&house, &who, &free[1..]).await;
        assert_eq!(one.state, BulkState::Standing);
        assert_eq!(refused(prepare(remove(&free[1..])).await), Refusal::CaseClosed);
    }

    async fn a_child_in_danger_is_never_one_of_many(engine: Engine) {
        let house = house(engine).await;
        let cases = house.cases(2).await;
        let lead = lead(&house, "lead").await.reviewer().unwrap();
        let claimed = house.desk.claim_next(&lead, Queue::default()).await.unwrap().unwrap();
        let danger = Release::Escalate {
            urgency: Urgency::ChildInDanger,
            why: "It seems to happen now.".parse().unwrap(),
        };
        let (case, number) = (claimed.case, claimed.number);
        house.desk.release_case(&lead, case, number, danger).await.unwrap();

        let refused_as = refused(house.desk.prepare(&lead, remove(&cases)).await);
        let choose = house.desk.cases_to_choose(&lead, None).await.unwrap();

        assert_eq!(refused_as, Refusal::BulkUrgent);
        assert!(choose.iter().all(|other| other.id != case), "{choose:?}");
        assert_eq!(choose.len(), 1);
    }

    async fn one_person_keeps_one_prepared_and_a_lead_gives_it_up(engine: Engine) {
        let house = house(engine).await;
        let cases = house.cases(3).await;
        let who = house.reviewer("one").await;
        let lead = lead(&house, "lead").await.reviewer().unwrap();
        let first = house.desk.prepare(&who, remove(&cases[..2])).await.unwrap();

        let second = house.desk.prepare(&who, remove(&cases[1..])).await.unwrap();
        assert_eq!(bulk_state(&house, &first).await, BulkState::Lapsed);
        assert_eq!(bulk_state(&house, &second).await, BulkState::Prepared);
        house.desk.drop_bulk(&lead, second.id).await.unwrap();

        assert_eq!(bulk_state(&house, &second).await, BulkState::Lapsed);
        assert_eq!(house.desk.cases_to_choose(&who, None).await.unwrap().len(), 3);
    }

    async fn cases_with_the_same_picture_are_found_from_the_one_in_hand(engine: Engine) {
        let house = house(engine).await;
        let cases = house.cases(3).await;
        let (who, other) = (house.reviewer("one").await, house.reviewer("two").await);
        let claimed = house.desk.claim_next(&who, Queue::default()).await.unwrap().unwrap();

        house.desk.claim_case(&other, cases[2]).await.unwrap();
        let free = house.desk.cases_with_the_same(&who, claimed.case).await.unwrap();
        house.clock.advance(SignedDuration::from_mins(9));
        house.desk.keep_claim(&who, claimed.case, claimed.number).await.unwrap();
        house.clock.advance(SignedDuration::from_mins(1));
        let same = house.desk.cases_with_the_same(&who, claimed.case).await.unwrap();
        let hidden = house.desk.cases_with_the_same(&other, claimed.case).await;

        let ids = |cases: &[Case]| cases.iter().map(|case| case.id).collect::<Vec<_>>();
        assert_eq!(ids(&free), cases[..2], "what a colleague has in hand is left out");
        assert_eq!(ids(&same), cases, "until their claim lapses");
        assert_eq!(refused(hidden), Refusal::ClaimedByOther);
    }

    async fn who_is_alone_waits_a_day_and_reads_it_again(engine: Engine) {
        let alone = Settings { is_alone: true, ..settings() };
        let house = house_with(engine, alone).await;
        let cases = house.cases(2).await;
        let who = house.reviewer("one").await;
        let bulk = proposed(&house, &who, &cases).await;
        assert_eq!(refused(approve(&house, who.member(), &bulk).await), Refusal::SecondTooSoon);
        house.clock.advance(SignedDuration::from_hours(24));
        let me = people::enter(&house.desk, who.staff()).await;
        let me = people::found(&house.desk, &me).await.member;

        assert_eq!(refused(approve(&house, &me, &bulk).await), Refusal::LookNeeded);
        house.desk.read_bulk_again(&who, bulk.id).await.unwrap();
        let bulk = approve(&house, &me, &bulk).await.unwrap();

        assert_eq!((bulk.state, bulk.second_by), (BulkState::Standing, Some(who.staff())));
    }
}
