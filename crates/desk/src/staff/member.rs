//! Proofs of a staff member's session and roles. An operation that takes one cannot be called
//! without it.
//!
//! They are created from a live session, here and nowhere else. Each role is a proof of its own, so
//! that an operation says in its signature which role may call it. Proofs of API keys are in
//! [`crate::services::proof`].

use jiff::Timestamp;
use mamori_model::sign_in::{CookieStatus, Session};
use mamori_model::staff::{Assignment, RoleSet, Staff, StaffRole};
use mamori_model::{
    AuditActor, AuditVerb, Purpose, Refusal, Sensitive, SessionId, Sha256, StaffId,
};

use crate::audit::{self, Change};
use crate::services::proof;
use crate::staff::session::Family;
use crate::{Desk, Error};

/// A staff member who is signed in. Created by [`Desk::member`] and [`Desk::member_as_is`] only.
#[derive(Clone, Debug)]
pub struct Member {
    staff: StaffId,
    session: SessionId,
    presented: PresentedCookie,
    roles: RoleSet,
    assignment: Assignment,
    proved_at: Timestamp,
    proof_max: jiff::SignedDuration,
}

/// The session cookie that a request showed: the part that all cookies of the session share, and
/// the sha-256 digest of the whole. The cookie's other text is not stored.
#[derive(Clone, Debug)]
pub(super) struct PresentedCookie {
    pub(crate) family: Family,
    pub(crate) digest: Sha256,
}

macro_rules! proofs {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(Member);

        impl $name {
            /// Returns the id of the staff member.
            pub fn staff(&self) -> StaffId {
                self.0.staff
            }

            /// Returns the same staff member without this proof.
            pub fn member(&self) -> &Member {
                &self.0
            }

            /// Returns the services and policies that they may see and work on.
            pub fn assignment(&self) -> &Assignment {
                &self.0.assignment
            }
        }
    )+};
}

proofs! {
    /// A staff member who may claim and decide cases: a reviewer, or a lead.
    Reviewer;
    /// A staff member who may be the second approver.
    Lead;
    /// A staff member who edits policies and resolves disputes.
    PolicyEditor;
    /// A staff member who reads records, and never media.
    Auditor;
    /// A staff member who manages staff accounts, and never sees a case. Not [`crate::Admin`],
    /// which is the proof of an API key; no operation turns one into the other.
    Administrator;
    /// A staff member who may read cases without claiming them, and never media: a lead or an
    /// auditor.
    Records;
    /// A staff member who may be the second actor of changes to banks, services and keys: a lead or an
    /// auditor who is not limited to some services or policies, because these changes reach all.
    ChangeOverseer;
    /// A staff member who may see the state of webhook deliveries, but not their bodies: a lead, an
    /// auditor or an administrator.
    DeliveryReader;
    /// A staff member who may have a webhook delivery sent again: a lead or an administrator.
    Resender;
    /// A staff member who may see which services are leaving: a lead or an administrator.
    ServiceReader;
    /// A staff member who authenticated a short while ago, in this session.
    RecentlyAuthenticated;
}

/// The operator on the command line: needs no session, because the operator can read the database.
#[derive(Debug)]
pub struct LocalCli(());

impl LocalCli {
    /// Creates the proof. For the command line, and for programs that set up a desk of their own.
    pub fn here() -> Self {
        Self(())
    }
}

impl Member {
    /// Returns the id of the staff member.
    pub fn staff(&self) -> StaffId {
        self.staff
    }

    /// Returns the id of the session that the cookie belongs to.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// Returns the cookie that the request showed.
    pub(super) fn presented(&self) -> &PresentedCookie {
        &self.presented
    }

    /// Returns the roles of the staff member, as they were when the request began.
    pub fn roles(&self) -> &RoleSet {
        &self.roles
    }

    /// Returns the services and policies that the staff member may see and work on, as they were when
    /// the request began.
    ///
    /// Every query about cases, decisions, disputes or messages takes them (`covered.rs` in the
    /// store), so that what they do not cover is [`Error::NotFound`], and missing in lists and
    /// figures.
    pub fn assignment(&self) -> &Assignment {
        &self.assignment
    }

    /// Returns the proof of a reviewer; a lead is a reviewer too.
    pub fn reviewer(&self) -> Option<Reviewer> {
        self.roles.is_reviewer().then(|| Reviewer(self.clone()))
    }

    /// Returns the proof of a lead, if the staff member is one.
    pub fn lead(&self) -> Option<Lead> {
        self.roles.is_lead().then(|| Lead(self.clone()))
    }

