//! HTML for the staff: each area has its pages and its forms; a form calls a verb of `mamori-desk`,
//! and the answer is shown in the staff member's language.
//!
//! The console contains no business rules and makes no outgoing requests. It works without scripts,
//! except for clear views and passkeys.

pub mod approvals;
pub mod audit;
pub mod banks;
pub mod cases;
pub mod decisions;
pub mod overview;
pub mod staff;
pub mod viewing;
pub mod webhooks;

pub mod app;
pub mod assets;
pub mod csrf;
pub mod fault;
mod fault_page;
mod field;
pub mod form;
pub mod frame;
pub mod guard;
pub mod headers;
pub mod language;
pub mod language_pack;
pub mod local_time;
pub mod messages;
pub mod query;
pub mod routes;
pub mod session;
pub mod show;
pub mod terms;

pub use app::Settings;
pub use routes::{ROUTES, router};
