//! Teams of one, two and five people with the default settings, from the first day on.

use mamori_desk::banks::resolve_dispute::Resolution;
use mamori_desk::cases::claim_case::{Claimed, Queue};
use mamori_desk::cases::release_case::Release;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::staff::member::Reviewer;
use mamori_desk::{Admin, Approver, Error, Member};
use mamori_model::action::AccountMeasure;
use mamori_model::approval_request::ApprovalState;
use mamori_model::decision::DecisionState;
use mamori_model::key::Role;
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::{
    Action, ApprovalRequest, Decision, DecisionId, FreeText, Hash, Measures, Outcome, Pdq, Reason,
    Refusal, Surface, Urgency, Verdict,
};
use mamori_store::NewEntry;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::actors::{admin_of, an_admin, pass_hours, real_bank, refused, waits};
use crate::common::guarded::Subject;
use crate::common::people::{session_of, sign_in_as};
use crate::common::{TestApp, hashes, item, test_app};

/// An actor of a team.
enum Actor {
    Key(Admin),
    /// A staff member, who signs in again to agree.
    Staff(Member),
}

impl Actor {
    async fn approve(&self, app: &TestApp, request: &ApprovalRequest) -> Result<(), Error> {
        let approved = match self {
            Self::Key(admin) => app.desk.approve_request(Approver::Admin(admin), request.id).await,
            Self::Staff(member) => {
                let entered = sign_in_as(&app.desk, member.staff()).await;
                let member = session_of(&app.desk, &entered).await.member;
                let recently = member.recently(app.clock.now()).unwrap();
                let overseer = member.change_overseer().unwrap();
                app.desk.approve_request(Approver::Staff(&overseer, &recently), request.id).await
            }
        };
        approved.map(drop)
    }
}

/// Creates a bank that holds items, adds a hash, and checks an item that has it.
async fn first_match(app: &TestApp, who: &Admin) -> Verdict {
    let pdq = Pdq::from([7; 32]);
    let bank = app.desk.create_bank(who, real_bank("list", Action::Hold)).await.unwrap();
    app.desk.add_entries(who, bank.id, &[NewEntry::bare(Hash::Pdq(pdq))]).await.unwrap();
    app.desk.catch_up().await.unwrap();
    let item = item("first", Surface::Public);
    let checked = app.desk.check(&app.caller, item, hashes(pdq)).await.unwrap();
    checked.verdict
}

/// `who` requests a bank that holds items, under a name of its own.
async fn ask(app: &TestApp, who: &Admin, number: usize) -> ApprovalRequest {
    waits(app.desk.create_bank(who, real_bank(&format!("list-{number}"), Action::Hold)).await)
}

/// Creates the subject of a change for each reason, on the first day.
async fn subjects(app: &TestApp, name: &str) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for reason in Reason::ALL {
        let name = format!("{name}-{}", reason.as_str().replace('_', "-"));
        subjects.push(Subject::create(app, *reason, &name).await);
    }
    subjects
}

/// `who` decides the claimed case.
async fn decide(
    app: &TestApp,
    who: &Reviewer,
    claimed: &Claimed,
    (outcome, measures): (Outcome, Measures),
) -> Decision {
    let new = NewDecision {
        case: claimed.case,
        claim: claimed.number,
        version: claimed.version,
        outcome,
        reason: "It is what the bank says.".parse().unwrap(),
        measures,
    };
    app.desk.decide(who, new).await.unwrap()
}

/// `who` gives the decision its second approval.
async fn approve(app: &TestApp, who: &Member, decision: DecisionId) -> Result<(), Error> {
    let recently = who.recently(app.clock.now()).unwrap();
    app.desk.approve(&who.reviewer().unwrap(), &recently, decision).await.map(drop)
}

/// `who`, a lead, claims the only case after escalating it: a child may be in danger.
async fn claim_urgent(app: &TestApp, who: &Reviewer) -> Claimed {
    let claimed = app.desk.claim_next(who, Queue::default()).await.unwrap().unwrap();
    let why = "She is filmed now.".parse().unwrap();
    let escalate = Release::Escalate { urgency: Urgency::ChildInDanger, why };
    app.desk.release_case(who, claimed.case, claimed.number, escalate).await.unwrap();
    app.desk.claim_case(who, claimed.case).await.unwrap()
}

