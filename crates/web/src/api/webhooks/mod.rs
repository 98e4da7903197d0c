//! Endpoints for webhooks, and deliveries.

pub mod add_webhook;
pub mod delivery_json;
pub mod enable_webhook;
pub mod endpoint_json;
pub mod get_delivery;
pub mod get_webhook;
pub mod list_deliveries;
pub mod list_webhooks;
pub mod redeliver;
pub mod remove_webhook;
pub mod rotate_secret;
pub mod test_webhook;
