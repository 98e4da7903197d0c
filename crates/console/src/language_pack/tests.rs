use super::*;
use crate::messages;

/// The English messages as a pack, where `change` may replace the text of a file.
fn pack(tag: &str, change: impl Fn(&str) -> String) -> Result<LanguagePack, Vec<PackFault>> {
    let (_, files) = SOURCES[0];
    let named = files.iter().enumerate();
    let files: Vec<_> =
        named.map(|(number, text)| (format!("{number}.ftl"), change(text))).collect();
    LanguagePack::check(tag, &files)
}

/// The faults of a pack with the plural forms of English, in which `from` became `to`.
fn faults(from: &str, to: &str) -> Vec<PackFault> {
    assert!(SOURCES[0].1.iter().any(|text| text.contains(from)), "{from}");
    pack("nl", |text| text.replace(from, to)).unwrap_err()
}

#[test]
fn a_pack_with_every_message_and_the_forms_of_its_language_is_accepted() {
    let dutch = pack("nl", str::to_owned).unwrap();

    assert_eq!(dutch.language(), Language::parse("nl").unwrap());
    assert_eq!(dutch.texts().count(), SOURCES[0].1.len());
    assert!(LanguagePack::message_count() > 500);
    assert!(pack("pt-BR", str::to_owned).is_ok(), "the forms of Portuguese are known");
    // Japanese text has one form for all numbers, and so has Korean.
    let (_, japanese) = SOURCES.iter().find(|(of, _)| *of == Language::Japanese).unwrap();
    let files: Vec<_> =
        japanese.iter().map(|text| ("x.ftl".to_owned(), (*text).to_owned())).collect();
    assert_eq!(LanguagePack::check("ko", &files).unwrap().language().as_str(), "ko");
}

#[test]
fn a_pack_does_not_replace_a_language_of_mamori() {
    for language in Language::BUILT_IN {
        assert_eq!(pack(language.as_str(), str::to_owned), Err(vec![PackFault::BuiltIn]));
    }
    assert_eq!(pack("nederlands", str::to_owned), Err(vec![PackFault::NotALanguage]));
    assert_eq!(pack("xx", str::to_owned), Err(vec![PackFault::NoPluralRules]));
    assert!(pack("en-GB", str::to_owned).is_ok(), "a variant is a language of its own");
}

#[test]
fn what_is_missing_and_what_is_unknown_is_named() {
    let id = || "queue-title".to_owned();

    let english = "Queue".to_owned();
    assert_eq!(
        faults("queue-title =", "queue-heading ="),
        [
            PackFault::UnknownMessage { id: "queue-heading".to_owned() },
            PackFault::MissingMessage { id: id(), english },
        ]
    );
    assert_eq!(
        faults("queue-title = Queue", "queue-title = Queue\nqueue-title = Rij"),
        [PackFault::Twice { id: id() }]
    );
    assert_eq!(
        faults("queue-title = Queue", "queue-title = { $count }"),
        [PackFault::UnknownPlaceholder { id: id(), name: "count".to_owned() }]
    );
    assert_eq!(
        faults("decision-until = until { $name }", "decision-until = until then"),
        [PackFault::MissingPlaceholder {
            id: "decision-until".to_owned(),
            name: "name".to_owned()
        }]
    );
    for wrong in ["{ NUMBER(1) }", "{ queue-next }", "{ -brand }", "{ 1 }", r#"{ "\u202E" }"#] {
        let of = faults("queue-title = Queue", &format!("queue-title = {wrong}"));
        assert_eq!(of, [PackFault::Expression { id: id() }], "{wrong}");
    }
    for wrong in ["-brand = Mamori", "queue-title =\n    .label = Queue"] {
        let of = faults("queue-title = Queue", wrong);
        assert!(of.iter().any(|fault| matches!(fault, PackFault::NotAMessage { .. })), "{of:?}");
    }
}

