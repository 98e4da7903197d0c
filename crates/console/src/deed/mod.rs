//! What forms do, one noun a file: each field becomes a type, the verb is called, and the answer is
//! the address of the page that comes next.

pub mod banks;
pub mod bulk;
pub mod case;
pub mod decide;
pub mod decision;
pub mod look;
pub mod me;
pub mod policies;
pub mod queue;
pub mod sign_in;
pub mod staff;
pub mod webhooks;

use mamori_model::{Refusal, Words};

use crate::fault::Fault;

/// What somebody wrote; names the field where it is no text.
pub fn words(field: &'static str, text: &str) -> Result<Words, Fault> {
    text.parse().map_err(|_| wrong(field))
}

/// This field of the form is wrong.
pub fn wrong(field: &'static str) -> Fault {
    Fault::from(Refusal::FormShape).about(field)
}
