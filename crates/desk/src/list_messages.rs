//! How messages to services go, of all services at once: for the console. Endpoints by their hosts
//! alone, as an address may carry a secret; messages without their bodies.

use mamori_model::page::{Page, PageSize};
use mamori_model::webhook::DeliveryState;
use mamori_model::{ActionId, DeliveryId, EndpointId, Line, Sensitive};
use mamori_store::{DeliveryLine, OpenAction, OpenCounts};
use url::Url;

use crate::member::{Messages, Records};
use crate::{Desk, Error};

/// An endpoint, and how it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its id.
    pub id: EndpointId,
    /// The service's name.
    pub service: Line,
    /// The host of its address.
    pub host: String,
    /// How many messages wait for it.
    pub waiting: u64,
    /// What came of the newest message that was tried.
    pub last_result: Option<String>,
}

/// A message, and how it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// All but where it goes.
    pub line: DeliveryLine,
    /// The host that it goes to; `None` if its endpoint is removed.
    pub host: Option<String>,
}

impl Desk {
    /// The endpoints of all services, the oldest first.
    pub async fn places(
        &self,
        _: &Messages,
        after: Option<EndpointId>,
        size: PageSize,
    ) -> Result<Page<Place, EndpointId>, Error> {
        let page = self.store().endpoints_overview(after, size).await?;
        let place = |line: mamori_store::EndpointLine| Place {
            id: line.id,
            service: line.service,
            host: host(&line.url),
            waiting: line.waiting,
            last_result: line.last_result,
        };
        Ok(Page { rows: page.rows.into_iter().map(place).collect(), next: page.next })
    }

    /// Messages to all services, in one state or any, the newest first.
    pub async fn messages(
        &self,
        _: &Messages,
        state: Option<DeliveryState>,
        after: Option<DeliveryId>,
        size: PageSize,
    ) -> Result<Page<Message, DeliveryId>, Error> {
        let page = self.store().deliveries_overview(state, after, size).await?;
        let message = |mut line: DeliveryLine| {
            let host = line.url.take().as_ref().map(host);
            Message { line, host }
        };
        Ok(Page { rows: page.rows.into_iter().map(message).collect(), next: page.next })
    }

    /// How many actions no service has answered.
    pub async fn count_open_actions(&self, _: &Messages) -> Result<OpenCounts, Error> {
        Ok(self.store().count_open_actions().await?)
    }

    /// The actions that no service has answered, the oldest first.
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
    fn of_an_address_only_the_host_is_shown() {
        let url = Sensitive::new("https://hooks.example:8443/x/secret-42?token=7".to_owned());

        assert_eq!(host(&url), "hooks.example");
    }
}
