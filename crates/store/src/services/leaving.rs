//! Queries for services that are leaving, and for what they wait for.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mamori_model::key::Service;
use mamori_model::{Assignment, ServiceId};
use uuid::Uuid;

use crate::covered::{covered_purpose, covered_service};
use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::pending_change::{Change, PendingChange};
use crate::query::queries;
use crate::row::row;
use crate::time::from_micros;
use crate::tx::Tx;

macro_rules! leaving_services {
    ($engine:ident) => {
        concat!(
            "-- leaving_services
        SELECT id, name, created_at, leaving_at,
               (SELECT count(*) FROM review_case
                 WHERE service_id = service.id AND state IN ('open', 'proposed') AND ",
            covered_purpose!($engine "review_case.purpose" in "$2"),
            ") AS undecided,
               (SELECT count(*) FROM service_action
                 WHERE service_id = service.id AND state IN ('waiting', 'overdue')
                   AND state = 'waiting'
                   AND EXISTS (SELECT 1 FROM decision
                                WHERE decision.id = service_action.decision_id AND ",
            covered_purpose!($engine "decision.purpose" in "$2"),
            ")) AS unanswered
          FROM service
         WHERE leaving_at IS NOT NULL AND deleted_at IS NULL AND ",
            covered_service!($engine "id" in "$1"),
            "
         ORDER BY id"
        )
    };
}

queries! {
    LEAVING_SERVICES = leaving_services!(sqlite), postgres: leaving_services!(postgres);
    LEAVING_SERVICE_IDS = "-- leaving_service_ids
        SELECT id FROM service WHERE leaving_at IS NOT NULL AND deleted_at IS NULL";
    SERVICE_WAITS = "-- service_waits
        SELECT CAST(1 AS BIGINT)
         WHERE EXISTS (SELECT 1 FROM review_case
                        WHERE service_id = $1 AND state IN ('open', 'proposed'))
            OR EXISTS (SELECT 1 FROM service_action
                        WHERE service_id = $1 AND state IN ('waiting', 'overdue')
                          AND state = 'waiting')";
    MARK_LEAVING = "-- mark_leaving
        UPDATE service
           SET leaving_at = $2, changed_by = $3
         WHERE id = $1 AND leaving_at IS NULL AND deleted_at IS NULL";
}

/// A service that is leaving, and what it waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeavingService {
    /// The service.
    pub service: Service,
    /// How many of its cases are not decided, or wait for second approval.
    pub undecided: u64,
    /// How many actions wait for its answer, without those that are overdue.
    pub unanswered: u64,
}

impl LeavingService {
    /// Checks whether nothing waits, so that the service can be deleted.
    pub fn is_done(&self) -> bool {
        self.undecided == 0 && self.unanswered == 0
    }
}

row! {
    struct LeavingRow {
        id: Uuid,
        name: String,
        created_at: i64,
        leaving_at: i64,
        undecided: i64,
        unanswered: i64,
    }
}

impl LeavingRow {
    fn read(self) -> Result<LeavingService, Error> {
        let service = Service {
            id: self.id.into(),
            name: self.name.parse().or_corrupt("service.name")?,
            created_at: from_micros(self.created_at, "service.created_at")?,
            leaving_at: Some(from_micros(self.leaving_at, "service.leaving_at")?),
        };
        let undecided = u64::try_from(self.undecided).unwrap_or(0);
        let unanswered = u64::try_from(self.unanswered).unwrap_or(0);
        Ok(LeavingService { service, undecided, unanswered })
    }
}

impl Store {
    /// Returns the services that are leaving and that `within` covers, the oldest first, with what they
    /// wait for under the policies that it covers.
    pub async fn leaving_services(
        &self,
        within: &Assignment,
    ) -> Result<Vec<LeavingService>, Error> {
        let rows: Vec<LeavingRow> = self.rows(LEAVING_SERVICES.call().within(within)).await?;
        rows.into_iter().map(LeavingRow::read).collect()
    }

    /// Returns the ids of the services that are leaving.
    pub async fn leaving_service_ids(&self) -> Result<BTreeSet<ServiceId>, Error> {
        let rows: Vec<(Uuid,)> = self.rows(LEAVING_SERVICE_IDS.call()).await?;
        Ok(rows.into_iter().map(|(service,)| service.into()).collect())
    }
}

impl Tx {
    /// Checks whether a case of the service is undecided, or an action waits for its answer. An
    /// overdue action does not count.
    pub async fn service_waits(&mut self, service: ServiceId) -> Result<bool, Error> {
        let waits: Option<(i64,)> = self.row(SERVICE_WAITS.bind(service)).await?;
        Ok(waits.is_some())
    }

    /// Marks a service as leaving; returns `false` if it is leaving or deleted already.
    pub async fn mark_leaving(
        &mut self,
        service: ServiceId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let is_marked =
            self.run(MARK_LEAVING.bind(service).bind(now).bind(self.name())).await? == 1;
        if is_marked {
            // Its keys lose most of their scopes.
            self.record_change(PendingChange { change: Change::Keys, at: now });
        }
        Ok(is_marked)
    }
}
