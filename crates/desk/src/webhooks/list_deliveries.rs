//! Webhook endpoints and deliveries of the services that a staff member may see, for the console. Shows
//! only host and port of an endpoint, because its URL may contain a secret, and never the body of a
//! delivery.

use jiff::Timestamp;
use mamori_model::job::Lane;
use mamori_model::page::{Page, PageSize};
use mamori_model::webhook::DeliveryState;
use mamori_model::{ActionId, DeliveryId, EndpointId, Line, Sensitive};
use mamori_store::{DeliveryLine, OpenAction, OpenCounts};
use url::Url;

use crate::staff::member::{DeliveryReader, Records};
use crate::{Desk, Error};

/// A webhook endpoint of some service and the state of its deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointStatus {
    /// Id of the endpoint, the same as in the API.
    pub id: EndpointId,
    /// Name of the service that registered the endpoint.
    pub service: Line,
    /// Host of the endpoint's URL, and its port if it is not the usual one, without the path; empty if
    /// the URL has none.
    pub host: String,
    /// Since when nothing is sent to it, because it answered 410 Gone.
    pub disabled_at: Option<Timestamp>,
    /// How many webhook deliveries to it are still to be sent.
    pub waiting: u64,
    /// Result of the newest delivery that was attempted, such as `204` or `timeout`; `None` before
    /// the first attempt.
    pub last_result: Option<String>,
    /// When the next delivery to it is due; `None` if none waits, or if the reader sees only some
    /// policies.
    pub next_attempt: Option<Timestamp>,
}

/// A webhook delivery and the host that it goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryListing {
    /// The delivery; its `url` is always `None` here, as [`Self::host`] replaces it.
    pub line: DeliveryLine,
    /// Host of its endpoint's URL, and its port if it is not the usual one; `None` if the endpoint was
    /// removed.
    pub host: Option<String>,
    /// When it is tried next; `None` if it does not wait.
    pub next_attempt: Option<Timestamp>,
}

impl Desk {
    /// Lists the endpoints that are not removed, oldest first.
    pub async fn endpoint_statuses(
        &self,
        who: &DeliveryReader,
        after: Option<EndpointId>,
        size: PageSize,
    ) -> Result<Page<EndpointStatus, EndpointId>, Error> {
        let page = self.store().endpoints_overview(who.assignment(), after, size).await?;
        let lane = |line: &mamori_store::EndpointLine| Lane::of_endpoint(line.service_id, line.id);
        let lanes: Vec<Lane> = page.rows.iter().map(lane).collect();
        // A lane has the deliveries of every policy; who sees some of them only is told no time.
        let sees_all = who.assignment().purposes.is_none();
        let lanes = if sees_all { lanes } else { Vec::new() };
        let next = self.store().next_attempts_in_lanes(&lanes).await?;
        let status = |line: mamori_store::EndpointLine| EndpointStatus {
            next_attempt: next.get(lane(&line).as_str()).copied(),
            id: line.id,
            service: line.service,
            host: host(&line.url),
            disabled_at: line.disabled_at,
            waiting: line.waiting,
            last_result: line.last_result,
        };
        Ok(Page { rows: page.rows.into_iter().map(status).collect(), next: page.next })
    }

    /// Lists the webhook deliveries, in one state or in any, newest first.
    pub async fn delivery_listings(
        &self,
        who: &DeliveryReader,
        state: Option<DeliveryState>,
        after: Option<DeliveryId>,
        size: PageSize,
    ) -> Result<Page<DeliveryListing, DeliveryId>, Error> {
        let within = who.assignment();
        let page = self.store().deliveries_overview(within, state, after, size).await?;
        let waiting = page.rows.iter().filter(|line| line.state == DeliveryState::Waiting);
        let waiting: Vec<DeliveryId> = waiting.map(|line| line.id).collect();
        let next = self.store().next_attempts(&waiting).await?;
        let message = |mut line: DeliveryLine| {
            let host = line.url.take().as_ref().map(host);
            let next_attempt = next.get(&line.id.to_string()).copied();
            DeliveryListing { line, host, next_attempt }
        };
        Ok(Page { rows: page.rows.into_iter().map(message).collect(), next: page.next })
    }

    /// Returns how many actions the services have not answered yet.
    pub async fn count_open_actions(&self, who: &DeliveryReader) -> Result<OpenCounts, Error> {
        Ok(self.store().count_open_actions(who.assignment()).await?)
    }

    /// Lists the actions that the services have not answered yet, oldest first.
    pub async fn open_actions(
        &self,
        who: &Records,
        after: Option<ActionId>,
        size: PageSize,
    ) -> Result<Page<OpenAction, ActionId>, Error> {
        Ok(self.store().open_actions(who.assignment(), after, size).await?)
    }
}

fn host(url: &Sensitive<String>) -> String {
    let Ok(url) = Url::parse(url.reveal()) else { return String::new() };
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_host_and_port_of_an_address_are_shown() {
        let of = |url: &str| host(&Sensitive::new(url.to_owned()));

        assert_eq!(of("https://hooks.example:8443/x/secret-42?token=7"), "hooks.example:8443");
        assert_eq!(of("https://name:secret@hooks.example/x"), "hooks.example");
    }
}
