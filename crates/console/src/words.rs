//! What the console says, in five languages: Fluent's messages, a folder for each language and a
//! file for each page.
//!
//! They are read once. A test holds that no language lacks a message, so a reader never meets an
//! id; what stands in for one is English.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use mamori_model::staff::Language;
use unic_langid::LanguageIdentifier;

use crate::show;

/// A message's id that stands in code as a value: what a state, a role or a refusal is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id(pub &'static str);

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

sources! { "frame" "faults" "terms" "sign-in" "start" "queue" "case" "decisions" "me" "find" "webhooks" "staff" "banks" "policies" "bulk" }

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<Vec<(Language, Bundle)>> =
    LazyLock::new(|| SOURCES.iter().map(|(language, files)| read(*language, files)).collect());

/// What Fluent cannot read it leaves out, and the test of the messages finds it.
fn read(language: Language, files: &[&str]) -> (Language, Bundle) {
    let tag: LanguageIdentifier = language.as_str().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    for text in files {
        let resource = FluentResource::try_new((*text).to_owned());
        let resource = resource.unwrap_or_else(|(readable, _)| readable);
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(language = language.as_str(), ?errors, "a message stands twice");
        }
    }
    (language, bundle)
}

/// Speaks one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words(pub Language);

impl Words {
    /// The message `id`.
    pub fn say(self, id: &str) -> String {
        self.format(id, None)
    }

    /// The message of a value.
    pub fn call(self, id: Id) -> String {
        self.say(id.0)
    }

    /// The message `id` about so many.
    pub fn count(self, id: &str, count: impl Into<u64>) -> String {
        self.with(id, &[("count", FluentValue::from(count.into()))])
    }

    /// The message `id` about `name`, a text of somebody's, in which hidden characters are shown.
    pub fn named(self, id: &str, name: &str) -> String {
        self.with(id, &[("name", FluentValue::from(show::visible(name)))])
    }

    /// The message `id` with these arguments.
    pub fn with(self, id: &str, arguments: &[(&'static str, FluentValue<'_>)]) -> String {
        let arguments: FluentArgs<'_> = arguments.iter().cloned().collect();
        self.format(id, Some(&arguments))
    }

    fn format(self, id: &str, arguments: Option<&FluentArgs<'_>>) -> String {
        for language in [self.0, Language::English] {
            let of = BUNDLES.iter().find(|(of, _)| *of == language);
            let Some((_, bundle)) = of else { continue };
            let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else {
                continue;
            };
            let mut errors = Vec::new();
            return bundle.format_pattern(pattern, arguments, &mut errors).into_owned();
        }
        id.to_owned()
    }
}
