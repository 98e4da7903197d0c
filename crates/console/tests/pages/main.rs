//! Snapshots of the pages, rendered from sample data: a review shows what a changed template
//! changes.
#![cfg(test)]

mod audit;
mod bulks;
mod cases;
mod changes;
mod people;
mod sample;

use std::fs;
use std::path::Path;

use askama::Template;
use mamori_console::cases::page::{CaseInput, CasePage, LoweringBox};
use mamori_console::cases::queue_page as queue;
use mamori_console::decisions::confirm_page::ConfirmPage;
use mamori_console::decisions::list_page as list;
use mamori_console::decisions::page as decision;
use mamori_console::decisions::reasons_page::{ReasonsPage, Row};
use mamori_console::fault::FieldProblem;
use mamori_console::messages::MessageId;
use mamori_console::overview::start_page;
use mamori_console::query::choices;
use mamori_console::staff::assignment::LimitedTo;
use mamori_console::staff::me_page::BreakNotice;
use mamori_console::staff::me_page::ExposureFigures;
use mamori_console::staff::me_page::MePage;
use mamori_console::staff::me_page::MethodRow;
use mamori_console::staff::me_page::figures;
use mamori_console::staff::me_page::language_choices;
use mamori_console::staff::oidc_page::{ProviderLink, ReturnPage};
use mamori_console::staff::sign_in_page::SignInLinkPage;
use mamori_console::staff::sign_in_page::SignInPage;
use mamori_console::viewing::context_form::ContextPage;
use mamori_console::{fault::Fault, show, terms};
use mamori_desk::overview::setup::SetupStep;
use mamori_model::exposure::{Exposure, Limits};
use mamori_model::staff::{BlurStrength, PictureSize, Scheme, Tint, ViewMode};
use mamori_model::{DecisionState, Language, Outcome, Purpose, Refusal, StaffRole, Urgency};

use crate::sample::{at, frame};

/// Compares the page's `<main>` with its snapshot. The frame around it is the same on every page,
/// and is compared once.
#[track_caller]
fn golden(name: &str, page: &impl Template) {
    let html = normalized(&page.render().unwrap());
    let from = html.find("<main").unwrap();
    let to = html.find("</main>").unwrap();
    same_as_file(name, &format!("{}</main>\n", &html[from..to]));
}

/// A page without its `<main>`.
fn without_main(html: &str) -> String {
    let (from, to) = (html.find("<main").unwrap(), html.find("</main>").unwrap());
    format!("{}{}", &html[..from], &html[to + "</main>".len()..])
}

/// Compares a text with its file in `golden/`. `cargo insta review` shows and accepts changes, and
/// `INSTA_UPDATE=always` accepts all of them.
#[track_caller]
fn same_as_file(name: &str, html: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, html));
}

/// A page without empty lines and without the digest in the URLs of its assets.
fn normalized(html: &str) -> String {
    let mut text = String::new();
    for line in html.lines().filter(|line| !line.trim().is_empty()) {
        let line = match line.split_once("/console/assets/") {
            Some((before, after)) => {
                let name = after.split_once('/').map_or("", |(_, name)| name);
                format!("{before}/console/assets/DIGEST/{name}")
            }
            None => line.to_owned(),
        };
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The browser tests read from it which templates were rendered.
#[test]
fn each_page_template_names_itself() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut pages = 0;

    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let (name, text) =
            (path.file_stem().unwrap().display(), fs::read_to_string(&path).unwrap());
        let Some(rest) = text.strip_prefix("{% extends \"frame.html\" %}\n") else { continue };
        assert!(rest.starts_with(&format!("{{% block page %}}{name}{{% endblock %}}\n")), "{name}");
        pages += 1;
    }

    assert!(pages >= 20, "{pages} pages");
}

#[test]
fn the_sign_in_form() {
    let frame = mamori_console::frame::Frame::signed_out(Language::English);
    let problem = Some(Fault::from(Refusal::SignInWrong).text(frame.messages));
    let page = SignInPage {
        frame: &frame,
        name: "rei\"><script>",
        problem,
        why: None,
        has_passkeys: true,
        provider: Some(ProviderLink {
            name: "Example <Directory>".to_owned(),
            path: "/console/sign-in/oidc?next=%2Fconsole%2Fqueue".to_owned(),
        }),
        next: "/console/queue",
    };
    golden("sign-in.en.html", &page);
}

