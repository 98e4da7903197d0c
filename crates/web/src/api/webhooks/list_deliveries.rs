//! `GET /v1/deliveries`: lists the webhook deliveries to a service's endpoints.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::webhook::DeliveryState;
use mamori_model::{DeliveryId, EndpointId};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::webhooks::delivery_json::DeliveryJson;
use crate::extract::Query;
use crate::guard::{Caller, scope};
use crate::json::text;
use crate::page::{Cursor, Limit, Paged};
use crate::problem::Problem;

/// Which deliveries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveriesQuery {
    /// The most rows of the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100, nullable = false)]
    limit: Limit,
    /// `next` of the previous page.
    #[param(value_type = Option<String>, pattern = "^[0-9a-f]{32}$", min_length = 32, max_length = 32, nullable = false)]
    cursor: Option<Cursor<DeliveryId>>,
    /// Only deliveries to this endpoint.
    #[param(value_type = Option<text::EndpointId>, inline, nullable = false)]
    endpoint: Option<EndpointId>,
    /// Only deliveries in this state.
    #[param(value_type = DeliveryState, required = false, inline)]
    state: Option<DeliveryState>,
}

/// List your webhook deliveries
///
/// The newest first.
#[utoipa::path(
    get, path = "/v1/deliveries", tag = "webhooks",
    params(DeliveriesQuery),
    responses((status = 200, description = "A page of deliveries.", body = Paged<DeliveryJson>)),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["webhooks", "actions:answer"])))
)]
pub async fn list_deliveries(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::Deliveries>,
    Query(query): Query<DeliveriesQuery>,
) -> Result<Json<Paged<DeliveryJson>>, Problem> {
    let after = query.cursor.map(|cursor| cursor.0);
    let page = desk.deliveries(&caller, query.endpoint, query.state, after, query.limit.0).await?;

    Ok(Json(Paged::of(page, DeliveryJson::row)))
}
