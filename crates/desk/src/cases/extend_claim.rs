//! Extends a claim while the reviewer's page is open.

use jiff::Timestamp;
use mamori_model::{CaseId, Refusal};

use crate::staff::member::Reviewer;
use crate::{Desk, Error};

impl Desk {
    /// Extends a claim and returns when it lapses. [`Refusal::ClaimLapsed`] if it has lapsed
    /// already: it is not renewed silently, because a colleague may have viewed the case in the
    /// meantime. Other refusals as [`mamori_model::Case::claimed_by`].
    pub async fn extend_claim(
        &self,
        who: &Reviewer,
        case: CaseId,
        number: u32,
    ) -> Result<Timestamp, Error> {
        let now = self.clock().now();
        let until = self.claim_until(now);

        let mut tx = self.store().begin("extend_claim").await?;
        let is_extended = tx.extend_claim(case, (who.staff(), number), now, until).await?;
        if !is_extended {
            drop(tx);
            let case = self.store().case(case, who.assignment()).await?;
            let case = case.ok_or(Error::NotFound("case"))?;
            case.claimed_by(who.staff(), number, now)?;
            return Err(Refusal::ClaimLapsed.into());
        }
        tx.commit().await?;

        Ok(until)
    }
}
