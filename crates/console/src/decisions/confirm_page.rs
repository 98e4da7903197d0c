//! The page that confirms a decision about one case which acts on the account or disputes the matched
//! entries. It says what the decision does, and carries the reviewer's form until it is confirmed.

use askama::Template;
use axum::response::Response;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::decisions::summarise::Preview;
use mamori_model::{DecisionState, Outcome};

use crate::app::Console;
use crate::decisions::summary::{self, SummaryText};
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Reviewer;
use crate::messages::MessageId;
use crate::show::{self, SafeHtml};
use crate::terms;

/// The page that confirms a decision.
#[derive(Debug, Template)]
#[template(path = "decide-confirm.html")]
pub struct ConfirmPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Id of the case.
    pub case: String,
    /// What the decision does, in sentences.
    pub summary: SummaryText,
    /// Name of the outcome.
    pub outcome: MessageId,
    /// The reviewer's reason.
    pub reason: SafeHtml,
    /// The message that says when the decision comes into effect.
    pub about: MessageId,
    /// Whether the decision disputes the matched entries.
    pub is_dispute: bool,
    /// Label of the button that confirms it.
    pub act: String,
    /// The fields of the form.
    pub fields: Vec<Field>,
}

/// A field of the form that the page carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name of the field.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

/// Returns the page for a decision that may be made.
pub fn confirm(
    console: &Console,
    reviewer: &Reviewer,
    new: &NewDecision,
    preview: &Preview,
    fields: Vec<Field>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&reviewer.session).at("/console/queue");
    let is_alone = console.desk.settings().is_single_person;
    let (about, how) = match (preview.state, is_alone) {
        (DecisionState::Proposed, true) => {
            (MessageId("confirm-about-proposed-alone"), Some(summary::PROPOSE))
        }
        (DecisionState::Proposed, false) => {
            (MessageId("confirm-about-proposed"), Some(summary::PROPOSE))
        }
        (DecisionState::Standing | DecisionState::Refused | DecisionState::Undone, _) => {
            (MessageId("confirm-about-standing"), None)
        }
    };
    let heading = summary::heading(DecisionState::Proposed);
    page(&ConfirmPage {
        frame: &frame,
        case: new.case.to_string(),
        summary: SummaryText::of(frame.messages, &preview.summary, heading),
        outcome: terms::outcome(new.outcome),
        reason: show::prose(new.reason.as_str()),
        about,
        is_dispute: new.outcome == Outcome::NotAMatch,
        act: summary::act(frame.messages, &preview.summary, how),
        fields,
    })
}
