//! `GET /v1/keys`: lists the keys, without their texts.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::{KeyId, ServiceId};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::services::key_json::KeyJson;
use crate::extract::Query;
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::page::{Cursor, Limit, Paged};
use crate::problem::Problem;

/// Which keys to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct KeysQuery {
    /// The most rows of the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100, nullable = false)]
    limit: Limit,
    /// `next` of the previous page.
    #[param(value_type = Option<String>, pattern = "^[0-9a-f]{32}$", min_length = 32, max_length = 32, nullable = false)]
    cursor: Option<Cursor<KeyId>>,
    /// Only keys of this service.
    #[param(value_type = Option<text::ServiceId>, inline, nullable = false)]
    service: Option<ServiceId>,
}

/// List the keys
///
/// The oldest first, including revoked keys.
#[utoipa::path(
    get, path = "/v1/keys", tag = "keys",
    params(KeysQuery),
    responses((status = 200, description = "A page of keys.", body = Paged<KeyJson>)),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["keys"])))
)]
pub async fn list_keys(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::Keys>,
    Query(query): Query<KeysQuery>,
) -> Result<Json<Paged<KeyJson>>, Problem> {
    let after = query.cursor.map(|cursor| cursor.0);
    let page = desk.keys(&admin, query.service, after, query.limit.0).await?;

    Ok(Json(Paged::of(page, KeyJson::from)))
}
