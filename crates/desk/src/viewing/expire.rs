//! Ends views that the page no longer reports.

use jiff::Timestamp;

use crate::sweep_summary::SweepSummary;
use crate::{Desk, Error};

/// Ends the views whose page sent no keep-alive. The rows go with their case.
pub(crate) async fn expire(desk: &Desk, now: Timestamp) -> Result<SweepSummary, Error> {
    let mut tx = desk.store().begin_alone("expire_viewing").await?;
    let views_closed = tx.close_silent_views(now).await?;
    tx.commit().await?;

    Ok(SweepSummary { views_closed, ..SweepSummary::default() })
}
