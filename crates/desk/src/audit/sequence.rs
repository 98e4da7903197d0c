//! The sequencer: numbers new events, links them into the chain, and writes a log line for each, so
//! that an outside collector holds a copy that the operator of the database cannot change.

use std::time::Duration;

use mamori_model::audit::{AuditEvent, AuditLink};
use tokio_util::sync::CancellationToken;

use crate::audit::line;
use crate::{Desk, Error};

/// How often the sequencer looks for new events.
const INTERVAL: Duration = Duration::from_millis(500);

/// How many events one transaction numbers, and how many log lines are written at once.
const EVENTS_AT_ONCE: u32 = 500;

impl Desk {
    /// Numbers new events until `stop`. Runs on each node; a lock lets one node at a time number.
    pub async fn sequence_audit(&self, stop: CancellationToken) {
        loop {
            if let Err(error) = self.sequence_audit_once().await {
                tracing::warn!(error = error.logged(), "the audit record cannot be numbered");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(INTERVAL) => {}
            }
        }
    }

    /// Numbers every event that is not numbered yet, and logs the lines that are due; returns how many
    /// events were numbered. After a crash a line may be repeated. None is skipped here; the log may
    /// lose lines that it has not written when the process ends, or that it cannot write.
    pub async fn sequence_audit_once(&self) -> Result<u64, Error> {
        let numbered = self.number_audit_events().await?;
        while self.log_some().await? > 0 {}
        Ok(numbered)
    }

    /// Numbers every event that is not numbered yet, and leaves the log lines to a node: what a
    /// command of the operator logs reaches no collector. Returns how many events were numbered.
    pub async fn number_audit_events(&self) -> Result<u64, Error> {
        let mut numbered = 0_u64;
        while self.store().has_unnumbered_audit_events().await? {
            numbered = numbered.saturating_add(self.number_some().await?);
        }
        Ok(numbered)
    }

    async fn number_some(&self) -> Result<u64, Error> {
        let mut tx = self.store().begin("number_audit_events").await?;
        let mut chain = tx.lock_audit_chain().await?;
        let events = tx.unnumbered_audit_events(EVENTS_AT_ONCE).await?;
        for event in &events {
            let link = line::chained(event, chain.last)?.link;
            tx.number_audit_event(event.id, link).await?;
            chain.last = link;
        }
        tx.update_audit_chain(&chain).await?;
        tx.commit().await?;
        Ok(u64::try_from(events.len()).unwrap_or(u64::MAX))
    }

    /// Writes the log lines of the next events and stores how far the log has come.
    async fn log_some(&self) -> Result<u64, Error> {
        let chain = self.store().audit_chain().await?;
        if chain.logged_seq >= chain.last.seq {
            return Ok(0);
        }
        let mut tx = self.store().begin("log_audit_events").await?;
        let mut chain = tx.lock_audit_chain().await?;
        let events = tx.numbered_audit_events(chain.logged_seq, EVENTS_AT_ONCE).await?;
        let mut logged = 0_u64;
        for linked in &events {
            let Some(link) = linked.link else { continue };
            write_log_line(&linked.event, link);
            chain.logged_seq = link.seq;
            logged = logged.saturating_add(1);
        }
        tx.update_audit_chain(&chain).await?;
        tx.commit().await?;
        Ok(logged)
    }
}

/// Writes ids and words only: no name, no state.
fn write_log_line(event: &AuditEvent, link: AuditLink) {
    tracing::info!(
        target: "audit",
        seq = link.seq,
        digest = %link.digest,
        id = %event.id,
        actor = event.actor.kind(),
        actor_id = event.actor.id(),
        verb = event.verb.as_str(),
        about = event.target.as_str(),
        at = %event.at,
        "recorded a change"
    );
}
