//! The names of services, for the filters and forms of the console.

use mamori_model::key::Service;

use crate::staff::member::Member;
use crate::{Desk, Error};

impl Desk {
    /// Returns the services that are not deleted and that the staff member's assignment covers, the
    /// oldest first. [`Error::NotFound`] for a staff member who may know of none: neither a reviewer, an
    /// auditor nor an administrator.
    pub async fn services_for_staff(&self, who: &Member) -> Result<Vec<Service>, Error> {
        if who.reviewer().is_none() && who.delivery_reader().is_none() {
            return Err(Error::NotFound("service"));
        }
        let mut services = self.store().all_services().await?;
        services.retain(|service| who.assignment().covers_service(service.id));
        Ok(services)
    }
}
