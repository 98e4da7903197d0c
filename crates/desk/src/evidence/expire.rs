//! Ends evidence at the end of its term.

use jiff::Timestamp;

use crate::sweep_summary::SweepSummary;
use crate::{Desk, Error};

/// Deletes the keys of all evidence whose term is over.
pub(crate) async fn expire(desk: &Desk, now: Timestamp) -> Result<SweepSummary, Error> {
    let evidence_expired = desk.expire_evidence(now).await?;

    Ok(SweepSummary { evidence_expired, ..SweepSummary::default() })
}
