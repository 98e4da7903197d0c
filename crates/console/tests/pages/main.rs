//! Snapshots of the pages, rendered from sample data: a review shows what a changed template
//! changes.
#![cfg(test)]

mod audit;
mod bulks;
mod changes;
mod people;
mod sample;

use std::fs;
use std::path::Path;

use askama::Template;
use mamori_console::cases::page::{CasePage, LoweringBox};
use mamori_console::cases::queue_page as queue;
use mamori_console::decisions::list_page::DecisionsPage;
use mamori_console::decisions::list_page::Row;
use mamori_console::decisions::page as decision;
use mamori_console::messages::MessageId;
use mamori_console::overview::start_page;
use mamori_console::query::choices;
use mamori_console::staff::me_page::BreakNotice;
use mamori_console::staff::me_page::ExposureFigures;
use mamori_console::staff::me_page::MePage;
use mamori_console::staff::me_page::MethodRow;
use mamori_console::staff::me_page::figures;
use mamori_console::staff::me_page::language_choices;
use mamori_console::staff::sign_in_page::SignInLinkPage;
use mamori_console::staff::sign_in_page::SignInPage;
use mamori_console::{fault::Fault, show, terms};
use mamori_model::exposure::{Exposure, Limits};
use mamori_model::staff::{Scheme, ViewMode};
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
            oldest: show::time(at("2026-11-20T03:04:05Z")),
        };
        let page = queue::QueuePage {
            frame: &frame,
            previous: None,
            is_empty_now: false,
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
            unanswered: 0,
            overdue: 0,
            vault: Some((show::bytes(97 << 30), show::bytes(100 << 30))),
            leaving: vec![leaving],
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
        claimed_case: None,
        limit: None,
        rows: Vec::new(),
        total: 0,
        lowerings: Vec::new(),
        is_lead_missing: false,
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
    let row = |state, outcome| Row {
        id: "dec_00000000000000000000000000000001".to_owned(),
        made: show::time(at("2026-11-20T03:04:05Z")),
        account: (outcome == Outcome::Violates).then(|| "K3QF-7P2M".to_owned()),
        policy: terms::purpose(Purpose::Rehearsal),
        outcome: terms::outcome(outcome),
        state: terms::decision_state(state),
        tone: decision::tone(state),
    };
    let page = DecisionsPage {
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