#[test]
fn plural_forms_are_those_of_the_language() {
    let id = || "queue-waiting".to_owned();
    let missing = |form: &str| PackFault::MissingPluralForm { id: id(), form: form.to_owned() };

    let polish = pack("pl", str::to_owned).unwrap_err();
    assert!(polish.contains(&missing("few")) && polish.contains(&missing("many")), "{polish:?}");
    assert!(!polish.contains(&missing("one")), "{polish:?}");
    let one = "[one] One case waiting\n";
    let unknown = PackFault::UnknownPluralForm { id: id(), form: "few".to_owned() };
    assert_eq!(faults(one, "[few] Some cases waiting\n"), [unknown, missing("one")]);
    let whole = "queue-waiting = { $count ->\n    [one] One case waiting\n   *[other] { $count } cases \
                 waiting\n}";
    assert_eq!(faults(whole, "queue-waiting = { $count } cases"), [missing("one")]);
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_its_line() {
    let of = faults("queue-title = Queue", "queue-title = Queue {");
    assert!(
        of.iter().any(|fault| matches!(fault, PackFault::Syntax { line, .. } if *line > 1)),
        "{of:?}"
    );
    let of = faults("queue-title = Queue", "queue-title = Que\u{202e}ue");
    assert!(
        matches!(of.as_slice(), [PackFault::ControlCharacter { character: 0x202e, line: 3, .. }]),
        "{of:?}"
    );
    let text = of[0].to_string();
    assert!(text.starts_with("control_character: ") && text.contains("U+202E"), "{text}");
}

#[test]
fn an_added_language_is_offered_and_shown() {
    let dutch =
        pack("nl", |text| text.replace("language-name = English", "language-name = Nederlands"));
    let dutch = dutch.unwrap();
    let language = dutch.language();
    assert_eq!(messages::language("nl"), None);

    messages::add_languages(&[dutch]).unwrap();

    assert_eq!(messages::language("nl"), Some(language));
    assert_eq!(messages::languages().last(), Some(language));
    assert_eq!(messages::name(language), "Nederlands");
    assert_eq!(messages::Messages(language).say("queue-title"), "Queue");
    assert!(messages::add_languages(&[]).is_err(), "once");
}

#[test]
fn braces_in_braces_are_refused_before_they_are_parsed() {
    let check = |text: String| LanguagePack::check("nl", &[("deep.ftl".to_owned(), text)]);
    let refused = |line| -> Result<LanguagePack, Vec<PackFault>> {
        Err(vec![PackFault::Braces { file: "deep.ftl".to_owned(), line }])
    };
    let in_one_another = |count| format!("queue-title = {}", "{".repeat(count));

    // Without the limit, the parser runs out of stack.
    assert_eq!(check(in_one_another(1_000_000)), refused(1));
    assert_eq!(check(in_one_another(BRACES_MAX + 1)), refused(1));
    let by_line = format!("# Note\nqueue-title =\n{}", "{\n".repeat(BRACES_MAX + 1));
    assert_eq!(check(by_line), refused(2 + BRACES_MAX + 1));
    let quoted = format!("queue-title = {{ $count ->\n [one] \"{}", "{".repeat(BRACES_MAX));
    assert_eq!(check(quoted), refused(2), "a quotation mark in a text hides none");
    let named = format!("queue-title = {}", "{\nFOO(".repeat(BRACES_MAX + 1));
    assert!(matches!(check(named).unwrap_err()[..], [PackFault::Braces { .. }]));
    let faults = check(in_one_another(BRACES_MAX)).unwrap_err();
    assert!(matches!(faults[0], PackFault::Syntax { line: 1, .. }), "parsed: {:?}", faults[0]);
    let many = "queue-title = { $count }\n# {\n".repeat(BRACES_MAX + 1);
    assert!(!matches!(check(many).unwrap_err()[0], PackFault::Braces { .. }), "of one message");
}
