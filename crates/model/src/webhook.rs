//! Webhooks: what a service is told, where, and how it went.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{DeliveryId, EndpointId, Sensitive, ServiceId};

/// What a webhook tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EventKind {
    /// An item matched.
    #[serde(rename = "match.created")]
    MatchCreated,
    /// An item that had matched came with other bytes, new hits or a stricter verdict.
    #[serde(rename = "match.changed")]
    MatchChanged,
    /// A person decided, and the service is asked to do something.
    #[serde(rename = "action.requested")]
    ActionRequested,
    /// Somebody asked whether the endpoint works.
    #[serde(rename = "endpoint.test")]
    EndpointTest,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 4] =
        [Self::MatchCreated, Self::MatchChanged, Self::ActionRequested, Self::EndpointTest];

    /// The word in the payload and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MatchCreated => "match.created",
            Self::MatchChanged => "match.changed",
            Self::ActionRequested => "action.requested",
            Self::EndpointTest => "endpoint.test",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A place at a service that takes webhooks. A removed one is no more: its address and secret are
/// forgotten, and only its id stays with what was sent to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Whose it is.
    pub service: ServiceId,
    /// Where to send. A URL may carry a secret, so it is shown to its service only.
    pub url: Sensitive<String>,
    /// The bytes that sign messages; 32 random ones.
    pub secret: Sensitive<Vec<u8>>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// How far a delivery has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// To be sent, or sent again.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// Tried too often, or the endpoint is gone; a person may send it again.
    Failed,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Delivered, Self::Failed];

    /// The word in the API and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// One message to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its id, the same at every attempt.
    pub id: DeliveryId,
    /// Where it goes.
    pub endpoint: EndpointId,
    /// What it tells.
    pub event: EventKind,
    /// The body, exactly as it is signed and sent: JSON. May name an account.
    pub payload: Sensitive<String>,
    /// How far it has come.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// What came of the last attempt: `204`, `timeout`, `address refused` …
    pub last_result: Option<String>,
    /// When it was promised.
    pub created_at: Timestamp,
    /// When it was last tried.
    pub last_attempt_at: Option<Timestamp>,
}
