//! Samples: people, cases and decisions of nobody.

use jiff::Timestamp;
use mamori_console::cases::page::Before;
use mamori_console::cases::page::CasePage;
use mamori_console::cases::page::Colleague;
use mamori_console::cases::page::DECIDED;
use mamori_console::cases::page::Happened;
use mamori_console::cases::page::Item;
use mamori_console::cases::page::Looked;
use mamori_console::cases::page::Made;
use mamori_console::cases::page::Near;
use mamori_console::cases::page::Picture;
use mamori_console::cases::page::Rail;
use mamori_console::cases::page::Typed;
use mamori_console::cases::page::UNKEPT;
use mamori_console::decisions::page as decision;
use mamori_console::decisions::page::Again;
use mamori_console::decisions::page::Asked;
use mamori_console::decisions::page::DecisionPage;
use mamori_console::frame::Frame;
use mamori_console::query::choices;
use mamori_console::{show, terms};
use mamori_model::action::{ActionKind, Terms};
use mamori_model::case::CaseEventKind;
use mamori_model::staff::{OwnLimits, Scheme, View};
use mamori_model::{
    ActionState, CaseState, Clarity, DecisionState, Feature, Language, Outcome, Purpose, RoleSet,
    Second, Staff, StaffId, StaffRole, Surface, Urgency, Verdict,
};

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// What stands around a page for somebody in this role.
pub fn frame(language: Language, role: StaffRole) -> Frame {
    let staff = Staff {
        id: "staff_00000000000000000000000000000001".parse::<StaffId>().unwrap(),
        name: "rei".parse().unwrap(),
        shown: "Rei <script>alert('x')</script> \u{200b}田中".parse().unwrap(),
        roles: RoleSet::new([role], false).unwrap(),
        language,
        scheme: Scheme::System,
        view: View::Hold,
        has_keys: true,
        dose: OwnLimits::default(),
        created_at: Timestamp::UNIX_EPOCH,
        way_added_at: None,
        ended_at: None,
    };
    Frame::of_staff(&staff, "TOKEN".to_owned())
}

/// A case of one account with two items, to decide or to read.
pub fn case(frame: &Frame, is_held: bool) -> CasePage<'_> {
    CasePage {
        frame,
        before: is_held.then(|| Before {
            said: DECIDED,
            decision: "dec_00000000000000000000000000000009".to_owned(),
        }),
        problem: None,
        typed: Typed::default(),
        id: "case_00000000000000000000000000000001".to_owned(),
        policy: terms::purpose(Purpose::Rehearsal),
        wording: show::text("A picture of the rehearsal bank may not be shared."),
        version_of_policy: 1,
        urgency: terms::urgency(Urgency::ChildInDanger),
        is_urgent: true,
        is_for_leads: true,
        state: terms::case_state(CaseState::Open),
        danger_note: Some("Call 110."),
        subject: show::text("user-17 <script>alert('x')</script>"),
        is_account: true,
        service: "svc_00000000000000000000000000000001".to_owned(),
        opened: show::time(at("2026-11-20T03:04:05Z")),
        alike: 3,
        item_count: 2,
        items: vec![item(1, is_held), item(2, false)],
        next_items: None,
        has_pictures: is_held,
        rail: is_held.then(rail),
        may_claim: false,
        decisions: vec![Made {
            id: "dec_00000000000000000000000000000008".to_owned(),
            outcome: terms::outcome(Outcome::Violates),
            state: terms::decision_state(DecisionState::Undone),
            tone: decision::tone(DecisionState::Undone),
            made: show::time(at("2026-11-20T09:00:00Z")),
            reason: show::text("It is the rehearsal picture.\nA second line."),
        }],
        history: vec![
            Happened {
                what: terms::event(CaseEventKind::Noted),
                who: Some(show::text("Aoi")),
                at: show::time(at("2026-11-20T10:00:00Z")),
                note: Some(show::text("Looks like <b>the poster</b>\u{200b}.")),
            },
            Happened {
                what: terms::event(CaseEventKind::Opened),
                who: None,
                at: show::time(at("2026-11-20T03:04:05Z")),
                note: None,
            },
        ],
        looks: vec![Looked {
            who: show::text("Aoi"),
            how: terms::clarity(Clarity::Clear),
            at: show::time(at("2026-11-20T10:00:00Z")),
            seconds: 7,
        }],
        look_count: 1,
        older_events: None,
        older_looks: None,
        newest: None,
    }
}