#[test]
fn the_page_under_a_sign_in_link() {
    let frame = mamori_console::frame::Frame::signed_out(Language::Japanese);
    golden(
        "sign-in-link.ja.html",
        &SignInLinkPage { frame: &frame, action: "/console/enroll/mt_x" },
    );
}

#[test]
fn the_page_to_which_the_sign_in_provider_leads_back() {
    let frame = mamori_console::frame::Frame::signed_out(Language::French);
    let page = ReturnPage { frame: &frame, code: "c\"><script>", state: "s", iss: "" };
    golden("oidc-return.fr.html", &page);
}

#[test]
fn the_queue() {
    for (language, name) in
        [(Language::English, "queue.en.html"), (Language::Japanese, "queue.ja.html")]
    {
        let frame = frame(language, StaffRole::Reviewer).at("/console/queue");
        let row = |purpose: Purpose, urgency, cases| queue::Row {
            purpose: purpose.as_str(),
            policy: terms::purpose(purpose),
            urgency: terms::urgency(urgency),
            is_urgent: urgency == Urgency::ChildInDanger,
            is_for_leads: urgency == Urgency::ChildInDanger,
            may_claim: urgency != Urgency::ChildInDanger,
            cases,
            oldest: show::age(
                frame.messages,
                at("2026-11-20T03:04:05Z"),
                at("2026-11-20T05:14:05Z"),
            ),
        };
        let page = queue::QueuePage {
            frame: &frame,
            previous: None,
            is_empty_now: false,
            may_list: false,
            limited_to: Some(LimitedTo {
                services: Some(vec![show::text("photos <b>"), show::text("videos")]),
                policies: Some(vec![terms::purpose(Purpose::Rehearsal)]),
            }),
            claimed_case: None,
            limit: Some(queue::LimitNotice {
                what: MessageId("queue-leave-limit"),
                until: show::time(at("2026-11-20T04:04:05Z")),
            }),
            rows: vec![
                row(Purpose::ChildSexualAbuse, Urgency::ChildInDanger, 1),
                row(Purpose::Rehearsal, Urgency::KnownMaterial, 29),
            ],
            total: 30,
            lowerings: vec![queue::LoweringRow {
                case: "case_00000000000000000000000000000001".to_owned(),
                to: terms::urgency(Urgency::NewMaterial),
                at: show::time(at("2026-11-20T03:04:05Z")),
            }],
            is_lead_missing: true,
            is_without_pictures: true,
            proposed: 1,
            in_bulk: 0,
            of_leaving: 2,
        };
        golden(name, &page);
    }
}

#[test]
fn the_start_page_with_a_service_that_is_leaving() {
    for (language, name) in
        [(Language::English, "start.en.html"), (Language::Japanese, "start.ja.html")]
    {
        let frame = frame(language, StaffRole::Administrator).at("/console");
        let leaving = start_page::Leaving {
            name: show::text("pictures.example"),
            since: Some(show::time(at("2026-11-20T03:04:05Z"))),
            undecided: 2,
            unanswered: 1,
        };
        let page = start_page::StartPage {
            frame: &frame,
            work: None,
            disputes: None,
            changes: Some((1, 2)),
            charts: Vec::new(),
            has_few_days: false,
            unanswered: 0,
            overdue: 0,
            vault: Some((show::bytes(97 << 30), show::bytes(100 << 30))),
            leaving: vec![leaving],
            setup: vec![
                start_page::step(SetupStep::Bank),
                start_page::step(SetupStep::SecondAdministrator),
            ],
        };
        golden(name, &page);
    }
}

#[test]
fn an_empty_queue() {
    let frame = frame(Language::English, StaffRole::Lead).at("/console/queue");
    let page = queue::QueuePage {
        frame: &frame,
        previous: None,
        is_empty_now: true,
        may_list: true,
        limited_to: None,
        claimed_case: None,
        limit: None,
        rows: Vec::new(),
        total: 0,
        lowerings: Vec::new(),
        is_lead_missing: false,
        is_without_pictures: false,
        proposed: 0,
        in_bulk: 0,
        of_leaving: 0,
    };
    golden("queue-empty.en.html", &page);
    same_as_file("frame.en.html", &without_main(&normalized(&page.render().unwrap())));
}

