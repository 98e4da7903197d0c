//! `GET /v1/banks/{bank}/imports`: lists the imports into a bank.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::{BankId, ImportId};

use crate::api::banks::import_json::ImportJson;
use crate::extract::{Path, Query};
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::page::{PageParameters, PageQuery, Paged};
use crate::problem::Problem;

/// List a bank's imports
///
/// The newest first.
#[utoipa::path(
    get, path = "/v1/banks/{bank}/imports", tag = "entries",
    params(
        ("bank" = inline(text::BankId), Path, description = "The bank's id."),
        PageParameters,
    ),
    responses((status = 200, description = "A page of imports.", body = Paged<ImportJson>)),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["banks:read"])))
)]
pub async fn list_imports(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::BanksRead>,
    Path(bank): Path<BankId>,
    Query(query): Query<PageQuery<ImportId>>,
) -> Result<Json<Paged<ImportJson>>, Problem> {
    let page = desk.imports(&admin, bank, query.after(), query.size()).await?;

    Ok(Json(Paged::of(page, ImportJson::from)))
}
