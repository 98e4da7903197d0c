//! What somebody sees of an item: written down first, once, and not more than is good for them.

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, ORIGIN};
use axum::http::{Request, StatusCode};
use jiff::SignedDuration;
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;

use crate::house::{Answer, House, Person};

/// A case in somebody's hand, whose one item is kept; its address, its claim, and the item's id.
async fn in_hand(house: &House, who: &Person) -> (String, String, String) {
    let (case, page) = house.next(who).await;
    let item = house.keep(case.rsplit('/').next().unwrap()).await;
    (case, page.field("claim"), item)
}

/// Begins a clear look.
async fn look(
    house: &House,
    who: &Person,
    (case, claim, item): &(String, String, String),
) -> Answer {
    let form = [("claim", claim.as_str()), ("item", item)];
    house.post_as(who, &format!("{case}/looks"), &form).await
}

/// Where the picture is that an answer names.
fn picture(begun: &Answer) -> String {
    let said: serde_json::Value = serde_json::from_str(begun.page()).unwrap();
    said["picture"].as_str().unwrap().to_owned()
}

on_both_engines! {
    async fn a_picture_is_shown_once_for_each_look(records: Records) {
        let house = House::open(records).await;
        house.item("a", Some("one")).await;
        let (rei, aoi) = (house.reviewer("rei").await, house.reviewer("aoi").await);
        let hand = in_hand(&house, &rei).await;

        let begun = look(&house, &rei, &hand).await;
        let address = picture(&begun);
        let theirs = house.get_as(&aoi, &address).await;
        let shown = house.get_as(&rei, &address).await;
        let twice = house.get_as(&rei, &address).await;
        let of_look = address.strip_suffix("/picture").unwrap();
        let kept = house.post_as(&rei, &format!("{of_look}/keep"), &[]).await;
        let closed = house.post_as(&rei, &format!("{of_look}/close"), &[]).await;
        let late = house.post_as(&rei, &format!("{of_look}/keep"), &[]).await;

        assert_eq!(theirs.status, StatusCode::NOT_FOUND);
        assert_eq!(shown.status, StatusCode::OK);
        assert_eq!(shown.headers[CONTENT_TYPE], "image/jpeg");
        assert_eq!(shown.headers["cache-control"], "no-store");
        assert_eq!(twice.status, StatusCode::GONE);
        assert_eq!(kept.status, StatusCode::NO_CONTENT);
        assert_eq!(closed.status, StatusCode::NO_CONTENT);
        assert_eq!(late.status, StatusCode::GONE);
        let page = house.get_as(&rei, &hand.0).await;
        assert!(page.page().contains("One view"), "{page:?}");
    }

    async fn the_page_shows_a_blurred_picture_and_that_is_a_look_too(records: Records) {
        let house = House::open(records).await;
        house.item("a", Some("one")).await;
        let rei = house.reviewer("rei").await;
        let (case, claim, item) = in_hand(&house, &rei).await;

        let page = house.get_as(&rei, &case).await;
        let address = format!("{case}/items/{item}/veiled?claim={claim}");
        let veiled = house.get_as(&rei, &address).await;
        let unasked = house.get_as(&rei, &format!("{case}/items/{item}/veiled")).await;
        let nobody = house.get(&address).await;

        assert!(page.page().contains(&format!("<img src=\"{address}\"")), "{page:?}");
        assert_eq!(veiled.status, StatusCode::OK);
        assert_eq!(veiled.headers[CONTENT_TYPE], "image/png");
        assert!(veiled.headers["content-length"].to_str().unwrap().parse::<u32>().unwrap() < 3_000);
        assert_eq!(unasked.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(nobody.status, StatusCode::SEE_OTHER);
        let page = house.get_as(&rei, &case).await;
        assert!(page.page().contains("<td>Blurred</td>"), "{page:?}");
    }

    async fn whoever_wants_text_only_gets_no_picture_by_itself(records: Records) {
        let house = House::open(records).await;
        house.item("a", Some("one")).await;
        let rei = house.reviewer("rei").await;
        let (case, ..) = in_hand(&house, &rei).await;
        let form = [("language", "en"), ("scheme", "dark"), ("view", "text")];
        assert_eq!(house.post_as(&rei, "/console/me", &form).await.to(), "/console/me");

        let page = house.get_as(&rei, &case).await;

        assert!(!page.page().contains("<img"), "{page:?}");
        assert!(page.page().contains("Show the blurred picture"), "{page:?}");
        assert!(page.page().contains("data-scheme=\"dark\""), "{page:?}");
    }

    async fn whoever_had_their_dose_sees_no_more_and_is_told_until_when(records: Records) {
        let house = House::with(records, |settings| settings.exposure.looks = 1).await;
        house.item("a", Some("one")).await;
        house.item("b", Some("two")).await;
        let rei = house.reviewer("rei").await;
        let hand = in_hand(&house, &rei).await;
        let begun = look(&house, &rei, &hand).await;
        house.get_as(&rei, &picture(&begun)).await;

        let spent = look(&house, &rei, &hand).await;
        let script = Request::post(format!("{}/looks", hand.0))
            .header(COOKIE, format!("mamori-local={}", rei.cookie))
            .header(ORIGIN, "http://localhost:8080")
            .header(ACCEPT, "application/json")
            .body(Body::from(format!("csrf={}&claim={}&item={}", rei.csrf, hand.1, hand.2)));
        let script = house.send(script.unwrap()).await;
        let next = house.post_as(&rei, "/console/queue/next", &[]).await;

        assert_eq!(spent.status, StatusCode::FORBIDDEN);
        assert!(spent.text.contains("<title>Your exposure limit is reached"), "{spent:?}");
        assert!(spent.text.contains("href=\"/console/me\""), "a way on: {spent:?}");
        assert!(script.status.is_client_error());
        assert_eq!(script.headers[CONTENT_TYPE], "application/json");
        assert_eq!(next.status, StatusCode::FORBIDDEN);
        let me = house.get_as(&rei, "/console/me").await;
        assert!(me.page().contains("You can view items again from"), "{me:?}");
        assert!(me.page().contains("2026-11-19 11:06 UTC"), "a day later: {me:?}");
    }

    async fn a_break_gives_the_case_back_and_lasts(records: Records) {
        let house = House::open(records).await;
        house.item("a", Some("one")).await;
        let (rei, aoi) = (house.reviewer("rei").await, house.reviewer("aoi").await);
        let (case, _) = house.next(&rei).await;

        let resting = house.post_as(&rei, "/console/me/rest", &[]).await;
        let next = house.post_as(&rei, "/console/queue/next", &[]).await;
        let (theirs, _) = house.next(&aoi).await;
        let me = house.get_as(&rei, "/console/me").await;
        house.clock.advance(SignedDuration::from_mins(11));
        let after = house.get_as(&rei, "/console/me").await;

        assert_eq!(resting.to(), "/console/me");
        assert_eq!(next.status, StatusCode::FORBIDDEN);
        assert!(next.text.contains("<title>A break is due"), "{next:?}");
        assert_eq!(theirs, case);
        assert!(me.page().contains("Break until"), "{me:?}");
        assert!(!after.page().contains("Break until"), "{after:?}");
    }

    async fn the_second_person_looks_by_the_decision_and_a_record_shows_nothing(records: Records) {
        let house = House::open(records).await;
        house.item("a", Some("one")).await;
        let (rei, lea) = (house.reviewer("rei").await, house.lead("lea").await);
        let (case, page) = house.next(&rei).await;
        let item = house.keep(case.rsplit('/').next().unwrap()).await;
        let form = [
            ("claim", &*page.field("claim")),
            ("version", &*page.field("version")),
            ("outcome", "violates"),
            ("account", "suspend"),
            ("reason", "It is the poster."),
        ];
        let to = house.post_as(&rei, &format!("{case}/decide"), &form).await.to();
        let decision = to.split("after=").nth(1).unwrap().split('&').next().unwrap();

        let page = house.get_as(&lea, &format!("/console/decisions/{decision}")).await;
        let address = format!("{case}/items/{item}/veiled?decision={decision}");
        let veiled = house.get_as(&lea, &address).await;
        let begun = [("decision", decision), ("item", &*item)];
        let begun = house.post_as(&lea, &format!("{case}/looks"), &begun).await;
        let theirs = house.get_as(&rei, &address).await;
        let record = house.get_as(&lea, &case).await;

        assert!(page.page().contains(&format!("<img src=\"{address}\"")), "{page:?}");
        assert_eq!(veiled.status, StatusCode::OK);
        assert_eq!(house.get_as(&lea, &picture(&begun)).await.status, StatusCode::OK);
        assert_eq!(theirs.status, StatusCode::FORBIDDEN);
        assert!(!record.page().contains("<img"), "{record:?}");
        assert!(record.page().contains("Only the reviewer with the claim"), "{record:?}");
    }
}
