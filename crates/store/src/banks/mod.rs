//! Banks, their entries, imports, and disputes about entries.

pub mod bank;
pub mod cleared_checks;
pub mod dispute;
pub mod entry;
pub mod import;
