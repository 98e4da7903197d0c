//! Opens a case for a match, or adds the match to the open case about the same account or item.

use jiff::Timestamp;
use mamori_model::case::{About, CaseEventKind};
use mamori_model::matched::Match;
use mamori_model::{Case, Subject, Urgency};
use mamori_store::{NewCase, Tx};

use crate::cases::record_event::{NewEvent, record_event};
use crate::{Desk, Error};

impl Desk {
    /// Brings a match that is new or changed before a reviewer, within the transaction that records
    /// the match: touches the undecided case that contains it, or adds it to the open case about
    /// its subject, or opens a new case. A match whose verdict is `allow` opens no case. Returns
    /// whether the match is in an open case.
    pub(crate) async fn open_case(
        &self,
        tx: &mut Tx,
        found: &Match,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let Some(purpose) = Case::purpose_of(&found.hits, found.verdict) else { return Ok(false) };
        let about = About { item: Some(found.id), ..About::default() };
        if let Some(case) = tx.lock_open_case_of_item(found.id).await? {
            tx.touch_case(case.id).await?;
            let event = NewEvent::of(case.id, CaseEventKind::ItemAdded).about(about);
            record_event(self, tx, event, now).await?;
            return Ok(true);
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
        record_event(self, tx, NewEvent::of(case, kind).about(about), now).await?;
        Ok(true)
    }
}
