//! Figures about the work, the search of the console, and what an installation still lacks.

pub mod figures;
pub mod search_console;
pub mod setup;
pub mod workload;
