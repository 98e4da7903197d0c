//! The API of services and administrators, under `/v1`: one endpoint a file.
//!
//! Who may call which is in `matrix.txt`; a test holds the two together.

pub mod add_entries;
pub mod add_webhook;
pub mod answer_action;
pub mod change_bank;
pub mod change_entry;
pub mod change_service;
pub mod check;
pub mod create_bank;
pub mod create_key;
pub mod create_service;
pub mod delete_bank;
pub mod delete_service;
pub mod export_bank;
pub mod get_action;
pub mod get_bank;
pub mod get_case;
pub mod get_decision;
pub mod get_delivery;
pub mod get_entry;
pub mod get_import;
pub mod get_match;
pub mod get_webhook;
pub mod hash;
pub mod import_entries;
pub mod list_actions;
pub mod list_banks;
pub mod list_cases;
pub mod list_decisions;
pub mod list_deliveries;
pub mod list_disputes;
pub mod list_entries;
pub mod list_imports;
pub mod list_keys;
pub mod list_matches;
pub mod list_services;
pub mod list_webhooks;
pub mod redeliver;
pub mod remove_webhook;
pub mod revoke_key;
pub mod test_webhook;
pub mod withdraw_entry;

use axum::Json;
use axum::http::header::LOCATION;
use axum::http::{HeaderName, StatusCode};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

/// Where a list streams in. It alone has no limit on its whole time.
pub const IMPORTS: &str = "/v1/banks/{bank}/imports";

/// Something was made: 201, its address, and itself.
pub type Created<T> = (StatusCode, [(HeaderName, String); 1], Json<T>);

/// The answer that `thing` was made and is at `address`.
pub fn created<T>(address: String, thing: T) -> Created<T> {
    (StatusCode::CREATED, [(LOCATION, address)], Json(thing))
}

/// Every endpoint under `/v1`.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(check::check))
        .routes(routes!(hash::hash))
        .routes(routes!(create_bank::create_bank, list_banks::list_banks))
        .routes(routes!(get_bank::get_bank, change_bank::change_bank, delete_bank::delete_bank))
        .routes(routes!(add_entries::add_entries, list_entries::list_entries))
        .routes(routes!(
            get_entry::get_entry,
            change_entry::change_entry,
            withdraw_entry::withdraw_entry
        ))
        .routes(routes!(import_entries::import_entries, list_imports::list_imports))
        .routes(routes!(get_import::get_import))
        .routes(routes!(export_bank::export_bank))
        .routes(routes!(list_disputes::list_disputes))
        .routes(routes!(list_matches::list_matches))
        .routes(routes!(get_match::get_match))
        .routes(routes!(create_service::create_service, list_services::list_services))
        .routes(routes!(change_service::change_service, delete_service::delete_service))
        .routes(routes!(create_key::create_key, list_keys::list_keys))
        .routes(routes!(revoke_key::revoke_key))
        .routes(routes!(add_webhook::add_webhook, list_webhooks::list_webhooks))
        .routes(routes!(get_webhook::get_webhook, remove_webhook::remove_webhook))
        .routes(routes!(test_webhook::test_webhook))
        .routes(routes!(list_deliveries::list_deliveries))
        .routes(routes!(get_delivery::get_delivery))
        .routes(routes!(redeliver::redeliver))
        .routes(routes!(list_cases::list_cases))
        .routes(routes!(get_case::get_case))
        .routes(routes!(list_decisions::list_decisions))
        .routes(routes!(get_decision::get_decision))
        .routes(routes!(list_actions::list_actions))
        .routes(routes!(get_action::get_action))
        .routes(routes!(answer_action::answer_action))
}
