//! "Not a match": an entry is disputed for one account, and for its service once a lead agrees.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use mamori_desk::banks::resolve_dispute::Resolution;
use mamori_desk::cases::claim_case::Queue;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::delete_service::Deletion;
use mamori_desk::staff::member::{PolicyEditor, Reviewer};
use mamori_desk::{Caller, Desk, Error};
use mamori_model::action::Answer;
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::{
    Clarity, Decision, Dispute, DisputeScope, DisputeState, FreeText, Item, Measures, Outcome,
    Refusal, Surface, Verdict,
};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::{
    TestApp, a_service, digest, item, node, settings, test_app, test_app_with, test_app_with_vault,
};

/// The verdict on an item of this account.
async fn verdict_at(desk: &Desk, caller: &Caller, name: &str, account: Option<&str>) -> Verdict {
    let account = account.map(|account| account.parse().unwrap());
    let item = Item { account, ..item(name, Surface::Public) };
    let known = digest([1; 32].into());
    desk.check(caller, item, known).await.unwrap().verdict
}

/// The verdict on an item of the account that the first of [`TestApp::cases`] is about.
async fn verdict(app: &TestApp, caller: &Caller, name: &str) -> Verdict {
    verdict_at(&app.desk, caller, name, Some("account 0")).await
}

/// The verdict on an item of an account that no case is about.
async fn verdict_on_another(app: &TestApp, name: &str) -> Verdict {
    verdict_at(&app.desk, &app.caller, name, Some("another account")).await
}

/// Decides the next case as not a match, after a clear view of each item whose bytes are kept.
async fn not_a_match(app: &TestApp, who: &Reviewer) -> Decision {
    let claimed = app.desk.claim_next(who, Queue::default()).await.unwrap().unwrap();
    for item in app.store().await.case_item_names(claimed.case).await.unwrap() {
        if app.store().await.evidence_of_item(item.id).await.unwrap().is_some() {
            let (case, number) = (claimed.case, claimed.number);
            let view = app.desk.open_view(who, case, number, item.id, Clarity::Clear).await;
            app.desk.picture(view.unwrap()).await.unwrap();
        }
    }
    let new = NewDecision {
        case: claimed.case,
        claim: claimed.number,
        version: claimed.version,
        outcome: Outcome::NotAMatch,
        reason: "It is a cat.".parse().unwrap(),
        measures: Measures::default(),
    };
    app.desk.decide(who, new).await.unwrap()
}

/// All disputes, the newest first.
async fn disputes(app: &TestApp) -> Vec<Dispute> {
    app.store()
        .await
        .disputes(&mamori_model::Assignment::EVERYTHING, None, None, None, PageSize::DEFAULT)
        .await
        .unwrap()
        .rows
}

async fn editor(app: &TestApp) -> PolicyEditor {
    app.member("editor", &[StaffRole::PolicyEditor]).await.editor().unwrap()
}

