//! Sign-in methods: passkeys, passwords and codes.

use jiff::SignedDuration;
use mamori_desk::staff::add_staff::StaffAdmin;
use mamori_desk::staff::enroll::PasswordSetup;
use mamori_desk::staff::session::NewSession;
use mamori_desk::staff::sign_in::PasswordSignIn;
use mamori_desk::staff::sign_in_passkey::PasskeyChallenge;
use mamori_desk::{Desk, Error, LocalCli};
use mamori_model::sign_in::CredentialKind;
use mamori_model::staff::{OwnLimits, StaffRole};
use mamori_model::{Refusal, Sensitive, StaffId};
use mamori_signin::{PASSKEYS_MAX, TotpSecret};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::passkey::Authenticator;
use mamori_testkit::{base32, on_both_engines};

use crate::common::people::{ORIGIN, closed, new_staff, session_of, sign_in_as};
use crate::common::{
    TestApp, node, test_app, test_app_with, test_app_with_vault, vault_key, vault_settings_with,
};

pub const PASSWORD: &str = "correct horse battery";

/// The code that an authenticator shows for an offered secret.
pub fn code(app: &TestApp, secret: &str) -> Sensitive<String> {
    let bytes = base32::read(secret).unwrap();
    let secret = TotpSecret::from_stored(Sensitive::new(bytes)).unwrap();
    let unix_s = u64::try_from(app.clock.now().as_second()).unwrap();
    secret.code_at(unix_s).unwrap()
}

async fn enroll_link(desk: &Desk, who: StaffId) -> Sensitive<String> {
    let here = LocalCli::here();
    desk.enroll_again(StaffAdmin::LocalCli(&here), who).await.unwrap()
}

/// A staff member with a password and codes, and the secret in their authenticator; half a minute
/// later, so that the next code is another.
pub async fn with_password(app: &TestApp, name: &str) -> (StaffId, String) {
    let who = new_staff(&app.desk, name, &[StaffRole::Reviewer]).await;
    let link = enroll_link(&app.desk, who).await;
    let offer = app.desk.enrollment(link.reveal()).await.unwrap().codes.unwrap();
    let secret = offer.text.reveal().clone();
    let chosen = PasswordSetup {
        password: closed(PASSWORD),
        sealed: offer.sealed.reveal().clone(),
        code: code(app, &secret),
    };
    app.desk.enroll_with_password(link.reveal(), chosen).await.unwrap();
    app.clock.advance(SignedDuration::from_secs(30));
    (who, secret)
}

pub async fn with_passkey(app: &TestApp, name: &str) -> (StaffId, Authenticator) {
    let mut authenticator = Authenticator::new(ORIGIN);
    (with_passkey_of(app, name, &mut authenticator).await, authenticator)
}

async fn with_passkey_of(app: &TestApp, name: &str, authenticator: &mut Authenticator) -> StaffId {
    let who = new_staff(&app.desk, name, &[StaffRole::Reviewer]).await;
    let link = enroll_link(&app.desk, who).await;
    let challenge = app.desk.begin_enroll_passkey(link.reveal()).await.unwrap();
    let answer = authenticator.register(&challenge.json);
    let name = "my key".parse().unwrap();
    let entered =
        app.desk.finish_enroll_passkey(link.reveal(), challenge.ceremony, &answer, name).await;
    assert_eq!(session_of(&app.desk, &entered.unwrap()).await.member.staff(), who);
    who
}

pub async fn sign_in_with_password(
    desk: &Desk,
    name: &str,
    password: &str,
    code: &Sensitive<String>,
) -> Result<NewSession, Refusal> {
    let typed =
        PasswordSignIn { name: name.to_owned(), password: closed(password), code: code.clone() };
    refused(desk.sign_in(typed).await)
}

fn refused<T>(answer: Result<T, Error>) -> Result<T, Refusal> {
    answer.map_err(|error| {
        let Error::Refused(refusal) = error else { panic!("{error}") };
        refusal
    })
}

