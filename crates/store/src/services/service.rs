//! Queries for services.

use jiff::Timestamp;
use mamori_model::key::Service;
use mamori_model::page::{Page, PageSize};
use mamori_model::{Line, ServiceId};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::pending_change::{Change, PendingChange};
use crate::query::queries;
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

queries! {
    SERVICE_BY_ID = "-- service_by_id
        SELECT id, name, created_at, leaving_at FROM service WHERE id = $1 AND deleted_at IS NULL";
    SERVICES_PAGE = "-- services_page
        SELECT id, name, created_at, leaving_at FROM service WHERE id > $1 AND deleted_at IS NULL
         ORDER BY id LIMIT $2";
    SERVICES_ALL = "-- services_all
        SELECT id, name, created_at, leaving_at FROM service WHERE deleted_at IS NULL ORDER BY id";
    INSERT_SERVICE = "-- insert_service
        INSERT INTO service (id, name, created_at, changed_by) VALUES ($1, $2, $3, $4)";
    LOCK_SERVICE = "-- lock_service
        SELECT CAST(1 AS BIGINT) FROM service WHERE id = $1 AND deleted_at IS NULL",
        postgres: "-- lock_service
        SELECT CAST(1 AS BIGINT) FROM service WHERE id = $1 AND deleted_at IS NULL FOR SHARE";
    RENAME_SERVICE = "-- rename_service
        UPDATE service
           SET name = $2, changed_by = $3
         WHERE id = $1 AND deleted_at IS NULL
        RETURNING id, name, created_at, leaving_at";
    LOCK_SERVICE_TO_DELETE = "-- lock_service_to_delete
        SELECT id, name, created_at, leaving_at FROM service
         WHERE id = $1 AND deleted_at IS NULL",
        postgres: "-- lock_service_to_delete
        SELECT id, name, created_at, leaving_at FROM service
         WHERE id = $1 AND deleted_at IS NULL FOR UPDATE";
    DELETE_SERVICE = "-- delete_service
        UPDATE service
           SET deleted_at = $2, changed_by = $3
         WHERE id = $1 AND deleted_at IS NULL";
}

row! {
    struct ServiceRow {
        id: Uuid,
        name: String,
        created_at: i64,
        leaving_at: Option<i64>,
    }
}

impl ServiceRow {
    fn read(self) -> Result<Service, Error> {
        Ok(Service {
            id: self.id.into(),
            name: self.name.parse().or_corrupt("service.name")?,
            created_at: from_micros(self.created_at, "service.created_at")?,
            leaving_at: maybe_from_micros(self.leaving_at, "service.leaving_at")?,
        })
    }
}

impl Store {
    /// Returns the service, unless it is deleted.
    pub async fn service(&self, service: ServiceId) -> Result<Option<Service>, Error> {
        self.row::<ServiceRow>(SERVICE_BY_ID.bind(service)).await?.map(ServiceRow::read).transpose()
    }

    /// Returns a page of the services that are not deleted, the oldest first.
    pub async fn services(
        &self,
        after: Option<ServiceId>,
        size: PageSize,
    ) -> Result<Page<Service, ServiceId>, Error> {
        let after = after.map_or(Uuid::nil(), Uuid::from);
        let call = SERVICES_PAGE.bind(after).bind(size.rows().saturating_add(1));
        let rows: Vec<ServiceRow> = self.rows(call).await?;
        let services = rows.into_iter().map(ServiceRow::read).collect::<Result<_, _>>()?;
        Ok(Page::of(services, size, |service: &Service| service.id))
    }

    /// Returns every service that is not deleted, the oldest first.
    pub async fn all_services(&self) -> Result<Vec<Service>, Error> {
        let rows: Vec<ServiceRow> = self.rows(SERVICES_ALL.call()).await?;
        rows.into_iter().map(ServiceRow::read).collect()
    }
}

impl Tx {
    /// Adds a service.
    pub async fn insert_service(&mut self, service: &Service) -> Result<(), Error> {
        let call = INSERT_SERVICE
            .bind(service.id)
            .bind(service.name.as_str())
            .bind(service.created_at)
            .bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("service", "service"))?;
        self.record_change(PendingChange { change: Change::Keys, at: service.created_at });
        Ok(())
    }

    /// Returns the service, unless it is deleted.
    pub async fn service(&mut self, service: ServiceId) -> Result<Option<Service>, Error> {
        self.row::<ServiceRow>(SERVICE_BY_ID.bind(service)).await?.map(ServiceRow::read).transpose()
    }

    /// Renames a service; `None` if there is no such service.
    pub async fn rename_service(
        &mut self,
        service: ServiceId,
        name: &Line,
    ) -> Result<Option<Service>, Error> {
        let call = RENAME_SERVICE.bind(service).bind(name.as_str()).bind(self.name());
        self.row::<ServiceRow>(call).await?.map(ServiceRow::read).transpose()
    }

    /// Returns the service, unless it is deleted, and locks it until this transaction ends. Other
    /// transactions can add no match, case or action to it meanwhile: their rows refer to it.
    pub async fn lock_service_to_delete(
        &mut self,
        service: ServiceId,
    ) -> Result<Option<Service>, Error> {
        let row: Option<ServiceRow> = self.row(LOCK_SERVICE_TO_DELETE.bind(service)).await?;
        row.map(ServiceRow::read).transpose()
    }

    /// Deletes a service; returns `false` if there is no such service. Its keys and endpoints are
    /// ended by [`Tx::revoke_keys_of`] and [`Tx::remove_endpoints_of`].
    pub async fn delete_service(
        &mut self,
        service: ServiceId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.run(DELETE_SERVICE.bind(service).bind(now).bind(self.name())).await? == 1)
    }

    /// Keeps a service from being deleted until this transaction ends; [`Error::NotFound`] if it is
    /// deleted or does not exist.
    pub async fn lock_service(&mut self, service: ServiceId) -> Result<(), Error> {
        let locked: Option<(i64,)> = self.row(LOCK_SERVICE.bind(service)).await?;
        locked.map(drop).ok_or(Error::NotFound("service"))
    }
}
