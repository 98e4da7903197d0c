//! `DELETE /v1/services/{service}`: deletes a service.

use axum::extract::State;
use axum::http::StatusCode;
use mamori_desk::Desk;
use mamori_model::ServiceId;

use crate::api::approvals::approval_json::ApprovalJson;
use crate::api::guarded::Guarded;
use crate::extract::Path;
use crate::guard::Admin;
use crate::json::text;
use crate::problem::Problem;

/// Delete a service
///
/// The service's keys are revoked, on every node within a second. Its webhook endpoints are
/// removed, with their addresses and secrets, and waiting deliveries are not sent. Its matches can
/// no longer be read and are deleted at the end of their retention term. Takes a second actor.
#[utoipa::path(
    delete, path = "/v1/services/{service}", tag = "keys",
    params(("service" = inline(text::ServiceId), Path, description = "The service's id.")),
    responses(
        (status = 204, description = "The service is deleted."),
        (status = 202, description = "The change waits for a second actor.", body = ApprovalJson,
         headers(("location" = String, description = "The address of the request."))),
        (status = 409, description = "Too many requests of this key wait for a second actor."),
    ),
    extensions(("x-who" = json!("admin")))
)]
pub async fn delete_service(
    State(desk): State<Desk>,
    Admin(admin): Admin,
    Path(id): Path<ServiceId>,
) -> Result<Guarded<StatusCode>, Problem> {
    let done = desk.delete_service(&admin, id).await;

    Ok(Guarded::of(done)?.map(|()| StatusCode::NO_CONTENT))
}
