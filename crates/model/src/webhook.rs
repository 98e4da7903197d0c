//! Webhooks: the events that a service is notified of, its endpoints, and the state of each
//! delivery.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{DeliveryId, EndpointId, Sensitive, ServiceId};

/// The event that a webhook reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(EnumString, IntoStaticStr, VariantArray)]
pub enum EventKind {
    /// An item matched for the first time.
    #[serde(rename = "match.created")]
    #[strum(serialize = "match.created")]
    MatchCreated,
    /// An item that had matched before was sent with other bytes, new hits or a stricter verdict.
    #[serde(rename = "match.changed")]
    #[strum(serialize = "match.changed")]
    MatchChanged,
    /// A decision is in effect, or was undone, and the service is asked to take an action.
    #[serde(rename = "action.requested")]
    #[strum(serialize = "action.requested")]
    ActionRequested,
    /// A test of the endpoint was requested.
    #[serde(rename = "endpoint.test")]
    #[strum(serialize = "endpoint.test")]
    EndpointTest,
}

impl EventKind {
    /// Every kind, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the payload and the database use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// An address at a service that receives webhooks. When an endpoint is removed, its URL and its
/// secret are deleted; only its id stays, with the deliveries to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Id of this endpoint; text form `hook_…`.
    pub id: EndpointId,
    /// The service that it belongs to.
    pub service: ServiceId,
    /// The URL that messages are sent to. A URL may contain a secret, so only its service can read
    /// it.
    pub url: Sensitive<String>,
    /// The key that signs messages: 32 random bytes.
    pub secret: Sensitive<Vec<u8>>,
    /// The key before the last rotation, which signs messages too until its end.
    pub previous_secret: Option<PreviousSecret>,
    /// Why nothing is sent to it; `None` if messages are sent.
    pub disabled: Option<Disabled>,
    /// Time of the first failed attempt since the last one that succeeded; `None` if the last
    /// attempt succeeded.
    pub failing_since: Option<Timestamp>,
    /// Creation time.
    pub created_at: Timestamp,
}

/// The signing key that an endpoint had before its last rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviousSecret {
    /// The key: 32 random bytes.
    pub secret: Sensitive<Vec<u8>>,
    /// From then on it signs nothing, and the sweep deletes it.
    pub until: Timestamp,
}

/// Since when, and why, nothing is sent to an endpoint. Its service can enable it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disabled {
    /// Time at which it was disabled.
    pub at: Timestamp,
    /// Why.
    pub cause: DisabledCause,
}

/// Why Mamori disabled an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum DisabledCause {
    /// The receiver answered 410 Gone, which says that it wants no more messages. Source: Standard
    /// Webhooks 1.0.0, "Deliverability and Reliability".
    Gone,
}

impl DisabledCause {
    /// Every cause, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API and the database use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// State of a webhook delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum DeliveryState {
    /// To be sent, or to be sent again after a failed attempt.
    Waiting,
    /// The receiver accepted it.
    Delivered,
    /// Failed too often, or the endpoint was removed or is disabled. It can be sent again on
    /// request, unless the endpoint was removed.
    Failed,
}

impl DeliveryState {
    /// Every state, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API and the database use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// One message to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Id of this delivery, the same at every attempt; text form `msg_…`.
    pub id: DeliveryId,
    /// The endpoint that it is sent to.
    pub endpoint: EndpointId,
    /// The event that it reports.
    pub event: EventKind,
    /// The body, exactly as it is signed and sent: JSON. May contain the name of an account.
    pub payload: Sensitive<String>,
    /// Current state.
    pub state: DeliveryState,
    /// Number of attempts so far.
    pub attempts: u32,
    /// Result of the last attempt: `204`, `timeout`, `address refused` …
    pub last_result: Option<String>,
    /// Time at which the delivery was created, in the transaction of its event.
    pub created_at: Timestamp,
    /// Time of the last attempt.
    pub last_attempt_at: Option<Timestamp>,
}
