//! Scopes: what an API key may be used for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::Role;

/// One thing that an API key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(EnumString, IntoStaticStr, VariantArray)]
pub enum Scope {
    /// Check and hash items, and read the service's own matches.
    #[serde(rename = "checks")]
    #[strum(serialize = "checks")]
    Checks,
    /// Read the service's own cases, decisions and actions, and answer actions. The only scope that
    /// remains to the keys of a service that is leaving.
    #[serde(rename = "actions:answer")]
    #[strum(serialize = "actions:answer")]
    ActionsAnswer,
    /// Read what banks are for; for administrators also their imports and disputes.
    #[serde(rename = "banks:read")]
    #[strum(serialize = "banks:read")]
    BanksRead,
    /// Create, change and delete banks.
    #[serde(rename = "banks:write")]
    #[strum(serialize = "banks:write")]
    BanksWrite,
    /// Add, import, change and withdraw entries, without seeing their hashes.
    #[serde(rename = "entries:write")]
    #[strum(serialize = "entries:write")]
    EntriesWrite,
    /// Read entries with their hashes.
    #[serde(rename = "entries:export")]
    #[strum(serialize = "entries:export")]
    EntriesExport,
    /// List, create, rename and delete services.
    #[serde(rename = "services")]
    #[strum(serialize = "services")]
    Services,
    /// List, create and revoke keys.
    #[serde(rename = "keys")]
    #[strum(serialize = "keys")]
    Keys,
    /// Manage the service's own webhook endpoints, and read and resend its deliveries.
    #[serde(rename = "webhooks")]
    #[strum(serialize = "webhooks")]
    Webhooks,
}

impl Scope {
    /// Every scope, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The scopes that an administrator's key may have.
    pub const OF_ADMINS: [Self; 6] = [
        Self::BanksRead,
        Self::BanksWrite,
        Self::EntriesWrite,
        Self::EntriesExport,
        Self::Services,
        Self::Keys,
    ];

    /// The scopes that a service's key may have.
    pub const OF_SERVICES: [Self; 4] =
        [Self::Checks, Self::ActionsAnswer, Self::BanksRead, Self::Webhooks];

    /// Returns the word that the API, the database and the command line use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// The scopes of one key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScopeSet(BTreeSet<Scope>);

/// The reason why a key cannot have these scopes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotScopes {
    /// There is none.
    #[error("a key without a scope could do nothing: name at least one")]
    None,
    /// Keys of this role do not have this scope.
    #[error("{whose} key cannot have the scope `{}`; it can have {allowed}", scope.as_str())]
    NotOfRole {
        /// The scope.
        scope: Scope,
        /// Whose key it is.
        whose: &'static str,
        /// The scopes that it can have.
        allowed: String,
    },
    /// The key that creates it lacks these scopes.
    #[error("this key cannot give the scopes {lacking}, which it does not have itself")]
    NotGrantable {
        /// The scopes that are lacking.
        lacking: String,
    },
}

impl ScopeSet {
    /// Returns every scope that a key of `role` may have.
    pub fn all_of(role: Role) -> Self {
        Self(Self::allowed(role).iter().copied().collect())
    }

    /// Creates the set of a new key of `role`: at least one, and only those of its role.
    pub fn new(role: Role, scopes: impl IntoIterator<Item = Scope>) -> Result<Self, NotScopes> {
        let scopes: BTreeSet<Scope> = scopes.into_iter().collect();
        if scopes.is_empty() {
            return Err(NotScopes::None);
        }
        let allowed = Self::allowed(role);
        if let Some(&scope) = scopes.iter().find(|scope| !allowed.contains(scope)) {
            let whose = match role {
                Role::Admin => "an administrator's",
                Role::Service(_) => "a service's",
            };
            let allowed = words(allowed.iter().copied());
            return Err(NotScopes::NotOfRole { scope, whose, allowed });
        }
        Ok(Self(scopes))
    }

