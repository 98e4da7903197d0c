//! Each view is recorded, shows one picture, and counts towards the exposure.

use jiff::SignedDuration;
use mamori_desk::cases::claim_case::{Claimed, Queue};
use mamori_desk::cases::release_case::Release;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::staff::add_staff::StaffAdmin;
use mamori_desk::staff::member::Reviewer;
use mamori_desk::viewing::open_view::RecordedView;
use mamori_desk::{Error, LocalCli, Settings};
use mamori_model::action::{AccountMeasure, ItemMeasure};
use mamori_model::exposure::BreakReason;
use mamori_model::page::PageSize;
use mamori_model::staff::{OwnLimits, StaffRole};
use mamori_model::{
    Clarity, DecisionId, EvidenceStatus, MatchId, Measures, Outcome, Refusal, View,
};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::{TestApp, settings, test_app_with, vault_settings};

fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> Refusal {
    match answer {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// An app with one case that a reviewer has claimed, and whose item's bytes are stored.
struct Fixture {
    app: TestApp,
    who: Reviewer,
    case: Claimed,
    item: MatchId,
    _folder: tempfile::TempDir,
}

async fn fixture(records: TestDatabase) -> Fixture {
    fixture_with(records, |_| ()).await
}

async fn fixture_with(records: TestDatabase, change: impl FnOnce(&mut Settings)) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = vault_settings(folder.path());
    change(&mut settings);
    let app = test_app_with(records, settings).await;
    let case = app.cases(1).await[0];
    let item = app.store_evidence(case).await;
    let who = app.reviewer("one").await;
    let case = app.desk.claim_next(&who, Queue::default()).await.unwrap().unwrap();
    Fixture { app, who, case, item, _folder: folder }
}

impl Fixture {
    async fn view(&self, clarity: Clarity) -> Result<RecordedView, Error> {
        let Claimed { case, number, .. } = self.case;
        self.app.desk.open_view(&self.who, case, number, self.item, clarity).await
    }

    async fn views(&self) -> Vec<View> {
        let store = self.app.store().await;
        let views = store.views_of_case(self.case.case, None, PageSize::DEFAULT).await;
        let mut views = views.unwrap().rows;
        views.reverse();
        views
    }

    async fn set_limits(&self, limits: OwnLimits) {
        let here = LocalCli::here();
        let by = StaffAdmin::LocalCli(&here);
        self.app.desk.change_exposure_limits(by, self.who.staff(), limits).await.unwrap();
    }

    /// Proposes to suspend the account, after viewing its item.
    async fn suspend(&self) -> DecisionId {
        let viewed = self.view(Clarity::Clear).await.unwrap();
        self.app.desk.picture(viewed).await.unwrap();
        let suspend = AccountMeasure::Suspend { until: None };
        let new = NewDecision {
            case: self.case.case,
            claim: self.case.number,
            version: self.case.version,
            outcome: Outcome::Violates,
            reason: "It is what the bank says.".parse().unwrap(),
            measures: Measures {
                items: ItemMeasure::Remove,
                account: suspend,
                ..Measures::default()
            },
        };
        self.app.desk.decide(&self.who, new).await.unwrap().id
    }

    fn wait(&self, seconds: i64) {
        self.app.clock.advance(SignedDuration::from_secs(seconds));
    }
}

on_both_engines! {
    async fn a_view_is_recorded_before_its_picture_is_sent(records: TestDatabase) {
        let fixture = fixture(records).await;
        let began = fixture.app.clock.now();

        let blurred = fixture.view(Clarity::Blurred).await.unwrap();
        fixture.view(Clarity::Clear).await.unwrap();

        let views = fixture.views().await;
        let got: Vec<_> = views.iter().map(|view| (view.clarity, view.by, view.severity)).collect();
        let me = fixture.who.staff();
        assert_eq!(got, [(Clarity::Blurred, me, 1), (Clarity::Clear, me, 1)]);
        assert!(views.iter().all(|view| view.opened_at == began && view.shown_at.is_none()));
        assert_eq!(fixture.app.desk.was_viewed(fixture.item).await.unwrap(), None);
        let shown = fixture.app.desk.picture(blurred).await.unwrap();
        assert_eq!(shown.media_type, "image/png");
        let blurred_only = fixture.app.desk.was_viewed(fixture.item).await.unwrap();
        assert_eq!(blurred_only, None, "a blurred picture does not count");
    }

    async fn a_picture_is_shown_once_for_each_view(records: TestDatabase) {
        let fixture = fixture(records).await;
        let (desk, who) = (&fixture.app.desk, &fixture.who);
        let view = fixture.view(Clarity::Clear).await.unwrap().view();

        let (one, two) = (desk.reopen_view(who, view).await, desk.reopen_view(who, view).await);
        let (one, two) = tokio::join!(desk.picture(one.unwrap()), desk.picture(two.unwrap()));

        let shown = [&one, &two].into_iter().flatten().next().unwrap();
        assert_eq!(shown.media_type, "image/jpeg");
        assert_eq!([&one, &two].into_iter().filter(|answer| answer.is_ok()).count(), 1);
        assert_eq!(refused(desk.reopen_view(who, view).await), Refusal::ViewClosed);
        assert_eq!(desk.was_viewed(fixture.item).await.unwrap(), Some(fixture.app.clock.now()));
        let other = fixture.app.reviewer("two").await;
        for answer in [desk.view_heartbeat(&other, view).await, desk.close_view(&other, view).await] {
            assert!(matches!(answer, Err(Error::NotFound("view"))), "{answer:?}");
        }
        assert!(matches!(desk.reopen_view(&other, view).await, Err(Error::NotFound("view"))));
    }

    async fn a_view_lasts_with_keep_alives_for_two_minutes_at_most(records: TestDatabase) {
        let fixture = fixture(records).await;
        let desk = &fixture.app.desk;
        let view = fixture.view(Clarity::Clear).await.unwrap().view();

        for _ in 0..11 {
            fixture.wait(10);
            desk.view_heartbeat(&fixture.who, view).await.unwrap();
        }
        fixture.wait(10);
        assert_eq!(refused(desk.view_heartbeat(&fixture.who, view).await), Refusal::ViewClosed);
        fixture.wait(4);
        desk.close_view(&fixture.who, view).await.unwrap();
        desk.close_view(&fixture.who, view).await.unwrap();

        assert_eq!(fixture.views().await[0].lasted(), SignedDuration::from_secs(120));
        // Keep-alives of views extend the claim: its ten minutes begin with the last of them.
        fixture.wait(10 * 60 - 15);
        desk.extend_claim(&fixture.who, fixture.case.case, fixture.case.number).await.unwrap();
    }

    async fn an_abandoned_view_ends_and_counts_up_to_its_longest_silence(records: TestDatabase) {
        let fixture = fixture(records).await;
        let desk = &fixture.app.desk;
        let view = fixture.view(Clarity::Clear).await.unwrap().view();
        fixture.wait(15);

        assert_eq!(refused(desk.reopen_view(&fixture.who, view).await), Refusal::ViewClosed);
        assert_eq!(refused(desk.view_heartbeat(&fixture.who, view).await), Refusal::ViewClosed);
        fixture.wait(300);
        assert_eq!(desk.sweep_once().await.unwrap().views_closed, 1);
        desk.close_view(&fixture.who, view).await.unwrap();

        assert_eq!(fixture.views().await[0].lasted(), SignedDuration::from_secs(15));
    }

    async fn a_reviewer_at_the_exposure_limit_is_shown_nothing(records: TestDatabase) {
        let fixture = fixture(records).await;
        let desk = &fixture.app.desk;
        fixture.set_limits(OwnLimits { views: Some(2), ..OwnLimits::default() }).await;
        let first = fixture.app.clock.now();
        for _ in 0..2 {
            fixture.view(Clarity::Clear).await.unwrap();
            fixture.wait(60);
        }

        assert_eq!(refused(fixture.view(Clarity::Clear).await), Refusal::ExposureSpent);

        assert_eq!(fixture.views().await.len(), 2);
        let queue = desk.queue(&fixture.who).await.unwrap();
        assert_eq!(queue.claimed, None, "the case went back to the queue");
        let next = desk.claim_next(&fixture.who, Queue::default()).await;
        assert_eq!(refused(next), Refusal::ExposureSpent);
        let own = desk.exposure(fixture.who.member()).await.unwrap();
        assert_eq!((own.seen.clear_views, own.seen.points, own.limits.views), (2, 2, 2));
        let due = own.break_due.unwrap();
        assert_eq!(due.why, BreakReason::Views);
        assert_eq!(due.until, first + SignedDuration::from_hours(24));
        fixture.app.clock.advance(due.until.duration_since(fixture.app.clock.now()));
        desk.claim_next(&fixture.who, Queue::default()).await.unwrap().unwrap();
    }

    async fn a_larger_exposure_limit_applies_at_once(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.set_limits(OwnLimits { views: Some(0), ..OwnLimits::default() }).await;
        assert_eq!(refused(fixture.view(Clarity::Blurred).await), Refusal::ExposureSpent);

        fixture.set_limits(OwnLimits::default()).await;

        let desk = &fixture.app.desk;
        assert!(desk.claim_next(&fixture.who, Queue::default()).await.unwrap().is_some());
        assert_eq!(desk.exposure(fixture.who.member()).await.unwrap().break_due, None);
    }

    async fn two_views_at_once_do_not_exceed_the_exposure_limit(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.set_limits(OwnLimits { views: Some(1), ..OwnLimits::default() }).await;

        let (one, two) = tokio::join!(fixture.view(Clarity::Clear), fixture.view(Clarity::Clear));

        assert_eq!([&one, &two].into_iter().filter(|answer| answer.is_ok()).count(), 1);
        assert_eq!(fixture.views().await.len(), 1);
    }

    async fn a_long_stretch_ends_in_a_break(records: TestDatabase) {
        let fixture = fixture(records).await;
        let desk = &fixture.app.desk;
        let limits = settings().exposure;
        for _ in 0..10 {
            fixture.view(Clarity::Blurred).await.unwrap();
            fixture.wait(5 * 60);
        }

        assert_eq!(refused(fixture.view(Clarity::Blurred).await), Refusal::BreakDue);

        fixture.wait(limits.break_length.as_secs() - 1);
        let early = desk.claim_next(&fixture.who, Queue::default()).await;
        assert_eq!(refused(early), Refusal::BreakDue);
        fixture.wait(1);
        let case = desk.claim_next(&fixture.who, Queue::default()).await.unwrap().unwrap();
        let recorded = desk.open_view(&fixture.who, case.case, case.number, fixture.item, Clarity::Blurred);
        recorded.await.unwrap();
    }

    async fn a_requested_break_releases_the_claimed_case(records: TestDatabase) {
        let fixture = fixture(records).await;
        let desk = &fixture.app.desk;
        fixture.view(Clarity::Clear).await.unwrap();

        desk.take_break(fixture.who.member()).await.unwrap();
        fixture.wait(60);
        desk.take_break(fixture.who.member()).await.unwrap();

        let due = desk.exposure(fixture.who.member()).await.unwrap().break_due.unwrap();
        let left = due.until.duration_since(fixture.app.clock.now());
        assert_eq!((due.why, left), (BreakReason::Own, SignedDuration::from_mins(9)));
        assert_eq!(refused(fixture.view(Clarity::Clear).await), Refusal::ClaimLapsed);
        let next = desk.claim_next(&fixture.who, Queue::default()).await;
        assert_eq!(refused(next), Refusal::OwnBreak);
        assert!(fixture.views().await[0].closed_at.is_some(), "the view ended with the claim");
        fixture.app.clock.advance(SignedDuration::from_hours(8 * 24));
        assert!(desk.sweep_once().await.unwrap().rows_deleted > 0, "old breaks are deleted");
        let store = fixture.app.store().await;
        let ended = store.last_break_ended_at(fixture.who.staff(), fixture.app.clock.now()).await.unwrap();
        assert_eq!(ended, None);
    }

    async fn a_break_ends_the_view_of_a_second_approver_too(records: TestDatabase) {
        let fixture = fixture(records).await;
        let (app, desk) = (&fixture.app, &fixture.app.desk);
        let lead = app.lead("lead").await;
        let who = lead.member().reviewer().unwrap();
        let decision = fixture.suspend().await;
        let again = || desk.open_view_as_approver(&who, decision, fixture.item, Clarity::Clear);

        let before = again().await.unwrap().view();
        desk.take_break(lead.member()).await.unwrap();
        assert_eq!(refused(desk.reopen_view(&who, before).await), Refusal::ViewClosed);

        // The same for a break that is due.
        fixture.wait(settings().exposure.break_length.as_secs());
        for _ in 0..10 {
            again().await.unwrap();
            fixture.wait(5 * 60 - 1);
        }
        let last = again().await.unwrap();
        fixture.wait(10);
        assert_eq!(refused(again().await), Refusal::BreakDue);
        assert_eq!(refused(desk.picture(last).await), Refusal::ViewClosed);
        let shown = fixture.views().await.iter().filter(|view| view.shown_at.is_some()).count();
        assert_eq!(shown, 1, "the author's");
    }

    async fn no_view_opens_without_a_claim_or_without_stored_bytes(records: TestDatabase) {
        let fixture = fixture(records).await;
        let (app, desk) = (&fixture.app, &fixture.app.desk);
        let Claimed { case, number, .. } = fixture.case;
        let clear = Clarity::Clear;
        let other = app.reviewer("two").await;
        let another = desk.open_view(&other, case, number, fixture.item, clear).await;
        assert_eq!(refused(another), Refusal::ClaimedByOther);
        let unknown = desk.open_view(&fixture.who, case, number, uuid::Uuid::nil().into(), clear).await;
        assert!(matches!(unknown, Err(Error::NotFound("item"))), "{unknown:?}");

        let view = desk.case(&fixture.who, case, None, PageSize::DEFAULT).await.unwrap();
        assert!(matches!(view.items.rows[0].evidence, EvidenceStatus::Available { .. }));
        desk.release_case(&fixture.who, case, number, Release::Leave).await.unwrap();
        assert_eq!(refused(fixture.view(clear).await), Refusal::ClaimLapsed);
        let hashes = crate::common::hashes(mamori_model::Pdq::from([1; 32]));
        let item = crate::common::item("hashes only", mamori_model::Surface::Public);
        let found = desk.check(&app.caller, item, hashes).await.unwrap().recorded.unwrap();
        let mut tx = app.store().await.begin("test").await.unwrap();
        let bare = tx.lock_open_case_of_item(found).await.unwrap().unwrap().id;
        drop(tx);
        let claimed = desk.claim_case(&fixture.who, bare).await.unwrap();
        let none = desk.open_view(&fixture.who, bare, claimed.number, found, clear).await;
        assert_eq!(refused(none), Refusal::EvidenceNone);
        assert_eq!(fixture.views().await, []);
    }

    async fn a_second_approvers_views_have_the_same_exposure_limit(records: TestDatabase) {
        let fixture = fixture(records).await;
        let (app, desk) = (&fixture.app, &fixture.app.desk);
        let lead = app.lead("lead").await.member().reviewer().unwrap();
        let decision = fixture.suspend().await;

        let again = desk.open_view_as_approver(&lead, decision, fixture.item, Clarity::Clear).await.unwrap();
        desk.picture(again).await.unwrap();
        let maker = desk.open_view_as_approver(&fixture.who, decision, fixture.item, Clarity::Clear).await;
        let here = LocalCli::here();
        let none = OwnLimits { points: Some(1), ..OwnLimits::default() };
        desk.change_exposure_limits(StaffAdmin::LocalCli(&here), lead.staff(), none).await.unwrap();
        let spent = desk.open_view_as_approver(&lead, decision, fixture.item, Clarity::Clear).await;

        assert_eq!(refused(maker), Refusal::ApproverIsAuthor);
        assert_eq!(refused(spent), Refusal::ExposureSpent);
        assert_eq!(fixture.views().await.len(), 2);
        let records = app.member("auditor", &[StaffRole::Auditor]).await.records().unwrap();
        let view = desk.case_record(&records, fixture.case.case, None, PageSize::DEFAULT).await;
        assert_eq!(view.unwrap().views[1].by, lead.staff());
    }

    async fn a_reviewer_who_works_alone_views_again_before_approving(records: TestDatabase) {
        let fixture = fixture_with(records, |settings| settings.is_single_person = true).await;
        let (app, desk) = (&fixture.app, &fixture.app.desk);
        let decision = fixture.suspend().await;
        app.clock.advance(SignedDuration::from_hours(24));
        let me = crate::common::people::sign_in_as(desk, fixture.who.staff()).await;
        let me = crate::common::people::session_of(desk, &me).await.member;
        let recently = me.recently(app.clock.now()).unwrap();
        desk.open_decision(&fixture.who, decision, None, PageSize::DEFAULT).await.unwrap();

        let unseen = desk.approve(&fixture.who, &recently, decision).await;
        assert_eq!(refused(unseen), Refusal::ViewNeeded);
        desk.open_view_as_approver(&fixture.who, decision, fixture.item, Clarity::Blurred).await.unwrap();
        let blurred = desk.approve(&fixture.who, &recently, decision).await;
        assert_eq!(refused(blurred), Refusal::ViewNeeded, "a page does that by itself");
        let again = desk.open_view_as_approver(&fixture.who, decision, fixture.item, Clarity::Clear);
        desk.picture(again.await.unwrap()).await.unwrap();
        desk.approve(&fixture.who, &recently, decision).await.unwrap();

        assert!(fixture.views().await.iter().all(|view| view.closed_at.is_some()));
    }
}
