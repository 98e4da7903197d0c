//! Ways in of one's own: passkeys, passwords and codes.

use jiff::SignedDuration;
use mamori_desk::staff::add_staff::StaffAdmin;
use mamori_desk::staff::change_own::OwnPages;
use mamori_desk::staff::session::Entered;
use mamori_desk::staff::sign_in::Typed;
use mamori_desk::staff::sign_in_passkey::Asked;
use mamori_desk::staff::welcome::Chosen;
use mamori_desk::{AtTheMachine, Desk, Error};
use mamori_model::sign_in::CredentialKind;
use mamori_model::staff::{Language, OwnLimits, Scheme, StaffRole, View};
use mamori_model::{Refusal, Sensitive, StaffId};
use mamori_signin::{CodeSecret, PASSKEYS_MAX};
use mamori_testkit::passkey::Authenticator;
use mamori_testkit::records::Records;
use mamori_testkit::{base32, on_both_engines};

use crate::common::people::{ORIGIN, closed, enter, found, somebody};
use crate::common::{
    House, house, house_with, house_with_vault, node, vault_key, vault_settings_with,
};

const PASSWORD: &str = "correct horse battery";

/// What an authenticator shows of an offered secret.
fn code(house: &House, secret: &str) -> Sensitive<String> {
    let bytes = base32::read(secret).unwrap();
    let secret = CodeSecret::from_kept(Sensitive::new(bytes)).unwrap();
    let unix_s = u64::try_from(house.clock.now().as_second()).unwrap();
    secret.code_at(unix_s).unwrap()
}

async fn welcome_link(desk: &Desk, who: StaffId) -> Sensitive<String> {
    let here = AtTheMachine::here();
    desk.welcome_again(StaffAdmin::AtTheMachine(&here), who).await.unwrap()
}

/// Somebody with a password and codes, and the secret in their authenticator; half a minute later,
/// so that the next code is another.
async fn with_password(house: &House, name: &str) -> (StaffId, String) {
    let who = somebody(&house.desk, name, &[StaffRole::Reviewer]).await;
    let ticket = welcome_link(&house.desk, who).await;
    let offer = house.desk.welcome(ticket.reveal()).await.unwrap().codes.unwrap();
    let secret = offer.text.reveal().clone();
    let chosen = Chosen {
        password: closed(PASSWORD),
        sealed: offer.sealed.reveal().clone(),
        code: code(house, &secret),
    };
    house.desk.welcome_with_password(ticket.reveal(), chosen).await.unwrap();
    house.clock.advance(SignedDuration::from_secs(30));
    (who, secret)
}

async fn with_passkey(house: &House, name: &str) -> (StaffId, Authenticator) {
    let mut authenticator = Authenticator::new(ORIGIN);
    (with_passkey_of(house, name, &mut authenticator).await, authenticator)
}

async fn with_passkey_of(house: &House, name: &str, authenticator: &mut Authenticator) -> StaffId {
    let who = somebody(&house.desk, name, &[StaffRole::Reviewer]).await;
    let ticket = welcome_link(&house.desk, who).await;
    let asked = house.desk.begin_welcome_passkey(ticket.reveal()).await.unwrap();
    let answer = authenticator.register(&asked.json);
    let name = "my key".parse().unwrap();
    let entered =
        house.desk.finish_welcome_passkey(ticket.reveal(), asked.ceremony, &answer, name).await;
    assert_eq!(found(&house.desk, &entered.unwrap()).await.member.staff(), who);
    who
}

async fn typed(
    desk: &Desk,
    name: &str,
    password: &str,
    code: &Sensitive<String>,
) -> Result<Entered, Refusal> {
    let typed = Typed { name: name.to_owned(), password: closed(password), code: code.clone() };
    refused(desk.sign_in(typed).await)
}

fn refused<T>(answer: Result<T, Error>) -> Result<T, Refusal> {
    answer.map_err(|error| {
        let Error::Refused(refusal) = error else { panic!("{error}") };
        refusal
    })
}

