//! The passkey ceremonies, with a software authenticator from the testkit.

use mamori_testkit::passkey::Authenticator;

use super::*;

const ORIGIN: &str = "https://mamori.example.org";

fn passkeys() -> Passkeys {
    Passkeys::new(&Url::parse(ORIGIN).unwrap(), "Mamori").unwrap()
}

fn owner() -> Owner<'static> {
    Owner { id: Uuid::from_u128(7), name: "ada", display_name: "Ada" }
}

fn secret() -> Sensitive<[u8; 32]> {
    Sensitive::new([3; 32])
}

/// The challenge with this number, for `name`.
fn challenge<'a>(
    number: u128,
    name: &'a str,
    secret: &'a Sensitive<[u8; 32]>,
) -> SignInChallenge<'a> {
    SignInChallenge { id: Uuid::from_u128(number), name, secret }
}

fn registered(passkeys: &Passkeys, authenticator: &mut Authenticator) -> Passkey {
    let asked = passkeys.begin_registration(owner(), &[]).unwrap();
    let answer = authenticator.register(&asked.json);
    passkeys.finish_registration(&asked.state, &answer).unwrap()
}

#[test]
fn a_registered_and_stored_passkey_signs_its_owner_in() {
    let passkeys = passkeys();
    let mut authenticator = Authenticator::new(ORIGIN);
    let passkey = registered(&passkeys, &mut authenticator);
    let kept = Passkey::from_stored(&passkey.to_json().unwrap()).unwrap();

    let (secret, keys) = (secret(), std::slice::from_ref(&kept));
    let challenge = challenge(1, "ada", &secret);
    let answer = authenticator.sign_in(&passkeys.begin_sign_in(challenge, keys).unwrap());
    let used = passkeys.finish_sign_in(challenge, keys, &answer).unwrap();

    assert_eq!(used.passkey.id(), kept.id());
    assert!(used.has_changed, "the counter increased");
}

#[test]
fn a_response_to_another_challenge_is_refused() {
    let passkeys = passkeys();
    let mut authenticator = Authenticator::new(ORIGIN);
    let keys = [registered(&passkeys, &mut authenticator)];
    let secret = secret();
    let first = challenge(1, "ada", &secret);
    let other_secret = Sensitive::new([4; 32]);

    let answer = authenticator.sign_in(&passkeys.begin_sign_in(first, &keys).unwrap());

    for other in [
        challenge(2, "ada", &secret),
        challenge(1, "bob", &secret),
        challenge(1, "ada", &other_secret),
    ] {
        let refused = passkeys.finish_sign_in(other, &keys, &answer);
        assert!(matches!(refused, Err(Error::Refused(_))), "{other:?}");
    }
    assert!(passkeys.finish_sign_in(first, &keys, &answer).is_ok());
}

#[test]
fn a_response_without_user_verification_is_refused() {
    let passkeys = passkeys();
    let mut authenticator = Authenticator::new(ORIGIN);
    let keys = [registered(&passkeys, &mut authenticator)];
    authenticator.verifies = false;

    let secret = secret();
    let challenge = challenge(1, "ada", &secret);
    let answer = authenticator.sign_in(&passkeys.begin_sign_in(challenge, &keys).unwrap());

    assert!(matches!(passkeys.finish_sign_in(challenge, &keys, &answer), Err(Error::Refused(_))));
}

/// Phishing: a page at another origin forwards our challenge.
#[test]
fn a_response_given_at_another_origin_is_refused() {
    let passkeys = passkeys();
    let mut authenticator = Authenticator::new(ORIGIN);
    let keys = [registered(&passkeys, &mut authenticator)];
    authenticator.origin = "https://mamori.example.com".to_owned();

    let secret = secret();
    let challenge = challenge(1, "ada", &secret);
    let answer = authenticator.sign_in(&passkeys.begin_sign_in(challenge, &keys).unwrap());

    assert!(matches!(passkeys.finish_sign_in(challenge, &keys, &answer), Err(Error::Refused(_))));
}

#[test]
fn the_response_of_another_authenticator_is_refused() {
    let passkeys = passkeys();
    let keys = [registered(&passkeys, &mut Authenticator::new(ORIGIN))];
    let mut other = Authenticator::new(ORIGIN);
    registered(&passkeys, &mut other);

    let secret = secret();
    let challenge = challenge(1, "ada", &secret);
    let answer = other.sign_in(&passkeys.begin_sign_in(challenge, &keys).unwrap());

    assert!(matches!(passkeys.finish_sign_in(challenge, &keys, &answer), Err(Error::Refused(_))));
}

