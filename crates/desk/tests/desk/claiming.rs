//! Who has which case in hand.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use mamori_desk::Error;
use mamori_desk::claim_case::{Claimed, Queue};
use mamori_desk::member::Reviewer;
use mamori_desk::release_case::Release;
use mamori_model::case::{CaseEventKind, Level};
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::{CaseId, Purpose, Refusal, Urgency, Words};
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;

use crate::common::{House, house};

async fn next(house: &House, who: &Reviewer) -> Option<Claimed> {
    house.desk.claim_next(who, Queue::default()).await.unwrap()
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> Refusal {
    match answer {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn why() -> Words {
    "because of a test".parse().unwrap()
}

async fn kinds(house: &House, case: CaseId) -> Vec<CaseEventKind> {
    let events = house.store().await.case_events(case, 99).await.unwrap();
    events.iter().map(|event| event.kind).collect()
}

on_both_engines! {
    async fn the_oldest_case_comes_first_and_nobody_has_two(records: Records) {
        let house = house(records).await;
        let cases = house.cases(2).await;
        let (one, two) = (house.reviewer("one").await, house.reviewer("two").await);

        let first = next(&house, &one).await.unwrap();
        let again = next(&house, &one).await.unwrap();
        let second = next(&house, &two).await.unwrap();
        let third = next(&house, &house.reviewer("three").await).await;

        assert_eq!((first.case, first), (cases[0], again));
        assert_eq!(second.case, cases[1]);
        assert_eq!(third, None);
        let other = Queue { purpose: Some(Purpose::ChildSexualAbuse) };
        let four = house.reviewer("four").await;
        assert_eq!(house.desk.claim_next(&four, other).await.unwrap(), None);
    }

    async fn two_hundred_who_claim_at_once_get_each_case_once(records: Records) {
        let house = house(records).await;
        let cases = house.cases(200).await;
        let mut people = Vec::new();
        for number in 0..200 {
            people.push(house.reviewer(&format!("r{number}")).await);
        }

        let claims: Vec<_> = people
            .into_iter()
            .map(|who| {
                let desk = house.desk.clone();
                tokio::spawn(async move { desk.claim_next(&who, Queue::default()).await })
            })
            .collect();
        let mut claimed = BTreeSet::new();
        for claim in claims {
            let got = claim.await.unwrap().unwrap().expect("there are as many cases as people");
            assert!(claimed.insert(got.case), "nobody has {} beside another", got.case);
        }

        assert_eq!(claimed, BTreeSet::from_iter(cases));
    }

    async fn one_person_at_two_browsers_has_one_case(records: Records) {
        let house = house(records).await;
        house.cases(2).await;
        let who = house.reviewer("one").await;

        let (here, there) = tokio::join!(next(&house, &who), next(&house, &who));

        assert_eq!(here.unwrap().case, there.unwrap().case);
    }

    async fn a_claim_that_nobody_keeps_lapses_and_is_another_one_the_next_time(records: Records) {
        let house = house(records).await;
        let case = house.cases(1).await[0];
        let (one, two) = (house.reviewer("one").await, house.reviewer("two").await);
        let first = next(&house, &one).await.unwrap();

        house.clock.advance(SignedDuration::from_mins(9));
        let until = house.desk.keep_claim(&one, case, first.number).await.unwrap();
        assert_eq!(until, house.clock.now() + SignedDuration::from_mins(10));
        assert_eq!(next(&house, &two).await, None);
        house.clock.advance(SignedDuration::from_mins(10));
        let late = house.desk.keep_claim(&one, case, first.number).await;
        assert_eq!(refused(late), Refusal::ClaimLapsed);
        let second = next(&house, &two).await.unwrap();

        assert_eq!((second.case, second.number), (case, first.number + 1));
        let beaten = house.desk.keep_claim(&one, case, first.number).await;
        assert_eq!(refused(beaten), Refusal::ClaimedByOther);
        let (opened, claimed) = (CaseEventKind::Opened, CaseEventKind::Claimed);
        let events = [opened, claimed, CaseEventKind::Lapsed, claimed];
        assert_eq!(kinds(&house, case).await, events);
        house.clock.advance(SignedDuration::from_mins(10));
        assert_eq!(house.desk.sweep_once().await.unwrap().claims_lapsed, 1);
    }

    async fn a_case_that_somebody_names_is_theirs_unless_a_colleague_has_it(records: Records) {
        let house = house(records).await;
        let cases = house.cases(2).await;
        let (one, two) = (house.reviewer("one").await, house.reviewer("two").await);
        next(&house, &one).await.unwrap();

        let taken = house.desk.claim_case(&two, cases[0]).await;
        let other = house.desk.claim_case(&one, cases[1]).await.unwrap();
        let free = house.desk.claim_case(&two, cases[0]).await.unwrap();
        let unknown = house.desk.claim_case(&two, uuid::Uuid::nil().into()).await;

        assert_eq!(refused(taken), Refusal::ClaimedByOther);
        assert_eq!(other.case, cases[1]);
        assert_eq!(free.case, cases[0], "who takes another gives the first back");
        assert!(matches!(unknown, Err(Error::NotFound("case"))), "{unknown:?}");
    }

    async fn what_somebody_skipped_is_not_given_to_them_again(records: Records) {
        let house = house(records).await;
        let case = house.cases(1).await[0];
        let (one, two) = (house.reviewer("one").await, house.reviewer("two").await);
        let got = next(&house, &one).await.unwrap();

        house.desk.release_case(&one, case, got.number, Release::Skip(why())).await.unwrap();

        assert_eq!(next(&house, &one).await, None);
        assert_eq!(next(&house, &two).await.unwrap().case, case);
        let again = house.desk.release_case(&one, case, got.number, Release::Leave).await;
        assert_eq!(refused(again), Refusal::ClaimedByOther);
    }

    async fn what_was_escalated_goes_to_a_lead_before_everything_else(records: Records) {
        let house = house(records).await;
        let cases = house.cases(2).await;
        let one = house.reviewer("one").await;
        let lead = house.lead("lead").await.member().reviewer().unwrap();
        let got = house.desk.claim_case(&one, cases[1]).await.unwrap();

        let urgent = Release::Escalate { urgency: Urgency::ChildInDanger, why: why() };
        house.desk.release_case(&one, cases[1], got.number, urgent).await.unwrap();

        assert_eq!(next(&house, &one).await.unwrap().case, cases[0]);
        let named = house.desk.claim_case(&one, cases[1]).await;
        assert!(matches!(named, Err(Error::NotFound("case"))), "{named:?}");
        assert_eq!(next(&house, &lead).await.unwrap().case, cases[1]);
        let case = house.store().await.case(cases[1]).await.unwrap().unwrap();
        assert_eq!((case.level, case.urgency), (Level::Lead, Urgency::ChildInDanger));
    }

    async fn what_was_handed_over_waits_a_day_for_that_colleague(records: Records) {
        let house = house(records).await;
        let cases = house.cases(2).await;
        let people = [house.reviewer("one").await, house.reviewer("two").await];
        let auditor = house.member("auditor", &[StaffRole::Auditor]).await;
        let [one, two] = &people;
        let got = house.desk.claim_case(one, cases[1]).await.unwrap();
        let hand_to = |to| {
            let release = Release::HandOver { to, why: why() };
            house.desk.release_case(one, cases[1], got.number, release)
        };

        for nobody in [auditor.staff(), one.staff(), uuid::Uuid::nil().into()] {
            let refused = hand_to(nobody).await;
            assert!(matches!(refused, Err(Error::NotFound("staff"))), "{refused:?}");
        }
        hand_to(two.staff()).await.unwrap();

        let three = house.reviewer("three").await;
        assert_eq!(next(&house, one).await.unwrap().case, cases[0]);
        assert_eq!(next(&house, &three).await, None);
        assert_eq!(next(&house, two).await.unwrap().case, cases[1]);
        let shown = house.desk.colleagues(one).await.unwrap();
        assert!(shown.contains_key(&two.staff()) && !shown.contains_key(&auditor.staff()));
    }

    async fn a_case_is_read_by_whoever_has_it_and_from_the_record(records: Records) {
        let house = house(records).await;
        let case = house.cases(3).await[0];
        let (one, two) = (house.reviewer("one").await, house.reviewer("two").await);
        let got = next(&house, &one).await.unwrap();
        house.desk.note_case(&one, case, got.number, &why()).await.unwrap();
        let auditor = house.member("auditor", &[StaffRole::Auditor]).await.records().unwrap();

        let mine = house.desk.case(&one, case, None, PageSize::DEFAULT).await.unwrap();
        let theirs = house.desk.case(&two, case, None, PageSize::DEFAULT).await;
        let record = house.desk.case_record(&auditor, case, None, PageSize::DEFAULT).await.unwrap();

        assert_eq!(mine.items.rows[0].banks, ["known".parse().unwrap()]);
        assert_eq!((mine.alike, mine.case.items), (2, 1));
        assert_eq!(mine.people[&one.staff()].as_str(), "one");
        assert_eq!(mine.history.last().unwrap().note, Some(why()));
        assert_eq!(record.history, mine.history);
        assert_eq!(refused(theirs), Refusal::ClaimedByOther);
        house.clock.advance(SignedDuration::from_mins(10));
        let lapsed = house.desk.case(&one, case, None, PageSize::DEFAULT).await;
        assert_eq!(refused(lapsed), Refusal::ClaimLapsed);
    }

    async fn the_queue_counts_cases_and_names_nobody(records: Records) {
        let house = house(records).await;
        house.cases(3).await;
        let one = house.reviewer("one").await;
        let got = next(&house, &one).await.unwrap();

        let queue = house.desk.queue(&one).await.unwrap();

        let [count] = &queue.counts[..] else { panic!("{queue:?}") };
        assert_eq!((count.cases, count.purpose), (3, Purpose::Rehearsal));
        assert_eq!(queue.in_hand.map(|case| case.id), Some(got.case));
        assert_eq!(house.desk.cases_to_choose(&one, None).await.unwrap().len(), 3);
    }
}
