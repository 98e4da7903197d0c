//! Language packs: messages in another language, which an operator adds. A pack is checked as a whole:
//! it has every message that Mamori has and no other, with the same placeholders, and the plural forms
//! of its language. It adds a language, and cannot replace one that comes with Mamori.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use fluent_syntax::ast::{
    Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey,
};
use fluent_syntax::{parser, unicode};
use intl_pluralrules::{PluralCategory, PluralRuleType, PluralRules};
use mamori_model::Language;
use mamori_model::readable::misleads;
use unic_langid::LanguageIdentifier;

use crate::messages::SOURCES;

/// The numbers whose plural forms a pack must have: counts on pages are rarely larger.
const COUNTS: std::ops::RangeInclusive<u32> = 0..=1_000;

/// The most braces that one message opens, and so the most that stand in one another: the parser calls
/// itself for each brace in a brace. The English messages open at most a tenth of them.
const BRACES_MAX: usize = 128;

/// A language and its messages, which passed the check.
#[derive(Clone, PartialEq, Eq)]
pub struct LanguagePack {
    language: Language,
    texts: Vec<String>,
}

impl fmt::Debug for LanguagePack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LanguagePack").field(&self.language.as_str()).finish()
    }
}

/// What is wrong with a language pack. The text begins with the name of the fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackFault {
    /// The name of the folder.
    #[error(
        "not_a_language: the name of the folder is not the tag of a language: expected a language, \
         and if needed a script and a region, such as pl, pt-BR or zh-Hant-TW"
    )]
    NotALanguage,
    /// A language of Mamori's own.
    #[error(
        "built_in: Mamori comes with this language, and a language pack cannot replace it: give the \
         folder another tag, such as en-GB"
    )]
    BuiltIn,
    /// A language whose plural forms are not known.
    #[error("no_plural_rules: the plural forms of this language are not known to Mamori")]
    NoPluralRules,
    /// A file that Fluent cannot parse.
    #[error("syntax: {file}, line {line}: {message}")]
    Syntax {
        /// Name of the file.
        file: String,
        /// Number of the line, from 1.
        line: usize,
        /// What was expected.
        message: String,
    },
    /// More braces than the parser is given.
    #[error(
        "braces: {file}, line {line}: a message opens more than {BRACES_MAX} braces: shorten it"
    )]
    Braces {
        /// Name of the file.
        file: String,
        /// Number of the line with the first brace too many, from 1.
        line: usize,
    },
    /// A character that does not show, or changes how its neighbours are read.
    #[error(
        "control_character: {file}, line {line}: U+{character:04X} is a control character or changes \
         the direction of text: remove it"
    )]
    ControlCharacter {
        /// Name of the file.
        file: String,
        /// Number of the line, from 1.
        line: usize,
        /// The code point.
        character: u32,
    },
    /// A term, or a message that consists of attributes.
    #[error("not_a_message: {id}: expected a message with a value and without attributes")]
    NotAMessage {
        /// Id of the term or the message.
        id: String,
    },
    /// A message that stands in the pack twice.
    #[error("twice: {id}: the message stands in the pack twice")]
    Twice {
        /// Id of the message.
        id: String,
    },
    /// A message that Mamori does not have.
    #[error("unknown_message: {id}: Mamori has no such message: remove it")]
    UnknownMessage {
        /// Id of the message.
        id: String,
    },
    /// A message that the pack lacks.
    #[error("missing_message: {id}: translate `{english}`")]
    MissingMessage {
        /// Id of the message.
        id: String,
        /// The English message.
        english: String,
    },
    /// A placeholder that the English message does not have.
    #[error("unknown_placeholder: {id}: `{{ ${name} }}` is not in the English message")]
    UnknownPlaceholder {
        /// Id of the message.
        id: String,
        /// Name of the placeholder.
        name: String,
    },
    /// A placeholder of the English message that the pack lacks.
    #[error(
        "missing_placeholder: {id}: `{{ ${name} }}` is in the English message, and missing here"
    )]
    MissingPlaceholder {
        /// Id of the message.
        id: String,
        /// Name of the placeholder.
        name: String,
    },
    /// A function, a term, or another message in a message.
    #[error(
        "expression: {id}: expected placeholders such as `{{ $count }}`, texts in quotes, and choices \
         by a placeholder, and nothing else in braces"
    )]
    Expression {
        /// Id of the message.
        id: String,
    },
    /// A plural form that the language does not have.
    #[error("unknown_plural_form: {id}: the language has no form [{form}] for whole numbers")]
    UnknownPluralForm {
        /// Id of the message.
        id: String,
        /// The word of the form.
        form: String,
    },
    /// A plural form of the language that the message lacks.
    #[error(
        "missing_plural_form: {id}: the language has a form [{form}], and the message lacks it"
    )]
    MissingPluralForm {
        /// Id of the message.
        id: String,
        /// The word of the form.
        form: String,
    },
}

