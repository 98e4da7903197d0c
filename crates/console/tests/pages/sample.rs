//! Sample data: staff members, cases and decisions.

use jiff::Timestamp;
use mamori_console::cases::page::CaseForms;
use mamori_console::cases::page::CaseInput;
use mamori_console::cases::page::CasePage;
use mamori_console::cases::page::Colleague;
use mamori_console::cases::page::DECIDED;
use mamori_console::cases::page::DecisionRow;
use mamori_console::cases::page::EarlierBox;
use mamori_console::cases::page::EventRow;
use mamori_console::cases::page::HitRow;
use mamori_console::cases::page::Item;
use mamori_console::cases::page::LoweringBox;
use mamori_console::cases::page::NEVER_STORED;
use mamori_console::cases::page::Picture;
use mamori_console::cases::page::PreviousDecision;
use mamori_console::cases::page::ViewRow;
use mamori_console::cases::page::{ContextForm, EntryGroup, EntryHead};
use mamori_console::decisions::confirm_page::{ConfirmPage, Field};
use mamori_console::decisions::page as decision;
use mamori_console::decisions::page::ActionRow;
use mamori_console::decisions::page::CaseToReview;
use mamori_console::decisions::page::DecisionPage;
use mamori_console::decisions::summary::{self, SummaryText};
use mamori_console::decisions::views_box::ViewsBox;
use mamori_console::frame::Frame;
use mamori_console::messages::MessageId;
use mamori_console::query::choices;
use mamori_console::{show, terms};
use mamori_desk::decisions::summarise::{ActionGroup, Summary};
use mamori_model::action::{ActionKind, Terms};
use mamori_model::case::CaseEventKind;
use mamori_model::staff::{OwnLimits, PictureSettings, Scheme, ViewMode};
use mamori_model::{
    ActionState, Approval, CaseState, Clarity, DecisionState, Feature, Language, Outcome, Purpose,
    RoleSet, Staff, StaffId, StaffRole, Surface, Urgency, Verdict, Viewing,
};

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The frame around a page for a staff member in this role.
pub fn frame(language: Language, role: StaffRole) -> Frame {
    let staff = Staff {
        id: "staff_00000000000000000000000000000001".parse::<StaffId>().unwrap(),
        name: "rei".parse().unwrap(),
        display_name: "Rei <script>alert('x')</script> \u{200b}田中".parse().unwrap(),
        roles: RoleSet::new([role], false).unwrap(),
        assignment: mamori_model::Assignment::EVERYTHING,
        language,
        scheme: Scheme::System,
        view: ViewMode::Hold,
        has_keys: true,
        pictures: PictureSettings::default(),
        zone: None,
        exposure_limits: OwnLimits::default(),
        created_at: Timestamp::UNIX_EPOCH,
        method_added_at: None,
        ended_at: None,
    };
    Frame::of_staff(&staff, "TOKEN".to_owned())
}

/// A case of one account with two items, to decide or to read.
pub fn case(frame: &Frame, is_claimed: bool) -> CasePage<'_> {
    let mut history = history();
    let earlier_history = history.split_off(1);
    CasePage {
        frame,
        previous: is_claimed.then(|| PreviousDecision {
            message: DECIDED,
            decision: "dec_00000000000000000000000000000009".to_owned(),
            is_in_effect: true,
            is_next: true,
        }),
        problem: None,
        field_problem: None,
        input: CaseInput::default(),
        id: "case_00000000000000000000000000000001".to_owned(),
        policy: terms::purpose(Purpose::Rehearsal),
        wording: show::text("A picture of the rehearsal bank may not be shared."),
        version_of_policy: 1,
        urgency: terms::urgency(Urgency::ChildInDanger),
        is_urgent: true,
        is_for_leads: true,
        state: terms::case_state(CaseState::Open),
        danger_note: Some("Call 110."),
        lowering: None,
        subject: show::text("user-17 <script>alert('x')</script>"),
        is_account: true,
        is_alias: false,
        service_name: Some(show::text("photos <b>")),
        earlier: is_claimed.then(earlier),
        service: "svc_00000000000000000000000000000001".to_owned(),
        is_service_leaving: is_claimed,
        opened: show::time(at("2026-11-20T03:04:05Z")),
        alike: 3,
        item_count: 2,
        groups: groups(vec![item(1, is_claimed), item(2, false)]),
        next_items: None,
        has_pictures: is_claimed,
        forms: is_claimed.then(|| forms(frame)),
        may_claim: false,
        decisions: vec![DecisionRow {
            id: "dec_00000000000000000000000000000008".to_owned(),
            outcome: terms::outcome(Outcome::Violates),
            state: terms::decision_state(DecisionState::Undone),
            tone: decision::tone(DecisionState::Undone),
            made: show::time(at("2026-11-20T09:00:00Z")),
            reason: show::text("It is the rehearsal picture.\nA second line."),
            is_unviewed: true,
        }],
        history,
        earlier_history_count: 3,
        earlier_history,
        views: vec![ViewRow {
            who: show::text("Aoi"),
            how: terms::clarity(Clarity::Clear),
            at: show::time(at("2026-11-20T10:00:00Z")),
            seconds: 7,
        }],
        view_count: 4,
        clear_view_count: 1,
        older_events: None,
        older_views: None,
        newest: None,
    }
}

