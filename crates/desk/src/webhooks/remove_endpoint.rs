//! Removes a webhook endpoint: nothing is sent to it any more, and its URL is deleted.

use mamori_model::EndpointId;

use crate::{Caller, Desk, Error};

impl Desk {
    /// Removes one of the caller's endpoints with its URL and its secret; deliveries that wait for
    /// it fail. [`Error::NotFound`] if it does not exist or was removed before.
    pub async fn remove_endpoint(&self, caller: &Caller, id: EndpointId) -> Result<(), Error> {
        let mut tx = self.store().begin("remove_endpoint").await?;
        if !tx.remove_endpoint(caller.service(), id, self.clock().now()).await? {
            return Err(Error::NotFound("endpoint"));
        }
        tx.commit().await?;

        Ok(())
    }
}
