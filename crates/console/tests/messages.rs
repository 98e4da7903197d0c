//! The built-in languages have the same messages, and every message that the code names exists.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;
use mamori_console::fault::Fault;
use mamori_console::messages::{Messages, SOURCES};

/// Message id → its variables and its English text.
type Catalog = BTreeMap<String, (BTreeSet<String>, String)>;

fn catalog(files: &[&str]) -> Catalog {
    let mut found = Catalog::new();
    for text in files {
        let resource = parser::parse(*text).unwrap_or_else(|(_, errors)| panic!("{errors:?}"));
        for entry in resource.body {
            let message = match entry {
                Entry::Message(message) => message,
                Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => continue,
                Entry::Term(_) | Entry::Junk { .. } => panic!("only messages are read: {entry:?}"),
            };
            let pattern = message.value.expect("every message has a value");
            let mut variables = BTreeSet::new();
            of_pattern(&pattern, &mut variables);
            let value = (variables, written(&pattern));
            let is_new = found.insert(message.id.name.to_owned(), value).is_none();
            assert!(is_new, "{} is defined twice", message.id.name);
        }
    }
    found
}

fn of_pattern(pattern: &Pattern<&str>, variables: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            of_expression(expression, variables);
        }
    }
}

fn of_expression(expression: &Expression<&str>, variables: &mut BTreeSet<String>) {
    match expression {
        Expression::Inline(inline) => of_inline(inline, variables),
        Expression::Select { selector, variants } => {
            of_inline(selector, variables);
            for variant in variants {
                of_pattern(&variant.value, variables);
            }
        }
    }
}

fn of_inline(inline: &InlineExpression<&str>, variables: &mut BTreeSet<String>) {
    if let InlineExpression::VariableReference { id } = inline {
        variables.insert(id.name.to_owned());
    }
}

fn written(pattern: &Pattern<&str>) -> String {
    let text = |element: &PatternElement<&str>| match element {
        PatternElement::TextElement { value } => (*value).to_owned(),
        PatternElement::Placeable { .. } => "{}".to_owned(),
    };
    pattern.elements.iter().map(text).collect()
}

fn english() -> Catalog {
    catalog(SOURCES[0].1)
}

/// Every message id that templates and sources name.
fn named() -> BTreeSet<String> {
    let crate_root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    for folder in ["templates", "src"] {
        collect(&crate_root.join(folder), &mut texts);
    }
    let mut ids = BTreeSet::new();
    for text in &texts {
        for call in ["say(", "count(", "named(", "with(", "MessageId("] {
            for (at, _) in text.match_indices(call) {
                let (before, after) = (&text[..at], &text[at + call.len()..]);
                // `starts_with(` takes no message id.
                if before.ends_with('_') {
                    continue;
                }
                let after = after.trim_start();
                let Some(id) = after.strip_prefix('"').and_then(|text| text.split('"').next())
                else {
                    continue;
                };
                ids.insert(id.to_owned());
            }
        }
    }
    ids
}

fn collect(folder: &Path, texts: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, texts);
        } else if !path.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).unwrap();
            // In the table of names, the ids are bare literals.
            let is_table = path.ends_with("terms.rs");
            let quoted =
                text.split('"').skip(1).step_by(2).map(|id| format!("MessageId(\"{id}\")"));
            texts.push(if is_table { quoted.collect() } else { text });
        }
    }
}

fn of_faults() -> BTreeSet<String> {
    let codes = Fault::codes();
    codes.flat_map(|code| [Fault::message(code), format!("{}-do", Fault::message(code))]).collect()
}

#[test]
fn every_language_has_every_message_with_the_same_variables_and_no_other() {
    let english = english();

    for (language, files) in SOURCES {
        let theirs = catalog(files);
        let missing: Vec<_> = english.keys().filter(|id| !theirs.contains_key(*id)).collect();
        let more: Vec<_> = theirs.keys().filter(|id| !english.contains_key(*id)).collect();
        assert!(missing.is_empty() && more.is_empty(), "{language:?}: {missing:?} {more:?}");
        for (id, (variables, _)) in &english {
            assert_eq!(&theirs[id].0, variables, "{language:?}: {id}");
        }
    }
}

#[test]
fn every_message_that_is_named_exists_and_every_message_is_named() {
    let english = english();
    let mut named = named();
    named.extend(of_faults());

    let missing: Vec<_> = named.iter().filter(|id| !english.contains_key(*id)).collect();
    let forgotten: Vec<_> = english.keys().filter(|id| !named.contains(*id)).collect();

    assert!(missing.is_empty(), "named but not defined: {missing:?}");
    assert!(forgotten.is_empty(), "defined but not named: {forgotten:?}");
}

/// Messages that are the same word as in English, or a name.
const SAME: &[(&str, &str)] = &[
    ("fr", "case-service"),
    ("fr", "start-leaving-service"),
    ("fr", "frame-menu"),
    ("de", "banks-bank"),
    ("de", "sign-in-name"),
    ("de", "sign-in-passkey"),
    ("it", "case-account"),
    ("it", "sign-in-passkey"),
    ("it", "sign-in-password"),
    ("fr", "method-codes"),
    ("de", "method-codes"),
    ("de", "method-passkey"),
    ("it", "method-passkey"),
    ("it", "method-password"),
    ("fr", "find-page"),
    ("fr", "start-waited-hours"),
    ("fr", "start-waited-minutes"),
    ("it", "start-waited-hours"),
    ("it", "start-waited-minutes"),
    ("fr", "staff-assignment-services"),
    ("fr", "menu-webhooks"),
    ("fr", "webhooks-title"),
    ("de", "menu-webhooks"),
    ("de", "webhooks-title"),
    ("de", "me-method-name"),
    ("de", "banks-name"),
    ("de", "staff-link-label"),
    ("de", "find-bank"),
];

#[test]
fn no_message_is_left_in_english() {
    let english = english();

    let mut left = Vec::new();
    for (language, files) in SOURCES.iter().skip(1) {
        for (id, (_, text)) in catalog(files) {
            let is_known = SAME.contains(&(language.as_str(), id.as_str()));
            let is_same = english[&id].1 == text && text.chars().any(char::is_alphabetic);
            if is_same && !is_known {
                left.push((language.as_str(), id, text));
            }
        }
    }
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn every_message_can_be_formatted() {
    for (language, files) in SOURCES {
        for (id, (variables, _)) in catalog(files) {
            let names: Vec<&'static str> =
                variables.iter().map(|name| &*Box::leak(name.clone().into_boxed_str())).collect();
            for number in [0_u32, 1, 2, 17] {
                let arguments: Vec<_> = names.iter().map(|name| (*name, number.into())).collect();
                let text = Messages(language).with(&id, &arguments);
                assert!(!text.is_empty() && text != id, "{language:?}: {id}");
                assert!(!text.contains("{$"), "{language:?}: {id}: {text}");
            }
        }
    }
}
