//! Without keys the routes show, search and change only banks that were created through them and
//! whose matches have no effect, and they show no hash of such a bank.

use axum::http::StatusCode;
use mamori_desk::banks::change_bank::BankChange;
use mamori_desk::banks::create_bank::NewBank;
use mamori_desk::{Admin, Error, NewEntry, Proof};
use mamori_model::{Action, Bank, Distance, EntryId, Hash, Pdq, Purpose, Quality};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{draw, encode};
use mamori_web::hma::Settings;
use serde_json::{Value, json};

use crate::test_app::{TestApp, settings};

const PDQ: &str = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22";
const MD5: &str = "cab08b36195edb1a1231d2d09fa450e0";

/// A new bank for `/v1/banks`, with the settings that banks created through the routes of HMA get.
fn new_bank(name: &str) -> NewBank {
    let settings = settings();
    NewBank {
        name: name.parse().unwrap(),
        purpose: settings.purpose,
        source: settings.source,
        legal_basis: settings.legal_basis,
        owner: settings.owner,
        reach: settings.reach,
        distance_max: Distance::PDQ_SAME_MAX,
        quality_min: Quality::TRUSTED_MIN,
        transforms: None,
        action: Action::None,
        is_enabled: true,
    }
}

impl TestApp {
    /// Creates a bank by the API, with these hashes; returns it and the path of its first entry.
    async fn bank_of_the_api(&self, new: NewBank, hashes: &[Hash]) -> (Bank, String) {
        let bank = self.desk.create_bank(&self.admin, new).await.unwrap();
        let entries: Vec<NewEntry> = hashes.iter().map(|hash| NewEntry::bare(*hash)).collect();
        let added = self.desk.add_entries(&self.admin, bank.id, &entries).await.unwrap();
        let entry = added.entries[0].unwrap().number();
        (bank.clone(), format!("/c/bank/{}/content/{entry}", bank.name))
    }

    /// The bank of this name, as it is stored.
    async fn stored(&self, name: &str) -> Bank {
        let proof = Proof::Admin(self.admin.clone());
        self.desk.bank_named(&proof, &name.parse().unwrap()).await.unwrap()
    }

    async fn set_action(&self, name: &str, action: Action) {
        let change = BankChange { action: Some(action), ..BankChange::default() };
        let bank = self.stored(name).await.id;
        self.desk.change_bank(&self.admin, bank, change).await.unwrap();
    }
}

fn pdq() -> Hash {
    Hash::Pdq(PDQ.parse().unwrap())
}

fn md5() -> Hash {
    Hash::Md5(MD5.parse().unwrap())
}

fn look_up(kind: &str, hash: &str) -> String {
    format!("/m/lookup?signal_type={kind}&signal={hash}")
}

