//! In which language a page speaks before anybody has signed in.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

/// A language that the console speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// Japanese.
    Ja,
    /// French.
    Fr,
    /// German.
    De,
    /// Italian.
    It,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 5] = [Self::En, Self::Ja, Self::Fr, Self::De, Self::It];

    /// Its tag (BCP 47).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ja => "ja",
            Self::Fr => "fr",
            Self::De => "de",
            Self::It => "it",
        }
    }
}

/// The language that the browser asks for first among those that we have, or English.
pub fn asked_for(headers: &HeaderMap) -> Language {
    let text = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let mut best = (0, Language::En);
    for part in text.split(',').take(16) {
        let (tag, weight) = part.split_once(';').unwrap_or((part, ""));
        let Some(language) = known(tag) else { continue };
        let weight = thousandths(weight);
        if weight > best.0 {
            best = (weight, language);
        }
    }
    best.1
}

/// `ja`, and `ja-JP` as well.
fn known(tag: &str) -> Option<Language> {
    let first = tag.trim().split('-').next().unwrap_or("");
    Language::ALL.into_iter().find(|language| language.as_str().eq_ignore_ascii_case(first))
}

/// `q=0.8` is 800; nothing is 1000 (RFC 9110, 12.4.2).
fn thousandths(weight: &str) -> u32 {
    let Some(text) = weight.trim().strip_prefix("q=") else { return 1000 };
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part: String = part.chars().chain("000".chars()).take(3).collect();
    let read = |text: &str| text.parse::<u32>().unwrap_or(0);
    (read(whole) * 1000 + read(&part)).min(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, text.parse().unwrap());
        asked_for(&headers)
    }

    #[test]
    fn the_language_that_weighs_most_among_ours_is_taken() {
        assert_eq!(of("ja"), Language::Ja);
        assert_eq!(of("fr-CH, fr;q=0.9, en;q=0.8"), Language::Fr);
        assert_eq!(of("ko, en;q=0.5, de;q=0.7"), Language::De);
        assert_eq!(of("it;q=0, ja;q=0.001"), Language::Ja);
    }

    #[test]
    fn whoever_asks_for_nothing_that_we_have_gets_english() {
        assert_eq!(asked_for(&HeaderMap::new()), Language::En);
        for odd in ["", "ko", "*", ";;;q=9,,,", "ja;q=abc"] {
            assert_eq!(of(odd), Language::En, "{odd}");
        }
    }
}
