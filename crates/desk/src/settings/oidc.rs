//! The organisation's sign-in provider.

use std::time::Duration;

use mamori_model::{Line, Sensitive};

/// The organisation's sign-in provider, by OpenID Connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcSettings {
    /// The issuer, exactly as the provider names itself.
    pub issuer: String,
    /// The name of Mamori at the provider.
    pub client_id: String,
    /// The password of Mamori at the provider; `None` for a public client.
    pub client_secret: Option<Sensitive<String>>,
    /// The claim that identifies a person for as long as their account exists.
    pub subject_claim: String,
    /// The name of the provider on pages.
    pub name: Line,
    /// How long the provider may take for one answer.
    pub timeout: Duration,
}
