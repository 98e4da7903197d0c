//! The console's texts in five languages: Fluent messages, one folder per language and one file per
//! page; and in the languages that an operator adds ([`LanguagePack`]).
//!
//! They are parsed once. A test checks that every language has every message; should one be missing
//! nevertheless, the English message is shown, and its id if English lacks it too.

use std::sync::{LazyLock, OnceLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use mamori_model::staff::Language;
use unic_langid::LanguageIdentifier;

use crate::language_pack::LanguagePack;
use crate::show;

/// The id of a message as a value in code: the name of a state, a role or a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageId(pub &'static str);

macro_rules! sources {
    ($($page:literal)*) => {
        sources! { @ $($page)* ; English "en", Japanese "ja", French "fr", German "de", Italian "it" }
    };
    (@ $($page:literal)* ; $($language:ident $folder:literal),*) => {
        sources! { @@ [$($page)*] $($language $folder)* }
    };
    (@@ $pages:tt $($language:ident $folder:literal)*) => {
        /// The messages of each language, file by file.
        pub const SOURCES: [(Language, &[&str]); 5] =
            [$((Language::$language, sources! { @files $folder $pages }),)*];
    };
    (@files $folder:literal [$($page:literal)*]) => {
        &[$(include_str!(concat!("../messages/", $folder, "/", $page, ".ftl")),)*]
    };
}

sources! { "audit" "frame" "faults" "terms" "sign-in" "start" "queue" "cases" "case" "decisions" "me" "find" "webhooks" "staff" "banks" "policies" "bulk" "summary" "changes" "claims" }

/// Begins a text whose direction is that of its first letter, whatever stands around it (UAX #9).
const FIRST_STRONG_ISOLATE: char = '\u{2068}';
/// Ends such a text.
const POP_ISOLATE: char = '\u{2069}';

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<Vec<(Language, Bundle)>> = LazyLock::new(|| {
    SOURCES.iter().map(|(language, files)| read(*language, files.iter().copied())).collect()
});

/// The messages of the languages that the operator added.
static ADDED: OnceLock<Vec<(Language, Bundle)>> = OnceLock::new();

/// The error if languages were added before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("languages were added before: a process adds them once")]
pub struct AddedBefore;

/// Adds the languages of an operator to those that come with Mamori, for the whole process. Once, before
/// the first page.
pub fn add_languages(packs: &[LanguagePack]) -> Result<(), AddedBefore> {
    let added = packs.iter().map(|pack| read(pack.language(), pack.texts())).collect();
    ADDED.set(added).map_err(|_| AddedBefore)
}

/// Returns the bundles of all languages.
fn bundles() -> impl Iterator<Item = &'static (Language, Bundle)> {
    BUNDLES.iter().chain(ADDED.get().into_iter().flatten())
}

/// Returns the languages in which pages can be shown, those that come with Mamori first.
pub fn languages() -> impl Iterator<Item = Language> {
    bundles().map(|(language, _)| *language)
}

/// Parses the tag of a language in which pages can be shown.
pub fn language(tag: &str) -> Option<Language> {
    languages().find(|language| language.as_str() == tag)
}

/// Returns `language` if pages can be shown in it, otherwise English: a node may lack a language pack.
pub fn available(language: Language) -> Language {
    if languages().any(|one| one == language) { language } else { Language::English }
}

/// Returns the language's own name, which is not translated; its tag if pages cannot be shown in it.
pub fn name(language: Language) -> String {
    if available(language) == language {
        Messages(language).say("language-name")
    } else {
        language.as_str().to_owned()
    }
}

/// Parses the messages of one language. Messages that Fluent cannot parse are left out; the
/// tests in `tests/messages.rs` fail on them, and the check of a language pack does.
fn read<'a>(language: Language, files: impl Iterator<Item = &'a str>) -> (Language, Bundle) {
    let tag: LanguageIdentifier = language.as_str().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // Fluent would isolate numbers too, and the marks go with each number that is copied from a page.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(isolated));
    for text in files {
        let resource = FluentResource::try_new(text.to_owned());
        let resource = resource.unwrap_or_else(|(readable, _)| readable);
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(language = language.as_str(), ?errors, "a message id is defined twice");
        }
    }
    (language, bundle)
}