fn why() -> FreeText {
    "We looked.".parse().unwrap()
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> Refusal {
    match answer {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

on_both_engines! {
    async fn one_reviewer_disputes_an_entry_for_one_account_only(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        let other = a_service(&app.desk, "another").await;
        let who = app.reviewer("one").await;

        not_a_match(&app, &who).await;

        assert_eq!(verdict(&app, &app.caller, "new").await, Verdict::Allow);
        assert_eq!(verdict_on_another(&app, "of another").await, Verdict::Hold);
        assert_eq!(verdict_at(&app.desk, &app.caller, "of none", None).await, Verdict::Hold);
        assert_eq!(verdict(&app, &other, "elsewhere").await, Verdict::Hold);
        let [dispute] = &disputes(&app).await[..] else { panic!() };
        assert_eq!((dispute.state, dispute.reason.as_str()), (DisputeState::Open, "It is a cat."));
        assert_eq!(dispute.scope(), DisputeScope::Account);
        let shown = app.desk.disputes_of_bank(&app.admin, dispute.bank, None, PageSize::DEFAULT);
        assert_eq!(shown.await.unwrap().rows, [dispute.clone().without_subject()]);
    }

    async fn without_an_account_an_entry_is_disputed_for_one_item(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(0).await;
        assert_eq!(verdict_at(&app.desk, &app.caller, "a cat", None).await, Verdict::Hold);
        let who = app.reviewer("one").await;

        not_a_match(&app, &who).await;

        assert_eq!(verdict_at(&app.desk, &app.caller, "a cat", None).await, Verdict::Allow);
        assert_eq!(verdict_at(&app.desk, &app.caller, "a dog", None).await, Verdict::Hold);
        assert_eq!(verdict(&app, &app.caller, "a cat of an account").await, Verdict::Hold);
    }

    async fn a_lead_extends_a_dispute_to_the_service_on_every_node(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(1).await;
        let second = node(&app.records, &Arc::clone(&app.clock), settings()).await;
        let other = a_service(&app.desk, "another").await;
        let (who, lead, editor) =
            (app.reviewer("one").await, app.lead("two").await, editor(&app).await);
        not_a_match(&app, &who).await;
        let dispute = disputes(&app).await[0].id;
        let before = app.desk.workload().await.unwrap().disputes;

        app.desk.agree_dispute(&lead, dispute).await.unwrap();
        let after = app.desk.workload().await.unwrap().disputes;

        assert_eq!(before, BTreeMap::from([(DisputeScope::Account, 1)]));
        assert_eq!(after, BTreeMap::from([(DisputeScope::Service, 1)]));
        assert_eq!(verdict_on_another(&app, "x").await, Verdict::Allow);
        let elsewhere = verdict_at(&second, &app.caller, "y", Some("one more account")).await;
        assert_eq!(elsewhere, Verdict::Allow, "at the other node");
        assert_eq!(verdict(&app, &other, "z").await, Verdict::Hold, "at the other service");
        let events = app.store().await.case_events(cases[0], 99).await.unwrap();
        let last = events.last().unwrap();
        assert_eq!((last.kind.as_str(), last.by), ("dispute_agreed", Some(lead.staff())));
        assert_eq!(last.about.dispute, Some(dispute));

        app.desk.resolve_dispute(&editor, dispute, Resolution::Rejected, &why()).await.unwrap();
        let again = verdict_at(&second, &app.caller, "w", Some("one more account")).await;
        assert_eq!(again, Verdict::Hold, "the entry acts again");
        assert_eq!(app.desk.workload().await.unwrap().disputes, BTreeMap::new());
    }

    async fn a_maker_and_a_namesake_cannot_agree_to_a_dispute(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        let lead = app.lead("one").await;
        not_a_match(&app, &lead.member().reviewer().unwrap()).await;
        let dispute = disputes(&app).await[0].id;

        let own = app.desk.agree_dispute(&lead, dispute).await;
        let read = app.desk.dispute_to_agree(&lead, dispute).await;
        let here = mamori_desk::LocalCli::here();
        let by = mamori_desk::staff::add_staff::StaffAdmin::LocalCli(&here);
        app.desk.end_staff(by, lead.staff()).await.unwrap();
        let namesake = app.desk.agree_dispute(&app.lead("one").await, dispute).await;

        assert_eq!(refused(own), Refusal::ApproverIsAuthor);
        assert_eq!(refused(read), Refusal::ApproverIsAuthor);
        assert_eq!(refused(namesake), Refusal::ApproverIsAuthor);
        assert_eq!(verdict_on_another(&app, "x").await, Verdict::Hold);
        let unknown = app.desk.agree_dispute(&app.lead("two").await, uuid::Uuid::nil().into()).await;
        assert!(matches!(unknown, Err(Error::NotFound("dispute"))), "{unknown:?}");
    }

    async fn a_lead_agrees_after_a_clear_view_where_bytes_are_kept(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let cases = app.cases(1).await;
        let item = app.store_evidence(cases[0]).await;
        let (who, lead) = (app.reviewer("one").await, app.lead("two").await);
        not_a_match(&app, &who).await;
        let dispute = disputes(&app).await[0].id;
        let view = |clarity| app.desk.open_view_of_dispute(&lead, dispute, item, clarity);

        let unseen = app.desk.agree_dispute(&lead, dispute).await;
        let blurred = view(Clarity::Blurred).await.unwrap();
        app.desk.picture(blurred).await.unwrap();
        let clear = view(Clarity::Clear).await.unwrap();
        let unsent = app.desk.agree_dispute(&lead, dispute).await;
        let shown = app.desk.dispute_to_agree(&lead, dispute).await.unwrap();
        app.desk.picture(clear).await.unwrap();
        let seen = app.desk.dispute_to_agree(&lead, dispute).await.unwrap();
        app.desk.agree_dispute(&lead, dispute).await.unwrap();

        assert_eq!(refused(unseen), Refusal::DisputeViewNeeded);
        assert_eq!(refused(unsent), Refusal::DisputeViewNeeded, "a blurred view is not enough");
        assert_eq!((shown.must_view, seen.must_view), (true, false));
        let items: Vec<_> = shown.items.iter().map(|item| item.found.id).collect();
        assert_eq!((items, shown.case), (vec![item], cases[0]));
        assert!(shown.line.account.is_some());
        assert_eq!(shown.line.dispute.subject, None, "the page has an alias of the account");
        let late = view(Clarity::Clear).await;
        assert_eq!(refused(late), Refusal::DisputeAgreed, "nothing is left to judge");
    }

    async fn a_view_of_a_dispute_shows_only_what_the_entry_held(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let cases = app.cases(2).await;
        app.store_evidence(cases[0]).await;
        let other = app.store_evidence(cases[1]).await;
        let (who, lead) = (app.reviewer("one").await, app.lead("two").await);
        not_a_match(&app, &who).await;
        let dispute = disputes(&app).await[0].id;

        let view = app.desk.open_view_of_dispute(&lead, dispute, other, Clarity::Clear).await;

        assert!(matches!(view, Err(Error::NotFound("item"))), "{view:?}");
    }

    async fn at_most_one_dispute_of_an_entry_reaches_a_service(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(2).await;
        let (who, lead) = (app.reviewer("one").await, app.lead("two").await);
        not_a_match(&app, &who).await;
        not_a_match(&app, &who).await;
        let [second, first] = &disputes(&app).await[..] else { panic!("one for each account") };

        app.desk.agree_dispute(&lead, first.id).await.unwrap();
        let again = app.desk.agree_dispute(&lead, first.id).await;
        let other = app.desk.agree_dispute(&lead, second.id).await;

        assert_eq!(refused(again), Refusal::DisputeAgreed);
        assert_eq!(refused(other), Refusal::DisputeAgreed);
        let scopes: Vec<_> = disputes(&app).await.iter().map(Dispute::scope).collect();
        assert_eq!(scopes, [DisputeScope::Account, DisputeScope::Service]);
    }

    async fn a_disputed_match_is_still_recorded(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        let who = app.reviewer("one").await;
        not_a_match(&app, &who).await;

        let account = Some("account 0".parse().unwrap());
        let item = Item { account, ..item("new", Surface::Public) };
        let checked =
            app.desk.check(&app.caller, item, digest([1; 32].into())).await.unwrap();

        assert!(checked.recorded.is_some());
        assert_eq!(checked.hits[0].action, mamori_model::Action::None);
        assert_eq!(app.desk.claim_next(&who, Queue::default()).await.unwrap(), None);
    }

    async fn undoing_the_decision_takes_its_dispute_back(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(2).await;
        let (who, lead) = (app.reviewer("one").await, app.lead("two").await);
        let decision = not_a_match(&app, &who).await;
        not_a_match(&app, &who).await;
        let dispute = disputes(&app).await[1].id;
        app.desk.agree_dispute(&lead, dispute).await.unwrap();

        app.desk.undo(&who, decision.id, &"It is none.".parse().unwrap()).await.unwrap();

        let [other, ended] = &disputes(&app).await[..] else { panic!("two disputes") };
        assert_eq!((ended.state, &ended.subject), (DisputeState::TakenBack, &None));
        assert_eq!(refused(app.desk.agree_dispute(&lead, ended.id).await), Refusal::DisputeResolved);
        assert_eq!(verdict(&app, &app.caller, "new").await, Verdict::Hold);
        assert_eq!(verdict_on_another(&app, "x").await, Verdict::Hold);
        assert_eq!((other.state, other.scope()), (DisputeState::Open, DisputeScope::Account));
    }

    async fn a_dispute_stays_open_while_another_decision_supports_it(records: TestDatabase) {
        let mut settings = settings();
        settings.cases.items_max = 1;
        let app = test_app_with(records, settings).await;
        app.cases(1).await;
        verdict(&app, &app.caller, "in a case of its own").await;
        let (who, lead) = (app.reviewer("one").await, app.lead("two").await);
        let first = not_a_match(&app, &who).await;
        let second = not_a_match(&app, &who).await;
        app.desk.agree_dispute(&lead, disputes(&app).await[0].id).await.unwrap();
        let why = "It is none.".parse().unwrap();

        app.desk.undo(&who, first.id, &why).await.unwrap();
        assert_eq!(verdict(&app, &app.caller, "new").await, Verdict::Allow);
        assert_eq!(verdict_on_another(&app, "x").await, Verdict::Hold, "no lead agreed to that one");
        app.desk.undo(&who, second.id, &why).await.unwrap();
        assert_eq!(verdict(&app, &app.caller, "newer").await, Verdict::Hold);

        let [dispute] = &disputes(&app).await[..] else { panic!("one dispute") };
        assert_eq!((dispute.state, dispute.decision), (DisputeState::TakenBack, Some(second.id)));
    }

    async fn a_maker_cannot_resolve_their_own_dispute(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        let roles = [StaffRole::Reviewer, StaffRole::PolicyEditor];
        let both = app.member("both", &roles).await;
        let editor = both.editor().unwrap();
        not_a_match(&app, &both.reviewer().unwrap()).await;
        let dispute = disputes(&app).await[0].id;

        let own = app.desk.resolve_dispute(&editor, dispute, Resolution::Upheld, &why()).await;

        assert_eq!(refused(own), Refusal::ApproverIsAuthor);
        assert_eq!(disputes(&app).await[0].state, DisputeState::Open);
    }

    async fn a_policy_editor_resolves_a_dispute_once(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        let other = a_service(&app.desk, "another").await;
        let (who, editor) = (app.reviewer("one").await, editor(&app).await);
        not_a_match(&app, &who).await;
        let first = disputes(&app).await[0].id;

        app.desk.resolve_dispute(&editor, first, Resolution::Rejected, &why()).await.unwrap();
        let again = app.desk.resolve_dispute(&editor, first, Resolution::Upheld, &why()).await;
        assert_eq!(refused(again), Refusal::DisputeResolved);
        assert_eq!(disputes(&app).await[0].subject, None, "the account is erased");
        assert_eq!(verdict(&app, &app.caller, "new").await, Verdict::Hold);

        not_a_match(&app, &who).await;
        let second = disputes(&app).await[0].id;
        app.desk.resolve_dispute(&editor, second, Resolution::Upheld, &why()).await.unwrap();
        assert_eq!(verdict(&app, &other, "newer").await, Verdict::Allow, "it is withdrawn");
        let unknown = uuid::Uuid::nil().into();
        let none = app.desk.resolve_dispute(&editor, unknown, Resolution::Upheld, &why()).await;
        assert!(matches!(none, Err(Error::NotFound("dispute"))), "{none:?}");
    }

    async fn upholding_a_dispute_ends_every_dispute_of_the_entry(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(2).await;
        let (who, editor) = (app.reviewer("one").await, editor(&app).await);
        not_a_match(&app, &who).await;
        not_a_match(&app, &who).await;
        let [second, _] = &disputes(&app).await[..] else { panic!("one for each account") };

        app.desk.resolve_dispute(&editor, second.id, Resolution::Upheld, &why()).await.unwrap();

        for dispute in disputes(&app).await {
            assert_eq!(dispute.state, DisputeState::Upheld);
            assert_eq!((dispute.resolved_by, dispute.subject), (Some(editor.staff()), None));
        }
    }

    async fn a_resolved_dispute_is_deleted_at_the_end_of_the_term_of_cases(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        let editor = editor(&app).await;
        not_a_match(&app, &app.reviewer("one").await).await;
        let dispute = disputes(&app).await[0].id;
        app.desk.resolve_dispute(&editor, dispute, Resolution::Rejected, &why()).await.unwrap();

        app.clock.advance(SignedDuration::from_hours(24 * 183 - 1));
        app.desk.sweep_once().await.unwrap();
        let before = disputes(&app).await.len();
        app.clock.advance(SignedDuration::from_hours(2));
        app.desk.sweep_once().await.unwrap();

        assert_eq!((before, disputes(&app).await.len()), (1, 0));
    }

    async fn an_open_dispute_ends_with_its_case_unless_a_lead_agreed(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(2).await;
        let (who, lead) = (app.reviewer("one").await, app.lead("two").await);
        not_a_match(&app, &who).await;
        not_a_match(&app, &who).await;
        let (kept, ended) = (0, 1);
        app.desk.agree_dispute(&lead, disputes(&app).await[kept].id).await.unwrap();

        app.clock.advance(SignedDuration::from_hours(24 * 183 - 1));
        app.desk.sweep_once().await.unwrap();
        let before = disputes(&app).await;
        app.clock.advance(SignedDuration::from_hours(2));
        let swept = app.desk.sweep_once().await.unwrap();
        let after = disputes(&app).await;
        app.desk.catch_up().await.unwrap();

        assert!(before.iter().all(|dispute| dispute.subject.is_some()), "{before:?}");
        assert!(after.iter().all(|dispute| dispute.subject.is_none()), "no account outlives its case");
        let states = [after[kept].state, after[ended].state];
        assert_eq!(states, [DisputeState::Open, DisputeState::TakenBack]);
        assert_eq!(swept.disputes_ended, 1);
        assert_eq!(verdict_on_another(&app, "x").await, Verdict::Allow, "a lead agreed to one");
    }

    async fn a_deleted_service_has_no_open_dispute_and_no_account(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        let decision = not_a_match(&app, &app.reviewer("one").await).await;
        for action in app.store().await.actions_of_decision(decision.id).await.unwrap() {
            app.desk.answer_action(&app.caller, action.id, Answer::Done, None).await.unwrap();
        }

        let deleted = app.desk.delete_service(&app.admin, app.caller.service()).await.unwrap();

        assert_eq!(deleted, Deletion::Deleted, "nothing waits for it");
        let [dispute] = &disputes(&app).await[..] else { panic!("one dispute") };
        assert_eq!((dispute.state, &dispute.subject), (DisputeState::TakenBack, &None));
    }
}
