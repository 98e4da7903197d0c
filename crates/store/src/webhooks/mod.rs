//! Endpoints of services, and the deliveries to them.

pub mod delivery;
pub mod endpoint;