    fn allowed(role: Role) -> &'static [Scope] {
        match role {
            Role::Admin => &Scope::OF_ADMINS,
            Role::Service(_) => &Scope::OF_SERVICES,
        }
    }

    /// Checks that a key with these scopes may create one with the scopes `new`: it has each of them
    /// itself. Those that only services' keys have can be given by a key with [`Scope::Services`].
    pub fn may_give(&self, new: &Self) -> Result<(), NotScopes> {
        let may_give = |scope: Scope| {
            let is_of_services_only = !Scope::OF_ADMINS.contains(&scope);
            self.has(scope) || (is_of_services_only && self.has(Scope::Services))
        };
        let lacking: Vec<Scope> = new.iter().filter(|scope| !may_give(*scope)).collect();
        if lacking.is_empty() {
            return Ok(());
        }
        Err(NotScopes::NotGrantable { lacking: words(lacking) })
    }

    /// Returns what remains while the key's service is leaving.
    #[must_use]
    pub fn when_leaving(&self) -> Self {
        Self(self.iter().filter(|scope| *scope == Scope::ActionsAnswer).collect())
    }

    /// Checks whether the set contains `scope`.
    pub fn has(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Checks whether the set contains one of `scopes`.
    pub fn has_any(&self, scopes: &[Scope]) -> bool {
        scopes.iter().any(|scope| self.has(*scope))
    }

    /// Returns the scopes, in the order of declaration.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }
}

/// Returns the scopes as a list for a sentence.
fn words(scopes: impl IntoIterator<Item = Scope>) -> String {
    let words: Vec<String> =
        scopes.into_iter().map(|scope| format!("`{}`", scope.as_str())).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn service() -> Role {
        Role::Service(Uuid::from_u128(1).into())
    }

    fn admin(scopes: &[Scope]) -> ScopeSet {
        ScopeSet::new(Role::Admin, scopes.iter().copied()).unwrap()
    }

    #[test]
    fn a_key_has_scopes_of_its_role_only_and_at_least_one() {
        for &scope in Scope::ALL {
            let of_admin = ScopeSet::new(Role::Admin, [scope]).is_ok();
            let of_service = ScopeSet::new(service(), [scope]).is_ok();
            assert_eq!(of_admin, Scope::OF_ADMINS.contains(&scope), "{scope:?}");
            assert_eq!(of_service, Scope::OF_SERVICES.contains(&scope), "{scope:?}");
            assert!(of_admin || of_service, "{scope:?} is of some role");
        }
        assert_eq!(ScopeSet::new(Role::Admin, []), Err(NotScopes::None));
        assert_eq!(ScopeSet::all_of(service()).iter().count(), 4);
    }

    #[test]
    fn a_key_gives_only_the_scopes_that_it_has() {
        let (keys, whole) = (admin(&[Scope::Keys]), ScopeSet::all_of(Role::Admin));
        let provisioning = admin(&[Scope::Keys, Scope::Services, Scope::BanksRead]);
        let of_service = ScopeSet::all_of(service());

        assert_eq!(keys.may_give(&keys), Ok(()));
        assert_eq!(whole.may_give(&whole), Ok(()));
        assert_eq!(whole.may_give(&of_service), Ok(()));
        assert_eq!(provisioning.may_give(&of_service), Ok(()));
        for (own, new) in [(&keys, &whole), (&keys, &of_service), (&provisioning, &whole)] {
            assert!(matches!(own.may_give(new), Err(NotScopes::NotGrantable { .. })), "{own:?}");
        }
        let refused = keys.may_give(&admin(&[Scope::Keys, Scope::EntriesExport])).unwrap_err();
        assert!(refused.to_string().contains("`entries:export`"), "{refused}");
    }

    #[test]
    fn while_its_service_leaves_a_key_only_answers_actions() {
        let whole = ScopeSet::all_of(service()).when_leaving();
        let other = ScopeSet::new(service(), [Scope::Checks]).unwrap().when_leaving();

        assert_eq!(whole.iter().collect::<Vec<_>>(), [Scope::ActionsAnswer]);
        assert_eq!(other, ScopeSet::default());
    }

    #[test]
    fn scopes_are_written_as_a_list_of_words() {
        let text = r#"["actions:answer","webhooks"]"#;

        let scopes: ScopeSet = serde_json::from_str(text).unwrap();

        assert_eq!(serde_json::to_string(&scopes).unwrap(), text);
        for &scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Some(scope));
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.as_str());
        }
    }
}
