//! Changes that need a second actor: requests, their answers, and notices of changes that narrowed.
//!
//! A verb that may need a second actor asks `Desk::unless_guarded` before it changes anything. The
//! change itself is made by [`crate::approve_request`], once a second actor has approved it.

pub mod acknowledge_notice;
pub(crate) mod end_request;
pub(crate) mod expire;
pub mod list_requests;
pub mod overseer;
pub(crate) mod post_notice;
pub mod refuse_request;
pub(crate) mod request_approval;
