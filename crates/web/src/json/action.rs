//! What a service is asked to do, in JSON. Shown to that service only.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use mamori_model::action::{ActionKind, ActionRequest, ActionState, Answer, Feature};
use mamori_model::{Account, ActionId, Country, DecisionId, ItemName, Line};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::text;

/// One thing that you are asked to do.
#[derive(Serialize, ToSchema)]
#[schema(as = ActionRequest)]
pub struct ActionJson {
    /// Its id.
    #[schema(value_type = text::ActionId)]
    pub id: ActionId,
    /// Of two actions on one item or account the one with the greater sequence holds; drop the other.
    #[schema(minimum = 1)]
    pub sequence: u64,
    /// The decision that it follows from.
    #[schema(value_type = text::DecisionId)]
    pub decision_id: DecisionId,
    /// What to do.
    pub kind: ActionKind,
    /// The item that it is about.
    #[schema(value_type = Option<text::ItemName>)]
    pub item_id: Option<ItemName>,
    /// The account that it is about.
    #[schema(value_type = Option<text::AccountName>)]
    pub account_id: Option<String>,
    /// Of `limit_item`: where the item is not to be seen.
    #[schema(value_type = Vec<text::Country>)]
    pub countries: BTreeSet<Country>,
    /// Of `limit_feature` and `restore_feature`: which one.
    pub feature: Option<Feature>,
    /// The last day, in UTC; `null`: until another action.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    /// The action that this one takes back.
    #[schema(value_type = Option<text::ActionId>)]
    pub undoes: Option<ActionId>,
    /// How far it has come.
    pub state: ActionState,
    /// When you were first asked.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub asked_at: Option<Timestamp>,
    /// When you answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub answered_at: Option<Timestamp>,
    /// What you wrote.
    #[schema(value_type = Option<text::Line>)]
    pub note: Option<String>,
}

impl From<ActionRequest> for ActionJson {
    fn from(action: ActionRequest) -> Self {
        let terms = action.what.terms();
        Self {
            id: action.id,
            // Only what was asked for is shown, and that has one.
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
            asked_at: action.asked_at,
            answered_at: action.answered_at,
            note: action.note.map(|note| note.reveal().to_string()),
        }
    }
}

/// What became of an action.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ActionAnswer)]
pub struct NewAnswer {
    /// Whether it is done.
    pub result: Answer,
    /// Why not, or what the reviewers should know.
    #[serde(default)]
    #[schema(value_type = Option<text::Line>)]
    pub note: Option<Line>,
}