impl LanguagePack {
    /// Checks the messages of the language `tag`: `files` are the names and texts of the files.
    pub fn check(tag: &str, files: &[(String, String)]) -> Result<Self, Vec<PackFault>> {
        let language = match Language::parse(tag) {
            None => return Err(vec![PackFault::NotALanguage]),
            Some(language) if Language::BUILT_IN.contains(&language) => {
                return Err(vec![PackFault::BuiltIn]);
            }
            Some(language) => language,
        };
        let Some(forms) = plural_forms(tag) else { return Err(vec![PackFault::NoPluralRules]) };
        let mut faults: Vec<_> =
            files.iter().filter_map(|(file, text)| braces(file, text)).collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        let english = english();
        let mut found = BTreeMap::new();
        for (file, text) in files {
            faults.extend(control_characters(file, text));
            for (id, message) in messages(file, text, &mut faults) {
                if found.insert(id.clone(), message).is_some() {
                    faults.push(PackFault::Twice { id });
                }
            }
        }
        for (id, message) in &found {
            match english.get(id) {
                Some(of) => message.compare(id, of, &forms, &mut faults),
                None => faults.push(PackFault::UnknownMessage { id: id.clone() }),
            }
        }
        let missing = english.iter().filter(|(id, _)| !found.contains_key(*id));
        faults.extend(missing.map(|(id, of)| PackFault::MissingMessage {
            id: id.clone(),
            english: of.text.clone(),
        }));
        if faults.is_empty() {
            let texts = files.iter().map(|(_, text)| text.clone()).collect();
            Ok(Self { language, texts })
        } else {
            Err(faults)
        }
    }

    /// Returns the language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Returns the texts of its files.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str)
    }

    /// Returns the number of messages that every pack has.
    pub fn message_count() -> usize {
        english().len()
    }
}

/// A message, as far as it is compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Message {
    /// Its placeholders.
    placeholders: BTreeSet<String>,
    /// For each placeholder by which it chooses a form: the words of the forms. Choices by number
    /// alone are left out.
    choices: Vec<(String, BTreeSet<String>)>,
    /// Whether something else stands in braces.
    has_other_expression: bool,
    /// Its text, with `{ $name }` for a placeholder and the last form of a choice.
    text: String,
}

impl Message {
    fn of(pattern: &Pattern<&str>) -> Self {
        let mut message = Self::default();
        message.text = message.add_pattern(pattern);
        message
    }

    /// Adds the parts of a pattern; returns its text.
    fn add_pattern(&mut self, pattern: &Pattern<&str>) -> String {
        let mut text = String::new();
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => text.push_str(value),
                PatternElement::Placeable { expression } => {
                    text.push_str(&self.add_expression(expression));
                }
            }
        }
        text
    }

    fn add_expression(&mut self, expression: &Expression<&str>) -> String {
        let (selector, variants) = match expression {
            Expression::Inline(inline) => return self.add_inline(inline),
            Expression::Select { selector, variants } => (selector, variants),
        };
        self.add_inline(selector);
        let words = variants.iter().filter_map(|variant| match &variant.key {
            VariantKey::Identifier { name } => Some((*name).to_owned()),
            VariantKey::NumberLiteral { .. } => None,
        });
        if let InlineExpression::VariableReference { id } = selector {
            self.choices.push((id.name.to_owned(), words.collect()));
        } else {
            self.has_other_expression = true;
        }
        let mut last = String::new();
        for variant in variants {
            last = self.add_pattern(&variant.value);
        }
        last
    }

    fn add_inline(&mut self, inline: &InlineExpression<&str>) -> String {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.placeholders.insert(id.name.to_owned());
                format!("{{ ${} }}", id.name)
            }
            InlineExpression::StringLiteral { value } => {
                let text = unicode::unescape_unicode_to_string(value);
                self.has_other_expression |= text.chars().any(misleads);
                // A script of the page fills in what stands in braces in a text.
                let filled_in = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
                self.placeholders.extend(filled_in.map(str::to_owned));
                text.into_owned()
            }
            InlineExpression::Placeable { expression } => self.add_expression(expression),
            InlineExpression::NumberLiteral { .. }
            | InlineExpression::FunctionReference { .. }
            | InlineExpression::MessageReference { .. }
            | InlineExpression::TermReference { .. } => {
                self.has_other_expression = true;
                String::new()
            }
        }
    }

    /// Compares the message of a pack with the English one. `forms` are the plural forms of the
    /// language.
    fn compare(
        &self,
        id: &str,
        english: &Self,
        forms: &BTreeSet<&'static str>,
        faults: &mut Vec<PackFault>,
    ) {
        let id = || id.to_owned();
        for name in self.placeholders.difference(&english.placeholders).cloned() {
            faults.push(PackFault::UnknownPlaceholder { id: id(), name });
        }
        for name in english.placeholders.difference(&self.placeholders).cloned() {
            faults.push(PackFault::MissingPlaceholder { id: id(), name });
        }
        if self.has_other_expression {
            faults.push(PackFault::Expression { id: id() });
        }
        for (_, words) in &self.choices {
            let is_known = |word: &str| word == OTHER || forms.contains(word);
            for form in words.iter().filter(|word| !is_known(word)).cloned() {
                faults.push(PackFault::UnknownPluralForm { id: id(), form });
            }
            for form in forms.iter().filter(|form| !words.contains(**form)) {
                faults.push(PackFault::MissingPluralForm { id: id(), form: (*form).to_owned() });
            }
        }
        let chooses = |name| self.choices.iter().any(|(chosen, _)| chosen == name);
        for (name, words) in &english.choices {
            let is_plural = words.len() > 1 && forms.len() > 1;
            if is_plural && !chooses(name) && self.placeholders.contains(name) {
                let form = forms.iter().find(|form| **form != OTHER).copied().unwrap_or(OTHER);
                faults.push(PackFault::MissingPluralForm { id: id(), form: form.to_owned() });
            }
        }
    }
}