#[test]
fn a_copied_authenticator_is_noticed_by_its_counter() {
    let passkeys = passkeys();
    let mut authenticator = Authenticator::new(ORIGIN);
    let mut keys = [registered(&passkeys, &mut authenticator)];
    let secret = secret();
    let [first, second] = [1, 2].map(|number| challenge(number, "ada", &secret));
    let answer = authenticator.sign_in(&passkeys.begin_sign_in(first, &keys).unwrap());
    keys[0] = passkeys.finish_sign_in(first, &keys, &answer).unwrap().passkey;
    authenticator.counter = 0;

    let answer = authenticator.sign_in(&passkeys.begin_sign_in(second, &keys).unwrap());

    assert!(matches!(passkeys.finish_sign_in(second, &keys, &answer), Err(Error::Refused(_))));
}

#[test]
fn a_passkey_that_was_removed_meanwhile_is_refused() {
    let passkeys = passkeys();
    let mut authenticator = Authenticator::new(ORIGIN);
    let keys = [registered(&passkeys, &mut authenticator)];
    let others = [registered(&passkeys, &mut Authenticator::new(ORIGIN))];
    let secret = secret();
    let challenge = challenge(1, "ada", &secret);

    let answer = authenticator.sign_in(&passkeys.begin_sign_in(challenge, &keys).unwrap());

    for rest in [&[], others.as_slice()] {
        assert!(matches!(
            passkeys.finish_sign_in(challenge, rest, &answer),
            Err(Error::Refused(_))
        ));
    }
}

#[test]
fn nonsense_is_refused_and_unreadable_stored_data_are_broken() {
    let passkeys = passkeys();
    let asked = passkeys.begin_registration(owner(), &[]).unwrap();

    for nonsense in ["", "{}", "[]", "null", "{\"id\":1}"] {
        let refused = passkeys.finish_registration(&asked.state, nonsense);
        assert!(matches!(refused, Err(Error::Refused(_))), "{nonsense}");
    }
    let lost = Sensitive::new("{}".to_owned());
    assert!(matches!(passkeys.finish_registration(&lost, "{}"), Err(Error::Broken(_))));
    assert!(matches!(Passkey::from_stored(b"{}"), Err(Error::Broken(_))));
}

/// The credential ids in a challenge, in its order.
fn ids(question: &str) -> Vec<String> {
    let question: Value = serde_json::from_str(question).unwrap();
    let named = question["publicKey"]["allowCredentials"].as_array().unwrap().iter();
    named.map(|named| named["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_challenge_names_equally_many_ids_for_any_number_of_passkeys() {
    let passkeys = passkeys();
    let secret = secret();
    let mut keys = Vec::new();
    let mut places = std::collections::BTreeSet::new();
    for count in 0..=PASSKEYS_MAX {
        for name in ["ada", "bob", "cho", "dee", "eve", "fay", "gil", "hal"] {
            let named = ids(&passkeys.begin_sign_in(challenge(1, name, &secret), &keys).unwrap());
            assert_eq!(named.len(), PASSKEYS_MAX, "{count}");
            for key in &keys {
                let id = URL_SAFE_NO_PAD.encode(Passkey::id(key));
                places.insert(named.iter().position(|named| *named == id).unwrap());
            }
        }
        keys.push(registered(&passkeys, &mut Authenticator::new(ORIGIN)));
    }
    assert_eq!(places.len(), PASSKEYS_MAX, "at any place");
}

#[test]
fn an_unknown_name_gets_a_challenge_as_if_it_had_a_passkey() {
    let passkeys = passkeys();
    let (secret, other) = (secret(), Sensitive::new([4; 32]));
    let key = registered(&passkeys, &mut Authenticator::new(ORIGIN));
    let ask = |challenge| passkeys.begin_sign_in(challenge, &[]).unwrap();
    let shape = |question: &str| {
        let mut question: Value = serde_json::from_str(question).unwrap();
        question["publicKey"]["challenge"] = "x".into();
        question["publicKey"]["allowCredentials"] = "x".into();
        question
    };

    let [unknown, again] = [1, 2].map(|number| ask(challenge(number, "ada", &secret)));
    let known = passkeys.begin_sign_in(challenge(1, "ada", &secret), &[key]).unwrap();

    assert_ne!(unknown, again, "each has its own challenge");
    assert_eq!(ids(&unknown), ids(&again));
    assert_ne!(ids(&unknown), ids(&ask(challenge(1, "bob", &secret))));
    assert_ne!(ids(&unknown), ids(&ask(challenge(1, "ada", &other))));
    assert_eq!(shape(&unknown), shape(&known));
    let kept = ids(&unknown).into_iter().filter(|id| ids(&known).contains(id)).count();
    assert_eq!(kept, PASSKEYS_MAX - 1, "a new passkey takes the place of one");
}

#[test]
fn a_console_at_an_ip_address_has_no_passkeys() {
    for origin in ["http://127.0.0.1:8080", "https://[::1]"] {
        let refused = Passkeys::new(&Url::parse(origin).unwrap(), "Mamori");
        assert!(matches!(refused, Err(Error::Origin(_))), "{origin}");
    }
    assert!(Passkeys::new(&Url::parse("http://localhost:8080").unwrap(), "Mamori").is_ok());
}
