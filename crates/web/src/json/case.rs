//! Cases and decisions in JSON. Shown to their own service only, and never who of the staff decided.

use jiff::Timestamp;
use mamori_desk::service_record::{CaseOfService, DecisionOfService};
use mamori_model::{
    Account, BulkId, CaseId, CaseState, DecisionId, DecisionState, ItemName, Outcome, Purpose,
    Urgency,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::action::ActionJson;
use super::text;

/// One question that a person at Mamori decides: what should happen to these items, and to this
/// account?
#[derive(Serialize, ToSchema)]
#[schema(as = Case)]
pub struct CaseJson {
    /// Its id.
    #[schema(value_type = text::CaseId)]
    pub id: CaseId,
    /// The policy whose question it is.
    pub policy: Purpose,
    /// How soon somebody should look.
    pub urgency: Urgency,
    /// How far it has come.
    pub state: Progress,
    /// The account, where its items named one.
    #[schema(value_type = Option<text::AccountName>)]
    pub account_id: Option<String>,
    /// Its items, the first 100.
    #[schema(value_type = Vec<text::ItemName>)]
    pub item_ids: Vec<ItemName>,
    /// How many items it has.
    #[schema(minimum = 0)]
    pub items: u32,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// When it was decided or ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
    /// The newest decision that stands, or was taken back.
    #[schema(value_type = Option<text::DecisionId>)]
    pub decision_id: Option<DecisionId>,
}

impl From<CaseOfService> for CaseJson {
    fn from(CaseOfService { case, items, decision }: CaseOfService) -> Self {
        Self {
            id: case.id,
            policy: case.purpose,
            urgency: case.urgency,
            state: Progress::of(case.state),
            account_id: case.subject.account().map(Account::reveal).map(str::to_owned),
            item_ids: items,
            items: case.items,
            opened_at: case.opened_at,
            closed_at: case.closed_at,
            decision_id: decision,
        }
    }
}

/// The states of a case that a service sees: whether a second person is waited for is not its
/// business.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// It waits for somebody.
    Open,
    /// A decision stands.
    Decided,
    /// It was closed without a decision: your service left.
    Ended,
}

impl Progress {
    /// The state.
    pub fn state(self) -> CaseState {
        match self {
            Self::Open => CaseState::Open,
            Self::Decided => CaseState::Decided,
            Self::Ended => CaseState::Ended,
        }
    }

    fn of(state: CaseState) -> Self {
        match state {
            CaseState::Open | CaseState::Proposed => Self::Open,
            CaseState::Decided => Self::Decided,
            CaseState::Ended => Self::Ended,
        }
    }
}

/// The states of a decision that a service sees.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It stands.
    Standing,
    /// It was taken back.
    Undone,
}

impl Standing {
    /// The state.
    pub fn state(self) -> DecisionState {
        match self {
            Self::Standing => DecisionState::Standing,
            Self::Undone => DecisionState::Undone,
        }
    }

    /// Only what stands, or stood, is shown.
    fn of(state: DecisionState) -> Self {
        match state {
            DecisionState::Undone => Self::Undone,
            DecisionState::Standing | DecisionState::Proposed | DecisionState::Refused => {
                Self::Standing
            }
        }
    }
}

/// What a person answered to a case.
#[derive(Serialize, ToSchema)]
#[schema(as = Decision)]
pub struct DecisionJson {
    /// Its id.
    #[schema(value_type = text::DecisionId)]
    pub id: DecisionId,
    /// The case.
    #[schema(value_type = text::CaseId)]
    pub case_id: CaseId,
    /// The policy.
    pub policy: Purpose,
    /// Which version of it.
    #[schema(minimum = 1)]
    pub policy_version: u32,
    /// The answer.
    pub outcome: Outcome,
    /// Why.
    #[schema(value_type = text::Words)]
    pub reason: String,
    /// Whether it stands.
    pub state: Standing,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
    /// When it stood.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub settled_at: Option<Timestamp>,
    /// When it was taken back.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub undone_at: Option<Timestamp>,
    /// The bulk decision that it is part of.
    #[schema(value_type = Option<text::BulkId>)]
    pub bulk_id: Option<BulkId>,
    /// Who looked too: `none`, a `colleague`, or, where the operator is `alone`, the same person a
    /// day later.
    #[schema(pattern = "^(none|colleague|alone)$")]
    pub second: &'static str,
    /// What you are asked to do, in the order of asking.
    pub actions: Vec<ActionJson>,
}

impl From<DecisionOfService> for DecisionJson {
    fn from(DecisionOfService { decision, actions }: DecisionOfService) -> Self {
        Self {
            id: decision.id,
            case_id: decision.case,
            policy: decision.purpose,
            policy_version: decision.policy_version,
            outcome: decision.outcome,
            reason: decision.reason.to_string(),
            state: Standing::of(decision.state),
            made_at: decision.made_at,
            settled_at: decision.settled_at,
            undone_at: decision.undone_at,
            bulk_id: decision.bulk,
            second: decision.second.as_str(),
            actions: actions.into_iter().map(ActionJson::from).collect(),
        }
    }
}