/// Isolates the direction of a text in a message: a name may be written from right to left. Numbers
/// are formatted as Fluent does, without marks.
fn isolated<Memoizer>(value: &FluentValue<'_>, _: &Memoizer) -> Option<String> {
    match value {
        FluentValue::String(text) => Some(format!("{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}")),
        FluentValue::Number(_)
        | FluentValue::Custom(_)
        | FluentValue::None
        | FluentValue::Error => None,
    }
}

/// Formats messages in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Messages(pub Language);

impl Messages {
    /// Returns the message `id`.
    pub fn say(self, id: &str) -> String {
        self.format(id, None)
    }

    /// Returns the message that names a value.
    pub fn message(self, id: MessageId) -> String {
        self.say(id.0)
    }

    /// Returns the message `id` with `count` as its variable `$count`.
    pub fn count(self, id: &str, count: impl Into<u64>) -> String {
        self.with(id, &[("count", FluentValue::from(count.into()))])
    }

    /// Returns the message `id` with `name` as its variable `$name`. Hidden characters in `name`,
    /// which a user or a service wrote, are made visible.
    pub fn named(self, id: &str, name: &str) -> String {
        self.with(id, &[("name", FluentValue::from(show::visible(name)))])
    }

    /// Returns the message `id` with these arguments. The direction of texts among them is isolated.
    pub fn with(self, id: &str, arguments: &[(&'static str, FluentValue<'_>)]) -> String {
        let arguments: FluentArgs<'_> = arguments.iter().cloned().collect();
        self.format(id, Some(&arguments))
    }

    fn format(self, id: &str, arguments: Option<&FluentArgs<'_>>) -> String {
        for language in [self.0, Language::English] {
            let of = bundles().find(|(of, _)| *of == language);
            let Some((_, bundle)) = of else { continue };
            let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else {
                continue;
            };
            let (mut text, mut errors) = (String::new(), Vec::new());
            // `format_pattern` would isolate the message as a whole. Writing to a `String` cannot fail.
            bundle.write_pattern(&mut text, pattern, arguments, &mut errors).unwrap_or_default();
            return text;
        }
        id.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_no_marks_of_direction_and_a_name_has_them() {
        for &language in Language::BUILT_IN {
            let messages = Messages(language);
            let minutes = messages.with("start-waited-minutes", &[("minutes", 0.into())]);
            assert!(minutes.contains('0'), "{minutes:?}");
            assert!(!minutes.contains(['\u{2068}', '\u{2069}']), "{minutes:?}");

            let name = "\u{5d3}\u{5e0}\u{5d4} 17";
            let connect = messages.named("me-oidc-go", name);
            assert!(connect.contains(&format!("\u{2068}{name}\u{2069}")), "{connect:?}");
            assert_eq!(connect.matches('\u{2068}').count(), 1, "{connect:?}");
        }
    }

    #[test]
    fn one_decision_that_waits_has_a_form_of_its_own_where_the_language_has_one() {
        let text = |language: Language, count: u64| {
            Messages(language).with("start-proposed", &[("count", count.into())])
        };
        for &language in Language::BUILT_IN {
            let is_same = text(language, 1) == text(language, 2);
            assert_eq!(is_same, language == Language::Japanese, "{language:?}");
        }
        assert_eq!(text(Language::English, 1), "decision waiting for second approval");
    }

    #[test]
    fn names_and_numbers_of_one_message_differ() {
        let arguments = [("names", "a, b".into()), ("count", 12.into())];

        let text = Messages(Language::English).with("summary-more", &arguments);

        assert_eq!(text, "\u{2068}a, b\u{2069} and 12 more");
    }
}
