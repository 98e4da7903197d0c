//! Pure checks of passkeys, passwords, TOTP codes, and answers of the organisation's provider.
//!
//! The crate stores nothing and has no clock: the caller passes in the stored data and the current
//! time.

mod error;
mod oidc;
mod passkey;
mod password;
mod totp;

pub use error::Error;
pub use oidc::{OidcError, OidcRequest, Provider, Registration, TokenAnswer};
pub use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
pub use passkey::{
    Owner, PASSKEYS_MAX, Passkey, Passkeys, RegistrationChallenge, SignInChallenge, UsedPasskey,
};
pub use password::{CHARS_MAX, CHARS_MIN, HashMemory, Phc, check_password, hash_password};
pub use totp::TotpSecret;
