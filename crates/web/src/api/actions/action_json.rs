//! Actions in JSON: what a service is asked to do. Shown only to that service.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use mamori_model::action::{ActionKind, ActionRequest, ActionState, Answer, Feature};
use mamori_model::{Account, ActionId, Country, DecisionId, ItemName, Line};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::json::text;

/// One action that your service is asked to take.
#[derive(Serialize, ToSchema)]
#[schema(as = ActionRequest)]
pub struct ActionJson {
    /// Id of this action.
    #[schema(value_type = text::ActionId)]
    pub id: ActionId,
    /// If two actions concern the same item or account, the one with the greater sequence counts;
    /// ignore the other.
    #[schema(minimum = 1)]
    pub sequence: u64,
    /// The decision that it follows from.
    #[schema(value_type = text::DecisionId)]
    pub decision_id: DecisionId,
    /// What to do.
    pub kind: ActionKind,
    /// The item that it concerns.
    #[schema(value_type = Option<text::ItemName>)]
    pub item_id: Option<ItemName>,
    /// The account that it concerns.
    #[schema(value_type = Option<text::AccountName>)]
    pub account_id: Option<String>,
    /// Only for `limit_item`: the countries in which the item must not be visible.
    #[schema(value_type = Vec<text::Country>)]
    pub countries: BTreeSet<Country>,
    /// Only for `limit_feature` and `restore_feature`: the feature.
    pub feature: Option<Feature>,
    /// The last day, in UTC; `null`: until another action.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    /// The action that this one undoes.
    #[schema(value_type = Option<text::ActionId>)]
    pub undoes: Option<ActionId>,
    /// Current state.
    pub state: ActionState,
    /// Time at which the action was requested; renewed if an overdue action is requested again.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub requested_at: Option<Timestamp>,
    /// Time of your answer.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub answered_at: Option<Timestamp>,
    /// The note in your answer.
    #[schema(value_type = Option<text::Line>)]
    pub note: Option<String>,
}

impl From<ActionRequest> for ActionJson {
    fn from(action: ActionRequest) -> Self {
        let terms = action.what.terms();
        Self {
            id: action.id,
            // Only requested actions are shown, and each has a sequence number.
            sequence: action.sequence.unwrap_or_default(),
            decision_id: action.decision,
            kind: action.what.kind(),
            item_id: action.what.item().cloned(),
            account_id: action.what.account().map(Account::reveal).map(str::to_owned),
            countries: terms.countries,
            feature: terms.feature,
            until: terms.until,
            undoes: action.undoes,
            state: action.state,
            requested_at: action.requested_at,
            answered_at: action.answered_at,
            note: action.note.map(|note| note.reveal().to_string()),
        }
    }
}

/// The service's answer to an action.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ActionAnswer)]
pub struct NewAnswer {
    /// Whether it is done, or cannot be done.
    pub result: Answer,
    /// The reason, or anything else that the reviewers should know.
    #[serde(default)]
    #[schema(value_type = Option<text::Line>)]
    pub note: Option<Line>,
}
