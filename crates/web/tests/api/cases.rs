//! Cases, decisions and actions, as their service reads and answers them.

use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;
use serde_json::json;

use crate::house::{House, Who};

/// A house with one decided case.
async fn decided(records: Records) -> (House, [String; 3]) {
    let house = House::open(records).await;
    let bank = house.bank("known").await;
    house.add(&bank, "md5", &"0f".repeat(16)).await;
    let check = json!({
        "item_id": "x", "account_id": "a", "surface": "public", "md5": "0f".repeat(16),
    });
    house.post(Who::Service, "/v1/check", check).await.ok();
    let (case, decision, action) = house.decided().await;
    (house, [case, decision, action])
}

on_both_engines! {
    async fn a_service_reads_its_case_its_decision_and_what_to_do(records: Records) {
        let (house, [case, decision, action]) = decided(records).await;

        let read = house.get(Who::Service, &format!("/v1/cases/{case}")).await.ok();
        let made = house.get(Who::Service, &format!("/v1/decisions/{decision}")).await;
        let asked = house.get(Who::Service, &format!("/v1/actions/{action}")).await.ok();
        let list = house.get(Who::Service, "/v1/decisions?state=standing").await.ok();

        assert_eq!(read["item_ids"], json!(["x"]));
        assert_eq!((&read["state"], &read["account_id"]), (&json!("decided"), &json!("a")));
        assert_eq!(read["decision_id"], decision);
        assert_eq!(made.ok()["actions"], json!([asked.clone()]));
        assert_eq!(list["data"], json!([made.ok()]));
        assert!(!made.text.contains("staff"), "who decided is not said: {}", made.text);
        assert_eq!(asked["kind"], "remove_item");
        assert_eq!((&asked["state"], &asked["sequence"]), (&json!("waiting"), &json!(1)));
        let open = house.get(Who::Service, "/v1/cases?state=open").await.ok();
        assert_eq!(open["data"], json!([]));
        let undone = house.get(Who::Service, "/v1/decisions?state=proposed").await;
        assert_eq!(undone.problem().0, 400, "what waits for a second person is not shown");
    }

    async fn an_answer_is_taken_once_and_another_one_refused(records: Records) {
        let (house, [_, _, action]) = decided(records).await;
        let path = format!("/v1/actions/{action}/answer");
        let done = json!({"result": "done", "note": "gone"});

        let first = house.post(Who::Service, &path, done.clone()).await;
        let again = house.post(Who::Service, &path, done).await;
        let other = house.post(Who::Service, &path, json!({"result": "cannot"})).await;
        let wrong = house.post(Who::Service, &path, json!({"result": "perhaps"})).await;

        assert_eq!((first.status.as_u16(), again.status.as_u16()), (204, 204));
        assert_eq!(other.problem(), (409, "action.answered".to_owned()));
        assert_eq!(wrong.problem().0, 422);
        let asked = house.get(Who::Service, &format!("/v1/actions/{action}")).await.ok();
        assert_eq!((&asked["state"], &asked["note"]), (&json!("done"), &json!("gone")));
        let waiting = house.get(Who::Service, "/v1/actions?state=waiting").await.ok();
        assert_eq!(waiting["data"], json!([]));
    }
}
