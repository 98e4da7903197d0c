//! A page says that somebody is still at a case.

use jiff::Timestamp;
use mamori_model::{CaseId, Refusal};

use crate::member::Reviewer;
use crate::{Desk, Error};

impl Desk {
    /// Makes a claim last on, and says until when. [`Refusal::ClaimLapsed`] if it ran out: what was
    /// not kept is not taken up again in silence, as a colleague may have looked meanwhile.
    pub async fn keep_claim(
        &self,
        who: &Reviewer,
        case: CaseId,
        number: u32,
    ) -> Result<Timestamp, Error> {
        let now = self.clock().now();
        let until = self.claim_until(now);

        let mut tx = self.store().begin("keep_claim").await?;
        let is_kept = tx.extend_claim(case, (who.staff(), number), now, until).await?;
        if !is_kept {
            drop(tx);
            let case = self.store().case(case).await?.ok_or(Error::NotFound("case"))?;
            case.claimed_by(who.staff(), number, now)?;
            return Err(Refusal::ClaimLapsed.into());
        }
        tx.commit().await?;

        Ok(until)
    }
}
