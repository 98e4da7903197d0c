//! The retention terms that an operator set, as `[retention]` of the configuration.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde::{Deserialize, de};

use super::{TERMS, Term};

/// How many days each kind of rows is kept: the default of its [`Term`] unless it was set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Periods(BTreeMap<&'static str, u32>);

impl Periods {
    /// Returns the days of `term`.
    pub fn days(&self, term: Term) -> u32 {
        self.0.get(term.key).copied().unwrap_or(term.days_default)
    }

    /// Sets the days of `term`; no more than its greatest number, and at least 1.
    #[must_use]
    pub fn with(mut self, term: Term, days: u32) -> Self {
        self.0.insert(term.key, days.clamp(1, term.days_max));
        self
    }
}

/// Reads a table whose keys are those of [`TERMS`].
impl<'de> Deserialize<'de> for Periods {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Table)
    }
}

struct Table;

impl<'de> Visitor<'de> for Table {
    type Value = Periods;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of retention terms in days")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Periods, A::Error> {
        let mut periods = Periods::default();
        while let Some(term) = map.next_key_seed(Key)? {
            periods.0.insert(term.key, map.next_value_seed(Days(term))?);
        }
        // A default that was written down equals one that was left out.
        periods.0.retain(|key, days| {
            TERMS.iter().any(|term| term.key == *key && term.days_default != *days)
        });
        Ok(periods)
    }
}

/// Reads a key.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Term;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Term, D::Error> {
        let key = String::deserialize(deserializer)?;
        TERMS.iter().find(|term| term.key == key).copied().ok_or_else(|| {
            let keys: Vec<String> = TERMS.iter().map(|term| format!("`{}`", term.key)).collect();
            D::Error::custom(format!("unknown field `{key}`, expected one of {}", keys.join(", ")))
        })
    }
}

/// Reads the days of a term. An error names the greatest number and its reason.
struct Days(Term);

impl<'de> DeserializeSeed<'de> for Days {
    type Value = u32;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u32, D::Error> {
        let days = i64::deserialize(deserializer)?;
        let Term { key, what, days_max, source, .. } = self.0;
        let is_permitted = |days: &u32| (1..=days_max).contains(days);
        u32::try_from(days).ok().filter(is_permitted).ok_or_else(|| {
            de::Error::custom(format!(
                "`{key}`: {what} are kept for 1 to {days_max} days, not {days} ({source})"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CASES, MATCHES};
    use super::*;

    fn read(json: &str) -> Result<Periods, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_period_that_is_not_set_has_its_default() {
        let periods = read(r#"{"matches_days":7}"#).unwrap();

        assert_eq!(periods.days(MATCHES), 7);
        assert_eq!(periods.days(CASES), CASES.days_default);
        assert_eq!(periods, Periods::default().with(MATCHES, 7));
        assert_eq!(read(r#"{"matches_days":183}"#).unwrap(), Periods::default());
    }

    #[test]
    fn an_unknown_key_and_a_period_that_is_too_long_are_named() {
        assert!(read(r#"{"match_days":7}"#).unwrap_err().contains("`matches_days`"));
        for days in ["0", "367", "-1", "4294967297"] {
            let refusal = read(&format!(r#"{{"matches_days":{days}}}"#)).unwrap_err();

            assert!(refusal.contains("1 to 366") && refusal.contains("2022/2065"), "{refusal}");
        }
        assert_eq!(Periods::default().with(MATCHES, 999).days(MATCHES), 366);
    }
}
