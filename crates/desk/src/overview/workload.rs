//! The waiting work in numbers, for the operator. Does not say which service, account or staff
//! member it concerns.

use std::collections::BTreeMap;

use mamori_model::{Assignment, DisputeScope};
use mamori_store::{JobCount, OpenCounts, QueueCount};

use crate::{Desk, Error};

/// The waiting work of the whole database, in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Jobs of each kind: waiting, leased, or laid aside after too many failures.
    pub jobs: Vec<JobCount>,
    /// Undecided cases, also those that wait for a second approval.
    pub cases: Vec<QueueCount>,
    /// Actions that services were asked for and have not answered.
    pub actions: OpenCounts,
    /// Open disputes, by how far they reach.
    pub disputes: BTreeMap<DisputeScope, u64>,
    /// Sealed items that can still be opened; a sweep ends that when their term ends.
    pub sealed: u64,
    /// Their bytes.
    pub sealed_bytes: u64,
}

impl Desk {
    /// Counts the waiting work of the whole database.
    pub async fn workload(&self) -> Result<Workload, Error> {
        let store = self.store();
        Ok(Workload {
            jobs: store.job_counts().await?,
            cases: store.queue_counts(&Assignment::EVERYTHING).await?,
            actions: store.count_open_actions(&Assignment::EVERYTHING).await?,
            disputes: store.open_dispute_counts(&Assignment::EVERYTHING).await?,
            sealed: store.count_evidence().await?,
            sealed_bytes: self.vault_bytes().await?,
        })
    }
}
