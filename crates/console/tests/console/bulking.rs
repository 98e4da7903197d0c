//! One answer to many cases, as a browser without scripts gives it.

use axum::http::StatusCode;
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;

use crate::house::{Answer, House, Person};

/// The cases that a form offers.
fn offered(page: &Answer) -> Vec<String> {
    let parts = page.page().split("name=\"case\" value=\"").skip(1);
    parts.map(|part| part.split('"').next().unwrap().to_owned()).collect()
}

async fn prepare(house: &House, who: &Person, cases: &[String]) -> Answer {
    let mut form: Vec<(&str, &str)> = cases.iter().map(|case| ("case", case.as_str())).collect();
    form.extend([("outcome", "violates"), ("items", "remove"), ("account", "leave")]);
    form.push(("reason", "The <poster> again."));
    house.post_as(who, "/console/bulk", &form).await
}

on_both_engines! {
    async fn a_bulk_decision_is_shown_settled_by_a_second_person_and_undone_as_one(records: Records) {
        let house = House::open(records).await;
        for account in ["one", "two", "three"] {
            house.item(account, Some(account)).await;
        }
        let (rei, lea) = (house.reviewer("rei").await, house.lead("lea").await);
        let cases = offered(&house.get_as(&rei, "/console/bulk/new").await);
        assert_eq!(cases.len(), 3);

        let bulk = prepare(&house, &rei, &cases).await.to();
        let shown = house.get_as(&rei, &bulk).await;
        let before = house.post_as(&lea, "/console/queue/next", &[]).await;
        let confirmed = house.post_as(&rei, &format!("{bulk}/confirm"), &[]).await;
        let own = house.post_as(&rei, &format!("{bulk}/approve"), &[]).await;
        let waits = house.get_as(&lea, &bulk).await;
        let approved = house.post_as(&lea, &format!("{bulk}/approve"), &[]).await;
        let stands = house.get_as(&rei, &bulk).await;
        let undo = [("words", "I was wrong.")];
        let undone = house.post_as(&rei, &format!("{bulk}/undo"), &undo).await;

        let text = shown.page().replace(['\u{2068}', '\u{2069}'], "");
        assert!(text.contains("3 cases · 3 items · 3 accounts"), "{text}");
        assert!(text.contains("The &lt;poster&gt; again."), "{text}");
        assert_eq!(before.to(), "/console/queue?none=1", "nobody else is given these cases");
        assert_eq!(confirmed.to(), bulk);
        assert_eq!(own.status, StatusCode::NOT_FOUND, "a reviewer is no second person");
        assert!(waits.page().contains("Waiting for second approval"), "{waits:?}");
        assert!(waits.text.contains("You are the second approver"), "{waits:?}");
        assert_eq!(approved.to(), bulk);
        assert!(stands.page().contains("In effect"), "{stands:?}");
        assert_eq!(undone.to(), bulk);
        let after = house.get_as(&lea, &bulk).await;
        assert!(after.page().contains(">Undone<"), "{after:?}");
        let again = offered(&house.get_as(&rei, "/console/bulk/new").await);
        assert_eq!(again.len(), 3, "they are open again");
    }

    async fn a_bulk_decision_of_no_case_is_refused_by_name(records: Records) {
        let house = House::open(records).await;
        let rei = house.reviewer("rei").await;

        let none = prepare(&house, &rei, &[]).await;

        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(none.text.contains("<title>No case is chosen"), "{none:?}");
        assert!(none.text.contains("href=\"/console/bulk/new\""), "{none:?}");
        let list = house.get_as(&rei, "/console/bulk").await;
        assert!(!list.page().contains("/console/bulk/bulk_"), "{list:?}");
    }

    async fn what_was_dropped_or_went_stale_decides_nothing(records: Records) {
        let house = House::open(records).await;
        house.item("a", Some("one")).await;
        let rei = house.reviewer("rei").await;
        let cases = offered(&house.get_as(&rei, "/console/bulk/new").await);

        let bulk = prepare(&house, &rei, &cases).await.to();
        house.post_as(&rei, &format!("{bulk}/drop"), &[]).await.to();
        let late = house.post_as(&rei, &format!("{bulk}/confirm"), &[]).await;
        let other = prepare(&house, &rei, &cases).await.to();
        house.item("b", Some("one")).await;
        let stale = house.post_as(&rei, &format!("{other}/confirm"), &[]).await;
        let none = house.post_as(&rei, "/console/bulk", &[("outcome", "allowed"), ("reason", "x")]).await;

        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.text.contains("<title>This bulk decision has been settled"), "{late:?}");
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.text.contains("<title>A case changed since this was prepared"), "{stale:?}");
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        let list = house.get_as(&rei, "/console/bulk").await;
        assert!(list.page().contains("Discarded or expired"), "{list:?}");
    }

    async fn the_cases_with_one_picture_are_offered_together(records: Records) {
        let house = House::open(records).await;
        for account in ["one", "two"] {
            house.item(account, Some(account)).await;
        }
        let rei = house.reviewer("rei").await;
        let (case, page) = house.next(&rei).await;
        let id = case.rsplit('/').next().unwrap();

        let link = format!("/console/bulk/new?like={id}");
        let alike = house.get_as(&rei, &link).await;

        assert!(page.page().contains(&link), "{page:?}");
        let cases = offered(&alike);
        assert!(cases.len() == 2 && cases.contains(&id.to_owned()), "{cases:?}");
        assert!(alike.text.contains(" checked>"), "{alike:?}");
    }
}
