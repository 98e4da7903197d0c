//! HTML for the staff: a page is a file in [`page`], a form becomes a verb of `mamori-desk`, and the
//! answer becomes words in the person's language.
//!
//! It has no rules of its own, makes no request to anybody, and works without scripts but for
//! looking at pictures.

pub mod app;
pub mod assets;
pub mod chart;
pub mod csrf;
pub mod deed;
pub mod fault;
pub mod form;
pub mod frame;
pub mod guard;
pub mod headers;
pub mod language;
pub mod page;
pub mod routes;
pub mod session;
pub mod show;
pub mod terms;
pub mod words;

pub use app::Settings;
pub use routes::{ROUTES, router};
