//! Bulk decisions: prepared, confirmed, approved and undone as one.

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
    Action, Approval, Bulk, BulkState, Case, CaseId, Item, Measures, Outcome, Pdq, Purpose,
    Refusal, Surface, Urgency,
};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::{TestApp, hashes, item, new_bank, people, settings, test_app, test_app_with};

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

async fn lead(app: &TestApp, name: &str) -> Member {
    app.lead(name).await.member().clone()
}

async fn auditor(app: &TestApp) -> Records {
    app.member("auditor", &[StaffRole::Auditor]).await.records().unwrap()
}

async fn state(app: &TestApp, case: CaseId) -> CaseState {
    app.store()
        .await
        .case(case, &mamori_model::Assignment::EVERYTHING)
        .await
        .unwrap()
        .unwrap()
        .state
}

async fn bulk_state(app: &TestApp, bulk: &Bulk) -> BulkState {
    app.store()
        .await
        .bulk(bulk.id, &mamori_model::Assignment::EVERYTHING)
        .await
        .unwrap()
        .unwrap()
        .state
}

/// How many actions of a bulk decision are in this state.
async fn actions(app: &TestApp, bulk: &Bulk, state: ActionState) -> usize {
    let store = app.store().await;
    let mut count = 0;
    for decision in store.decisions_of_bulk(bulk.id).await.unwrap() {
        let actions = store.actions_of_decision(decision.id).await.unwrap();
        count += actions.iter().filter(|action| action.state == state).count();
    }
    count
}

async fn proposed(app: &TestApp, who: &Reviewer, cases: &[CaseId]) -> Bulk {
    let bulk = app.desk.prepare(who, remove(cases)).await.unwrap();
    app.desk.confirm(who, bulk.id).await.unwrap()
}

async fn approve(app: &TestApp, who: &Member, bulk: &Bulk) -> Result<Bulk, Error> {
    let recently = who.recently(app.clock.now()).unwrap();
    app.desk.approve_bulk(&who.reviewer().unwrap(), &recently, bulk.id).await
}

