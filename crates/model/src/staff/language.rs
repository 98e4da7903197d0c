//! Languages of the console: the five that come with Mamori, and others that an operator adds.

use std::fmt;
use std::str::FromStr;

use crate::id::serde_as_text;

/// The language of the console for one staff member, or of a text of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// English.
    English,
    /// Japanese.
    Japanese,
    /// French.
    French,
    /// German.
    German,
    /// Italian.
    Italian,
    /// A language that the operator adds with a language pack.
    Added(LanguageTag),
}

impl Language {
    /// The languages that come with Mamori, in the order in which pages list them.
    pub const BUILT_IN: &'static [Self] =
        &[Self::English, Self::Japanese, Self::French, Self::German, Self::Italian];

    /// Returns its tag, as the database, forms and HTML use it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
            Self::French => "fr",
            Self::German => "de",
            Self::Italian => "it",
            Self::Added(tag) => tag.as_str(),
        }
    }

    /// Parses a tag. That it is well-formed does not mean that a node has messages in the language.
    pub fn parse(text: &str) -> Option<Self> {
        let built_in = Self::BUILT_IN.iter().copied().find(|one| one.as_str() == text);
        built_in.or_else(|| LanguageTag::parse(text).map(Self::Added))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The error for a text that is not the tag of a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not the tag of a language: expected a language, and if needed a script and a region, such as \
     pl, pt-BR or zh-Hant-TW"
)]
pub struct NotALanguage;

impl FromStr for Language {
    type Err = NotALanguage;

    fn from_str(text: &str) -> Result<Self, NotALanguage> {
        Self::parse(text).ok_or(NotALanguage)
    }
}

serde_as_text!(Language);

/// The tag of a language: a language of 2 or 3 letters, and if needed a script and a region, written as
/// BCP 47 recommends (RFC 5646, section 2.1.1): `pl`, `pt-BR`, `zh-Hant-TW`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageTag {
    /// Bytes behind the end of the tag are zero.
    bytes: [u8; Self::LENGTH_MAX],
    length: usize,
}

impl LanguageTag {
    /// The most bytes of a tag.
    const LENGTH_MAX: usize = 12;

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-').peekable();
        let is_language = |part: &str| {
            matches!(part.len(), 2 | 3) && part.bytes().all(|b| b.is_ascii_lowercase())
        };
        if !parts.next().is_some_and(is_language) {
            return None;
        }
        let is_script = |part: &&str| {
            let (first, rest) = part.as_bytes().split_at_checked(1).unwrap_or_default();
            part.len() == 4
                && first.iter().all(u8::is_ascii_uppercase)
                && rest.iter().all(u8::is_ascii_lowercase)
        };
        parts.next_if(is_script);
        let is_region = |part: &&str| match part.len() {
            2 => part.bytes().all(|b| b.is_ascii_uppercase()),
            3 => part.bytes().all(|b| b.is_ascii_digit()),
            _ => false,
        };
        parts.next_if(is_region);
        if parts.next().is_some() {
            return None;
        }
        let mut bytes = [0; Self::LENGTH_MAX];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self { bytes, length: text.len() })
    }

    /// Returns the tag as text.
    pub fn as_str(&self) -> &str {
        let tag = self.bytes.get(..self.length).unwrap_or_default();
        // A tag is ASCII.
        str::from_utf8(tag).unwrap_or_default()
    }
}

impl fmt::Debug for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tag_reads_back_as_itself() {
        for language in Language::BUILT_IN {
            assert_eq!(Language::parse(language.as_str()), Some(*language));
        }
        for tag in ["pl", "pt-BR", "zh-Hant", "zh-Hant-TW", "es-419", "fil", "en-GB"] {
            let language = Language::parse(tag).unwrap();
            assert!(matches!(language, Language::Added(_)), "{tag}");
            assert_eq!((language.as_str(), language.to_string()), (tag, tag.to_owned()));
            let json = serde_json::to_string(&language).unwrap();
            assert_eq!(json, format!("{tag:?}"));
            assert_eq!(serde_json::from_str::<Language>(&json).unwrap(), language);
        }
    }

    #[test]
    fn what_is_not_written_as_a_tag_is_refused() {
        for text in [
            "",
            "e",
            "EN",
            "pt_BR",
            "pt-br",
            "PT-BR",
            "pt-",
            "pt-BR-",
            "zh-hant",
            "zh-TW-Hant",
            "..",
            "pl-PL-x",
            "polski",
            "p1",
            "日本",
            "pt-BRA",
            "../en",
        ] {
            assert_eq!(Language::parse(text), None, "{text:?}");
        }
    }
}
