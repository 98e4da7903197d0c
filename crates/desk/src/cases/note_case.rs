//! Writes a note into a case, for the next reviewer who works on it.

use mamori_model::case::{About, CaseEventKind};
use mamori_model::{CaseId, FreeText};

use crate::staff::member::Reviewer;
use crate::{Desk, Error};

impl Desk {
    /// Writes a note into the history of a case that the reviewer has claimed. `number` is the
    /// number of the claim; refused as [`mamori_model::Case::claimed_by`] says.
    pub async fn note_case(
        &self,
        who: &Reviewer,
        case: CaseId,
        number: u32,
        note: &FreeText,
    ) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("note_case").await?;
        let case = tx.lock_case(case).await?.ok_or(Error::NotFound("case"))?;
        case.claimed_by(who.staff(), number, now)?;
        let by = Some(who.staff());
        let noted = (Some(note), About::default());
        self.record_event_by(&mut tx, case.id, CaseEventKind::Noted, by, noted, now).await?;
        tx.commit().await?;

        Ok(())
    }
}
