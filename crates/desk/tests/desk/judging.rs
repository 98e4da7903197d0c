//! What must be viewed before a decision, by its author and by its second approver.

use jiff::SignedDuration;
use mamori_desk::cases::claim_case::{Claimed, Queue};
use mamori_desk::checks::check::CheckInput;
use mamori_desk::decisions::change_policy::NewPolicy;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::decisions::prepare_bulk::NewBulk;
use mamori_desk::staff::member::Reviewer;
use mamori_desk::{Error, Member, Settings};
use mamori_media::Sender;
use mamori_model::action::{AccountMeasure, Feature, ItemMeasure};
use mamori_model::bulk::BulkState;
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::view_rule::Progress;
use mamori_model::{
    Action, BulkId, CaseId, Clarity, Decision, DecisionState, Hash, Item, MatchId, Measures,
    Outcome, Purpose, Refusal, Surface, Viewing,
};
use mamori_store::NewEntry;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{disguise, draw, edit, encode};

use crate::common::receiver::Receiver;
use crate::common::{TestApp, item, test_app_with, vault_settings};

fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> Refusal {
    match answer {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn remove() -> Measures {
    Measures { items: ItemMeasure::Remove, ..Measures::default() }
}

fn suspend() -> Measures {
    Measures { account: AccountMeasure::Suspend { until: None }, ..remove() }
}

/// An app with a bank that lists pictures, and a policy that keeps what matches.
struct Fixture {
    app: TestApp,
    who: Reviewer,
    lead: Member,
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
    let bank = app.bank("known", Action::Hold).await;
    for seed in [1, 2] {
        let hashed =
            app.desk.hash_item(picture(seed).into(), Sender::Administrators).await.unwrap();
        app.add(&bank, hashed.picture.frames[0].stored().unwrap().0).await;
    }
    let digest = Hash::Sha256(mamori_media::sha256(&picture(2)));
    app.desk.add_entries(&app.admin, bank.id, &[NewEntry::bare(digest)]).await.unwrap();
    app.desk.catch_up().await.unwrap();
    let who = app.reviewer("one").await;
    let lead = app.member("lead", &[StaffRole::Lead]).await;
    Fixture { app, who, lead, _folder: folder }
}

/// Picture 1 is listed by its PDQ hash only, picture 2 also by its digest.
fn picture(seed: u64) -> Vec<u8> {
    encode::png(&draw(seed, 320, 240))
}

/// A near-identical copy.
fn copy(seed: u64) -> Vec<u8> {
    encode::jpeg(&draw(seed, 320, 240), 80)
}

/// Every copy of a known picture that `mamori demo` sends and that is held.
fn demo_copies(seed: u64) -> Vec<Vec<u8>> {
    let (width, height) = (320, 240);
    let drawn = draw(seed, width, height);
    let turned = edit::rotate(&edit::rotate(&edit::rotate(&drawn)));
    vec![
        encode::png(&drawn),
        encode::jpeg(&drawn, 70),
        encode::webp(&drawn),
        encode::gif(&drawn),
        encode::png(&edit::resize(&drawn, width / 2, height / 2)),
        encode::jpeg(&edit::resize(&drawn, width * 3 / 2, height * 3 / 2), 85),
        encode::jpeg(&edit::brighten(&drawn, 25), 85),
        encode::jpeg(&edit::border(&drawn, 2), 85),
        encode::png(&edit::mirror(&drawn)),
        encode::png(&edit::rotate(&drawn)),
        disguise::jpeg_oriented(&turned, 85, 6),
        disguise::png_in_alpha(&drawn),
        disguise::gif_small_screen(&drawn),
    ]
}

fn words() -> mamori_model::FreeText {
    "It is what the bank says.".parse().unwrap()
}

impl Fixture {
    async fn keep(self) -> Self {
        let editor = self.app.member("editor", &[StaffRole::PolicyEditor]).await;
        let policy = self.app.store().await.policy(Purpose::Rehearsal).await.unwrap().unwrap();
        let new = NewPolicy {
            purpose: Purpose::Rehearsal,
            after: policy.version,
            texts: policy.texts,
            severity: policy.severity,
            evidence_days: 30,
        };
        self.app.desk.change_policy(&editor.editor().unwrap(), new).await.unwrap();
        self
    }

    /// Sends an item of the account `an-account`, which must match.
    async fn send(&self, name: &str, bytes: Vec<u8>) -> MatchId {
        self.send_of("an-account", name, bytes).await
    }

    async fn send_of(&self, account: &str, name: &str, bytes: Vec<u8>) -> MatchId {
        let account = Some(account.parse().unwrap());
        let item = Item { account, ..item(name, Surface::Public) };
        let sent = CheckInput::Bytes(bytes.into());
        self.app.desk.check(&self.app.caller, item, sent).await.unwrap().recorded.unwrap()
    }

    async fn case_of(&self, item: MatchId) -> CaseId {
        let mut tx = self.app.store().await.begin("test").await.unwrap();
        tx.lock_open_case_of_item(item).await.unwrap().unwrap().id
    }

    async fn claim(&self) -> Claimed {
        self.app.desk.claim_next(&self.who, Queue::default()).await.unwrap().unwrap()
    }

    /// The author views an item clear.
    async fn view(&self, claimed: Claimed, item: MatchId) {
        let (case, number) = (claimed.case, claimed.number);
        let desk = &self.app.desk;
        let view = desk.open_view(&self.who, case, number, item, Clarity::Clear).await.unwrap();
        desk.picture(view).await.unwrap();
    }

    /// The second approver views an item clear.
    async fn view_again(&self, who: &Member, decision: &Decision, item: MatchId) {
        let (desk, who) = (&self.app.desk, who.reviewer().unwrap());
        let view = desk.open_view_as_approver(&who, decision.id, item, Clarity::Clear).await;
        desk.picture(view.unwrap()).await.unwrap();
    }

    async fn decide(
        &self,
        claimed: Claimed,
        outcome: Outcome,
        measures: Measures,
    ) -> Result<Decision, Error> {
        let new = NewDecision {
            case: claimed.case,
            claim: claimed.number,
            version: claimed.version,
            outcome,
            reason: words(),
            measures,
        };
        self.app.desk.decide(&self.who, new).await
    }

    async fn approve(&self, who: &Member, decision: &Decision) -> Result<(), Error> {
        let recently = who.recently(self.app.clock.now()).unwrap();
        self.app.desk.approve(&who.reviewer().unwrap(), &recently, decision.id).await
    }

    async fn stored(&self, decision: &Decision) -> Decision {
        self.app
            .store()
            .await
            .decision(decision.id, &mamori_model::Assignment::EVERYTHING)
            .await
            .unwrap()
            .unwrap()
    }

    async fn open(&self, claimed: Claimed) -> (Progress, Vec<MatchId>) {
        let needed = self.app.desk.views_of_case(&self.who, claimed.case).await.unwrap();
        (needed.progress, needed.open.into_iter().map(|open| open.item).collect())
    }

    async fn prepare(&self, cases: &[CaseId], measures: Measures) -> BulkId {
        let cases = cases.iter().copied().collect();
        let new = NewBulk { cases, outcome: Outcome::Violates, reason: words(), measures };
        self.app.desk.prepare(&self.who, new).await.unwrap().id
    }
}

fn progress(done: u32, open: u32, unkept: u32) -> Progress {
    Progress { done, open, unkept }
}

on_both_engines! {
    async fn a_suspension_needs_clear_views_by_its_author_and_its_approver(records: TestDatabase) {
        let fixture = fixture(records).await.keep().await;
        let item = fixture.send("a", copy(1)).await;
        let claimed = fixture.claim().await;

        let unseen = fixture.decide(claimed, Outcome::Violates, suspend()).await;
        assert_eq!(refused(unseen), Refusal::ViewNeeded);
        assert_eq!(fixture.open(claimed).await, (progress(0, 1, 0), vec![item]));
        let (case, number, desk) = (claimed.case, claimed.number, &fixture.app.desk);
        let blurred = desk.open_view(&fixture.who, case, number, item, Clarity::Blurred).await;
        desk.picture(blurred.unwrap()).await.unwrap();
        desk.open_view(&fixture.who, case, number, item, Clarity::Clear).await.unwrap();
        let unsent = fixture.decide(claimed, Outcome::Violates, suspend()).await;
        assert_eq!(refused(unsent), Refusal::ViewNeeded, "the clear picture was not sent");
        fixture.view(claimed, item).await;
        let decision = fixture.decide(claimed, Outcome::Violates, suspend()).await.unwrap();

        let unseen = fixture.approve(&fixture.lead, &decision).await;
        assert_eq!(refused(unseen), Refusal::ViewNeeded);
        fixture.view_again(&fixture.lead, &decision, item).await;
        fixture.approve(&fixture.lead, &decision).await.unwrap();
        let stored = fixture.stored(&decision).await;
        assert_eq!(stored.state, DecisionState::Standing);
        let viewed = (Viewing::Viewed, Some(Viewing::Viewed));
        assert_eq!((stored.author_viewing, stored.approver_viewing), viewed);
        assert!(!stored.is_without_viewing());
    }

    async fn a_long_limit_of_a_feature_needs_views_as_a_suspension_does(records: TestDatabase) {
        let fixture = fixture(records).await.keep().await;
        let item = fixture.send("a", copy(1)).await;
        let claimed = fixture.claim().await;
        let limit = |days: i32| {
            let today = fixture.app.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
            let until = today.checked_add(jiff::Span::new().days(days)).unwrap();
            let account = AccountMeasure::LimitFeature { feature: Feature::Upload, until };
            Measures { account, ..Measures::default() }
        };

        let long = fixture.decide(claimed, Outcome::Violates, limit(30)).await;
        assert_eq!(refused(long), Refusal::ViewNeeded);
        fixture.view(claimed, item).await;
        let short = fixture.decide(claimed, Outcome::Violates, limit(29)).await.unwrap();

        assert_eq!(short.state, DecisionState::Standing);
    }

    async fn a_removal_without_views_waits_for_approval_and_says_so(records: TestDatabase) {
        let fixture = fixture(records).await.keep().await;
        fixture.send("a", copy(1)).await;
        let claimed = fixture.claim().await;

        let decision = fixture.decide(claimed, Outcome::Violates, remove()).await.unwrap();
        assert_eq!(decision.state, DecisionState::Proposed);
        fixture.approve(&fixture.lead, &decision).await.unwrap();

        let stored = fixture.stored(&decision).await;
        let unseen = (Viewing::NotViewed, Some(Viewing::NotViewed));
        assert_eq!((stored.author_viewing, stored.approver_viewing), unseen);
        assert!(stored.is_without_viewing());
    }

    async fn the_view_of_the_approver_alone_makes_it_a_viewed_decision(records: TestDatabase) {
        let receiver = Receiver::start(&[]).await;
        let fixture = fixture(records).await.keep().await;
        let item = fixture.send("a", copy(1)).await;
        fixture.app.desk.add_endpoint(&fixture.app.caller, &receiver.url).await.unwrap();
        let claimed = fixture.claim().await;
        let decision = fixture.decide(claimed, Outcome::Violates, remove()).await.unwrap();

        fixture.view_again(&fixture.lead, &decision, item).await;
        fixture.approve(&fixture.lead, &decision).await.unwrap();
        while fixture.app.desk.work_once().await.unwrap() > 0 {}

        let viewing = fixture.stored(&decision).await.approver_viewing;
        assert_eq!(viewing, Some(Viewing::Viewed));
        let received = receiver.received();
        let body: serde_json::Value = serde_json::from_str(&received[0].body).unwrap();
        assert_eq!(body["data"]["decided_without_viewing"], false);
    }

    async fn a_viewed_removal_and_that_of_an_exact_copy_need_one_person(records: TestDatabase) {
        let fixture = fixture(records).await.keep().await;
        let near = fixture.send_of("one", "near", copy(1)).await;
        let first = fixture.claim().await;
        fixture.view(first, near).await;
        let viewed = fixture.decide(first, Outcome::Violates, remove()).await.unwrap();
        fixture.send_of("two", "exact", picture(2)).await;
        let second = fixture.claim().await;

        let unseen = fixture.decide(second, Outcome::Violates, remove()).await.unwrap();

        let words = |decision: &Decision| (decision.state, decision.author_viewing);
        assert_eq!(words(&viewed), (DecisionState::Standing, Viewing::Viewed));
        assert_eq!(words(&unseen), (DecisionState::Standing, Viewing::NotNeeded));
    }

    async fn where_no_bytes_are_kept_two_people_suspend_without_viewing(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.send("a", copy(1)).await;
        let claimed = fixture.claim().await;

        let decision = fixture.decide(claimed, Outcome::Violates, suspend()).await.unwrap();
        assert_eq!(decision.state, DecisionState::Proposed);
        fixture.approve(&fixture.lead, &decision).await.unwrap();

        let stored = fixture.stored(&decision).await;
        let unkept = (Viewing::NotKept, Some(Viewing::NotKept));
        assert_eq!((stored.author_viewing, stored.approver_viewing), unkept);
    }

    async fn one_view_counts_for_a_stack_of_copies(records: TestDatabase) {
        let fixture = fixture(records).await.keep().await;
        let drawn = draw(1, 320, 240);
        let copies = [
            copy(1),
            encode::png(&edit::resize(&drawn, 160, 120)),
            encode::png(&edit::mirror(&drawn)),
            encode::png(&edit::rotate(&drawn)),
        ];
        let mut items = Vec::new();
        for (number, bytes) in copies.into_iter().enumerate() {
            items.push(fixture.send(&format!("copy-{number}"), bytes).await);
        }
        let other = fixture.send("other", copy(2)).await;
        let claimed = fixture.claim().await;

        let (before, _) = fixture.open(claimed).await;
        assert_eq!(before, progress(0, 2, 0));
        fixture.view(claimed, items[3]).await;
        assert_eq!(fixture.open(claimed).await, (progress(1, 1, 0), vec![other]));
        fixture.view(claimed, other).await;

        assert_eq!(fixture.open(claimed).await, (progress(2, 0, 0), vec![]));
        let decision = fixture.decide(claimed, Outcome::Violates, suspend()).await.unwrap();
        assert_eq!(decision.author_viewing, Viewing::Viewed);
    }

    // The demo holds 370 items with 40 pictures, so its whole queue needs 0.11 views for each item by
    // each person whose views a decision asks for.
    async fn one_view_is_needed_for_all_copies_of_a_picture_that_the_demo_sends(
        records: TestDatabase
    ) {
        let fixture = fixture(records).await.keep().await;
        let mut items = 0;
        for seed in [1, 2] {
            for (number, bytes) in demo_copies(seed).into_iter().enumerate() {
                fixture.send(&format!("{seed}-{number}"), bytes).await;
                items += 1;
            }
        }
        let claimed = fixture.claim().await;

        let (progress, _) = fixture.open(claimed).await;

        assert_eq!((progress.needed(), items), (2, 26));
    }

    async fn a_view_of_earlier_bytes_does_not_count(records: TestDatabase) {
        let fixture = fixture(records).await.keep().await;
        let item = fixture.send("a", copy(1)).await;
        let claimed = fixture.claim().await;
        fixture.view(claimed, item).await;
        fixture.app.clock.advance(SignedDuration::from_secs(1));

        fixture.send("a", picture(1)).await;

        assert_eq!(fixture.open(claimed).await, (progress(0, 1, 0), vec![item]));
    }

    async fn not_a_match_needs_a_view_and_allowed_needs_none(records: TestDatabase) {
        let fixture = fixture(records).await.keep().await;
        let item = fixture.send_of("one", "a", copy(1)).await;
        let first = fixture.claim().await;

        let unseen = fixture.decide(first, Outcome::NotAMatch, Measures::default()).await;
        assert_eq!(refused(unseen), Refusal::ViewNeeded);
        fixture.view(first, item).await;
        let wrong = fixture.decide(first, Outcome::NotAMatch, Measures::default()).await.unwrap();
        fixture.send_of("two", "b", copy(2)).await;
        let second = fixture.claim().await;
        let allowed = fixture.decide(second, Outcome::Allowed, Measures::default()).await.unwrap();

        assert_eq!((wrong.state, wrong.author_viewing), (DecisionState::Standing, Viewing::Viewed));
        assert_eq!(allowed.author_viewing, Viewing::NotNeeded);
    }

    async fn an_item_that_cannot_be_rendered_asks_for_no_view(records: TestDatabase) {
        let fixture = fixture(records).await.keep().await;
        let app = &fixture.app;
        let text = b"no picture at all".to_vec();
        let bank = app.bank("files", Action::Hold).await;
        let digest = Hash::Sha256(mamori_media::sha256(&text));
        app.desk.add_entries(&app.admin, bank.id, &[NewEntry::bare(digest)]).await.unwrap();
        app.desk.catch_up().await.unwrap();
        let item = fixture.send("a", text).await;
        let claimed = fixture.claim().await;

        assert_eq!(fixture.open(claimed).await, (progress(0, 1, 0), vec![item]));
        let (case, number) = (claimed.case, claimed.number);
        let view = app.desk.open_view(&fixture.who, case, number, item, Clarity::Clear).await;
        let failed = app.desk.picture(view.unwrap()).await;

        assert!(matches!(failed, Err(Error::Media(_))), "{failed:?}");
        assert_eq!(fixture.open(claimed).await, (progress(0, 0, 1), vec![]));
        let decision = fixture.decide(claimed, Outcome::Violates, suspend()).await.unwrap();
        assert_eq!(decision.author_viewing, Viewing::NotKept);
    }

    async fn alone_the_second_review_needs_views_of_its_own(records: TestDatabase) {
        let fixture = fixture_with(records, |settings| settings.is_single_person = true).await;
        let fixture = fixture.keep().await;
        let items = [fixture.send("a", copy(1)).await, fixture.send("b", copy(2)).await];
        let claimed = fixture.claim().await;
        for item in items {
            fixture.view(claimed, item).await;
        }
        let decision = fixture.decide(claimed, Outcome::Violates, suspend()).await.unwrap();
        fixture.app.clock.advance(SignedDuration::from_hours(24));
        let desk = &fixture.app.desk;
        let me = crate::common::people::sign_in_as(desk, fixture.who.staff()).await;
        let me = crate::common::people::session_of(desk, &me).await.member;
        desk.open_decision(&fixture.who, decision.id, None, PageSize::DEFAULT).await.unwrap();

        fixture.view_again(&me, &decision, items[0]).await;
        assert_eq!(refused(fixture.approve(&me, &decision).await), Refusal::ViewNeeded);
        let needed = desk.views_as_approver(&fixture.who, decision.id).await.unwrap();
        assert_eq!(needed.progress, progress(1, 1, 0));
        fixture.view_again(&me, &decision, items[1]).await;
        fixture.approve(&me, &decision).await.unwrap();

        let stored = fixture.stored(&decision).await;
        assert_eq!(stored.approver_viewing, Some(Viewing::Viewed));
    }

    async fn a_bulk_decision_needs_the_views_of_its_author_and_of_its_approver(
        records: TestDatabase
    ) {
        let fixture = fixture(records).await.keep().await;
        let items =
            [fixture.send_of("one", "a", copy(1)).await, fixture.send_of("two", "b", copy(1)).await];
        let cases = [fixture.case_of(items[0]).await, fixture.case_of(items[1]).await];
        let (app, desk, who) = (&fixture.app, &fixture.app.desk, &fixture.who);
        let lead = fixture.lead.reviewer().unwrap();
        let recently = fixture.lead.recently(app.clock.now()).unwrap();

        let bulk = fixture.prepare(&cases, suspend()).await;
        assert_eq!(refused(desk.confirm(who, bulk).await), Refusal::ViewNeeded);
        let open = desk.views_of_bulk(who, bulk).await.unwrap().open;
        assert_eq!(open.len(), 1, "one view is enough for both copies: {open:?}");
        let at = (open[0].case, open[0].item);
        let strange = desk.open_view_in_bulk(&lead, bulk, at, Clarity::Clear).await;
        assert!(matches!(strange, Err(Error::NotFound("bulk decision"))), "{strange:?}");
        let view = desk.open_view_in_bulk(who, bulk, at, Clarity::Clear).await.unwrap();
        desk.picture(view).await.unwrap();
        let confirmed = desk.confirm(who, bulk).await.unwrap();

        assert_eq!(confirmed.state, BulkState::Proposed);
        let unseen = desk.approve_bulk(&lead, &recently, bulk).await;
        assert_eq!(refused(unseen), Refusal::ViewNeeded);
        let decisions = app.store().await.decisions_of_bulk(bulk).await.unwrap();
        let of_case = |case| decisions.iter().find(|decision| decision.case == case).unwrap();
        let open = desk.views_of_bulk(&lead, bulk).await.unwrap().open;
        fixture.view_again(&fixture.lead, of_case(open[0].case), open[0].item).await;
        desk.approve_bulk(&lead, &recently, bulk).await.unwrap();
        for decision in &decisions {
            let stored = fixture.stored(decision).await;
            let viewed = (Viewing::Viewed, Some(Viewing::Viewed));
            assert_eq!((stored.author_viewing, stored.approver_viewing), viewed);
        }
    }

    async fn which_items_are_open_is_told_to_who_may_view_them(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.send("a", copy(1)).await;
        let claimed = fixture.claim().await;
        let other = fixture.app.reviewer("other").await;
        let desk = &fixture.app.desk;

        let unclaimed = desk.views_of_case(&other, claimed.case).await;
        assert_eq!(refused(unclaimed), Refusal::ClaimedByOther);
        let decision = fixture.decide(claimed, Outcome::Violates, suspend()).await.unwrap();
        let stranger = desk.views_as_approver(&other, decision.id).await;

        assert!(matches!(stranger, Err(Error::NotFound("decision"))), "{stranger:?}");
    }
}
