//! Decisions are made, approved or refused by a second approver, and undone.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mamori_model::StaffRole;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::test_app::{Person, TestApp, TestResponse};

/// The fields of a decision, with these measures.
fn form<'a>(claim: &'a str, version: &'a str, more: &[(&'a str, &'a str)]) -> Fields<'a> {
    let mut fields = vec![("claim", claim), ("version", version), ("reason", "It is the poster.")];
    fields.extend_from_slice(more);
    fields
}

type Fields<'a> = Vec<(&'a str, &'a str)>;

const REMOVE: [(&str, &str); 2] = [("outcome", "violates"), ("items", "remove")];
const SUSPEND: [(&str, &str); 3] =
    [("outcome", "violates"), ("account", "suspend"), ("confirmed", "yes")];

/// Claims the next case and decides it with these fields.
async fn decide(app: &TestApp, who: &Person, more: &[(&str, &str)]) -> TestResponse {
    let (case, page) = app.claim_next(who).await;
    let (claim, version) = (page.field("claim"), page.field("version"));
    app.post_as(who, &format!("{case}/decide"), &form(&claim, &version, more)).await
}

/// The path of the decision that the address names as the previous one.
fn decision(to: &str) -> String {
    let after = to.split_once("after=").unwrap().1;
    format!("/console/decisions/{}", after.split('&').next().unwrap())
}

