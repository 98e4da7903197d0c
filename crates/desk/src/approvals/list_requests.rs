//! Lists approval requests and change notices, for actors who may be second actors.

use mamori_model::key::Scope;
use mamori_model::page::{Page, PageSize};
use mamori_model::{ApprovalId, ApprovalRequest, ChangeNotice, NoticeId};

use crate::approvals::overseer::Overseer;
use crate::staff::member::ChangeOverseer;
use crate::{Desk, Error};

/// Which approval requests to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichRequests {
    /// Those that wait.
    Waiting,
    /// All that are kept.
    All,
}

impl Desk {
    /// Lists approval requests, newest first. Hashes are shown only to the requester, and to keys
    /// with [`Scope::EntriesExport`]. `before` is the id at which the previous page ended.
    pub async fn approval_requests(
        &self,
        who: Overseer<'_>,
        which: WhichRequests,
        before: Option<ApprovalId>,
        size: PageSize,
    ) -> Result<Page<ApprovalRequest, ApprovalId>, Error> {
        let state = match which {
            WhichRequests::Waiting => Some("waiting"),
            WhichRequests::All => None,
        };
        let page = self.store().approval_requests(state, before, size).await?;
        let shown = |request| shown_to(who, request);
        Ok(Page { rows: page.rows.into_iter().map(shown).collect(), next: page.next })
    }

    /// Returns an approval request; [`Error::NotFound`] if it does not exist. While it waits, its
    /// change may contain hashes, which no staff member may read.
    pub async fn approval_request(
        &self,
        who: Overseer<'_>,
        id: ApprovalId,
    ) -> Result<ApprovalRequest, Error> {
        let found = self.store().approval_request(id).await?;
        let request = found.ok_or(Error::NotFound("approval request"))?;
        Ok(shown_to(who, request))
    }

    /// Lists the change notices that were not acknowledged, newest first.
    pub async fn change_notices(
        &self,
        _: Overseer<'_>,
        before: Option<NoticeId>,
        size: PageSize,
    ) -> Result<Page<ChangeNotice, NoticeId>, Error> {
        Ok(self.store().open_notices(before, size).await?)
    }

    /// Counts the requests that wait and the notices that were not acknowledged, for the start
    /// page.
    pub async fn count_approvals(&self, _: &ChangeOverseer) -> Result<(u64, u64), Error> {
        let waiting = self.store().count_waiting_requests().await?;
        Ok((waiting, self.store().count_open_notices().await?))
    }
}

fn shown_to(who: Overseer<'_>, request: ApprovalRequest) -> ApprovalRequest {
    match who {
        Overseer::Admin(admin) if admin.actor() == request.requested_by => request,
        Overseer::Admin(admin) if admin.require(&[Scope::EntriesExport]).is_ok() => request,
        Overseer::Admin(_) | Overseer::Staff(_) => without_hashes(request),
    }
}

/// Replaces the list of entries in the change by their number.
fn without_hashes(request: ApprovalRequest) -> ApprovalRequest {
    let change = request.change.map(|text| {
        let Ok(mut change) = serde_json::from_str::<serde_json::Value>(&text) else {
            return "{}".to_owned();
        };
        if let Some(entries) = change.get_mut("entries")
            && let Some(list) = entries.as_array()
        {
            *entries = list.len().into();
        }
        change.to_string()
    });
    ApprovalRequest { change, ..request }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use mamori_model::approval_request::{ApprovalState, ApprovalVerb};
    use mamori_model::{AuditActor, AuditTarget};

    use super::*;

    #[test]
    fn a_request_without_hashes_says_how_many_entries_there_are() {
        let at = Timestamp::UNIX_EPOCH;
        let request = ApprovalRequest {
            id: uuid::Uuid::nil().into(),
            verb: ApprovalVerb::AddEntries,
            reasons: Vec::new(),
            requested_by: AuditActor::LocalCli,
            target: AuditTarget::of("bank_1"),
            bank: None,
            change: Some(r#"{"entries":[{"hash":"aa"},{"hash":"bb"}]}"#.to_owned()),
            state: ApprovalState::Waiting,
            requested_at: at,
            agree_until: at,
            alone_from: at,
            expires_at: at,
            resolved_at: None,
        };

        assert_eq!(without_hashes(request).change.as_deref(), Some(r#"{"entries":2}"#));
    }
}
