//! Assignments: who sets them, and what a change ends.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use mamori_desk::cases::claim_case::Queue;
use mamori_desk::cases::release_case::Release;
use mamori_desk::decisions::change_policy::NewPolicy;
use mamori_desk::decisions::prepare_bulk::NewBulk;
use mamori_desk::staff::add_staff::{NewStaff, StaffAdmin};
use mamori_desk::staff::member::{DeliveryReader, Lead, Reviewer};
use mamori_desk::{Caller, CaseFilter, Error, LocalCli, Member};
use mamori_model::action::ItemMeasure;
use mamori_model::case::CaseEventKind;
use mamori_model::page::PageSize;
use mamori_model::staff::{Assignment, Language, StaffRole};
use mamori_model::{
    CaseId, Item, Level, Measures, Outcome, Purpose, Refusal, ServiceId, StaffId, Surface, Urgency,
};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::actors::refused;
use crate::common::people::{session_of, sign_in_as};
use crate::common::receiver::Receiver;
use crate::common::{TestApp, a_service, digest, item, test_app};

fn services(services: impl IntoIterator<Item = ServiceId>) -> Assignment {
    Assignment { services: Some(services.into_iter().collect()), purposes: None }
}

fn purposes(purpose: Purpose) -> Assignment {
    Assignment { services: None, purposes: Some([purpose].into()) }
}

/// Replaces an assignment on the command line.
async fn assign(app: &TestApp, who: StaffId, assignment: Assignment) -> Result<(), Error> {
    let here = LocalCli::here();
    app.desk.change_assignment(StaffAdmin::LocalCli(&here), who, assignment).await
}

/// The same person in another session.
async fn again(app: &TestApp, who: StaffId) -> Member {
    session_of(&app.desk, &sign_in_as(&app.desk, who).await).await.member
}

/// A new case of a service, of an account of its own. [`TestApp::cases`] made the bank.
async fn case(app: &TestApp, caller: &Caller, name: &str) -> CaseId {
    let item = Item { account: Some(name.parse().unwrap()), ..item(name, Surface::Public) };
    let checked = app.desk.check(caller, item, digest([1; 32].into())).await.unwrap();
    let found = checked.recorded.unwrap();
    let mut tx = app.store().await.begin("test").await.unwrap();
    tx.lock_open_case_of_item(found).await.unwrap().unwrap().id
}

fn remove(cases: &[CaseId]) -> NewBulk {
    NewBulk {
        cases: cases.iter().copied().collect(),
        outcome: Outcome::Violates,
        reason: "All show the same picture.".parse().unwrap(),
        measures: Measures { items: ItemMeasure::Remove, ..Measures::default() },
    }
}

async fn next(app: &TestApp, who: &Member) -> Option<CaseId> {
    let who: Reviewer = who.reviewer().unwrap();
    app.desk.claim_next(&who, Queue::default()).await.unwrap().map(|claimed| claimed.case)
}

