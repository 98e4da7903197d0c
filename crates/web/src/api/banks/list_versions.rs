//! `GET /v1/banks/{bank}/versions`: lists the versions of a bank's settings.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::BankId;

use crate::api::banks::version_json::VersionJson;
use crate::extract::{Path, Query};
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::page::{PageParameters, PageQuery, Paged};
use crate::problem::Problem;

/// List the versions of a bank's settings
///
/// The newest first. Each change of the settings made a version, which never changes.
#[utoipa::path(
    get, path = "/v1/banks/{bank}/versions", tag = "banks",
    params(("bank" = inline(text::BankId), Path, description = "The bank's id."), PageParameters),
    responses((status = 200, description = "A page of versions.", body = Paged<VersionJson>)),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["banks:read"])))
)]
pub async fn list_versions(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::BanksRead>,
    Path(bank): Path<BankId>,
    Query(page): Query<PageQuery<u32>>,
) -> Result<Json<Paged<VersionJson>>, Problem> {
    let page = desk.bank_versions(&admin, bank, page.after(), page.size()).await?;

    Ok(Json(Paged::of(page, VersionJson::from)))
}