    /// Checks whether the staff member may edit the policy of a purpose: a policy editor who is not
    /// limited to some services, or to other policies.
    pub fn may_edit_policy(&self, purpose: Purpose) -> bool {
        self.roles.has(StaffRole::PolicyEditor)
            && self.assignment.services.is_none()
            && self.assignment.covers_purpose(purpose)
    }

    /// Checks whether the staff member may save reasons for the policy of a purpose: a lead who is not
    /// limited to some services, or to other policies.
    pub fn may_save_reasons(&self, purpose: Purpose) -> bool {
        self.roles.is_lead()
            && self.assignment.services.is_none()
            && self.assignment.covers_purpose(purpose)
    }

    /// Returns the proof of a policy editor, if the staff member is one.
    pub fn editor(&self) -> Option<PolicyEditor> {
        self.roles.has(StaffRole::PolicyEditor).then(|| PolicyEditor(self.clone()))
    }

    /// Returns the proof of an auditor, if the staff member is one.
    pub fn auditor(&self) -> Option<Auditor> {
        self.roles.has(StaffRole::Auditor).then(|| Auditor(self.clone()))
    }

    /// Returns the proof of an administrator, if the staff member is one.
    pub fn administrator(&self) -> Option<Administrator> {
        self.roles.has(StaffRole::Administrator).then(|| Administrator(self.clone()))
    }

    /// Returns the proof to read records, if the staff member is a lead or an auditor.
    pub fn records(&self) -> Option<Records> {
        let may = self.roles.is_lead() || self.roles.has(StaffRole::Auditor);
        may.then(|| Records(self.clone()))
    }

    /// Returns the proof to oversee changes that reach every service, if the staff member is a lead or
    /// an auditor who is not limited to some services or policies.
    pub fn change_overseer(&self) -> Option<ChangeOverseer> {
        let may = self.records().is_some() && !self.assignment.is_limited();
        may.then(|| ChangeOverseer(self.clone()))
    }

    /// Returns the proof to see webhook deliveries, if the staff member is a lead, an auditor or an
    /// administrator.
    pub fn delivery_reader(&self) -> Option<DeliveryReader> {
        let may = self.roles.is_lead()
            || self.roles.has(StaffRole::Auditor)
            || self.roles.has(StaffRole::Administrator);
        may.then(|| DeliveryReader(self.clone()))
    }

    /// Returns the proof to resend webhook deliveries, if the staff member is a lead or an
    /// administrator.
    pub fn resender(&self) -> Option<Resender> {
        let may = self.roles.is_lead() || self.roles.has(StaffRole::Administrator);
        may.then(|| Resender(self.clone()))
    }

    /// Returns the proof to see which services are leaving, if the staff member is a lead or an
    /// administrator.
    pub fn service_reader(&self) -> Option<ServiceReader> {
        let may = self.roles.is_lead() || self.roles.has(StaffRole::Administrator);
        may.then(|| ServiceReader(self.clone()))
    }

    /// Returns the proof that the staff member authenticated less than
    /// [`crate::settings::SignInSettings::proof_max`] ago; [`Refusal::ProofStale`] if it is longer.
    pub fn recently(&self, now: Timestamp) -> Result<RecentlyAuthenticated, Refusal> {
        let is_recent = now.duration_since(self.proved_at) < self.proof_max;
        is_recent.then(|| RecentlyAuthenticated(self.clone())).ok_or(Refusal::ProofStale)
    }
}

/// A live session, found by the cookie of a request.
#[derive(Clone, Debug)]
pub struct SessionLookup {
    /// The proof that a staff member is signed in.
    pub member: Member,
    /// The CSRF token that forms of this session must carry, 256 bits.
    pub csrf: Sensitive<[u8; 32]>,
    /// The staff account of the session.
    pub staff: Staff,
    /// When a sign-in method was last added in a session of this account; `None` once the time to
    /// notify the staff member of it
    /// ([`crate::settings::SignInSettings::new_sign_in_method_notice`]) is over.
    pub method_added_at: Option<Timestamp>,
    /// A new cookie, which the answer must set; `None`: the cookie stays.
    pub renewed: Option<Sensitive<String>>,
}

