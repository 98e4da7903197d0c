//! `GET /console/decisions/{decision}`: one decision, its actions, and the answers of the service.
//! For the second approver it also shows the case, and records that they read it.

use askama::Template;
use fluent_bundle::FluentValue;
use mamori_model::action::Terms;
use mamori_model::webhook::DeliveryState;
use mamori_model::{ActionState, Approval, DecisionState};

use crate::cases::page::{EarlierBox, EntryGroup};
use crate::decisions::summary::SummaryText;
use crate::decisions::views_box::ViewsBox;
use crate::frame::Frame;
use crate::messages::MessageId;
use crate::messages::Messages;
use crate::show::{self, SafeHtml};
use crate::terms;

pub use crate::decisions::read::show;

/// One decision.
#[derive(Debug, Template)]
#[template(path = "decision.html")]
#[expect(clippy::struct_excessive_bools, reason = "each says of one piece whether it is shown")]
pub struct DecisionPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Id of the decision.
    pub id: String,
    /// Id of its case.
    pub case: String,
    /// Whether the staff member may read the record of the case.
    pub may_read_case: bool,
    /// Name of the outcome.
    pub outcome: MessageId,
    /// Name of the state.
    pub state: MessageId,
    /// CSS class of the state.
    pub tone: &'static str,
    /// Whether it waits for a second approver.
    pub is_proposed: bool,
    /// Name of the policy.
    pub policy: MessageId,
    /// Version of the policy under which it was made.
    pub version_of_policy: u64,
    /// Display name of the reviewer who made it.
    pub made_by: SafeHtml,
    /// Time at which it was made.
    pub made: SafeHtml,
    /// The second approver, or that it waits for one; `None` if it needs none.
    pub approver: Option<SafeHtml>,
    /// In single-person operation: time from which it can be approved, while it is proposed.
    pub not_before: Option<SafeHtml>,
    /// Time at which it came into effect or was refused.
    pub resolved: Option<SafeHtml>,
    /// Display name of the staff member who undid it.
    pub undone_by: Option<SafeHtml>,
    /// Time at which it was undone.
    pub undone: Option<SafeHtml>,
    /// The reviewer's reason.
    pub reason: SafeHtml,
    /// The second approver's reason for refusing it.
    pub approver_note: Option<SafeHtml>,
    /// Reason for undoing it.
    pub undo_reason: Option<SafeHtml>,
    /// What it does, in sentences.
    pub summary: SummaryText,
    /// Label of the button that approves it.
    pub approve_act: String,
    /// What undoing it would do, in sentences.
    pub undo_summary: SummaryText,
    /// Label of the button that undoes it.
    pub undo_act: String,
    /// What its author viewed.
    pub author_viewing: MessageId,
    /// What the second approver viewed, once it is approved.
    pub approver_viewing: Option<MessageId>,
    /// Whether neither of them viewed any item, and it does not wait for the second approver.
    pub is_unviewed: bool,
    /// Which items the second approver still has to view.
    pub views: Option<ViewsBox>,
    /// The actions that it requests of the service.
    pub actions: Vec<ActionRow>,
    /// The case, for the second approver.
    pub review: Option<CaseToReview>,
    /// Whether any item of the page can be viewed.
    pub has_pictures: bool,
    /// Whether the staff member may approve or refuse it as the second approver.
    pub is_approver: bool,
    /// Whether it can be approved already.
    pub may_approve: bool,
    /// Whether they must confirm their identity before that.
    pub must_prove: bool,
    /// Whether the staff member may undo it.
    pub may_undo: bool,
}

impl DecisionPage<'_> {
    fn home(&self) -> String {
        format!("/console/decisions/{}", self.id)
    }

    fn approve_act(&self) -> &str {
        &self.approve_act
    }
}

