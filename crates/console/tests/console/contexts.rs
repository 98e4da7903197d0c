//! What a case shows beside its pictures: the text and the page that the service sent, the entry, and
//! earlier decisions as counts.

use axum::http::StatusCode;
use mamori_model::StaffRole;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::test_app::{Person, TestApp, TestResponse};

const TEXT: &str = "A <b>caption</b>\nof two lines\u{202e}";
const URL: &str = "https://photos.example/p/17?a=1&b=2";

/// Claims the next case; returns its path, the number of the claim, and the path that opens the page of
/// its one item.
async fn claimed(app: &TestApp, who: &Person) -> (String, String, String) {
    let (case, page) = app.claim_next(who).await;
    let open = page
        .page()
        .split("action=\"")
        .find(|rest| rest.split('"').next().is_some_and(|action| action.ends_with("/context")));
    let open = open.expect("a form that opens the page").split('"').next().unwrap().to_owned();
    (case, page.field("claim"), open)
}

/// The number of clear views that their own page shows.
async fn clear_views(app: &TestApp, who: &Person) -> String {
    let page = app.get_as(who, "/console/me").await;
    let meter = page.page().split_once("\" aria-label=\"Clear views\"");
    let (before, _) = meter.expect("the number of clear views");
    before.rsplit('"').next().unwrap().to_owned()
}

/// Decides the claimed case, on a form with these fields.
async fn decide(
    app: &TestApp,
    who: &Person,
    (case, page): &(String, TestResponse),
    more: &[(&str, &str)],
) {
    let (claim, version) = (page.field("claim"), page.field("version"));
    let mut form = vec![("claim", &*claim), ("version", &version), ("reason", "As the bank says.")];
    form.extend_from_slice(more);
    // No further case is claimed.
    form.push(("next", "stop"));
    let done = app.post_as(who, &format!("{case}/decide"), &form).await;
    assert!(done.to().contains("then=decided"), "{done:?}");
}

on_both_engines! {
    async fn the_text_of_an_item_is_shown_escaped_and_in_no_record(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item_in_context("a", "one", TEXT, URL).await;
        let (rei, lea) = (app.reviewer("rei").await, app.lead("lea").await);
        let auditor = app.person("audi", &[StaffRole::Auditor]).await;

        let (case, page) = app.claim_next(&rei).await;

        let shown = "A &lt;b&gt;caption&lt;/b&gt;<br>of two lines<span class=\"mark\">U+202E</span>";
        assert!(page.page().contains(shown), "{page:?}");
        assert!(!page.text.contains("photos.example"), "the address is not on the page: {page:?}");
        for who in [&lea, &auditor] {
            let record = app.get_as(who, &case).await;
            assert!(!record.page().contains("caption"), "{record:?}");
            assert!(!record.text.contains("/context\""), "{record:?}");
        }
    }

    async fn opening_a_page_at_the_service_is_recorded_and_counts(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item_in_context("a", "one", TEXT, URL).await;
        let (rei, aoi) = (app.reviewer("rei").await, app.reviewer("aoi").await);
        let (case, claim, open) = claimed(&app, &rei).await;
        let by = [("claim", claim.as_str())];

        let theirs = app.post_as(&aoi, &open, &by).await;
        let before = clear_views(&app, &rei).await;
        let opened = app.post_as(&rei, &open, &by).await;
        let after = clear_views(&app, &rei).await;

        assert_eq!(theirs.status, StatusCode::CONFLICT, "{theirs:?}");
        assert!(!theirs.text.contains("photos.example"), "{theirs:?}");
        assert!(opened.page().contains("href=\"https://photos.example/p/17?a=1&#38;b=2\""), "{opened:?}");
        assert!(opened.text.contains("rel=\"noopener noreferrer\""), "{opened:?}");
        assert!(opened.text.contains("<span translate=\"no\">photos.example</span>"), "{opened:?}");
        assert!(!opened.text.contains(">https:"), "the URL is no text of the page: {opened:?}");
        assert_eq!([before, after], ["0", "1"], "it counts towards the exposure limit");
        let page = app.get_as(&rei, &case).await;
        assert!(page.page().contains("Opened the page of an item at the service"), "{page:?}");
        assert!(page.text.contains("One clear view"), "{page:?}");
        assert!(page.text.contains("<td>Page at the service</td>"), "{page:?}");
    }

    async fn a_page_is_opened_only_with_a_claim_and_an_address(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item_in_context("a", "one", TEXT, URL).await;
        let rei = app.reviewer("rei").await;
        let (case, claim, open) = claimed(&app, &rei).await;
        app.item("without an address", Some("one")).await;
        let by = [("claim", claim.as_str())];

        let page = app.get_as(&rei, &case).await;
        let ids = page.page().split("<li id=\"item-").skip(1);
        let ids: Vec<&str> = ids.map(|rest| rest.split('"').next().unwrap()).collect();
        let other = ids.into_iter().find(|id| !open.contains(id)).unwrap();
        let none = app.post_as(&rei, &format!("{case}/items/{other}/context"), &by).await;
        let unknown = "match_00000000000000000000000000000001";
        let unknown = app.post_as(&rei, &format!("{case}/items/{unknown}/context"), &by).await;
        let without_claim = app.post_as(&rei, &open, &[]).await;

        assert_eq!(page.page().matches("/context\"").count(), 1, "one item has an address");
        assert_eq!((none.status, unknown.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert_eq!(without_claim.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn earlier_decisions_about_an_account_are_shown_as_counts(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let (rei, lea) = (app.reviewer("rei").await, app.lead("lea").await);
        let remove = [("outcome", "violates"), ("items", "remove")];
        app.item("a", Some("one")).await;
        let first = app.claim_next(&rei).await;
        decide(&app, &rei, &first, &remove).await;
        app.item("b", Some("two")).await;
        let second = app.claim_next(&rei).await;
        decide(&app, &rei, &second, &[("outcome", "allowed")]).await;
        app.item("c", Some("one")).await;

        let (case, page) = app.claim_next(&rei).await;
        let record = app.get_as(&lea, &case).await;

        let first = first.1.page();
        assert!(first.contains("Earlier decisions about this account"), "{first}");
        assert!(first.contains("<dd class=\"earlier\">None<p class=\"hint\">"), "{first}");
        assert!(page.page().contains("<li>Violates the policy: 1</li>"), "{page:?}");
        assert!(!page.text.contains("<li>Allowed: "), "that is another account: {page:?}");
        assert!(!record.page().contains("Earlier decisions about this account"), "{record:?}");
    }

    async fn an_item_stands_below_the_entry_that_it_matches(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        app.item("b", Some("one")).await;
        app.item_like("c", Some("one"), [1; 32].into()).await;
        let rei = app.reviewer("rei").await;

        let (_, page) = app.claim_next(&rei).await;

        assert_eq!(page.page().matches("<section class=\"group\"").count(), 2, "{page:?}");
        assert_eq!(page.text.matches("Matched entry <code translate=\"no\">ent_").count(), 2, "{page:?}");
        assert!(page.text.contains("<dt>Source</dt><dd><bdi>drawn by a test</bdi>"), "{page:?}");
        assert!(page.text.contains("<dd><bdi>a service</bdi> <code"), "the service's name: {page:?}");
    }
}
