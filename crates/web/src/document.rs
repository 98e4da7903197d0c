//! Assembles the OpenAPI document: what the endpoints declare, and what all of them have in common.

use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{ArrayItems, Schema};

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ContentBuilder, Header, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref,
    RefOr, Response, ResponseBuilder, SecurityRequirement,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::{Kind, PROBLEM_JSON, ProblemJson};
use crate::{App, api, health};

const DESCRIPTION: &str = "Mamori tells a service whether an item is in a bank of known child \
    sexual abuse material, or in another bank that protects people, before it spreads. It stores \
    nothing about clean items.\n\n\
    Send your key with every request: `Authorization: Bearer mk_…`. An administrator's key manages \
    banks, services and keys. A service's key checks items and reads that service's own matches, \
    cases and webhooks, and no other service's. A key may have only some of the scopes of its role; \
    each endpoint names the one that it needs (`x-scopes`: one of these). What a key may not do or \
    read is answered as if it did not exist.\n\n\
    A `200`, `201`, `202` or `204` is sent after everything that it reports is stored. An error is \
    answered as `application/problem+json`; its `type` is a stable name. Unknown JSON keys, form \
    parts and parameters are refused.";

const TAGS: [(&str, &str); 11] = [
    ("items", "Check and hash items."),
    ("matches", "Recorded matches. A service reads its own."),
    ("vault", "How many bytes of the service's items are stored for reviewers."),
    ("cases", "Cases that reviewers decide, and their decisions. A service reads its own."),
    ("actions", "What a service is asked to do after a decision, and what it answers."),
    ("banks", "Named sets of hashes, each with a purpose, surfaces and countries."),
    ("entries", "The hashes in a bank."),
    ("webhooks", "Endpoints, and messages to them, by the Standard Webhooks convention."),
    ("keys", "Services and their keys."),
    ("approvals", "Changes that need a second actor, and notices of changes that narrowed."),
    ("health", "For load balancers."),
];

/// Returns the OpenAPI 3.1 document of the API.
pub fn openapi() -> OpenApi {
    described().into_openapi()
}

/// Returns the endpoints together with their document.
pub fn described() -> OpenApiRouter<App> {
    let mut router =
        OpenApiRouter::with_openapi(head()).merge(api::router()).routes(routes!(health::healthz));
    complete(router.get_openapi_mut());
    router
}

fn head() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Mamori")
        .version("1")
        .description(Some(DESCRIPTION))
        .license(Some(
            LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build(),
        ))
        .build();
    let tags = TAGS.map(|(name, description)| {
        TagBuilder::new().name(name).description(Some(description)).build()
    });
    OpenApiBuilder::new().info(info).tags(Some(tags)).build()
}

/// Adds what every endpoint has: its key, and the problems of its extractors and verbs.
fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_with(Components::new);
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("mk_…").build();
    components.add_security_scheme("key", SecurityScheme::Http(bearer));
    let (name, schema) =
        (ProblemJson::name(), <ProblemJson<'_> as utoipa::PartialSchema>::schema());
    components.schemas.insert(name.into_owned(), schema);
    for status in statuses() {
        components.responses.insert(problem_name(status), problem_response(status).into());
    }
    refer_to_rows(&mut components.schemas);
    for path in document.paths.paths.values_mut() {
        operations(path).for_each(complete_operation);
    }
}

/// Replaces the rows of a page by a reference: `Paged_Bank` has a list of `Bank`.
fn refer_to_rows(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    for (name, schema) in schemas {
        let Some(row) = name.strip_prefix("Paged_") else { continue };
        let RefOr::T(Schema::Object(page)) = schema else { continue };
        if let Some(RefOr::T(Schema::Array(data))) = page.properties.get_mut("data") {
            data.items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(row).into()));
        }
    }
}

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, post, patch, delete, put, .. } = path;
    [get, post, patch, delete, put].into_iter().filter_map(Option::as_mut)
}

/// Returns the word under `x-who`: `nobody`, `any`, `service` or `admin`.
pub fn who(operation: &Operation) -> &str {
    let extensions = operation.extensions.as_ref();
    extensions.and_then(|all| all.get("x-who")).and_then(|who| who.as_str()).unwrap_or("nobody")
}

fn complete_operation(operation: &mut Operation) {
    let needs_key = who(operation) != "nobody";
    let has_path = has_parameter(operation, "path");
    let has_query = has_parameter(operation, "query");
    let has_body = operation.request_body.is_some();
    let security = if needs_key {
        SecurityRequirement::new("key", [""; 0])
    } else {
        SecurityRequirement::default()
    };
    operation.security = Some(vec![security]);
    let applies = |status: u16| match status {
        400 => has_query || has_body,
        401 | 429 => needs_key,
        404 => has_path || needs_key,
        408 | 413 | 415 | 422 => has_body,
        500 | 503 => true,
        // 405 is for methods that do not exist; each endpoint declares 409 itself.
        _ => false,
    };
    for status in statuses() {
        let responses = &mut operation.responses.responses;
        let declared = responses.get(&status.to_string());
        let is_bare = matches!(declared, Some(RefOr::T(response)) if response.content.is_empty());
        if (declared.is_none() && applies(status)) || (is_bare && status >= 400) {
            let problem = RefOr::Ref(Ref::from_response_name(problem_name(status)));
            responses.insert(status.to_string(), problem);
        }
    }
}

fn has_parameter(operation: &Operation, place: &str) -> bool {
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let places = parameters.iter().filter_map(|parameter| serde_json::to_value(parameter).ok());
    places
        .into_iter()
        .any(|parameter| parameter.get("in").and_then(|at| at.as_str()) == Some(place))
}

/// Returns every status that a problem can have, ascending.
fn statuses() -> Vec<u16> {
    let mut statuses: Vec<u16> = Kind::ALL.iter().map(|kind| kind.status().as_u16()).collect();
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

fn problem_name(status: u16) -> String {
    format!("Problem{status}")
}

fn problem_response(status: u16) -> Response {
    let kinds = Kind::ALL.iter().filter(|kind| kind.status().as_u16() == status);
    let kinds: Vec<String> =
        kinds.map(|kind| format!("`{}`: {}.", kind.code(), kind.title())).collect();
    let content =
        ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemJson::name()))).build();
    let response =
        ResponseBuilder::new().description(kinds.join(" ")).content(PROBLEM_JSON, content);
    let header = |text: &str| {
        let mut header = Header::default();
        header.description = Some(text.to_owned());
        header
    };
    match status {
        401 => response.header("www-authenticate", header("`Bearer`.")).build(),
        429 | 503 => {
            response.header("retry-after", header("Seconds after which to try again.")).build()
        }
        _ => response.build(),
    }
}
