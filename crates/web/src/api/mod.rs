//! The API of services and administrators, under `/v1`: one file for each endpoint.
//!
//! `matrix.txt` lists which role may call which endpoint; a test compares it with the code.

pub mod actions;
pub mod approvals;
pub mod banks;
pub mod cases;
pub mod checks;
pub mod decisions;
pub mod evidence;
pub mod guarded;
pub mod services;
pub mod webhooks;

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
        routes!(checks::check::check),
        routes!(checks::hash::hash),
        routes!(banks::create_bank::create_bank, banks::list_banks::list_banks),
        routes!(
            banks::get_bank::get_bank,
            banks::change_bank::change_bank,
            banks::delete_bank::delete_bank
        ),
        routes!(banks::add_entries::add_entries, banks::list_entries::list_entries),
        routes!(
            banks::get_entry::get_entry,
            banks::change_entry::change_entry,
            banks::withdraw_entry::withdraw_entry
        ),
        routes!(banks::withdraw_entries::withdraw_entries),
        routes!(banks::import_entries::import_entries, banks::list_imports::list_imports),
        routes!(banks::get_import::get_import),
        routes!(banks::export_bank::export_bank),
        routes!(banks::list_disputes::list_disputes),
        routes!(banks::list_versions::list_versions),
        routes!(banks::restore_version::restore_version),
        routes!(checks::list_matches::list_matches),
        routes!(checks::get_match::get_match),
        routes!(evidence::get_vault::get_vault),
        routes!(services::create_service::create_service, services::list_services::list_services),
        routes!(services::change_service::change_service, services::delete_service::delete_service),
        routes!(services::create_key::create_key, services::list_keys::list_keys),
        routes!(services::revoke_key::revoke_key),
        routes!(approvals::list_approvals::list_approvals),
        routes!(approvals::get_approval::get_approval),
        routes!(approvals::approve_approval::approve_approval),
        routes!(approvals::refuse_approval::refuse_approval),
        routes!(approvals::cancel_approval::cancel_approval),
        routes!(approvals::apply_approval::apply_approval),
        routes!(approvals::list_notices::list_notices),
        routes!(approvals::acknowledge_notice::acknowledge_notice),
        routes!(webhooks::add_webhook::add_webhook, webhooks::list_webhooks::list_webhooks),
        routes!(webhooks::get_webhook::get_webhook, webhooks::remove_webhook::remove_webhook),
        routes!(webhooks::test_webhook::test_webhook),
        routes!(webhooks::enable_webhook::enable_webhook),
        routes!(webhooks::rotate_secret::rotate_secret),
        routes!(webhooks::list_deliveries::list_deliveries),
        routes!(webhooks::get_delivery::get_delivery),
        routes!(webhooks::redeliver::redeliver),
        routes!(cases::list_cases::list_cases),
        routes!(cases::get_case::get_case),
        routes!(decisions::list_decisions::list_decisions),
        routes!(decisions::get_decision::get_decision),
        routes!(actions::list_actions::list_actions),
        routes!(actions::get_action::get_action),
        routes!(actions::answer_action::answer_action),
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
            #[expect(dead_code, reason = "only its schema is compared")]
            pub struct Thing {
                name: String,
            }
        }
        mod other {
            #[derive(utoipa::ToSchema)]
            #[expect(dead_code, reason = "only its schema is compared")]
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
