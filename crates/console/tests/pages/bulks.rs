//! The pages of bulk decisions: the form, the list, and a bulk decision in three states.

use mamori_console::cases::page::Picture;
use mamori_console::decisions::bulk_new_page::{
    BulkInput, Choosable, EntryLabel, Group, NewPage, SavedGroup,
};
use mamori_console::decisions::bulk_page::BulkPage;
use mamori_console::decisions::bulk_page::BulksPage;
use mamori_console::decisions::bulk_page::CaseRow;
use mamori_console::decisions::bulk_page::Row;
use mamori_console::decisions::bulk_page::tone;
use mamori_console::decisions::page as decision;
use mamori_console::decisions::summary as said;
use mamori_console::decisions::summary::SummaryText;
use mamori_console::decisions::views_box::OpenRow;
use mamori_console::frame::Frame;
use mamori_console::query::choices;
use mamori_console::{show, terms};
use mamori_model::bulk::BulkState;
use mamori_model::{
    Approval, DecisionState, Feature, Language, Outcome, Purpose, StaffRole, Urgency,
};

use crate::golden;
use crate::sample::{at, frame, summary, views};

const ONE: &str = "case_00000000000000000000000000000001";
const TWO: &str = "case_00000000000000000000000000000002";

fn row(state: BulkState) -> Row {
    Row {
        id: "bulk_00000000000000000000000000000001".to_owned(),
        made: show::time(at("2026-11-20T03:04:05Z")),
        policy: terms::purpose(Purpose::Rehearsal),
        outcome: terms::outcome(Outcome::Violates),
        cases: 2,
        items: 1_000,
        accounts: Some(1),
        state: terms::bulk_state(state),
        tone: tone(state),
    }
}

#[test]
fn the_form_of_a_bulk_decision() {
    for (language, is_alike, name) in [
        (Language::English, false, "bulk-new.en.html"),
        (Language::Japanese, true, "bulk-new.ja.html"),
    ] {
        let frame = frame(language, StaffRole::Reviewer).at("/console/bulk");
        let case = |id: &str, urgency, items| Choosable {
            id: id.to_owned(),
            is_checked: items == 1,
            picture: (items == 1).then(|| "/console/cases/x/items/y/blurred?choose=yes".to_owned()),
            policy: terms::purpose(Purpose::Rehearsal),
            urgency: terms::urgency(urgency),
            account: (items == 1).then(|| "K3QF-7P2M".to_owned()),
            items,
            opened: show::time(at("2026-11-20T03:04:05Z")),
        };
        let entry = EntryLabel {
            id: "ent_7".to_owned(),
            bank: Some(show::text("a <bank>")),
            labels: vec![show::text("A1")],
        };
        let group = |entry, case| Group { entry, cases: vec![case], count: 1 };
        let page = NewPage {
            frame: &frame,
            problem: None,
            field_problem: None,
            input: BulkInput { outcome: "violates".to_owned(), ..BulkInput::default() },
            has_pictures: true,
            is_alike,
            policies: choices(&[Purpose::Rehearsal], Purpose::as_str, terms::purpose, None),
            groups: vec![
                group(Some(entry), case(ONE, Urgency::NewMaterial, 1)),
                group(None, case(TWO, Urgency::KnownMaterial, 1_000)),
            ],
            saved_reasons: vec![SavedGroup {
                policy: terms::purpose(Purpose::Rehearsal),
                reasons: vec!["In the <bank>.".to_owned()],
            }],
            features_back: choices(Feature::ALL, Feature::as_str, terms::feature, None),
            features: choices(Feature::ALL, Feature::as_str, terms::feature, None),
        };
        golden(name, &page);
    }
}

#[test]
fn the_bulk_decisions() {
    for (language, role, name) in [
        (Language::English, StaffRole::Auditor, "bulks.en.html"),
        (Language::Japanese, StaffRole::Lead, "bulks.ja.html"),
    ] {
        let frame = frame(language, role).at("/console/bulk");
        let page = BulksPage {
            frame: &frame,
            may_prepare: role == StaffRole::Lead,
            rows: BulkState::ALL.iter().copied().map(row).collect(),
            older: Some("/console/bulk?before=x".to_owned()),
        };
        golden(name, &page);
    }
}

/// A bulk decision in this state, for a staff member who may use its forms.
fn bulk(frame: &Frame, state: BulkState) -> BulkPage<'_> {
    let case = |id: &str, is_stale, state: Option<DecisionState>| CaseRow {
        id: id.to_owned(),
        urgency: terms::urgency(Urgency::KnownMaterial),
        account: Some("K3QF-7P2M".to_owned()),
        items: 1,
        is_unviewed: false,
        is_stale,
        state: state.map(terms::decision_state),
    };
    let messages = frame.messages;
    let is_prepared = state == BulkState::Prepared;
    let may_view = state != BulkState::Standing;
    let open = OpenRow {
        id: "match_00000000000000000000000000000001".to_owned(),
        name: show::text("post-1/<picture>.jpg"),
        picture: Some(Picture {
            blurred: "/console/cases/x/items/y/blurred?bulk=z".to_owned(),
            views: "/console/cases/x/views".to_owned(),
            by: "bulk=z".to_owned(),
            view: "hold",
            is_shown: true,
        }),
    };
    let made = (!is_prepared).then_some(DecisionState::Proposed);
    BulkPage {
        frame,
        row: row(state),
        version: 3,
        reason: show::text("It is <one> picture.\nSee the \u{200b}note."),
        made_by: show::text("Yuki <script>alert('x')</script>"),
        approver: decision::approver_text(frame.messages, Approval::Colleague, None),
        until: is_prepared.then(|| show::time(at("2026-11-20T04:04:05Z"))),
        summary: SummaryText::of(messages, &summary(), said::bulk_heading(state)),
        confirm_act: said::act(messages, &summary(), Some(said::PROPOSE)),
        approve_act: said::act(messages, &summary(), Some(said::APPROVE)),
        undo_summary: SummaryText::of(messages, &summary(), said::UNDO_HEADING),
        undo_act: said::act(messages, &summary(), Some(said::UNDO)),
        views: may_view.then(|| views(frame, "views-needed-both")),
        open: may_view.then_some(open).into_iter().collect(),
        cases: vec![case(ONE, false, made), case(TWO, is_prepared, made)],
        more: Some("/console/bulk/x?after=y".to_owned()),
        may_confirm: is_prepared,
        may_drop: is_prepared,
        is_proposed: state == BulkState::Proposed,
        is_approver: state == BulkState::Proposed,
        may_approve: true,
        not_before: None,
        must_prove: false,
        may_undo: state == BulkState::Standing,
    }
}

#[test]
fn a_bulk_decision_prepared_proposed_and_in_effect() {
    for (language, role, state, name) in [
        (Language::English, StaffRole::Reviewer, BulkState::Prepared, "bulk-prepared.en.html"),
        (Language::Japanese, StaffRole::Lead, BulkState::Proposed, "bulk-proposed.ja.html"),
        (Language::English, StaffRole::Lead, BulkState::Standing, "bulk-standing.en.html"),
    ] {
        let frame = frame(language, role).at("/console/bulk");
        golden(name, &bulk(&frame, state));
    }
}
