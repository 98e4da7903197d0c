//! A service leaves: its keys open nothing any more, and nothing is sent to it.

use mamori_model::ServiceId;

use crate::{Admin, Desk, Error};

impl Desk {
    /// Deletes a service: its keys are revoked, its endpoints forgotten with their addresses and
    /// secrets, and what waits for them fails. At this node before this returns, at the others
    /// within a second. Its matches and deliveries can be read by nobody, and go by their terms.
    pub async fn delete_service(&self, _: &Admin, id: ServiceId) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("delete_service").await?;
        if !tx.delete_service(id, now).await? {
            return Err(Error::NotFound("service"));
        }
        tx.revoke_keys_of(id, now).await?;
        tx.remove_endpoints_of(id, now).await?;
        tx.commit().await?;

        self.settle().await;
        Ok(())
    }
}
