//! Renames a service.

use mamori_model::key::{Scope, Service};
use mamori_model::{AuditVerb, Line, ServiceId};

use crate::audit::{self, Change, values};
use crate::{Admin, Desk, Error};

impl Desk {
    /// Renames a service. Its keys, matches and webhooks refer to its id and are unaffected.
    pub async fn change_service(
        &self,
        who: &Admin,
        id: ServiceId,
        name: &Line,
    ) -> Result<Service, Error> {
        who.require(&[Scope::Services])?;
        let mut tx = self.store().begin("change_service").await?;
        let before = tx.service(id).await?.ok_or(Error::NotFound("service"))?;
        let service = tx.rename_service(id, name).await?.ok_or(Error::NotFound("service"))?;
        let change = Change::of(who.actor(), AuditVerb::ServiceChanged, id);
        let change = change.before(values::service(&before)).after(values::service(&service));
        audit::record(self, &mut tx, change, self.clock().now()).await?;
        tx.commit().await?;

        Ok(service)
    }
}
