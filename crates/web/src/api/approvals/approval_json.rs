//! Approval requests in JSON.

use jiff::Timestamp;
use mamori_model::approval_request::{ApprovalVerb, Lapse, Reason};
use mamori_model::{ApprovalId, ApprovalRequest, AuditActor, BankId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::json::text;

/// A change that waits for a second actor, or what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApprovalRequest)]
pub struct ApprovalJson {
    /// Id of this request.
    #[schema(value_type = text::ApprovalId)]
    pub id: ApprovalId,
    /// What is to be done.
    pub verb: ApprovalVerb,
    /// Why it needs a second actor.
    pub reasons: Vec<Reason>,
    /// Who requested it.
    pub requested_by: ActorJson,
    /// What it is to be done to; of a bank or key that does not exist yet, the id that it will
    /// have.
    #[schema(example = "bank_01931c8e7d5a7c3e9f5b2f1d0c9b8a76")]
    pub target: String,
    /// The bank that it concerns.
    #[schema(value_type = Option<text::BankId>)]
    pub bank_id: Option<BankId>,
    /// The change itself. `null` in lists, and once the request is resolved.
    #[schema(value_type = Option<Object>)]
    pub change: Option<Value>,
    /// `waiting`; `done` (a second actor approved it); `made_alone` (by the requester, after the
    /// delay); `refused`, `cancelled` or `lapsed`.
    pub state: StateJson,
    /// Who approved, refused or cancelled it.
    pub resolved_by: Option<ActorJson>,
    /// Why the second actor refused it.
    #[schema(value_type = Option<text::FreeText>)]
    pub refusal: Option<String>,
    /// Why it lapsed.
    pub lapse: Option<Lapse>,
    /// Time of the request.
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: Timestamp,
    /// Time until which a second actor may approve it.
    #[schema(value_type = String, format = DateTime)]
    pub agree_until: Timestamp,
    /// Time from which the requester may have it take effect alone.
    #[schema(value_type = String, format = DateTime)]
    pub alone_from: Timestamp,
    /// Time at which it lapses.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// Time at which it was resolved.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub resolved_at: Option<Timestamp>,
}

/// The state of an approval request.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ApprovalState)]
pub enum StateJson {
    /// It waits.
    Waiting,
    /// A second actor approved it, and the change took effect.
    Done,
    /// The requester had it take effect alone.
    MadeAlone,
    /// A second actor refused it.
    Refused,
    /// The requester or a second actor cancelled it.
    Cancelled,
    /// It ended by itself.
    Lapsed,
}

/// An actor of a change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Actor)]
pub struct ActorJson {
    /// The kind of actor.
    pub kind: ActorKind,
    /// Id of the key or staff member.
    #[schema(example = "key_01931c8e7d5a7c3e9f5b2f1d0c9b8a76")]
    pub id: Option<String>,
    /// Of a key: its name at that time.
    #[schema(value_type = Option<text::Line>)]
    pub name: Option<String>,
}

/// The kind of an actor.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A program with an API key.
    Key,
    /// A staff member, in the console.
    Staff,
    /// The operator, on the command line.
    CommandLine,
    /// Mamori itself.
    Mamori,
}

impl From<&AuditActor> for ActorJson {
    fn from(actor: &AuditActor) -> Self {
        let kind = match actor {
            AuditActor::Key { .. } => ActorKind::Key,
            AuditActor::Staff(_) => ActorKind::Staff,
            AuditActor::LocalCli => ActorKind::CommandLine,
            AuditActor::Mamori => ActorKind::Mamori,
        };
        Self { kind, id: actor.id(), name: actor.name().map(str::to_owned) }
    }
}

impl ApprovalJson {
    /// Makes the JSON of `request`, with the change while it waits.
    pub fn of(request: &ApprovalRequest) -> Self {
        let change = request.change.as_deref().and_then(|text| serde_json::from_str(text).ok());
        Self { change, ..Self::listed(request) }
    }

    /// Makes the JSON of `request` for a list, without the change.
    pub fn listed(request: &ApprovalRequest) -> Self {
        use mamori_model::ApprovalState;
        let state = match request.state {
            ApprovalState::Waiting => StateJson::Waiting,
            ApprovalState::Done(_) => StateJson::Done,
            ApprovalState::MadeAlone(_) => StateJson::MadeAlone,
            ApprovalState::Refused(..) => StateJson::Refused,
            ApprovalState::Cancelled(_) => StateJson::Cancelled,
            ApprovalState::Lapsed(_) => StateJson::Lapsed,
        };
        Self {
            id: request.id,
            verb: request.verb,
            reasons: request.reasons.clone(),
            requested_by: (&request.requested_by).into(),
            target: request.target.as_str().to_owned(),
            bank_id: request.bank.map(|at| at.bank),
            change: None,
            state,
            resolved_by: request.state.by().map(ActorJson::from),
            refusal: request.state.refusal().map(ToString::to_string),
            lapse: request.state.lapse(),
            requested_at: request.requested_at,
            agree_until: request.agree_until,
            alone_from: request.alone_from,
            expires_at: request.expires_at,
            resolved_at: request.resolved_at,
        }
    }
}
