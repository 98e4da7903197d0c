//! Writes a note into a case, for the next reviewer who works on it.

use mamori_model::case::CaseEventKind;
use mamori_model::{CaseId, FreeText};

use crate::cases::record_event::{NewEvent, record_event};
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
        let case = tx.lock_case(case, who.assignment()).await?.ok_or(Error::NotFound("case"))?;
        case.claimed_by(who.staff(), number, now)?;
        let event = NewEvent::of(case.id, CaseEventKind::Noted).by(who.staff()).note(note);
        record_event(self, &mut tx, event, now).await?;
        tx.commit().await?;

        Ok(())
    }
}
