//! `POST /console/deliveries/{delivery}/redeliver`: a webhook delivery is sent again.

use axum::extract::{Path, State};
use axum::response::Redirect;
use mamori_model::DeliveryId;

use crate::app::Console;
use crate::fault::Fault;
use crate::form::{EmptyForm, Form};
use crate::guard::Resender;
use crate::webhooks::page::PATH;

/// Enqueues the delivery again, and redirects to the list.
pub async fn redeliver(
    State(console): State<Console>,
    who: Resender,
    Path(delivery): Path<String>,
    Form(EmptyForm {}): Form<EmptyForm>,
) -> Result<Redirect, Fault> {
    let delivery: DeliveryId = delivery.parse().map_err(|_| Fault::not_found())?;
    let again = console.desk.redeliver_for(&who.proof, delivery).await;
    again.map_err(|error| Fault::from(error).with_link(PATH))?;
    Ok(Redirect::to(&format!("{PATH}?sent=1")))
}
