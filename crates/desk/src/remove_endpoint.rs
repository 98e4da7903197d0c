//! An endpoint is removed: nothing is sent to it any more, and its address is forgotten.

use mamori_model::EndpointId;

use crate::{Caller, Desk, Error};

impl Desk {
    /// Removes an endpoint of the caller's, with its address and its secret; what waits for it fails.
    pub async fn remove_endpoint(&self, caller: &Caller, id: EndpointId) -> Result<(), Error> {
        let mut tx = self.store().begin("remove_endpoint").await?;
        if !tx.remove_endpoint(caller.service(), id, self.clock().now()).await? {
            return Err(Error::NotFound("endpoint"));
        }
        tx.commit().await?;

        Ok(())
    }
}
