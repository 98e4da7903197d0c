//! Who may do an act, and whether one actor alone may do it: the words of the rules.

use crate::key::Role;
use crate::{AuditActor, Reason, StaffRole};

/// A kind of actor, as far as a rule tells actors apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorRole {
    /// A program with an administrator's key.
    AdminKey,
    /// A program with the key of a service.
    ServiceKey,
    /// The operator, on the command line of the machine.
    LocalCli,
    /// A staff member with this role.
    Staff(StaffRole),
    /// Mamori itself: a term ended, or a job ran.
    Mamori,
}

impl ActorRole {
    /// Returns the kind of actor, in the words of `docs/rights.md`.
    pub fn what(self) -> &'static str {
        match self {
            Self::AdminKey => "administrator (key)",
            Self::ServiceKey => "service (key)",
            Self::LocalCli => "command line",
            Self::Staff(StaffRole::Reviewer) => "reviewer",
            Self::Staff(StaffRole::Lead) => "lead",
            Self::Staff(StaffRole::PolicyEditor) => "policy editor",
            Self::Staff(StaffRole::Auditor) => "auditor",
            Self::Staff(StaffRole::Administrator) => "administrator (staff)",
            Self::Mamori => "Mamori",
        }
    }

    /// Checks whether `actor` is of this kind. `key` is the role of the key, if the actor is one. Of
    /// a staff member every role is accepted, because an actor does not carry its roles.
    fn includes(self, actor: &AuditActor, key: Option<Role>) -> bool {
        match (self, actor) {
            (Self::AdminKey, AuditActor::Key { .. }) => key == Some(Role::Admin),
            (Self::ServiceKey, AuditActor::Key { .. }) => matches!(key, Some(Role::Service(_))),
            (Self::LocalCli, AuditActor::LocalCli)
            | (Self::Staff(_), AuditActor::Staff(_))
            | (Self::Mamori, AuditActor::Mamori) => true,
            _ => false,
        }
    }
}

/// What makes an act one that two actors do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The change becomes an approval request, for this reason.
    Request(Reason),
    /// The decision has a grave measure on an account: [`crate::ServiceAction::is_grave`].
    GraveMeasure,
    /// The decision is about more than one account.
    SeveralAccounts,
    /// The decision restricts an item that its author has not viewed.
    NotViewed,
    /// A child may be in danger, and the case becomes less urgent.
    ChildInDanger,
    /// The roles are those of the administrator who changes them: [`crate::Refusal::OwnRoles`].
    OwnRoles,
    /// The assignment is that of the administrator who changes it: [`crate::Refusal::OwnRoles`].
    OwnAssignment,
}

impl Condition {
    /// Returns the condition, in the words of `docs/rights.md`.
    pub fn what(self) -> String {
        match self {
            Self::Request(reason) => format!("`{}`", reason.as_str()),
            Self::GraveMeasure => "a grave measure on an account".to_owned(),
            Self::SeveralAccounts => "more than one account".to_owned(),
            Self::NotViewed => "a restriction that was decided without viewing".to_owned(),
            Self::ChildInDanger => "a child may be in danger".to_owned(),
            Self::OwnRoles => "their own roles".to_owned(),
            Self::OwnAssignment => "their own assignment".to_owned(),
        }
    }
}

/// The first of two actors, where the act is that of the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// The reviewer or lead who made the decision.
    Author,
    /// The reviewer or lead who proposed to lower the urgency.
    Proposer,
    /// The actor who requested the change.
    Requester,
    /// The actor who made the change that a notice tells of.
    Maker,
}

impl First {
    /// Returns the actor, in the words of `docs/rights.md`.
    pub fn what(self) -> &'static str {
        match self {
            Self::Author => "the author of the decision",
            Self::Proposer => "the author of the proposal",
            Self::Requester => "the requester",
            Self::Maker => "the actor who made the change",
        }
    }
}

/// Whether one actor alone may do an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alone {
    /// One actor may.
    Always,
    /// One actor may, except under one of these conditions: then a second actor must approve it, or
    /// another actor must do it ([`Condition::OwnRoles`], [`Condition::OwnAssignment`]).
    Unless(&'static [Condition]),
    /// A second actor must approve it each time.
    Never(Condition),
    /// Only the second actor may do it; the actor named here may not.
    AsSecond(First),
    /// It depends on the case event: see the rule of [`super::AuditAct::Case`].
    ByCaseEvent,
}

impl Alone {
    /// Returns the conditions under which a second actor must agree.
    pub fn conditions(&self) -> &[Condition] {
        match self {
            Self::Unless(conditions) => conditions,
            Self::Never(condition) => std::slice::from_ref(condition),
            Self::Always | Self::AsSecond(_) | Self::ByCaseEvent => &[],
        }
    }
}

/// Who may do an act, and whether alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActRule {
    /// The kinds of actor that may do it. Staff roles are enforced by the proofs that the verbs
    /// take, not by [`Self::permits`].
    pub who: &'static [ActorRole],
    /// Whether one of them may do it alone.
    pub alone: Alone,
}

impl ActRule {
    /// Checks whether an actor of this kind may do the act. `key` is the role of the key, if the actor
    /// is a key; with `None` no key is permitted. The roles of a staff member are not checked here.
    /// Always false for [`Alone::ByCaseEvent`], because that rule covers several acts.
    pub fn permits(&self, actor: &AuditActor, key: Option<Role>) -> bool {
        self.alone != Alone::ByCaseEvent && self.who.iter().any(|who| who.includes(actor, key))
    }

    /// Checks whether the rule names `reason` as one for which a second actor must agree.
    pub fn has(&self, reason: Reason) -> bool {
        self.alone.conditions().contains(&Condition::Request(reason))
    }
}
