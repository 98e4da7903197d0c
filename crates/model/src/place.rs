//! Where an item is published: the surface of the service, and the country whose law applies.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::id::serde_as_text;

/// Who can see an item at the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[strum(parse_err_ty = NotASurface, parse_err_fn = not_a_surface)]
pub enum Surface {
    /// Everyone: posts, profile pictures, open groups.
    Public,
    /// People whom the owner admitted: closed groups, shared albums, cloud links.
    Shared,
    /// Named people only. Protected as correspondence in nearly every country, so no bank is used
    /// here unless an administrator names the law that allows it and the last day on which it
    /// applies.
    PrivateMessage,
}

impl Surface {
    /// Every surface, the most open first.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API, the database and files use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl fmt::Display for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The error for a text that names no surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a surface: expected `public`, `shared` or `private_message`")]
pub struct NotASurface;

fn not_a_surface(_: &str) -> NotASurface {
    NotASurface
}

/// A country, by the two capital letters that ISO 3166-1 assigns to it.
///
/// Codes that the standard reserves, leaves to users or has not assigned are refused: a bank for
/// `UK` would never be used on an item that a service reports from `GB`. This also excludes `XK`,
/// which is widely used for Kosovo: it is one of the codes that the standard leaves to users, and
/// two users may mean different things by it. A bank that is used everywhere covers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// Every assigned code, 249 of them, in alphabetical order. Source: ISO 3166-1, list of alpha-2
/// codes of the ISO 3166 Maintenance Agency, <https://www.iso.org/obp/ui/#search/code/>.
const ASSIGNED: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ \
    BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ \
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ \
    DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR \
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY \
    HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP \
    KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY \
    MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ \
    NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY \
    QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ \
    TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ \
    VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Codes that are often used by mistake, each with the assigned code that is meant.
const MISTAKEN: [(&str, &str); 11] = [
    ("UK", "GB"), // the United Kingdom: reserved
    ("EN", "GB"), // England, or English
    ("EL", "GR"), // Greece, as the European Union writes it: reserved
    ("JA", "JP"), // Japanese
    ("KO", "KR"), // Korean
    ("ZH", "CN"), // Chinese
    ("DA", "DK"), // Danish
    ("CS", "CZ"), // Czech; formerly Serbia and Montenegro
    ("BU", "MM"), // Burma: formerly
    ("TP", "TL"), // East Timor: formerly
    ("ZR", "CD"), // Zaire: formerly
];

impl Country {
    /// Returns every assigned code, in alphabetical order.
    pub fn assigned() -> impl Iterator<Item = &'static str> {
        ASSIGNED.split_ascii_whitespace()
    }

    /// Returns the two letters.
    pub fn as_str(&self) -> &str {
        // The constructor accepts only ASCII capitals.
        std::str::from_utf8(&self.0).unwrap_or("??")
    }

    /// Reads two capital letters from the database, even if they are not assigned: earlier versions
    /// accepted any, and their records must stay readable. Not for input.
    pub fn as_stored(text: &str) -> Result<Self, NotACountry> {
        let letters: [u8; 2] = text.as_bytes().try_into().map_err(|_| NotACountry::Shape)?;
        let is_code = letters.iter().all(u8::is_ascii_uppercase);
        is_code.then_some(Self(letters)).ok_or(NotACountry::Shape)
    }
}

/// The error for a text that is not a country's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACountry {
    /// Not two capital letters.
    #[error("not a country: expected two capital letters of ISO 3166-1, such as `JP`")]
    Shape,
    /// A code that is often used by mistake for another.
    #[error("not a country: ISO 3166-1 assigns no `{}`; use `{meant}`", .found.as_str())]
    Mistaken {
        /// The code that was given.
        found: Country,
        /// The assigned code that is probably meant.
        meant: &'static str,
    },
    /// A code that is not assigned, or whose meaning is left to its users.
    #[error("not a country: ISO 3166-1 assigns no `{}`; expected a code such as `JP`", .0.as_str())]
    Unassigned(Country),
}

impl FromStr for Country {
    type Err = NotACountry;

    fn from_str(text: &str) -> Result<Self, NotACountry> {
        let found = Self::as_stored(text)?;
        if Self::assigned().any(|code| code == text) {
            return Ok(found);
        }
        let mistaken = MISTAKEN.iter().find(|(code, _)| *code == text);
        Err(match mistaken {
            Some((_, meant)) => NotACountry::Mistaken { found, meant },
            None => NotACountry::Unassigned(found),
        })
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

serde_as_text!(Country);

/// Reads a stored list of countries with [`Country::as_stored`], for
/// `#[serde(deserialize_with = "…")]`.
pub(crate) fn stored_countries<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeSet<Country>, D::Error> {
    let codes = Vec::<String>::deserialize(deserializer)?;
    let read = |code: &String| Country::as_stored(code).map_err(de::Error::custom);
    codes.iter().map(read).collect()
}

/// Deserialises jurisdictions from the database, for `#[serde(deserialize_with = "…")]`.
pub(crate) fn stored_jurisdictions<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Jurisdictions, D::Error> {
    let codes = Vec::<String>::deserialize(deserializer)?;
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    Jurisdictions::as_stored(&codes).map_err(de::Error::custom)
}

/// The countries in which a bank may be used.
///
/// JSON: a list of codes, or `["*"]` for everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Jurisdictions {
    /// Everywhere, also if the service does not say in which country an item is.
    Everywhere,
    /// Only in these countries; not on items whose country is unknown.
    Only(BTreeSet<Country>),
}

impl Jurisdictions {
    /// Checks whether an item of `country` (`None`: unknown) is covered.
    pub fn contains(&self, country: Option<Country>) -> bool {
        match (self, country) {
            (Self::Everywhere, _) => true,
            (Self::Only(countries), Some(country)) => countries.contains(&country),
            (Self::Only(_), None) => false,
        }
    }

