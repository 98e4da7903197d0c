//! Decisions: made, looked at by a second person, taken back, and refused where they must be.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mamori_model::StaffRole;
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;

use crate::house::{Answer, House, Person};

/// What a page's form says, with these measures.
fn form<'a>(claim: &'a str, version: &'a str, more: &[(&'a str, &'a str)]) -> Fields<'a> {
    let mut fields = vec![("claim", claim), ("version", version), ("reason", "It is the poster.")];
    fields.extend_from_slice(more);
    fields
}

type Fields<'a> = Vec<(&'a str, &'a str)>;

const REMOVE: [(&str, &str); 2] = [("outcome", "violates"), ("items", "remove")];
const SUSPEND: [(&str, &str); 2] = [("outcome", "violates"), ("account", "suspend")];

/// Takes the next case and decides it so; where that led.
async fn decide(house: &House, who: &Person, more: &[(&str, &str)]) -> Answer {
    let (case, page) = house.next(who).await;
    let (claim, version) = (page.field("claim"), page.field("version"));
    house.post_as(who, &format!("{case}/decide"), &form(&claim, &version, more)).await
}

/// The decision that an address names as the one before.
fn decision(to: &str) -> String {
    let after = to.split_once("after=").unwrap().1;
    format!("/console/decisions/{}", after.split('&').next().unwrap())
}

