//! Views of items: recorded first, one picture each, and within the exposure limits.

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, ORIGIN, RETRY_AFTER};
use axum::http::{Request, StatusCode};
use jiff::SignedDuration;
use mamori_media::{Blur, FrameSelection, Pool, Sender};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::hostile;
use tokio::task::JoinSet;

use crate::test_app::{Person, TestApp, TestResponse};

/// Claims the next case and stores the bytes of its one item. Returns the case's path, the number
/// of the claim, and the item's id.
async fn in_hand(app: &TestApp, who: &Person) -> (String, String, String) {
    let (case, page) = app.claim_next(who).await;
    let item = app.store_evidence(case.rsplit('/').next().unwrap()).await;
    (case, page.field("claim"), item)
}

/// Begins a clear view.
async fn open_view(
    app: &TestApp,
    who: &Person,
    (case, claim, item): &(String, String, String),
) -> TestResponse {
    let form = [("claim", claim.as_str()), ("item", item)];
    app.post_as(who, &format!("{case}/views"), &form).await
}

/// The picture's path in an answer.
fn picture(begun: &TestResponse) -> String {
    let answer: serde_json::Value = serde_json::from_str(begun.page()).unwrap();
    answer["picture"].as_str().unwrap().to_owned()
}

on_both_engines! {
    async fn a_picture_is_shown_once_for_each_view(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let (rei, aoi) = (app.reviewer("rei").await, app.reviewer("aoi").await);
        let claimed = in_hand(&app, &rei).await;

        let begun = open_view(&app, &rei, &claimed).await;
        let address = picture(&begun);
        let theirs = app.get_as(&aoi, &address).await;
        let shown = app.get_as(&rei, &address).await;
        let twice = app.get_as(&rei, &address).await;
        let view_path = address.strip_suffix("/picture").unwrap();
        let extended = app.post_as(&rei, &format!("{view_path}/heartbeat"), &[]).await;
        let closed = app.post_as(&rei, &format!("{view_path}/close"), &[]).await;
        let late = app.post_as(&rei, &format!("{view_path}/heartbeat"), &[]).await;

        assert_eq!(theirs.status, StatusCode::NOT_FOUND);
        assert_eq!(shown.status, StatusCode::OK);
        assert_eq!(shown.headers[CONTENT_TYPE], "image/jpeg");
        assert_eq!(shown.headers["cache-control"], "no-store");
        assert_eq!(twice.status, StatusCode::GONE);
        assert_eq!(extended.status, StatusCode::NO_CONTENT);
        assert_eq!(closed.status, StatusCode::NO_CONTENT);
        assert_eq!(late.status, StatusCode::GONE);
        let page = app.get_as(&rei, &claimed.0).await;
        assert!(page.page().contains("One view"), "{page:?}");
    }

    async fn the_blurred_picture_of_the_page_is_recorded_as_a_view(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let rei = app.reviewer("rei").await;
        let (case, claim, item) = in_hand(&app, &rei).await;

        let page = app.get_as(&rei, &case).await;
        let address = format!("{case}/items/{item}/blurred?claim={claim}");
        let blurred = app.get_as(&rei, &address).await;
        let without_claim = app.get_as(&rei, &format!("{case}/items/{item}/blurred")).await;
        let signed_out = app.get(&address).await;

        assert!(page.page().contains(&format!("<img src=\"{address}\"")), "{page:?}");
        assert_eq!(blurred.status, StatusCode::OK);
        assert_eq!(blurred.headers[CONTENT_TYPE], "image/png");
        assert!(blurred.headers["content-length"].to_str().unwrap().parse::<u32>().unwrap() < 3_000);
        assert_eq!(without_claim.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(signed_out.status, StatusCode::SEE_OTHER);
        let page = app.get_as(&rei, &case).await;
        assert!(page.page().contains("<td>Blurred</td>"), "{page:?}");
    }

    async fn in_text_only_mode_the_page_loads_no_picture(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let rei = app.reviewer("rei").await;
        let (case, ..) = in_hand(&app, &rei).await;
        let form = [("language", "en"), ("scheme", "dark"), ("view", "text")];
        assert_eq!(app.post_as(&rei, "/console/me", &form).await.to(), "/console/me?saved=yes");

        let page = app.get_as(&rei, &case).await;

        assert!(!page.page().contains("<img"), "{page:?}");
        assert!(page.page().contains("Show the blurred picture"), "{page:?}");
        assert!(page.page().contains("data-scheme=\"dark\""), "{page:?}");
    }

    async fn a_reviewer_at_the_exposure_limit_is_shown_only_when_it_ends(records: TestDatabase) {
        let app = TestApp::with(records, |settings| settings.exposure.views = 1).await;
        app.item("a", Some("one")).await;
        app.item("b", Some("two")).await;
        let rei = app.reviewer("rei").await;
        let claimed = in_hand(&app, &rei).await;
        let begun = open_view(&app, &rei, &claimed).await;
        app.get_as(&rei, &picture(&begun)).await;

        let spent = open_view(&app, &rei, &claimed).await;
        let script = Request::post(format!("{}/views", claimed.0))
            .header(COOKIE, format!("mamori-local={}", rei.cookie))
            .header(ORIGIN, "http://localhost:8080")
            .header(ACCEPT, "application/json")
            .body(Body::from(format!("csrf={}&claim={}&item={}", rei.csrf, claimed.1, claimed.2)));
        let script = app.send(script.unwrap()).await;
        let next = app.post_as(&rei, "/console/queue/next", &[]).await;

        assert_eq!(spent.status, StatusCode::FORBIDDEN);
        assert!(spent.text.contains("<title>Your exposure limit is reached"), "{spent:?}");
        assert!(spent.text.contains("href=\"/console/me\""), "a link to continue: {spent:?}");
        assert!(script.status.is_client_error());
        assert_eq!(script.headers[CONTENT_TYPE], "application/json");
        assert_eq!(next.status, StatusCode::FORBIDDEN);
        let me = app.get_as(&rei, "/console/me").await;
        assert!(me.page().contains("You can view items again from"), "{me:?}");
        assert!(me.page().contains("2026-11-19 11:06 UTC"), "a day later: {me:?}");
    }

    async fn a_break_returns_the_case_and_refuses_the_next_one(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let (rei, aoi) = (app.reviewer("rei").await, app.reviewer("aoi").await);
        let (case, _) = app.claim_next(&rei).await;

        let offered = app.get_as(&rei, "/console/me").await;
        let on_break = app.post_as(&rei, "/console/me/break", &[]).await;
        let next = app.post_as(&rei, "/console/queue/next", &[]).await;
        let (theirs, _) = app.claim_next(&aoi).await;
        let me = app.get_as(&rei, "/console/me").await;
        app.clock.advance(SignedDuration::from_mins(11));
        let after = app.get_as(&rei, "/console/me").await;

        assert!(offered.page().contains("It lasts 10 minutes. You cannot end it earlier;"), "{offered:?}");
        assert!(offered.text.contains("A case that you have claimed goes back to the queue."));
        assert!(offered.text.contains("action=\"/console/me/break\""), "{offered:?}");
        assert!(!offered.text.contains("/break.js"), "no break is to be counted down: {offered:?}");
        assert_eq!(on_break.to(), "/console/me");
        assert_eq!(next.status, StatusCode::FORBIDDEN);
        assert!(next.text.contains("<title>You are on a break"), "{next:?}");
        assert_eq!(theirs, case);
        assert!(me.page().contains("Break until"), "{me:?}");
        assert!(me.text.contains("data-break=\"{minutes} min left\""), "{me:?}");
        assert!(me.text.contains("/break.js"), "{me:?}");
        assert!(!me.text.contains("action=\"/console/me/break"), "nothing ends it: {me:?}");
        assert!(!after.page().contains("Break until"), "{after:?}");
    }

    async fn the_second_approver_views_the_items_and_a_record_shows_none(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let (rei, lea) = (app.reviewer("rei").await, app.lead("lea").await);
        let (case, page) = app.claim_next(&rei).await;
        let item = app.store_evidence(case.rsplit('/').next().unwrap()).await;
        let form = [
            ("claim", &*page.field("claim")),
            ("version", &*page.field("version")),
            ("outcome", "violates"),
            ("account", "suspend"),
            ("reason", "It is the poster."),
            ("confirmed", "yes"),
        ];
        let own = [("claim", &*page.field("claim")), ("item", &*item)];
        let own = app.post_as(&rei, &format!("{case}/views"), &own).await;
        assert_eq!(app.get_as(&rei, &picture(&own)).await.status, StatusCode::OK);
        let to = app.post_as(&rei, &format!("{case}/decide"), &form).await.to();
        let decision = to.split("after=").nth(1).unwrap().split('&').next().unwrap();

        let page = app.get_as(&lea, &format!("/console/decisions/{decision}")).await;
        let address = format!("{case}/items/{item}/blurred?decision={decision}");
        let blurred = app.get_as(&lea, &address).await;
        let begun = [("decision", decision), ("item", &*item)];
        let begun = app.post_as(&lea, &format!("{case}/views"), &begun).await;
        let theirs = app.get_as(&rei, &address).await;
        let record = app.get_as(&lea, &case).await;

        assert!(page.page().contains(&format!("<img src=\"{address}\"")), "{page:?}");
        assert_eq!(blurred.status, StatusCode::OK);
        assert_eq!(app.get_as(&lea, &picture(&begun)).await.status, StatusCode::OK);
        assert_eq!(theirs.status, StatusCode::FORBIDDEN);
        assert!(!record.page().contains("<img"), "{record:?}");
        assert!(record.page().contains("Only the reviewer with the claim"), "{record:?}");
    }

    async fn the_reviewer_of_a_bulk_decision_views_its_items(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let (rei, aoi) = (app.reviewer("rei").await, app.reviewer("aoi").await);
        let (case, page) = app.claim_next(&rei).await;
        let item = app.store_evidence(case.rsplit('/').next().unwrap()).await;
        let id = case.rsplit('/').next().unwrap();
        drop(page);
        let form = [
            ("case", id),
            ("outcome", "violates"),
            ("items", "remove"),
            ("account", "suspend"),
            ("reason", "It is the poster."),
        ];
        let bulk = app.post_as(&rei, "/console/bulk", &form).await.to();
        let bulk_id = bulk.rsplit('/').next().unwrap();

        let shown = app.get_as(&rei, &bulk).await;
        let refused = app.post_as(&rei, &format!("{bulk}/confirm"), &[]).await;
        let blurred = format!("{case}/items/{item}/blurred?bulk={bulk_id}");
        let blurred = app.get_as(&rei, &blurred).await;
        let by = [("bulk", bulk_id), ("item", &*item)];
        let theirs = app.post_as(&aoi, &format!("{case}/views"), &by).await;
        let begun = app.post_as(&rei, &format!("{case}/views"), &by).await;
        let got = app.get_as(&rei, &picture(&begun)).await;
        let confirmed = app.post_as(&rei, &format!("{bulk}/confirm"), &[]).await;

        let text = shown.page();
        assert!(text.contains("0 of 1 needed views"), "{text}");
        assert!(text.contains(&format!("data-by=\"bulk={bulk_id}\"")), "{text}");
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert_eq!((blurred.status, got.status), (StatusCode::OK, StatusCode::OK));
        assert_eq!(theirs.status, StatusCode::NOT_FOUND);
        assert_eq!(confirmed.to(), bulk);
    }
}

/// Views a costly picture again and again, also when the pool is busy.
async fn view_for_ever(pool: Pool, costly: Vec<u8>) {
    loop {
        let sender = Sender::Administrators;
        drop(pool.render(costly.clone(), Blur::Clear, FrameSelection::FIRST, sender).await);
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_view_while_the_decoders_are_busy_is_answered_with_when_to_try_again() {
    let app = TestApp::open(TestDatabase::sqlite().unwrap()).await;
    app.item("a", Some("one")).await;
    let rei = app.reviewer("rei").await;
    let (case, claim, item) = in_hand(&app, &rei).await;
    let address = format!("{case}/items/{item}/blurred?claim={claim}");
    let pool = app.desk.pool();
    // Two are in processes and eight wait, which is the limit; two more take each place that is free.
    let costly = hostile::costly_png();
    let mut others = JoinSet::new();
    for _ in 0..12 {
        others.spawn(view_for_ever(pool.clone(), costly.clone()));
    }
    while pool.failures().refused == 0 || pool.waiting() < 8 {
        tokio::task::yield_now().await;
    }

    let busy = app.get_as(&rei, &address).await;
    others.shutdown().await;
    let shown = app.get_as(&rei, &address).await;

    assert_eq!(busy.status, StatusCode::SERVICE_UNAVAILABLE, "{busy:?}");
    assert_eq!(busy.headers[RETRY_AFTER], "1");
    assert!(busy.text.contains("<title>The server is overloaded at the moment"), "{busy:?}");
    assert_eq!(shown.status, StatusCode::OK, "it does not count as broken: {shown:?}");
}