/// The case of a decision that waits for its second approver.
#[derive(Clone, Debug)]
pub struct CaseToReview {
    /// The account, or the item if the account is not known.
    pub subject: SafeHtml,
    /// Whether the subject is an account.
    pub is_account: bool,
    /// Name of the service; `None` if it is deleted.
    pub service_name: Option<SafeHtml>,
    /// Earlier decisions about the account, as counts; `None` if the account is not known.
    pub earlier: Option<EarlierBox>,
    /// Text of the policy in force.
    pub wording: SafeHtml,
    /// Number of items in the case.
    pub item_count: u64,
    /// The items of this page, in groups.
    pub groups: Vec<EntryGroup>,
    /// Link to more items.
    pub next_items: Option<String>,
}

/// An action that a decision requests of the service.
#[derive(Clone, Debug)]
pub struct ActionRow {
    /// Id of the action.
    pub id: String,
    /// Name of the action.
    pub what: MessageId,
    /// Its countries, feature and last day.
    pub terms: Option<String>,
    /// The item or the account.
    pub about: SafeHtml,
    /// Name of the state.
    pub state: MessageId,
    /// CSS class of the state.
    pub tone: &'static str,
    /// Number of reminders.
    pub reminders: u64,
    /// Time of the service's answer, or a dash.
    pub answered: SafeHtml,
    /// The service's note on its answer.
    pub note: Option<SafeHtml>,
    /// The webhook deliveries about it, oldest first.
    pub deliveries: Vec<DeliveryRow>,
    /// Number of these deliveries.
    pub delivery_count: u64,
    /// Whether the staff member may request it again.
    pub may_request_again: bool,
}

/// A webhook delivery to an endpoint of the service.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    /// Time at which it was created.
    pub at: SafeHtml,
    /// Name of the state.
    pub state: MessageId,
    /// CSS class of the state.
    pub tone: &'static str,
    /// Number of attempts.
    pub attempts: u64,
    /// Result of the last attempt.
    pub result: Option<SafeHtml>,
}

/// Returns the CSS class of a decision's state. The name of the state is always shown beside it.
pub fn tone(state: DecisionState) -> &'static str {
    match state {
        DecisionState::Proposed => " care",
        DecisionState::Standing => " good",
        DecisionState::Refused | DecisionState::Undone => "",
    }
}

/// Returns the CSS class of an action's state.
pub fn action_tone(state: ActionState) -> &'static str {
    match state {
        ActionState::Done => " good",
        ActionState::Waiting | ActionState::Proposed => " care",
        ActionState::Cannot | ActionState::Overdue => " bad",
        ActionState::Superseded | ActionState::Dropped => "",
    }
}

/// Returns the CSS class of a webhook delivery's state.
pub fn delivery_tone(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Waiting => " care",
        DeliveryState::Delivered => " good",
        DeliveryState::Failed => " bad",
    }
}

/// Returns the second approver, or that the decision waits for one; `None` if it needs none. A
/// decision that was made in single-person operation is always marked as such.
pub fn approver_text(messages: Messages, rule: Approval, by: Option<SafeHtml>) -> Option<SafeHtml> {
    match (rule, by) {
        (Approval::None, _) => None,
        (Approval::Colleague, Some(by)) => Some(by),
        (Approval::Alone { .. }, Some(by)) => {
            let how = show::escaped(&messages.say("decision-alone-done"));
            Some(SafeHtml::escaped_already(format!("{by} · {how}")))
        }
        (Approval::Colleague, None) => Some(show::text(&messages.say("decision-approval-waits"))),
        (Approval::Alone { .. }, None) => Some(show::text(&messages.say("decision-alone"))),
    }
}

/// Returns the countries, the feature and the last day of an action, in one line.
pub fn terms_of(messages: Messages, terms: &Terms) -> Option<String> {
    let mut parts: Vec<String> = terms.countries.iter().map(ToString::to_string).collect();
    parts.extend(terms.feature.map(|feature| messages.message(terms::feature(feature))));
    if let Some(until) = terms.until {
        let until = FluentValue::from(until.to_string());
        parts.push(messages.with("decision-until", &[("name", until)]));
    }
    (!parts.is_empty()).then(|| parts.join(" · "))
}