on_both_engines! {
    async fn a_password_and_a_code_sign_in_and_a_code_only_once(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let (who, secret) = with_password(&app, "ada").await;
        let now = code(&app, &secret);

        let entered = sign_in_with_password(&app.desk, " ada\n", PASSWORD, &now).await.unwrap();
        let again = sign_in_with_password(&app.desk, "ada", PASSWORD, &now).await;

        assert_eq!(session_of(&app.desk, &entered).await.member.staff(), who);
        assert_eq!(again.unwrap_err(), Refusal::SignInWrong);
        app.clock.advance(SignedDuration::from_secs(30));
        assert!(sign_in_with_password(&app.desk, "ada", PASSWORD, &code(&app, &secret)).await.is_ok());
    }

    async fn codes_follow_a_change_of_the_vaults_key(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (vault_key("old"), vault_key("new"));
        let app = test_app_with(records, vault_settings_with(folder.path(), &old)).await;
        let (_, secret) = with_password(&app, "ada").await;
        let both = vault_settings_with(folder.path(), &(new.clone() + &old));
        let both = node(&app.records, &app.clock, both).await;

        let done = both.rewrap_vault(&LocalCli::here()).await.unwrap();

        assert_eq!((done.codes, done.closed), (1, 0));
        let new = vault_settings_with(folder.path(), &new);
        let new = node(&app.records, &app.clock, new).await;
        sign_in_with_password(&new, "ada", PASSWORD, &code(&app, &secret)).await.unwrap();
    }

    async fn one_code_sent_twice_at_once_signs_in_once(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let (_, secret) = with_password(&app, "ada").await;
        let now = code(&app, &secret);

        let (one, other) = tokio::join!(
            sign_in_with_password(&app.desk, "ada", PASSWORD, &now),
            sign_in_with_password(&app.desk, "ada", PASSWORD, &now)
        );

        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|is_in| **is_in).count(), 1);
    }

    async fn guessing_is_slowed_and_reveals_no_names(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let (_, secret) = with_password(&app, "ada").await;

        for name in ["ada", "nobody", "Not A Name!"] {
            for _ in 0..5 {
                let wrong = sign_in_with_password(&app.desk, name, "wrong horse battery", &closed("000000")).await;
                assert_eq!(wrong.unwrap_err(), Refusal::SignInWrong);
            }
            let right = sign_in_with_password(&app.desk, name, PASSWORD, &code(&app, &secret)).await;
            assert_eq!(right.unwrap_err(), Refusal::SignInWait, "{name}");
        }
        app.clock.advance(SignedDuration::from_mins(15));
        assert!(sign_in_with_password(&app.desk, "ada", PASSWORD, &code(&app, &secret)).await.is_ok());
    }

    async fn guesses_at_several_names_delay_every_password_for_a_minute(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = vault_settings_with(folder.path(), &vault_key("test"));
        settings.sign_in.attempts.of_all = 4;
        let app = test_app_with(records, settings).await;
        let (_, secret) = with_password(&app, "ada").await;
        assert!(sign_in_with_password(&app.desk, "ada", PASSWORD, &code(&app, &secret)).await.is_ok());

        for name in ["one", "two", "three", "four"] {
            let wrong = sign_in_with_password(&app.desk, name, "wrong horse battery", &closed("000000")).await;
            assert_eq!(wrong.unwrap_err(), Refusal::SignInWrong, "{name}");
        }
        let fifth = sign_in_with_password(&app.desk, "five", "wrong horse battery", &closed("000000")).await;
        app.clock.advance(SignedDuration::from_secs(59));
        let ada = sign_in_with_password(&app.desk, "ada", PASSWORD, &code(&app, &secret)).await;
        app.clock.advance(SignedDuration::from_secs(1));

        assert_eq!(fifth.unwrap_err(), Refusal::SignInWait);
        assert_eq!(ada.unwrap_err(), Refusal::SignInWait, "every password waits");
        assert!(sign_in_with_password(&app.desk, "ada", PASSWORD, &code(&app, &secret)).await.is_ok());
    }

    async fn a_wrong_code_and_a_wrong_password_get_the_same_refusal(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let (_, secret) = with_password(&app, "ada").await;

        let wrong_code = sign_in_with_password(&app.desk, "ada", PASSWORD, &closed("000000")).await;
        let wrong_password = sign_in_with_password(&app.desk, "ada", "x", &code(&app, &secret)).await;
        let no_code = sign_in_with_password(&app.desk, "ada", PASSWORD, &closed("")).await;

        for answer in [wrong_code, wrong_password, no_code] {
            assert_eq!(answer.unwrap_err(), Refusal::SignInWrong);
        }
        assert!(sign_in_with_password(&app.desk, "ada", PASSWORD, &code(&app, &secret)).await.is_ok());
    }

    async fn a_passkey_signs_in_and_each_challenge_is_answered_once(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let (who, mut authenticator) = with_passkey(&app, "ada").await;

        let challenge = app.desk.begin_sign_in_passkey("ada").await.unwrap();
        let answer = authenticator.sign_in(&challenge.json);
        let entered = app.desk.finish_sign_in_passkey("ada", challenge.ceremony, &answer).await.unwrap();
        let again = app.desk.finish_sign_in_passkey("ada", challenge.ceremony, &answer).await;

        assert_eq!(session_of(&app.desk, &entered).await.member.staff(), who);
        assert_eq!(refused(again).unwrap_err(), Refusal::SignInWrong);
        let late = app.desk.begin_sign_in_passkey("ada").await.unwrap();
        let answer = authenticator.sign_in(&late.json);
        app.clock.advance(SignedDuration::from_mins(5));
        let late = app.desk.finish_sign_in_passkey("ada", late.ceremony, &answer).await;
        assert_eq!(refused(late).unwrap_err(), Refusal::CeremonyOver);
    }

    async fn an_unknown_name_gets_a_challenge_like_any_other(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let (_, mut authenticator) = with_passkey(&app, "ada").await;
        let allowed = |json: &str| {
            let challenge: serde_json::Value = serde_json::from_str(json).unwrap();
            challenge["publicKey"]["allowCredentials"].to_string()
        };

        let ada = app.desk.begin_sign_in_passkey("ada").await.unwrap();
        let [unknown, again] = [
            app.desk.begin_sign_in_passkey("nobody").await.unwrap(),
            app.desk.begin_sign_in_passkey("nobody").await.unwrap(),
        ];

        assert_eq!(allowed(&unknown.json), allowed(&again.json));
        let named = |json: &str| allowed(json).matches("public-key").count();
        assert_eq!(named(&unknown.json), named(&ada.json));
        assert_ne!(allowed(&unknown.json), allowed(&ada.json));
        let answer = authenticator.sign_in(&unknown.json);
        let answered = app.desk.finish_sign_in_passkey("nobody", unknown.ceremony, &answer).await;
        assert_eq!(refused(answered).unwrap_err(), Refusal::SignInWrong);
    }

    async fn a_challenge_expires_after_five_minutes_whatever_id_is_sent(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let (_, mut authenticator) = with_passkey(&app, "ada").await;
        let challenge = app.desk.begin_sign_in_passkey("ada").await.unwrap();
        let answer = authenticator.sign_in(&challenge.json);
        app.clock.advance(SignedDuration::from_mins(5));
        let newer = app.clock.mint().unwrap();

        let late = app.desk.finish_sign_in_passkey("ada", challenge.ceremony, &answer).await;
        let renamed = app.desk.finish_sign_in_passkey("ada", newer.into(), &answer).await;
        let made_up = uuid::Uuid::from_u128(7).into();
        let made_up = app.desk.finish_sign_in_passkey("ada", made_up, &answer).await;

        assert_eq!(refused(late).unwrap_err(), Refusal::CeremonyOver);
        assert_eq!(refused(renamed).unwrap_err(), Refusal::SignInWrong);
        assert_eq!(refused(made_up).unwrap_err(), Refusal::CeremonyOver);
    }

    async fn one_passkey_answer_sent_twice_at_once_signs_in_once(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let mut authenticator = Authenticator::new(ORIGIN);
        authenticator.counts = false;
        with_passkey_of(&app, "ada", &mut authenticator).await;
        let challenge = app.desk.begin_sign_in_passkey("ada").await.unwrap();
        let answer = authenticator.sign_in(&challenge.json);

        let (one, other) = tokio::join!(
            app.desk.finish_sign_in_passkey("ada", challenge.ceremony, &answer),
            app.desk.finish_sign_in_passkey("ada", challenge.ceremony, &answer)
        );

        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|is_in| **is_in).count(), 1);
        let again = app.desk.finish_sign_in_passkey("ada", challenge.ceremony, &answer).await;
        assert_eq!(refused(again).unwrap_err(), Refusal::SignInWrong);
    }

    async fn an_account_has_at_most_as_many_passkeys_as_a_challenge_names(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let (who, _) = with_passkey(&app, "ada").await;
        let me = session_of(&app.desk, &sign_in_as(&app.desk, who).await).await.member;
        let recently = me.recently(app.clock.now()).unwrap();
        let add = async |challenge: &PasskeyChallenge| {
            let answer = Authenticator::new(ORIGIN).register(&challenge.json);
            let name = "another".parse().unwrap();
            app.desk.finish_add_passkey(&recently, challenge.ceremony, &answer, name).await
        };
        let early = app.desk.begin_add_passkey(&recently).await.unwrap();

        for _ in 1..PASSKEYS_MAX {
            let challenge = app.desk.begin_add_passkey(&recently).await.unwrap();
            add(&challenge).await.unwrap();
        }

        let late = app.desk.begin_add_passkey(&recently).await;
        assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
        assert!(matches!(add(&early).await, Err(Error::Conflict(_))));
        let challenge = app.desk.begin_sign_in_passkey("ada").await.unwrap();
        assert_eq!(challenge.json.matches("public-key").count(), PASSKEYS_MAX);
    }

    async fn guesses_delay_passwords_and_neither_passkeys_nor_proofs(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = vault_settings_with(folder.path(), &vault_key("key"));
        settings.sign_in.attempts.of_all = 3;
        let app = test_app_with(records, settings).await;
        let (who, secret) = with_password(&app, "ada").await;
        let (_, mut authenticator) = with_passkey(&app, "bob").await;
        let me = session_of(&app.desk, &sign_in_as(&app.desk, who).await).await.member;
        for name in ["one", "two", "three"] {
            let wrong = sign_in_with_password(&app.desk, name, "wrong horse battery", &closed("000000")).await;
            assert_eq!(wrong.unwrap_err(), Refusal::SignInWrong);
        }

        let waits = sign_in_with_password(&app.desk, "ada", PASSWORD, &code(&app, &secret)).await;
        let challenge = app.desk.begin_sign_in_passkey("bob").await.unwrap();
        let answer = authenticator.sign_in(&challenge.json);
        let by_passkey = app.desk.finish_sign_in_passkey("bob", challenge.ceremony, &answer).await;
        let proved = app.desk.prove(&me, closed(PASSWORD), code(&app, &secret)).await;

        assert_eq!(waits.unwrap_err(), Refusal::SignInWait);
        assert!(by_passkey.is_ok(), "{by_passkey:?}");
        assert!(proved.is_ok(), "{proved:?}");
        app.clock.advance(SignedDuration::from_secs(61));
        for _ in 0..4 {
            sign_in_with_password(&app.desk, "ada", PASSWORD, &code(&app, &secret)).await.unwrap();
            app.clock.advance(SignedDuration::from_secs(30));
        }
    }

    async fn an_enrolment_link_is_used_once_and_not_by_a_refused_choice(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let who = new_staff(&app.desk, "ada", &[StaffRole::Lead]).await;
        let first = enroll_link(&app.desk, who).await;
        let link = enroll_link(&app.desk, who).await;
        assert_eq!(refused(app.desk.enrollment(first.reveal()).await).unwrap_err(), Refusal::LinkUsed);
        let offer = app.desk.enrollment(link.reveal()).await.unwrap().codes.unwrap();
        let chosen = |password: &str, code| PasswordSetup {
            password: closed(password),
            sealed: offer.sealed.reveal().clone(),
            code,
        };
        let right = code(&app, offer.text.reveal());

        let weak = app.desk.enroll_with_password(link.reveal(), chosen("short", right.clone()));
        assert_eq!(refused(weak.await).unwrap_err(), Refusal::PasswordWeak);
        let wrong = app.desk.enroll_with_password(link.reveal(), chosen(PASSWORD, closed("000000")));
        assert_eq!(refused(wrong.await).unwrap_err(), Refusal::SignInWrong);
        let entered = app.desk.enroll_with_password(link.reveal(), chosen(PASSWORD, right.clone()));
        assert!(entered.await.is_ok());
        let again = app.desk.enroll_with_password(link.reveal(), chosen(PASSWORD, right));
        assert_eq!(refused(again.await).unwrap_err(), Refusal::LinkUsed);
    }

    async fn enrolling_again_removes_the_earlier_sign_in_methods(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let (who, mut lost) = with_passkey(&app, "ada").await;
        let old = sign_in_as(&app.desk, who).await;
        let link = enroll_link(&app.desk, who).await;
        let mut new = Authenticator::new(ORIGIN);

        let challenge = app.desk.begin_enroll_passkey(link.reveal()).await.unwrap();
        let answer = new.register(&challenge.json);
        let name = "another key".parse().unwrap();
        let entered = app.desk.finish_enroll_passkey(link.reveal(), challenge.ceremony, &answer, name);
        entered.await.unwrap();

        assert!(app.desk.member(old.cookie.reveal()).await.unwrap().is_none());
        let challenge = app.desk.begin_sign_in_passkey("ada").await.unwrap();
        let answer = lost.sign_in(&challenge.json);
        let answered = app.desk.finish_sign_in_passkey("ada", challenge.ceremony, &answer);
        assert_eq!(refused(answered.await).unwrap_err(), Refusal::SignInWrong);
    }

    async fn the_last_sign_in_method_cannot_be_removed(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let (who, _) = with_password(&app, "ada").await;
        let me = session_of(&app.desk, &sign_in_as(&app.desk, who).await).await.member;
        let recently = me.recently(app.clock.now()).unwrap();
        let methods = app.desk.sign_in_methods(&me).await.unwrap();
        let password = methods.iter().find(|method| method.kind == CredentialKind::Password).unwrap().id;
        let last = app.desk.remove_credential(&recently, password).await;
        assert!(matches!(last, Err(Error::Conflict(_))));

        let challenge = app.desk.begin_add_passkey(&recently).await.unwrap();
        let answer = Authenticator::new(ORIGIN).register(&challenge.json);
        let name = "my key".parse().unwrap();
        app.desk.finish_add_passkey(&recently, challenge.ceremony, &answer, name).await.unwrap();

        app.desk.remove_credential(&recently, password).await.unwrap();
        assert_eq!(app.desk.sign_in_methods(&me).await.unwrap().len(), 2);
        let other = app.reviewer("bob").await;
        let others = other.member().recently(app.clock.now()).unwrap();
        let passkey = app.desk.sign_in_methods(&me).await.unwrap().pop().unwrap().id;
        let refused = app.desk.remove_credential(&others, passkey).await;
        assert!(matches!(refused, Err(Error::NotFound(_))));
    }

    async fn a_new_password_ends_the_other_sessions(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let (who, secret) = with_password(&app, "ada").await;
        let elsewhere = sign_in_as(&app.desk, who).await;
        let here = sign_in_as(&app.desk, who).await;
        let recently = session_of(&app.desk, &here).await.member.recently(app.clock.now()).unwrap();

        app.desk.set_password(&recently, closed("another horse battery")).await.unwrap();

        assert!(app.desk.member(elsewhere.cookie.reveal()).await.unwrap().is_none());
        assert!(app.desk.member(here.cookie.reveal()).await.unwrap().is_some());
        let now = code(&app, &secret);
        assert_eq!(sign_in_with_password(&app.desk, "ada", PASSWORD, &now).await.unwrap_err(), Refusal::SignInWrong);
        assert!(sign_in_with_password(&app.desk, "ada", "another horse battery", &now).await.is_ok());
    }

    async fn only_ones_own_sign_in_methods_authenticate_again(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let (who, secret) = with_password(&app, "ada").await;
        let (_, mut others) = with_passkey(&app, "bob").await;
        let cookie = sign_in_as(&app.desk, who).await;
        app.clock.advance(SignedDuration::from_mins(14));
        let me = session_of(&app.desk, &cookie).await.member;
        app.clock.advance(SignedDuration::from_mins(10));
        assert!(me.recently(app.clock.now()).is_err());

        let challenge = app.desk.begin_sign_in_passkey("bob").await.unwrap();
        let answer = others.sign_in(&challenge.json);
        let by_bob = app.desk.finish_prove_passkey(&me, challenge.ceremony, &answer);
        assert_eq!(refused(by_bob.await).unwrap_err(), Refusal::SignInWrong);
        let wrong = app.desk.prove(&me, closed("wrong horse"), code(&app, &secret)).await;
        assert_eq!(refused(wrong).unwrap_err(), Refusal::SignInWrong);
        let cookie = app.desk.prove(&me, closed(PASSWORD), code(&app, &secret)).await.unwrap();

        let me = app.desk.member_as_is(cookie.reveal()).await.unwrap().unwrap().member;
        assert!(me.recently(app.clock.now()).is_ok());
    }

    async fn a_copied_cookie_is_not_proved_by_its_owners_authentication(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let (who, mut authenticator) = with_passkey(&app, "ada").await;
        let copied = sign_in_as(&app.desk, who).await;
        let me = session_of(&app.desk, &copied).await.member;
        let prove = async |authenticator: &mut Authenticator| {
            let challenge = app.desk.begin_prove_passkey(&me).await.unwrap();
            let answer = authenticator.sign_in(&challenge.json);
            refused(app.desk.finish_prove_passkey(&me, challenge.ceremony, &answer).await)
        };

        let owners = prove(&mut authenticator).await.unwrap();
        let thief = app.desk.member(copied.cookie.reveal()).await;
        let again = prove(&mut authenticator).await;

        assert_eq!(refused(thief).unwrap_err(), Refusal::CookieReplaced, "it may have been under way");
        assert_eq!(again.unwrap_err(), Refusal::CookieReplaced, "with the earlier cookie");
        assert!(app.desk.member(owners.reveal()).await.unwrap().is_some());
        app.clock.advance(SignedDuration::from_mins(2));
        let thief = app.desk.member(copied.cookie.reveal()).await;
        assert_eq!(refused(thief).unwrap_err(), Refusal::SessionReplayed);
        assert!(app.desk.member(owners.reveal()).await.unwrap().is_none(), "it has ended for both");
    }

    async fn an_added_sign_in_method_is_reported_for_three_days(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let (who, _) = with_passkey(&app, "ada").await;
        let here = session_of(&app.desk, &sign_in_as(&app.desk, who).await).await;
        let recently = here.member.recently(app.clock.now()).unwrap();
        assert_eq!(here.method_added_at, None, "a method of the enrolment is not reported");
        let added_at = app.clock.now();

        let challenge = app.desk.begin_add_passkey(&recently).await.unwrap();
        let answer = Authenticator::new(ORIGIN).register(&challenge.json);
        let name = "another key".parse().unwrap();
        app.desk.finish_add_passkey(&recently, challenge.ceremony, &answer, name).await.unwrap();

        app.clock.advance(SignedDuration::from_hours(71));
        let added = session_of(&app.desk, &sign_in_as(&app.desk, who).await).await.method_added_at;
        assert_eq!(added, Some(added_at));
        app.clock.advance(SignedDuration::from_hours(1));
        let added = session_of(&app.desk, &sign_in_as(&app.desk, who).await).await.method_added_at;
        assert_eq!(added, None);
    }

    async fn removing_a_sign_in_method_ends_the_other_sessions(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let (who, _) = with_passkey(&app, "ada").await;
        let [here, there] = [sign_in_as(&app.desk, who).await, sign_in_as(&app.desk, who).await];
        let me = session_of(&app.desk, &here).await.member;
        let recently = me.recently(app.clock.now()).unwrap();
        app.desk.set_password(&recently, closed(PASSWORD)).await.unwrap();
        let there_too = sign_in_as(&app.desk, who).await;
        let methods = app.desk.sign_in_methods(&me).await.unwrap();
        let password = methods.iter().find(|method| method.kind == CredentialKind::Password).unwrap().id;

        app.desk.remove_credential(&recently, password).await.unwrap();

        for elsewhere in [&there, &there_too] {
            assert!(app.desk.member(elsewhere.cookie.reveal()).await.unwrap().is_none());
        }
        assert!(app.desk.member(here.cookie.reveal()).await.unwrap().is_some());
    }

    async fn the_last_administrator_cannot_be_removed(records: TestDatabase) {
        let app = test_app(records).await;
        let here = LocalCli::here();
        let here = StaffAdmin::LocalCli(&here);
        let ada = new_staff(&app.desk, "ada", &[StaffRole::Administrator]).await;
        let bob = new_staff(&app.desk, "bob", &[StaffRole::Administrator]).await;
        let cookie = sign_in_as(&app.desk, bob).await;
        let lead = || [StaffRole::Lead].into();

        app.desk.change_roles(here, bob, lead()).await.unwrap();

        assert!(app.desk.member(cookie.cookie.reveal()).await.unwrap().is_none());
        let demoted = app.desk.change_roles(here, ada, lead()).await;
        assert_eq!(refused(demoted).unwrap_err(), Refusal::LastAdministrator);
        let ended = app.desk.end_staff(here, ada).await;
        assert_eq!(refused(ended).unwrap_err(), Refusal::LastAdministrator);
        app.desk.end_staff(here, bob).await.unwrap();
        assert!(matches!(app.desk.end_staff(here, bob).await, Err(Error::NotFound(_))));
        assert!(matches!(app.desk.change_roles(here, bob, lead()).await, Err(Error::NotFound(_))));
        let none = OwnLimits::default();
        assert!(matches!(app.desk.change_exposure_limits(here, bob, none).await, Err(Error::NotFound(_))));
    }

    async fn one_of_two_concurrent_removals_of_administrators_fails(records: TestDatabase) {
        let app = test_app(records).await;
        let here = LocalCli::here();
        let here = StaffAdmin::LocalCli(&here);
        let ada = new_staff(&app.desk, "ada", &[StaffRole::Administrator]).await;
        let bob = new_staff(&app.desk, "bob", &[StaffRole::Administrator]).await;

        let (one, other) =
            tokio::join!(app.desk.end_staff(here, ada), app.desk.end_staff(here, bob));

        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|is_ok| **is_ok).count(), 1);
    }

    async fn without_vault_or_console_there_are_no_codes_or_passkeys(records: TestDatabase) {
        let app = test_app(records).await;
        let who = new_staff(&app.desk, "ada", &[StaffRole::Lead]).await;
        let link = enroll_link(&app.desk, who).await;

        let page = app.desk.enrollment(link.reveal()).await.unwrap();
        let wrong = sign_in_with_password(&app.desk, "ada", PASSWORD, &closed("000000")).await;

        assert!(page.codes.is_none() && !page.has_passkeys);
        assert_eq!(wrong.unwrap_err(), Refusal::VaultClosed);
        assert!(matches!(app.desk.begin_sign_in_passkey("ada").await, Err(Error::NotFound(_))));
    }
}