on_both_engines! {
    async fn a_decision_opens_the_next_case_and_can_be_read_and_undone(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("<b>a</b>", Some("one")).await;
        app.item("b", Some("two")).await;
        let rei = app.reviewer("rei").await;

        let next = decide(&app, &rei, &REMOVE).await.to();

        assert!(next.starts_with("/console/cases/case_"), "{next}");
        let page = app.get_as(&rei, &next).await;
        assert!(page.page().contains("Decided. This is the next case."), "{page:?}");
        let read = decision(&next);
        assert!(page.page().contains(&format!("href=\"{read}\"")), "{page:?}");
        let page = app.get_as(&rei, &read).await;
        assert!(page.page().contains("Remove the item"), "{page:?}");
        assert!(page.page().contains("<bdi>&lt;b&gt;a&lt;/b&gt;</bdi>"), "{page:?}");
        assert!(page.page().contains("Sent; the service has not answered"), "{page:?}");
        let undo = [("text", "I was <i>wrong</i>.")];
        assert_eq!(app.post_as(&rei, &format!("{read}/undo"), &undo).await.to(), read);
        let page = app.get_as(&rei, &read).await;
        assert!(page.page().contains("I was &lt;i&gt;wrong&lt;/i&gt;."), "{page:?}");
        assert!(page.page().contains("Hold the item back"), "{page:?}");
        let again = app.post_as(&rei, &format!("{read}/undo"), &undo).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(again.text.contains(&format!("href=\"{read}\"")), "a link to continue: {again:?}");
    }

    async fn a_decision_sent_twice_is_made_once(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        app.item("b", Some("two")).await;
        let rei = app.reviewer("rei").await;
        let (case, page) = app.claim_next(&rei).await;
        let (claim, version) = (page.field("claim"), page.field("version"));
        let address = format!("{case}/decide");
        let twice = form(&claim, &version, &REMOVE);

        let first = app.post_as(&rei, &address, &twice).await.to();
        let second = app.post_as(&rei, &address, &twice).await.to();
        let other = form(&claim, &version, &[("outcome", "allowed")]);
        let other = app.post_as(&rei, &address, &other).await;

        assert_eq!(first, second);
        assert_eq!(other.status, StatusCode::CONFLICT);
        assert!(other.text.contains("<title>This has already been decided"), "{other:?}");
        assert!(other.text.contains(&decision(&first)), "{other:?}");
        let list = app.get_as(&rei, "/console/decisions").await;
        assert_eq!(list.page().matches("/console/decisions/dec_").count(), 1, "{list:?}");
    }

    async fn a_form_under_a_lapsed_claim_decides_nothing_and_keeps_its_text(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let rei = app.reviewer("rei").await;
        let (case, page) = app.claim_next(&rei).await;
        let (claim, version) = (page.field("claim"), page.field("version"));
        app.clock.advance(SignedDuration::from_mins(11));

        let late = form(&claim, &version, &REMOVE);
        let late = app.post_as(&rei, &format!("{case}/decide"), &late).await;

        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.text.contains("Your claim on this case has lapsed"), "{late:?}");
        let kept = [("outcome", &*late.field("outcome")), ("items", &*late.field("items"))];
        let kept = [kept[0], kept[1], ("reason", "It is the poster.")];
        assert!(late.text.contains(">It is the poster.</textarea>"), "{late:?}");
        let again = app.post_as(&rei, &format!("{case}/claim"), &kept).await;
        assert!(again.page().contains(">It is the poster.</textarea>"), "{again:?}");
        assert!(again.page().contains("value=\"remove\" data-key=\"e\" checked"), "{again:?}");
    }

    async fn a_case_that_a_colleague_has_claimed_is_not_decided(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let (rei, aoi) = (app.reviewer("rei").await, app.reviewer("aoi").await);
        let (case, page) = app.claim_next(&rei).await;
        let (claim, version) = (page.field("claim"), page.field("version"));
        app.clock.advance(SignedDuration::from_mins(11));
        let (theirs, _) = app.claim_next(&aoi).await;

        let late = form(&claim, &version, &REMOVE);
        let late = app.post_as(&rei, &format!("{case}/decide"), &late).await;

        assert_eq!(theirs, case);
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.text.contains("<strong>A colleague has claimed this case"), "{late:?}");
        assert!(late.text.contains("readonly>It is the poster.</textarea>"), "{late:?}");
        assert!(!late.text.contains(&format!("{case}/claim")), "{late:?}");
        let list = app.get_as(&rei, "/console/decisions").await;
        assert!(list.page().contains("There are no decisions."), "{list:?}");
    }

    async fn a_stale_page_decides_nothing(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let rei = app.reviewer("rei").await;
        let (case, page) = app.claim_next(&rei).await;
        let (claim, version) = (page.field("claim"), page.field("version"));
        app.item("came later", Some("one")).await;

        let stale = form(&claim, &version, &REMOVE);
        let stale = app.post_as(&rei, &format!("{case}/decide"), &stale).await;

        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.text.contains("This case has changed"), "{stale:?}");
        assert!(stale.text.contains("came later"), "the new item is shown: {stale:?}");
        assert!(stale.text.contains(">It is the poster.</textarea>"), "{stale:?}");
        let version = stale.field("version");
        let current = form(&claim, &version, &REMOVE);
        let current = app.post_as(&rei, &format!("{case}/decide"), &current).await;
        assert!(current.to().contains("then=decided"), "{current:?}");
    }

    async fn an_invalid_decision_is_shown_again_with_its_text(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let rei = app.reviewer("rei").await;
        let (case, page) = app.claim_next(&rei).await;
        let (claim, version) = (page.field("claim"), page.field("version"));
        let limit = [("outcome", "violates"), ("items", "limit"), ("countries", "JP, Mars")];
        let past = [("outcome", "violates"), ("account", "suspend"), ("suspend_until", "2020-01-01")];
        let table: [(&[(&str, &str)], &str); 4] = [
            (&[("outcome", "violates")], "A violation needs at least one measure"),
            (&[("outcome", "allowed"), ("items", "remove")], "Restrictive measures need"),
            (&limit, "id=\"problem-decide-countries\""),
            (&past, "The end date is in the past"),
        ];

        for (more, message) in table {
            let sent = form(&claim, &version, more);
            let back = app.post_as(&rei, &format!("{case}/decide"), &sent).await;
            assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(back.text.contains(message), "{message}: {back:?}");
            assert!(back.text.contains(">It is the poster.</textarea>"), "{back:?}");
        }
    }
}

