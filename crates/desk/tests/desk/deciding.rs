//! A reviewer decides, a second approver approves or refuses, and a decision can be undone.

use jiff::SignedDuration;
use mamori_desk::cases::claim_case::Queue;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::staff::member::{Records, Reviewer};
use mamori_desk::{DecisionFilter, Desk, Error, Settings};
use mamori_model::action::{AccountMeasure, ActionState, ItemMeasure};
use mamori_model::case::{CaseEventKind, CaseState, Level};
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::{
    Action, Approval, CaseId, Decision, DecisionId, DecisionState, FreeText, Measures, Outcome,
    Pdq, Refusal, Surface, Viewing,
};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::{TestApp, hashes, item, settings, test_app, test_app_with};

fn words(text: &str) -> FreeText {
    text.parse().unwrap()
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> Refusal {
    match answer {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn remove() -> Measures {
    Measures { items: ItemMeasure::Remove, ..Measures::default() }
}

fn suspend() -> Measures {
    Measures { account: AccountMeasure::Suspend { until: None }, ..remove() }
}

/// The reviewer's answer to the next case.
async fn answer(desk: &Desk, who: &Reviewer, outcome: Outcome, measures: Measures) -> NewDecision {
    let claimed = desk.claim_next(who, Queue::default()).await.unwrap().unwrap();
    NewDecision {
        case: claimed.case,
        claim: claimed.number,
        version: claimed.version,
        outcome,
        reason: words("It is what the bank says."),
        measures,
    }
}

async fn decide(app: &TestApp, who: &Reviewer, measures: Measures) -> Decision {
    let new = answer(&app.desk, who, Outcome::Violates, measures).await;
    app.desk.decide(who, new).await.unwrap()
}

async fn state(app: &TestApp, decision: DecisionId) -> DecisionState {
    app.store()
        .await
        .decision(decision, &mamori_model::Assignment::EVERYTHING)
        .await
        .unwrap()
        .unwrap()
        .state
}

async fn case_state(app: &TestApp, case: CaseId) -> (CaseState, Level) {
    let case =
        app.store().await.case(case, &mamori_model::Assignment::EVERYTHING).await.unwrap().unwrap();
    (case.state, case.level)
}

/// The states of a decision's actions, those that undo others last.
async fn actions(app: &TestApp, decision: DecisionId) -> Vec<(&'static str, ActionState)> {
    let actions = app.store().await.actions_of_decision(decision).await.unwrap();
    actions.iter().map(|action| (action.what.kind().as_str(), action.state)).collect()
}

async fn auditor(app: &TestApp) -> Records {
    app.member("auditor", &[StaffRole::Auditor]).await.records().unwrap()
}

on_both_engines! {
    async fn a_decision_takes_effect_and_requests_its_actions(records: TestDatabase) {
        let app = test_app(records).await;
        let case = app.cases(1).await[0];
        let who = app.reviewer("one").await;

        let decision = decide(&app, &who, remove()).await;

        assert_eq!((decision.state, decision.approval), (DecisionState::Standing, Approval::None));
        assert_eq!(case_state(&app, case).await.0, CaseState::Decided);
        let waits = vec![("remove_item", ActionState::Waiting)];
        assert_eq!(actions(&app, decision.id).await, waits);
        let view = app.desk.decision(&who, decision.id).await.unwrap();
        assert_eq!(view.actions[0].request.sequence, Some(1));
        let auditor = auditor(&app).await;
        let record = app.desk.case_record(&auditor, case, None, PageSize::DEFAULT);
        let record = record.await.unwrap();
        assert_eq!(record.decisions, [decision]);
        assert_eq!(record.history.last().unwrap().kind, CaseEventKind::Decided);
    }

    async fn a_decision_sent_twice_is_made_once(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(2).await;
        let who = app.reviewer("one").await;
        let new = answer(&app.desk, &who, Outcome::Violates, remove()).await;

        let (first, second) = tokio::join!(
            app.desk.decide(&who, new.clone()),
            app.desk.decide(&who, new.clone())
        );
        let late = app.desk.decide(&who, new).await;

        let made = [&first, &second].into_iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(made, 1, "{first:?} {second:?}");
        assert_eq!(refused(late), Refusal::CaseClosed);
    }

    async fn a_stale_page_and_a_lapsed_claim_decide_nothing(records: TestDatabase) {
        let app = test_app(records).await;
        let case = app.cases(1).await[0];
        let (one, two) = (app.reviewer("one").await, app.reviewer("two").await);
        let new = answer(&app.desk, &one, Outcome::Violates, remove()).await;

        let known = hashes(mamori_model::Pdq::from([1; 32]));
        let account = Some("account 0".parse().unwrap());
        let new_item = mamori_model::Item { account, ..item("new", mamori_model::Surface::Public) };
        app.desk.check(&app.caller, new_item, known).await.unwrap();
        let stale = app.desk.decide(&one, new.clone()).await;
        assert_eq!(refused(stale), Refusal::CaseStale);
        app.clock.advance(SignedDuration::from_mins(10));
        let seen = NewDecision { version: new.version + 1, ..new };
        assert_eq!(refused(app.desk.decide(&one, seen.clone()).await), Refusal::ClaimLapsed);
        app.desk.claim_case(&two, case).await.unwrap();
        assert_eq!(refused(app.desk.decide(&one, seen).await), Refusal::ClaimedByOther);

        assert_eq!(case_state(&app, case).await.0, CaseState::Open);
        assert_eq!(app.store().await.decisions_of_case(case).await.unwrap(), []);
    }

    async fn each_refusal_of_a_decision_has_its_name(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        let who = app.reviewer("one").await;
        let new = answer(&app.desk, &who, Outcome::Violates, Measures::default()).await;
        let unjust = NewDecision { outcome: Outcome::Allowed, measures: remove(), ..new.clone() };

        assert_eq!(refused(app.desk.decide(&who, new).await), Refusal::NoMeasure);
        let taken = app.desk.decide(&who, unjust).await;
        assert_eq!(refused(taken), Refusal::MeasureWithoutViolation);
    }

    async fn a_maker_cannot_approve_their_own_decision(records: TestDatabase) {
        let app = test_app(records).await;
        let case = app.cases(1).await[0];
        let maker = app.lead("maker").await.member().clone();
        let other = app.lead("other").await.member().clone();
        let colleague = app.reviewer("colleague").await;
        let now = app.clock.now();
        let decision = decide(&app, &maker.reviewer().unwrap(), suspend()).await;
        assert_eq!(decision.state, DecisionState::Proposed);
        assert_eq!(case_state(&app, case).await.0, CaseState::Proposed);
        let proposed = ActionState::Proposed;
        let not_requested = vec![("remove_item", proposed), ("suspend_account", proposed)];
        assert_eq!(actions(&app, decision.id).await, not_requested);

        let approve = async |who: &mamori_desk::Member| {
            let recently = who.recently(now).unwrap();
            app.desk.approve(&who.reviewer().unwrap(), &recently, decision.id).await
        };
        assert_eq!(refused(approve(&maker).await), Refusal::ApproverIsAuthor);
        let unknown = approve(colleague.member()).await;
        assert!(matches!(unknown, Err(Error::NotFound("decision"))), "{unknown:?}");
        let recently = maker.recently(now).unwrap();
        let borrowed = app.desk.approve(&other.reviewer().unwrap(), &recently, decision.id).await;
        assert_eq!(refused(borrowed), Refusal::ProofStale);

        let (one, two) = tokio::join!(approve(&other), approve(&other));
        assert_eq!([&one, &two].into_iter().filter(|answer| answer.is_ok()).count(), 1);
        assert_eq!(refused(approve(&other).await), Refusal::AlreadyDecided);
        assert_eq!(state(&app, decision.id).await, DecisionState::Standing);
        let waiting = ActionState::Waiting;
        let requested = vec![("remove_item", waiting), ("suspend_account", waiting)];
        assert_eq!(actions(&app, decision.id).await, requested);
    }

    async fn opening_a_decision_is_recorded_as_opened_and_not_as_a_view(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        let decision = decide(&app, &app.reviewer("one").await, suspend()).await;
        let lead = app.lead("two").await.member().clone();
        let (reviewer, recently) =
            (lead.reviewer().unwrap(), lead.recently(app.clock.now()).unwrap());

        app.desk.open_decision(&reviewer, decision.id, None, PageSize::DEFAULT).await.unwrap();
        app.desk.approve(&reviewer, &recently, decision.id).await.unwrap();

        let events = app.store().await.case_events(decision.case, 50).await.unwrap();
        let by_lead = events.iter().filter(|event| event.by == Some(lead.staff()));
        let kinds: Vec<_> = by_lead.map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["decision_opened", "approved", "decided"]);
        let approved = app.store().await.decision(decision.id, &mamori_model::Assignment::EVERYTHING).await.unwrap().unwrap();
        assert_eq!(approved.approver_viewing, Some(Viewing::NotKept));
        assert!(approved.is_without_viewing());
    }

    async fn a_refused_decision_requests_nothing_and_reopens_for_a_lead(records: TestDatabase) {
        let app = test_app(records).await;
        let case = app.cases(1).await[0];
        let maker = app.reviewer("maker").await;
        let lead = app.lead("lead").await.member().clone();
        let decision = decide(&app, &maker, suspend()).await;

        let recently = lead.recently(app.clock.now()).unwrap();
        let reviewer = lead.reviewer().unwrap();
        let why = words("A warning would do.");
        app.desk.refuse(&reviewer, &recently, decision.id, &why).await.unwrap();

        assert_eq!(state(&app, decision.id).await, DecisionState::Refused);
        assert_eq!(case_state(&app, case).await, (CaseState::Open, Level::Lead));
        let dropped = ActionState::Dropped;
        let never = vec![("remove_item", dropped), ("suspend_account", dropped)];
        assert_eq!(actions(&app, decision.id).await, never);
        assert_eq!(app.desk.claim_next(&maker, Queue::default()).await.unwrap(), None);
        decide(&app, &reviewer, remove()).await;
    }

    async fn a_reviewer_who_works_alone_waits_a_day_and_reads_again(records: TestDatabase) {
        let single_person = Settings { is_single_person: true, ..settings() };
        let app = test_app_with(records, single_person).await;
        app.cases(1).await;
        let who = app.member("only", &[StaffRole::Reviewer]).await;
        let reviewer = who.reviewer().unwrap();
        let decision = decide(&app, &reviewer, suspend()).await;
        let again = async || {
            let entered = crate::common::people::sign_in_as(&app.desk, who.staff()).await;
            let member = crate::common::people::session_of(&app.desk, &entered).await.member;
            let recently = member.recently(app.clock.now()).unwrap();
            app.desk.approve(&reviewer, &recently, decision.id).await
        };
        let read = async || {
            app.desk.open_decision(&reviewer, decision.id, None, PageSize::DEFAULT).await.unwrap()
        };

        read().await;
        assert_eq!(refused(again().await), Refusal::ApprovalTooSoon);
        app.clock.advance(SignedDuration::from_hours(24));
        assert_eq!(refused(again().await), Refusal::ViewNeeded);
        read().await;
        read().await;
        again().await.unwrap();

        let events = app.store().await.case_events(decision.case, 50).await.unwrap();
        let read = events.iter().filter(|event| event.kind == CaseEventKind::DecisionOpened);
        assert_eq!(read.count(), 1, "it is recorded once, and when it counts");
        let approved = app.store().await.decision(decision.id, &mamori_model::Assignment::EVERYTHING).await.unwrap().unwrap();
        assert_eq!(approved.state, DecisionState::Standing);
        let approved = (approved.approval.as_str(), approved.approver_id);
        assert_eq!(approved, ("alone", Some(who.staff())));
    }

    async fn undoing_requests_the_reverse_and_reopens_the_case(records: TestDatabase) {
        let app = test_app(records).await;
        let case = app.cases(1).await[0];
        let (one, two) = (app.reviewer("one").await, app.reviewer("two").await);
        let decision = decide(&app, &one, remove()).await;
        let why = words("I was wrong.");

        let theirs = app.desk.undo(&two, decision.id, &why).await;
        app.desk.undo(&one, decision.id, &why).await.unwrap();
        let twice = app.desk.undo(&one, decision.id, &why).await;

        assert_eq!(refused(theirs), Refusal::NotUndoable);
        assert_eq!(refused(twice), Refusal::NotUndoable);
        assert_eq!(case_state(&app, case).await, (CaseState::Open, Level::Reviewer));
        let requests = app.store().await.actions_of_decision(decision.id).await.unwrap();
        let [removed, held] = &requests[..] else { panic!("{requests:?}") };
        assert_eq!(removed.state, ActionState::Superseded);
        assert_eq!((held.what.kind().as_str(), held.state), ("hold_item", ActionState::Waiting));
        assert_eq!(held.undoes, Some(removed.id));
        assert!(held.sequence > removed.sequence, "an undo has a greater sequence");
        assert_eq!(decide(&app, &two, remove()).await.case, case);
    }

    async fn an_undo_keeps_the_suspension_of_another_decision(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Hold).await;
        for number in 1..=2 {
            app.add(&bank, Pdq::from([number; 32])).await;
        }
        let (one, lead) = (app.reviewer("one").await, app.lead("lead").await);
        let lead = lead.member().clone();
        let mut made = Vec::new();
        for number in 1..=2 {
            // Of one account; its first case is closed when the second item is sent.
            let item = item(&format!("item {number}"), Surface::Public);
            app.desk.check(&app.caller, item, hashes(Pdq::from([number; 32]))).await.unwrap();
            let decision = decide(&app, &one, suspend()).await;
            let recently = lead.recently(app.clock.now()).unwrap();
            let by = lead.reviewer().unwrap();
            app.desk.approve(&by, &recently, decision.id).await.unwrap();
            made.push(decision.id);
        }
        let last = async |decision| {
            let asked = app.store().await.actions_of_decision(decision).await.unwrap();
            let of_account = asked.into_iter().filter(|action| action.what.account().is_some());
            of_account.max_by_key(|action| action.sequence).unwrap()
        };

        app.desk.undo(&one, made[1], &words("I was wrong.")).await.unwrap();
        let kept = last(made[1]).await;
        app.desk.undo(&one, made[0], &words("Here, too.")).await.unwrap();
        let open = last(made[0]).await;

        assert!(kept.undoes.is_some(), "{kept:?}");
        assert_eq!(kept.what.kind().as_str(), "suspend_account", "the other decision is in effect");
        assert_eq!(open.what.kind().as_str(), "restore_account", "no decision is in effect");
        assert!(open.sequence > kept.sequence);
    }

    async fn after_a_day_only_a_lead_undoes_a_decision(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        let one = app.reviewer("one").await;
        let lead = app.lead("lead").await.member().reviewer().unwrap();
        let decision = decide(&app, &one, remove()).await;

        app.clock.advance(SignedDuration::from_hours(24));
        let late = app.desk.undo(&one, decision.id, &words("too late")).await;
        app.desk.undo(&lead, decision.id, &words("still wrong")).await.unwrap();

        assert_eq!(refused(late), Refusal::NotUndoable);
        assert_eq!(state(&app, decision.id).await, DecisionState::Undone);
    }

    async fn reviewers_list_their_own_decisions_and_auditors_all(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(2).await;
        let (one, two) = (app.reviewer("one").await, app.reviewer("two").await);
        let first = decide(&app, &one, remove()).await;
        let second = decide(&app, &two, suspend()).await;
        let filter = DecisionFilter::default();
        let proposed = DecisionFilter { state: Some(DecisionState::Proposed), ..filter };
        let auditor = auditor(&app).await;

        let own = app.desk.decisions(&one, &filter, None, PageSize::DEFAULT).await.unwrap();
        let all = app.desk.decision_records(&auditor, &filter, None, PageSize::DEFAULT);
        let waiting = app.desk.decision_records(&auditor, &proposed, None, PageSize::DEFAULT);
        let theirs = app.desk.decision(&one, second.id).await;

        assert_eq!(own.rows, std::slice::from_ref(&first));
        assert_eq!(all.await.unwrap().rows, [second.clone(), first]);
        assert_eq!(waiting.await.unwrap().rows, [second]);
        assert!(matches!(theirs, Err(Error::NotFound("decision"))), "{theirs:?}");
    }
}
