//! A service with open cases leaves: its keys only answer actions, and it is deleted when nothing
//! waits.

use jiff::SignedDuration;
use mamori_desk::cases::claim_case::Queue;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::delete_service::Deletion;
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::staff::member::{Lead, Reviewer};
use mamori_desk::{AuditFilter, Caller, Error, Proof};
use mamori_model::action::{ActionState, Answer, ItemMeasure};
use mamori_model::case::CaseState;
use mamori_model::key::{Role, Scope};
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::{
    AuditActor, AuditTarget, AuditVerb, Decision, DecisionId, Measures, Outcome, Pdq, Refusal,
    Sensitive, Surface,
};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::{TestApp, hashes, item, test_app};

/// A service with two open cases, and a key of it.
struct Fixture {
    app: TestApp,
    who: Reviewer,
    token: Sensitive<String>,
}

async fn fixture(records: TestDatabase) -> Fixture {
    let app = test_app(records).await;
    app.cases(2).await;
    let who = app.reviewer("one").await;
    let role = Role::Service(app.caller.service());
    let new = NewKey::whole(role, "the service's".parse().unwrap());
    let token = app.desk.issue_key(&app.admin, new).await.unwrap().token;
    app.desk.catch_up().await.unwrap();
    Fixture { app, who, token }
}

impl Fixture {
    async fn delete(&self) -> Deletion {
        let id = self.app.caller.service();
        let deletion = self.app.desk.delete_service(&self.app.admin, id).await.unwrap();
        self.app.desk.catch_up().await.unwrap();
        deletion
    }

    async fn exists(&self) -> bool {
        let service = self.app.store().await.service(self.app.caller.service()).await;
        service.unwrap().is_some()
    }

    /// The service, as its key proves it now.
    fn caller(&self) -> Option<Caller> {
        match self.app.desk.authenticate(self.token.reveal(), None)? {
            Proof::Caller(caller) => Some(caller),
            Proof::Admin(_) => panic!("a service's key"),
        }
    }

    /// Decides the next case, so that its item is removed.
    async fn decide(&self) -> Decision {
        let claimed = self.app.desk.claim_next(&self.who, Queue::default()).await.unwrap().unwrap();
        let new = NewDecision {
            case: claimed.case,
            claim: claimed.number,
            version: claimed.version,
            outcome: Outcome::Violates,
            reason: "It is what the bank says.".parse().unwrap(),
            measures: Measures { items: ItemMeasure::Remove, ..Measures::default() },
        };
        self.app.desk.decide(&self.who, new).await.unwrap()
    }

    /// The service answers the action of a decision.
    async fn answer(&self, decision: DecisionId) {
        let caller = self.caller().unwrap();
        let asked = self.app.desk.service_decision(&caller, decision).await.unwrap();
        for action in asked.actions {
            self.app.desk.answer_action(&caller, action.id, Answer::Done, None).await.unwrap();
        }
    }

    async fn sweep(&self) -> u64 {
        let swept = self.app.desk.sweep_once().await.unwrap();
        self.app.desk.catch_up().await.unwrap();
        swept.services_deleted
    }

    /// The verbs and actors of the events about the service, oldest first.
    async fn events(&self) -> Vec<(AuditVerb, AuditActor)> {
        let filter = AuditFilter {
            target: Some(AuditTarget::of(self.app.caller.service())),
            ..AuditFilter::default()
        };
        let page = self.app.store().await.audit_events(&filter, None, PageSize::DEFAULT).await;
        let events = page.unwrap().rows.into_iter().rev();
        events.map(|linked| (linked.event.verb, linked.event.actor)).collect()
    }

    async fn lead(&self) -> Lead {
        self.app.lead("a-lead").await
    }
}