on_both_engines! {
    async fn sign_in_data_is_swept_at_the_end_of_its_term(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let (who, _) = with_password(&app, "ada").await;
        for name in ["ada", "nobody"] {
            let wrong = sign_in_with_password(&app.desk, name, "x", &closed("000000")).await;
            assert!(wrong.is_err());
        }
        sign_in_as(&app.desk, who).await;
        let link = enroll_link(&app.desk, who).await;
        app.desk.begin_enroll_passkey(link.reveal()).await.unwrap();
        for name in ["ada", "nobody", "Not A Name!"] {
            app.desk.begin_sign_in_passkey(name).await.unwrap();
        }
        assert_eq!(app.desk.sweep_once().await.unwrap().rows_deleted, 0);
        // Two sessions, a link and a challenge to register; sign-in challenges store nothing.
        app.clock.advance(SignedDuration::from_hours(25));
        assert_eq!(app.desk.sweep_once().await.unwrap().rows_deleted, 4);
        // Two attempts, and the first change in the log.
        app.clock.advance(SignedDuration::from_hours(30 * 24));
        assert_eq!(app.desk.sweep_once().await.unwrap().rows_deleted, 3);
        // Eight of Ada's account, and that a service was registered and got a key.
        app.desk.sequence_audit_once().await.unwrap();
        app.clock.advance(SignedDuration::from_hours(1_096 * 24));
        assert_eq!(app.desk.sweep_once().await.unwrap().rows_deleted, 10);
    }
}
