//! Staff accounts, sign-in methods, sessions, roles, and exposure limits.

pub mod add_staff;
pub mod change_preferences;
pub mod change_staff;
pub mod credentials;
pub mod enroll;
pub(crate) mod expire;
pub mod exposure;
pub(crate) mod independence;
pub mod list_staff;
pub mod make_sign_in_link;
pub mod member;
pub(crate) mod oidc_cookie;
pub mod oidc_provider;
pub(crate) mod password_hashing;
pub mod prove;
pub mod session;
pub mod sign_in;
pub mod sign_in_by_link;
pub mod sign_in_oidc;
pub mod sign_in_passkey;
pub mod sign_out;
