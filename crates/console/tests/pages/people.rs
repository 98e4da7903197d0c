//! The pages of staff accounts, webhook deliveries, banks and policies.

use mamori_console::banks::disputes_page as disputes;
use mamori_console::banks::disputes_page::{DisputePage, DisputeRow, DisputesPage, ToAgree};
use mamori_console::banks::page as banks;
use mamori_console::decisions::policies_page as policies;
use mamori_console::messages::{MessageId, Messages};
use mamori_console::query::choices;
use mamori_console::staff::assignment::{AssignmentChoices, LimitedTo};
use mamori_console::staff::events::{Event, EventParams};
use mamori_console::staff::me_page::language_choices;
use mamori_console::staff::page::Limit;
use mamori_console::staff::page::LinkPage;
use mamori_console::staff::page::PersonPage;
use mamori_console::staff::page::Row;
use mamori_console::staff::page::StaffInput;
use mamori_console::staff::page::StaffPage;
use mamori_console::staff::page::role_choices;
use mamori_console::webhooks::page as webhooks;
use mamori_console::webhooks::page::Resend;
use mamori_console::{show, terms};
use mamori_model::action::ActionKind;
use mamori_model::audit::AuditVerb;
use mamori_model::key::Service;
use mamori_model::staff::Assignment;
use mamori_model::webhook::{DeliveryState, EventKind};
use mamori_model::{
    Action, ActionState, DisputeState, Language, PolicyTexts, Purpose, StaffRole, Surface,
};

use crate::golden;
use crate::sample::{at, frame};

const STAFF: &str = "staff_00000000000000000000000000000002";

/// A service of some staff members.
fn service() -> Service {
    Service {
        id: "svc_00000000000000000000000000000001".parse().unwrap(),
        name: "photos <b>".parse().unwrap(),
        created_at: at("2026-11-20T03:04:05Z"),
        leaving_at: None,
    }
}

/// An assignment to one service, and to a policy.
fn limited() -> Assignment {
    Assignment {
        services: Some([service().id].into()),
        purposes: Some([Purpose::Rehearsal].into()),
    }
}

fn row(has_left: bool) -> Row {
    Row {
        id: STAFF.to_owned(),
        display_name: show::text("Yuki <script>alert('x')</script> \u{200b}田中"),
        name: "yuki".to_owned(),
        roles: vec![terms::role(StaffRole::Reviewer), terms::role(StaffRole::PolicyEditor)],
        is_limited: !has_left,
        since: show::time(at("2026-11-20T03:04:05Z")),
        left: has_left.then(|| show::time(at("2026-11-21T03:04:05Z"))),
    }
}

#[test]
fn the_staff() {
    let frame = frame(Language::English, StaffRole::Administrator).at("/console/staff");
    let page = StaffPage {
        frame: &frame,
        may_change: true,
        is_recent: true,
        problem: None,
        input: StaffInput::default(),
        rows: vec![row(false), row(true)],
        more: Some("/console/staff?after=x".to_owned()),
        roles: role_choices(None, None),
        assignment: AssignmentChoices::new(&Assignment::EVERYTHING, None, &[service()]),
        languages: language_choices(Language::English),
        kinds: EventParams::default().kinds(),
        of: Some((STAFF.to_owned(), show::text("Yuki"))),
        export: None,
        events: vec![Event {
            at: show::time(at("2026-11-20T03:04:05Z")),
            what: terms::audit_verb(AuditVerb::StaffRolesChanged),
            who: show::text("Yuki"),
            by: show::text("Ada <i>"),
            about: vec![terms::role(StaffRole::Lead)],
        }],
        older: None,
    };
    golden("staff.en.html", &page);
}

#[test]
fn a_staff_account_to_change_and_to_read() {
    for (role, language, name) in [
        (StaffRole::Administrator, Language::French, "person.fr.html"),
        (StaffRole::Auditor, Language::Japanese, "person.ja.html"),
    ] {
        let frame = frame(language, role).at("/console/staff");
        let may_change = role == StaffRole::Administrator;
        let limit = |field, label, own| Limit { field, label, own, common: 1_200 };
        let page = PersonPage {
            frame: &frame,
            is_saved: may_change,
            may_change,
            is_recent: true,
            problem: None,
            row: row(!may_change),
            roles: role_choices(None, None),
            limited_to: LimitedTo::of(&limited(), &[service()]),
            assignment: AssignmentChoices::new(&limited(), None, &[service()]),
            limits: vec![
                limit("views", MessageId("me-clear-views"), Some(40)),
                limit("minutes", MessageId("me-minutes"), None),
            ],
        };
        golden(name, &page);
    }
}