    /// Checks whether every country of `self` is also in `other`.
    pub fn is_within(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Everywhere) => true,
            (Self::Everywhere, Self::Only(_)) => false,
            (Self::Only(some), Self::Only(others)) => some.is_subset(others),
        }
    }
}

/// The error for a list that is not a list of jurisdictions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotJurisdictions {
    /// The list is empty, or contains `*` together with other codes.
    #[error("not jurisdictions: expected country codes such as `JP`, at least one, or `*` alone")]
    Shape,
    /// One of the codes names no country.
    #[error(transparent)]
    Country(#[from] NotACountry),
}

impl<'a> TryFrom<Vec<&'a str>> for Jurisdictions {
    type Error = NotJurisdictions;

    fn try_from(codes: Vec<&'a str>) -> Result<Self, NotJurisdictions> {
        Self::read(&codes, str::parse)
    }
}

impl Jurisdictions {
    /// Reads codes from the database, as [`Country::as_stored`] does.
    pub fn as_stored(codes: &[&str]) -> Result<Self, NotJurisdictions> {
        Self::read(codes, Country::as_stored)
    }

    fn read(
        codes: &[&str],
        read: impl Fn(&str) -> Result<Country, NotACountry>,
    ) -> Result<Self, NotJurisdictions> {
        if codes == ["*"] {
            return Ok(Self::Everywhere);
        }
        if codes.is_empty() || codes.contains(&"*") {
            return Err(NotJurisdictions::Shape);
        }
        let countries: Result<BTreeSet<Country>, _> = codes.iter().map(|code| read(code)).collect();
        Ok(Self::Only(countries?))
    }
}

impl Serialize for Jurisdictions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Everywhere => ["*"].serialize(serializer),
            Self::Only(countries) => countries.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Jurisdictions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let codes = Vec::<String>::deserialize(deserializer)?;
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        Self::try_from(codes).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_within_others_if_none_is_missing_there() {
        let read = |codes: &[&str]| Jurisdictions::try_from(codes.to_vec()).unwrap();
        let (all, japan, two) = (read(&["*"]), read(&["JP"]), read(&["FR", "JP"]));

        assert!(japan.is_within(&two) && two.is_within(&all) && all.is_within(&all));
        assert!(!two.is_within(&japan) && !all.is_within(&two));
    }

    #[test]
    fn an_item_without_a_country_is_covered_only_by_everywhere() {
        let japan: Country = "JP".parse().unwrap();
        let only_japan = Jurisdictions::try_from(vec!["JP"]).unwrap();

        assert!(Jurisdictions::Everywhere.contains(None));
        assert!(only_japan.contains(Some(japan)));
        assert!(!only_japan.contains(None));
        assert!(!only_japan.contains(Some("FR".parse().unwrap())));
    }

    #[test]
    fn a_star_stands_alone_and_an_empty_list_is_refused() {
        for text in ["[]", r#"["*","JP"]"#, r#"["jp"]"#, r#"["JPN"]"#, r#"["é"]"#] {
            assert!(serde_json::from_str::<Jurisdictions>(text).is_err(), "{text}");
        }
        let text = r#"["FR","JP"]"#;
        let read: Jurisdictions = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }

    #[test]
    fn a_code_that_is_not_assigned_is_refused_and_the_one_that_is_meant_is_named() {
        let refused = |text: &str| text.parse::<Country>().unwrap_err().to_string();

        assert!(refused("UK").ends_with("assigns no `UK`; use `GB`"));
        assert!(refused("EN").ends_with("use `GB`"));
        assert!(refused("EL").ends_with("use `GR`"));
        for text in ["XX", "ZZ", "XK", "QM", "AA", "EU", "SU"] {
            assert!(refused(text).contains("expected a code such as"), "{text}");
        }
        for text in ["", "jp", "JPN", "é"] {
            assert_eq!(text.parse::<Country>(), Err(NotACountry::Shape), "{text}");
        }
        let list = serde_json::from_str::<Jurisdictions>(r#"["JP","UK"]"#).unwrap_err();
        assert!(list.to_string().contains("use `GB`"), "{list}");
    }

    #[test]
    fn every_assigned_code_is_read_and_every_suggested_code_is_assigned() {
        let codes: Vec<&str> = Country::assigned().collect();

        assert_eq!(codes.len(), 249);
        assert!(codes.is_sorted());
        assert!(codes.iter().all(|code| code.parse::<Country>().is_ok()));
        for (code, meant) in MISTAKEN {
            assert!(!codes.contains(&code) && codes.contains(&meant), "{code}");
        }
    }

    #[test]
    fn a_stored_code_stays_readable_even_if_it_is_not_assigned() {
        assert_eq!(Country::as_stored("UK").unwrap().as_str(), "UK");
        let stored = Jurisdictions::as_stored(&["UK", "JP"]).unwrap();
        assert_eq!(serde_json::to_string(&stored).unwrap(), r#"["JP","UK"]"#);
        assert!(Jurisdictions::as_stored(&["uk"]).is_err());
    }
}
