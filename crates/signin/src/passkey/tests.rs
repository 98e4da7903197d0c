//! The ceremonies, with an authenticator played by the testkit.

use mamori_testkit::passkey::Authenticator;

use super::*;

const ORIGIN: &str = "https://mamori.example.org";

fn passkeys() -> Passkeys {
    Passkeys::new(&Url::parse(ORIGIN).unwrap(), "Mamori").unwrap()
}

fn owner() -> Owner<'static> {
    Owner { id: Uuid::from_u128(7), name: "ada", shown: "Ada" }
}

fn registered(passkeys: &Passkeys, authenticator: &mut Authenticator) -> Passkey {
    let asked = passkeys.begin_register(owner(), &[]).unwrap();
    let answer = authenticator.register(&asked.json);
    passkeys.finish_register(&asked.state, &answer).unwrap()
}

#[test]
fn a_passkey_is_made_kept_and_lets_in() {
    let passkeys = passkeys();
    let mut authenticator = Authenticator::new(ORIGIN);
    let passkey = registered(&passkeys, &mut authenticator);
    let kept = Passkey::from_kept(&passkey.to_json().unwrap()).unwrap();

    let asked = passkeys.begin_enter(std::slice::from_ref(&kept)).unwrap();
    let answer = authenticator.enter(&asked.json);
    let used = passkeys.finish_enter(std::slice::from_ref(&kept), &asked.state, &answer).unwrap();

    assert_eq!(used.passkey.id(), kept.id());
    assert!(used.has_changed, "the counter went on");
}

#[test]
fn an_answer_to_another_question_lets_nobody_in() {
    let passkeys = passkeys();
    let mut authenticator = Authenticator::new(ORIGIN);
    let keys = [registered(&passkeys, &mut authenticator)];
    let [first, second] = [(); 2].map(|()| passkeys.begin_enter(&keys).unwrap());

    let answer = authenticator.enter(&first.json);

    assert!(matches!(passkeys.finish_enter(&keys, &second.state, &answer), Err(Error::Refused(_))));
    assert!(passkeys.finish_enter(&keys, &first.state, &answer).is_ok());
}

#[test]
fn whoever_is_not_verified_stays_outside() {
    let passkeys = passkeys();
    let mut authenticator = Authenticator::new(ORIGIN);
    let keys = [registered(&passkeys, &mut authenticator)];
    authenticator.verifies = false;

    let asked = passkeys.begin_enter(&keys).unwrap();
    let answer = authenticator.enter(&asked.json);

    assert!(matches!(passkeys.finish_enter(&keys, &asked.state, &answer), Err(Error::Refused(_))));
}

/// Phishing: a page elsewhere hands our question on.
#[test]
fn an_answer_given_at_another_origin_is_refused() {
    let passkeys = passkeys();
    let mut authenticator = Authenticator::new(ORIGIN);
    let keys = [registered(&passkeys, &mut authenticator)];
    authenticator.origin = "https://mamori.example.com".to_owned();

    let asked = passkeys.begin_enter(&keys).unwrap();
    let answer = authenticator.enter(&asked.json);

    assert!(matches!(passkeys.finish_enter(&keys, &asked.state, &answer), Err(Error::Refused(_))));
}

#[test]
fn another_authenticator_lets_nobody_in() {
    let passkeys = passkeys();
    let keys = [registered(&passkeys, &mut Authenticator::new(ORIGIN))];
    let mut other = Authenticator::new(ORIGIN);
    registered(&passkeys, &mut other);

    let asked = passkeys.begin_enter(&keys).unwrap();
    let answer = other.enter(&asked.json);

    assert!(matches!(passkeys.finish_enter(&keys, &asked.state, &answer), Err(Error::Refused(_))));
}

#[test]
fn a_copied_authenticator_is_noticed_by_its_counter() {
    let passkeys = passkeys();
    let mut authenticator = Authenticator::new(ORIGIN);
    let mut keys = [registered(&passkeys, &mut authenticator)];
    let asked = passkeys.begin_enter(&keys).unwrap();
    let answer = authenticator.enter(&asked.json);
    keys[0] = passkeys.finish_enter(&keys, &asked.state, &answer).unwrap().passkey;
    authenticator.counter = 0;

    let asked = passkeys.begin_enter(&keys).unwrap();
    let answer = authenticator.enter(&asked.json);

    assert!(matches!(passkeys.finish_enter(&keys, &asked.state, &answer), Err(Error::Refused(_))));
}

#[test]
fn a_passkey_that_was_removed_meanwhile_lets_nobody_in() {
    let passkeys = passkeys();
    let mut authenticator = Authenticator::new(ORIGIN);
    let keys = [registered(&passkeys, &mut authenticator)];
    let asked = passkeys.begin_enter(&keys).unwrap();

    let answer = authenticator.enter(&asked.json);

    assert!(matches!(passkeys.finish_enter(&[], &asked.state, &answer), Err(Error::Refused(_))));
}

#[test]
fn nonsense_is_refused_and_a_lost_state_is_ours_to_mend() {
    let passkeys = passkeys();
    let asked = passkeys.begin_register(owner(), &[]).unwrap();

    for nonsense in ["", "{}", "[]", "null", "{\"id\":1}"] {
        let refused = passkeys.finish_register(&asked.state, nonsense);
        assert!(matches!(refused, Err(Error::Refused(_))), "{nonsense}");
    }
    let lost = Sensitive::new("{}".to_owned());
    assert!(matches!(passkeys.finish_register(&lost, "{}"), Err(Error::Broken(_))));
    assert!(matches!(Passkey::from_kept(b"{}"), Err(Error::Broken(_))));
}

#[test]
fn a_decoy_looks_like_a_question_and_is_the_same_for_the_same_name() {
    let passkeys = passkeys();
    let secret = Sensitive::new([3; 32]);
    let keys = [registered(&passkeys, &mut Authenticator::new(ORIGIN))];
    let read = |json: &str| serde_json::from_str::<Value>(json).unwrap();
    let shape = |mut value: Value| {
        value["publicKey"]["challenge"] = "x".into();
        value["publicKey"]["allowCredentials"][0]["id"] = "x".into();
        value
    };
    let id = |json: &str| read(json)["publicKey"]["allowCredentials"][0]["id"].clone();

    let [decoy, again] = [(); 2].map(|()| passkeys.decoy("ada", &secret).unwrap());

    assert_ne!(decoy, again, "each has its own challenge");
    assert_eq!(id(&decoy), id(&again));
    assert_ne!(id(&decoy), id(&passkeys.decoy("bob", &secret).unwrap()));
    assert_ne!(id(&decoy), id(&passkeys.decoy("ada", &Sensitive::new([4; 32])).unwrap()));
    assert_eq!(shape(read(&decoy)), shape(read(&passkeys.begin_enter(&keys).unwrap().json)));
}

#[test]
fn a_console_that_has_an_address_and_no_name_has_no_passkeys() {
    for origin in ["http://127.0.0.1:8080", "https://[::1]"] {
        let refused = Passkeys::new(&Url::parse(origin).unwrap(), "Mamori");
        assert!(matches!(refused, Err(Error::Origin(_))), "{origin}");
    }
    assert!(Passkeys::new(&Url::parse("http://localhost:8080").unwrap(), "Mamori").is_ok());
}
