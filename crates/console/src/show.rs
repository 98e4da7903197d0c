//! Formats times, and escapes text that users and services wrote, for HTML pages.

use std::fmt::{self, Write};

use askama::filters::HtmlSafe;
use fluent_bundle::FluentValue;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mamori_model::PolicyTexts;
use mamori_model::readable::{is_hidden, is_hidden_in_prose};

use crate::messages::{self, Messages};

/// HTML that is escaped already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafeHtml(String);

impl fmt::Display for SafeHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for SafeHtml {}

impl SafeHtml {
    /// Wraps HTML in which all text from outside was [`escaped`].
    pub fn escaped_already(html: String) -> Self {
        Self(html)
    }
}

/// Escapes the five characters that have a meaning in HTML.
pub fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        push_escaped(&mut html, c);
    }
    html
}

fn push_escaped(html: &mut String, c: char) {
    match c {
        '&' => html.push_str("&amp;"),
        '<' => html.push_str("&lt;"),
        '>' => html.push_str("&gt;"),
        '"' => html.push_str("&quot;"),
        '\'' => html.push_str("&#39;"),
        c => html.push(c),
    }
}

/// Formats a name from outside: escaped, isolated from the direction of the text around it, with
/// line breaks, and with each hidden character shown as a mark with its code point, so that two
/// names which only look the same can be told apart.
pub fn text(text: &str) -> SafeHtml {
    formatted(text, is_hidden)
}

/// Formats prose that people wrote, such as a reason, as [`text`] does, but without marks for the
/// spaces that French puts before punctuation.
pub fn prose(text: &str) -> SafeHtml {
    formatted(text, is_hidden_in_prose)
}

/// Formats the text of a policy in the language of the page. If it is not written in that language,
/// another text of it, and a note that says so.
pub fn policy(messages: Messages, texts: &PolicyTexts) -> SafeHtml {
    let (language, text) = texts.in_language(messages.0);
    let shown = prose(text.as_str());
    if language == messages.0 {
        return shown;
    }
    let note = escaped(&messages.named("policies-fallback", &messages::name(language)));
    SafeHtml(format!(
        "<span lang=\"{}\">{shown}</span> <span class=\"faint small\">{note}</span>",
        language.as_str()
    ))
}

fn formatted(text: &str, is_marked: fn(char) -> bool) -> SafeHtml {
    let mut html = String::from("<bdi>");
    for c in text.chars() {
        match c {
            '\n' => html.push_str("<br>"),
            c if is_marked(c) => mark(&mut html, c),
            c => push_escaped(&mut html, c),
        }
    }
    html.push_str("</bdi>");
    SafeHtml(html)
}

fn mark(html: &mut String, c: char) {
    html.push_str("<span class=\"mark\">");
    push_number(html, c);
    html.push_str("</span>");
}

fn push_number(text: &mut String, c: char) {
    // Writing to a `String` cannot fail.
    write!(text, "U+{:04X}", u32::from(c)).unwrap_or_default();
}

/// Makes hidden characters visible in plain text, for a title or an argument of a message. Does not
/// escape HTML.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            shown.push('[');
            push_number(&mut shown, c);
            shown.push(']');
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Formats a number of bytes with three digits, in the units of IEC 80000-13.
pub fn bytes(count: u64) -> SafeHtml {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let (mut tenths, mut unit) = (u128::from(count) * 10, 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1_024;
        unit += 1;
    }
    let (whole, tenth) = (tenths / 10, tenths % 10);
    let name = UNITS.get(unit).unwrap_or(&"B");
    let digits =
        if whole >= 100 || tenth == 0 { whole.to_string() } else { format!("{whole}.{tenth}") };
    SafeHtml(format!("<span class=\"size\">{digits}\u{a0}{name}</span>"))
}

/// Formats a time as a `<time>` element: in UTC and in the order of ISO 8601, which reads the same
/// in every language; to the minute for readers, to the second in the attribute.
pub fn time(at: Timestamp) -> SafeHtml {
    let zoned = at.to_zoned(TimeZone::UTC);
    let machine = zoned.strftime("%Y-%m-%dT%H:%M:%SZ");
    let people = zoned.strftime("%Y-%m-%d %H:%M UTC");
    SafeHtml(format!("<time datetime=\"{machine}\">{people}</time>"))
}

/// Formats how long ago a time was as a `<time>` element, with the time itself in its attribute and
/// its title.
pub fn age(messages: Messages, at: Timestamp, now: Timestamp) -> SafeHtml {
    let zoned = at.to_zoned(TimeZone::UTC);
    let machine = zoned.strftime("%Y-%m-%dT%H:%M:%SZ");
    let exact = zoned.strftime("%Y-%m-%d %H:%M UTC");
    let age = escaped(&duration(messages, now.duration_since(at)));
    SafeHtml(format!("<time datetime=\"{machine}\" title=\"{exact}\">{age}</time>"))
}