/// The form that a language has for numbers without a form of their own.
const OTHER: &str = "other";

/// Returns the plural forms of a language for whole numbers; `None` if they are not known.
fn plural_forms(tag: &str) -> Option<BTreeSet<&'static str>> {
    let whole: LanguageIdentifier = tag.parse().ok()?;
    let language = LanguageIdentifier::from_parts(whole.language, None, None, &[]);
    let of = |tag| PluralRules::create(tag, PluralRuleType::CARDINAL).ok();
    let rules = of(whole).or_else(|| of(language))?;
    let forms = COUNTS.filter_map(|count| rules.select(count).ok());
    Some(forms.map(|form| word(&form)).collect())
}

/// Returns the word that Fluent uses for a plural form.
fn word(form: &PluralCategory) -> &'static str {
    match form {
        PluralCategory::ZERO => "zero",
        PluralCategory::ONE => "one",
        PluralCategory::TWO => "two",
        PluralCategory::FEW => "few",
        PluralCategory::MANY => "many",
        PluralCategory::OTHER => OTHER,
    }
}

/// Returns the English messages.
fn english() -> BTreeMap<String, Message> {
    let files = SOURCES.iter().find(|(language, _)| *language == Language::English);
    let mut faults = Vec::new();
    let files = files.map_or([].as_slice(), |(_, files)| files);
    files.iter().flat_map(|text| messages("", text, &mut faults)).collect()
}

/// Parses the messages of a file, in its order; what cannot be parsed is added to `faults`.
fn messages(file: &str, text: &str, faults: &mut Vec<PackFault>) -> Vec<(String, Message)> {
    let resource = match parser::parse(text) {
        Ok(resource) => resource,
        Err((resource, errors)) => {
            faults.extend(errors.into_iter().map(|error| PackFault::Syntax {
                file: file.to_owned(),
                line: line(text, error.pos.start),
                message: error.kind.to_string(),
            }));
            resource
        }
    };
    let mut found = Vec::new();
    for entry in &resource.body {
        match entry {
            Entry::Message(message) => match &message.value {
                Some(value) if message.attributes.is_empty() => {
                    found.push((message.id.name.to_owned(), Message::of(value)));
                }
                _ => faults.push(PackFault::NotAMessage { id: message.id.name.to_owned() }),
            },
            Entry::Term(term) => {
                faults.push(PackFault::NotAMessage { id: format!("-{}", term.id.name) });
            }
            Entry::Comment(_)
            | Entry::GroupComment(_)
            | Entry::ResourceComment(_)
            // The parser has reported it.
            | Entry::Junk { .. } => {}
        }
    }
    found
}

/// Reports a message that opens more than [`BRACES_MAX`] braces. Comments are left out: no placeholder
/// goes on over one.
fn braces(file: &str, text: &str) -> Option<PackFault> {
    let mut open = 0;
    for (before, line) in text.lines().enumerate() {
        if line.starts_with('#') {
            continue;
        }
        if begins_message(line) {
            open = 0;
        }
        open += line.matches('{').count();
        if open > BRACES_MAX {
            return Some(PackFault::Braces { file: file.to_owned(), line: before + 1 });
        }
    }
    None
}

/// Whether a line begins a message or a term: `id =` or `-id =`, which cannot stand in braces.
fn begins_message(line: &str) -> bool {
    let id = line.strip_prefix('-').unwrap_or(line);
    let is_of_id = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    id.starts_with(|c: char| c.is_ascii_alphabetic())
        && id.trim_start_matches(is_of_id).trim_start_matches(' ').starts_with('=')
}

/// Reports characters that no text of a page may have, comments included.
fn control_characters<'a>(file: &'a str, text: &'a str) -> impl Iterator<Item = PackFault> + 'a {
    let is_bad = |(_, c): &(usize, char)| *c != '\n' && misleads(*c);
    text.char_indices().filter(is_bad).map(move |(at, c)| PackFault::ControlCharacter {
        file: file.to_owned(),
        line: line(text, at),
        character: c.into(),
    })
}

/// Returns the number of the line in which the byte `at` is.
fn line(text: &str, at: usize) -> usize {
    text.get(..at).map_or(0, |before| before.matches('\n').count()) + 1
}

#[cfg(test)]
mod tests;