#[test]
fn an_enrolment_link() {
    let frame = frame(Language::German, StaffRole::Administrator).at("/console/staff");
    let page = LinkPage {
        frame: &frame,
        display_name: show::text("Yuki"),
        id: STAFF.to_owned(),
        link: "https://mamori.example/console/enroll/mt_x".to_owned(),
    };
    golden("link.de.html", &page);
}

#[test]
fn the_webhook_deliveries() {
    let frame = frame(Language::Japanese, StaffRole::Lead).at("/console/webhooks");
    let message = |event, state, answer, resend: Option<Resend>| webhooks::Row {
        id: "msg_00000000000000000000000000000001".to_owned(),
        event: terms::webhook_event(event),
        created: show::time(at("2026-11-20T03:04:05Z")),
        service: show::text("photos <b>"),
        endpoint: "hook_00000000000000000000000000000001".to_owned(),
        host: resend.map(|_| show::text("hooks.example:8443")),
        next: (state == DeliveryState::Waiting).then(|| show::time(at("2026-11-20T04:04:05Z"))),
        state: terms::delivery_state(state),
        tone: webhooks::tone(state),
        attempts: 3,
        last: Some(show::text("503")),
        last_tone: " bad",
        answer,
        resend,
    };
    let waits = Some(terms::action_state(ActionState::Waiting));
    let page = webhooks::WebhooksPage {
        frame: &frame,
        is_sent: true,
        waiting: 1,
        overdue: 1_000,
        actions: vec![webhooks::OpenActionRow {
            decision: "dec_00000000000000000000000000000001".to_owned(),
            what: terms::action(ActionKind::RemoveItem),
            service: show::text("photos"),
            requested: Some(show::time(at("2026-11-20T03:04:05Z"))),
            reminders: 17,
            state: terms::action_state(ActionState::Overdue),
            tone: " bad",
        }],
        more_actions: Some("/console/webhooks?actions=x".to_owned()),
        endpoints: vec![webhooks::EndpointRow {
            id: "hook_00000000000000000000000000000001".to_owned(),
            host: show::text("hooks.example:8443"),
            service: show::text("photos"),
            disabled: Some(show::time(at("2026-11-20T03:04:05Z"))),
            waiting: 2,
            last: Some(show::text("no connection")),
            last_tone: " bad",
            next: Some(show::time(at("2026-11-20T04:04:05Z"))),
        }],
        more_endpoints: None,
        states: choices(DeliveryState::ALL, DeliveryState::as_str, terms::delivery_state, None),
        rows: vec![
            message(EventKind::ActionRequested, DeliveryState::Delivered, waits, None),
            message(
                EventKind::ActionRequested,
                DeliveryState::Delivered,
                waits,
                Some(Resend::AgainBehind),
            ),
            message(EventKind::MatchCreated, DeliveryState::Failed, None, Some(Resend::Again)),
            message(EventKind::MatchCreated, DeliveryState::Waiting, None, Some(Resend::Now)),
        ],
        next: Some("/console/webhooks?state=&before=x".to_owned()),
    };
    golden("webhooks.ja.html", &page);
}

fn bank_row(is_enabled: bool) -> banks::Row {
    banks::Row {
        id: "bank_00000000000000000000000000000001".to_owned(),
        name: "rehearsal".to_owned(),
        purpose: terms::purpose(Purpose::Rehearsal),
        action: terms::bank_action(Action::Hold),
        surfaces: vec![terms::surface(Surface::Public), terms::surface(Surface::PrivateMessage)],
        is_enabled,
    }
}

#[test]
fn the_banks() {
    let frame = frame(Language::Japanese, StaffRole::Reviewer).at("/console/banks");
    let page = banks::BanksPage {
        frame: &frame,
        rows: vec![bank_row(true), bank_row(false)],
        more: Some("/console/banks?after=x".to_owned()),
    };
    golden("banks.ja.html", &page);
}

/// A dispute about one account, or, with a note, one that has ended.
fn dispute(state: DisputeState, note: Option<&str>) -> DisputeRow {
    let is_open = state == DisputeState::Open;
    DisputeRow {
        id: format!("disp_0000000000000000000000000000000{}", usize::from(note.is_some())),
        bank: "bank_00000000000000000000000000000001".to_owned(),
        bank_name: Some(show::text("a <bank>")),
        entry: "ent_7".to_owned(),
        service: "svc_00000000000000000000000000000001".to_owned(),
        reach: is_open.then_some(MessageId("dispute-scope-account")),
        account: is_open.then(|| "K3QF-7P2M".to_owned()),
        opened: show::time(at("2026-11-20T03:04:05Z")),
        agreed: None,
        reason: show::text("It is a <poster>."),
        decision: Some("dec_00000000000000000000000000000001".to_owned()),
        state: terms::dispute_state(state),
        tone: disputes::tone(state),
        is_open,
        note: note.map(show::text),
    }
}

