//! Sign-in, the staff member's own page, and the pages of staff accounts.

pub mod assignment;
pub mod events;
pub mod forms;
pub mod me_forms;
pub mod me_page;
pub mod oidc_cookie;
pub mod oidc_forms;
pub mod oidc_page;
pub mod page;
pub mod sign_in_forms;
pub mod sign_in_page;