/// Formats a duration: in minutes, in hours and minutes, or from two days on in days. A negative one
/// is 0 minutes.
pub fn duration(messages: Messages, duration: SignedDuration) -> String {
    let hours = u64::try_from(duration.as_hours()).unwrap_or_default();
    let minutes = u64::try_from(duration.as_mins() % 60).unwrap_or_default();
    let minutes = ("minutes", FluentValue::from(minutes));
    match hours {
        0 => messages.with("start-waited-minutes", &[minutes]),
        1..48 => {
            messages.with("start-waited-hours", &[("hours", FluentValue::from(hours)), minutes])
        }
        _ => messages.count("start-waited-days", hours / 24),
    }
}

#[cfg(test)]
mod tests {
    use mamori_model::{FreeText, Language};

    use super::*;

    #[test]
    fn a_policy_says_in_which_language_it_is_shown_if_it_is_another_one() {
        let text: FreeText = "No <b>.".parse().unwrap();
        let texts = PolicyTexts::from((Language::English, text));
        let in_language = |language| policy(Messages(language), &texts).to_string();

        assert_eq!(in_language(Language::English), "<bdi>No &lt;b&gt;.</bdi>");
        let german = in_language(Language::German);
        assert!(
            german.starts_with("<span lang=\"en\"><bdi>No &lt;b&gt;.</bdi></span> "),
            "{german}"
        );
        assert!(german.contains("English"), "{german}");
    }

    #[test]
    fn hidden_characters_are_shown_as_marks() {
        assert_eq!(
            text("a\u{200b}b").to_string(),
            "<bdi>a<span class=\"mark\">U+200B</span>b</bdi>"
        );
        assert_eq!(visible("a\u{200b}b"), "a[U+200B]b");
        assert_eq!(visible("a\u{a0}\u{3164}\u{2003}"), "a[U+00A0][U+3164][U+2003]");
    }

    #[test]
    fn a_space_of_french_is_marked_in_a_name_and_not_in_prose() {
        assert!(text("non\u{a0}!").to_string().contains("U+00A0"));
        assert_eq!(prose("non\u{a0}!").to_string(), "<bdi>non\u{a0}!</bdi>");
        assert!(prose("a\u{3164}b").to_string().contains("U+3164"));
    }

    #[test]
    fn text_from_outside_is_escaped() {
        assert_eq!(
            text("<script>alert('x')</script> & \"y\"\nz").to_string(),
            "<bdi>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;<br>z</bdi>"
        );
    }

    #[test]
    fn a_time_is_formatted_in_utc() {
        let at: Timestamp = "2026-11-22T05:51:20Z".parse().unwrap();

        let shown = time(at).to_string();

        assert_eq!(shown, "<time datetime=\"2026-11-22T05:51:20Z\">2026-11-22 05:51 UTC</time>");
    }

    #[test]
    fn a_duration_has_the_two_units_that_matter() {
        let shown = |minutes: i64| {
            duration(Messages(Language::English), SignedDuration::from_mins(minutes))
        };

        assert_eq!(shown(0), "0 min");
        assert_eq!(shown(59), "59 min");
        assert_eq!(shown(130), "2 h 10 min");
        assert_eq!(shown(47 * 60 + 59), "47 h 59 min");
        assert_eq!(shown(48 * 60), "2 days");
        assert_eq!(shown(-5), "0 min", "a clock that was set back");
    }

    #[test]
    fn an_age_has_the_time_itself_in_its_title() {
        let at: Timestamp = "2026-11-22T05:51:20Z".parse().unwrap();

        let shown = age(Messages(Language::English), at, at + SignedDuration::from_mins(61));

        let expected = "<time datetime=\"2026-11-22T05:51:20Z\" title=\"2026-11-22 05:51 UTC\">\
                        1 h 1 min</time>";
        assert_eq!(shown.to_string(), expected);
    }

    #[test]
    fn bytes_have_the_unit_that_leaves_three_digits() {
        let shown = |count: u64| bytes(count).to_string().replace('\u{a0}', " ");
        for (count, expected) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_536, "1.5 KiB"),
            (100 << 30, "100 GiB"),
            (2_000 << 20, "1.9 GiB"),
            (5_000 << 40, "5000 TiB"),
        ] {
            let expected = format!("<span class=\"size\">{expected}</span>");
            assert_eq!(shown(count), expected);
        }
    }
}
