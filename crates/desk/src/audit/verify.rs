//! Verifies the hash chain of the audit record.

use mamori_model::audit::{AuditLink, LinkedEvent};

use crate::audit::AuditReader;
use crate::audit::line::{ChainedLine, chained};
use crate::{Desk, Error};

/// How many events one query reads.
const EVENTS_AT_ONCE: u32 = 1_000;

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Where the chain begins: the last event that was deleted at the end of its term.
    pub begin: AuditLink,
    /// Where the chain ends, as far as it is intact.
    pub end: AuditLink,
    /// The first fault; `None` if the chain is intact.
    pub fault: Option<ChainFault>,
}

/// Why a chain is not intact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainFault {
    /// An event is missing: it was removed from the database.
    #[error("event {expected} is missing")]
    Missing {
        /// The number that should follow.
        expected: u64,
    },
    /// An event was changed, or the one before it was replaced.
    #[error("event {seq} is not what it was when it was numbered")]
    Changed {
        /// The number of the event.
        seq: u64,
    },
    /// The log has another digest for this number: the database was rewritten after the line was
    /// logged.
    #[error("event {seq} has another digest in the log")]
    UnlikeLog {
        /// The number of the event.
        seq: u64,
    },
}

/// Follows a chain event by event.
#[derive(Clone, Copy, Debug)]
pub struct Verifier {
    last: AuditLink,
}

impl Verifier {
    /// Begins after `begin`.
    pub fn after(begin: AuditLink) -> Self {
        Self { last: begin }
    }

    /// Returns the last link that was intact.
    pub fn last(&self) -> AuditLink {
        self.last
    }

    /// Checks that `linked` is the next event of the chain, and returns its line.
    pub fn check(
        &mut self,
        linked: &LinkedEvent,
    ) -> Result<Result<ChainedLine, ChainFault>, Error> {
        let expected = self.last.seq.saturating_add(1);
        let Some(link) = linked.link.filter(|link| link.seq == expected) else {
            return Ok(Err(ChainFault::Missing { expected }));
        };
        let chained = chained(&linked.event, self.last)?;
        if chained.link != link {
            return Ok(Err(ChainFault::Changed { seq: link.seq }));
        }
        self.last = link;
        Ok(Ok(chained))
    }
}

impl Desk {
    /// Verifies the whole chain, and compares it with `logged`: links from an outside copy of the
    /// log, in any order. A logged event that the term has deleted since is no fault; one beyond
    /// the end of the chain is.
    pub async fn verify_audit(
        &self,
        who: AuditReader<'_>,
        logged: &[AuditLink],
    ) -> Result<Verification, Error> {
        let chain = self.store().audit_chain().await?;
        let mut verifier = Verifier::after(chain.expired);
        let mut fault = None;
        'events: loop {
            let events = self.numbered(who, verifier.last()).await?;
            if events.is_empty() {
                break;
            }
            for linked in &events {
                let seen = match verifier.check(linked)? {
                    Ok(line) => unlike_log(line.link, logged),
                    Err(found) => Some(found),
                };
                if seen.is_some() {
                    fault = seen;
                    break 'events;
                }
            }
        }
        let end = verifier.last();
        // Events that were numbered meanwhile may come after the stored end.
        if fault.is_none() && end.seq < chain.last.seq {
            fault = Some(ChainFault::Missing { expected: end.seq.saturating_add(1) });
        }
        let beyond = logged.iter().map(|link| link.seq).filter(|seq| *seq > end.seq).min();
        let fault = fault.or(beyond.map(|expected| ChainFault::Missing { expected }));
        Ok(Verification { begin: chain.expired, end, fault })
    }

    /// Returns the lines of the chain after `after`, for an export; an empty list at its end. The
    /// first call takes what [`Self::audit_begin`] returns. [`Error::Conflict`] if the chain is not
    /// intact there.
    pub async fn audit_lines(
        &self,
        who: AuditReader<'_>,
        after: AuditLink,
    ) -> Result<Vec<ChainedLine>, Error> {
        let mut verifier = Verifier::after(after);
        let mut lines = Vec::new();
        for linked in self.numbered(who, after).await? {
            match verifier.check(&linked)? {
                Ok(line) => lines.push(line),
                Err(fault) => return Err(Error::conflict(&fault.to_string())),
            }
        }
        Ok(lines)
    }

    /// Returns where the chain begins: after the last event that was deleted at the end of its
    /// term, or where the event numbered `seq` ended if that comes later.
    pub async fn audit_begin(&self, who: AuditReader<'_>, seq: u64) -> Result<AuditLink, Error> {
        let begin = self.store().audit_chain().await?.expired;
        if seq <= begin.seq {
            return Ok(begin);
        }
        let before = AuditLink { seq: seq.saturating_sub(1), ..AuditLink::START };
        let events = self.numbered(who, before).await?;
        let link = events.first().and_then(|linked| linked.link);
        link.filter(|link| link.seq == seq).ok_or(Error::NotFound("audit event"))
    }

    async fn numbered(
        &self,
        _: AuditReader<'_>,
        after: AuditLink,
    ) -> Result<Vec<LinkedEvent>, Error> {
        Ok(self.store().numbered_audit_events(after.seq, EVENTS_AT_ONCE).await?)
    }
}

fn unlike_log(link: AuditLink, logged: &[AuditLink]) -> Option<ChainFault> {
    let is_unlike = |other: &&AuditLink| other.seq == link.seq && other.digest != link.digest;
    logged.iter().find(is_unlike).map(|other| ChainFault::UnlikeLog { seq: other.seq })
}
