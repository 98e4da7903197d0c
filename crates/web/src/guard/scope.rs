//! What an endpoint needs of a key: one type for each combination of scopes, so that it stands in the
//! signature of the endpoint.

use mamori_model::key::Scope;

/// The scopes of which a key must have one.
pub trait Needs: Send + Sync {
    /// The scopes.
    const ANY_OF: &'static [Scope];
}

macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident = [$($scope:ident),+];)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl Needs for $name {
                const ANY_OF: &'static [Scope] = &[$(Scope::$scope),+];
            }
        )*
    };
}

needs! {
    /// Needs `checks`.
    Checks = [Checks];
    /// Needs `actions:answer`.
    ActionsAnswer = [ActionsAnswer];
    /// Needs `banks:read`.
    BanksRead = [BanksRead];
    /// Needs `banks:write`.
    BanksWrite = [BanksWrite];
    /// Needs `entries:write`.
    EntriesWrite = [EntriesWrite];
    /// Needs `entries:export`.
    EntriesExport = [EntriesExport];
    /// Needs `services`.
    Services = [Services];
    /// Needs `keys`.
    Keys = [Keys];
    /// Needs `webhooks`.
    Webhooks = [Webhooks];
    /// Needs `checks` of a service's key, and `entries:write` of an administrator's: hashing a
    /// picture, and looking up what is listed.
    Hashing = [Checks, EntriesWrite];
    /// Needs `webhooks`, or `actions:answer`, because a service that is leaving still reads the
    /// deliveries of actions, and enables an endpoint that missed some.
    Deliveries = [Webhooks, ActionsAnswer];
    /// Needs a scope that changes something: who may make a change may see which changes wait. To agree
    /// to one needs its own scope.
    Overseeing = [BanksWrite, EntriesWrite, Services, Keys];
    /// Needs any scope for which the HMA-compatible routes have a use: what a node says of itself.
    HmaInfo = [Checks, BanksRead, BanksWrite, EntriesWrite, EntriesExport];
}
