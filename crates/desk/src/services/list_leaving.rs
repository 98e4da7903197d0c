//! Lists the services that are leaving, for the console.

use mamori_store::LeavingService;

use crate::staff::member::ServiceReader;
use crate::{Desk, Error};

impl Desk {
    /// Returns the services that are leaving and that the staff member's assignment covers, the oldest
    /// first, with what they wait for.
    pub async fn leaving_services(
        &self,
        who: &ServiceReader,
    ) -> Result<Vec<LeavingService>, Error> {
        Ok(self.store().leaving_services(who.assignment()).await?)
    }
}
