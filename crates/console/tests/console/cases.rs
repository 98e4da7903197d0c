//! The queue and the page of a case, in a browser without scripts.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mamori_desk::banks::create_bank::NewBank;
use mamori_desk::checks::fingerprints::{Fingerprints, FramePrint};
use mamori_desk::staff::add_staff::StaffAdmin;
use mamori_desk::{Admin, LocalCli};
use mamori_model::{Hash, Language, Pdq, Purpose, StaffRole};
use mamori_store::NewEntry;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::test_app::{Person, TestApp, new_bank};

/// An address without its query.
fn at(address: &str) -> &str {
    address.split('?').next().unwrap()
}

on_both_engines! {
    async fn the_next_case_is_shown_with_its_items_and_its_forms(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("post <i>1</i>", Some("user \u{200b}17")).await;
        app.item("post 2", Some("user \u{200b}17")).await;
        let rei = app.reviewer("rei").await;

        let queue = app.get_as(&rei, "/console/queue").await;
        let (_, case) = app.claim_next(&rei).await;

        assert!(queue.page().contains("One case waiting"), "{queue:?}");
        let case = case.page();
        assert!(case.contains("user <span class=\"mark\">U+200B</span>17"), "{case}");
        assert!(case.contains("post &lt;i&gt;1&lt;/i&gt;"), "{case}");
        assert!(case.contains("items</h2>") && case.contains("rehearsal"), "{case}");
        assert!(case.contains("/release\""), "{case}");
        let again = app.get_as(&rei, "/console/queue").await;
        assert!(again.page().contains("You have claimed a case"), "{again:?}");
    }

    async fn a_case_names_the_frame_that_matched_except_of_a_still_picture(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let only = FramePrint::only(Pdq::from([1; 32]), None);
        let sixth = FramePrint { number: 5, ..only.clone() };
        let of = |frame: FramePrint, declared_frames| Fingerprints {
            frames: vec![frame],
            declared_frames,
            ..Fingerprints::default()
        };
        let rei = app.reviewer("rei").await;

        app.item_of("still", Some("one"), of(only, 1)).await;
        let (case, still) = app.claim_next(&rei).await;
        app.item_of("animation", Some("one"), of(sixth, 6)).await;
        let animation = app.get_as(&rei, &case).await;

        assert!(still.page().contains(" of 256 bits differ</li>"), "{still:?}");
        assert_eq!(animation.page().matches("frame 6 of 6</li>").count(), 1, "{animation:?}");
        // The line of the item and the list of its hits name it.
        assert_eq!(animation.page().matches(" frame ").count(), 2, "{animation:?}");
    }

    async fn two_concurrent_claims_get_two_cases(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        app.item("b", Some("two")).await;
        let (rei, aoi, yu) = (
            app.reviewer("rei").await,
            app.reviewer("aoi").await,
            app.reviewer("yu").await,
        );

        let ((one, _), (two, _)) = tokio::join!(app.claim_next(&rei), app.claim_next(&aoi));
        let none = app.post_as(&yu, "/console/queue/next", &[]).await;

        assert_ne!(one, two);
        assert_eq!(none.to(), "/console/queue?none=1");
        let page = app.get_as(&yu, "/console/queue?none=1").await;
        assert!(page.page().contains("There is no case for you at the moment."), "{page:?}");
        let theirs = app.post_as(&yu, &format!("{one}/claim"), &[]).await;
        assert_eq!(theirs.status, StatusCode::CONFLICT);
        assert!(theirs.text.contains("<title>A colleague has claimed this case"), "{theirs:?}");
    }

    async fn at_a_limit_the_queue_says_from_when_the_next_claim_is_possible(records: TestDatabase) {
        let app = TestApp::with(records, |settings| settings.cases.pace.left_hour_max = 1).await;
        for account in ["one", "two", "three"] {
            app.item(account, Some(account)).await;
        }
        let rei = app.reviewer("rei").await;
        let (case, page) = app.claim_next(&rei).await;

        let form = [("claim", &*page.field("claim")), ("how", "skip"), ("text", "Not for me.")];
        let skipped = app.post_as(&rei, &format!("{case}/release"), &form).await;
        let queue = app.get_as(&rei, "/console/queue").await;
        let next = app.post_as(&rei, "/console/queue/next", &[]).await;
        let named = app.post_as(&rei, &format!("{case}/claim"), &[]).await;

        let until = app.clock.now() + jiff::SignedDuration::from_hours(1);
        let until = until.strftime("%Y-%m-%d %H:%M UTC</time>").to_string();
        assert_eq!((skipped.to(), next.to()), ("/console/queue".into(), "/console/queue".into()));
        assert!(queue.page().contains(&until), "{queue:?}");
        assert!(queue.text.contains("You have left too many cases undecided"), "{queue:?}");
        assert_eq!(named.status, StatusCode::FORBIDDEN);
        assert!(named.text.contains("You have left too many cases undecided"), "{named:?}");
        assert!(named.text.contains("href=\"/console/queue\""), "{named:?}");
        app.clock.advance(jiff::SignedDuration::from_hours(1));
        let rei = app.new_session(rei.staff.clone()).await;
        assert!(app.claim_next(&rei).await.0.starts_with("/console/cases/"));
    }

    async fn a_case_can_be_skipped_escalated_handed_over_and_returned(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let (rei, aoi, lea) = (
            app.reviewer("rei").await,
            app.reviewer("aoi").await,
            app.lead("lea").await,
        );

        let (case, page) = app.claim_next(&rei).await;
        let form = [("claim", &*page.field("claim")), ("how", "leave")];
        let left = app.post_as(&rei, &format!("{case}/release"), &form).await;
        assert_eq!(left.to(), "/console/queue");

        let (_, page) = app.claim_next(&rei).await;
        let to = aoi.staff.id.to_string();
        let form = [
            ("claim", &*page.field("claim")),
            ("how", "hand_over"),
            ("to", &to),
            ("text", "You know this one."),
        ];
        let handed = app.post_as(&rei, &format!("{case}/release"), &form).await;
        assert_eq!(handed.to(), "/console/queue?none=1");

        let (_, page) = app.claim_next(&aoi).await;
        assert!(page.page().contains("You know this one."), "{page:?}");
        let form = [
            ("claim", &*page.field("claim")),
            ("how", "escalate"),
            ("urgency", "child_in_danger"),
            ("text", "A lead should see this."),
        ];
        app.post_as(&aoi, &format!("{case}/release"), &form).await.to();
        assert_eq!(
            app.post_as(&aoi, "/console/queue/next", &[]).await.to(),
            "/console/queue?none=1"
        );

        let (_, page) = app.claim_next(&lea).await;
        assert!(page.page().contains("Child in danger now"), "{page:?}");
        let form =
            [("claim", &*page.field("claim")), ("how", "skip"), ("text", "Not today.")];
        app.post_as(&lea, &format!("{case}/release"), &form).await.to();
    }

    async fn a_skip_opens_the_next_case_of_the_chosen_policy(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let other = NewBank { purpose: Purpose::ChildSexualAbuse, ..new_bank("other") };
        let bank = app.desk.create_bank(&Admin::local_cli(), other).await.unwrap();
        app.desk.catch_up().await.unwrap();
        let pdq = Pdq::from([0xf0; 32]);
        let entry = NewEntry::bare(Hash::Pdq(pdq));
        app.desk.add_entries(&Admin::local_cli(), bank.id, &[entry]).await.unwrap();
        app.desk.catch_up().await.unwrap();
        app.item_like("of another policy", Some("zero"), pdq).await;
        for account in ["one", "two", "three", "four"] {
            app.item(account, Some(account)).await;
        }
        let rei = app.reviewer("rei").await;
        let chosen = [("purpose", "rehearsal")];

        let first = app.post_as(&rei, "/console/queue/next", &chosen).await.to();
        let page = app.get_as(&rei, &first).await;
        let claim = page.field("claim");
        let note = [("claim", &*claim), ("text", "Seen."), ("queue", &*page.field("queue"))];
        let noted = app.post_as(&rei, &format!("{}/note", at(&first)), &note).await.to();
        let page = app.get_as(&rei, &noted).await;
        let form = [
            ("claim", &*page.field("claim")),
            ("how", "skip"),
            ("text", "Not today."),
            ("queue", &*page.field("queue")),
        ];
        let second = app.post_as(&rei, &format!("{}/release", at(&first)), &form).await.to();
        let page = app.get_as(&rei, &second).await;
        let form = [
            ("claim", &*page.field("claim")),
            ("version", &*page.field("version")),
            ("outcome", "allowed"),
            ("reason", "It is allowed here."),
            ("queue", &*page.field("queue")),
        ];
        let third = app.post_as(&rei, &format!("{}/decide", at(&second)), &form).await.to();

        assert!(first.ends_with("?queue=rehearsal"), "{first}");
        assert_eq!(noted, first);
        assert!(second.ends_with("?queue=rehearsal") && at(&second) != at(&first), "{second}");
        let page = app.get_as(&rei, &third).await;
        assert!(third.contains("?queue=rehearsal&after="), "{third}");
        assert!(page.page().contains("three") && page.field("queue") == "rehearsal", "{page:?}");
        let wrong = [("claim", "1"), ("how", "skip"), ("text", "x"), ("queue", "cats")];
        let wrong = app.post_as(&rei, &format!("{}/release", at(&third)), &wrong).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Without a chosen policy, a skip opens the oldest case of all.
        let form = [("claim", &*page.field("claim")), ("how", "skip"), ("text", "Nor this.")];
        let any = app.post_as(&rei, &format!("{}/release", at(&third)), &form).await.to();
        let any = app.get_as(&rei, &any).await;
        assert!(any.page().contains("of another policy"), "{any:?}");
    }

    async fn without_a_lead_no_case_is_escalated_and_the_queue_warns(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let rei = app.reviewer("rei").await;
        let (case, page) = app.claim_next(&rei).await;
        let claim = page.field("claim");
        let form = [
            ("claim", &*claim),
            ("how", "escalate"),
            ("urgency", "child_in_danger"),
            ("text", "A lead should see this."),
        ];

        let refused = app.post_as(&rei, &format!("{case}/release"), &form).await;
        let lea = app.lead("lea").await;
        app.post_as(&rei, &format!("{case}/release"), &form).await.to();
        let before = app.get_as(&rei, "/console/queue").await;
        let here = LocalCli::here();
        app.desk.end_staff(StaffAdmin::LocalCli(&here), lea.staff.id).await.unwrap();
        let after = app.get_as(&rei, "/console/queue").await;

        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.text.contains("<strong>No staff member is a lead"), "{refused:?}");
        assert!(refused.text.contains(">A lead should see this.</textarea>"), "{refused:?}");
        assert!(!before.page().contains("no staff member has that role"), "{before:?}");
        assert!(after.page().contains("no staff member has that role"), "{after:?}");
    }

    async fn a_note_is_stored_and_shown_as_text(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", None).await;
        let rei = app.reviewer("rei").await;
        let (case, page) = app.claim_next(&rei).await;
        let claim = page.field("claim");

        let form = [("claim", &*claim), ("text", "<script>alert(1)</script>\r\nsecond")];
        let noted = app.post_as(&rei, &format!("{case}/note"), &form).await;
        let empty = [("claim", &*claim), ("text", "  ")];
        let empty = app.post_as(&rei, &format!("{case}/note"), &empty).await;
        let turned = [("claim", &*claim), ("text", "\u{202e}gnp.exe")];
        let turned = app.post_as(&rei, &format!("{case}/note"), &turned).await;

        let page = app.get_as(&rei, &noted.to()).await;
        let shown = "&lt;script&gt;alert(1)&lt;/script&gt;<br>second";
        assert!(page.page().contains(shown), "{page:?}");
        for wrong in [empty, turned] {
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(wrong.text.contains("id=\"problem-note-text\""), "{wrong:?}");
        }
    }

    async fn the_text_about_a_case_that_a_colleague_claimed_is_shown_again(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let (rei, lea) = (app.reviewer("rei").await, app.lead("lea").await);
        let (case, page) = app.claim_next(&rei).await;
        let claim = page.field("claim");
        let note = [("claim", &*claim), ("text", "A <note>.")];
        let skip = [("claim", &*claim), ("how", "skip"), ("text", "A <note>.")];
        app.clock.advance(SignedDuration::from_mins(11));

        let lapsed = app.post_as(&rei, &format!("{case}/note"), &note).await;
        let (theirs, _) = app.claim_next(&lea).await;
        let noted = app.post_as(&rei, &format!("{case}/note"), &note).await;
        let skipped = app.post_as(&rei, &format!("{case}/release"), &skip).await;
        let kept = [("reason", "It is the <poster>."), ("text", "A <note>.")];
        let claimed = app.post_as(&rei, &format!("{case}/claim"), &kept).await;
        app.clock.advance(SignedDuration::from_mins(11));
        let rei_takes = app.post_as(&rei, &format!("{case}/claim"), &kept).await;
        let lead = app.post_as(&lea, &format!("{case}/claim"), &kept).await;

        assert_eq!(theirs, case);
        assert!(lapsed.text.contains("name=\"text\" maxlength=\"4000\">A &#60;note&#62;."), "{lapsed:?}");
        for late in [&noted, &skipped, &claimed, &lead] {
            assert_eq!(late.status, StatusCode::CONFLICT);
            assert!(late.text.contains("<strong>A colleague has claimed this case"), "{late:?}");
            assert!(late.text.contains("readonly>A &#60;note&#62;.</textarea>"), "{late:?}");
            assert!(!late.text.contains(&format!("{case}/claim")), "{late:?}");
        }
        for late in [claimed, lead] {
            assert!(late.text.contains("readonly>It is the &#60;poster&#62;.</textarea>"), "{late:?}");
        }
        assert!(rei_takes.page().contains(">It is the &#60;poster&#62;.</textarea>"), "{rei_takes:?}");
        assert_eq!(rei_takes.text.matches(">A &#60;note&#62;.</textarea>").count(), 4, "{rei_takes:?}");
    }

    async fn a_long_history_has_links_to_its_older_events(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let rei = app.reviewer("rei").await;
        let auditor = app.person("audi", &[StaffRole::Auditor]).await;
        let (case, page) = app.claim_next(&rei).await;
        let claim = page.field("claim");
        for number in 0..110 {
            let note = format!("note {number}.");
            let form = [("claim", &*claim), ("text", &*note)];
            app.post_as(&rei, &format!("{case}/note"), &form).await.to();
        }

        for who in [&rei, &auditor] {
            let newest = app.get_as(who, &case).await;
            let link = newest.page().split("href=\"").find(|rest| rest.contains("?events="));
            let link = link.expect("a link to older events").split('#').next().unwrap().to_owned();
            let older = app.get_as(who, &link).await;

            assert!(newest.page().contains("note 109.") && !newest.page().contains("note 2."));
            assert!(older.page().contains("note 2.") && !older.page().contains("note 109."));
            assert!(older.page().contains("<strong>The case opened</strong>"), "{older:?}");
            assert!(older.page().contains("Back to the newest"), "{older:?}");
            assert!(!older.page().contains("?events="), "no link at the oldest: {older:?}");
        }
        let wrong = app.get_as(&auditor, &format!("{case}?events=x")).await;
        assert_eq!(wrong.status, StatusCode::NOT_FOUND);
    }

    async fn a_lapsed_claim_cannot_be_extended_and_can_be_made_again(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let rei = app.reviewer("rei").await;
        let (case, page) = app.claim_next(&rei).await;
        let form = [("claim", &*page.field("claim"))];

        let kept = app.post_as(&rei, &format!("{case}/extend-claim"), &form).await;
        app.clock.advance(SignedDuration::from_mins(11));
        let late = app.post_as(&rei, &format!("{case}/extend-claim"), &form).await;
        let page = app.get_as(&rei, &case).await;
        let again = app.post_as(&rei, &format!("{case}/claim"), &[]).await;

        assert_eq!(kept.status, StatusCode::NO_CONTENT);
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(page.page().contains("This case is unclaimed"), "{page:?}");
        assert_eq!(again.to(), case);
    }

    async fn a_form_with_the_token_of_another_session_is_refused(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let (rei, aoi) = (app.reviewer("rei").await, app.reviewer("aoi").await);
        let stolen = Person { csrf: aoi.csrf.clone(), ..app.new_session(rei.staff.clone()).await };

        let forged = app.post_as(&stolen, "/console/queue/next", &[]).await;

        assert_eq!(forged.status, StatusCode::FORBIDDEN);
        assert!(forged.text.contains("<title>This form did not come from this page"));
        let queue = app.get_as(&rei, "/console/queue").await;
        assert!(!queue.page().contains("You have claimed a case"), "{queue:?}");
        let unknown = app.post_as(&rei, "/console/queue/next", &[("purpose", "cats")]).await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn a_forbidden_case_looks_like_one_that_does_not_exist(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let rei = app.reviewer("rei").await;
        let (case, _) = app.claim_next(&rei).await;
        let editor = app.person("edi", &[StaffRole::PolicyEditor]).await;
        let auditor = app.person("audi", &[StaffRole::Auditor]).await;

        let none = app.get_as(&editor, "/console/cases/case_00000000000000000000000000000000");
        let none = none.await;
        let theirs = app.get_as(&editor, &case).await;
        let signed_out = app.get(&case).await;

        assert_eq!(theirs.status, StatusCode::NOT_FOUND);
        assert_eq!(theirs.text, none.text);
        assert!(signed_out.to().starts_with("/console/sign-in"), "{signed_out:?}");
        let record = app.get_as(&auditor, &case).await;
        assert!(record.page().contains("History"), "{record:?}");
        assert!(!record.page().contains("id=\"decide-form\""), "{record:?}");
        let claim = app.post_as(&auditor, &format!("{case}/claim"), &[]).await;
        assert_eq!(claim.status, StatusCode::NOT_FOUND);
        assert_eq!(auditor.staff.language, Language::English);
    }

    async fn pages_say_that_a_service_is_leaving(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("post 1", Some("user-17")).await;
        let admin = Admin::local_cli();
        app.desk.delete_service(&admin, app.caller.service()).await.unwrap();
        app.desk.catch_up().await.unwrap();
        let (rei, aoi) = (app.reviewer("rei").await, app.lead("aoi").await);
        let ada = app.person("ada", &[StaffRole::Administrator]).await;
        let auditor = app.person("uma", &[StaffRole::Auditor]).await;

        let queue = app.get_as(&rei, "/console/queue").await;
        let (_, case) = app.claim_next(&rei).await;

        assert!(queue.page().contains("One undecided case is from a service that is leaving."), "{queue:?}");
        assert!(case.page().contains("The service is leaving"), "{case:?}");
        let title = "Services that are leaving";
        for (who, sees) in [(&aoi, true), (&ada, true), (&rei, false), (&auditor, false)] {
            let start = app.get_as(who, "/console").await;
            assert_eq!(start.page().contains(title), sees, "{start:?}");
        }
    }
}
