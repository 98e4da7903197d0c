//! Webhook endpoints and deliveries of all services, for the console. Shows only the host of an
//! endpoint, because its URL may contain a secret, and never the body of a delivery.

use jiff::Timestamp;
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
    /// Host of the endpoint's URL, without port and path; empty if the URL has none.
    pub host: String,
    /// Since when nothing is sent to it, because it answered 410 Gone.
    pub disabled_at: Option<Timestamp>,
    /// How many webhook deliveries to it are still to be sent.
    pub waiting: u64,
    /// Result of the newest delivery that was attempted, such as `204` or `timeout`; `None` before
    /// the first attempt.
    pub last_result: Option<String>,
}

/// A webhook delivery and the host that it goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryListing {
    /// The delivery; its `url` is always `None` here, as [`Self::host`] replaces it.
    pub line: DeliveryLine,
    /// Host of its endpoint's URL; `None` if the endpoint was removed.
    pub host: Option<String>,
}

impl Desk {
    /// Lists the endpoints of all services that are not removed, oldest first.
    pub async fn endpoint_statuses(
        &self,
        _: &DeliveryReader,
        after: Option<EndpointId>,
        size: PageSize,
    ) -> Result<Page<EndpointStatus, EndpointId>, Error> {
        let page = self.store().endpoints_overview(after, size).await?;
        let status = |line: mamori_store::EndpointLine| EndpointStatus {
            id: line.id,
            service: line.service,
            host: host(&line.url),
            disabled_at: line.disabled_at,
            waiting: line.waiting,
            last_result: line.last_result,
        };
        Ok(Page { rows: page.rows.into_iter().map(status).collect(), next: page.next })
    }

    /// Lists the webhook deliveries to all services, in one state or in any, newest first.
    pub async fn delivery_listings(
        &self,
        _: &DeliveryReader,
        state: Option<DeliveryState>,
        after: Option<DeliveryId>,
        size: PageSize,
    ) -> Result<Page<DeliveryListing, DeliveryId>, Error> {
        let page = self.store().deliveries_overview(state, after, size).await?;
        let message = |mut line: DeliveryLine| {
            let host = line.url.take().as_ref().map(host);
            DeliveryListing { line, host }
        };
        Ok(Page { rows: page.rows.into_iter().map(message).collect(), next: page.next })
    }

    /// Returns how many actions the services have not answered yet.
    pub async fn count_open_actions(&self, _: &DeliveryReader) -> Result<OpenCounts, Error> {
        Ok(self.store().count_open_actions().await?)
    }

    /// Lists the actions that the services have not answered yet, oldest first.
    pub async fn open_actions(
        &self,
        _: &Records,
        after: Option<ActionId>,
        size: PageSize,
    ) -> Result<Page<OpenAction, ActionId>, Error> {
        Ok(self.store().open_actions(after, size).await?)
    }
}

fn host(url: &Sensitive<String>) -> String {
    let url = Url::parse(url.reveal()).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_host_of_an_address_is_shown() {
        let url = Sensitive::new("https://hooks.example:8443/x/secret-42?token=7".to_owned());

        assert_eq!(host(&url), "hooks.example");
    }
}