on_both_engines! {
    async fn a_decision_leads_to_the_next_case_and_can_be_read_and_taken_back(records: Records) {
        let house = House::open(records).await;
        house.item("<b>a</b>", Some("one")).await;
        house.item("b", Some("two")).await;
        let rei = house.reviewer("rei").await;

        let next = decide(&house, &rei, &REMOVE).await.to();

        assert!(next.starts_with("/console/cases/case_"), "{next}");
        let page = house.get_as(&rei, &next).await;
        assert!(page.page().contains("Decided. This is the next case."), "{page:?}");
        let read = decision(&next);
        assert!(page.page().contains(&format!("href=\"{read}\"")), "{page:?}");
        let page = house.get_as(&rei, &read).await;
        assert!(page.page().contains("Remove the item"), "{page:?}");
        assert!(page.page().contains("<bdi>&lt;b&gt;a&lt;/b&gt;</bdi>"), "{page:?}");
        assert!(page.page().contains("Sent; the service has not answered"), "{page:?}");
        let undo = [("words", "I was <i>wrong</i>.")];
        assert_eq!(house.post_as(&rei, &format!("{read}/undo"), &undo).await.to(), read);
        let page = house.get_as(&rei, &read).await;
        assert!(page.page().contains("I was &lt;i&gt;wrong&lt;/i&gt;."), "{page:?}");
        assert!(page.page().contains("Hold the item back"), "{page:?}");
        let again = house.post_as(&rei, &format!("{read}/undo"), &undo).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(again.text.contains(&format!("href=\"{read}\"")), "a way on: {again:?}");
    }

    async fn a_decision_sent_twice_is_made_once(records: Records) {
        let house = House::open(records).await;
        house.item("a", Some("one")).await;
        house.item("b", Some("two")).await;
        let rei = house.reviewer("rei").await;
        let (case, page) = house.next(&rei).await;
        let (claim, version) = (page.field("claim"), page.field("version"));
        let address = format!("{case}/decide");
        let twice = form(&claim, &version, &REMOVE);

        let first = house.post_as(&rei, &address, &twice).await.to();
        let second = house.post_as(&rei, &address, &twice).await.to();
        let other = form(&claim, &version, &[("outcome", "allowed")]);
        let other = house.post_as(&rei, &address, &other).await;

        assert_eq!(first, second);
        assert_eq!(other.status, StatusCode::CONFLICT);
        assert!(other.text.contains("<title>This has already been decided"), "{other:?}");
        assert!(other.text.contains(&decision(&first)), "{other:?}");
        let list = house.get_as(&rei, "/console/decisions").await;
        assert_eq!(list.page().matches("/console/decisions/dec_").count(), 1, "{list:?}");
    }

    async fn a_lapsed_claim_decides_nothing_and_loses_no_words(records: Records) {
        let house = House::open(records).await;
        house.item("a", Some("one")).await;
        let rei = house.reviewer("rei").await;
        let (case, page) = house.next(&rei).await;
        let (claim, version) = (page.field("claim"), page.field("version"));
        house.clock.advance(SignedDuration::from_mins(11));

        let late = form(&claim, &version, &REMOVE);
        let late = house.post_as(&rei, &format!("{case}/decide"), &late).await;

        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.text.contains("Your claim on this case has lapsed"), "{late:?}");
        let kept = [("outcome", &*late.field("outcome")), ("items", &*late.field("items"))];
        let kept = [kept[0], kept[1], ("reason", "It is the poster.")];
        assert!(late.text.contains(">It is the poster.</textarea>"), "{late:?}");
        let again = house.post_as(&rei, &format!("{case}/claim"), &kept).await;
        assert!(again.page().contains(">It is the poster.</textarea>"), "{again:?}");
        assert!(again.page().contains("value=\"remove\" data-key=\"6\" checked"), "{again:?}");
    }

    async fn a_case_that_went_to_somebody_else_is_not_decided(records: Records) {
        let house = House::open(records).await;
        house.item("a", Some("one")).await;
        let (rei, aoi) = (house.reviewer("rei").await, house.reviewer("aoi").await);
        let (case, page) = house.next(&rei).await;
        let (claim, version) = (page.field("claim"), page.field("version"));
        house.clock.advance(SignedDuration::from_mins(11));
        let (theirs, _) = house.next(&aoi).await;

        let late = form(&claim, &version, &REMOVE);
        let late = house.post_as(&rei, &format!("{case}/decide"), &late).await;

        assert_eq!(theirs, case);
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.text.contains("<strong>A colleague has claimed this case"), "{late:?}");
        assert!(late.text.contains("readonly>It is the poster.</textarea>"), "{late:?}");
        assert!(!late.text.contains(&format!("{case}/claim")), "{late:?}");
        let list = house.get_as(&rei, "/console/decisions").await;
        assert!(list.page().contains("There are no decisions."), "{list:?}");
    }

    async fn a_stale_page_decides_nothing(records: Records) {
        let house = House::open(records).await;
        house.item("a", Some("one")).await;
        let rei = house.reviewer("rei").await;
        let (case, page) = house.next(&rei).await;
        let (claim, version) = (page.field("claim"), page.field("version"));
        house.item("came later", Some("one")).await;

        let stale = form(&claim, &version, &REMOVE);
        let stale = house.post_as(&rei, &format!("{case}/decide"), &stale).await;

        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.text.contains("This case has changed"), "{stale:?}");
        assert!(stale.text.contains("came later"), "what is new is shown: {stale:?}");
        assert!(stale.text.contains(">It is the poster.</textarea>"), "{stale:?}");
        let version = stale.field("version");
        let seen = form(&claim, &version, &REMOVE);
        let seen = house.post_as(&rei, &format!("{case}/decide"), &seen).await;
        assert!(seen.to().contains("then=decided"), "{seen:?}");
    }

    async fn a_decision_that_cannot_be_is_sent_back_with_every_word(records: Records) {
        let house = House::open(records).await;
        house.item("a", Some("one")).await;
        let rei = house.reviewer("rei").await;
        let (case, page) = house.next(&rei).await;
        let (claim, version) = (page.field("claim"), page.field("version"));
        let limit = [("outcome", "violates"), ("items", "limit"), ("countries", "JP, Mars")];
        let past = [("outcome", "violates"), ("account", "suspend"), ("suspend_until", "2020-01-01")];
        let table: [(&[(&str, &str)], &str); 4] = [
            (&[("outcome", "violates")], "A violation needs at least one measure"),
            (&[("outcome", "allowed"), ("items", "remove")], "Restrictive measures need"),
            (&limit, "<code translate=\"no\">countries</code>"),
            (&past, "The end date is in the past"),
        ];

        for (more, said) in table {
            let sent = form(&claim, &version, more);
            let back = house.post_as(&rei, &format!("{case}/decide"), &sent).await;
            assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(back.text.contains(said), "{said}: {back:?}");
            assert!(back.text.contains(">It is the poster.</textarea>"), "{back:?}");
        }
    }
}