on_both_engines! {
    async fn an_assignment_is_changed_by_others_and_names_what_exists(records: TestDatabase) {
        let app = test_app(records).await;
        let own = app.caller.service();
        let boss = app.member("boss", &[StaffRole::Administrator]).await;
        let rei = app.member("rei", &[StaffRole::Reviewer]).await;
        let auditor = app.member("aud", &[StaffRole::Auditor]).await;
        let recently = boss.recently(app.clock.now()).unwrap();
        let by = StaffAdmin::RecentlyAuthenticated(&recently);
        let entered = sign_in_as(&app.desk, rei.staff()).await;

        let itself = app.desk.change_assignment(by, boss.staff(), Assignment::EVERYTHING).await;
        let of_auditor = app.desk.change_assignment(by, auditor.staff(), services([own])).await;
        let empty = app.desk.change_assignment(by, rei.staff(), services([])).await;
        let unknown = ServiceId::from(uuid::Uuid::from_u128(7));
        let unknown = app.desk.change_assignment(by, rei.staff(), services([unknown])).await;
        app.desk.change_assignment(by, rei.staff(), services([own])).await.unwrap();
        let to_auditor = app.desk.change_roles(by, rei.staff(), [StaffRole::Auditor].into()).await;

        assert_eq!(refused(itself), Refusal::OwnRoles);
        assert_eq!(refused(of_auditor), Refusal::AssignmentOfRole);
        assert_eq!(refused(empty), Refusal::AssignmentEmpty);
        assert!(matches!(unknown, Err(Error::NotFound("service"))), "{unknown:?}");
        assert_eq!(refused(to_auditor), Refusal::AssignmentOfRole);
        let session = app.desk.member(entered.cookie.reveal()).await;
        assert!(!matches!(session, Ok(Some(_))), "sessions end: {session:?}");
        assert_eq!(*again(&app, rei.staff()).await.assignment(), services([own]));
    }

    async fn a_new_account_is_limited_from_its_first_session_on(records: TestDatabase) {
        let app = test_app(records).await;
        let older = app.cases(1).await[0];
        let other = a_service(&app.desk, "other").await;
        let own = case(&app, &other, "of the other service").await;
        let new = NewStaff {
            name: "rei".parse().unwrap(),
            display_name: "Rei".parse().unwrap(),
            roles: [StaffRole::Reviewer].into(),
            assignment: services([other.service()]),
            language: Language::English,
        };
        let here = LocalCli::here();
        let added = app.desk.add_staff(StaffAdmin::LocalCli(&here), new).await.unwrap();
        let rei = again(&app, added.staff.id).await;

        assert_eq!(next(&app, &rei).await, Some(own));
        let refused = app.desk.claim_case(&rei.reviewer().unwrap(), older).await;
        assert!(matches!(refused, Err(Error::NotFound("case"))), "not assigned: {refused:?}");
    }

    async fn a_claim_that_is_no_longer_covered_lapses_and_another_stays(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(2).await;
        let other = a_service(&app.desk, "other").await;
        let [rei, aoi] = [
            app.member("rei", &[StaffRole::Reviewer]).await,
            app.member("aoi", &[StaffRole::Reviewer]).await,
        ];
        let [first, second] = [next(&app, &rei).await.unwrap(), next(&app, &aoi).await.unwrap()];
        assert_eq!(BTreeSet::from([first, second]), cases.iter().copied().collect());

        assign(&app, rei.staff(), services([other.service()])).await.unwrap();
        assign(&app, aoi.staff(), services([app.caller.service()])).await.unwrap();

        let events = app.store().await.case_events(first, 99).await.unwrap();
        assert_eq!(events.last().unwrap().kind, CaseEventKind::Lapsed);
        let events = app.store().await.case_events(second, 99).await.unwrap();
        assert_eq!(events.last().unwrap().kind, CaseEventKind::Claimed);
        assert_eq!(next(&app, &again(&app, rei.staff()).await).await, None);
        let cho = app.member("cho", &[StaffRole::Reviewer]).await;
        assert_eq!(next(&app, &cho).await, Some(first), "a colleague can claim it");
    }

    async fn a_prepared_bulk_decision_ends_when_its_authors_assignment_changes(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(1).await;
        let other = a_service(&app.desk, "other").await;
        let rei = app.reviewer("rei").await;
        app.desk.prepare(&rei, remove(&cases)).await.unwrap();
        let aoi = app.reviewer("aoi").await;
        let meanwhile = app.desk.claim_case(&aoi, cases[0]).await;

        assign(&app, rei.staff(), services([other.service()])).await.unwrap();
        let after = app.desk.claim_case(&aoi, cases[0]).await;

        assert_eq!(refused(meanwhile), Refusal::InBulk);
        assert_eq!(after.unwrap().case, cases[0]);
    }

    async fn figures_of_an_endpoint_count_what_the_reader_may_see(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(1).await;
        app.desk.add_endpoint(&app.caller, &Receiver::start(&[]).await.url).await.unwrap();
        let rei = app.reviewer("rei").await;
        let bulk = app.desk.prepare(&rei, remove(&cases)).await.unwrap();
        app.desk.confirm(&rei, bulk.id).await.unwrap();
        let lea = app.member("lea", &[StaffRole::Lead]).await;
        let reader = |member: &Member| member.delivery_reader().unwrap();
        let of = async |who: DeliveryReader| {
            let page = app.desk.endpoint_statuses(&who, None, PageSize::DEFAULT).await.unwrap();
            (page.rows[0].waiting, page.rows[0].next_attempt.is_some())
        };

        let all = of(reader(&lea)).await;
        assign(&app, lea.staff(), purposes(Purpose::ChildExploitation)).await.unwrap();
        let none = of(reader(&again(&app, lea.staff()).await)).await;
        assign(&app, lea.staff(), purposes(Purpose::Rehearsal)).await.unwrap();
        let own = of(reader(&again(&app, lea.staff()).await)).await;

        assert!(all.0 > 0 && all.1, "{all:?}");
        assert_eq!(none, (0, false));
        assert_eq!(own, (1, false));
    }

    async fn a_lead_of_another_service_is_no_lead_of_the_case(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        let other = a_service(&app.desk, "other").await;
        let lead = app.member("lea", &[StaffRole::Lead]).await.staff();
        assign(&app, lead, services([other.service()])).await.unwrap();
        let rei = app.reviewer("rei").await;
        let claimed = app.desk.claim_next(&rei, Queue::default()).await.unwrap().unwrap();
        let escalate = || {
            let why = "because of a test".parse().unwrap();
            let release = Release::Escalate { urgency: Urgency::KnownMaterial, why };
            app.desk.release_case(&rei, claimed.case, claimed.number, release)
        };

        let alone = escalate().await;
        assign(&app, lead, services([other.service(), app.caller.service()])).await.unwrap();
        escalate().await.unwrap();

        assert_eq!(refused(alone), Refusal::NoLead);
    }

    async fn a_limited_editor_changes_no_policy_of_all_services(records: TestDatabase) {
        let app = test_app(records).await;
        let editor = app.member("edi", &[StaffRole::PolicyEditor]).await.staff();
        let change = async |purpose| {
            let editor = again(&app, editor).await;
            let policies = app.desk.policies(&editor).await.unwrap();
            let policy = policies.into_iter().find(|policy| policy.purpose == purpose).unwrap();
            let new = NewPolicy {
                purpose,
                after: policy.version,
                texts: policy.texts,
                severity: policy.severity,
                evidence_days: 0,
            };
            app.desk.change_policy(&editor.editor().unwrap(), new).await
        };

        assign(&app, editor, services([app.caller.service()])).await.unwrap();
        let of_a_service = change(Purpose::Rehearsal).await;
        assign(&app, editor, purposes(Purpose::Rehearsal)).await.unwrap();
        let of_another = change(Purpose::ChildExploitation).await;
        change(Purpose::Rehearsal).await.unwrap();

        assert_eq!(refused(of_a_service), Refusal::AssignmentTooNarrow);
        assert_eq!(refused(of_another), Refusal::AssignmentTooNarrow);
    }

    async fn leads_list_undecided_cases_by_filter_and_page(records: TestDatabase) {
        let app = test_app(records).await;
        let old = app.cases(3).await;
        app.clock.advance(SignedDuration::from_hours(2));
        let other = a_service(&app.desk, "other").await;
        let young = case(&app, &other, "of the other service").await;
        let lead = app.lead("lea").await;
        let claimed = app.desk.claim_case(&reviewer(&lead), old[0]).await.unwrap();
        let release = Release::Escalate {
            urgency: Urgency::KnownMaterial,
            why: "because of a test".parse().unwrap(),
        };
        app.desk.release_case(&reviewer(&lead), old[0], claimed.number, release).await.unwrap();
        let records = lead.member().records().unwrap();
        let size = PageSize::new(2).unwrap();
        let list = async |filter: CaseFilter| {
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let page =
                    app.desk.undecided_cases(&records, &filter, after, size).await.unwrap();
                found.extend(page.rows.iter().map(|case| case.id));
                after = page.next;
                if after.is_none() {
                    return found;
                }
            }
        };
        let all = CaseFilter::default();
        let an_hour_ago = app.clock.now() - SignedDuration::from_hours(1);

        assert_eq!(list(all).await, [old[0], old[1], old[2], young]);
        let of_other = CaseFilter { service: Some(other.service()), ..all };
        assert_eq!(list(of_other).await, [young]);
        let of_leads = CaseFilter { level: Some(Level::Lead), ..all };
        assert_eq!(list(of_leads).await, [old[0]]);
        let older = CaseFilter { opened_until: Some(an_hour_ago), ..all };
        assert_eq!(list(older).await, old);
        let none = CaseFilter { purpose: Some(Purpose::ChildExploitation), ..all };
        assert_eq!(list(none).await, []);
    }
}

fn reviewer(lead: &Lead) -> Reviewer {
    lead.member().reviewer().unwrap()
}
