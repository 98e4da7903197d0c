//! `POST /v1/webhooks`: a service adds a webhook endpoint.

use axum::extract::State;
use mamori_desk::Desk;

use crate::api::webhooks::endpoint_json::{EndpointJson, NewEndpoint};
use crate::api::{Created, created};
use crate::extract::Json;
use crate::guard::{Caller, scope};
use crate::problem::Problem;

/// Add a webhook endpoint
///
/// Mamori sends every new or changed match and every requested action to every endpoint of the
/// service, by the Standard Webhooks convention; a test message, `endpoint.test`, only to the
/// endpoint for which it was requested. The response contains the signing secret, `whsec_…`, this
/// once.
#[utoipa::path(
    post, path = "/v1/webhooks", tag = "webhooks",
    request_body = NewEndpoint,
    responses(
        (status = 201, description = "The endpoint, with its secret.", body = EndpointJson,
         headers(("location" = String, description = "Its address."))),
        (status = 409, description = "The service has its maximum number of endpoints."),
    ),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["webhooks"])))
)]
pub async fn add_webhook(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::Webhooks>,
    Json(new): Json<NewEndpoint>,
) -> Result<Created<EndpointJson>, Problem> {
    let endpoint = desk.add_endpoint(&caller, &new.url).await?;

    let address = format!("/v1/webhooks/{}", endpoint.id);
    Ok(created(address, EndpointJson::with_secret(&endpoint)))
}
