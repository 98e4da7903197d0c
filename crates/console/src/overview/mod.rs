//! The start page with its figures, and the search.

pub mod chart;
pub mod commands;
pub mod figures;
pub mod find_page;
pub mod start_page;