on_both_engines! {
    async fn a_service_with_open_cases_leaves_and_is_deleted_when_nothing_waits(records: TestDatabase) {
        let fixture = fixture(records).await;

        let deletion = fixture.delete().await;
        assert!(matches!(deletion, Deletion::Leaving(service) if service.leaving_at.is_some()));
        assert_eq!(fixture.sweep().await, 0, "two cases are open");
        let first = fixture.decide().await;
        fixture.answer(first.id).await;
        assert_eq!(fixture.sweep().await, 0, "a case is open");
        let second = fixture.decide().await;
        assert_eq!(fixture.sweep().await, 0, "an action has no answer");
        fixture.answer(second.id).await;

        assert_eq!(fixture.sweep().await, 1);
        assert!(!fixture.exists().await);
        assert!(fixture.caller().is_none());
        let store = fixture.app.store().await;
        for decision in [first, second] {
            let case = store.case(decision.case, &mamori_model::Assignment::EVERYTHING).await.unwrap().unwrap();
            assert_eq!(case.state, CaseState::Decided);
            let actions = store.actions_of_decision(decision.id).await.unwrap();
            assert_eq!(actions[0].state, ActionState::Done);
        }
        assert_eq!(fixture.sweep().await, 0);
    }

    async fn the_keys_of_a_leaving_service_only_answer_actions(records: TestDatabase) {
        let fixture = fixture(records).await;
        assert!(fixture.caller().unwrap().require(&[Scope::Checks]).is_ok());

        fixture.delete().await;

        let caller = fixture.caller().unwrap();
        let left: Vec<_> =
            Scope::ALL.iter().filter(|scope| caller.require(&[**scope]).is_ok()).collect();
        assert_eq!(left, [&Scope::ActionsAnswer]);
        let sent = item("another", Surface::Public);
        let check = fixture.app.desk.check(&caller, sent, hashes(Pdq::from([1; 32]))).await;
        assert!(matches!(check, Err(Error::NotFound("scope"))), "{check:?}");
        let decision = fixture.decide().await;
        fixture.answer(decision.id).await;
        let deliveries = fixture.app.desk.deliveries(&caller, None, None, None, PageSize::DEFAULT);
        assert!(deliveries.await.is_ok());
        let role = Role::Service(caller.service());
        let new = NewKey::whole(role, "a later key".parse().unwrap());
        let later = fixture.app.desk.issue_key(&fixture.app.admin, new).await.unwrap();
        fixture.app.desk.catch_up().await.unwrap();
        let Some(Proof::Caller(later)) = fixture.app.desk.authenticate(later.token.reveal(), None)
        else { panic!("a service's key") };
        assert!(later.require(&[Scope::Checks]).is_err());
        assert!(later.require(&[Scope::ActionsAnswer]).is_ok());
    }

    async fn an_overdue_action_keeps_no_service(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.delete().await;
        fixture.decide().await;
        let second = fixture.decide().await;

        // Reminders go on for two weeks.
        for _ in 0..16 {
            fixture.app.clock.advance(SignedDuration::from_hours(24));
            fixture.app.desk.work_once().await.unwrap();
        }

        assert_eq!(fixture.sweep().await, 1);
        let actions = fixture.app.store().await.actions_of_decision(second.id).await.unwrap();
        assert_eq!(actions[0].state, ActionState::Superseded);
        let lead = fixture.lead().await;
        let again = fixture.app.desk.request_again(&lead, second.id, actions[0].id).await;
        assert!(matches!(again, Err(Error::NotFound("service"))), "{again:?}");
    }

    async fn the_audit_record_says_who_made_the_service_leave(records: TestDatabase) {
        let fixture = fixture(records).await;

        fixture.delete().await;
        fixture.delete().await;
        for _ in 0..2 {
            let decision = fixture.decide().await;
            fixture.answer(decision.id).await;
        }
        fixture.sweep().await;

        let events = fixture.events().await;
        assert_eq!(
            events,
            [
                (AuditVerb::ServiceCreated, AuditActor::LocalCli),
                (AuditVerb::ServiceLeaving, AuditActor::LocalCli),
                (AuditVerb::ServiceDeleted, AuditActor::Mamori),
            ]
        );
    }

    async fn a_service_for_which_nothing_waits_is_deleted_at_once(records: TestDatabase) {
        let fixture = fixture(records).await;
        for _ in 0..2 {
            let decision = fixture.decide().await;
            fixture.answer(decision.id).await;
        }

        assert_eq!(fixture.delete().await, Deletion::Deleted);

        assert!(!fixture.exists().await);
        let deleted = (AuditVerb::ServiceDeleted, AuditActor::LocalCli);
        assert_eq!(fixture.events().await.last(), Some(&deleted));
    }

    async fn an_undone_decision_keeps_a_leaving_service(records: TestDatabase) {
        let fixture = fixture(records).await;
        let first = fixture.decide().await;
        fixture.answer(first.id).await;
        let second = fixture.decide().await;
        fixture.delete().await;
        fixture.answer(second.id).await;
        let why = "It was another picture.".parse().unwrap();

        fixture.app.desk.undo(&fixture.who, first.id, &why).await.unwrap();

        assert_eq!(fixture.sweep().await, 0);
        assert!(fixture.exists().await);
    }

    async fn a_decision_about_a_deleted_service_is_not_undone(records: TestDatabase) {
        let fixture = fixture(records).await;
        let first = fixture.decide().await;
        fixture.answer(first.id).await;
        let second = fixture.decide().await;
        fixture.answer(second.id).await;
        fixture.delete().await;
        let why = "It was another picture.".parse().unwrap();

        let refused = fixture.app.desk.undo(&fixture.who, first.id, &why).await;

        assert!(matches!(refused, Err(Error::Refused(Refusal::NotUndoable))), "{refused:?}");
        let case = fixture.app.store().await.case(first.case, &mamori_model::Assignment::EVERYTHING).await.unwrap().unwrap();
        assert_eq!(case.state, CaseState::Decided);
    }

    async fn a_match_that_is_found_when_its_service_is_gone_is_not_recorded(records: TestDatabase) {
        let fixture = fixture(records).await;
        for _ in 0..2 {
            let decision = fixture.decide().await;
            fixture.answer(decision.id).await;
        }
        fixture.delete().await;

        // The proof is older than the deletion, as that of a request that is under way.
        let sent = item("late", Surface::Public);
        let check = fixture.app.desk.check(&fixture.app.caller, sent, hashes(Pdq::from([1; 32])));

        assert!(matches!(check.await, Err(Error::NotFound("service"))));
        assert_eq!(fixture.app.desk.claim_next(&fixture.who, Queue::default()).await.unwrap(), None);
    }

    async fn a_check_and_a_deletion_at_once_leave_no_case_of_a_deleted_service(records: TestDatabase) {
        let fixture = fixture(records).await;
        for _ in 0..2 {
            let decision = fixture.decide().await;
            fixture.answer(decision.id).await;
        }
        let (desk, caller) = (&fixture.app.desk, &fixture.app.caller);
        let check = async |name: String| {
            desk.check(caller, item(&name, Surface::Public), hashes(Pdq::from([1; 32]))).await
        };

        let (first, _, second) = tokio::join!(
            check("one".to_owned()),
            desk.delete_service(&fixture.app.admin, caller.service()),
            check("two".to_owned()),
        );

        let is_recorded = first.is_ok() || second.is_ok();
        assert_eq!(fixture.exists().await, is_recorded, "{first:?} {second:?}");
        let waits = desk.claim_next(&fixture.who, Queue::default()).await.unwrap().is_some();
        assert_eq!(waits, is_recorded);
    }

    async fn leads_and_administrators_see_which_services_leave(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.delete().await;
        fixture.decide().await;
        let administrator = fixture.app.member("ada", &[StaffRole::Administrator]).await;
        let auditor = fixture.app.member("auditor", &[StaffRole::Auditor]).await;
        let lead = fixture.app.member("lead", &[StaffRole::Lead]).await;

        for member in [&administrator, &lead] {
            let reader = member.service_reader().unwrap();
            let leaving = fixture.app.desk.leaving_services(&reader).await.unwrap();
            assert_eq!(leaving.len(), 1);
            assert_eq!((leaving[0].undecided, leaving[0].unanswered), (1, 1));
        }
        assert!(auditor.service_reader().is_none());
        assert!(fixture.who.member().service_reader().is_none());
        assert_eq!(fixture.app.desk.queue(&fixture.who).await.unwrap().of_leaving_services, 1);
        let claimed = fixture.app.desk.claim_next(&fixture.who, Queue::default()).await;
        let case = claimed.unwrap().unwrap().case;
        let view = fixture.app.desk.case(&fixture.who, case, None, PageSize::DEFAULT).await;
        assert!(view.unwrap().is_service_leaving);
    }
}
