//! Queries for the chain of the audit record: the sequencer numbers the events in it, and expiry
//! deletes from its beginning.

use jiff::Timestamp;
use mamori_model::audit::AuditLink;
use mamori_model::{AuditId, Sha256};

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::tx::Tx;

queries! {
    AUDIT_CHAIN = "-- audit_chain
        SELECT last_seq, last_digest, logged_seq, expired_seq, expired_digest
          FROM audit_chain WHERE id = 1";
    LOCK_AUDIT_CHAIN = "-- lock_audit_chain
        SELECT last_seq, last_digest, logged_seq, expired_seq, expired_digest
          FROM audit_chain WHERE id = 1",
        postgres: "-- lock_audit_chain
        SELECT last_seq, last_digest, logged_seq, expired_seq, expired_digest
          FROM audit_chain WHERE id = 1 FOR UPDATE";
    UPDATE_AUDIT_CHAIN = "-- update_audit_chain
        UPDATE audit_chain
           SET last_seq = $1, last_digest = $2, logged_seq = $3, expired_seq = $4,
               expired_digest = $5, changed_by = $6
         WHERE id = 1";
    NUMBER_AUDIT_EVENT = "-- number_audit_event
        UPDATE audit_event SET seq = $2, digest = $3 WHERE id = $1 AND seq IS NULL";
    FIRST_KEPT_AUDIT_EVENT = "-- first_kept_audit_event
        SELECT min(seq) FROM audit_event WHERE seq IS NOT NULL AND happened_at >= $1";
    AUDIT_DIGEST = "-- audit_digest
        SELECT digest FROM audit_event WHERE seq = $1";
    DELETE_AUDIT_EVENTS = "-- delete_audit_events
        DELETE FROM audit_event WHERE seq <= $1";
}

/// Where the chain begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditChain {
    /// The last numbered event; [`AuditLink::START`] if there is none.
    pub last: AuditLink,
    /// The number of the last event whose log line was written.
    pub logged_seq: u64,
    /// The last event that was deleted at the end of its term; [`AuditLink::START`] if none was.
    pub expired: AuditLink,
}

row! {
    struct ChainRow {
        last_seq: i64,
        last_digest: Vec<u8>,
        logged_seq: i64,
        expired_seq: i64,
        expired_digest: Vec<u8>,
    }
}

impl ChainRow {
    fn read(self) -> Result<AuditChain, Error> {
        Ok(AuditChain {
            last: link(self.last_seq, &self.last_digest)?,
            logged_seq: u64::try_from(self.logged_seq).or_corrupt("audit_chain.logged_seq")?,
            expired: link(self.expired_seq, &self.expired_digest)?,
        })
    }
}

fn link(seq: i64, digest: &[u8]) -> Result<AuditLink, Error> {
    Ok(AuditLink {
        seq: u64::try_from(seq).or_corrupt("audit_chain.seq")?,
        digest: Sha256::try_from(digest).or_corrupt("audit_chain.digest")?,
    })
}

fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

impl Store {
    /// Returns where the chain begins and ends.
    pub async fn audit_chain(&self) -> Result<AuditChain, Error> {
        let row: Option<ChainRow> = self.row(AUDIT_CHAIN.call()).await?;
        row.or_corrupt("audit_chain.id")?.read()
    }
}

impl Tx {
    /// Returns where the chain begins and ends. Until the transaction ends, no other one numbers or
    /// deletes events.
    pub async fn lock_audit_chain(&mut self) -> Result<AuditChain, Error> {
        let row: Option<ChainRow> = self.row(LOCK_AUDIT_CHAIN.call()).await?;
        row.or_corrupt("audit_chain.id")?.read()
    }

    /// Stores where the chain begins and ends.
    pub async fn update_audit_chain(&mut self, chain: &AuditChain) -> Result<(), Error> {
        let call = UPDATE_AUDIT_CHAIN
            .bind(number(chain.last.seq))
            .bind(chain.last.digest.as_bytes().as_slice())
            .bind(number(chain.logged_seq))
            .bind(number(chain.expired.seq))
            .bind(chain.expired.digest.as_bytes().as_slice())
            .bind(self.name());
        self.run(call).await?;
        Ok(())
    }

    /// Numbers an event, once.
    pub async fn number_audit_event(&mut self, id: AuditId, link: AuditLink) -> Result<(), Error> {
        let call = NUMBER_AUDIT_EVENT
            .bind(id)
            .bind(number(link.seq))
            .bind(link.digest.as_bytes().as_slice());
        self.run(call).await?;
        Ok(())
    }

    /// Deletes events from before `before` from the beginning of the chain, up to the first one
    /// that is to stay or has no log line yet, at most `limit`; returns how many. What remains of
    /// the chain can still be verified, because the digest of the last deleted event is stored.
    pub async fn expire_audit_events(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        let mut chain = self.lock_audit_chain().await?;
        let kept: Option<(Option<i64>,)> = self.row(FIRST_KEPT_AUDIT_EVENT.bind(before)).await?;
        let first_kept = kept.and_then(|(seq,)| seq).and_then(|seq| u64::try_from(seq).ok());
        let end = first_kept
            .map_or(chain.last.seq, |seq| seq.saturating_sub(1))
            .min(chain.logged_seq)
            .min(chain.expired.seq.saturating_add(u64::from(limit)));
        if end <= chain.expired.seq {
            return Ok(0);
        }
        let digest: Option<(Vec<u8>,)> = self.row(AUDIT_DIGEST.bind(number(end))).await?;
        let (digest,) = digest.or_corrupt("audit_event.seq")?;
        chain.expired = link(number(end), &digest)?;
        self.update_audit_chain(&chain).await?;
        self.run(DELETE_AUDIT_EVENTS.bind(number(end))).await
    }
}
