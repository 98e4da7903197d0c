//! Endpoints of services, and the deliveries to them.

pub mod add_endpoint;
pub mod deliver;
pub mod destination;
pub mod list_messages;
pub mod payload;
pub mod redeliver;
pub mod remove_endpoint;
pub mod signature;
pub mod test_endpoint;
