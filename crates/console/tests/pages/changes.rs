//! The page of changes that wait for a second actor.

use mamori_console::approvals::page::{
    BankLink, ChangesPage, PATH, RequestRow, notice_row, request_row,
};
use mamori_console::messages::{MessageId, Messages};
use mamori_console::show;
use mamori_model::approval_request::{
    ApprovalRequest, ApprovalState, ApprovalVerb, BankAt, Reason,
};
use mamori_model::audit::{AuditActor, AuditTarget};
use mamori_model::{BankId, ChangeNotice, Language, Narrowing, StaffRole};

use crate::golden;
use crate::sample::{at, frame};

fn bank() -> BankId {
    format!("bank_{}", "b".repeat(32)).parse().unwrap()
}

fn link() -> BankLink {
    BankLink { id: bank().to_string(), name: Some(show::text("list <b>")) }
}

fn key() -> AuditActor {
    AuditActor::Key {
        id: format!("key_{}", "a".repeat(32)).parse().unwrap(),
        name: "list <b>keeper".parse().unwrap(),
    }
}

fn request(digit: char, verb: ApprovalVerb, reason: Reason, change: &str) -> ApprovalRequest {
    ApprovalRequest {
        id: format!("apr_{}", digit.to_string().repeat(32)).parse().unwrap(),
        verb,
        reasons: vec![reason],
        requested_by: key(),
        target: AuditTarget::of(bank()),
        bank: (verb == ApprovalVerb::ChangeBank).then(|| BankAt { bank: bank(), version: 1 }),
        change: Some(change.to_owned()),
        state: ApprovalState::Waiting,
        requested_at: at("2026-11-20T03:04:05Z"),
        agree_until: at("2026-11-21T03:04:05Z"),
        alone_from: at("2026-11-23T03:04:05Z"),
        expires_at: at("2026-11-30T03:04:05Z"),
        resolved_at: None,
    }
}

fn requests(messages: Messages) -> Vec<RequestRow> {
    let raised = request(
        '2',
        ApprovalVerb::ChangeBank,
        Reason::RaiseAction,
        r#"{"after":{"action":"block","private_basis":{"law":"Act <i>","until":"2027-01-01"}},
            "before":{"action":"none","private_basis":null}}"#,
    );
    let created = request(
        '1',
        ApprovalVerb::CreateBank,
        Reason::CreateActingBank,
        r#"{"purpose":"child_sexual_abuse","name":"list <b>","action":"hold",
            "jurisdictions":["*"],"a_new_key":7}"#,
    );
    vec![
        RequestRow { bank: Some(link()), may_approve: true, ..request_row(messages, &raised) },
        request_row(messages, &created),
    ]
}

#[test]
fn the_changes_that_wait() {
    for (language, name) in
        [(Language::English, "changes.en.html"), (Language::Japanese, "changes.ja.html")]
    {
        let frame = frame(language, StaffRole::Lead).at(PATH);
        let notice = ChangeNotice {
            id: format!("note_{}", "c".repeat(32)).parse().unwrap(),
            bank: bank(),
            what: Narrowing::ActionLowered,
            times: 2,
            actor: key(),
            first_at: at("2026-11-20T03:04:05Z"),
            last_at: at("2026-11-20T04:04:05Z"),
            acknowledged: None,
        };
        let page = ChangesPage {
            frame: &frame,
            done: Some(MessageId("changes-refused")),
            requests: requests(frame.messages),
            more_requests: Some("/console/changes?before=x".to_owned()),
            notices: vec![notice_row(&notice, link())],
            more_notices: None,
        };
        golden(name, &page);
    }
}