on_both_engines! {
    async fn a_password_with_a_code_lets_in_and_a_code_lets_in_once(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let house = house_with_vault(records, folder.path()).await;
        let (who, secret) = with_password(&house, "ada").await;
        let now = code(&house, &secret);

        let entered = typed(&house.desk, " ada\n", PASSWORD, &now).await.unwrap();
        let again = typed(&house.desk, "ada", PASSWORD, &now).await;

        assert_eq!(found(&house.desk, &entered).await.member.staff(), who);
        assert_eq!(again.unwrap_err(), Refusal::SignInWrong);
        house.clock.advance(SignedDuration::from_secs(30));
        assert!(typed(&house.desk, "ada", PASSWORD, &code(&house, &secret)).await.is_ok());
    }

    async fn codes_follow_a_change_of_the_vaults_key(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (vault_key("old"), vault_key("new"));
        let house = house_with(records, vault_settings_with(folder.path(), &old)).await;
        let (_, secret) = with_password(&house, "ada").await;
        let both = vault_settings_with(folder.path(), &(new.clone() + &old));
        let both = node(&house.records, &house.clock, both).await;

        let done = both.rewrap_vault(&AtTheMachine::here()).await.unwrap();

        assert_eq!((done.codes, done.closed), (1, 0));
        let new = vault_settings_with(folder.path(), &new);
        let new = node(&house.records, &house.clock, new).await;
        typed(&new, "ada", PASSWORD, &code(&house, &secret)).await.unwrap();
    }

    async fn two_who_show_one_code_at_once_enter_once(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let house = house_with_vault(records, folder.path()).await;
        let (_, secret) = with_password(&house, "ada").await;
        let now = code(&house, &secret);

        let (one, other) = tokio::join!(
            typed(&house.desk, "ada", PASSWORD, &now),
            typed(&house.desk, "ada", PASSWORD, &now)
        );

        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|is_in| **is_in).count(), 1);
    }

    async fn guessing_is_slowed_and_tells_nothing(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let house = house_with_vault(records, folder.path()).await;
        let (_, secret) = with_password(&house, "ada").await;

        for name in ["ada", "nobody", "Not A Name!"] {
            for _ in 0..5 {
                let wrong = typed(&house.desk, name, "wrong horse battery", &closed("000000")).await;
                assert_eq!(wrong.unwrap_err(), Refusal::SignInWrong);
            }
            let right = typed(&house.desk, name, PASSWORD, &code(&house, &secret)).await;
            assert_eq!(right.unwrap_err(), Refusal::SignInWait, "{name}");
        }
        house.clock.advance(SignedDuration::from_mins(15));
        assert!(typed(&house.desk, "ada", PASSWORD, &code(&house, &secret)).await.is_ok());
    }

    async fn a_guesser_who_changes_names_is_slowed_with_everybody_for_a_minute(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = vault_settings_with(folder.path(), &vault_key("test"));
        settings.sign_in.attempts.of_all = 4;
        let house = house_with(records, settings).await;
        let (_, secret) = with_password(&house, "ada").await;
        assert!(typed(&house.desk, "ada", PASSWORD, &code(&house, &secret)).await.is_ok());

        for name in ["one", "two", "three", "four"] {
            let wrong = typed(&house.desk, name, "wrong horse battery", &closed("000000")).await;
            assert_eq!(wrong.unwrap_err(), Refusal::SignInWrong, "{name}");
        }
        let fifth = typed(&house.desk, "five", "wrong horse battery", &closed("000000")).await;
        house.clock.advance(SignedDuration::from_secs(59));
        let ada = typed(&house.desk, "ada", PASSWORD, &code(&house, &secret)).await;
        house.clock.advance(SignedDuration::from_secs(1));

        assert_eq!(fifth.unwrap_err(), Refusal::SignInWait);
        assert_eq!(ada.unwrap_err(), Refusal::SignInWait, "who is in a hurry waits too");
        assert!(typed(&house.desk, "ada", PASSWORD, &code(&house, &secret)).await.is_ok());
    }

    async fn a_right_password_with_a_wrong_code_is_as_wrong_as_the_other_way(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let house = house_with_vault(records, folder.path()).await;
        let (_, secret) = with_password(&house, "ada").await;

        let wrong_code = typed(&house.desk, "ada", PASSWORD, &closed("000000")).await;
        let wrong_password = typed(&house.desk, "ada", "x", &code(&house, &secret)).await;
        let no_code = typed(&house.desk, "ada", PASSWORD, &closed("")).await;

        for answer in [wrong_code, wrong_password, no_code] {
            assert_eq!(answer.unwrap_err(), Refusal::SignInWrong);
        }
        assert!(typed(&house.desk, "ada", PASSWORD, &code(&house, &secret)).await.is_ok());
    }

    async fn a_passkey_lets_in_and_each_question_is_answered_once(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let house = house_with_vault(records, folder.path()).await;
        let (who, mut authenticator) = with_passkey(&house, "ada").await;

        let asked = house.desk.begin_sign_in_passkey("ada").await.unwrap();
        let answer = authenticator.enter(&asked.json);
        let entered = house.desk.finish_sign_in_passkey("ada", asked.ceremony, &answer).await.unwrap();
        let again = house.desk.finish_sign_in_passkey("ada", asked.ceremony, &answer).await;

        assert_eq!(found(&house.desk, &entered).await.member.staff(), who);
        assert_eq!(refused(again).unwrap_err(), Refusal::SignInWrong);
        let late = house.desk.begin_sign_in_passkey("ada").await.unwrap();
        let answer = authenticator.enter(&late.json);
        house.clock.advance(SignedDuration::from_mins(5));
        let late = house.desk.finish_sign_in_passkey("ada", late.ceremony, &answer).await;
        assert_eq!(refused(late).unwrap_err(), Refusal::CeremonyOver);
    }

    async fn a_name_that_nobody_has_is_asked_like_any_other(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let house = house_with_vault(records, folder.path()).await;
        let (_, mut authenticator) = with_passkey(&house, "ada").await;
        let allowed = |json: &str| {
            let asked: serde_json::Value = serde_json::from_str(json).unwrap();
            asked["publicKey"]["allowCredentials"].to_string()
        };

        let ada = house.desk.begin_sign_in_passkey("ada").await.unwrap();
        let [nobody, again] = [
            house.desk.begin_sign_in_passkey("nobody").await.unwrap(),
            house.desk.begin_sign_in_passkey("nobody").await.unwrap(),
        ];

        assert_eq!(allowed(&nobody.json), allowed(&again.json));
        let named = |json: &str| allowed(json).matches("public-key").count();
        assert_eq!(named(&nobody.json), named(&ada.json));
        assert_ne!(allowed(&nobody.json), allowed(&ada.json));
        let answer = authenticator.enter(&nobody.json);
        let answered = house.desk.finish_sign_in_passkey("nobody", nobody.ceremony, &answer).await;
        assert_eq!(refused(answered).unwrap_err(), Refusal::SignInWrong);
    }

    async fn a_question_takes_five_minutes_whatever_its_id_says(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let house = house_with_vault(records, folder.path()).await;
        let (_, mut authenticator) = with_passkey(&house, "ada").await;
        let asked = house.desk.begin_sign_in_passkey("ada").await.unwrap();
        let answer = authenticator.enter(&asked.json);
        house.clock.advance(SignedDuration::from_mins(5));
        let newer = house.clock.mint().unwrap();

        let late = house.desk.finish_sign_in_passkey("ada", asked.ceremony, &answer).await;
        let renamed = house.desk.finish_sign_in_passkey("ada", newer.into(), &answer).await;
        let made_up = uuid::Uuid::from_u128(7).into();
        let made_up = house.desk.finish_sign_in_passkey("ada", made_up, &answer).await;

        assert_eq!(refused(late).unwrap_err(), Refusal::CeremonyOver);
        assert_eq!(refused(renamed).unwrap_err(), Refusal::SignInWrong);
        assert_eq!(refused(made_up).unwrap_err(), Refusal::CeremonyOver);
    }

    async fn two_who_give_one_answer_at_once_enter_once(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let house = house_with_vault(records, folder.path()).await;
        let mut authenticator = Authenticator::new(ORIGIN);
        authenticator.counts = false;
        with_passkey_of(&house, "ada", &mut authenticator).await;
        let asked = house.desk.begin_sign_in_passkey("ada").await.unwrap();
        let answer = authenticator.enter(&asked.json);

        let (one, other) = tokio::join!(
            house.desk.finish_sign_in_passkey("ada", asked.ceremony, &answer),
            house.desk.finish_sign_in_passkey("ada", asked.ceremony, &answer)
        );

        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|is_in| **is_in).count(), 1);
        let again = house.desk.finish_sign_in_passkey("ada", asked.ceremony, &answer).await;
        assert_eq!(refused(again).unwrap_err(), Refusal::SignInWrong);
    }

    async fn nobody_has_more_passkeys_than_a_question_names(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let house = house_with_vault(records, folder.path()).await;
        let (who, _) = with_passkey(&house, "ada").await;
        let me = found(&house.desk, &enter(&house.desk, who).await).await.member;
        let recently = me.recently(house.clock.now()).unwrap();
        let add = async |asked: &Asked| {
            let answer = Authenticator::new(ORIGIN).register(&asked.json);
            let name = "another".parse().unwrap();
            house.desk.finish_add_passkey(&recently, asked.ceremony, &answer, name).await
        };
        let early = house.desk.begin_add_passkey(&recently).await.unwrap();

        for _ in 1..PASSKEYS_MAX {
            let asked = house.desk.begin_add_passkey(&recently).await.unwrap();
            add(&asked).await.unwrap();
        }

        let late = house.desk.begin_add_passkey(&recently).await;
        assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
        assert!(matches!(add(&early).await, Err(Error::Conflict(_))));
        let asked = house.desk.begin_sign_in_passkey("ada").await.unwrap();
        assert_eq!(asked.json.matches("public-key").count(), PASSKEYS_MAX);
    }

    async fn guesses_at_all_names_keep_passwords_waiting_and_nobody_else(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = vault_settings_with(folder.path(), &vault_key("key"));
        settings.sign_in.attempts.of_all = 3;
        let house = house_with(records, settings).await;
        let (who, secret) = with_password(&house, "ada").await;
        let (_, mut authenticator) = with_passkey(&house, "bob").await;
        let me = found(&house.desk, &enter(&house.desk, who).await).await.member;
        for name in ["one", "two", "three"] {
            let wrong = typed(&house.desk, name, "wrong horse battery", &closed("000000")).await;
            assert_eq!(wrong.unwrap_err(), Refusal::SignInWrong);
        }

        let waits = typed(&house.desk, "ada", PASSWORD, &code(&house, &secret)).await;
        let asked = house.desk.begin_sign_in_passkey("bob").await.unwrap();
        let answer = authenticator.enter(&asked.json);
        let by_passkey = house.desk.finish_sign_in_passkey("bob", asked.ceremony, &answer).await;
        let proved = house.desk.prove(&me, closed(PASSWORD), code(&house, &secret)).await;

        assert_eq!(waits.unwrap_err(), Refusal::SignInWait);
        assert!(by_passkey.is_ok(), "{by_passkey:?}");
        assert!(proved.is_ok(), "{proved:?}");
        house.clock.advance(SignedDuration::from_secs(61));
        for _ in 0..4 {
            typed(&house.desk, "ada", PASSWORD, &code(&house, &secret)).await.unwrap();
            house.clock.advance(SignedDuration::from_secs(30));
        }
    }

    async fn a_welcome_is_used_once_and_a_refused_choice_spends_nothing(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let house = house_with_vault(records, folder.path()).await;
        let who = somebody(&house.desk, "ada", &[StaffRole::Lead]).await;
        let first = welcome_link(&house.desk, who).await;
        let ticket = welcome_link(&house.desk, who).await;
        assert_eq!(refused(house.desk.welcome(first.reveal()).await).unwrap_err(), Refusal::TicketUsed);
        let offer = house.desk.welcome(ticket.reveal()).await.unwrap().codes.unwrap();
        let chosen = |password: &str, code| Chosen {
            password: closed(password),
            sealed: offer.sealed.reveal().clone(),
            code,
        };
        let right = code(&house, offer.text.reveal());

        let weak = house.desk.welcome_with_password(ticket.reveal(), chosen("short", right.clone()));
        assert_eq!(refused(weak.await).unwrap_err(), Refusal::PasswordWeak);
        let wrong = house.desk.welcome_with_password(ticket.reveal(), chosen(PASSWORD, closed("000000")));
        assert_eq!(refused(wrong.await).unwrap_err(), Refusal::SignInWrong);
        let entered = house.desk.welcome_with_password(ticket.reveal(), chosen(PASSWORD, right.clone()));
        assert!(entered.await.is_ok());
        let again = house.desk.welcome_with_password(ticket.reveal(), chosen(PASSWORD, right));
        assert_eq!(refused(again.await).unwrap_err(), Refusal::TicketUsed);
    }

    async fn another_welcome_takes_the_ways_in_before_it_away(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let house = house_with_vault(records, folder.path()).await;
        let (who, mut lost) = with_passkey(&house, "ada").await;
        let old = enter(&house.desk, who).await;
        let ticket = welcome_link(&house.desk, who).await;
        let mut new = Authenticator::new(ORIGIN);

        let asked = house.desk.begin_welcome_passkey(ticket.reveal()).await.unwrap();
        let answer = new.register(&asked.json);
        let name = "another key".parse().unwrap();
        let entered = house.desk.finish_welcome_passkey(ticket.reveal(), asked.ceremony, &answer, name);
        entered.await.unwrap();

        assert!(house.desk.member(old.cookie.reveal()).await.unwrap().is_none());
        let asked = house.desk.begin_sign_in_passkey("ada").await.unwrap();
        let answer = lost.enter(&asked.json);
        let answered = house.desk.finish_sign_in_passkey("ada", asked.ceremony, &answer);
        assert_eq!(refused(answered.await).unwrap_err(), Refusal::SignInWrong);
    }

    async fn the_last_way_in_cannot_be_removed(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let house = house_with_vault(records, folder.path()).await;
        let (who, _) = with_password(&house, "ada").await;
        let me = found(&house.desk, &enter(&house.desk, who).await).await.member;
        let recently = me.recently(house.clock.now()).unwrap();
        let ways = house.desk.ways(&me).await.unwrap();
        let password = ways.iter().find(|way| way.kind == CredentialKind::Password).unwrap().id;
        let last = house.desk.remove_credential(&recently, password).await;
        assert!(matches!(last, Err(Error::Conflict(_))));

        let asked = house.desk.begin_add_passkey(&recently).await.unwrap();
        let answer = Authenticator::new(ORIGIN).register(&asked.json);
        let name = "my key".parse().unwrap();
        house.desk.finish_add_passkey(&recently, asked.ceremony, &answer, name).await.unwrap();

        house.desk.remove_credential(&recently, password).await.unwrap();
        assert_eq!(house.desk.ways(&me).await.unwrap().len(), 2);
        let other = house.reviewer("bob").await;
        let others = other.member().recently(house.clock.now()).unwrap();
        let passkey = house.desk.ways(&me).await.unwrap().pop().unwrap().id;
        let refused = house.desk.remove_credential(&others, passkey).await;
        assert!(matches!(refused, Err(Error::NotFound(_))));
    }

    async fn a_new_password_ends_the_sessions_elsewhere(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let house = house_with_vault(records, folder.path()).await;
        let (who, secret) = with_password(&house, "ada").await;
        let elsewhere = enter(&house.desk, who).await;
        let here = enter(&house.desk, who).await;
        let recently = found(&house.desk, &here).await.member.recently(house.clock.now()).unwrap();

        house.desk.set_password(&recently, closed("another horse battery")).await.unwrap();

        assert!(house.desk.member(elsewhere.cookie.reveal()).await.unwrap().is_none());
        assert!(house.desk.member(here.cookie.reveal()).await.unwrap().is_some());
        let now = code(&house, &secret);
        assert_eq!(typed(&house.desk, "ada", PASSWORD, &now).await.unwrap_err(), Refusal::SignInWrong);
        assert!(typed(&house.desk, "ada", "another horse battery", &now).await.is_ok());
    }

    async fn who_one_is_can_be_proved_again_by_oneself_alone(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let house = house_with_vault(records, folder.path()).await;
        let (who, secret) = with_password(&house, "ada").await;
        let (_, mut others) = with_passkey(&house, "bob").await;
        let cookie = enter(&house.desk, who).await;
        house.clock.advance(SignedDuration::from_mins(14));
        let me = found(&house.desk, &cookie).await.member;
        house.clock.advance(SignedDuration::from_mins(10));
        assert!(me.recently(house.clock.now()).is_err());

        let asked = house.desk.begin_sign_in_passkey("bob").await.unwrap();
        let answer = others.enter(&asked.json);
        let by_bob = house.desk.finish_prove_passkey(&me, asked.ceremony, &answer);
        assert_eq!(refused(by_bob.await).unwrap_err(), Refusal::SignInWrong);
        let wrong = house.desk.prove(&me, closed("wrong horse"), code(&house, &secret)).await;
        assert_eq!(refused(wrong).unwrap_err(), Refusal::SignInWrong);
        let cookie = house.desk.prove(&me, closed(PASSWORD), code(&house, &secret)).await.unwrap();

        let me = house.desk.member_as_is(cookie.reveal()).await.unwrap().unwrap().member;
        assert!(me.recently(house.clock.now()).is_ok());
    }

    async fn whoever_copied_the_cookie_before_proves_nothing_by_its_owners_proof(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let house = house_with_vault(records, folder.path()).await;
        let (who, mut authenticator) = with_passkey(&house, "ada").await;
        let copied = enter(&house.desk, who).await;
        let me = found(&house.desk, &copied).await.member;
        let prove = async |authenticator: &mut Authenticator| {
            let asked = house.desk.begin_prove_passkey(&me).await.unwrap();
            let answer = authenticator.enter(&asked.json);
            refused(house.desk.finish_prove_passkey(&me, asked.ceremony, &answer).await)
        };

        let owners = prove(&mut authenticator).await.unwrap();
        let thief = house.desk.member(copied.cookie.reveal()).await;
        let again = prove(&mut authenticator).await;

        assert_eq!(refused(thief).unwrap_err(), Refusal::CookieReplaced, "it may be on its way");
        assert_eq!(again.unwrap_err(), Refusal::CookieReplaced, "with the cookie before");
        assert!(house.desk.member(owners.reveal()).await.unwrap().is_some());
        house.clock.advance(SignedDuration::from_mins(2));
        let thief = house.desk.member(copied.cookie.reveal()).await;
        assert_eq!(refused(thief).unwrap_err(), Refusal::SessionReplayed);
        assert!(house.desk.member(owners.reveal()).await.unwrap().is_none(), "it is over for both");
    }

    async fn a_way_in_that_was_added_is_told_for_three_days(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let house = house_with_vault(records, folder.path()).await;
        let (who, _) = with_passkey(&house, "ada").await;
        let here = found(&house.desk, &enter(&house.desk, who).await).await;
        let recently = here.member.recently(house.clock.now()).unwrap();
        assert_eq!(here.way_added_at, None, "they came by a link, and know");
        let added_at = house.clock.now();

        let asked = house.desk.begin_add_passkey(&recently).await.unwrap();
        let answer = Authenticator::new(ORIGIN).register(&asked.json);
        let name = "another key".parse().unwrap();
        house.desk.finish_add_passkey(&recently, asked.ceremony, &answer, name).await.unwrap();

        house.clock.advance(SignedDuration::from_hours(71));
        let told = found(&house.desk, &enter(&house.desk, who).await).await.way_added_at;
        assert_eq!(told, Some(added_at));
        house.clock.advance(SignedDuration::from_hours(1));
        let told = found(&house.desk, &enter(&house.desk, who).await).await.way_added_at;
        assert_eq!(told, None);
    }

    async fn whoever_entered_by_a_way_that_is_removed_does_not_stay(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let house = house_with_vault(records, folder.path()).await;
        let (who, _) = with_passkey(&house, "ada").await;
        let [here, there] = [enter(&house.desk, who).await, enter(&house.desk, who).await];
        let me = found(&house.desk, &here).await.member;
        let recently = me.recently(house.clock.now()).unwrap();
        house.desk.set_password(&recently, closed(PASSWORD)).await.unwrap();
        let there_too = enter(&house.desk, who).await;
        let ways = house.desk.ways(&me).await.unwrap();
        let password = ways.iter().find(|way| way.kind == CredentialKind::Password).unwrap().id;

        house.desk.remove_credential(&recently, password).await.unwrap();

        for elsewhere in [&there, &there_too] {
            assert!(house.desk.member(elsewhere.cookie.reveal()).await.unwrap().is_none());
        }
        assert!(house.desk.member(here.cookie.reveal()).await.unwrap().is_some());
    }

    async fn the_last_administrator_stays(records: Records) {
        let house = house(records).await;
        let here = AtTheMachine::here();
        let here = StaffAdmin::AtTheMachine(&here);
        let ada = somebody(&house.desk, "ada", &[StaffRole::Administrator]).await;
        let bob = somebody(&house.desk, "bob", &[StaffRole::Administrator]).await;
        let cookie = enter(&house.desk, bob).await;
        let lead = || [StaffRole::Lead].into();

        house.desk.change_roles(here, bob, lead()).await.unwrap();

        assert!(house.desk.member(cookie.cookie.reveal()).await.unwrap().is_none());
        let demoted = house.desk.change_roles(here, ada, lead()).await;
        assert_eq!(refused(demoted).unwrap_err(), Refusal::LastAdministrator);
        let ended = house.desk.end_staff(here, ada).await;
        assert_eq!(refused(ended).unwrap_err(), Refusal::LastAdministrator);
        house.desk.end_staff(here, bob).await.unwrap();
        assert!(matches!(house.desk.end_staff(here, bob).await, Err(Error::NotFound(_))));
        assert!(matches!(house.desk.change_roles(here, bob, lead()).await, Err(Error::NotFound(_))));
        let none = OwnLimits::default();
        assert!(matches!(house.desk.change_dose(here, bob, none).await, Err(Error::NotFound(_))));
    }

    async fn two_administrators_who_leave_at_once_do_not_both(records: Records) {
        let house = house(records).await;
        let here = AtTheMachine::here();
        let here = StaffAdmin::AtTheMachine(&here);
        let ada = somebody(&house.desk, "ada", &[StaffRole::Administrator]).await;
        let bob = somebody(&house.desk, "bob", &[StaffRole::Administrator]).await;

        let (one, other) =
            tokio::join!(house.desk.end_staff(here, ada), house.desk.end_staff(here, bob));

        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|is_ok| **is_ok).count(), 1);
    }

    async fn people_say_how_they_want_their_pages(records: Records) {
        let house = house(records).await;
        let who = somebody(&house.desk, "ada", &[StaffRole::Lead]).await;
        let cookie = enter(&house.desk, who).await;
        let me = found(&house.desk, &cookie).await.member;
        let pages = OwnPages {
            language: Language::Japanese,
            scheme: Scheme::Dark,
            view: View::Text,
            has_keys: false,
        };

        house.desk.change_own(&me, pages).await.unwrap();

        let staff = found(&house.desk, &cookie).await.staff;
        assert_eq!((staff.language, staff.scheme, staff.view), (pages.language, pages.scheme, pages.view));
        assert!(!staff.has_keys);
    }

    async fn without_a_vault_or_a_console_there_are_no_such_ways_in(records: Records) {
        let house = house(records).await;
        let who = somebody(&house.desk, "ada", &[StaffRole::Lead]).await;
        let ticket = welcome_link(&house.desk, who).await;

        let welcome = house.desk.welcome(ticket.reveal()).await.unwrap();
        let wrong = typed(&house.desk, "ada", PASSWORD, &closed("000000")).await;

        assert!(welcome.codes.is_none() && !welcome.has_passkeys);
        assert_eq!(wrong.unwrap_err(), Refusal::VaultClosed);
        assert!(matches!(house.desk.begin_sign_in_passkey("ada").await, Err(Error::NotFound(_))));
    }
}

