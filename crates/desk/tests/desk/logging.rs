//! The log lines of target `security`: what an operator must learn, with ids and without a person's
//! data.

use jiff::SignedDuration;
use mamori_model::{Action, Pdq, StaffRole, Surface};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::log::CapturedLog;
use mamori_testkit::on_both_engines;
use serde_json::Value;

use crate::common::people::{new_staff, sign_in_as};
use crate::common::{hashes, item, test_app, test_app_with_vault};
use crate::signing_in::{PASSWORD, code, sign_in_with_password, with_passkey, with_password};

/// The lines of target `security`, each without time and level.
fn security(log: &CapturedLog) -> Vec<Value> {
    let lines = log.lines_of("security");
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

on_both_engines! {
    async fn a_failed_sign_in_is_logged_with_the_account_and_never_with_what_was_typed(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let (ada, secret) = with_password(&app, "ada-lovelace").await;
        let (passkey, _) = with_passkey(&app, "grace-hopper").await;
        let now = code(&app, &secret);
        let log = CapturedLog::start();

        for (name, password) in [("ada-lovelace", "hunter2 hunter2"), ("a-typed-secret", PASSWORD)] {
            sign_in_with_password(&app.desk, name, password, &now).await.unwrap_err();
        }
        sign_in_with_password(&app.desk, "ada-lovelace", PASSWORD, &now).await.unwrap();
        sign_in_with_password(&app.desk, "ada-lovelace", PASSWORD, &now).await.unwrap_err();
        for name in ["grace-hopper", "a-typed-secret"] {
            let challenge = app.desk.begin_sign_in_passkey(name).await.unwrap();
            let answer = app.desk.finish_sign_in_passkey(name, challenge.ceremony, "{}").await;
            answer.unwrap_err();
        }

        let lines: Vec<(Value, Value, Value)> = security(&log).into_iter()
            .map(|line| (line["message"].clone(), line["result"].clone(), line["staff"].clone())).collect();
        let failed = |result: &str, staff: Value| (Value::from("a sign-in failed"), result.into(), staff);
        let expected = [
            failed("wrong", ada.to_string().into()),
            failed("wrong", Value::Null),
            failed("code_used", ada.to_string().into()),
            failed("wrong", passkey.to_string().into()),
            failed("wrong", Value::Null),
        ];
        assert_eq!(lines, expected);
        for secret in ["ada-lovelace", "grace", "a-typed", "hunter2", PASSWORD, now.reveal().as_str()] {
            assert!(!log.lines().iter().any(|line| line.contains(secret)), "{secret} is logged");
        }
    }

    async fn waiting_after_too_many_guesses_is_logged(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let (_, secret) = with_password(&app, "ada").await;
        let now = code(&app, &secret);
        let log = CapturedLog::start();

        for _ in 0..6 {
            sign_in_with_password(&app.desk, "ada", "wrong wrong wrong", &now).await.unwrap_err();
        }

        let results: Vec<Value> = security(&log).iter().map(|line| line["result"].clone()).collect();
        assert_eq!(results, ["wrong", "wrong", "wrong", "wrong", "wrong", "wait"]);
    }

    async fn a_replaced_cookie_that_ends_its_session_is_logged_with_their_ids(records: TestDatabase) {
        let app = test_app(records).await;
        let who = new_staff(&app.desk, "ada", &[StaffRole::Reviewer]).await;
        let old = sign_in_as(&app.desk, who).await.cookie;
        let session = app.desk.member(old.reveal()).await.unwrap().unwrap().member.session();
        app.clock.advance(SignedDuration::from_mins(15));
        let new = app.desk.member(old.reveal()).await.unwrap().unwrap().renewed.unwrap();
        app.desk.member(new.reveal()).await.unwrap();
        app.clock.advance(SignedDuration::from_mins(2));
        let log = CapturedLog::start();

        app.desk.member(old.reveal()).await.unwrap_err();

        let [line] = security(&log).try_into().unwrap();
        assert_eq!(line["message"], "a replaced session cookie was shown, which ends the session");
        assert_eq!(line["staff"], who.to_string());
        assert_eq!(line["session"], session.to_string());
        assert!(!log.lines().iter().any(|line| line.contains("ms_") || line.contains("ada")));
    }

    async fn a_sign_in_link_that_does_not_work_is_logged(records: TestDatabase) {
        let app = test_app(records).await;
        let log = CapturedLog::start();

        app.desk.sign_in_by_link("ml_guessed").await.unwrap_err();

        let [line] = security(&log).try_into().unwrap();
        assert_eq!(line["message"], "a sign-in link was refused");
        assert!(!log.lines().iter().any(|line| line.contains("ml_guessed")));
    }

    async fn a_key_that_reaches_the_limit_on_near_hits_is_logged(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Hold).await;
        app.add(&bank, Pdq::from([0x0f; 32])).await;
        let log = CapturedLog::start();

        let limits = app.desk.settings().near_hits;
        for nth in 0..limits.hour_max + 2 {
            let mut probe = [0x0f; 32];
            probe[nth / 8] ^= 1 << (nth % 8);
            let check = app.desk.check(&app.caller, item("a", Surface::Public), hashes(Pdq::from(probe)));
            assert_eq!(check.await.is_ok(), nth < limits.hour_max);
        }

        let [line] = security(&log).try_into().unwrap();
        assert_eq!(line["message"], "an API key reached the limit on near hits");
        assert_eq!(line["key"], app.caller.key().to_string());
    }
}
