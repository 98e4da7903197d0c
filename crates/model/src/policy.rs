//! Policies: what a purpose forbids, in words, and the consequences for viewing and storage.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{FreeText, Language, Purpose, StaffId};

/// One version of what a purpose forbids. Every purpose except the negative one has its own policy,
/// and a match falls under the policy of its own purpose only. A version is never changed: a
/// decision names the version that it was made under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The purpose that the policy belongs to.
    pub purpose: Purpose,
    /// Version number, from 1; the greatest version is in force.
    pub version: u32,
    /// What the policy forbids, as reviewers and affected persons read it, in each language in which
    /// it is written.
    pub texts: PolicyTexts,
    /// Points that a clear view of such an item costs per minute begun, 1 to 5.
    pub severity: u8,
    /// Number of days for which an item's bytes are stored, 0 to [`Self::EVIDENCE_DAYS_MAX`]; 0: not
    /// stored.
    pub evidence_days: u16,
    /// The policy editor who wrote it; `None` for the version that came with Mamori.
    pub by: Option<StaffId>,
    /// Time at which it came into force.
    pub created_at: Timestamp,
}

impl Policy {
    /// The longest time for which an item's bytes may be stored, in days.
    pub const EVIDENCE_DAYS_MAX: u16 = 366;
    /// The allowed severities, the mildest first.
    pub const SEVERITIES: std::ops::RangeInclusive<u8> = 1..=5;

    /// Returns the retention term of an item's bytes.
    pub fn term(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.evidence_days))
    }
}

/// The text of a version of a policy in one or more languages.
///
/// Its versions are common to all languages: a changed text in one of them is a new version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Texts", into = "Texts")]
pub struct PolicyTexts {
    /// The text that is shown in a language in which there is none: the English one, or else the
    /// first.
    fallback: (Language, FreeText),
    others: Texts,
}

type Texts = BTreeMap<Language, FreeText>;

/// The error for a policy without a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a policy has a text in at least one language")]
pub struct NoPolicyText;

impl PolicyTexts {
    /// Returns the text in `language`; if there is none, another text, with its language.
    pub fn in_language(&self, language: Language) -> (Language, &FreeText) {
        match self.others.get(&language) {
            Some(text) => (language, text),
            None => (self.fallback.0, &self.fallback.1),
        }
    }

    /// Returns the text in `language`; `None` if there is none.
    pub fn get(&self, language: Language) -> Option<&FreeText> {
        let (found, text) = self.in_language(language);
        (found == language).then_some(text)
    }

    /// Returns the languages in which there is a text.
    pub fn languages(&self) -> impl Iterator<Item = Language> + '_ {
        std::iter::once(self.fallback.0).chain(self.others.keys().copied())
    }
}

/// A text in one language only.
impl From<(Language, FreeText)> for PolicyTexts {
    fn from(fallback: (Language, FreeText)) -> Self {
        Self { fallback, others: Texts::new() }
    }
}

impl TryFrom<Texts> for PolicyTexts {
    type Error = NoPolicyText;

    fn try_from(mut texts: Texts) -> Result<Self, NoPolicyText> {
        let fallback = texts.remove_entry(&Language::English).or_else(|| texts.pop_first());
        fallback.map(|fallback| Self { fallback, others: texts }).ok_or(NoPolicyText)
    }
}

impl From<PolicyTexts> for Texts {
    fn from(PolicyTexts { fallback, mut others }: PolicyTexts) -> Self {
        others.extend([fallback]);
        others
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[(Language, &str)]) -> PolicyTexts {
        let texts = texts.iter().map(|(language, text)| (*language, text.parse().unwrap()));
        PolicyTexts::try_from(texts.collect::<Texts>()).unwrap()
    }

    #[test]
    fn a_missing_language_falls_back_to_english_or_else_to_the_first() {
        let with_english = texts(&[(Language::Japanese, "駄目"), (Language::English, "No.")]);
        let without = texts(&[(Language::German, "Nein."), (Language::Japanese, "駄目")]);
        let of = |texts: &PolicyTexts, language| {
            let (language, text) = texts.in_language(language);
            (language, text.as_str().to_owned())
        };

        let japanese = (Language::Japanese, "駄目".to_owned());
        assert_eq!(of(&with_english, Language::Japanese), japanese);
        assert_eq!(of(&with_english, Language::French), (Language::English, "No.".to_owned()));
        assert_eq!(of(&without, Language::Japanese), japanese);
        assert_eq!(of(&without, Language::French), japanese, "the first of the languages");
        assert_eq!(without.get(Language::German).unwrap().as_str(), "Nein.");
        assert!(without.get(Language::French).is_none());
    }

    #[test]
    fn texts_are_an_object_by_language_and_one_is_needed() {
        let written = texts(&[(Language::Japanese, "駄目"), (Language::English, "No.")]);
        let json = serde_json::to_string(&written).unwrap();

        assert_eq!(json, r#"{"en":"No.","ja":"駄目"}"#);
        assert_eq!(serde_json::from_str::<PolicyTexts>(&json).unwrap(), written);
        assert_eq!(written.languages().count(), 2);
        for refused in ["{}", r#"{"en":""}"#, r#"{"Xx":"No."}"#] {
            assert!(serde_json::from_str::<PolicyTexts>(refused).is_err(), "{refused}");
        }
    }
}
