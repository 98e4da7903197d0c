//! "Not a match": an entry is disputed at one service.

use jiff::SignedDuration;
use mamori_desk::banks::resolve_dispute::Resolution;
use mamori_desk::cases::claim_case::Queue;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::staff::member::Reviewer;
use mamori_desk::{Caller, Error};
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::{
    Decision, Dispute, DisputeState, Item, Measures, Outcome, Refusal, Surface, Verdict,
};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::{TestApp, a_service, digest, item, test_app};

async fn verdict(app: &TestApp, caller: &Caller, name: &str) -> Verdict {
    let item = Item { account: None, ..item(name, Surface::Public) };
    let known = digest([1; 32].into());
    app.desk.check(caller, item, known).await.unwrap().verdict
}

async fn not_a_match(app: &TestApp, who: &Reviewer) -> Decision {
    let claimed = app.desk.claim_next(who, Queue::default()).await.unwrap().unwrap();
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

async fn disputes(app: &TestApp) -> Vec<Dispute> {
    app.store().await.disputes(None, None, None, PageSize::DEFAULT).await.unwrap().rows
}

on_both_engines! {
    async fn a_disputed_entry_has_no_effect_at_this_service_only(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        let other = a_service(&app.desk, "another").await;
        let who = app.reviewer("one").await;

        not_a_match(&app, &who).await;

        assert_eq!(verdict(&app, &app.caller, "new").await, Verdict::Allow);
        assert_eq!(verdict(&app, &other, "new").await, Verdict::Hold);
        let [dispute] = &disputes(&app).await[..] else { panic!() };
        assert_eq!((dispute.state, dispute.reason.as_str()), (DisputeState::Open, "It is a cat."));
        let shown = app.desk.disputes_of_bank(&app.admin, dispute.bank, None, PageSize::DEFAULT);
        assert_eq!(shown.await.unwrap().rows, std::slice::from_ref(dispute));
    }

    async fn a_disputed_match_is_still_recorded(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        let who = app.reviewer("one").await;
        not_a_match(&app, &who).await;

        let item = item("new", Surface::Public);
        let checked =
            app.desk.check(&app.caller, item, digest([1; 32].into())).await.unwrap();

        assert!(checked.recorded.is_some());
        assert_eq!(checked.hits[0].action, mamori_model::Action::None);
        assert_eq!(app.desk.claim_next(&who, Queue::default()).await.unwrap(), None);
    }

    async fn undoing_the_decision_takes_its_dispute_back(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        let who = app.reviewer("one").await;
        let decision = not_a_match(&app, &who).await;

        app.desk.undo(&who, decision.id, &"It is none.".parse().unwrap()).await.unwrap();

        assert_eq!(disputes(&app).await[0].state, DisputeState::TakenBack);
        assert_eq!(verdict(&app, &app.caller, "new").await, Verdict::Hold);
    }

    async fn a_dispute_stays_open_while_another_decision_supports_it(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(2).await;
        let who = app.reviewer("one").await;
        let first = not_a_match(&app, &who).await;
        let second = not_a_match(&app, &who).await;
        let why = "It is none.".parse().unwrap();

        app.desk.undo(&who, first.id, &why).await.unwrap();
        assert_eq!(verdict(&app, &app.caller, "new").await, Verdict::Allow);
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
        let why = "I looked.".parse().unwrap();
        not_a_match(&app, &both.reviewer().unwrap()).await;
        let dispute = disputes(&app).await[0].id;

        let own = app.desk.resolve_dispute(&editor, dispute, Resolution::Upheld, &why).await;

        assert!(matches!(own, Err(Error::Refused(Refusal::ApproverIsAuthor))), "{own:?}");
        assert_eq!(disputes(&app).await[0].state, DisputeState::Open);
    }

    async fn a_policy_editor_resolves_a_dispute_once(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(2).await;
        let other = a_service(&app.desk, "another").await;
        let who = app.reviewer("one").await;
        let editor = app.member("editor", &[StaffRole::PolicyEditor]).await.editor().unwrap();
        let why = "We looked.".parse().unwrap();
        not_a_match(&app, &who).await;
        let first = disputes(&app).await[0].id;

        app.desk.resolve_dispute(&editor, first, Resolution::Rejected, &why).await.unwrap();
        let again = app.desk.resolve_dispute(&editor, first, Resolution::Upheld, &why).await;
        assert!(matches!(again, Err(Error::Refused(Refusal::DisputeResolved))), "{again:?}");
        assert_eq!(verdict(&app, &app.caller, "new").await, Verdict::Hold);

        not_a_match(&app, &who).await;
        let second = disputes(&app).await[0].id;
        app.desk.resolve_dispute(&editor, second, Resolution::Upheld, &why).await.unwrap();
        assert_eq!(verdict(&app, &other, "newer").await, Verdict::Allow, "it is withdrawn");
        let unknown = uuid::Uuid::nil().into();
        let none = app.desk.resolve_dispute(&editor, unknown, Resolution::Upheld, &why).await;
        assert!(matches!(none, Err(Error::NotFound("dispute"))), "{none:?}");
    }
    async fn a_resolved_dispute_is_deleted_at_the_end_of_the_term_of_cases(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        let editor = app.member("editor", &[StaffRole::PolicyEditor]).await.editor().unwrap();
        not_a_match(&app, &app.reviewer("one").await).await;
        let why = "We looked.".parse().unwrap();
        let dispute = disputes(&app).await[0].id;
        app.desk.resolve_dispute(&editor, dispute, Resolution::Rejected, &why).await.unwrap();

        app.clock.advance(SignedDuration::from_hours(24 * 183 - 1));
        app.desk.sweep_once().await.unwrap();
        let before = disputes(&app).await.len();
        app.clock.advance(SignedDuration::from_hours(2));
        app.desk.sweep_once().await.unwrap();

        assert_eq!((before, disputes(&app).await.len()), (1, 0));
    }
}
