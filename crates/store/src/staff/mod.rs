//! Staff accounts, sign-in methods, sessions, roles, and exposure limits.

pub mod attempt;
pub mod ceremony;
pub mod credential;
pub mod person;
pub mod rest;
pub mod secret;
pub mod session;
pub mod ticket;
