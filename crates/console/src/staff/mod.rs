//! Sign-in, the staff member's own page, and the pages of staff accounts.

pub mod forms;
pub mod me_forms;
pub mod me_page;
pub mod page;
pub mod sign_in_forms;
pub mod sign_in_page;
