//! Registers a service.

use mamori_model::key::{Scope, Service};
use mamori_model::{AuditVerb, Line};

use crate::audit::{self, Change, values};
use crate::{Admin, Desk, Error};

impl Desk {
    /// Creates a service. It cannot call Mamori until it has a key.
    pub async fn create_service(&self, who: &Admin, name: Line) -> Result<Service, Error> {
        who.require(&[Scope::Services])?;
        let created_at = self.clock().now();
        let service =
            Service { id: self.clock().mint()?.into(), name, created_at, leaving_at: None };

        let mut tx = self.store().begin("create_service").await?;
        tx.insert_service(&service).await?;
        let change = Change::of(who.actor(), AuditVerb::ServiceCreated, service.id);
        audit::record(self, &mut tx, change.after(values::service(&service)), created_at).await?;
        tx.commit().await?;

        Ok(service)
    }
}