fn item(number: u32, is_pictured: bool) -> Item {
    let id = format!("match_{number:032}");
    let case = "/console/cases/case_00000000000000000000000000000001";
    Item {
        name: show::text(&format!("post-{number}/picture.jpg")),
        plain: format!("post-{number}/picture.jpg"),
        may_except: is_pictured,
        picture: is_pictured.then(|| Picture {
            veiled: format!("{case}/items/{id}/veiled"),
            looks: format!("{case}/looks"),
            by: "claim=2".to_owned(),
            view: "hold",
            is_shown: true,
        }),
        no_picture: (!is_pictured).then_some(UNKEPT),
        verdict: terms::verdict(Verdict::Hold),
        surface: terms::surface(Surface::Public),
        country: Some("JP".to_owned()),
        came: show::time(at("2026-11-20T03:04:05Z")),
        hits: vec![Near { bank: show::text("rehearsal"), how: "4 of 256 bits differ".to_owned() }],
        id,
    }
}

fn rail() -> Rail {
    Rail {
        claim: 2,
        version: 5,
        until: show::time(at("2026-11-20T10:10:00Z")),
        features: choices(&Feature::ALL, Feature::as_str, terms::feature, None),
        features_back: choices(&Feature::ALL, Feature::as_str, terms::feature, None),
        urgencies: choices(
            &Urgency::ALL,
            Urgency::as_str,
            terms::urgency,
            Some(Urgency::KnownMaterial),
        ),
        colleagues: vec![Colleague {
            id: "staff_00000000000000000000000000000002".to_owned(),
            shown: "Aoi".to_owned(),
        }],
    }
}

/// A suspension that waits for its second person.
pub fn decision(frame: &Frame) -> DecisionPage<'_> {
    let until = Terms { until: Some("2026-12-24".parse().unwrap()), ..Terms::default() };
    DecisionPage {
        frame,
        id: "dec_00000000000000000000000000000001".to_owned(),
        case: "case_00000000000000000000000000000001".to_owned(),
        outcome: terms::outcome(Outcome::Violates),
        state: terms::decision_state(DecisionState::Proposed),
        tone: decision::tone(DecisionState::Proposed),
        is_proposed: true,
        may_read_case: true,
        policy: terms::purpose(Purpose::Rehearsal),
        version_of_policy: 1,
        made_by: show::text("Aoi"),
        made: show::time(at("2026-11-20T10:00:00Z")),
        second: decision::second(frame.words, Second::Colleague, None),
        not_before: None,
        settled: None,
        undone_by: None,
        undone: None,
        reason: show::text("It is the rehearsal picture."),
        second_note: None,
        undo_reason: None,
        actions: vec![Asked {
            id: "act_00000000000000000000000000000001".to_owned(),
            what: terms::action(ActionKind::SuspendAccount),
            terms: decision::terms_of(frame.words, &until),
            about: show::text("user-17"),
            state: terms::action_state(ActionState::Proposed),
            tone: decision::action_tone(ActionState::Proposed),
            reminders: 0,
            answered: show::text("–"),
            note: None,
            message_count: 0,
            messages: Vec::new(),
            may_ask_again: false,
        }],
        again: Some(Again {
            subject: show::text("user-17"),
            is_account: true,
            wording: show::text("A picture of the rehearsal bank may not be shared."),
            item_count: 1,
            items: vec![item(1, false)],
            next_items: None,
        }),
        has_pictures: false,
        may_settle: true,
        may_approve: true,
        must_prove: false,
        may_undo: false,
    }
}
