//! `GET /v1/banks/{bank}/versions`: lists the versions of a bank's settings.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::BankId;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::banks::version_json::VersionJson;
use crate::extract::{Path, Query};
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::page::{Cursor, Limit, Paged};
use crate::problem::Problem;

/// Which page of the versions to return.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VersionsQuery {
    /// The most rows of the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100, nullable = false)]
    limit: Limit,
    /// `next` of the previous page.
    #[param(value_type = Option<String>, pattern = "^0{24}[0-9a-f]{8}$", min_length = 32, max_length = 32, nullable = false)]
    cursor: Option<Cursor<u32>>,
}

/// List the versions of a bank's settings
///
/// The newest first. Each change of the settings made a version, which never changes.
#[utoipa::path(
    get, path = "/v1/banks/{bank}/versions", tag = "banks",
    params(("bank" = inline(text::BankId), Path, description = "The bank's id."), VersionsQuery),
    responses((status = 200, description = "A page of versions.", body = Paged<VersionJson>)),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["banks:read"])))
)]
pub async fn list_versions(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::BanksRead>,
    Path(bank): Path<BankId>,
    Query(query): Query<VersionsQuery>,
) -> Result<Json<Paged<VersionJson>>, Problem> {
    let before = query.cursor.map(|cursor| cursor.0);
    let page = desk.bank_versions(&admin, bank, before, query.limit.0).await?;

    Ok(Json(Paged::of(page, VersionJson::from)))
}
