//! "Not a match": an entry is disputed at one service.

use mamori_desk::banks::settle_dispute::Settlement;
use mamori_desk::cases::claim_case::Queue;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::staff::member::Reviewer;
use mamori_desk::{Caller, Error};
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::{
    Decision, Dispute, DisputeState, Item, Measures, Outcome, Pdq, Refusal, Surface, Verdict,
};
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;

use crate::common::{House, a_service, hashes, house, item};

async fn verdict(house: &House, caller: &Caller, name: &str) -> Verdict {
    let item = Item { account: None, ..item(name, Surface::Public) };
    let known = hashes(Pdq::from([1; 32]));
    house.desk.check(caller, item, known).await.unwrap().verdict
}

async fn not_a_match(house: &House, who: &Reviewer) -> Decision {
    let claimed = house.desk.claim_next(who, Queue::default()).await.unwrap().unwrap();
    let new = NewDecision {
        case: claimed.case,
        claim: claimed.number,
        version: claimed.version,
        outcome: Outcome::NotAMatch,
        reason: "It is a cat.".parse().unwrap(),
        measures: Measures::default(),
    };
    house.desk.decide(who, new).await.unwrap()
}

async fn disputes(house: &House) -> Vec<Dispute> {
    house.store().await.disputes(None, None, None, PageSize::DEFAULT).await.unwrap().rows
}

on_both_engines! {
    async fn a_disputed_entry_acts_no_more_at_this_service_and_elsewhere_as_before(records: Records) {
        let house = house(records).await;
        house.cases(1).await;
        let other = a_service(&house.desk, "another").await;
        let who = house.reviewer("one").await;

        not_a_match(&house, &who).await;

        assert_eq!(verdict(&house, &house.caller, "new").await, Verdict::Allow);
        assert_eq!(verdict(&house, &other, "new").await, Verdict::Hold);
        let [dispute] = &disputes(&house).await[..] else { panic!() };
        assert_eq!((dispute.state, dispute.reason.as_str()), (DisputeState::Open, "It is a cat."));
        let shown = house.desk.disputes_of_bank(&house.admin, dispute.bank, None, PageSize::DEFAULT);
        assert_eq!(shown.await.unwrap().rows, std::slice::from_ref(dispute));
    }

    async fn a_disputed_match_is_still_recorded(records: Records) {
        let house = house(records).await;
        house.cases(1).await;
        let who = house.reviewer("one").await;
        not_a_match(&house, &who).await;

        let item = item("new", Surface::Public);
        let checked =
            house.desk.check(&house.caller, item, hashes(Pdq::from([1; 32]))).await.unwrap();

        assert!(checked.recorded.is_some());
        assert_eq!(checked.hits[0].action, mamori_model::Action::None);
        assert_eq!(house.desk.claim_next(&who, Queue::default()).await.unwrap(), None);
    }

    async fn taking_the_decision_back_takes_the_dispute_back(records: Records) {
        let house = house(records).await;
        house.cases(1).await;
        let who = house.reviewer("one").await;
        let decision = not_a_match(&house, &who).await;

        house.desk.undo(&who, decision.id, &"It is none.".parse().unwrap()).await.unwrap();

        assert_eq!(disputes(&house).await[0].state, DisputeState::TakenBack);
        assert_eq!(verdict(&house, &house.caller, "new").await, Verdict::Hold);
    }

    async fn a_dispute_stays_while_another_decision_says_the_same(records: Records) {
        let house = house(records).await;
        house.cases(2).await;
        let who = house.reviewer("one").await;
        let first = not_a_match(&house, &who).await;
        let second = not_a_match(&house, &who).await;
        let why = "It is none.".parse().unwrap();

        house.desk.undo(&who, first.id, &why).await.unwrap();
        assert_eq!(verdict(&house, &house.caller, "new").await, Verdict::Allow);
        house.desk.undo(&who, second.id, &why).await.unwrap();
        assert_eq!(verdict(&house, &house.caller, "newer").await, Verdict::Hold);

        let [dispute] = &disputes(&house).await[..] else { panic!("one dispute") };
        assert_eq!((dispute.state, dispute.decision), (DisputeState::TakenBack, Some(second.id)));
    }

    async fn nobody_settles_what_they_disputed_themselves(records: Records) {
        let house = house(records).await;
        house.cases(1).await;
        let roles = [StaffRole::Reviewer, StaffRole::PolicyEditor];
        let both = house.member("both", &roles).await;
        let editor = both.editor().unwrap();
        let why = "I looked.".parse().unwrap();
        not_a_match(&house, &both.reviewer().unwrap()).await;
        let dispute = disputes(&house).await[0].id;

        let own = house.desk.settle_dispute(&editor, dispute, Settlement::Upheld, &why).await;

        assert!(matches!(own, Err(Error::Refused(Refusal::SecondIsFirst))), "{own:?}");
        assert_eq!(disputes(&house).await[0].state, DisputeState::Open);
    }

    async fn who_words_policies_settles_disputes_once(records: Records) {
        let house = house(records).await;
        house.cases(2).await;
        let other = a_service(&house.desk, "another").await;
        let who = house.reviewer("one").await;
        let editor = house.member("editor", &[StaffRole::PolicyEditor]).await.editor().unwrap();
        let why = "We looked.".parse().unwrap();
        not_a_match(&house, &who).await;
        let first = disputes(&house).await[0].id;

        house.desk.settle_dispute(&editor, first, Settlement::Rejected, &why).await.unwrap();
        let again = house.desk.settle_dispute(&editor, first, Settlement::Upheld, &why).await;
        assert!(matches!(again, Err(Error::Refused(Refusal::DisputeSettled))), "{again:?}");
        assert_eq!(verdict(&house, &house.caller, "new").await, Verdict::Hold);

        not_a_match(&house, &who).await;
        let second = disputes(&house).await[0].id;
        house.desk.settle_dispute(&editor, second, Settlement::Upheld, &why).await.unwrap();
        assert_eq!(verdict(&house, &other, "newer").await, Verdict::Allow, "it is withdrawn");
        let unknown = uuid::Uuid::nil().into();
        let none = house.desk.settle_dispute(&editor, unknown, Settlement::Upheld, &why).await;
        assert!(matches!(none, Err(Error::NotFound("dispute"))), "{none:?}");
    }
}
