//! Proofs of who of the staff is asking. A verb that takes one cannot be called without.
//!
//! They are made from a live session, here and nowhere else. A role is a proof of its own, so that
//! a verb says in its signature who may call it.

use jiff::Timestamp;
use mamori_model::sign_in::{Session, StaffEvent, StaffEventKind, Standing};
use mamori_model::staff::{RoleSet, Staff, StaffRole};
use mamori_model::{Refusal, Sensitive, SessionId, Sha256, StaffId};

use crate::session::Family;
use crate::{Desk, Error, proof};

/// Somebody of the staff who is signed in. Made by [`Desk::member`] only.
#[derive(Clone, Debug)]
pub struct Member {
    staff: StaffId,
    session: SessionId,
    shown: Shown,
    roles: RoleSet,
    proved_at: Timestamp,
    proof_max: jiff::SignedDuration,
}

/// The cookie that somebody showed, of which no text is kept.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) family: Family,
    pub(crate) digest: Sha256,
}

macro_rules! proofs {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(Member);

        impl $name {
            /// Who they are.
            pub fn staff(&self) -> StaffId {
                self.0.staff
            }

            /// The same person, without this proof.
            pub fn member(&self) -> &Member {
                &self.0
            }
        }
    )+};
}

proofs! {
    /// Somebody who may claim and decide cases: a reviewer, or a lead.
    Reviewer;
    /// Somebody who may be the second person.
    Lead;
    /// Somebody who words policies and settles disputes.
    PolicyEditor;
    /// Somebody who reads records, and never media.
    Auditor;
    /// Somebody who lets people in, and never sees a case. Not [`crate::Admin`]: that is a key's,
    /// and no verb turns one into the other.
    Administrator;
    /// Somebody who may read cases without claiming them, and never media: a lead or an auditor.
    Records;
    /// Somebody who may see how messages to services go, without what they say: a lead, an auditor,
    /// or an administrator.
    Messages;
    /// Somebody who may have a message sent again: a lead or an administrator.
    Resender;
    /// Somebody who proved a short while ago who they are.
    Recently;
}

/// The one who sits at the machine: whoever can read the database needs no session.
#[derive(Debug)]
pub struct AtTheMachine(());

impl AtTheMachine {
    /// For the command line, and for whatever sets up a desk of its own.
    pub fn here() -> Self {
        Self(())
    }
}

impl Member {
    /// Who they are.
    pub fn staff(&self) -> StaffId {
        self.staff
    }

    /// In which session.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// With which cookie.
    pub(crate) fn shown(&self) -> &Shown {
        &self.shown
    }

    /// What they may do.
    pub fn roles(&self) -> &RoleSet {
        &self.roles
    }

    /// A reviewer; a lead is one too.
    pub fn reviewer(&self) -> Option<Reviewer> {
        self.roles.is_reviewer().then(|| Reviewer(self.clone()))
    }

    /// A lead.
    pub fn lead(&self) -> Option<Lead> {
        self.roles.is_lead().then(|| Lead(self.clone()))
    }

    /// A policy editor.
    pub fn editor(&self) -> Option<PolicyEditor> {
        self.roles.has(StaffRole::PolicyEditor).then(|| PolicyEditor(self.clone()))
    }

    /// An auditor.
    pub fn auditor(&self) -> Option<Auditor> {
        self.roles.has(StaffRole::Auditor).then(|| Auditor(self.clone()))
    }

    /// An administrator.
    pub fn administrator(&self) -> Option<Administrator> {
        self.roles.has(StaffRole::Administrator).then(|| Administrator(self.clone()))
    }

    /// A lead or an auditor.
    pub fn records(&self) -> Option<Records> {
        let may = self.roles.is_lead() || self.roles.has(StaffRole::Auditor);
        may.then(|| Records(self.clone()))
    }

    /// A lead, an auditor or an administrator.
    pub fn messages(&self) -> Option<Messages> {
        let may = self.roles.is_lead()
            || self.roles.has(StaffRole::Auditor)
            || self.roles.has(StaffRole::Administrator);
        may.then(|| Messages(self.clone()))
    }

    /// A lead or an administrator.
    pub fn resender(&self) -> Option<Resender> {
        let may = self.roles.is_lead() || self.roles.has(StaffRole::Administrator);
        may.then(|| Resender(self.clone()))
    }

    /// Somebody who proved a short while ago who they are; [`Refusal::ProofStale`] if it was longer
    /// ago.
    pub fn recently(&self, now: Timestamp) -> Result<Recently, Refusal> {
        let is_recent = now.duration_since(self.proved_at) < self.proof_max;
        is_recent.then(|| Recently(self.clone())).ok_or(Refusal::ProofStale)
    }
}