/// A dispute to which a lead agreed.
fn agreed_dispute() -> DisputeRow {
    DisputeRow {
        reach: Some(MessageId("dispute-scope-service")),
        account: None,
        agreed: Some(show::time(at("2026-11-20T09:00:00Z"))),
        ..dispute(DisputeState::Open, None)
    }
}

#[test]
fn the_open_disputes() {
    for (language, name) in
        [(Language::English, "disputes.en.html"), (Language::Japanese, "disputes.ja.html")]
    {
        let frame = frame(language, StaffRole::Auditor).at("/console/banks");
        let page = DisputesPage {
            frame: &frame,
            rows: vec![agreed_dispute(), dispute(DisputeState::Open, None)],
            older: Some("/console/disputes?before=x".to_owned()),
        };
        golden(name, &page);
    }
}

#[test]
fn a_dispute_to_which_a_lead_may_agree() {
    for (language, name) in
        [(Language::English, "dispute.en.html"), (Language::German, "dispute.de.html")]
    {
        let frame = frame(language, StaffRole::Lead).at("/console/banks");
        let page = DisputePage {
            frame: &frame,
            row: dispute(DisputeState::Open, None),
            reads_decisions: true,
            may_resolve: false,
            is_own: false,
            to_agree: Some(ToAgree { items: vec![crate::sample::item(1, true)], must_view: true }),
            has_pictures: true,
            must_prove: false,
        };
        golden(name, &page);
    }
}

#[test]
fn a_dispute_that_applies_to_a_service() {
    let frame = frame(Language::French, StaffRole::PolicyEditor).at("/console/banks");
    let page = DisputePage {
        frame: &frame,
        row: agreed_dispute(),
        reads_decisions: false,
        may_resolve: true,
        is_own: false,
        to_agree: None,
        has_pictures: false,
        must_prove: true,
    };
    golden("dispute-agreed.fr.html", &page);
}

#[test]
fn a_bank_and_its_disputes() {
    let frame = frame(Language::English, StaffRole::PolicyEditor).at("/console/banks");
    let page = banks::BankPage {
        frame: &frame,
        row: bank_row(true),
        source: show::text("drawn <by> a test"),
        owner: show::text("the tests"),
        basis: show::text("none needed"),
        countries: Some("FR, JP".to_owned()),
        private: Some((show::text("a law"), "2026-12-31".to_owned())),
        distance: 31,
        quality: 50,
        transforms: terms::transforms(mamori_model::Transforms::All),
        entries: 1_000,
        cleared: Some(banks::Cleared {
            total: 1_207,
            days: vec![("2026-11-20".to_owned(), 7), ("2026-11-18".to_owned(), 1_200)],
        }),
        reads_disputes: true,
        may_resolve: true,
        must_prove: false,
        reads_decisions: false,
        disputes: vec![
            dispute(DisputeState::Open, None),
            dispute(DisputeState::Rejected, Some("It is right.")),
        ],
        older: Some("/console/banks/x?before=y".to_owned()),
    };
    golden("bank.en.html", &page);
}

/// The texts of a policy that is not written in Japanese.
fn texts() -> PolicyTexts {
    let english = "A picture of the <rehearsal> bank may not be shared.".parse().unwrap();
    (Language::English, english).into()
}

fn policy_row(messages: Messages, version: u64, evidence_days: u64) -> policies::Row {
    policies::Row {
        purpose: "rehearsal",
        label: terms::purpose(Purpose::Rehearsal),
        version,
        wording: show::policy(messages, &texts()),
        severity: 3,
        evidence_days,
        since: show::time(at("2026-11-20T03:04:05Z")),
    }
}

#[test]
fn the_policies() {
    let frame = frame(Language::Japanese, StaffRole::Reviewer).at("/console/policies");
    let rows = vec![policy_row(frame.messages, 2, 7), policy_row(frame.messages, 1, 0)];
    golden("policies.ja.html", &policies::PoliciesPage { frame: &frame, rows });
}

#[test]
fn a_policy_to_edit() {
    let frame = frame(Language::English, StaffRole::PolicyEditor).at("/console/policies");
    let page = policies::PolicyPage {
        frame: &frame,
        row: policy_row(frame.messages, 2, 1),
        texts: policies::text_fields(&texts()),
        may_change: true,
        may_save_reasons: true,
        must_prove: false,
        has_vault: true,
        severities: (1..=5).map(|severity| (severity, severity == 3)).collect(),
        evidence_days_max: 366,
        before: vec![policies::Row {
            since: show::text("built in"),
            ..policy_row(frame.messages, 1, 0)
        }],
    };
    golden("policy.en.html", &page);
}