on_both_engines! {
    async fn a_suspension_waits_for_a_lead_who_has_the_case_before_them(records: Records) {
        let house = House::open(records).await;
        house.item("a", Some("one")).await;
        let (rei, lea) = (house.reviewer("rei").await, house.lead("lea").await);
        let to = decide(&house, &rei, &SUSPEND).await.to();
        let read = decision(&to);

        let mine = house.get_as(&rei, &read).await;
        let theirs = house.get_as(&lea, &read).await;
        let own = house.post_as(&rei, &format!("{read}/approve"), &[]).await;
        let approved = house.post_as(&lea, &format!("{read}/approve"), &[]).await;
        let twice = house.post_as(&lea, &format!("{read}/approve"), &[]).await;

        assert!(to.contains("then=proposed"), "{to}");
        assert!(mine.page().contains("Nothing is sent until then."), "{mine:?}");
        assert!(!mine.page().contains("/approve"), "{mine:?}");
        assert!(theirs.page().contains("You are the second approver"), "{theirs:?}");
        assert!(theirs.page().contains("The case, for your second review"), "{theirs:?}");
        assert_eq!(own.status, StatusCode::NOT_FOUND);
        assert_eq!(approved.to(), read);
        assert_eq!(twice.status, StatusCode::CONFLICT);
        let page = house.get_as(&rei, &read).await;
        assert!(page.page().contains("Sent; the service has not answered"), "{page:?}");
    }

    async fn a_lead_sends_a_suspension_back_and_says_why(records: Records) {
        let house = House::open(records).await;
        house.item("a", Some("one")).await;
        let (rei, lea) = (house.reviewer("rei").await, house.lead("lea").await);
        let read = decision(&decide(&house, &rei, &SUSPEND).await.to());

        let silent = house.post_as(&lea, &format!("{read}/refuse"), &[("words", "")]).await;
        let refused = [("words", "A feature is enough.")];
        let refused = house.post_as(&lea, &format!("{read}/refuse"), &refused).await;

        assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.to(), read);
        let page = house.get_as(&rei, &read).await;
        assert!(page.page().contains("A feature is enough."), "{page:?}");
        assert!(page.page().contains("Never sent"), "{page:?}");
        assert_eq!(house.next(&lea).await.1.status, StatusCode::OK, "it is open again, for a lead");
    }

    async fn nobody_is_their_own_second_person_in_no_session(records: Records) {
        let house = House::open(records).await;
        house.item("a", Some("one")).await;
        let lea = house.lead("lea").await;
        let read = decision(&decide(&house, &lea, &SUSPEND).await.to());
        let elsewhere = house.again(lea.staff.clone()).await;

        for person in [&lea, &elsewhere] {
            let own = house.post_as(person, &format!("{read}/approve"), &[]).await;
            assert_eq!(own.status, StatusCode::FORBIDDEN);
            assert!(own.text.contains("<title>You cannot approve or settle"), "{own:?}");
        }
    }

    async fn two_who_approve_at_once_approve_once(records: Records) {
        let house = House::open(records).await;
        house.item("a", Some("one")).await;
        let rei = house.reviewer("rei").await;
        let (lea, leo) = (house.lead("lea").await, house.lead("leo").await);
        let read = decision(&decide(&house, &rei, &SUSPEND).await.to());
        let address = format!("{read}/approve");

        let (one, two) =
            tokio::join!(house.post_as(&lea, &address, &[]), house.post_as(&leo, &address, &[]));

        let mut statuses = [one.status, two.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::CONFLICT]);
    }

    async fn alone_one_waits_a_day_and_looks_again(records: Records) {
        let house = House::open_alone(records).await;
        house.item("a", Some("one")).await;
        let rei = house.reviewer("rei").await;
        let read = decision(&decide(&house, &rei, &SUSPEND).await.to());
        let address = format!("{read}/approve");

        let soon = house.post_as(&rei, &address, &[]).await;
        house.clock.advance(SignedDuration::from_hours(25));
        let rei = house.again(rei.staff).await;
        let unseen = house.post_as(&rei, &address, &[]).await;
        let page = house.get_as(&rei, &read).await;
        let approved = house.post_as(&rei, &address, &[]).await;

        assert!(soon.text.contains("<title>It is too early for the second review"), "{soon:?}");
        assert_eq!(unseen.status, StatusCode::FORBIDDEN);
        assert!(unseen.text.contains("<title>Review the case once more"), "{unseen:?}");
        assert!(page.page().contains("The case, for your second review"), "{page:?}");
        assert!(!page.page().contains("no second person was required"), "not yet: {page:?}");
        assert_eq!(approved.to(), read);
        let done = house.get_as(&rei, &read).await;
        let said = "<bdi>rei &lt;b&gt;rei&lt;/b&gt;</bdi> · single-person operation: no second";
        assert!(done.page().contains(said), "{done:?}");
        let tongue = [("language", "ja"), ("scheme", "dark"), ("view", "text")];
        house.post_as(&rei, "/console/me", &tongue).await.to();
        let japanese = house.get_as(&rei, &read).await;
        let said = "<bdi>rei &lt;b&gt;rei&lt;/b&gt;</bdi> · 一人で確認：ほかに人がいないため";
        assert!(japanese.page().contains(said), "{japanese:?}");
    }

    async fn whoever_proved_it_long_ago_is_asked_again_before_a_second_look(records: Records) {
        let house = House::open(records).await;
        house.item("a", Some("one")).await;
        let (rei, lea) = (house.reviewer("rei").await, house.lead("lea").await);
        let read = decision(&decide(&house, &rei, &SUSPEND).await.to());
        house.clock.advance(SignedDuration::from_mins(16));

        let page = house.get_as(&lea, &read).await;
        let approved = house.post_as(&lea, &format!("{read}/approve"), &[]).await;

        assert!(page.page().contains("Confirm your identity before you approve"), "{page:?}");
        assert!(!page.page().contains("/approve"), "{page:?}");
        assert_eq!(approved.to(), "/console/prove");
    }

    async fn decisions_are_ones_own_unless_one_keeps_the_record(records: Records) {
        let house = House::open(records).await;
        for account in ["one", "two", "three"] {
            house.item(&format!("of {account}"), Some(account)).await;
        }
        let (rei, aoi) = (house.reviewer("rei").await, house.reviewer("aoi").await);
        let auditor = house.person("audi", &[StaffRole::Auditor]).await;
        let editor = house.person("edi", &[StaffRole::PolicyEditor]).await;
        let theirs = decision(&decide(&house, &aoi, &[("outcome", "not_a_match")]).await.to());
        house.clock.advance(SignedDuration::from_secs(1));
        decide(&house, &rei, &REMOVE).await;

        let own = house.get_as(&rei, "/console/decisions").await;
        let all = house.get_as(&auditor, "/console/decisions").await;
        let some = house.get_as(&auditor, "/console/decisions?state=standing&outcome=violates").await;

        let count = |page: &Answer| page.page().matches("/console/decisions/dec_").count();
        assert_eq!((count(&own), count(&all), count(&some)), (1, 2, 1));
        assert_eq!(house.get_as(&rei, &theirs).await.status, StatusCode::NOT_FOUND);
        let record = house.get_as(&auditor, &theirs).await;
        assert!(record.page().contains("aoi &lt;b&gt;aoi&lt;/b&gt;"), "{record:?}");
        assert!(!record.page().contains("/undo"), "{record:?}");
        for (who, path) in [
            (&editor, "/console/decisions"),
            (&auditor, "/console/decisions?made_by=aoi"),
            (&auditor, "/console/decisions?account=one"),
            (&auditor, "/console/decisions?state=perhaps"),
        ] {
            let answer = house.get_as(who, path).await;
            assert!(answer.status.is_client_error(), "{path}: {answer:?}");
        }
        let undo = [("words", "Not mine.")];
        let undone = house.post_as(&rei, &format!("{theirs}/undo"), &undo).await;
        assert_eq!(undone.status, StatusCode::CONFLICT, "{undone:?}");
    }

    async fn only_a_lead_asks_a_service_again_and_only_what_is_overdue(records: Records) {
        let house = House::open(records).await;
        house.item("a", Some("one")).await;
        let (rei, lea) = (house.reviewer("rei").await, house.lead("lea").await);
        let read = decision(&decide(&house, &rei, &REMOVE).await.to());
        for _ in 0..40 {
            house.clock.advance(SignedDuration::from_hours(12));
            while house.desk.work_once().await.unwrap() > 0 {}
        }
        let (rei, lea) = (house.again(rei.staff).await, house.again(lea.staff).await);

        let page = house.get_as(&lea, &read).await;
        let action = page.page().split("/actions/").nth(1).unwrap().split('/').next().unwrap();
        let address = format!("{read}/actions/{action}/ask-again");
        let not_theirs = house.post_as(&rei, &address, &[]).await;
        let asked = house.post_as(&lea, &address, &[]).await;
        let twice = house.post_as(&lea, &address, &[]).await;

        assert!(page.page().contains("Overdue: the service never answered"), "{page:?}");
        assert_eq!(not_theirs.status, StatusCode::NOT_FOUND);
        assert_eq!(asked.to(), read);
        assert_eq!(twice.status, StatusCode::NOT_FOUND);
        let page = house.get_as(&lea, &read).await;
        assert!(page.page().contains("Sent; the service has not answered"), "{page:?}");
    }
}
