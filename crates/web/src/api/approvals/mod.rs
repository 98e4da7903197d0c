//! Changes that wait for a second actor, and notices of changes that narrowed.

pub mod acknowledge_notice;
pub mod apply_approval;
pub mod approval_json;
pub mod approve_approval;
pub mod cancel_approval;
pub mod get_approval;
pub mod list_approvals;
pub mod list_notices;
pub mod notice_json;
pub mod refuse_approval;
