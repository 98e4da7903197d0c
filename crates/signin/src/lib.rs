//! Passkeys, passwords and codes: pure checks of what somebody showed.
//!
//! It keeps nothing and knows no clock: what was kept, and what time it is, are handed in.

mod code;
mod error;
mod passkey;
mod password;

pub use code::CodeSecret;
pub use error::Error;
pub use passkey::{Asking, Owner, PASSKEYS_MAX, Passkey, Passkeys, Question, Used};
pub use password::{CHARS_MAX, CHARS_MIN, Phc, check_password, hash_password};
