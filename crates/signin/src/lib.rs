//! Pure checks of passkeys, passwords and TOTP codes.
//!
//! The crate stores nothing and has no clock: the caller passes in the stored data and the current
//! time.

mod code;
mod error;
mod passkey;
mod password;

pub use code::CodeSecret;
pub use error::Error;
pub use passkey::{Asking, Owner, PASSKEYS_MAX, Passkey, Passkeys, Question, Used};
pub use password::{CHARS_MAX, CHARS_MIN, Phc, check_password, hash_password};