#[test]
fn a_case_to_decide() {
    for (language, name) in [
        (Language::English, "case.en.html"),
        (Language::Japanese, "case.ja.html"),
        (Language::German, "case.de.html"),
    ] {
        let frame = frame(language, StaffRole::Reviewer).at("/console/queue");
        golden(name, &sample::case(&frame, true));
    }
}

#[test]
fn a_case_to_read() {
    let frame = frame(Language::English, StaffRole::Auditor).at("/console/decisions");
    golden("case-record.en.html", &sample::case(&frame, false));
    let lead = sample::frame(Language::English, StaffRole::Lead).at("/console/decisions");
    let (subject, is_alias) = (show::text("K3QF-7P2M"), true);
    let page = CasePage { subject, is_alias, ..sample::case(&lead, false) };
    golden("case-record-lead.en.html", &page);
}

#[test]
fn a_case_whose_urgency_is_to_be_lowered() {
    let lead = frame(Language::English, StaffRole::Lead).at("/console/queue");
    let lowering = Some(sample::lowering());
    golden("case-lowering.en.html", &CasePage { lowering, ..sample::case(&lead, false) });
    let alone = frame(Language::Italian, StaffRole::Reviewer).at("/console/queue");
    let not_before = Some(show::time(at("2026-11-21T10:00:00Z")));
    let lowering = LoweringBox { may_agree: false, not_before, ..sample::lowering() };
    let page = CasePage { lowering: Some(lowering), ..sample::case(&alone, true) };
    golden("case-lowering-alone.it.html", &page);
}

#[test]
fn the_decisions() {
    let frame = frame(Language::French, StaffRole::Lead).at("/console/decisions");
    let row = |state, outcome| list::Row {
        id: "dec_00000000000000000000000000000001".to_owned(),
        made: show::time(at("2026-11-20T03:04:05Z")),
        account: (outcome == Outcome::Violates).then(|| "K3QF-7P2M".to_owned()),
        policy: terms::purpose(Purpose::Rehearsal),
        outcome: terms::outcome(outcome),
        state: terms::decision_state(state),
        tone: decision::tone(state),
    };
    let page = list::DecisionsPage {
        frame: &frame,
        is_all: true,
        states: choices(
            DecisionState::ALL,
            DecisionState::as_str,
            terms::decision_state,
            Some(DecisionState::Proposed),
        ),
        outcomes: choices(Outcome::ALL, Outcome::as_str, terms::outcome, None),
        rows: vec![
            row(DecisionState::Proposed, Outcome::Violates),
            row(DecisionState::Standing, Outcome::NotAMatch),
        ],
        next: Some("/console/decisions?state=proposed&cursor=x".to_owned()),
    };
    golden("decisions.fr.html", &page);
}

#[test]
fn a_decision_on_an_account_to_confirm() {
    for (language, name) in
        [(Language::English, "confirm.en.html"), (Language::Japanese, "confirm.ja.html")]
    {
        let frame = frame(language, StaffRole::Reviewer).at("/console/queue");
        golden(name, &sample::confirm(&frame));
    }
}

#[test]
fn a_dispute_of_the_matched_entries_to_confirm() {
    let frame = frame(Language::German, StaffRole::Reviewer).at("/console/queue");
    let outcome = terms::outcome(Outcome::NotAMatch);
    let page = ConfirmPage { outcome, is_dispute: true, ..sample::confirm(&frame) };
    golden("confirm-dispute.de.html", &page);
}

#[test]
fn a_case_whose_form_has_a_wrong_field() {
    let frame = frame(Language::English, StaffRole::Reviewer).at("/console/queue");
    let text = Fault::from(Refusal::UntilPast).about("items_until").text_at_field(frame.messages);
    let field_problem = Some(FieldProblem { place: "decide-items_until", text });
    let input = CaseInput {
        outcome: "violates".to_owned(),
        items: "limit".to_owned(),
        countries: "JP".to_owned(),
        items_until: "2020-01-01".to_owned(),
        ..CaseInput::default()
    };
    golden("case-field.en.html", &CasePage { field_problem, input, ..sample::case(&frame, true) });
}

