//! Renames a service.

use mamori_model::key::Service;
use mamori_model::{Line, ServiceId};

use crate::{Admin, Desk, Error};

impl Desk {
    /// Renames a service. Its keys, matches and webhooks refer to its id and are unaffected.
    pub async fn change_service(
        &self,
        _: &Admin,
        id: ServiceId,
        name: &Line,
    ) -> Result<Service, Error> {
        let mut tx = self.store().begin("change_service").await?;
        let service = tx.rename_service(id, name).await?.ok_or(Error::NotFound("service"))?;
        tx.commit().await?;

        Ok(service)
    }
}
