//! The actors who may agree to a change: other keys, the command line, leads and auditors.

use jiff::Timestamp;
use mamori_model::approval_request::{self, KeyLineage, SecondActor};
use mamori_model::{AuditActor, KeyId, Refusal, approval};
use mamori_store::Tx;

use crate::staff::member::{ChangeOverseer, RecentlyAuthenticated};
use crate::{Admin, Error};

/// An actor who oversees changes that were made with an API key or on the command line.
#[derive(Clone, Copy, Debug)]
pub enum Overseer<'a> {
    /// The holder of an administrator's key, or the operator on the command line.
    Admin(&'a Admin),
    /// A lead or an auditor.
    Staff(&'a ChangeOverseer),
}

/// A key with this many ancestors cannot be a second actor, and no key can be the second actor of
/// its requests.
const ANCESTORS_MAX: usize = 100;

/// An actor who approves a change. In the console, this needs a recent confirmation of identity.
#[derive(Clone, Copy, Debug)]
pub enum Approver<'a> {
    /// The holder of an administrator's key, or the operator on the command line.
    Admin(&'a Admin),
    /// A lead or an auditor, who confirmed their identity a short while ago.
    Staff(&'a ChangeOverseer, &'a RecentlyAuthenticated),
}

impl Overseer<'_> {
    /// Returns the actor for the audit record.
    pub fn actor(self) -> AuditActor {
        match self {
            Self::Admin(admin) => admin.actor(),
            Self::Staff(overseer) => overseer.staff().into(),
        }
    }
}

impl<'a> Approver<'a> {
    /// Returns the actor as an overseer; [`Refusal::ProofStale`] if the confirmation of identity is
    /// that of another staff member.
    pub(crate) fn overseer(self) -> Result<Overseer<'a>, Refusal> {
        match self {
            Self::Admin(admin) => Ok(Overseer::Admin(admin)),
            Self::Staff(overseer, recently) if overseer.staff() == recently.staff() => {
                Ok(Overseer::Staff(overseer))
            }
            Self::Staff(..) => Err(Refusal::ProofStale),
        }
    }
}

/// Checks whether `who` may agree to what `first` requested or did at `since`. Refusals as
/// [`approval_request::can_agree`]; [`Error::NotFound`] for a key that was revoked meanwhile.
pub(crate) async fn require_second(
    tx: &mut Tx,
    who: Overseer<'_>,
    first: &AuditActor,
    since: Timestamp,
    now: Timestamp,
) -> Result<(), Error> {
    let lineage = match first.key() {
        Some(key) => Some(lineage(tx, key).await?),
        None => None,
    };
    let second = match who {
        Overseer::Admin(admin) => match admin.key() {
            None => SecondActor::LocalCli,
            Some(key) => {
                let stored = tx.key(key).await?.ok_or(Error::NotFound("key"))?;
                if stored.revoked_at.is_some() {
                    return Err(Error::NotFound("key"));
                }
                SecondActor::Key(lineage_of(tx, key, stored.created_at).await?)
            }
        },
        Overseer::Staff(overseer) => {
            let id = overseer.staff();
            let staff = tx.staff(id).await?.ok_or(Error::NotFound("staff"))?;
            let day_ago = now.checked_sub(approval::WAIT_NEW).unwrap_or(Timestamp::MIN);
            let was_changed_lately = tx.was_changed_by_colleague(id, day_ago).await?
                || (*first == AuditActor::LocalCli && tx.was_changed_by_cli(id, day_ago).await?);
            SecondActor::Staff { id, created_at: staff.created_at, was_changed_lately }
        }
    };
    Ok(approval_request::can_agree(first, lineage.as_ref(), &second, since, now)?)
}

/// Returns a key with those that it descends from.
pub(crate) async fn lineage(tx: &mut Tx, key: KeyId) -> Result<KeyLineage, Error> {
    let stored = tx.key(key).await?.ok_or(Error::NotFound("key"))?;
    lineage_of(tx, key, stored.created_at).await
}

async fn lineage_of(tx: &mut Tx, key: KeyId, issued_at: Timestamp) -> Result<KeyLineage, Error> {
    let ancestors = tx.ancestors_of_key(key).await?;
    // The query stops there, so the tree of the key is not known.
    if ancestors.len() >= ANCESTORS_MAX {
        return Err(Refusal::RequestRelated.into());
    }
    Ok(KeyLineage { key, ancestors, issued_at })
}