on_both_engines! {
    async fn what_let_people_in_is_swept_when_its_time_is_over(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let house = house_with_vault(records, folder.path()).await;
        let (who, _) = with_password(&house, "ada").await;
        for name in ["ada", "nobody"] {
            let wrong = typed(&house.desk, name, "x", &closed("000000")).await;
            assert!(wrong.is_err());
        }
        enter(&house.desk, who).await;
        let ticket = welcome_link(&house.desk, who).await;
        house.desk.begin_welcome_passkey(ticket.reveal()).await.unwrap();
        for name in ["ada", "nobody", "Not A Name!"] {
            house.desk.begin_sign_in_passkey(name).await.unwrap();
        }
        assert_eq!(house.desk.sweep_once().await.unwrap().rows_deleted, 0);

        // Two sessions, a ticket and a question for a new passkey: to be asked for one is free.
        house.clock.advance(SignedDuration::from_hours(25));
        assert_eq!(house.desk.sweep_once().await.unwrap().rows_deleted, 4);
        // Two attempts, and the first of the two changes in the log.
        house.clock.advance(SignedDuration::from_hours(30 * 24));
        assert_eq!(house.desk.sweep_once().await.unwrap().rows_deleted, 3);
        // What happened to Ada: she came, four tickets, a password, codes, and entering.
        house.clock.advance(SignedDuration::from_hours(336 * 24));
        assert_eq!(house.desk.sweep_once().await.unwrap().rows_deleted, 8);
    }
}
