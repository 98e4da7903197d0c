//! Opens a case for a match, or adds the match to the open case about the same account or item.

use jiff::Timestamp;
use mamori_model::case::{About, CaseEvent, CaseEventKind};
use mamori_model::matched::Match;
use mamori_model::{Case, CaseId, FreeText, StaffId, Subject, Urgency};
use mamori_store::{NewCase, Tx};

use crate::{Desk, Error};

impl Desk {
    /// Brings a match that is new or changed before a reviewer, within the transaction that records
    /// the match: touches the undecided case that contains it, or adds it to the open case about
    /// its subject, or opens a new case. A match whose verdict is `allow` opens no case.
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
            return self.record_event(tx, case.id, CaseEventKind::ItemAdded, about, now).await;
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
        self.record_event(tx, case, kind, about, now).await
    }

    /// Records in a case's history what Mamori itself did to the case.
    pub(crate) async fn record_event(
        &self,
        tx: &mut Tx,
        case: CaseId,
        kind: CaseEventKind,
        about: About,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.record_event_by(tx, case, kind, None, (None, about), now).await
    }

    /// Records in a case's history what a staff member did to the case, and their note. `by` is
    /// `None` if Mamori did it.
    pub(crate) async fn record_event_by(
        &self,
        tx: &mut Tx,
        case: CaseId,
        kind: CaseEventKind,
        by: Option<StaffId>,
        (note, about): (Option<&FreeText>, About),
        now: Timestamp,
    ) -> Result<(), Error> {
        let id = self.clock().mint()?.into();
        let event = CaseEvent { id, case, kind, by, note: note.cloned(), about, at: now };
        Ok(tx.insert_case_event(&event).await?)
    }
}
