//! `GET /console/decisions/{decision}`: one decision, what the service was asked to do and what it
//! answered.

use askama::Template;
use fluent_bundle::FluentValue;
use mamori_model::action::Terms;
use mamori_model::{ActionState, DecisionState, Second};

use crate::frame::Frame;
use crate::show::{self, Shown};
use crate::terms;
use crate::words::Id;
use crate::words::Words;

/// A decision.
#[derive(Debug, Template)]
#[template(path = "decision.html")]
pub struct DecisionPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// Its id.
    pub id: String,
    /// Its case.
    pub case: String,
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
    /// Who took it back, and when.
    pub undone: Option<Shown>,
    /// Why it was made.
    pub reason: Shown,
    /// Why it was refused.
    pub second_note: Option<Shown>,
    /// Why it was taken back.
    pub undo_reason: Option<Shown>,
    /// What the service is asked to do.
    pub actions: Vec<Asked>,
    /// Whether the person is the second one.
    pub may_settle: bool,
    /// Whether the person may take it back.
    pub may_undo: bool,
}

/// What the service is asked to do.
#[derive(Clone, Debug)]
pub struct Asked {
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
    /// When the service answered.
    pub answered: Shown,
    /// What it said.
    pub note: Option<Shown>,
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

/// Who the second person is, or must be; nothing where none is needed.
pub fn second(words: Words, second: Second, by: Option<&str>) -> Option<Shown> {
    match (second, by) {
        (Second::None, _) => None,
        (Second::Colleague, None) => Some(show::text(&words.say("decision-second-waits"))),
        (Second::Colleague, Some(by)) => Some(show::text(by)),
        (Second::Alone { .. }, _) => Some(show::text(&words.say("decision-alone"))),
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
