//! Pure checks of passkeys, passwords and TOTP codes.
//!
//! The crate stores nothing and has no clock: the caller passes in the stored data and the current
//! time.

mod error;
mod passkey;
mod password;
mod totp;

pub use error::Error;
pub use passkey::{
    Owner, PASSKEYS_MAX, Passkey, Passkeys, RegistrationChallenge, SignInChallenge, UsedPasskey,
};
pub use password::{CHARS_MAX, CHARS_MIN, HashMemory, Phc, check_password, hash_password};
pub use totp::TotpSecret;
