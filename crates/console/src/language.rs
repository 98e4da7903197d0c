//! The language of a page before sign-in, from the `Accept-Language` header.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use mamori_model::staff::Language;

use crate::messages;

/// Returns the supported language that the browser prefers most, or English. Only the first 16
/// entries of the header are read.
pub fn preferred(headers: &HeaderMap) -> Language {
    let text = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let mut best = (0, Language::English);
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

/// Finds the language of a tag: the same, or else one with the same primary subtag, so that `ja-JP` is
/// Japanese.
fn known(tag: &str) -> Option<Language> {
    let tag = tag.trim();
    let first = primary(tag);
    let find = |is: &dyn Fn(&str) -> bool| messages::languages().find(|one| is(one.as_str()));
    find(&|one| one.eq_ignore_ascii_case(tag))
        .or_else(|| find(&|one| one.eq_ignore_ascii_case(first)))
        .or_else(|| find(&|one| primary(one).eq_ignore_ascii_case(first)))
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

/// Reads a quality value in thousandths: `q=0.8` is 800, and no value is 1000 (RFC 9110, 12.4.2).
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
        preferred(&headers)
    }

    #[test]
    fn the_supported_language_with_the_highest_weight_is_used() {
        assert_eq!(of("ja"), Language::Japanese);
        assert_eq!(of("fr-CH, fr;q=0.9, en;q=0.8"), Language::French);
        assert_eq!(of("ko, en;q=0.5, de;q=0.7"), Language::German);
        assert_eq!(of("it;q=0, ja;q=0.001"), Language::Japanese);
    }

    #[test]
    fn english_is_used_if_the_browser_accepts_no_supported_language() {
        assert_eq!(preferred(&HeaderMap::new()), Language::English);
        for odd in ["", "ko", "*", ";;;q=9,,,", "ja;q=abc"] {
            assert_eq!(of(odd), Language::English, "{odd}");
        }
    }
}