on_both_engines! {
    async fn a_person_alone_makes_each_guarded_change_in_two_ways_or_after_the_delay(records: TestDatabase) {
        let app = test_app(records).await;
        let key = an_admin(&app.desk, &app.admin, "the only one").await;
        let with_key = subjects(&app, "with-key").await;
        let on_cli = subjects(&app, "on-cli").await;
        let alone = subjects(&app, "alone").await;
        pass_hours(&app, 25);

        for subject in &with_key {
            let request = subject.ask(&app, &key).await;
            Actor::Key(app.admin.clone()).approve(&app, &request).await.unwrap();
        }
        for subject in &on_cli {
            // The command line issued every key, and so revokes each of them alone.
            if subject.reason() != Reason::RevokeOtherKey {
                let request = subject.ask(&app, &app.admin).await;
                Actor::Key(key.clone()).approve(&app, &request).await.unwrap();
            }
        }
        let mut requests = Vec::new();
        for subject in &alone {
            requests.push(subject.ask(&app, &key).await);
        }
        pass_hours(&app, 72);
        for request in requests {
            let made = app.desk.apply_request_alone(&key, request.id).await.unwrap();
            assert_eq!(made.state, ApprovalState::MadeAlone(key.actor()), "{request:?}");
        }
    }

    async fn in_teams_of_two_and_five_another_person_agrees_to_each_guarded_change(records: TestDatabase) {
        let app = test_app(records).await;
        let [ada, bea, cem] = ["Ada", "Bea", "Cem"].map(|name| an_admin(&app.desk, &app.admin, name));
        let (ada, bea, cem) = (ada.await, bea.await, cem.await);
        let dan = Actor::Staff(app.member("dan", &[StaffRole::Lead]).await);
        let eva = Actor::Staff(app.member("eva", &[StaffRole::Auditor]).await);
        let of_two = subjects(&app, "of-two").await;
        let of_five = subjects(&app, "of-five").await;
        pass_hours(&app, 25);

        let both = [(&ada, Actor::Key(bea.clone())), (&bea, Actor::Key(ada.clone()))];
        for (number, subject) in of_two.iter().enumerate() {
            let (asking, agreeing) = &both[number % both.len()];
            let request = subject.ask(&app, asking).await;
            agreeing.approve(&app, &request).await.unwrap();
        }
        let requesters = [&ada, &bea, &cem];
        let others = [dan, eva];
        for (number, subject) in of_five.iter().enumerate() {
            let request = subject.ask(&app, requesters[number % requesters.len()]).await;
            let agreed = others[number % others.len()].approve(&app, &request).await;
            assert!(agreed.is_ok(), "{:?}: {agreed:?}", subject.reason());
        }
    }

    async fn a_person_alone_has_a_first_match_at_once_and_later_uses_two_ways_in_or_waits(records: TestDatabase) {
        let app = test_app(records).await;
        let key = an_admin(&app.desk, &app.admin, "the only one").await;
        assert_eq!(first_match(&app, &key).await, Verdict::Hold);
        pass_hours(&app, 30 * 24);

        // With the key, and then on the command line of the machine.
        let with_key = ask(&app, &key, 1).await;
        Actor::Key(app.admin.clone()).approve(&app, &with_key).await.unwrap();

        // On the command line, and then with the key.
        let on_cli = ask(&app, &app.admin, 2).await;
        Actor::Key(key.clone()).approve(&app, &on_cli).await.unwrap();

        // With the key alone.
        let alone = ask(&app, &key, 3).await;
        pass_hours(&app, 71);
        let soon = app.desk.apply_request_alone(&key, alone.id).await;
        assert_eq!(refused(soon), Refusal::RequestTooSoon);
        pass_hours(&app, 1);
        let made = app.desk.apply_request_alone(&key, alone.id).await.unwrap();
        assert_eq!(made.state, ApprovalState::MadeAlone(key.actor()));
    }

    async fn two_people_agree_to_each_others_changes_on_the_same_day(records: TestDatabase) {
        let app = test_app(records).await;
        let ada = an_admin(&app.desk, &app.admin, "Ada").await;
        assert_eq!(first_match(&app, &ada).await, Verdict::Hold);
        pass_hours(&app, 48);

        // Bea joins later: her key and her account take effect with the approval of the machine's
        // operator, and count from the next day on.
        let name = "Bea".parse().unwrap();
        let issued = app.desk.issue_key(&ada, NewKey::whole(Role::Admin, name)).await.unwrap();
        let request = issued.waits_for.unwrap();
        Actor::Key(app.admin.clone()).approve(&app, &request).await.unwrap();
        let child = Actor::Key(admin_of(&app.desk, issued.token.reveal()).await);
        let lead = Actor::Staff(app.member("bea", &[StaffRole::Lead]).await);
        pass_hours(&app, 24);

        let request = ask(&app, &ada, 1).await;
        let related = child.approve(&app, &request).await;
        assert_eq!(refused(related), Refusal::RequestRelated, "Ada created the key");
        pass_hours(&app, 7);
        lead.approve(&app, &request).await.unwrap();

        // With a key that the command line issued, Bea agrees and asks too.
        let name = "Bea, of her own".parse().unwrap();
        let issued = app.desk.issue_key(&app.admin, NewKey::whole(Role::Admin, name)).await.unwrap();
        Actor::Key(ada.clone()).approve(&app, &issued.waits_for.unwrap()).await.unwrap();
        let bea = admin_of(&app.desk, issued.token.reveal()).await;
        pass_hours(&app, 24);
        let request = ask(&app, &ada, 2).await;
        Actor::Key(bea.clone()).approve(&app, &request).await.unwrap();
        let request = ask(&app, &bea, 3).await;
        Actor::Key(ada).approve(&app, &request).await.unwrap();
    }

    async fn of_five_people_each_finds_a_second_actor_while_two_are_away(records: TestDatabase) {
        let app = test_app(records).await;
        let mut actors = Vec::new();
        for name in ["Ada", "Bea", "Cem"] {
            actors.push(Actor::Key(an_admin(&app.desk, &app.admin, name).await));
        }
        actors.push(Actor::Staff(app.member("dan", &[StaffRole::Lead]).await));
        actors.push(Actor::Staff(app.member("eva", &[StaffRole::Auditor]).await));
        let Actor::Key(ada) = &actors[0] else { unreachable!("the first is a key") };
        assert_eq!(first_match(&app, ada).await, Verdict::Hold);
        pass_hours(&app, 48);

        let mut number = 0;
        for (asking, actor) in actors.iter().enumerate() {
            let Actor::Key(requester) = actor else { continue };
            for (agreeing, other) in actors.iter().enumerate().filter(|(nth, _)| *nth != asking) {
                number += 1;
                let request = ask(&app, requester, number).await;
                let approved = other.approve(&app, &request).await;
                assert!(approved.is_ok(), "{asking} asks, {agreeing} agrees: {approved:?}");
            }
            number += 1;
            let own = actor.approve(&app, &ask(&app, requester, number).await).await;
            assert_eq!(refused(own), Refusal::RequestOwn);
        }
    }

    async fn a_person_alone_cannot_suspend_an_account_and_two_people_can(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        let one = app.lead("one").await.member().clone();
        let claimed = app.desk.claim_next(&one.reviewer().unwrap(), Queue::default()).await;
        let claimed = claimed.unwrap().unwrap();
        let account = AccountMeasure::Suspend { until: None };
        let measures = Measures { account, ..Measures::default() };
        let suspend = (Outcome::Violates, measures);

        let decision = decide(&app, &one.reviewer().unwrap(), &claimed, suspend).await;
        let own = approve(&app, &one, decision.id).await;
        let two = app.lead("two").await.member().clone();
        approve(&app, &two, decision.id).await.unwrap();

        assert_eq!(decision.state, DecisionState::Proposed);
        assert_eq!(refused(own), Refusal::ApproverIsAuthor);
    }

    async fn on_cases_two_people_do_together_what_one_of_them_does_not_do_alone(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        let desk = &app.desk;
        let roles = [StaffRole::Lead, StaffRole::PolicyEditor];
        let one = app.member("one", &roles).await;
        let reviewer = one.reviewer().unwrap();
        let case = claim_urgent(&app, &reviewer).await;
        let why: FreeText = "It is an old picture.".parse().unwrap();
        let low = Urgency::KnownMaterial;

        // Alone: each waits.
        desk.lower_urgency(&reviewer, case.case, case.number, low, &why).await.unwrap();
        let recently = one.recently(app.clock.now()).unwrap();
        let lowered = desk.agree_to_lowering(&reviewer, &recently, case.case).await;
        assert_eq!(refused(lowered), Refusal::ApproverIsAuthor);
        let not_a_match = (Outcome::NotAMatch, Measures::default());
        let decision = decide(&app, &reviewer, &case, not_a_match).await;
        assert_eq!(decision.state, DecisionState::Proposed);
        assert_eq!(refused(approve(&app, &one, decision.id).await), Refusal::ApproverIsAuthor);

        // With a colleague: each is done.
        let two = app.member("two", &roles).await;
        approve(&app, &two, decision.id).await.unwrap();
        let dispute = app.store().await.disputes(&mamori_model::Assignment::EVERYTHING, None, None, None, PageSize::DEFAULT).await;
        let dispute = dispute.unwrap().rows.remove(0).id;
        let own = desk.agree_dispute(&one.lead().unwrap(), dispute).await;
        assert_eq!(refused(own), Refusal::ApproverIsAuthor);
        desk.agree_dispute(&two.lead().unwrap(), dispute).await.unwrap();
        let upheld = Resolution::Upheld;
        let own = desk.resolve_dispute(&one.editor().unwrap(), dispute, upheld, &why).await;
        assert_eq!(refused(own), Refusal::ApproverIsAuthor);
        desk.resolve_dispute(&two.editor().unwrap(), dispute, upheld, &why).await.unwrap();
    }
}