on_both_engines! {
    async fn a_preview_counts_cases_and_requests_nothing(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(3).await;
        let (who, other) = (app.reviewer("one").await, app.reviewer("two").await);
        app.desk.claim_next(&who, Queue::default()).await.unwrap().unwrap();

        let bulk = app.desk.prepare(&who, remove(&cases)).await.unwrap();

        assert_eq!((bulk.cases, bulk.items, bulk.accounts), (3, 3, 3));
        assert_eq!((bulk.state, bulk.approval), (BulkState::Prepared, Approval::Colleague));
        let none = app.desk.claim_next(&other, Queue::default()).await.unwrap();
        assert_eq!(none, None, "no other reviewer gets its cases");
        assert_eq!(refused(app.desk.claim_case(&other, cases[0]).await), Refusal::InBulk);
        let view = app.desk.bulk(&who, bulk.id, None, PageSize::DEFAULT).await.unwrap();
        assert_eq!(view.cases.rows.len(), 3);
        assert!(view.cases.rows.iter().all(|case| !case.is_stale && case.decision.is_none()));
        let others = app.desk.bulk(&other, bulk.id, None, PageSize::DEFAULT).await;
        assert!(matches!(others, Err(Error::NotFound("bulk decision"))), "{others:?}");
        assert_eq!(actions(&app, &bulk, ActionState::Proposed).await, 0);
    }

    async fn a_bulk_decision_on_several_accounts_is_approved_as_one(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(3).await;
        let maker = lead(&app, "maker").await;
        let (other, colleague) = (lead(&app, "other").await, app.reviewer("one").await);

        let bulk = proposed(&app, &maker.reviewer().unwrap(), &cases).await;

        assert_eq!(bulk.state, BulkState::Proposed);
        assert_eq!(actions(&app, &bulk, ActionState::Proposed).await, 3);
        assert_eq!(refused(approve(&app, &maker, &bulk).await), Refusal::ApproverIsAuthor);
        let unknown = approve(&app, colleague.member(), &bulk).await;
        assert!(matches!(unknown, Err(Error::NotFound("bulk decision"))), "{unknown:?}");
        let one = app.store().await.decisions_of_bulk(bulk.id).await.unwrap()[0].id;
        let recently = other.recently(app.clock.now()).unwrap();
        let single = app.desk.approve(&other.reviewer().unwrap(), &recently, one).await;
        assert_eq!(refused(single), Refusal::InBulk);

        let second = other.reviewer().unwrap();
        app.desk.open_bulk(&second, bulk.id).await.unwrap();
        let (first, late) =
            tokio::join!(approve(&app, &other, &bulk), approve(&app, &other, &bulk));

        assert_eq!([&first, &late].into_iter().filter(|answer| answer.is_ok()).count(), 1);
        assert_eq!(refused(approve(&app, &other, &bulk).await), Refusal::AlreadyDecided);
        assert_eq!(actions(&app, &bulk, ActionState::Waiting).await, 3);
        for case in cases {
            assert_eq!(state(&app, case).await, CaseState::Decided);
        }
        let auditor = auditor(&app).await;
        let record = app.desk.bulk_record(&auditor, bulk.id, None, PageSize::DEFAULT).await;
        let record = record.unwrap();
        assert_eq!(record.bulk.approver_id, Some(second.staff()));
        assert!(record.cases.rows.iter().all(|case| case.decision.is_some()));
        let proposals =
            app.desk.bulk_records(&auditor, Some(BulkState::Proposed), None, PageSize::DEFAULT);
        assert_eq!(proposals.await.unwrap().rows, []);
    }

    async fn a_bulk_decision_on_one_account_needs_no_approval(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(1).await;
        let who = app.reviewer("one").await;

        let bulk = proposed(&app, &who, &cases).await;

        assert_eq!((bulk.state, bulk.accounts), (BulkState::Standing, 1));
        assert_eq!(actions(&app, &bulk, ActionState::Waiting).await, 1);
    }

    async fn a_changed_case_makes_the_whole_bulk_decision_stale(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(2).await;
        let who = app.reviewer("one").await;
        let bulk = app.desk.prepare(&who, remove(&cases)).await.unwrap();
        let account = Some("account 1".parse().unwrap());
        let new = Item { account, ..item("new", Surface::Public) };
        app.desk.check(&app.caller, new, hashes(Pdq::from([1; 32]))).await.unwrap();
        let view = app.desk.bulk(&who, bulk.id, None, PageSize::DEFAULT).await.unwrap();
        assert_eq!(view.cases.rows.iter().filter(|case| case.is_stale).count(), 1);

        assert_eq!(refused(app.desk.confirm(&who, bulk.id).await), Refusal::BulkStale);

        assert_eq!(bulk_state(&app, &bulk).await, BulkState::Lapsed);
        assert_eq!(app.store().await.decisions_of_bulk(bulk.id).await.unwrap(), []);
        assert!(app.desk.claim_next(&who, Queue::default()).await.unwrap().is_some());
        assert_eq!(refused(app.desk.confirm(&who, bulk.id).await), Refusal::BulkLapsed);
        let again = app.desk.prepare(&who, remove(&cases)).await.unwrap();
        assert_eq!(again.items, 3);
    }

    async fn an_unconfirmed_bulk_decision_lapses_and_a_dropped_one_ends(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(2).await;
        let (who, other) = (app.reviewer("one").await, app.reviewer("two").await);
        let bulk = app.desk.prepare(&who, remove(&cases)).await.unwrap();
        let dropped = app.desk.drop_bulk(&other, bulk.id).await;
        assert!(matches!(dropped, Err(Error::NotFound("bulk decision"))), "{dropped:?}");
        app.desk.drop_bulk(&who, bulk.id).await.unwrap();
        assert_eq!(refused(app.desk.drop_bulk(&who, bulk.id).await), Refusal::BulkLapsed);

        let bulk = app.desk.prepare(&other, remove(&cases)).await.unwrap();
        app.clock.advance(SignedDuration::from_hours(1));
        assert_eq!(refused(app.desk.confirm(&other, bulk.id).await), Refusal::BulkLapsed);
        assert_eq!(app.desk.sweep_once().await.unwrap().bulks_lapsed, 1);

        assert_eq!(bulk_state(&app, &bulk).await, BulkState::Lapsed);
        assert!(app.desk.claim_next(&who, Queue::default()).await.unwrap().is_some());
    }

    async fn a_refused_bulk_decision_requests_nothing_and_reopens_for_leads(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(2).await;
        let (who, other) = (app.reviewer("one").await, lead(&app, "lead").await);
        let bulk = proposed(&app, &who, &cases).await;

        let recently = other.recently(app.clock.now()).unwrap();
        let why = "These are two pictures.".parse().unwrap();
        let second = other.reviewer().unwrap();
        app.desk.refuse_bulk(&second, &recently, bulk.id, &why).await.unwrap();

        assert_eq!(bulk_state(&app, &bulk).await, BulkState::Refused);
        assert_eq!(actions(&app, &bulk, ActionState::Dropped).await, 2);
        assert_eq!(app.desk.claim_next(&who, Queue::default()).await.unwrap(), None);
        assert!(app.desk.claim_next(&second, Queue::default()).await.unwrap().is_some());
    }

    async fn undo_of_a_bulk_decision_leaves_cases_that_were_decided_again(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(3).await;
        let (who, other) = (app.reviewer("one").await, lead(&app, "lead").await);
        let bulk = proposed(&app, &who, &cases).await;
        let why = "It is a cat.".parse().unwrap();
        assert_eq!(refused(app.desk.undo_bulk(&who, bulk.id, &why).await), Refusal::NotUndoable);
        approve(&app, &other, &bulk).await.unwrap();
        let first = app.store().await.decisions_of_bulk(bulk.id).await.unwrap()[0].clone();
        app.desk.undo(&who, first.id, &why).await.unwrap();
        let claimed = app.desk.claim_case(&who, first.case).await.unwrap();
        let anew = NewDecision {
            case: claimed.case,
            claim: claimed.number,
            version: claimed.version,
            outcome: Outcome::Allowed,
            reason: "It is a cat.".parse().unwrap(),
            measures: Measures::default(),
        };
        let anew = app.desk.decide(&who, anew).await.unwrap();

        let undone = app.desk.undo_bulk(&who, bulk.id, &why).await.unwrap();

        assert_eq!((undone.decisions, undone.left), (2, vec![first.case]));
        assert_eq!(bulk_state(&app, &bulk).await, BulkState::Undone);
        assert_eq!(actions(&app, &bulk, ActionState::Superseded).await, 3);
        for case in cases {
            let decided_anew = case == anew.case;
            let expected = if decided_anew { CaseState::Decided } else { CaseState::Open };
            assert_eq!(state(&app, case).await, expected);
        }
        assert_eq!(refused(app.desk.undo_bulk(&who, bulk.id, &why).await), Refusal::NotUndoable);
    }

    async fn each_refusal_to_prepare_has_its_name(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(3).await;
        let (who, other) = (app.reviewer("one").await, app.reviewer("two").await);
        let prepare = async |new: NewBulk| app.desk.prepare(&who, new).await;
        let taken = app.desk.claim_next(&other, Queue::default()).await.unwrap().unwrap().case;
        let free: Vec<CaseId> = cases.iter().copied().filter(|case| *case != taken).collect();
        let other_policy = NewBank {
            purpose: Purpose::ChildExploitation,
            ..new_bank("another-policy", Action::Hold)
        };
        let bank = app.desk.create_bank(&app.admin, other_policy).await.unwrap();
        app.desk.catch_up().await.unwrap();
        app.add(&bank, Pdq::from([9; 32])).await;
        let grave = item("grave", Surface::Public);
        let grave = app.desk.check(&app.caller, grave, hashes(Pdq::from([9; 32]))).await;
        let mut tx = app.store().await.begin("test").await.unwrap();
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
        let third = app.reviewer("three").await;
        app.desk.prepare(&third, remove(&free[..1])).await.unwrap();
        assert_eq!(refused(prepare(remove(&free)).await), Refusal::InBulk);
        let one = proposed(&app, &who, &free[1..]).await;
        assert_eq!(one.state, BulkState::Standing);
        assert_eq!(refused(prepare(remove(&free[1..])).await), Refusal::CaseClosed);
    }

    async fn a_case_of_a_child_in_danger_is_never_decided_in_bulk(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(2).await;
        let lead = lead(&app, "lead").await.reviewer().unwrap();
        let claimed = app.desk.claim_next(&lead, Queue::default()).await.unwrap().unwrap();
        let danger = Release::Escalate {
            urgency: Urgency::ChildInDanger,
            why: "It seems to happen now.".parse().unwrap(),
        };
        let (case, number) = (claimed.case, claimed.number);
        app.desk.release_case(&lead, case, number, danger).await.unwrap();

        let refused_as = refused(app.desk.prepare(&lead, remove(&cases)).await);
        let choose = app.desk.cases_to_choose(&lead, None).await.unwrap();

        assert_eq!(refused_as, Refusal::BulkUrgent);
        assert!(choose.iter().all(|other| other.id != case), "{choose:?}");
        assert_eq!(choose.len(), 1);
    }

    async fn a_reviewer_has_one_prepared_bulk_decision_and_a_lead_drops_it(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(3).await;
        let who = app.reviewer("one").await;
        let lead = lead(&app, "lead").await.reviewer().unwrap();
        let first = app.desk.prepare(&who, remove(&cases[..2])).await.unwrap();

        let second = app.desk.prepare(&who, remove(&cases[1..])).await.unwrap();
        assert_eq!(bulk_state(&app, &first).await, BulkState::Lapsed);
        assert_eq!(bulk_state(&app, &second).await, BulkState::Prepared);
        app.desk.drop_bulk(&lead, second.id).await.unwrap();

        assert_eq!(bulk_state(&app, &second).await, BulkState::Lapsed);
        assert_eq!(app.desk.cases_to_choose(&who, None).await.unwrap().len(), 3);
    }

    async fn cases_with_the_same_entry_are_listed_to_the_claimant(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(3).await;
        let (who, other) = (app.reviewer("one").await, app.reviewer("two").await);
        let claimed = app.desk.claim_next(&who, Queue::default()).await.unwrap().unwrap();

        app.desk.claim_case(&other, cases[2]).await.unwrap();
        let free = app.desk.cases_with_same_entry(&who, claimed.case).await.unwrap();
        app.clock.advance(SignedDuration::from_mins(9));
        app.desk.extend_claim(&who, claimed.case, claimed.number).await.unwrap();
        app.clock.advance(SignedDuration::from_mins(1));
        let same = app.desk.cases_with_same_entry(&who, claimed.case).await.unwrap();
        let hidden = app.desk.cases_with_same_entry(&other, claimed.case).await;

        let ids = |cases: &[Case]| cases.iter().map(|case| case.id).collect::<Vec<_>>();
        assert_eq!(ids(&free), cases[..2], "a case that a colleague has claimed is left out");
        assert_eq!(ids(&same), cases, "until that claim lapses");
        assert_eq!(refused(hidden), Refusal::ClaimedByOther);
    }

    async fn a_reviewer_who_works_alone_approves_in_bulk_after_a_day(records: TestDatabase) {
        let single_person = Settings { is_single_person: true, ..settings() };
        let app = test_app_with(records, single_person).await;
        let cases = app.cases(2).await;
        let who = app.reviewer("one").await;
        let bulk = proposed(&app, &who, &cases).await;
        assert_eq!(refused(approve(&app, who.member(), &bulk).await), Refusal::ApprovalTooSoon);
        app.clock.advance(SignedDuration::from_hours(24));
        let me = people::sign_in_as(&app.desk, who.staff()).await;
        let me = people::session_of(&app.desk, &me).await.member;

        assert_eq!(refused(approve(&app, &me, &bulk).await), Refusal::ViewNeeded);
        app.desk.open_bulk(&who, bulk.id).await.unwrap();
        let bulk = approve(&app, &me, &bulk).await.unwrap();

        assert_eq!((bulk.state, bulk.approver_id), (BulkState::Standing, Some(who.staff())));
    }
}
