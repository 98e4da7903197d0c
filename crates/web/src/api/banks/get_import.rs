//! `GET /v1/banks/{bank}/imports/{import}`: reads the progress of an import.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::{BankId, ImportId};

use crate::api::banks::import_json::ImportJson;
use crate::extract::Path;
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Read an import
///
/// Works also while the import runs: its counts include only committed lines.
#[utoipa::path(
    get, path = "/v1/banks/{bank}/imports/{import}", tag = "entries",
    params(
        ("bank" = inline(text::BankId), Path, description = "The bank's id."),
        ("import" = inline(text::ImportId), Path, description = "The import's id."),
    ),
    responses((status = 200, description = "The import.", body = ImportJson)),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["banks:read"])))
)]
pub async fn get_import(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::BanksRead>,
    Path((bank, import)): Path<(BankId, ImportId)>,
) -> Result<Json<ImportJson>, Problem> {
    let import = desk.import(&admin, bank, import).await?;

    Ok(Json(import.into()))
}
