//! The list of undecided cases.

use mamori_console::cases::list_page::{CasesPage, Row, ServiceChoice};
use mamori_console::messages::{MessageId, Messages};
use mamori_console::query::Choice;
use mamori_console::{show, terms};
use mamori_model::{Language, Purpose, StaffRole, Urgency};

use crate::golden;
use crate::sample::{at, frame};

fn choice(value: &'static str, label: MessageId, is_selected: bool) -> Choice {
    Choice { value, label, is_selected }
}

fn row(messages: Messages, urgency: Urgency, account: Option<&str>, place: MessageId) -> Row {
    Row {
        id: "case_00000000000000000000000000000001".to_owned(),
        age: show::age(messages, at("2026-11-20T03:04:05Z"), at("2026-11-23T05:14:05Z")),
        policy: terms::purpose(Purpose::Rehearsal),
        service: show::text("photos <b>"),
        account: account.map(str::to_owned),
        urgency: terms::urgency(urgency),
        is_urgent: urgency == Urgency::ChildInDanger,
        is_for_leads: urgency == Urgency::ChildInDanger,
        place,
        items: 1_000,
    }
}

#[test]
fn the_undecided_cases() {
    for (language, name) in
        [(Language::English, "cases.en.html"), (Language::Japanese, "cases.ja.html")]
    {
        let frame = frame(language, StaffRole::Lead).at("/console/queue");
        let messages = frame.messages;
        let page = CasesPage {
            frame: &frame,
            parts: vec![choice("escalated", MessageId("cases-escalated"), true)],
            policies: vec![choice("rehearsal", terms::purpose(Purpose::Rehearsal), false)],
            services: vec![ServiceChoice {
                value: "svc_00000000000000000000000000000001".to_owned(),
                name: "photos <b>".to_owned(),
                is_selected: true,
            }],
            ages: vec![choice("day", MessageId("cases-age-day"), true)],
            rows: vec![
                row(
                    messages,
                    Urgency::ChildInDanger,
                    Some("K3QF-7P2M"),
                    MessageId("cases-claimed"),
                ),
                row(messages, Urgency::KnownMaterial, None, MessageId("cases-unclaimed")),
            ],
            next: Some("/console/cases?part=escalated&after=x".to_owned()),
            has_queue: true,
        };
        golden(name, &page);
    }
}

#[test]
fn no_undecided_case_of_the_filter() {
    let frame = frame(Language::German, StaffRole::Auditor).at("/console/queue");
    let page = CasesPage {
        frame: &frame,
        parts: Vec::new(),
        policies: Vec::new(),
        services: Vec::new(),
        ages: Vec::new(),
        rows: Vec::new(),
        next: None,
        has_queue: false,
    };
    golden("cases-none.de.html", &page);
}
