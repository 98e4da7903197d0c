//! What waits to be done, for whoever keeps the system running. Numbers only: whom they are about
//! is not said.

use mamori_store::{JobCount, OpenCounts, QueueCount};

use crate::{Desk, Error};

/// What waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Jobs of each kind that wait, are at work, or were laid aside.
    pub jobs: Vec<JobCount>,
    /// Cases that wait for a person.
    pub cases: Vec<QueueCount>,
    /// Actions that a service was asked for and has not answered.
    pub actions: OpenCounts,
    /// Sealed items whose term has not ended.
    pub sealed: u64,
}

impl Desk {
    /// What waits, in the whole database.
    pub async fn workload(&self) -> Result<Workload, Error> {
        let store = self.store();
        Ok(Workload {
            jobs: store.job_counts().await?,
            cases: store.queue_counts().await?,
            actions: store.count_open_actions().await?,
            sealed: store.count_evidence().await?,
        })
    }
}
