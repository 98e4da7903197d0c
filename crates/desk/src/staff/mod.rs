//! Staff accounts, sign-in methods, sessions, roles, and exposure limits.

pub mod add_staff;
pub mod change_own;
pub mod change_staff;
pub mod credentials;
pub mod enter_by_ticket;
pub(crate) mod expire;
pub mod exposure;
pub mod list_staff;
pub mod make_ticket;
pub mod member;
pub(crate) mod pace;
pub mod prove;
pub mod session;
pub mod sign_in;
pub mod sign_in_passkey;
pub mod sign_out;
pub mod welcome;
