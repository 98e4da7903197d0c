//! Commands that the search finds by their names: pages and parts of pages that are not in the menu, and
//! forms without fields.

use mamori_model::staff::{RoleSet, StaffRole};

use crate::frame::Frame;
use crate::messages::MessageId;
use crate::overview::find_page::Row;

/// A command.
struct Command {
    /// Its name.
    label: MessageId,
    /// Where it leads, or where its form is sent.
    path: &'static str,
    /// Whether it is a form.
    is_form: bool,
    /// Which roles may use it.
    may: fn(&RoleSet) -> bool,
}

const fn page(label: MessageId, path: &'static str, may: fn(&RoleSet) -> bool) -> Command {
    Command { label, path, is_form: false, may }
}

const fn form(label: MessageId, path: &'static str, may: fn(&RoleSet) -> bool) -> Command {
    Command { label, path, is_form: true, may }
}

fn reads_records(roles: &RoleSet) -> bool {
    roles.is_lead() || roles.has(StaffRole::Auditor)
}

fn audits(roles: &RoleSet) -> bool {
    roles.has(StaffRole::Auditor)
}

const COMMANDS: [Command; 9] = [
    form(MessageId("queue-next"), "/console/queue/next", RoleSet::is_reviewer),
    page(MessageId("bulk-new"), "/console/bulk/new", RoleSet::is_reviewer),
    page(MessageId("cases-title"), "/console/cases", reads_records),
    page(MessageId("disputes-open-title"), "/console/disputes", |roles| {
        reads_records(roles) || roles.has(StaffRole::PolicyEditor)
    }),
    page(MessageId("claims-title"), "/console/audit/claims", audits),
    page(MessageId("audit-export"), "/console/audit/export", audits),
    page(MessageId("staff-add"), "/console/staff#add", |roles| roles.has(StaffRole::Administrator)),
    form(MessageId("me-break"), "/console/me/break", RoleSet::is_reviewer),
    form(MessageId("frame-sign-out"), "/console/sign-out", |_| true),
];

/// Returns the commands whose names contain `text` and that the reader may use.
pub fn commands<'a>(frame: &'a Frame, text: &str) -> impl Iterator<Item = Row> + use<'a> {
    let part = text.to_lowercase();
    let roles = frame.person.as_ref().map(|person| &person.roles);
    COMMANDS.iter().filter_map(move |command| {
        let name = frame.messages.message(command.label);
        let is_meant = !part.is_empty() && name.to_lowercase().contains(&part);
        (is_meant && roles.is_some_and(command.may)).then(|| Row {
            path: command.path.to_owned(),
            is_form: command.is_form,
            kind: MessageId("find-command"),
            name,
            about: Vec::new(),
            account: None,
        })
    })
}
