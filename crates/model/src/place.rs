//! Where an item stands: on which surface of a service, and under which country's law.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::id::serde_as_text;

/// Who can see an item at the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// Everybody: posts, profile pictures, open groups.
    Public,
    /// Those whom the owner let in: closed groups, shared albums, cloud links.
    Shared,
    /// Named people only. Protected as correspondence nearly everywhere, so no bank looks here
    /// until an operator names the law that lets it, and until when.
    PrivateMessage,
}

impl Surface {
    /// Every surface, the most open first.
    pub const ALL: [Self; 3] = [Self::Public, Self::Shared, Self::PrivateMessage];

    /// The word in the API, the database and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Shared => "shared",
            Self::PrivateMessage => "private_message",
        }
    }
}

impl fmt::Display for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a surface: expected `public`, `shared` or `private_message`")]
pub struct NotASurface;

impl FromStr for Surface {
    type Err = NotASurface;

    fn from_str(text: &str) -> Result<Self, NotASurface> {
        Self::ALL.into_iter().find(|surface| surface.as_str() == text).ok_or(NotASurface)
    }
}

/// A country, by the two capital letters of ISO 3166-1.
///
/// Only the shape is checked, so that a code that the standard adds is not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// The two letters.
    pub fn as_str(&self) -> &str {
        // The constructor let only ASCII capitals in.
        std::str::from_utf8(&self.0).unwrap_or("??")
    }
}

/// A text that is not a country's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a country: expected two capital letters of ISO 3166-1, such as `JP`")]
pub struct NotACountry;

impl FromStr for Country {
    type Err = NotACountry;

    fn from_str(text: &str) -> Result<Self, NotACountry> {
        let letters: [u8; 2] = text.as_bytes().try_into().map_err(|_| NotACountry)?;
        letters.iter().all(u8::is_ascii_uppercase).then_some(Self(letters)).ok_or(NotACountry)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

serde_as_text!(Country);

/// The countries in which a bank may look.
///
/// JSON: a list of codes, or `["*"]` for everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Jurisdictions {
    /// Everywhere, also where the service does not say where an item is.
    Everywhere,
    /// In these countries only; an item whose country is not known is not looked at.
    Only(BTreeSet<Country>),
}

impl Jurisdictions {
    /// Whether an item of `country` (`None`: not known) is inside.
    pub fn contains(&self, country: Option<Country>) -> bool {
        match (self, country) {
            (Self::Everywhere, _) => true,
            (Self::Only(countries), Some(country)) => countries.contains(&country),
            (Self::Only(_), None) => false,
        }
    }
}

/// A list that is not a list of jurisdictions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not jurisdictions: expected country codes such as `JP`, at least one, or `*` alone")]
pub struct NotJurisdictions;

impl<'a> TryFrom<Vec<&'a str>> for Jurisdictions {
    type Error = NotJurisdictions;

    fn try_from(codes: Vec<&'a str>) -> Result<Self, NotJurisdictions> {
        if codes == ["*"] {
            return Ok(Self::Everywhere);
        }
        let countries: Result<BTreeSet<Country>, _> = codes.into_iter().map(str::parse).collect();
        countries.ok().filter(|set| !set.is_empty()).map(Self::Only).ok_or(NotJurisdictions)
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
    fn an_item_without_a_country_is_only_looked_at_by_banks_that_look_everywhere() {
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
}
