//! Approval requests, change notices, approved sources, and the beginning of the installation.

pub mod installation;
pub mod notice;
pub mod request;
pub mod source;
