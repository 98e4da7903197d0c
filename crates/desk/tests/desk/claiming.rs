//! Claims: which reviewer has which case.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use mamori_desk::banks::create_bank::NewBank;
use mamori_desk::cases::claim_case::{Claimed, Queue};
use mamori_desk::cases::release_case::Release;
use mamori_desk::staff::add_staff::StaffAdmin;
use mamori_desk::staff::list_staff::StaffReader;
use mamori_desk::staff::member::Reviewer;
use mamori_desk::{Error, LocalCli, Settings};
use mamori_model::case::{CaseEventKind, CaseState, Level};
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::{Action, Assignment, CaseId, FreeText, Pdq, Purpose, Refusal, Surface, Urgency};
use mamori_store::Released;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::people::new_staff;
use crate::common::{TestApp, hashes, item, new_bank, settings, test_app, test_app_with};

async fn next(app: &TestApp, who: &Reviewer) -> Option<Claimed> {
    app.desk.claim_next(who, Queue::default()).await.unwrap()
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> Refusal {
    match answer {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn why() -> FreeText {
    "because of a test".parse().unwrap()
}

async fn kinds(app: &TestApp, case: CaseId) -> Vec<CaseEventKind> {
    let events = app.store().await.case_events(case, 99).await.unwrap();
    events.iter().map(|event| event.kind).collect()
}

/// Sets the urgency of a case, as its opening would.
async fn urgent(app: &TestApp, case: CaseId, urgency: Urgency) {
    let mut tx = app.store().await.begin("test").await.unwrap();
    let then = Released { level: Level::Reviewer, urgency, handed: None };
    tx.release_claim(case, then).await.unwrap();
    tx.commit().await.unwrap();
}

/// A case of a policy other than that of [`TestApp::cases`].
async fn case_of(app: &TestApp, purpose: Purpose) -> CaseId {
    let bank = NewBank { purpose, ..new_bank("another", Action::Hold) };
    let bank = app.desk.create_bank(&app.admin, bank).await.unwrap();
    app.desk.catch_up().await.unwrap();
    let other = Pdq::from([0xf0; 32]);
    app.add(&bank, other).await;
    let item = item("of another policy", Surface::Public);
    let checked = app.desk.check(&app.caller, item, hashes(other)).await.unwrap();
    let mut tx = app.store().await.begin("test").await.unwrap();
    tx.lock_open_case_of_item(checked.recorded.unwrap()).await.unwrap().unwrap().id
}

/// Takes a case out of the queue, as if it were decided.
async fn take_away(app: &TestApp, case: CaseId) {
    let mut tx = app.store().await.begin("test").await.unwrap();
    let now = Some(app.clock.now());
    tx.close_case(case, CaseState::Decided, now).await.unwrap();
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn the_oldest_case_comes_first_and_no_reviewer_has_two(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(2).await;
        let (one, two) = (app.reviewer("one").await, app.reviewer("two").await);

        let first = next(&app, &one).await.unwrap();
        let again = next(&app, &one).await.unwrap();
        let second = next(&app, &two).await.unwrap();
        let third = next(&app, &app.reviewer("three").await).await;

        assert_eq!((first.case, first), (cases[0], again));
        assert_eq!(second.case, cases[1]);
        assert_eq!(third, None);
        let other = Queue { purpose: Some(Purpose::ChildSexualAbuse) };
        let four = app.reviewer("four").await;
        assert_eq!(app.desk.claim_next(&four, other).await.unwrap(), None);
    }

    async fn two_hundred_claims_at_once_get_each_case_once(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(200).await;
        let mut people = Vec::new();
        for number in 0..200 {
            people.push(app.reviewer(&format!("r{number}")).await);
        }

        let claims: Vec<_> = people
            .into_iter()
            .map(|who| {
                let desk = app.desk.clone();
                tokio::spawn(async move { desk.claim_next(&who, Queue::default()).await })
            })
            .collect();
        let mut claimed = BTreeSet::new();
        for claim in claims {
            let got = claim.await.unwrap().unwrap().expect("there are as many cases as reviewers");
            assert!(claimed.insert(got.case), "{} was claimed twice", got.case);
        }

        assert_eq!(claimed, BTreeSet::from_iter(cases));
    }

    async fn a_reviewer_at_two_browsers_has_one_case(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(2).await;
        let who = app.reviewer("one").await;

        let (here, there) = tokio::join!(next(&app, &who), next(&app, &who));

        assert_eq!(here.unwrap().case, there.unwrap().case);
    }

    async fn a_claim_without_a_keep_alive_lapses_and_the_next_is_a_new_one(records: TestDatabase) {
        let app = test_app(records).await;
        let case = app.cases(1).await[0];
        let (one, two) = (app.reviewer("one").await, app.reviewer("two").await);
        let first = next(&app, &one).await.unwrap();

        app.clock.advance(SignedDuration::from_mins(9));
        let until = app.desk.extend_claim(&one, case, first.number).await.unwrap();
        assert_eq!(until, app.clock.now() + SignedDuration::from_mins(10));
        assert_eq!(next(&app, &two).await, None);
        app.clock.advance(SignedDuration::from_mins(10));
        let late = app.desk.extend_claim(&one, case, first.number).await;
        assert_eq!(refused(late), Refusal::ClaimLapsed);
        let second = next(&app, &two).await.unwrap();

        assert_eq!((second.case, second.number), (case, first.number + 1));
        let beaten = app.desk.extend_claim(&one, case, first.number).await;
        assert_eq!(refused(beaten), Refusal::ClaimedByOther);
        let (opened, claimed) = (CaseEventKind::Opened, CaseEventKind::Claimed);
        let events = [opened, claimed, CaseEventKind::Lapsed, claimed];
        assert_eq!(kinds(&app, case).await, events);
        app.clock.advance(SignedDuration::from_mins(10));
        assert_eq!(app.desk.sweep_once().await.unwrap().claims_lapsed, 1);
    }

    async fn a_named_case_is_claimed_unless_a_colleague_has_it(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(2).await;
        let (one, two) = (app.reviewer("one").await, app.reviewer("two").await);
        next(&app, &one).await.unwrap();

        let taken = app.desk.claim_case(&two, cases[0]).await;
        let other = app.desk.claim_case(&one, cases[1]).await.unwrap();
        let free = app.desk.claim_case(&two, cases[0]).await.unwrap();
        let unknown = app.desk.claim_case(&two, uuid::Uuid::nil().into()).await;

        assert_eq!(refused(taken), Refusal::ClaimedByOther);
        assert_eq!(other.case, cases[1]);
        assert_eq!(free.case, cases[0], "claiming another case releases the first");
        assert!(matches!(unknown, Err(Error::NotFound("case"))), "{unknown:?}");
    }

    async fn a_skipped_case_is_not_offered_to_the_same_reviewer(records: TestDatabase) {
        let app = test_app(records).await;
        let case = app.cases(1).await[0];
        let (one, two) = (app.reviewer("one").await, app.reviewer("two").await);
        let got = next(&app, &one).await.unwrap();

        app.desk.release_case(&one, case, got.number, Release::Skip(why())).await.unwrap();

        assert_eq!(next(&app, &one).await, None);
        assert_eq!(next(&app, &two).await.unwrap().case, case);
        let again = app.desk.release_case(&one, case, got.number, Release::Leave).await;
        assert_eq!(refused(again), Refusal::ClaimedByOther);
    }

    async fn an_escalated_case_goes_to_a_lead_before_every_other(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(2).await;
        let one = app.reviewer("one").await;
        let lead = app.lead("lead").await.member().reviewer().unwrap();
        let got = app.desk.claim_case(&one, cases[1]).await.unwrap();

        let urgent = Release::Escalate { urgency: Urgency::ChildInDanger, why: why() };
        app.desk.release_case(&one, cases[1], got.number, urgent).await.unwrap();

        assert_eq!(next(&app, &one).await.unwrap().case, cases[0]);
        let named = app.desk.claim_case(&one, cases[1]).await;
        assert!(matches!(named, Err(Error::NotFound("case"))), "{named:?}");
        assert_eq!(next(&app, &lead).await.unwrap().case, cases[1]);
        let case = app.store().await.case(cases[1], &mamori_model::Assignment::EVERYTHING).await.unwrap().unwrap();
        assert_eq!((case.level, case.urgency), (Level::Lead, Urgency::ChildInDanger));
    }

    async fn a_reviewer_who_works_alone_gets_escalated_and_skipped_cases(records: TestDatabase) {
        let app = test_app_with(records, Settings { is_single_person: true, ..settings() }).await;
        let cases = app.cases(2).await;
        let one = app.reviewer("one").await;
        let got = app.desk.claim_case(&one, cases[1]).await.unwrap();

        let urgent = Release::Escalate { urgency: Urgency::ChildInDanger, why: why() };
        app.desk.release_case(&one, cases[1], got.number, urgent).await.unwrap();

        let got = next(&app, &one).await.unwrap();
        assert_eq!(got.case, cases[1], "it is the most urgent one, and there is no other reviewer");
        let skip = Release::Skip(why());
        app.desk.release_case(&one, cases[1], got.number, skip.clone()).await.unwrap();
        let got = next(&app, &one).await.unwrap();
        assert_eq!(got.case, cases[0], "a skipped case comes last");
        app.desk.release_case(&one, cases[0], got.number, skip).await.unwrap();
        assert_eq!(next(&app, &one).await.unwrap().case, cases[1], "but is offered");
        assert!(!app.desk.queue(&one).await.unwrap().is_lead_missing);
    }

    async fn a_case_is_not_escalated_without_a_lead(records: TestDatabase) {
        let app = test_app(records).await;
        let case = app.cases(1).await[0];
        let one = app.reviewer("one").await;
        let (here, lead) = (LocalCli::here(), new_staff(&app.desk, "lead", &[StaffRole::Lead]));
        let lead = lead.await;
        let got = next(&app, &one).await.unwrap();
        let escalate = |number| {
            let urgent = Release::Escalate { urgency: Urgency::ChildInDanger, why: why() };
            app.desk.release_case(&one, case, number, urgent)
        };
        let reader = || StaffReader::LocalCli(&here);
        assert!(!app.desk.lacks_lead(reader()).await.unwrap());

        app.desk.end_staff(StaffAdmin::LocalCli(&here), lead).await.unwrap();
        let refused_by_name = refused(escalate(got.number).await);
        let missing = app.desk.queue(&one).await.unwrap().is_lead_missing;

        assert_eq!(refused_by_name, Refusal::NoLead);
        assert!(!missing, "no case waits for a lead yet");
        assert!(app.desk.lacks_lead(reader()).await.unwrap());
        assert_eq!(next(&app, &one).await.unwrap(), got, "the claim continues");
        let another = new_staff(&app.desk, "another", &[StaffRole::Lead]).await;
        escalate(got.number).await.unwrap();
        assert!(!app.desk.queue(&one).await.unwrap().is_lead_missing);
        app.desk.end_staff(StaffAdmin::LocalCli(&here), another).await.unwrap();
        assert!(app.desk.queue(&one).await.unwrap().is_lead_missing);
    }

    async fn a_child_in_danger_comes_first_then_new_then_known_material(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(7).await;
        let (two, lead) = (app.reviewer("two").await, app.lead("lead").await);
        let lead = lead.member().reviewer().unwrap();
        let hand_over = |case: CaseId| {
            let (desk, to, from) = (&app.desk, two.staff(), &lead);
            async move {
                let got = desk.claim_case(from, case).await.unwrap();
                let release = Release::HandOver { to, why: why() };
                desk.release_case(from, case, got.number, release).await.unwrap();
            }
        };
        // Oldest first: known, known for two, new, new for two, danger, danger for two, known.
        for (case, urgency) in [
            (cases[2], Urgency::NewMaterial),
            (cases[3], Urgency::NewMaterial),
            (cases[4], Urgency::ChildInDanger),
            (cases[5], Urgency::ChildInDanger),
        ] {
            urgent(&app, case, urgency).await;
        }
        for case in [cases[1], cases[3], cases[5]] {
            hand_over(case).await;
        }

        let mut order = Vec::new();
        while let Some(got) = next(&app, &two).await {
            order.push(got.case);
            take_away(&app, got.case).await;
        }

        let expected = [5, 4, 3, 2, 1, 0, 6].map(|place| cases[place]);
        assert_eq!(order, expected, "danger, new, known; of each the handed over first");
    }

    async fn a_queue_of_one_policy_has_the_same_order_and_no_other_policy(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(2).await;
        let other = case_of(&app, Purpose::ChildSexualAbuse).await;
        let (two, lead) = (app.reviewer("two").await, app.lead("lead").await);
        let lead = lead.member().reviewer().unwrap();
        urgent(&app, other, Urgency::ChildInDanger).await;
        urgent(&app, cases[1], Urgency::NewMaterial).await;
        let got = app.desk.claim_case(&lead, cases[0]).await.unwrap();
        let release = Release::HandOver { to: two.staff(), why: why() };
        app.desk.release_case(&lead, cases[0], got.number, release).await.unwrap();
        let rehearsal = Queue { purpose: Some(Purpose::Rehearsal) };

        let mut order = Vec::new();
        while let Some(got) = app.desk.claim_next(&two, rehearsal).await.unwrap() {
            order.push(got.case);
            take_away(&app, got.case).await;
        }

        assert_eq!(order, [cases[1], cases[0]], "another policy's danger does not come first here");
        assert_eq!(next(&app, &two).await.unwrap().case, other);
    }

    async fn a_handed_over_case_is_reserved_for_the_colleague(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(2).await;
        let people = [app.reviewer("one").await, app.reviewer("two").await];
        let auditor = app.member("auditor", &[StaffRole::Auditor]).await;
        let [one, two] = &people;
        let got = app.desk.claim_case(one, cases[1]).await.unwrap();
        let hand_to = |to| {
            let release = Release::HandOver { to, why: why() };
            app.desk.release_case(one, cases[1], got.number, release)
        };

        for wrong in [auditor.staff(), one.staff(), uuid::Uuid::nil().into()] {
            let refused = hand_to(wrong).await;
            assert!(matches!(refused, Err(Error::NotFound("staff"))), "{refused:?}");
        }
        hand_to(two.staff()).await.unwrap();

        let three = app.reviewer("three").await;
        assert_eq!(next(&app, one).await.unwrap().case, cases[0]);
        assert_eq!(next(&app, &three).await, None);
        assert_eq!(next(&app, two).await.unwrap().case, cases[1]);
        let shown = app.desk.colleagues(one).await.unwrap();
        assert!(shown.contains_key(&two.staff()) && !shown.contains_key(&auditor.staff()));
    }

    async fn a_case_is_read_by_its_claimant_and_by_an_auditor(records: TestDatabase) {
        let app = test_app(records).await;
        let case = app.cases(3).await[0];
        let (one, two) = (app.reviewer("one").await, app.reviewer("two").await);
        let got = next(&app, &one).await.unwrap();
        app.desk.note_case(&one, case, got.number, &why()).await.unwrap();
        let auditor = app.member("auditor", &[StaffRole::Auditor]).await.records().unwrap();

        let mine = app.desk.case(&one, case, None, PageSize::DEFAULT).await.unwrap();
        let theirs = app.desk.case(&two, case, None, PageSize::DEFAULT).await;
        let record = app.desk.case_record(&auditor, case, None, PageSize::DEFAULT).await.unwrap();

        assert_eq!(mine.items.rows[0].banks, ["known".parse().unwrap()]);
        assert_eq!((mine.same_entry_count, mine.case.items), (2, 1));
        let store = app.store().await;
        let up_to = store.count_cases_with_same_entry(case, &Assignment::EVERYTHING, 1).await;
        assert_eq!(up_to.unwrap(), 1);
        assert_eq!(mine.people[&one.staff()].as_str(), "one");
        assert_eq!(mine.history.last().unwrap().note, Some(why()));
        assert_eq!(record.history, mine.history);
        assert_eq!(refused(theirs), Refusal::ClaimedByOther);
        app.clock.advance(SignedDuration::from_mins(10));
        let lapsed = app.desk.case(&one, case, None, PageSize::DEFAULT).await;
        assert_eq!(refused(lapsed), Refusal::ClaimLapsed);
    }

    async fn the_queue_counts_cases_by_policy(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(3).await;
        let one = app.reviewer("one").await;
        let got = next(&app, &one).await.unwrap();

        let queue = app.desk.queue(&one).await.unwrap();

        let [count] = &queue.counts[..] else { panic!("{queue:?}") };
        assert_eq!((count.cases, count.purpose), (3, Purpose::Rehearsal));
        assert_eq!(queue.claimed.map(|case| case.id), Some(got.case));
        assert_eq!(app.desk.cases_to_choose(&one, None).await.unwrap().len(), 3);
    }
}
