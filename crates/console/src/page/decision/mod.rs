//! `GET /console/decisions/{decision}`: one decision, what the service was asked to do and what it
//! answered. Whoever is its second person has the case before them, and that they read it is
//! written down.

mod read;

use askama::Template;
use fluent_bundle::FluentValue;
use mamori_model::action::Terms;
use mamori_model::webhook::DeliveryState;
use mamori_model::{ActionState, DecisionState, Second};

use super::case::Item;
use crate::frame::Frame;
use crate::show::{self, Shown};
use crate::terms;
use crate::words::Id;
use crate::words::Words;

pub use read::show;

/// A decision.
#[derive(Debug, Template)]
#[template(path = "decision.html")]
#[expect(clippy::struct_excessive_bools, reason = "each says of one piece whether it is shown")]
pub struct DecisionPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// Its id.
    pub id: String,
    /// Its case.
    pub case: String,
    /// Whether the person may read the case's record.
    pub may_read_case: bool,
    /// The outcome.
    pub outcome: Id,
    /// Where it stands.
    pub state: Id,
    /// A class for the colour.
    pub tone: &'static str,
    /// Whether it waits for a second person.
    pub is_proposed: bool,
    /// Its policy.
    pub policy: Id,
    /// In which version.
    pub version_of_policy: u64,
    /// Who made it.
    pub made_by: Shown,
    /// When.
    pub made: Shown,
    /// Who looked a second time, or who must.
    pub second: Option<Shown>,
    /// From when, for whoever works alone.
    pub not_before: Option<Shown>,
    /// When it stood or was refused.
    pub settled: Option<Shown>,
    /// Who took it back.
    pub undone_by: Option<Shown>,
    /// When.
    pub undone: Option<Shown>,
    /// Why it was made.
    pub reason: Shown,
    /// Why it was refused.
    pub second_note: Option<Shown>,
    /// Why it was taken back.
    pub undo_reason: Option<Shown>,
    /// What the service is asked to do.
    pub actions: Vec<Asked>,
    /// The case, for the second person.
    pub again: Option<Again>,
    /// Whether an item can be looked at.
    pub has_pictures: bool,
    /// Whether the person is the second one.
    pub may_settle: bool,
    /// Whether they may agree already.
    pub may_approve: bool,
    /// Whether they must prove once more who they are before that.
    pub must_prove: bool,
    /// Whether the person may take it back.
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
    /// The account, or the item where no account is known.
    pub subject: Shown,
    /// Whether it is an account.
    pub is_account: bool,
    /// What the policy says.
    pub wording: Shown,
    /// How many items it has.
    pub item_count: u64,
    /// The items of this page.
    pub items: Vec<Item>,
    /// Where the next ones are.
    pub next_items: Option<String>,
}

/// What the service is asked to do.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its id.
    pub id: String,
    /// What.
    pub what: Id,
    /// Where, which feature, until when.
    pub terms: Option<String>,
    /// The item or the account.
    pub about: Shown,
    /// What became of it.
    pub state: Id,
    /// A class for the colour.
    pub tone: &'static str,
    /// How often the service was asked again.
    pub reminders: u64,
    /// When the service answered.
    pub answered: Shown,
    /// What it said.
    pub note: Option<Shown>,
    /// The messages about it, the oldest first.
    pub messages: Vec<Message>,
    /// How many.
    pub message_count: u64,
    /// Whether the person may ask again.
    pub may_ask_again: bool,
}

/// A message to an endpoint of the service.
#[derive(Clone, Debug)]
pub struct Message {
    /// When it was promised.
    pub at: Shown,
    /// How far it has come.
    pub state: Id,
    /// A class for the colour.
    pub tone: &'static str,
    /// How often it was tried.
    pub attempts: u64,
    /// What came of the last attempt.
    pub result: Option<Shown>,
}

/// The class of a decision's state. The word beside it says the same.
pub fn tone(state: DecisionState) -> &'static str {
    match state {
        DecisionState::Proposed => " care",
        DecisionState::Standing => " good",
        DecisionState::Refused | DecisionState::Undone => "",
    }
}

/// The class of an action's state.
pub fn action_tone(state: ActionState) -> &'static str {
    match state {
        ActionState::Done => " good",
        ActionState::Waiting | ActionState::Proposed => " care",
        ActionState::Cannot | ActionState::Overdue => " bad",
        ActionState::Superseded | ActionState::Dropped => "",
    }
}

/// The class of a message's state.
pub fn message_tone(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Waiting => " care",
        DeliveryState::Delivered => " good",
        DeliveryState::Failed => " bad",
    }
}

/// Who the second person is, or must be; nothing where none is needed. Who was alone is said to
/// have been, for ever.
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

/// The countries, the feature and the last day of an action, in one line.
pub fn terms_of(words: Words, terms: &Terms) -> Option<String> {
    let mut said: Vec<String> = terms.countries.iter().map(ToString::to_string).collect();
    said.extend(terms.feature.map(|feature| words.call(terms::feature(feature))));
    if let Some(until) = terms.until {
        let until = FluentValue::from(until.to_string());
        said.push(words.with("decision-until", &[("name", until)]));
    }
    (!said.is_empty()).then(|| said.join(" · "))
}
