//! Banks, their entries, imports, and disputes about entries.

pub mod add_entries;
pub mod bank_json;
pub mod change_bank;
pub mod change_entry;
pub mod create_bank;
pub mod delete_bank;
pub mod dispute_json;
pub mod entry_json;
pub mod export_bank;
pub mod get_bank;
pub mod get_entry;
pub mod get_import;
pub mod import_entries;
pub mod import_json;
pub mod list_banks;
pub mod list_disputes;
pub mod list_entries;
pub mod list_imports;
pub mod list_versions;
pub mod restore_version;
pub mod version_json;
pub mod withdraw_entries;
pub mod withdraw_entry;
