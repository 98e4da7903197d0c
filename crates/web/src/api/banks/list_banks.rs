//! `GET /v1/banks`: lists the banks.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::BankId;
use mamori_model::page::Page;

use crate::api::banks::bank_json::BankJson;
use crate::extract::Query;
use crate::guard::AnyKey;
use crate::page::{PageParameters, PageQuery, Paged};
use crate::problem::Problem;

/// List the banks
///
/// The oldest first. A service's key sees only their names, purposes and actions; only an
/// administrator can read their entries.
#[utoipa::path(
    get, path = "/v1/banks", tag = "banks",
    params(PageParameters),
    responses((status = 200, description = "A page of banks.", body = Paged<BankJson>)),
    extensions(("x-who" = json!("any")))
)]
pub async fn list_banks(
    State(desk): State<Desk>,
    AnyKey(proof): AnyKey,
    Query(query): Query<PageQuery<BankId>>,
) -> Result<Json<Paged<BankJson>>, Problem> {
    let page = desk.banks(&proof, query.after(), query.size()).await?;

    let mut rows = Vec::with_capacity(page.rows.len());
    for bank in page.rows {
        rows.push(BankJson::for_key(&desk, &proof, bank).await?);
    }
    Ok(Json(Paged::of(Page { rows, next: page.next }, |bank| bank)))
}
