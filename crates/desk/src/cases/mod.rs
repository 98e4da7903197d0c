//! The queue of cases: opening, claiming, releasing, reading.

pub mod account_alias;
pub mod case_context;
pub mod claim_case;
pub mod colleagues;
pub(crate) mod expire;
pub mod extend_claim;
pub(crate) mod lapse_claims;
pub mod list_cases;
pub mod lower_urgency;
pub mod note_case;
pub(crate) mod open_case;
pub mod pace_limit;
pub mod queue;
pub mod read_case;
pub mod read_history;
pub(crate) mod record_event;
pub mod release_case;
