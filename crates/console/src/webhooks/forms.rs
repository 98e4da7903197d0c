//! `POST /console/deliveries/{delivery}/redeliver`: a webhook delivery is sent again.

use axum::extract::{Path, State};
use axum::response::Redirect;
use mamori_model::DeliveryId;

use crate::app::Console;
use crate::fault::Fault;
use crate::form::Form;
use crate::guard::Resender;
use crate::staff::sign_in_forms::Nothing;
use crate::webhooks::page::HERE;

/// Enqueues the delivery again, and redirects to the list.
pub async fn redeliver(
    State(console): State<Console>,
    who: Resender,
    Path(delivery): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, Fault> {
    let delivery: DeliveryId = delivery.parse().map_err(|_| Fault::not_found())?;
    let again = console.desk.redeliver_for(&who.proof, delivery).await;
    again.map_err(|error| Fault::from(error).on_to(HERE))?;
    Ok(Redirect::to(&format!("{HERE}?sent=1")))
}
