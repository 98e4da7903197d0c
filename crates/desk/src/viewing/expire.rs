//! Ends views that the page no longer reports.

use jiff::Timestamp;

use crate::swept::Swept;
use crate::{Desk, Error};

/// Ends the views whose page sent no keep-alive. The rows go with their case.
pub(crate) async fn expire(desk: &Desk, now: Timestamp) -> Result<Swept, Error> {
    let mut tx = desk.store().begin("expire_viewing").await?;
    let looks_closed = tx.close_silent_looks(now).await?;
    tx.commit().await?;

    Ok(Swept { looks_closed, ..Swept::default() })
}
