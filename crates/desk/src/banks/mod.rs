//! Banks, their entries, imports, and disputes about entries.

pub mod add_entries;
pub mod change_bank;
pub mod change_entry;
pub mod create_bank;
pub mod delete_bank;
pub mod import_entries;
pub mod import_lines;
pub mod list_banks;
pub(crate) mod open_disputes;
pub mod settle_dispute;
pub mod withdraw_entries;
