//! Acknowledges change notices.

use mamori_model::{AuditVerb, NoticeId};
use serde_json::json;

use crate::approvals::overseer::{Overseer, require_second};
use crate::audit::{self, Change};
use crate::{Desk, Error};

impl Desk {
    /// Acknowledges a notice: it is no longer listed. Acknowledging it again changes nothing.
    ///
    /// `who` must be able to be the second actor of a request that the actor who made the change
    /// makes now: the refusals are those of [`mamori_model::approval_request::can_agree`].
    /// [`Error::NotFound`] if there is no such notice.
    pub async fn acknowledge_notice(&self, who: Overseer<'_>, id: NoticeId) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("acknowledge_notice").await?;
        let notice = tx.lock_change_notice(id).await?.ok_or(Error::NotFound("change notice"))?;
        require_second(&mut tx, who, &notice.actor, now, now).await?;
        if tx.acknowledge_notice(id, &who.actor(), now).await? {
            let change = Change::of(who.actor(), AuditVerb::NoticeAcknowledged, id);
            let change = change.after(json!({
                "what": notice.what,
                "bank": notice.bank,
                "by": notice.actor.id().as_deref().unwrap_or(notice.actor.kind()),
                "times": notice.times,
            }));
            audit::record(self, &mut tx, change, now).await?;
        }
        tx.commit().await?;

        Ok(())
    }
}