on_both_engines! {
    async fn other_banks_are_in_no_list_and_cannot_be_changed(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("OF_HERE").await;
        let (before, content) = app.bank_of_the_api(new_bank("OF_THE_API"), &[pdq()]).await;
        let missing = (404, "bank 'OF_THE_API' not found".to_owned());

        let listed = app.get("/c/banks").await.ok();
        let deleted = app.delete("/c/bank/OF_THE_API").await.ok();
        let off = json!({ "enabled": false });
        let signal = json!({ "video_md5": MD5 });
        let refused = [
            app.get("/c/bank/OF_THE_API").await,
            app.put("/c/bank/OF_THE_API", off).await,
            app.put("/c/bank/OF_THE_API", json!({ "name": "MINE" })).await,
            app.get(&content).await,
            app.put(&content, json!({ "disable_until_ts": 0 })).await,
            app.delete(&content).await,
            app.post("/c/bank/OF_THE_API/signal", signal).await,
            app.upload("/c/bank/OF_THE_API/content", "photo", &encode::png(&draw(1, 64, 64))).await,
        ];

        assert_eq!(listed, json!([{ "name": "OF_HERE", "matching_enabled_ratio": 1.0 }]));
        assert_eq!(deleted, json!({ "message": "Done" }), "as for a bank that does not exist");
        for answer in refused {
            assert_eq!(answer.refusal(), missing);
        }
        assert_eq!(app.stored("OF_THE_API").await, before);
        let proof = Proof::Admin(app.admin.clone());
        assert_eq!(app.desk.count_entries(&proof, before.id).await.unwrap(), 1);
        let taken = app.post("/c/banks", json!({ "name": "OF_THE_API" })).await;
        assert_eq!(taken.status, StatusCode::FORBIDDEN);
        let renamed = app.put("/c/bank/OF_HERE", json!({ "name": "OF_THE_API" })).await;
        assert_eq!(renamed.refusal(), (403, "Bank name already exists".to_owned()));
    }

    async fn other_banks_are_in_no_look_up_and_no_match(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let picture = encode::png(&draw(5, 400, 300));
        let known = mamori_media::digests(&picture);
        let hashed = app.upload("/h/hash", "photo", &picture).await.ok();
        let pictured: Pdq = hashed["pdq"].as_str().unwrap().parse().unwrap();
        let hashes = [pdq(), md5(), Hash::Pdq(pictured), Hash::Md5(known.md5)];
        app.bank_of_the_api(NewBank { action: Action::Block, ..new_bank("OF_THE_API") }, &hashes).await;

        let alone = app.get(&look_up("pdq", PDQ)).await;
        assert_eq!(alone.ok(), json!({}));
        assert_eq!(alone.headers["mamori-not-looked"], "no bank is switched on");
        app.bank("OF_HERE").await;
        let own = app.add("OF_HERE", "pdq", PDQ).await;

        let found = app.get(&look_up("pdq", PDQ)).await.ok();
        let named = app.get(&format!("{}&banks=OF_THE_API", look_up("pdq", PDQ))).await.ok();
        let digest = app.get(&look_up("video_md5", MD5)).await.ok();
        let raw = app.get(&format!("/m/raw_lookup?signal_type=pdq&signal={PDQ}")).await.ok();
        let file = app.upload("/m/lookup", "photo", &picture).await.ok();

        assert_eq!(found, json!({ "OF_HERE": [{ "bank_content_id": own, "distance": "0" }] }));
        assert_eq!((named, digest), (json!({}), json!({})));
        assert_eq!(raw, json!({ "matches": [own] }));
        assert_eq!(file, json!({ "pdq": {} }));
    }

    async fn the_sizes_of_the_index_count_no_other_bank(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank_of_the_api(new_bank("OF_THE_API"), &[pdq(), md5()]).await;
        let absent = json!({ "present": false, "built_to": -1, "size": 0 });

        let before = app.get("/m/index/status").await.ok();
        app.bank("OF_HERE").await;
        app.add("OF_HERE", "pdq", PDQ).await;
        let after = app.get("/m/index/status").await.ok();
        let built = app.get("/c/signal_type/index?signal_type=pdq").await.ok();

        assert_eq!(before, json!({ "pdq": absent, "video_md5": absent }));
        assert_eq!((&after["pdq"]["size"], &after["video_md5"]), (&json!(1), &absent));
        assert_eq!(built["pdq"]["db_size"], json!(1));
    }

    async fn no_call_gives_a_bank_an_action(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let made = app.post("/c/banks", json!({ "name": "OF_HERE", "action": "block" })).await;
        assert_eq!(made.status, StatusCode::CREATED);

        for action in ["hold", "block"] {
            app.put("/c/bank/OF_HERE", json!({ "action": action, "enabled": true })).await.ok();
            assert_eq!(app.stored("OF_HERE").await.action, Action::None);
        }
        assert!(app.stored("OF_HERE").await.is_from_hma);
    }

    async fn a_bank_that_an_administrator_gives_an_action_is_another_bank(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("OF_HERE").await;
        app.add("OF_HERE", "pdq", PDQ).await;
        app.set_action("OF_HERE", Action::Hold).await;

        let listed = app.get("/c/banks").await.ok();
        let added = app.post("/c/bank/OF_HERE/signal", json!({ "video_md5": MD5 })).await;
        let found = app.get(&look_up("pdq", PDQ)).await.ok();
        app.set_action("OF_HERE", Action::None).await;
        let again = app.get(&look_up("pdq", PDQ)).await.ok();

        assert_eq!(listed, json!([]));
        assert_eq!(added.refusal().0, 404);
        assert_eq!(found, json!({}));
        assert_eq!(again["OF_HERE"].as_array().unwrap().len(), 1);
    }

    async fn a_bank_that_gets_an_action_during_a_request_is_not_changed_by_it(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let without_key = Admin::keyless_hma();
        app.bank("OF_HERE").await;
        let entry = EntryId::new(app.add("OF_HERE", "pdq", PDQ).await).unwrap();
        app.set_action("OF_HERE", Action::Hold).await;
        let bank = app.stored("OF_HERE").await;
        let proof = Proof::Admin(app.admin.clone());
        let off = || BankChange { is_enabled: Some(false), ..BankChange::default() };

        // The verbs that the routes call once they found the bank.
        let refused = [
            app.desk.change_bank(&without_key, bank.id, off()).await.map(drop),
            app.desk.delete_bank(&without_key, bank.id).await,
            app.desk.restore_entries(&without_key, bank.id, &[NewEntry::bare(md5())]).await.map(drop),
            app.desk.withdraw_entry(&without_key, bank.id, entry).await,
        ];

        for result in refused {
            assert!(matches!(result, Err(Error::NotFound("bank"))), "{result:?}");
        }
        assert_eq!(app.stored("OF_HERE").await, bank);
        assert_eq!(app.desk.count_entries(&proof, bank.id).await.unwrap(), 1);
        app.set_action("OF_HERE", Action::None).await;
        app.desk.change_bank(&without_key, bank.id, off()).await.unwrap();
    }

    async fn a_bank_of_known_benign_pictures_is_never_shown(records: TestDatabase) {
        let settings = Settings { purpose: Purpose::KnownBenign, ..settings() };
        let app = TestApp::with(records, settings).await;

        app.bank("BENIGN").await;

        assert_eq!(app.get("/c/banks").await.ok(), json!([]));
        let added = app.post("/c/bank/BENIGN/signal", json!({ "pdq": PDQ })).await;
        assert_eq!(added.refusal().0, 404);
    }

    async fn the_mark_of_a_bank_outlasts_its_changes(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("OLD").await;

        app.put("/c/bank/OLD", json!({ "name": "NEW", "enabled": false })).await.ok();
        let owner = BankChange { owner: Some("others".parse().unwrap()), ..BankChange::default() };
        let bank = app.stored("NEW").await.id;
        app.desk.change_bank(&app.admin, bank, owner).await.unwrap();

        assert!(app.stored("NEW").await.is_from_hma);
        let shown = json!({ "name": "NEW", "matching_enabled_ratio": 0.0 });
        assert_eq!(app.get("/c/banks").await.ok(), json!([shown]));
    }

    async fn the_hash_of_content_is_not_shown(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("OF_HERE").await;
        let id = app.add("OF_HERE", "pdq", PDQ).await;
        let uri = format!("/c/bank/OF_HERE/content/{id}");

        for query in ["include_signals=true", "signal_type=pdq", "signal_type=video_md5"] {
            let refused = app.get(&format!("{uri}?{query}")).await;
            let (status, message) = refused.refusal();
            assert_eq!(status, 403, "{query}");
            assert!(message.contains("hma.key_required"), "{message}");
        }
        let answers = [
            app.get(&uri).await.ok(),
            app.get(&format!("{uri}?include_signals=false")).await.ok(),
            app.get(&look_up("pdq", PDQ)).await.ok(),
            app.get(&format!("/m/raw_lookup?signal_type=pdq&signal={PDQ}&include_distance=1")).await.ok(),
            app.get("/c/banks").await.ok(),
            app.put(&uri, json!({ "disable_until_ts": 0 })).await.ok(),
        ];
        for answer in answers {
            assert!(!answer.to_string().contains(PDQ), "{answer}");
            assert_eq!(answer.get("signals"), None::<&Value>, "{answer}");
        }
    }

    async fn with_a_key_every_bank_is_listed_and_searched(records: TestDatabase) {
        let app = TestApp::with_admins_key(records).await;
        app.bank("OF_HERE").await;
        let (_, content) = app.bank_of_the_api(new_bank("OF_THE_API"), &[pdq()]).await;

        let listed = app.get("/c/banks").await.ok();
        let found = app.get(&look_up("pdq", PDQ)).await.ok();
        let shown = app.get(&format!("{content}?include_signals=true")).await.ok();

        assert_eq!(listed.as_array().unwrap().len(), 2);
        assert_eq!(found["OF_THE_API"].as_array().unwrap().len(), 1);
        assert_eq!(shown["signals"], json!({ "pdq": PDQ }));
    }
}
