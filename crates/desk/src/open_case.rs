//! A match opens a case, or joins the one that is open about its account.

use jiff::Timestamp;
use mamori_model::case::{About, CaseEvent, CaseEventKind};
use mamori_model::matched::Match;
use mamori_model::{Case, CaseId, StaffId, Subject, Urgency, Words};
use mamori_store::{NewCase, Tx};

use crate::{Desk, Error};

impl Desk {
    /// Puts a match that is new or changed before a person: into the open case
    /// in which it is, into the one about its subject, or into a new one. Within the transaction
    /// that records the match. Nobody is asked about what the machine let stand.
    pub(crate) async fn open_case(
        &self,
        tx: &mut Tx,
        found: &Match,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(purpose) = Case::purpose_of(&found.hits, found.verdict) else { return Ok(()) };
        let about = About { item: Some(found.id), ..About::default() };
        if let Some(case) = tx.lock_open_case_of_item(found.id).await? {
            tx.touch_case(case.id).await?;
            return self.note(tx, case.id, CaseEventKind::ItemAdded, about, now).await;
        }
        let new = NewCase {
            id: self.clock().mint()?.into(),
            service: found.service,
            purpose,
            subject: Subject::of(&found.item),
            urgency: Urgency::KnownMaterial,
            opened_at: now,
            items_max: self.settings().cases.items_max,
        };
        let case = tx.open_or_join_case(&new).await?;
        tx.insert_case_item(case, found.id, now).await?;
        let kind = if case == new.id { CaseEventKind::Opened } else { CaseEventKind::ItemAdded };
        self.note(tx, case, kind, about, now).await
    }

    /// Writes down what the machine did to a case.
    pub(crate) async fn note(
        &self,
        tx: &mut Tx,
        case: CaseId,
        kind: CaseEventKind,
        about: About,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.note_by(tx, case, kind, None, (None, about), now).await
    }

    /// Writes down what somebody did to a case, and what they wrote.
    pub(crate) async fn note_by(
        &self,
        tx: &mut Tx,
        case: CaseId,
        kind: CaseEventKind,
        by: Option<StaffId>,
        (note, about): (Option<&Words>, About),
        now: Timestamp,
    ) -> Result<(), Error> {
        let id = self.clock().mint()?.into();
        let event = CaseEvent { id, case, kind, by, note: note.cloned(), about, at: now };
        Ok(tx.insert_case_event(&event).await?)
    }
}