/// What happened to the case, the newest first.
fn history() -> Vec<EventRow> {
    vec![
        EventRow {
            what: terms::event(CaseEventKind::Noted),
            count: 1,
            urgency: None,
            who: Some(show::text("Aoi")),
            at: show::time(at("2026-11-20T10:00:00Z")),
            note: Some(show::text("Looks like <b>the poster</b>\u{200b}.")),
        },
        EventRow {
            what: terms::event(CaseEventKind::Escalated),
            count: 1,
            urgency: Some(terms::urgency(Urgency::ChildInDanger)),
            who: Some(show::text("Aoi")),
            at: show::time(at("2026-11-20T09:30:00Z")),
            note: Some(show::text("She is being filmed now.")),
        },
        EventRow {
            what: terms::event(CaseEventKind::ItemAdded),
            count: 15,
            urgency: None,
            who: None,
            at: show::time(at("2026-11-20T03:04:06Z")),
            note: None,
        },
        EventRow {
            what: terms::event(CaseEventKind::Opened),
            count: 1,
            urgency: None,
            who: None,
            at: show::time(at("2026-11-20T03:04:05Z")),
            note: None,
        },
    ]
}

/// A proposal to lower the urgency, for a lead who may agree.
pub fn lowering() -> LoweringBox {
    LoweringBox {
        to: terms::urgency(Urgency::KnownMaterial),
        by: show::text("Aoi <i>"),
        at: show::time(at("2026-11-20T10:00:00Z")),
        reason: show::text("It is an <old> film."),
        is_approver: true,
        may_agree: true,
        not_before: None,
        must_prove: false,
    }
}

/// Earlier decisions about the account.
pub fn earlier() -> EarlierBox {
    let (violates, allowed) = (terms::outcome(Outcome::Violates), terms::outcome(Outcome::Allowed));
    EarlierBox { rows: vec![(violates, 2), (allowed, 1)], days: 365 }
}

/// One group of these items.
pub fn groups(items: Vec<Item>) -> Vec<EntryGroup> {
    let entry = EntryHead {
        id: "ent_7".to_owned(),
        bank: Some(show::text("rehearsal")),
        source: Some(show::text("a <source>")),
        purpose: terms::purpose(Purpose::Rehearsal),
        labels: vec![show::text("A1"), show::text("<b>")],
        source_id: Some(show::text("list-7/4711")),
    };
    let count = u64::try_from(items.len()).unwrap();
    vec![EntryGroup { entry: Some(entry), items, count }]
}

/// An item of a case.
pub fn item(number: u32, is_pictured: bool) -> Item {
    let id = format!("match_{number:032}");
    let case = "/console/cases/case_00000000000000000000000000000001";
    Item {
        name: show::text(&format!("post-{number}/picture.jpg")),
        plain: format!("post-{number}/picture.jpg"),
        may_except: is_pictured,
        except: "restore".to_owned(),
        how: Some("near-identical picture · 4 of 256 bits differ".to_owned()),
        text: Some(show::prose("A <caption>\nof two lines")),
        is_text_short: !is_pictured,
        context: is_pictured.then(|| ContextForm {
            action: format!("{case}/items/{id}/context"),
            field: "claim",
            value: "2".to_owned(),
        }),
        picture: is_pictured.then(|| Picture {
            blurred: format!("{case}/items/{id}/blurred"),
            views: format!("{case}/views"),
            by: "claim=2".to_owned(),
            view: "hold",
            is_shown: true,
        }),
        no_picture: (!is_pictured).then_some(NEVER_STORED),
        is_earlier_version: is_pictured,
        verdict: terms::verdict(Verdict::Hold),
        surface: terms::surface(Surface::Public),
        country: Some("JP".to_owned()),
        matched: show::time(at("2026-11-20T03:04:05Z")),
        hits: vec![HitRow {
            bank: show::text("rehearsal"),
            how: "4 of 256 bits differ".to_owned(),
        }],
        id,
    }
}

