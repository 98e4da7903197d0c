//! The API of services and administrators, under `/v1`: one file for each endpoint.
//!
//! `matrix.txt` lists which role may call which endpoint; a test compares it with the code.

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
pub mod withdraw_entries;
pub mod withdraw_entry;

use axum::Json;
use axum::http::header::LOCATION;
use axum::http::{HeaderName, StatusCode};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use crate::App;

/// The path of imports. It is the only one without a limit on the total time of a request.
pub const IMPORTS: &str = "/v1/banks/{bank}/imports";

/// A response for a created object: 201, its address, and the object.
pub type Created<T> = (StatusCode, [(HeaderName, String); 1], Json<T>);

/// Makes the response for `thing`, which was created and has this `address`.
pub fn created<T>(address: String, thing: T) -> Created<T> {
    (StatusCode::CREATED, [(LOCATION, address)], Json(thing))
}

/// Returns the router of every endpoint under `/v1`.
pub fn router() -> OpenApiRouter<App> {
    endpoints().into_iter().fold(OpenApiRouter::new(), OpenApiRouter::routes)
}

/// Returns the endpoints, grouped by path, each with the schemas that it refers to.
fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![
        routes!(check::check),
        routes!(hash::hash),
        routes!(create_bank::create_bank, list_banks::list_banks),
        routes!(get_bank::get_bank, change_bank::change_bank, delete_bank::delete_bank),
        routes!(add_entries::add_entries, list_entries::list_entries),
        routes!(get_entry::get_entry, change_entry::change_entry, withdraw_entry::withdraw_entry),
        routes!(withdraw_entries::withdraw_entries),
        routes!(import_entries::import_entries, list_imports::list_imports),
        routes!(get_import::get_import),
        routes!(export_bank::export_bank),
        routes!(list_disputes::list_disputes),
        routes!(list_matches::list_matches),
        routes!(get_match::get_match),
        routes!(create_service::create_service, list_services::list_services),
        routes!(change_service::change_service, delete_service::delete_service),
        routes!(create_key::create_key, list_keys::list_keys),
        routes!(revoke_key::revoke_key),
        routes!(add_webhook::add_webhook, list_webhooks::list_webhooks),
        routes!(get_webhook::get_webhook, remove_webhook::remove_webhook),
        routes!(test_webhook::test_webhook),
        routes!(list_deliveries::list_deliveries),
        routes!(get_delivery::get_delivery),
        routes!(redeliver::redeliver),
        routes!(list_cases::list_cases),
        routes!(get_case::get_case),
        routes!(list_decisions::list_decisions),
        routes!(get_decision::get_decision),
        routes!(list_actions::list_actions),
        routes!(get_action::get_action),
        routes!(answer_action::answer_action),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::Value;
    use utoipa::openapi::RefOr;
    use utoipa::openapi::schema::Schema;
    use utoipa::{PartialSchema, ToSchema};

    use super::*;
    use crate::problem::ProblemJson;

    /// Returns the names that types of different shapes share: in the document, one of them would
    /// silently replace the other.
    fn collisions(named: impl IntoIterator<Item = (String, RefOr<Schema>)>) -> Vec<String> {
        let mut shapes: BTreeMap<String, Value> = BTreeMap::new();
        let mut found = Vec::new();
        for (name, schema) in named {
            let shape = serde_json::to_value(schema).unwrap();
            match shapes.get(&name) {
                Some(first) if *first != shape => found.push(name),
                Some(_) => {}
                None => drop(shapes.insert(name, shape)),
            }
        }
        found
    }

    #[test]
    fn no_two_types_share_a_name_in_the_document() {
        let mut schemas: Vec<_> =
            endpoints().into_iter().flat_map(|(schemas, _, _)| schemas).collect();
        schemas.push((ProblemJson::name().into_owned(), ProblemJson::schema()));
        let names: BTreeSet<&String> = schemas.iter().map(|(name, _)| name).collect();
        let again = schemas.len() - names.len();

        assert!(again > 50, "many endpoints name the same types: {again}");
        assert_eq!(collisions(schemas), Vec::<String>::new());
    }

    #[test]
    fn two_types_of_one_name_are_found() {
        mod one {
            #[derive(utoipa::ToSchema)]
            #[expect(dead_code, reason = "only its shape is looked at")]
            pub struct Thing {
                name: String,
            }
        }
        mod other {
            #[derive(utoipa::ToSchema)]
            #[expect(dead_code, reason = "only its shape is looked at")]
            pub struct Thing {
                name: u32,
            }
        }
        let thing = |schema| ("Thing".to_owned(), schema);
        assert_eq!(one::Thing::name(), other::Thing::name());

        let same = collisions([thing(one::Thing::schema()), thing(one::Thing::schema())]);
        let clash = collisions([thing(one::Thing::schema()), thing(other::Thing::schema())]);

        assert!(same.is_empty(), "{same:?}");
        assert_eq!(clash, ["Thing"]);
    }
}