impl Desk {
    /// Finds the session of `cookie`; `None` if the cookie belongs to no session.
    ///
    /// For a page that a staff member opens: the cookie may change. Requests that a page makes by
    /// itself use [`Self::member_as_is`].
    ///
    /// [`Refusal::SessionEnded`] if the session was idle for too long or reached its end, or if the
    /// account was deactivated; [`Refusal::SessionReplayed`] if two browsers showed cookies of the
    /// session, which ends it; [`Refusal::CookieReplaced`] if the cookie changed while the request
    /// was on its way.
    pub async fn member(&self, cookie: &str) -> Result<Option<SessionLookup>, Error> {
        self.find(cookie, true).await
    }

    /// Finds the session of `cookie` as [`Self::member`] does, but never changes the cookie.
    pub async fn member_as_is(&self, cookie: &str) -> Result<Option<SessionLookup>, Error> {
        self.find(cookie, false).await
    }

    async fn find(&self, cookie: &str, may_renew: bool) -> Result<Option<SessionLookup>, Error> {
        let Some(family) = Family::of(cookie) else { return Ok(None) };
        let session = self.store().session(&family.digest()).await?;
        let Some(session) = session else { return Ok(None) };
        let presented = PresentedCookie { family, digest: proof::digest(cookie) };
        let now = self.clock().now();
        let staff = self.store().staff(session.staff).await?;
        let staff = staff.filter(|staff| staff.ended_at.is_none());

        let limits = self.settings().sign_in.session;
        match (session.cookie_status(&presented.digest, limits, now), staff) {
            (CookieStatus::Ended, _) | (CookieStatus::Live { .. }, None) => {
                self.end(&session, None, now).await?;
                Err(Refusal::SessionEnded.into())
            }
            (CookieStatus::Replayed, _) => {
                let (id, staff) = (session.id, session.staff);
                tracing::warn!(
                    target: "security",
                    session = %id,
                    %staff,
                    "a replaced session cookie was shown, which ends the session"
                );
                self.end(&session, Some(AuditVerb::SessionReplayed), now).await?;
                Err(Refusal::SessionReplayed.into())
            }
            (CookieStatus::JustReplaced, _) => Err(Refusal::CookieReplaced.into()),
            (CookieStatus::Live { is_confirmed_now, is_due, is_seen_due }, Some(staff)) => {
                let may_renew = may_renew && is_due;
                let renewed = if is_confirmed_now || may_renew || is_seen_due {
                    let write = SessionUpdate { is_confirmed_now, may_renew, is_seen_due };
                    self.write_session(&session, &presented, write, now).await?
                } else {
                    None
                };
                Ok(Some(self.session_lookup(&session, presented, staff, renewed)))
            }
        }
    }

    fn session_lookup(
        &self,
        session: &Session,
        presented: PresentedCookie,
        staff: Staff,
        renewed: Option<Sensitive<String>>,
    ) -> SessionLookup {
        let member = Member {
            staff: staff.id,
            session: session.id,
            presented,
            roles: staff.roles.clone(),
            assignment: staff.assignment.clone(),
            proved_at: session.proved_at,
            proof_max: self.settings().sign_in.proof_max,
        };
        let notice = self.settings().sign_in.new_sign_in_method_notice;
        let is_new = |at: &Timestamp| self.clock().now().duration_since(*at) < notice;
        let method_added_at = staff.method_added_at.filter(is_new);
        SessionLookup { member, csrf: session.csrf.clone(), staff, method_added_at, renewed }
    }

    async fn write_session(
        &self,
        session: &Session,
        presented: &PresentedCookie,
        write: SessionUpdate,
        now: Timestamp,
    ) -> Result<Option<Sensitive<String>>, Error> {
        let (cookie, digest) = presented.family.new_cookie()?;

        let mut tx = self.store().begin("member").await?;
        if write.is_seen_due {
            tx.touch_session(session.id, now).await?;
        }
        if write.is_confirmed_now {
            tx.confirm_session(session.id, &presented.digest, now).await?;
        }
        let is_renewed =
            write.may_renew && tx.renew_session(session, &presented.digest, &digest, now).await?;
        tx.commit().await?;

        Ok(is_renewed.then_some(cookie))
    }

    async fn end(
        &self,
        session: &Session,
        verb: Option<AuditVerb>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.store().begin("end_session").await?;
        let is_ended = tx.end_session(session.id).await?;
        if let Some(verb) = verb.filter(|_| is_ended) {
            let change = Change::of(AuditActor::Mamori, verb, session.staff);
            audit::record(self, &mut tx, change, now).await?;
        }
        tx.commit().await?;

        Ok(())
    }
}

/// Which parts of a session's row are to be updated.
#[derive(Clone, Copy)]
struct SessionUpdate {
    is_confirmed_now: bool,
    may_renew: bool,
    is_seen_due: bool,
}
