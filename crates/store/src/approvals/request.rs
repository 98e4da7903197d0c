//! Queries for approval requests.

use jiff::Timestamp;
use mamori_model::approval_request::{ApprovalState, ApprovalVerb, BankAt, Lapse, Reason};
use mamori_model::page::{Page, PageSize};
use mamori_model::{ApprovalId, ApprovalRequest, AuditActor, AuditTarget, FreeText};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT id, verb, reasons, requester_kind, requester_id, requester_name, target, bank_id,
               bank_version, change, state, resolver_kind, resolver_id, resolver_name, refusal,
               lapse, requested_at, agree_until, alone_from, expires_at, resolved_at
          FROM approval_request
         WHERE ",
            $rest
        )
    };
}

queries! {
    APPROVAL_REQUEST = select!("approval_request", "id = $1");
    LOCK_APPROVAL_REQUEST = select!("lock_approval_request", "id = $1"),
        postgres: select!("lock_approval_request", "id = $1 FOR NO KEY UPDATE");
    APPROVAL_REQUESTS_PAGE = select!("approval_requests_page", "id < $1
           AND ($2 = '' OR state = $2)
         ORDER BY id DESC LIMIT $3");
    WAITING_REQUESTS_OF = select!("waiting_requests_of", "state = 'waiting'
           AND requester_kind = $1 AND COALESCE(requester_id, '') = $2
         ORDER BY id LIMIT $3");
    LOCK_DUE_REQUESTS = select!("lock_due_requests", "state = 'waiting' AND expires_at <= $1
         ORDER BY expires_at LIMIT $2"),
        postgres: select!("lock_due_requests", "state = 'waiting' AND expires_at <= $1
         ORDER BY expires_at LIMIT $2 FOR NO KEY UPDATE");
    COUNT_WAITING_REQUESTS = "-- count_waiting_requests
        SELECT count(*) FROM approval_request WHERE state = 'waiting'";
    INSERT_APPROVAL_REQUEST = "-- insert_approval_request
        INSERT INTO approval_request (id, verb, reasons, requester_kind, requester_id,
                                      requester_name, target, bank_id, bank_version, change, state,
                                      requested_at, agree_until, alone_from, expires_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', $11, $12, $13, $14, $15)";
    RESOLVE_APPROVAL_REQUEST = "-- resolve_approval_request
        UPDATE approval_request
           SET state = $2, resolver_kind = $3, resolver_id = $4, resolver_name = $5, refusal = $6,
               lapse = $7, resolved_at = $8, change = NULL, changed_by = $9
         WHERE id = $1 AND state = 'waiting'";
    DELETE_RESOLVED_REQUESTS = "-- delete_resolved_requests
        DELETE FROM approval_request
         WHERE id IN (SELECT id FROM approval_request WHERE resolved_at < $1 LIMIT $2)";
}

row! {
    struct RequestRow {
        id: Uuid,
        verb: String,
        reasons: String,
        requester_kind: String,
        requester_id: Option<String>,
        requester_name: Option<String>,
        target: String,
        bank_id: Option<Uuid>,
        bank_version: Option<i64>,
        change: Option<String>,
        state: String,
        resolver_kind: Option<String>,
        resolver_id: Option<String>,
        resolver_name: Option<String>,
        refusal: Option<String>,
        lapse: Option<String>,
        requested_at: i64,
        agree_until: i64,
        alone_from: i64,
        expires_at: i64,
        resolved_at: Option<i64>,
    }
}

impl RequestRow {
    fn read(self) -> Result<ApprovalRequest, Error> {
        let reasons: Vec<Reason> =
            serde_json::from_str(&self.reasons).or_corrupt("approval_request.reasons")?;
        let requested_by = AuditActor::parse(
            &self.requester_kind,
            self.requester_id.as_deref(),
            self.requester_name.as_deref(),
        );
        let bank = match (self.bank_id, self.bank_version) {
            (Some(bank), Some(version)) => Some(BankAt {
                bank: bank.into(),
                version: u32::try_from(version).or_corrupt("approval_request.bank_version")?,
            }),
            _ => None,
        };
        let state = self.state()?;
        Ok(ApprovalRequest {
            id: self.id.into(),
            verb: ApprovalVerb::parse(&self.verb).or_corrupt("approval_request.verb")?,
            reasons,
            requested_by: requested_by.or_corrupt("approval_request.requester_id")?,
            target: AuditTarget::of(self.target),
            bank,
            change: self.change,
            state,
            requested_at: from_micros(self.requested_at, "approval_request.requested_at")?,
            agree_until: from_micros(self.agree_until, "approval_request.agree_until")?,
            alone_from: from_micros(self.alone_from, "approval_request.alone_from")?,
            expires_at: from_micros(self.expires_at, "approval_request.expires_at")?,
            resolved_at: maybe_from_micros(self.resolved_at, "approval_request.resolved_at")?,
        })
    }

    fn state(&self) -> Result<ApprovalState, Error> {
        let by = self.resolver_kind.as_deref().map(|kind| {
            AuditActor::parse(kind, self.resolver_id.as_deref(), self.resolver_name.as_deref())
                .or_corrupt("approval_request.resolver_id")
        });
        let refusal = self.refusal.as_deref().map(str::parse).transpose();
        let lapse = self
            .lapse
            .as_deref()
            .map(|word| Lapse::parse(word).or_corrupt("approval_request.lapse"));
        let refusal = refusal.or_corrupt("approval_request.refusal")?;
        ApprovalState::parse(&self.state, by.transpose()?, refusal, lapse.transpose()?)
            .or_corrupt("approval_request.state")
    }
}

fn read_all(rows: Vec<RequestRow>) -> Result<Vec<ApprovalRequest>, Error> {
    rows.into_iter().map(RequestRow::read).collect()
}

impl Store {
    /// Returns an approval request.
    pub async fn approval_request(&self, id: ApprovalId) -> Result<Option<ApprovalRequest>, Error> {
        let row: Option<RequestRow> = self.row(APPROVAL_REQUEST.bind(id)).await?;
        row.map(RequestRow::read).transpose()
    }

    /// Returns a page of the approval requests, those in the state of this word or all, the newest
    /// first; `before` is the last one of the previous page.
    pub async fn approval_requests(
        &self,
        state: Option<&str>,
        before: Option<ApprovalId>,
        size: PageSize,
    ) -> Result<Page<ApprovalRequest, ApprovalId>, Error> {
        let call = APPROVAL_REQUESTS_PAGE
            .bind(before.map_or(Uuid::max(), Uuid::from))
            .bind(state.unwrap_or(""))
            .bind(size.rows().saturating_add(1));
        let requests = read_all(self.rows(call).await?)?;
        Ok(Page::of(requests, size, |request: &ApprovalRequest| request.id))
    }

    /// Counts the requests that wait.
    pub async fn count_waiting_requests(&self) -> Result<u64, Error> {
        let count: Option<(i64,)> = self.row(COUNT_WAITING_REQUESTS.call()).await?;
        Ok(count.and_then(|(count,)| u64::try_from(count).ok()).unwrap_or(0))
    }
}

impl Tx {
    /// Adds a request, which waits.
    pub async fn insert_approval_request(
        &mut self,
        request: &ApprovalRequest,
    ) -> Result<(), Error> {
        let call = INSERT_APPROVAL_REQUEST
            .bind(request.id)
            .bind(request.verb.as_str())
            .bind(json::write(&request.reasons)?)
            .bind(request.requested_by.kind())
            .bind(request.requested_by.id())
            .bind(request.requested_by.name())
            .bind(request.target.as_str())
            .bind(request.bank.map(|at| at.bank))
            .bind(request.bank.map(|at| at.version))
            .bind(request.change.as_deref())
            .bind(request.requested_at)
            .bind(request.agree_until)
            .bind(request.alone_from)
            .bind(request.expires_at)
            .bind(self.name());
        self.run(call).await?;
        Ok(())
    }

    /// Locks a request until this transaction ends, and returns it.
    pub async fn lock_approval_request(
        &mut self,
        id: ApprovalId,
    ) -> Result<Option<ApprovalRequest>, Error> {
        let row: Option<RequestRow> = self.row(LOCK_APPROVAL_REQUEST.bind(id)).await?;
        row.map(RequestRow::read).transpose()
    }

    /// Returns the requests of this actor that wait, the oldest first, at most `limit`.
    pub async fn waiting_requests_of(
        &mut self,
        actor: &AuditActor,
        limit: u32,
    ) -> Result<Vec<ApprovalRequest>, Error> {
        let id = actor.id().unwrap_or_default();
        let call = WAITING_REQUESTS_OF.bind(actor.kind()).bind(id).bind(limit);
        read_all(self.rows(call).await?)
    }

    /// Locks the requests that lapse at `now`, and returns them, at most `limit`.
    pub async fn lock_due_requests(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<ApprovalRequest>, Error> {
        read_all(self.rows(LOCK_DUE_REQUESTS.bind(now).bind(limit)).await?)
    }

    /// Stores that a request is resolved, and deletes the change from it; returns `false` if it is
    /// resolved already.
    pub async fn resolve_approval_request(
        &mut self,
        request: &ApprovalRequest,
    ) -> Result<bool, Error> {
        let by = request.state.by();
        let call = RESOLVE_APPROVAL_REQUEST
            .bind(request.id)
            .bind(request.state.as_str())
            .bind(by.map(AuditActor::kind))
            .bind(by.and_then(AuditActor::id))
            .bind(by.and_then(AuditActor::name))
            .bind(request.state.refusal().map(FreeText::as_str))
            .bind(request.state.lapse().map(Lapse::as_str))
            .bind(request.resolved_at)
            .bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Deletes requests that were resolved before `before`, at most `limit`; returns how many.
    pub async fn delete_resolved_requests(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        self.run(DELETE_RESOLVED_REQUESTS.bind(before).bind(limit)).await
    }
}