/// What a decision does that removes items and suspends accounts.
pub fn summary() -> Summary {
    let account = |name: &str| name.parse().unwrap();
    let terms = Terms { until: Some("2026-12-24".parse().unwrap()), ..Terms::default() };
    Summary {
        groups: vec![
            ActionGroup {
                kind: ActionKind::SuspendAccount,
                terms,
                count: 2,
                accounts: vec![account("user-17"), account("<user>\u{200b}")],
            },
            ActionGroup {
                kind: ActionKind::RemoveItem,
                terms: Terms::default(),
                count: 32,
                accounts: Vec::new(),
            },
        ],
    }
}

/// The box that says that two of three views were made.
pub fn views(frame: &Frame, rule: &str) -> ViewsBox {
    let progress = [("done", 2_u32.into()), ("count", 3_u32.into())];
    ViewsBox {
        progress: frame.messages.with("views-needed-progress", &progress),
        count: 3,
        rule: frame.say(rule),
        open: vec![show::text("post-1/<picture>.jpg")],
        unkept: 1,
    }
}

/// The page that confirms a decision on an account.
pub fn confirm(frame: &Frame) -> ConfirmPage<'_> {
    let heading = summary::heading(DecisionState::Proposed);
    ConfirmPage {
        frame,
        case: "case_00000000000000000000000000000001".to_owned(),
        summary: SummaryText::of(frame.messages, &summary(), heading),
        outcome: terms::outcome(Outcome::Violates),
        is_dispute: false,
        reason: show::text("It is <one> picture."),
        about: MessageId("confirm-about-proposed"),
        act: summary::act(frame.messages, &summary(), Some(summary::PROPOSE)),
        fields: vec![
            Field { name: "claim", value: "2".to_owned() },
            Field { name: "reason", value: "It is <one> \"picture\".".to_owned() },
        ],
    }
}

fn forms(frame: &Frame) -> CaseForms {
    CaseForms {
        views: views(frame, "views-needed-or-approval"),
        claim: 2,
        version: 5,
        until: show::time(at("2026-11-20T10:10:00Z")),
        left_s: 540,
        claim_s: 600,
        saved_reasons: vec!["In the <bank>.".to_owned()],
        features: choices(Feature::ALL, Feature::as_str, terms::feature, None),
        features_back: choices(Feature::ALL, Feature::as_str, terms::feature, None),
        urgencies: choices(
            &[Urgency::ChildInDanger],
            Urgency::as_str,
            terms::urgency,
            Some(Urgency::ChildInDanger),
        ),
        lower_urgencies: choices(
            &[Urgency::NewMaterial, Urgency::KnownMaterial],
            Urgency::as_str,
            terms::urgency,
            None,
        ),
        colleagues: vec![Colleague {
            id: "staff_00000000000000000000000000000002".to_owned(),
            display_name: "Aoi".to_owned(),
        }],
    }
}

/// A suspension that waits for its second approver.
pub fn decision(frame: &Frame) -> DecisionPage<'_> {
    let messages = frame.messages;
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
        approver: decision::approver_text(frame.messages, Approval::Colleague, None),
        not_before: None,
        resolved: None,
        undone_by: None,
        undone: None,
        reason: show::text("It is the rehearsal picture."),
        approver_note: None,
        undo_reason: None,
        summary: SummaryText::of(messages, &summary(), summary::heading(DecisionState::Proposed)),
        approve_act: summary::act(messages, &summary(), Some(summary::APPROVE)),
        undo_summary: SummaryText::of(messages, &summary(), summary::UNDO_HEADING),
        undo_act: summary::act(messages, &summary(), Some(summary::UNDO)),
        author_viewing: terms::viewing(Viewing::NotKept),
        approver_viewing: None,
        is_unviewed: false,
        views: Some(views(frame, "views-needed-both")),
        actions: vec![ActionRow {
            id: "act_00000000000000000000000000000001".to_owned(),
            what: terms::action(ActionKind::SuspendAccount),
            terms: decision::terms_of(frame.messages, &until),
            about: show::text("user-17"),
            state: terms::action_state(ActionState::Proposed),
            tone: decision::action_tone(ActionState::Proposed),
            reminders: 0,
            answered: show::text("–"),
            note: None,
            delivery_count: 0,
            deliveries: Vec::new(),
            may_request_again: false,
        }],
        review: Some(CaseToReview {
            subject: show::text("user-17"),
            is_account: true,
            service_name: Some(show::text("photos")),
            earlier: Some(earlier()),
            wording: show::text("A picture of the rehearsal bank may not be shared."),
            item_count: 1,
            groups: groups(vec![item(1, false)]),
            next_items: None,
        }),
        has_pictures: false,
        is_approver: true,
        may_approve: true,
        must_prove: false,
        may_undo: false,
    }
}
