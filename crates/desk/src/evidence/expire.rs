//! Ends evidence at the end of its term.

use jiff::Timestamp;

use crate::swept::Swept;
use crate::{Desk, Error};

/// Deletes the keys of all evidence whose term is over.
pub(crate) async fn expire(desk: &Desk, now: Timestamp) -> Result<Swept, Error> {
    let evidence_expired = desk.expire_evidence(now).await?;

    Ok(Swept { evidence_expired, ..Swept::default() })
}