/// Whoever showed a cookie.
#[derive(Clone, Debug)]
pub struct Found {
    /// The proof.
    pub member: Member,
    /// What their forms must carry.
    pub csrf: Sensitive<[u8; 32]>,
    /// Who they are.
    pub staff: Staff,
    /// When a session of theirs added a way in, for as long as they are told.
    pub way_added_at: Option<Timestamp>,
    /// Another cookie, which the answer must set.
    pub renewed: Option<Sensitive<String>>,
}

impl Desk {
    /// Whose session `cookie` is; `None` if it is nobody's.
    ///
    /// For a page that somebody opens: the cookie may change. What a page loads or sends by itself
    /// asks [`Self::member_as_is`].
    ///
    /// [`Refusal::SessionEnded`] if they were away for too long or may enter no more,
    /// [`Refusal::SessionReplayed`] if two browsers showed the session's cookies: it is over then;
    /// [`Refusal::CookieReplaced`] if the cookie changed while the request was on its way.
    pub async fn member(&self, cookie: &str) -> Result<Option<Found>, Error> {
        self.find(cookie, true).await
    }

    /// Whose session `cookie` is; never changes it. Otherwise as [`Self::member`].
    pub async fn member_as_is(&self, cookie: &str) -> Result<Option<Found>, Error> {
        self.find(cookie, false).await
    }

    async fn find(&self, cookie: &str, may_renew: bool) -> Result<Option<Found>, Error> {
        let Some(family) = Family::of(cookie) else { return Ok(None) };
        let session = self.store().session(&family.digest()).await?;
        let Some(session) = session else { return Ok(None) };
        let shown = Shown { family, digest: proof::digest(cookie) };
        let now = self.clock().now();
        let staff = self.store().staff(session.staff).await?;
        let staff = staff.filter(|staff| staff.ended_at.is_none());

        let limits = self.settings().sign_in.session;
        match (session.standing(&shown.digest, limits, now), staff) {
            (Standing::Over, _) | (Standing::Live { .. }, None) => {
                self.end(&session, None, now).await?;
                Err(Refusal::SessionEnded.into())
            }
            (Standing::Replayed, _) => {
                self.end(&session, Some(StaffEventKind::SessionEnded), now).await?;
                Err(Refusal::SessionReplayed.into())
            }
            (Standing::Behind, _) => Err(Refusal::CookieReplaced.into()),
            (Standing::Live { is_confirmed_now, is_due, is_seen_due }, Some(staff)) => {
                let may_renew = may_renew && is_due;
                let renewed = if is_confirmed_now || may_renew || is_seen_due {
                    let write = Write { is_confirmed_now, may_renew, is_seen_due };
                    self.write_session(&session, &shown, write, now).await?
                } else {
                    None
                };
                Ok(Some(self.found(&session, shown, staff, renewed)))
            }
        }
    }

    fn found(
        &self,
        session: &Session,
        shown: Shown,
        staff: Staff,
        renewed: Option<Sensitive<String>>,
    ) -> Found {
        let member = Member {
            staff: staff.id,
            session: session.id,
            shown,
            roles: staff.roles.clone(),
            proved_at: session.proved_at,
            proof_max: self.settings().sign_in.proof_max,
        };
        let told = self.settings().sign_in.new_way_told;
        let is_new = |at: &Timestamp| self.clock().now().duration_since(*at) < told;
        let way_added_at = staff.way_added_at.filter(is_new);
        Found { member, csrf: session.csrf.clone(), staff, way_added_at, renewed }
    }

    async fn write_session(
        &self,
        session: &Session,
        shown: &Shown,
        write: Write,
        now: Timestamp,
    ) -> Result<Option<Sensitive<String>>, Error> {
        let (cookie, digest) = shown.family.new_cookie()?;

        let mut tx = self.store().begin("member").await?;
        if write.is_seen_due {
            tx.see_session(session.id, now).await?;
        }
        if write.is_confirmed_now {
            tx.confirm_session(session.id, &shown.digest, now).await?;
        }
        let is_renewed =
            write.may_renew && tx.renew_session(session, &shown.digest, &digest, now).await?;
        tx.commit().await?;

        Ok(is_renewed.then_some(cookie))
    }

    async fn end(
        &self,
        session: &Session,
        event: Option<StaffEventKind>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let id = self.clock().mint()?.into();

        let mut tx = self.store().begin("end_session").await?;
        let is_ended = tx.end_session(session.id).await?;
        if let Some(kind) = event.filter(|_| is_ended) {
            let staff = session.staff;
            let event = StaffEvent { id, staff, by: None, kind, about: None, at: now };
            tx.insert_staff_event(&event).await?;
        }
        tx.commit().await?;

        Ok(())
    }
}

/// What of a session is to be written.
#[derive(Clone, Copy)]
struct Write {
    is_confirmed_now: bool,
    may_renew: bool,
    is_seen_due: bool,
}
