//! `GET /v1/banks/{bank}/disputes`: lists the disputes about a bank's entries.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::{BankId, DisputeId};

use crate::api::banks::dispute_json::DisputeJson;
use crate::extract::{Path, Query};
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::page::{PageParameters, PageQuery, Paged};
use crate::problem::Problem;

/// List the disputes about a bank's entries
///
/// The newest first. A dispute is a reviewer's objection that an entry is wrong; until it is
/// resolved, the entry does not act by itself within the scope of the dispute.
#[utoipa::path(
    get, path = "/v1/banks/{bank}/disputes", tag = "banks",
    params(("bank" = inline(text::BankId), Path, description = "The bank's id."), PageParameters),
    responses((status = 200, description = "A page of disputes.", body = Paged<DisputeJson>)),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["banks:read"])))
)]
pub async fn list_disputes(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::BanksRead>,
    Path(bank): Path<BankId>,
    Query(page): Query<PageQuery<DisputeId>>,
) -> Result<Json<Paged<DisputeJson>>, Problem> {
    let page = desk.disputes_of_bank(&admin, bank, page.after(), page.size()).await?;

    Ok(Json(Paged::of(page, DisputeJson::from)))
}
