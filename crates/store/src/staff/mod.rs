//! Staff accounts, sign-in methods, sessions, roles, and exposure limits.

pub mod attempt;
pub mod ceremony;
pub mod credential;
pub mod person;
pub mod reviewer_break;
pub mod secret;
pub mod session;
pub mod sign_in_link;
