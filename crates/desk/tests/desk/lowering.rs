//! Lowering the urgency of a case: alone, or with a lead where a child may be in danger.

use jiff::SignedDuration;
use mamori_desk::cases::claim_case::{Claimed, Queue};
use mamori_desk::cases::lower_urgency::Lowered;
use mamori_desk::cases::release_case::Release;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::staff::add_staff::StaffAdmin;
use mamori_desk::staff::member::Reviewer;
use mamori_desk::{Error, LocalCli, Member};
use mamori_model::action::ItemMeasure;
use mamori_model::case::{CaseEvent, CaseEventKind, CaseState};
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::{Case, CaseId, FreeText, Measures, Outcome, Refusal, Urgency};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::{TestApp, settings, test_app, test_app_with};

fn why() -> FreeText {
    "It is an old picture.".parse().unwrap()
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> Refusal {
    match answer {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// An app in which `one` has claimed the only case, after escalating it with this urgency.
struct Fixture {
    app: TestApp,
    one: Reviewer,
    case: CaseId,
    claimed: Claimed,
}

/// `one` is a lead, so that they may claim the escalated case again.
async fn fixture(app: TestApp, urgency: Urgency) -> Fixture {
    let case = app.cases(1).await[0];
    let one = app.lead("one").await.member().reviewer().unwrap();
    let claimed = app.desk.claim_case(&one, case).await.unwrap();
    let release = Release::Escalate { urgency, why: "She is filmed now.".parse().unwrap() };
    app.desk.release_case(&one, case, claimed.number, release).await.unwrap();
    let claimed = app.desk.claim_case(&one, case).await.unwrap();
    Fixture { app, one, case, claimed }
}

impl Fixture {
    async fn lower(&self, to: Urgency) -> Result<Lowered, Error> {
        let number = self.claimed.number;
        self.app.desk.lower_urgency(&self.one, self.case, number, to, &why()).await
    }

    async fn stored(&self) -> Case {
        self.app
            .store()
            .await
            .case(self.case, &mamori_model::Assignment::EVERYTHING)
            .await
            .unwrap()
            .unwrap()
    }

    async fn last_event(&self) -> CaseEvent {
        self.app.store().await.case_events(self.case, 1).await.unwrap().remove(0)
    }

    async fn agree(&self, who: &Member) -> Result<(), Error> {
        let recently = who.recently(self.app.clock.now()).unwrap();
        let reviewer = who.reviewer().unwrap();
        self.app.desk.agree_to_lowering(&reviewer, &recently, self.case).await
    }

    async fn refuse(&self, who: &Member) -> Result<(), Error> {
        let recently = who.recently(self.app.clock.now()).unwrap();
        let reviewer = who.reviewer().unwrap();
        self.app.desk.refuse_lowering(&reviewer, &recently, self.case, &why()).await
    }
}

on_both_engines! {
    async fn an_escalation_keeps_or_raises_the_urgency(records: TestDatabase) {
        let of = fixture(test_app(records).await, Urgency::NewMaterial).await;
        let escalate = |number, urgency| {
            let release = Release::Escalate { urgency, why: why() };
            of.app.desk.release_case(&of.one, of.case, number, release)
        };

        let lower = escalate(of.claimed.number, Urgency::KnownMaterial).await;
        let after = of.stored().await;
        escalate(of.claimed.number, Urgency::NewMaterial).await.unwrap();
        let again = of.app.desk.claim_case(&of.one, of.case).await.unwrap();
        escalate(again.number, Urgency::ChildInDanger).await.unwrap();

        assert_eq!(refused(lower), Refusal::UrgencyLower);
        assert_eq!(after.urgency, Urgency::NewMaterial);
        assert!(after.claim.is_some(), "the claim continues");
        assert_eq!(of.stored().await.urgency, Urgency::ChildInDanger);
    }

    async fn a_reviewer_lowers_the_urgency_of_new_material_alone(records: TestDatabase) {
        let of = fixture(test_app(records).await, Urgency::NewMaterial).await;

        let same = of.lower(Urgency::NewMaterial).await;
        let higher = of.lower(Urgency::ChildInDanger).await;
        let lowered = of.lower(Urgency::KnownMaterial).await.unwrap();

        assert_eq!(refused(same), Refusal::UrgencyNotLower);
        assert_eq!(refused(higher), Refusal::UrgencyNotLower);
        assert_eq!(lowered, Lowered::Now);
        let case = of.stored().await;
        assert_eq!((case.urgency, case.version), (Urgency::KnownMaterial, of.claimed.version));
        assert!(case.claim.is_some(), "the claim continues");
        let event = of.last_event().await;
        assert_eq!((event.kind, event.by), (CaseEventKind::UrgencyLowered, Some(of.one.staff())));
        assert_eq!((event.note, event.about.urgency), (Some(why()), Some(Urgency::KnownMaterial)));
    }

    async fn a_case_with_a_child_in_danger_stays_urgent_until_a_lead_agrees(records: TestDatabase) {
        let of = fixture(test_app(records).await, Urgency::ChildInDanger).await;
        let two = of.app.member("two", &[StaffRole::Lead]).await;

        let lowered = of.lower(Urgency::KnownMaterial).await.unwrap();
        let waiting = of.stored().await;
        let proposed = of.last_event().await;
        let again = of.lower(Urgency::NewMaterial).await;
        let view = of.app.desk.case(&of.one, of.case, None, PageSize::DEFAULT).await.unwrap();
        let queue = of.app.desk.queue(&two.reviewer().unwrap()).await.unwrap();
        let reviewers = of.app.desk.queue(&of.app.reviewer("three").await).await.unwrap();
        of.agree(&two).await.unwrap();

        assert_eq!((lowered, waiting.urgency), (Lowered::Proposed, Urgency::ChildInDanger));
        assert_eq!(proposed.kind, CaseEventKind::UrgencyLoweringProposed);
        assert_eq!((proposed.by, proposed.note), (Some(of.one.staff()), Some(why())));
        assert_eq!(refused(again), Refusal::LoweringWaits);
        let lowering = view.lowering.unwrap();
        assert_eq!((lowering.to, lowering.by), (Urgency::KnownMaterial, of.one.staff()));
        assert_eq!(view.people[&of.one.staff()].as_str(), "one");
        assert_eq!((queue.lowerings, reviewers.lowerings), (vec![lowering], Vec::new()));
        assert_eq!(of.stored().await.urgency, Urgency::KnownMaterial);
        let event = of.last_event().await;
        assert_eq!((event.kind, event.by), (CaseEventKind::UrgencyLowered, Some(two.staff())));
        assert_eq!(refused(of.agree(&two).await), Refusal::NoLowering);
    }

    async fn only_a_lead_who_did_not_propose_it_agrees_or_refuses(records: TestDatabase) {
        let of = fixture(test_app(records).await, Urgency::ChildInDanger).await;
        let reviewer = of.app.member("three", &[StaffRole::Reviewer]).await;
        let two = of.app.member("two", &[StaffRole::Lead]).await;
        of.lower(Urgency::KnownMaterial).await.unwrap();
        let lowering = of.app.store().await.lowering(of.case).await.unwrap().unwrap();

        let by_reviewer = [of.agree(&reviewer).await, of.refuse(&reviewer).await];
        let own = [of.agree(of.one.member()).await, of.refuse(of.one.member()).await];
        let may = [of.one.member(), &reviewer, &two]
            .map(|who| of.app.desk.may_judge_lowering(&who.reviewer().unwrap(), &lowering));
        let here = LocalCli::here();
        of.app.desk.end_staff(StaffAdmin::LocalCli(&here), of.one.staff()).await.unwrap();
        let namesake = of.app.member("one", &[StaffRole::Lead]).await;
        let by_namesake = of.agree(&namesake).await;

        for refused in by_reviewer {
            assert!(matches!(refused, Err(Error::NotFound("case"))), "{refused:?}");
        }
        for own in own {
            assert_eq!(refused(own), Refusal::ApproverIsAuthor);
        }
        assert_eq!(may, [false, false, true]);
        assert_eq!(refused(by_namesake), Refusal::ApproverIsAuthor);
        assert_eq!(of.stored().await.urgency, Urgency::ChildInDanger);
    }

    async fn a_refused_proposal_leaves_the_urgency_and_can_be_made_again(records: TestDatabase) {
        let of = fixture(test_app(records).await, Urgency::ChildInDanger).await;
        let two = of.app.member("two", &[StaffRole::Lead]).await;
        of.lower(Urgency::KnownMaterial).await.unwrap();

        of.refuse(&two).await.unwrap();
        let event = of.last_event().await;
        let again = of.lower(Urgency::NewMaterial).await.unwrap();

        assert_eq!(event.kind, CaseEventKind::UrgencyLoweringRefused);
        assert_eq!((event.by, event.note), (Some(two.staff()), Some(why())));
        assert_eq!((again, of.stored().await.urgency), (Lowered::Proposed, Urgency::ChildInDanger));
    }

    async fn a_person_who_works_alone_lowers_the_urgency_a_day_later(records: TestDatabase) {
        let app = test_app_with(records, {
            let mut settings = settings();
            settings.is_single_person = true;
            settings
        });
        let of = fixture(app.await, Urgency::ChildInDanger).await;

        of.lower(Urgency::KnownMaterial).await.unwrap();
        of.app.clock.advance(SignedDuration::from_hours(23));
        let me = of.app.member("me", &[StaffRole::Reviewer]).await;
        let by_another = of.agree(&me).await;
        let again = crate::common::people::sign_in_as(&of.app.desk, of.one.staff()).await;
        let again = crate::common::people::session_of(&of.app.desk, &again).await.member;
        let early = of.agree(&again).await;
        of.app.clock.advance(SignedDuration::from_hours(1));
        let stale = of.one.member().recently(of.app.clock.now());

        assert!(matches!(by_another, Err(Error::NotFound("case"))), "{by_another:?}");
        assert_eq!(refused(early), Refusal::ApprovalTooSoon);
        assert_eq!(stale.map(drop), Err(Refusal::ProofStale), "the person signs in again");
        assert_eq!(of.stored().await.urgency, Urgency::ChildInDanger);
        let again = crate::common::people::sign_in_as(&of.app.desk, of.one.staff()).await;
        let again = crate::common::people::session_of(&of.app.desk, &again).await.member;
        of.agree(&again).await.unwrap();
        assert_eq!(of.stored().await.urgency, Urgency::KnownMaterial);
    }

    async fn a_case_with_a_child_in_danger_is_ended_without_a_violation_by_two_people(records: TestDatabase) {
        let of = fixture(test_app(records).await, Urgency::ChildInDanger).await;
        let new = NewDecision {
            case: of.case,
            claim: of.claimed.number,
            version: of.claimed.version,
            outcome: Outcome::Allowed,
            reason: "It is art.".parse().unwrap(),
            measures: Measures::default(),
        };

        let decision = of.app.desk.decide(&of.one, new).await.unwrap();
        let before = of.stored().await.state;
        let two = of.app.lead("two").await.member().clone();
        let recently = two.recently(of.app.clock.now()).unwrap();
        of.app.desk.approve(&two.reviewer().unwrap(), &recently, decision.id).await.unwrap();

        assert_eq!(before, CaseState::Proposed);
        assert_eq!(of.stored().await.state, CaseState::Decided);
    }

    async fn a_decided_case_has_no_proposal(records: TestDatabase) {
        let of = fixture(test_app(records).await, Urgency::ChildInDanger).await;
        let two = of.app.member("two", &[StaffRole::Lead]).await;
        of.lower(Urgency::KnownMaterial).await.unwrap();
        let new = NewDecision {
            case: of.case,
            claim: of.claimed.number,
            version: of.claimed.version,
            outcome: Outcome::Violates,
            reason: why(),
            measures: Measures { items: ItemMeasure::Remove, ..Measures::default() },
        };

        let decision = of.app.desk.decide(&of.one, new).await.unwrap();
        let after = of.agree(&two).await;
        of.app.desk.undo(&of.one, decision.id, &why()).await.unwrap();

        assert_eq!(refused(after), Refusal::NoLowering);
        assert_eq!(of.stored().await.urgency, Urgency::ChildInDanger);
        assert_eq!(of.app.store().await.lowering(of.case).await.unwrap(), None);
    }

    async fn without_a_lead_the_urgency_of_a_child_in_danger_stays(records: TestDatabase) {
        let of = fixture(test_app(records).await, Urgency::ChildInDanger).await;
        let two = of.app.reviewer("two").await;
        let here = LocalCli::here();
        let mut tx = of.app.store().await.begin("test").await.unwrap();
        let then = mamori_store::Released {
            level: mamori_model::Level::Reviewer,
            urgency: Urgency::ChildInDanger,
            handed: None,
        };
        tx.release_claim(of.case, then).await.unwrap();
        tx.commit().await.unwrap();
        of.app.desk.end_staff(StaffAdmin::LocalCli(&here), of.one.staff()).await.unwrap();
        let claimed = of.app.desk.claim_next(&two, Queue::default()).await.unwrap().unwrap();

        let to = Urgency::KnownMaterial;
        let lowered = of.app.desk.lower_urgency(&two, of.case, claimed.number, to, &why()).await;

        assert_eq!(refused(lowered), Refusal::NoLead);
        assert_eq!(of.stored().await.urgency, Urgency::ChildInDanger);
    }
}
