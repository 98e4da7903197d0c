//! Decisions, bulk decisions, second approval, policies, and saved reasons.

pub mod bulk_forms;
pub mod bulk_new_page;
pub mod bulk_page;
pub mod confirm_page;
pub mod decide_forms;
pub mod forms;
pub mod list_page;
pub mod page;
pub mod policies_forms;
pub mod policies_page;
pub mod read;
pub mod reasons_forms;
pub mod reasons_page;
pub mod summary;
pub mod views_box;
