//! How much is promised and not yet done.

use mamori_store::JobCount;

use crate::{Desk, Error};

impl Desk {
    /// How many jobs of each kind wait, are at work, or were laid aside. Numbers only: whom they
    /// are about is not said.
    pub async fn count_jobs(&self) -> Result<Vec<JobCount>, Error> {
        Ok(self.store().job_counts().await?)
    }
}