#[test]
fn the_page_of_an_item_at_the_service() {
    for (language, name) in
        [(Language::English, "context.en.html"), (Language::Japanese, "context.ja.html")]
    {
        let frame = frame(language, StaffRole::Reviewer).at("/console/queue");
        let page = ContextPage {
            frame: &frame,
            url: "https://photos.example/p/17?a=1&b=%3Cb%3E",
            host: "photos.example",
            back: "/console/cases/x#item-y".to_owned(),
        };
        golden(name, &page);
    }
}

#[test]
fn the_saved_reasons_of_a_policy() {
    for (language, name) in
        [(Language::English, "reasons.en.html"), (Language::Japanese, "reasons.ja.html")]
    {
        let frame = frame(language, StaffRole::Lead).at("/console/policies");
        let problem = Fault::form_shape().about("reason").text_at_field(frame.messages);
        let page = ReasonsPage {
            frame: &frame,
            is_saved: false,
            problem: None,
            policies: choices(&[Purpose::Rehearsal], Purpose::as_str, terms::purpose, None),
            languages: language_choices(language),
            policy: "rehearsal",
            language: language.to_string(),
            version: 3,
            changed: Some(show::time(at("2026-11-20T03:04:05Z"))),
            rows: vec![
                Row { text: "In the <bank>.".to_owned(), problem: None },
                Row { text: "x".repeat(300), problem: Some(problem) },
                Row::default(),
            ],
            most: 20,
            chars_max: 200,
        };
        golden(name, &page);
    }
}

#[test]
fn a_decision_that_waits_for_its_second_approver() {
    let frame = frame(Language::English, StaffRole::Lead).at("/console/decisions");
    golden("decision.en.html", &sample::decision(&frame));
}

#[test]
fn my_page() {
    let frame = frame(Language::Italian, StaffRole::Reviewer).at("/console/me");
    let seen = Exposure { clear_views: 12, blurred_views: 40, points: 36, ..Exposure::default() };
    let page = MePage {
        frame: &frame,
        is_saved: true,
        problem: None,
        is_zone_wrong: false,
        break_minutes: 10,
        tints: choices(Tint::ALL, Tint::as_str, terms::tint, Some(Tint::Grey)),
        sizes: choices(PictureSize::ALL, PictureSize::as_str, terms::picture_size, None),
        blurs: choices(BlurStrength::ALL, BlurStrength::as_str, terms::blur, None),
        zone: "Europe/Rome".to_owned(),
        roles: vec![terms::role(StaffRole::Reviewer)],
        exposure: Some(ExposureFigures {
            figures: figures(&seen, &Limits::default()),
            blurred: 40,
        }),
        break_notice: Some(BreakNotice {
            why: MessageId("me-break-until"),
            until: show::time(at("2026-11-22T08:00:00Z")),
        }),
        care_note: Some("Dr. Rossi <tel. 1>"),
        languages: language_choices(Language::Italian),
        schemes: choices(Scheme::ALL, Scheme::as_str, terms::scheme, Some(Scheme::System)),
        views: choices(ViewMode::ALL, ViewMode::as_str, terms::view, Some(ViewMode::Hold)),
        has_keys: true,
        methods: vec![MethodRow {
            id: "cred_00000000000000000000000000000001".to_owned(),
            kind: MessageId("method-passkey"),
            name: show::text("telefono"),
            used: show::text("–"),
        }],
        has_passkeys: true,
        provider: Some(ProviderLink {
            name: "Esempio".to_owned(),
            path: "/console/me/oidc".to_owned(),
        }),
        is_connected: false,
        codes: None,
    };
    golden("me.it.html", &page);
}

#[test]
fn text_from_outside_is_escaped_everywhere_on_a_page() {
    let frame = frame(Language::English, StaffRole::Reviewer);

    let html = sample::case(&frame, true).render().unwrap();

    assert!(!html.contains("<script>alert"), "{html}");
    assert!(html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"), "{html}");
    assert!(html.contains("<span class=\"mark\">U+200B</span>"), "{html}");
    assert_ne!(terms::purpose(Purpose::Rehearsal), MessageId("purpose-known-benign"));
}
