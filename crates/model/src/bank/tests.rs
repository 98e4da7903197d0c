use jiff::civil::date;

use super::*;

/// A bank that is matched everywhere on public and shared items, and does nothing by itself.
pub fn a_bank() -> Bank {
    let surfaces = [Surface::Public, Surface::Shared].into();
    Bank {
        id: uuid::Uuid::from_u128(7).into(),
        name: "list".parse().unwrap(),
        purpose: Purpose::ChildSexualAbuse,
        source: "a hotline".parse().unwrap(),
        legal_basis: "an agreement".parse().unwrap(),
        owner: "a team".parse().unwrap(),
        reach: Reach::new(surfaces, Jurisdictions::Everywhere, None).unwrap(),
        distance_max: Distance::PDQ_SAME_MAX,
        quality_min: Quality::TRUSTED_MIN,
        transforms: Transforms::All,
        action: Action::None,
        is_enabled: true,
        is_from_hma: false,
        created_at: Timestamp::UNIX_EPOCH,
        changed_at: Timestamp::UNIX_EPOCH,
    }
}

fn reach(surfaces: &[Surface], until: Option<Date>) -> Result<Reach, NotAReach> {
    let basis = until
        .map(|until| PrivateBasis { law: "Telecommunications Act, s. 1".parse().unwrap(), until });
    let jurisdictions = Jurisdictions::try_from(vec!["JP"]).unwrap();
    Reach::new(surfaces.iter().copied().collect(), jurisdictions, basis)
}

#[test]
fn private_messages_need_a_law() {
    assert_eq!(reach(&[Surface::PrivateMessage], None), Err(NotAReach::NoPrivateBasis));
    assert!(reach(&[Surface::PrivateMessage], Some(date(2027, 4, 3))).is_ok());
    assert_eq!(reach(&[], None), Err(NotAReach::NoSurface));
}

#[test]
fn matching_of_private_messages_ends_with_its_law() {
    let japan = Some("JP".parse().unwrap());
    let reach = reach(Surface::ALL, Some(date(2027, 4, 3))).unwrap();

    let last_day = reach.applies_to(Surface::PrivateMessage, japan, date(2027, 4, 3));
    let day_after = reach.applies_to(Surface::PrivateMessage, japan, date(2027, 4, 4));

    assert_eq!(last_day, Ok(()));
    assert_eq!(day_after, Err(NotLooked::PrivateBasisEnded));
    assert_eq!(reach.applies_to(Surface::Public, japan, date(2027, 4, 4)), Ok(()));
}

#[test]
fn a_law_for_private_messages_is_cited_in_words_and_set_for_two_years_at_most() {
    let today = date(2026, 11, 21);
    let check = |law: &str, until| PrivateBasis { law: law.parse().unwrap(), until }.check(today);
    let soon = date(2027, 4, 3);

    assert_eq!(check("Some Act, 4.", soon), Ok(()));
    assert_eq!(check("電気通信事業法第四条第一項", soon), Ok(()));
    assert_eq!(check("Some Act, 4", soon), Err(NotAPrivateBasis::LawTooShort));
    assert_eq!(check("  Some Act, 4  ", soon), Err(NotAPrivateBasis::LawTooShort));
    assert_eq!(check("2021/1232 (26-04-03)", soon), Err(NotAPrivateBasis::LawWithoutLetters));
    assert_eq!(check("Some Act, 4.", date(2028, 11, 21)), Ok(()));
    let latest = date(2028, 11, 21);
    assert_eq!(check("Some Act, 4.", date(2028, 11, 22)), Err(NotAPrivateBasis::TooFar { latest }));
    let at_leap_day =
        PrivateBasis { law: "Some Act, 4.".parse().unwrap(), until: date(2030, 2, 28) };
    assert_eq!(at_leap_day.check(date(2028, 2, 29)), Ok(()));
}

#[test]
fn a_refused_law_for_private_messages_says_what_to_write() {
    let latest = date(2028, 11, 21);

    let texts = [
        (NotAPrivateBasis::LawTooShort, "at least 12 characters; write its title and section"),
        (NotAPrivateBasis::LawWithoutLetters, "write its title"),
        (NotAPrivateBasis::TooFar { latest }, "2028-11-21 at the latest, 2 years from today"),
    ];

    for (refused, words) in texts {
        assert!(refused.to_string().contains(words), "{refused}");
    }
}

#[test]
fn a_bank_applies_only_on_its_surfaces_and_in_its_countries() {
    let japan = Some("JP".parse().unwrap());
    let france = Some("FR".parse().unwrap());
    let reach = reach(&[Surface::Public], None).unwrap();
    let today = date(2026, 11, 21);

    assert_eq!(reach.applies_to(Surface::Public, japan, today), Ok(()));
    assert_eq!(reach.applies_to(Surface::Shared, japan, today), Err(NotLooked::Surface));
    assert_eq!(reach.applies_to(Surface::Public, france, today), Err(NotLooked::Jurisdiction));
    assert_eq!(reach.applies_to(Surface::Public, None, today), Err(NotLooked::Jurisdiction));
}

#[test]
fn every_word_reads_back_as_itself() {
    for &purpose in Purpose::ALL {
        assert_eq!(purpose.as_str().parse(), Ok(purpose));
        assert_eq!(serde_json::to_string(&purpose).unwrap(), format!("\"{}\"", purpose.as_str()));
    }
    for &action in Action::ALL {
        assert_eq!(action.as_str().parse(), Ok(action));
        assert_eq!(serde_json::to_string(&action).unwrap(), format!("\"{}\"", action.as_str()));
    }
    for &surface in Surface::ALL {
        assert_eq!(surface.as_str().parse(), Ok(surface));
        assert_eq!(serde_json::to_string(&surface).unwrap(), format!("\"{}\"", surface.as_str()));
    }
}

#[test]
fn a_banks_name_fits_a_url() {
    for good in ["CSAM_KNOWN", "a", "hotline-2026.1"] {
        assert!(good.parse::<BankName>().is_ok(), "{good}");
    }
    for bad in ["", "a b", "a/b", "é", &"x".repeat(65)] {
        assert!(bad.parse::<BankName>().is_err(), "{bad}");
    }
}