on_both_engines! {
    async fn a_suspension_waits_for_a_lead_who_sees_the_case(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let (rei, lea) = (app.reviewer("rei").await, app.lead("lea").await);
        let to = decide(&app, &rei, &SUSPEND).await.to();
        let read = decision(&to);

        let mine = app.get_as(&rei, &read).await;
        let theirs = app.get_as(&lea, &read).await;
        let own = app.post_as(&rei, &format!("{read}/approve"), &[]).await;
        let approved = app.post_as(&lea, &format!("{read}/approve"), &[]).await;
        let twice = app.post_as(&lea, &format!("{read}/approve"), &[]).await;

        assert!(to.contains("then=proposed"), "{to}");
        assert!(mine.page().contains("Nothing is sent until then."), "{mine:?}");
        assert!(!mine.page().contains("/approve"), "{mine:?}");
        assert!(theirs.page().contains("You are the second approver"), "{theirs:?}");
        assert!(theirs.page().contains("The case, for your second review"), "{theirs:?}");
        let said = theirs.page().replace(['\u{2068}', '\u{2069}'], "");
        assert!(said.contains("What the service will be asked to do"), "{said}");
        assert!(said.contains("Suspend one account without an end date (one)."), "{said}");
        assert!(said.contains(">Approve: suspend one account</button>"), "{said}");
        assert_eq!(own.status, StatusCode::NOT_FOUND);
        assert_eq!(approved.to(), read);
        assert_eq!(twice.status, StatusCode::CONFLICT);
        let page = app.get_as(&rei, &read).await;
        assert!(page.page().contains("Sent; the service has not answered"), "{page:?}");
        assert!(page.page().contains("What the service was asked to do"), "{page:?}");
        assert!(page.page().contains("Decided without viewing"), "{page:?}");
    }

    async fn a_decision_on_an_account_is_made_after_the_page_that_says_so(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("<one>")).await;
        let rei = app.reviewer("rei").await;
        let (case, page) = app.claim_next(&rei).await;
        let (claim, version) = (page.field("claim"), page.field("version"));
        let send = async |confirmed: &[(&str, &str)]| {
            let more = [&SUSPEND[..2], &[("items", "remove")], confirmed].concat();
            app.post_as(&rei, &format!("{case}/decide"), &form(&claim, &version, &more)).await
        };

        let asked = send(&[]).await;
        let before = app.get_as(&rei, "/console/decisions").await;
        let back = send(&[("confirmed", "no")]).await;
        let made = send(&[("confirmed", "yes")]).await;

        let said = asked.page().replace(['\u{2068}', '\u{2069}'], "");
        let suspended = "Suspend one account without an end date (&#60;one&#62;).";
        assert!(said.contains(suspended) && said.contains("Remove one item."), "{said}");
        assert!(said.find("Suspend one") < said.find("Remove one"), "suspensions come first");
        assert!(said.contains(">Propose: remove one item and suspend one account</button>"), "{said}");
        assert_eq!((asked.field("account"), asked.field("claim")), ("suspend".into(), claim.clone()));
        assert!(before.page().contains("There are no decisions."), "{before:?}");
        assert!(back.page().contains(">It is the poster.</textarea>"), "{back:?}");
        assert!(back.page().contains("value=\"suspend\" data-key=\"g\" checked"), "{back:?}");
        assert!(made.to().contains("then=proposed"), "{made:?}");
    }

    async fn a_page_names_the_items_that_are_still_to_be_viewed(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("the <poster>", Some("one")).await;
        let (rei, lea) = (app.reviewer("rei").await, app.lead("lea").await);
        let (case, page) = app.claim_next(&rei).await;
        let (claim, version) = (page.field("claim"), page.field("version"));
        let item = app.store_evidence(case.rsplit('/').next().unwrap()).await;
        let views = format!("{case}/views");
        let view = async |who: &Person, by: (&str, &str)| {
            let begun = app.post_as(who, &views, &[by, ("item", &item)]).await;
            let begun: serde_json::Value = serde_json::from_str(begun.page()).unwrap();
            app.get_as(who, begun["picture"].as_str().unwrap()).await;
        };
        let plain = |page: &TestResponse| page.text.replace(['\u{2068}', '\u{2069}'], "");
        let decide = async || {
            let fields = form(&claim, &version, &SUSPEND);
            app.post_as(&rei, &format!("{case}/decide"), &fields).await
        };

        let unseen = decide().await;
        view(&rei, ("claim", &claim)).await;
        let seen = app.get_as(&rei, &case).await;
        let read = decision(&decide().await.to());
        let waiting = app.get_as(&lea, &read).await;
        let refused = app.post_as(&lea, &format!("{read}/approve"), &[]).await;
        view(&lea, ("decision", read.rsplit('/').next().unwrap())).await;
        let approved = app.post_as(&lea, &format!("{read}/approve"), &[]).await;

        assert_eq!((unseen.status, refused.status), (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN));
        for page in [plain(&unseen), plain(&waiting)] {
            assert!(page.contains("0 of 1 needed views"), "{page}");
            assert!(page.contains("<li><bdi>the &lt;poster&gt;</bdi></li>"), "{page}");
        }
        assert!(plain(&unseen).contains("Some items must be viewed first"), "{unseen:?}");
        assert!(plain(&seen).contains("1 of 1 needed views"), "{seen:?}");
        assert!(refused.text.contains("<title>Some items must be viewed first"), "{refused:?}");
        assert_eq!(approved.to(), read);
        let record = app.get_as(&lea, &read).await;
        let viewed = "all items that must be viewed before an account is suspended";
        assert_eq!(record.page().matches(viewed).count(), 2);
    }

    async fn a_lead_refuses_a_suspension_with_a_reason(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let (rei, lea) = (app.reviewer("rei").await, app.lead("lea").await);
        let read = decision(&decide(&app, &rei, &SUSPEND).await.to());

        let silent = app.post_as(&lea, &format!("{read}/refuse"), &[("text", "")]).await;
        let refused = [("text", "A feature is enough.")];
        let refused = app.post_as(&lea, &format!("{read}/refuse"), &refused).await;

        assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.to(), read);
        let page = app.get_as(&rei, &read).await;
        assert!(page.page().contains("A feature is enough."), "{page:?}");
        assert!(page.page().contains("Never sent"), "{page:?}");
        assert_eq!(app.claim_next(&lea).await.1.status, StatusCode::OK, "it is open for leads");
    }

    async fn a_lead_cannot_approve_their_own_decision_in_any_session(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let lea = app.lead("lea").await;
        let read = decision(&decide(&app, &lea, &SUSPEND).await.to());
        let elsewhere = app.new_session(lea.staff.clone()).await;

        for person in [&lea, &elsewhere] {
            let own = app.post_as(person, &format!("{read}/approve"), &[]).await;
            assert_eq!(own.status, StatusCode::FORBIDDEN);
            assert!(own.text.contains("<title>You cannot approve your own decision"), "{own:?}");
        }
    }

    async fn of_two_concurrent_approvals_one_is_refused(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let rei = app.reviewer("rei").await;
        let (lea, leo) = (app.lead("lea").await, app.lead("leo").await);
        let read = decision(&decide(&app, &rei, &SUSPEND).await.to());
        let address = format!("{read}/approve");

        let (one, two) =
            tokio::join!(app.post_as(&lea, &address, &[]), app.post_as(&leo, &address, &[]));

        let mut statuses = [one.status, two.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::CONFLICT]);
    }

    async fn a_single_person_waits_a_day_and_reviews_again(records: TestDatabase) {
        let app = TestApp::open_single_person(records).await;
        app.item("a", Some("one")).await;
        let rei = app.reviewer("rei").await;
        let read = decision(&decide(&app, &rei, &SUSPEND).await.to());
        let address = format!("{read}/approve");

        let soon = app.post_as(&rei, &address, &[]).await;
        app.clock.advance(SignedDuration::from_hours(25));
        let rei = app.new_session(rei.staff).await;
        let unseen = app.post_as(&rei, &address, &[]).await;
        let page = app.get_as(&rei, &read).await;
        let approved = app.post_as(&rei, &address, &[]).await;

        assert!(soon.text.contains("<title>It is too early for the second review"), "{soon:?}");
        assert_eq!(unseen.status, StatusCode::FORBIDDEN);
        assert!(unseen.text.contains("<title>Some items must be viewed first"), "{unseen:?}");
        assert!(page.page().contains("The case, for your second review"), "{page:?}");
        assert!(!page.page().contains("no second approver was required"), "too early: {page:?}");
        assert_eq!(approved.to(), read);
        let done = app.get_as(&rei, &read).await;
        let marked = "<bdi>rei &lt;b&gt;rei&lt;/b&gt;</bdi> · single-person operation: no second";
        assert!(done.page().contains(marked), "{done:?}");
        let settings = [("language", "ja"), ("scheme", "dark"), ("view", "text")];
        app.post_as(&rei, "/console/me", &settings).await.to();
        let japanese = app.get_as(&rei, &read).await;
        let marked = "<bdi>rei &lt;b&gt;rei&lt;/b&gt;</bdi> · 一人での運用：二人目の承認は不要でした";
        assert!(japanese.page().contains(marked), "{japanese:?}");
    }

    async fn an_approval_needs_a_recent_proof_of_identity(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let (rei, lea) = (app.reviewer("rei").await, app.lead("lea").await);
        let read = decision(&decide(&app, &rei, &SUSPEND).await.to());
        app.clock.advance(SignedDuration::from_mins(16));

        let page = app.get_as(&lea, &read).await;
        let approved = app.post_as(&lea, &format!("{read}/approve"), &[]).await;

        assert!(page.page().contains("Confirm your identity before you approve"), "{page:?}");
        assert!(!page.page().contains("/approve"), "{page:?}");
        assert_eq!(approved.to(), "/console/prove");
    }

    async fn a_reviewer_lists_their_own_decisions_and_an_auditor_lists_all(records: TestDatabase) {
        let app = TestApp::open(records).await;
        for account in ["one", "two", "three"] {
            app.item(&format!("of {account}"), Some(account)).await;
        }
        let (rei, aoi) = (app.reviewer("rei").await, app.reviewer("aoi").await);
        let auditor = app.person("audi", &[StaffRole::Auditor]).await;
        let editor = app.person("edi", &[StaffRole::PolicyEditor]).await;
        let disputed = [("outcome", "not_a_match"), ("confirmed", "yes")];
        let theirs = decision(&decide(&app, &aoi, &disputed).await.to());
        app.clock.advance(SignedDuration::from_secs(1));
        decide(&app, &rei, &REMOVE).await;

        let own = app.get_as(&rei, "/console/decisions").await;
        let all = app.get_as(&auditor, "/console/decisions").await;
        let some = app.get_as(&auditor, "/console/decisions?state=standing&outcome=violates").await;

        let count = |page: &TestResponse| page.page().matches("/console/decisions/dec_").count();
        assert_eq!((count(&own), count(&all), count(&some)), (1, 2, 1));
        assert_eq!(app.get_as(&rei, &theirs).await.status, StatusCode::NOT_FOUND);
        let record = app.get_as(&auditor, &theirs).await;
        assert!(record.page().contains("aoi &lt;b&gt;aoi&lt;/b&gt;"), "{record:?}");
        assert!(!record.page().contains("/undo"), "{record:?}");
        for (who, path) in [
            (&editor, "/console/decisions"),
            (&auditor, "/console/decisions?made_by=aoi"),
            (&auditor, "/console/decisions?account=one"),
            (&auditor, "/console/decisions?state=perhaps"),
        ] {
            let answer = app.get_as(who, path).await;
            assert!(answer.status.is_client_error(), "{path}: {answer:?}");
        }
        let undo = [("text", "Not mine.")];
        let undone = app.post_as(&rei, &format!("{theirs}/undo"), &undo).await;
        assert_eq!(undone.status, StatusCode::CONFLICT, "{undone:?}");
    }

    async fn only_a_lead_requests_an_overdue_action_again(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let (rei, lea) = (app.reviewer("rei").await, app.lead("lea").await);
        let read = decision(&decide(&app, &rei, &REMOVE).await.to());
        for _ in 0..40 {
            app.clock.advance(SignedDuration::from_hours(12));
            while app.desk.work_once().await.unwrap() > 0 {}
        }
        let (rei, lea) = (app.new_session(rei.staff).await, app.new_session(lea.staff).await);

        let page = app.get_as(&lea, &read).await;
        let action = page.page().split("/actions/").nth(1).unwrap().split('/').next().unwrap();
        let address = format!("{read}/actions/{action}/request-again");
        let not_theirs = app.post_as(&rei, &address, &[]).await;
        let requested = app.post_as(&lea, &address, &[]).await;
        let twice = app.post_as(&lea, &address, &[]).await;

        assert!(page.page().contains("Overdue: the service never answered"), "{page:?}");
        assert_eq!(not_theirs.status, StatusCode::NOT_FOUND);
        assert_eq!(requested.to(), read);
        assert_eq!(twice.status, StatusCode::NOT_FOUND);
        let page = app.get_as(&lea, &read).await;
        assert!(page.page().contains("Sent; the service has not answered"), "{page:?}");
    }
}
