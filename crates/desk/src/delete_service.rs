//! Deletes a service: its keys stop working, and nothing is sent to it any more. While cases of it
//! are undecided, or actions have no answer, it leaves instead.

use jiff::Timestamp;
use mamori_model::approval_request::{ApprovalVerb, GuardedChange};
use mamori_model::key::{Scope, Service};
use mamori_model::{Assignment, AuditActor, AuditVerb, ServiceId};
use mamori_store::Tx;

use crate::approvals::request_approval::Proposal;
use crate::audit::{self, Change, values};
use crate::sweep_summary::SweepSummary;
use crate::{Admin, Desk, Error};
use crate::{actions, banks, services, viewing, webhooks};

/// What became of a service that is to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// It is deleted.
    Deleted,
    /// It is leaving: the sweep deletes it when its cases are decided and its actions answered.
    Leaving(Service),
}

impl Desk {
    /// Deletes a service: revokes its keys, removes its endpoints with their URLs and secrets, and
    /// fails the deliveries that wait for them. This applies at this node before the call returns,
    /// at other nodes within a second.
    ///
    /// While a case of the service is undecided, or an action waits for its answer, the service is
    /// leaving instead: its keys keep [`Scope::ActionsAnswer`] only, so that nothing new is checked;
    /// cases, webhooks of actions and evidence go on as before; and the sweep deletes it when
    /// nothing waits. No case ends undecided. Deleting it once more changes nothing meanwhile.
    ///
    /// The service's matches, deliveries and evidence are kept for their retention terms. No API
    /// key can read them any more; staff members still find them in the console's records.
    ///
    /// [`Error::NotFound`] if there is no such service, [`Error::Waits`] if it needs a second actor.
    pub async fn delete_service(&self, who: &Admin, id: ServiceId) -> Result<Deletion, Error> {
        who.require(&[Scope::Services])?;
        let now = self.clock().now();

        let mut tx = self.store().begin_alone("delete_service").await?;
        let service = tx.lock_service_to_delete(id).await?.ok_or(Error::NotFound("service"))?;
        let change =
            || Ok(Proposal::of(ApprovalVerb::DeleteService, id, values::service(&service)));
        let guarded = GuardedChange::ServiceDeletion;
        let mut tx = self.unless_guarded(tx, who, &guarded, change, now).await?;
        let deletion = self.delete_or_leave(&mut tx, &who.actor(), service, now).await?;
        tx.commit().await?;

        self.wait_until_applied().await;
        Ok(deletion)
    }

    /// Deletes a service, or has it leave, as an approved request.
    pub(crate) async fn delete_service_in(
        &self,
        tx: &mut Tx,
        who: &AuditActor,
        id: ServiceId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let service = tx.lock_service_to_delete(id).await?.ok_or(Error::NotFound("service"))?;
        self.delete_or_leave(tx, who, service, now).await.map(drop)
    }

    /// Deletes a service that this transaction has locked, or has it leave while something waits.
    async fn delete_or_leave(
        &self,
        tx: &mut Tx,
        who: &AuditActor,
        service: Service,
        now: Timestamp,
    ) -> Result<Deletion, Error> {
        if tx.service_waits(service.id).await? {
            return Ok(Deletion::Leaving(self.leave(tx, who, service, now).await?));
        }
        self.end_service(tx, who.clone(), &service, now).await?;
        Ok(Deletion::Deleted)
    }

    /// Marks a service as leaving, unless it is already.
    async fn leave(
        &self,
        tx: &mut Tx,
        who: &AuditActor,
        service: Service,
        now: Timestamp,
    ) -> Result<Service, Error> {
        if !tx.mark_leaving(service.id, now).await? {
            return Ok(service);
        }
        let left = Service { leaving_at: Some(now), ..service.clone() };
        let change = Change::of(who.clone(), AuditVerb::ServiceLeaving, service.id);
        let change = change.before(values::service(&service)).after(values::service(&left));
        audit::record(self, tx, change, now).await?;
        Ok(left)
    }

    /// Ends a service that this transaction has locked and for which nothing waits.
    async fn end_service(
        &self,
        tx: &mut Tx,
        by: AuditActor,
        service: &Service,
        now: Timestamp,
    ) -> Result<(), Error> {
        let id = service.id;
        if !tx.delete_service(id, now).await? {
            return Err(Error::NotFound("service"));
        }
        let change = Change::of(by, AuditVerb::ServiceDeleted, id);
        audit::record(self, tx, change.before(values::service(service)), now).await?;
        services::end_for_service(tx, id, now).await?;
        webhooks::end_for_service(tx, id, now).await?;
        actions::end_for_service(tx, id).await?;
        banks::end_for_service(tx, id, now).await?;
        viewing::end_for_service(tx, id, now).await
    }
}

/// Deletes the leaving services for which nothing waits any more.
pub(crate) async fn delete_leaving(desk: &Desk, now: Timestamp) -> Result<SweepSummary, Error> {
    let mut services_deleted = 0_u64;
    for leaving in desk.store().leaving_services(&Assignment::EVERYTHING).await? {
        if !leaving.is_done() {
            continue;
        }
        let id = leaving.service.id;
        let mut tx = desk.store().begin_alone("delete_leaving_service").await?;
        let Some(service) = tx.lock_service_to_delete(id).await? else { continue };
        // A decision may have been undone since.
        if tx.service_waits(id).await? {
            continue;
        }
        desk.end_service(&mut tx, AuditActor::Mamori, &service, now).await?;
        tx.commit().await?;
        services_deleted = services_deleted.saturating_add(1);
    }
    Ok(SweepSummary { services_deleted, ..SweepSummary::default() })
}
