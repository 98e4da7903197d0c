//! Figures about the work, and the search of the console.

pub mod figures;
pub mod search_console;
pub mod workload;
