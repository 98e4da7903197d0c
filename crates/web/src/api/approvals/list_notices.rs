//! `GET /v1/notices`: lists change notices.

use axum::Json;
use axum::extract::State;
use mamori_desk::{Desk, Overseer};
use mamori_model::NoticeId;

use crate::api::approvals::notice_json::NoticeJson;
use crate::extract::Query;
use crate::guard::{Admin, scope};
use crate::page::{PageParameters, PageQuery, Paged};
use crate::problem::Problem;

/// List changes that narrowed
///
/// The newest first. A change that narrows what is compared or what a match does takes effect at
/// once; a notice of it stays here until another actor has acknowledged it.
#[utoipa::path(
    get, path = "/v1/notices", tag = "approvals", params(PageParameters),
    responses((status = 200, description = "A page of notices.", body = Paged<NoticeJson>)),
    extensions(("x-who" = json!("admin")),
        ("x-scopes" = json!(["banks:write", "entries:write", "services", "keys"])))
)]
pub async fn list_notices(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::Overseeing>,
    Query(page): Query<PageQuery<NoticeId>>,
) -> Result<Json<Paged<NoticeJson>>, Problem> {
    let page = desk.change_notices(Overseer::Admin(&admin), page.after(), page.size()).await?;

    Ok(Json(Paged::of(page, NoticeJson::from)))
}
