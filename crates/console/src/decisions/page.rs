//! `GET /console/decisions/{decision}`: one decision, its actions, and the answers of the service.
//! For the second person it also shows the case, and records that they read it.

use askama::Template;
use fluent_bundle::FluentValue;
use mamori_model::action::Terms;
use mamori_model::webhook::DeliveryState;
use mamori_model::{ActionState, DecisionState, Second};

use crate::cases::page::Item;
use crate::frame::Frame;
use crate::show::{self, Shown};
use crate::terms;
use crate::words::Id;
use crate::words::Words;

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
    pub outcome: Id,
    /// Name of the state.
    pub state: Id,
    /// CSS class of the state.
    pub tone: &'static str,
    /// Whether it waits for a second person.
    pub is_proposed: bool,
    /// Name of the policy.
    pub policy: Id,
    /// Version of the policy under which it was made.
    pub version_of_policy: u64,
    /// Display name of the reviewer who made it.
    pub made_by: Shown,
    /// Time at which it was made.
    pub made: Shown,
    /// The second person, or that one is waited for; `None` if none is needed.
    pub second: Option<Shown>,
    /// In single-person operation: time from which it can be approved, while it is proposed.
    pub not_before: Option<Shown>,
    /// Time at which it came into effect or was refused.
    pub settled: Option<Shown>,
    /// Display name of the staff member who undid it.
    pub undone_by: Option<Shown>,
    /// Time at which it was undone.
    pub undone: Option<Shown>,
    /// The reviewer's reason.
    pub reason: Shown,
    /// The second person's reason for refusing it.
    pub second_note: Option<Shown>,
    /// Reason for undoing it.
    pub undo_reason: Option<Shown>,
    /// The actions that the service is asked for.
    pub actions: Vec<Asked>,
    /// The case, for the second person.
    pub again: Option<Again>,
    /// Whether any item of the page can be viewed.
    pub has_pictures: bool,
    /// Whether the staff member may approve or refuse it as the second person.
    pub may_settle: bool,
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
}

/// The case of a decision that waits for its second person.
#[derive(Clone, Debug)]
pub struct Again {
    /// The account, or the item if the account is not known.
    pub subject: Shown,
    /// Whether the subject is an account.
    pub is_account: bool,
    /// Text of the policy in force.
    pub wording: Shown,
    /// Number of items in the case.
    pub item_count: u64,
    /// The items of this page.
    pub items: Vec<Item>,
    /// Link to more items.
    pub next_items: Option<String>,
}

/// An action that the service is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Id of the action.
    pub id: String,
    /// Name of the action.
    pub what: Id,
    /// Its countries, feature and last day.
    pub terms: Option<String>,
    /// The item or the account.
    pub about: Shown,
    /// Name of the state.
    pub state: Id,
    /// CSS class of the state.
    pub tone: &'static str,
    /// Number of reminders.
    pub reminders: u64,
    /// Time of the service's answer, or a dash.
    pub answered: Shown,
    /// The service's note on its answer.
    pub note: Option<Shown>,
    /// The webhook deliveries about it, oldest first.
    pub messages: Vec<Message>,
    /// Number of these deliveries.
    pub message_count: u64,
    /// Whether the staff member may ask the service again.
    pub may_ask_again: bool,
}

/// A webhook delivery to an endpoint of the service.
#[derive(Clone, Debug)]
pub struct Message {
    /// Time at which it was created.
    pub at: Shown,
    /// Name of the state.
    pub state: Id,
    /// CSS class of the state.
    pub tone: &'static str,
    /// Number of attempts.
    pub attempts: u64,
    /// Result of the last attempt.
    pub result: Option<Shown>,
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
pub fn message_tone(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Waiting => " care",
        DeliveryState::Delivered => " good",
        DeliveryState::Failed => " bad",
    }
}

/// Returns the second person, or that one is waited for; `None` if none is needed. A decision that
/// was made in single-person operation is always marked as such.
pub fn second(words: Words, second: Second, by: Option<Shown>) -> Option<Shown> {
    match (second, by) {
        (Second::None, _) => None,
        (Second::Colleague, Some(by)) => Some(by),
        (Second::Alone { .. }, Some(by)) => {
            let how = show::escaped(&words.say("decision-alone-done"));
            Some(Shown::escaped_already(format!("{by} · {how}")))
        }
        (Second::Colleague, None) => Some(show::text(&words.say("decision-second-waits"))),
        (Second::Alone { .. }, None) => Some(show::text(&words.say("decision-alone"))),
    }
}

/// Returns the countries, the feature and the last day of an action, in one line.
pub fn terms_of(words: Words, terms: &Terms) -> Option<String> {
    let mut said: Vec<String> = terms.countries.iter().map(ToString::to_string).collect();
    said.extend(terms.feature.map(|feature| words.call(terms::feature(feature))));
    if let Some(until) = terms.until {
        let until = FluentValue::from(until.to_string());
        said.push(words.with("decision-until", &[("name", until)]));
    }
    (!said.is_empty()).then(|| said.join(" · "))
}
