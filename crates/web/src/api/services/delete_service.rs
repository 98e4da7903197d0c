//! `DELETE /v1/services/{service}`: deletes a service.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mamori_desk::Desk;
use mamori_desk::delete_service::Deletion;
use mamori_model::ServiceId;

use crate::api::approvals::approval_json::ApprovalJson;
use crate::api::guarded::Guarded;
use crate::api::services::key_json::ServiceJson;
use crate::extract::Path;
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Delete a service
///
/// While a case of the service is undecided, or an action has no answer and is not overdue, the
/// answer is 200 and the service is leaving: its keys keep the scope `actions:answer` alone, so that
/// nothing of it is checked any more. Cases stay in the queue, and actions are sent to its webhook
/// endpoints. When nothing waits any more it is deleted, without another request.
///
/// Otherwise the service is deleted at once, on every node within a second: its keys are revoked. Its
/// webhook endpoints are removed, with their addresses and secrets, and waiting deliveries are not
/// sent. Its matches can no longer be read and are deleted at the end of their retention term.
///
/// Needs a second actor.
#[utoipa::path(
    delete, path = "/v1/services/{service}", tag = "keys",
    params(("service" = inline(text::ServiceId), Path, description = "The service's id.")),
    responses(
        (status = 200, description = "The service is leaving.", body = ServiceJson),
        (status = 204, description = "The service is deleted."),
        (status = 202, description = "The change waits for a second actor.", body = ApprovalJson,
         headers(("location" = String, description = "The address of the request."))),
        (status = 409, description = "Too many requests of this key wait for a second actor."),
    ),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["services"])))
)]
pub async fn delete_service(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::Services>,
    Path(id): Path<ServiceId>,
) -> Result<Guarded<Response>, Problem> {
    let done = desk.delete_service(&admin, id).await;

    Ok(Guarded::of(done)?.map(|deletion| match deletion {
        Deletion::Deleted => StatusCode::NO_CONTENT.into_response(),
        Deletion::Leaving(service) => Json(ServiceJson::from(service)).into_response(),
    }))
}
