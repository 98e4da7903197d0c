//! Sends a finished webhook delivery again, under the same id; for staff also one that waits, at once.

use mamori_model::key::Scope;
use mamori_model::{Assignment, AuditActor, AuditVerb, DeliveryId, ServiceId};

use crate::audit::{self, Change};
use crate::staff::member::Resender;
use crate::{Caller, Desk, Error};

/// Whose deliveries the caller may have sent again.
#[derive(Clone, Copy)]
enum Of<'a> {
    /// Those of one service.
    Service(ServiceId),
    /// Those that an assignment covers.
    Assignment(&'a Assignment),
}

impl Desk {
    /// Enqueues a finished delivery of the caller again. [`Error::NotFound`] if the caller has no
    /// such delivery; [`Error::Conflict`] if it is still waiting, if its endpoint was removed or is
    /// disabled, or if it is a test message while another one to the same endpoint waits.
    /// [`Error::Resends`] if the caller's service had too many messages sent within a minute.
    pub async fn redeliver(&self, caller: &Caller, id: DeliveryId) -> Result<(), Error> {
        caller.require(&[Scope::Webhooks])?;
        let most = self.settings().webhooks.resends_minute_max;
        self.inner.resends.take(caller.service(), most, self.clock().running())?;
        self.redeliver_of(caller.actor(), Of::Service(caller.service()), id).await
    }

    /// Enqueues a finished delivery that the staff member's assignment covers again, for the console;
    /// otherwise as [`Self::redeliver`], without that limit. A delivery that waits for its next attempt
    /// is tried at once; while an attempt is under way it is [`Error::Conflict`].
    pub async fn redeliver_for(&self, who: &Resender, id: DeliveryId) -> Result<(), Error> {
        self.redeliver_of(who.staff().into(), Of::Assignment(who.assignment()), id).await
    }

    async fn redeliver_of(&self, by: AuditActor, of: Of<'_>, id: DeliveryId) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("redeliver").await?;
        let (service, is_hastened) = match of {
            Of::Service(service) => (service, false),
            Of::Assignment(within) => {
                let service = tx.service_of_delivery(id, within).await?;
                let service = service.ok_or(Error::NotFound("delivery"))?;
                (service, tx.hasten_delivery(id, now).await?)
            }
        };
        if !is_hastened {
            let endpoint = tx.reset_delivery(service, id).await?;
            self.enqueue_delivery_job(&mut tx, id, (service, endpoint), now).await?;
        }
        let change = Change::of(by, AuditVerb::DeliveryResent, id);
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        Ok(())
    }
}
