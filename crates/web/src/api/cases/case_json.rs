//! Cases and decisions in JSON. Shown only to their own service, without the staff who decided.

use jiff::Timestamp;
use mamori_desk::actions::service_record::{CaseOfService, DecisionOfService};
use mamori_model::{
    Account, BulkId, CaseId, CaseState, DecisionId, DecisionState, ItemName, Outcome, Purpose,
    Urgency, Viewing,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::actions::action_json::ActionJson;
use crate::json::text;

/// A case that a reviewer decides: what must happen to these items, and to this account?
#[derive(Serialize, ToSchema)]
#[schema(as = Case)]
pub struct CaseJson {
    /// Id of this case.
    #[schema(value_type = text::CaseId)]
    pub id: CaseId,
    /// The policy that applies.
    pub policy: Purpose,
    /// How urgently a reviewer must see it.
    pub urgency: Urgency,
    /// Current state.
    pub state: CaseStateJson,
    /// The account, if its items named one.
    #[schema(value_type = Option<text::AccountName>)]
    pub account_id: Option<String>,
    /// The first 100 of its items.
    #[schema(value_type = Vec<text::ItemName>)]
    pub item_ids: Vec<ItemName>,
    /// Number of its items.
    #[schema(minimum = 0)]
    pub items: u32,
    /// Time at which it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// Time at which it was decided.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
    /// The newest decision that is in effect or was undone.
    #[schema(value_type = Option<text::DecisionId>)]
    pub decision_id: Option<DecisionId>,
}

impl From<CaseOfService> for CaseJson {
    fn from(CaseOfService { case, items, decision }: CaseOfService) -> Self {
        Self {
            id: case.id,
            policy: case.purpose,
            urgency: case.urgency,
            state: CaseStateJson::of(case.state),
            account_id: case.subject.account().map(Account::reveal).map(str::to_owned),
            item_ids: items,
            items: case.items,
            opened_at: case.opened_at,
            closed_at: case.closed_at,
            decision_id: decision,
        }
    }
}

/// State of a case. A case that waits for a second approver is shown as `open`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CaseState)]
pub enum CaseStateJson {
    /// It waits for a decision.
    Open,
    /// A decision is in effect.
    Decided,
}

impl CaseStateJson {
    /// Returns the state in the model.
    pub fn state(self) -> CaseState {
        match self {
            Self::Open => CaseState::Open,
            Self::Decided => CaseState::Decided,
        }
    }

    fn of(state: CaseState) -> Self {
        match state {
            CaseState::Open | CaseState::Proposed => Self::Open,
            CaseState::Decided => Self::Decided,
        }
    }
}

/// State of a decision.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DecisionState)]
pub enum DecisionStateJson {
    /// It is in effect.
    Standing,
    /// It was undone.
    Undone,
}

impl DecisionStateJson {
    /// Returns the state in the model.
    pub fn state(self) -> DecisionState {
        match self {
            Self::Standing => DecisionState::Standing,
            Self::Undone => DecisionState::Undone,
        }
    }

    /// Converts the state; a service is shown only decisions that are or were in effect.
    fn of(state: DecisionState) -> Self {
        match state {
            DecisionState::Undone => Self::Undone,
            DecisionState::Standing | DecisionState::Proposed | DecisionState::Refused => {
                Self::Standing
            }
        }
    }
}

/// A reviewer's decision on a case.
#[derive(Serialize, ToSchema)]
#[schema(as = Decision)]
pub struct DecisionJson {
    /// Id of this decision.
    #[schema(value_type = text::DecisionId)]
    pub id: DecisionId,
    /// The case that was decided.
    #[schema(value_type = text::CaseId)]
    pub case_id: CaseId,
    /// The policy that was applied.
    pub policy: Purpose,
    /// Version of the policy.
    #[schema(minimum = 1)]
    pub policy_version: u32,
    /// The outcome.
    pub outcome: Outcome,
    /// The reason.
    #[schema(value_type = text::FreeText)]
    pub reason: String,
    /// Whether it is in effect.
    pub state: DecisionStateJson,
    /// Time at which it was made.
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
    /// Time at which it took effect.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub resolved_at: Option<Timestamp>,
    /// Time at which it was undone.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub undone_at: Option<Timestamp>,
    /// The bulk decision that it is part of.
    #[schema(value_type = Option<text::BulkId>)]
    pub bulk_id: Option<BulkId>,
    /// Who approved it besides its author: `none`, a `colleague`, or `alone`: the same person a day
    /// later, because the operator has declared that this person works alone.
    #[schema(pattern = "^(none|colleague|alone)$")]
    pub approval: &'static str,
    /// What its author viewed before making it.
    pub author_viewing: Viewing,
    /// What the person who approved it viewed before that; null without a second approval.
    pub approver_viewing: Option<Viewing>,
    /// Whether it was decided without viewing any of the items, by any person.
    pub decided_without_viewing: bool,
    /// The requested actions, in the order in which they were requested.
    pub actions: Vec<ActionJson>,
}

impl From<DecisionOfService> for DecisionJson {
    fn from(DecisionOfService { decision, actions }: DecisionOfService) -> Self {
        Self {
            id: decision.id,
            author_viewing: decision.author_viewing,
            approver_viewing: decision.approver_viewing,
            decided_without_viewing: decision.is_without_viewing(),
            case_id: decision.case,
            policy: decision.purpose,
            policy_version: decision.policy_version,
            outcome: decision.outcome,
            reason: decision.reason.to_string(),
            state: DecisionStateJson::of(decision.state),
            made_at: decision.made_at,
            resolved_at: decision.resolved_at,
            undone_at: decision.undone_at,
            bulk_id: decision.bulk,
            approval: decision.approval.as_str(),
            actions: actions.into_iter().map(ActionJson::from).collect(),
        }
    }
}
