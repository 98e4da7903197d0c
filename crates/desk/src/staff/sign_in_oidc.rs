//! Signs a staff member in at the organisation's provider (OpenID Connect), and connects accounts there
//! to staff accounts.
//!
//! A staff account exists before: an administrator added it. An account at the provider is connected
//! to it under its enrolment link, or by the staff member in a session, and never by an address of
//! mail. Nothing is stored until the provider's answer was verified.

use mamori_model::sign_in::{Credential, CredentialKind};
use mamori_model::{CeremonyId, Line, Refusal, Sensitive, Sha256, StaffId};
use mamori_signin::{OidcError, OidcRequest};
use url::Url;

use crate::services::proof;
use crate::staff::member::{Member, RecentlyAuthenticated};
use crate::staff::oidc_cookie::{OidcCookie, OidcPurpose};
use crate::staff::oidc_provider::OidcProvider;
use crate::staff::session::NewSession;
use crate::staff::sign_in::{SignInResult, counted, failed};
use crate::{Desk, Error, clock};

/// The name under which the secret of requests to the provider is stored.
const OIDC_SECRET: &str = "requests to the sign-in provider";

/// Where a browser is sent, and the cookie that it keeps meanwhile.
#[derive(Clone, Debug)]
pub struct OidcStart {
    /// The address at the provider.
    pub address: Url,
    /// Text of the cookie: `mo_` and more. It is not stored.
    pub cookie: Sensitive<String>,
}

/// The answer of the provider, as the browser brought it.
#[derive(Clone, Debug)]
pub struct OidcAnswer {
    /// The code that stands for the sign-in.
    pub code: Sensitive<String>,
    /// The state that the request had.
    pub state: String,
    /// The issuer, if the provider names it (RFC 9207).
    pub issuer: Option<String>,
}

/// What a verified answer led to.
#[derive(Clone, Debug)]
pub enum OidcEnd {
    /// A session began.
    SignedIn(NewSession),
    /// The staff member confirmed their identity: the session's new cookie.
    Proved(Sensitive<String>),
    /// The account at the provider is a sign-in method of the staff member now.
    Connected,
}

impl Desk {
    /// Returns the name of the provider; `None` where none is configured.
    pub fn oidc_name(&self) -> Option<&Line> {
        self.settings().sign_in.oidc.as_ref().map(|oidc| &oidc.name)
    }

    /// Begins to sign in. [`Error::NotFound`] where no provider is configured;
    /// [`Refusal::ProviderSilent`] if it does not answer.
    pub async fn begin_sign_in_oidc(&self) -> Result<OidcStart, Error> {
        self.begin_oidc(OidcPurpose::SignIn).await
    }

    /// Begins to connect an account at the provider under an enrolment link; otherwise as
    /// [`Self::begin_sign_in_oidc`]. [`Refusal::LinkUsed`] if the link is not valid.
    pub async fn begin_enroll_oidc(&self, link: &str) -> Result<OidcStart, Error> {
        self.oidc()?;
        self.staff_of_link(link).await?;
        self.begin_oidc(OidcPurpose::Enroll { link: Sensitive::new(link.to_owned()) }).await
    }

    /// Begins to confirm one's identity; otherwise as [`Self::begin_sign_in_oidc`].
    pub async fn begin_prove_oidc(&self, me: &Member) -> Result<OidcStart, Error> {
        self.begin_oidc(OidcPurpose::Prove(me.session())).await
    }

    /// Begins to connect an account at the provider to one's own staff account, in place of the
    /// previous one; otherwise as [`Self::begin_sign_in_oidc`].
    pub async fn begin_connect_oidc(&self, me: &RecentlyAuthenticated) -> Result<OidcStart, Error> {
        self.begin_oidc(OidcPurpose::Connect(me.member().session())).await
    }

    /// Takes the provider's answer. `me`: the session of the browser, if it has one.
    ///
    /// [`Refusal::ProviderRefused`] if the answer is not right, was given before, belongs to another
    /// browser or session, or comes too late; [`Refusal::IdentityUnknown`] if the account at the
    /// provider is not connected to an active staff account, or not to that of the session;
    /// [`Refusal::IdentityTaken`] if it is connected to another one; [`Refusal::LinkUsed`];
    /// [`Refusal::ProofStale`]; [`Refusal::ProviderSilent`]; [`Refusal::SignInWait`] if too many answers
    /// were refused at this node, counted apart for browsers with and without a session.
    pub async fn finish_oidc(
        &self,
        cookie: &str,
        answer: OidcAnswer,
        me: Option<&Member>,
    ) -> Result<OidcEnd, Error> {
        let provider = self.oidc()?;
        let cookie = OidcCookie::parse(cookie).ok_or_else(refused)?;
        let identity = self.verified_identity(provider, &cookie, answer, me).await?;
        self.take_answer(&cookie).await?;
        match &cookie.purpose {
            OidcPurpose::SignIn => self.enter_by(&identity).await.map(OidcEnd::SignedIn),
            OidcPurpose::Enroll { link } => {
                let staff = self.staff_of_link(link.reveal()).await?;
                let credential = self.oidc_credential(staff.id, identity)?;
                let entered = self.finish_enroll(link.reveal(), &[credential]).await;
                entered.map(OidcEnd::SignedIn).map_err(or_taken)
            }
            OidcPurpose::Prove(_) => {
                let me = me.ok_or_else(refused)?;
                self.prove_by(me, &identity).await.map(OidcEnd::Proved)
            }
            OidcPurpose::Connect(_) => {
                let me = me.ok_or_else(refused)?.recently(self.clock().now())?;
                let credential = self.oidc_credential(me.staff(), identity)?;
                self.add_credential(&me, &credential, true).await.map_err(or_taken)?;
                Ok(OidcEnd::Connected)
            }
        }
    }

    async fn begin_oidc(&self, purpose: OidcPurpose) -> Result<OidcStart, Error> {
        let provider = self.oidc()?;
        let cookie = OidcCookie { id: self.clock().mint()?, browser: clock::secret()?, purpose };
        let bound_to = cookie.purpose.bound_to();
        let request = self.oidc_request(&cookie, &bound_to).await?;
        let address = Box::pin(provider.address(&request)).await.map_err(of_provider)?;
        Ok(OidcStart { address, cookie: cookie.text() })
    }

    /// Checks everything about an answer, and returns the digest of who signed in at the provider.
    async fn verified_identity(
        &self,
        provider: &OidcProvider,
        cookie: &OidcCookie,
        answer: OidcAnswer,
        me: Option<&Member>,
    ) -> Result<Sha256, Error> {
        let now = self.clock().now();
        let asked_at = cookie.asked_at().ok_or_else(refused)?;
        let age = now.duration_since(asked_at);
        let is_in_time = !age.is_negative() && age < self.settings().sign_in.provider_max;
        let is_of_session = match &cookie.purpose {
            OidcPurpose::SignIn | OidcPurpose::Enroll { .. } => true,
            OidcPurpose::Prove(session) | OidcPurpose::Connect(session) => {
                me.is_some_and(|me| me.session() == *session)
            }
        };
        let is_of_issuer = answer.issuer.is_none_or(|issuer| issuer == provider.issuer());
        let bound_to = cookie.purpose.bound_to();
        let request = self.oidc_request(cookie, &bound_to).await?;
        let is_answered = request.is_answered_by(&answer.state).map_err(of_provider)?;
        if !(is_in_time && is_of_session && is_of_issuer && is_answered) {
            return Err(refused());
        }
        // Only now is the provider asked, and not more often than passwords are checked.
        let attempts = match &cookie.purpose {
            OidcPurpose::SignIn | OidcPurpose::Enroll { .. } => &self.inner.provider_attempts,
            OidcPurpose::Prove(_) | OidcPurpose::Connect(_) => &self.inner.member_provider_attempts,
        };
        if !attempts.take(self.clock().running()) {
            return Err(failed(Refusal::SignInWait, SignInResult::Wait, None));
        }
        let times = (asked_at.as_second(), now.as_second());
        let code = answer.code.into_revealed();
        let identity = Box::pin(provider.identity(&request, code, times)).await;
        if matches!(identity, Ok(_) | Err(OidcError::NoAnswer(_))) {
            attempts.refund();
        }
        identity.map_err(of_provider)
    }

    /// Records that a request was answered; no other answer to it is taken.
    async fn take_answer(&self, cookie: &OidcCookie) -> Result<(), Error> {
        let now = self.clock().now();
        let until = now.checked_add(self.settings().sign_in.provider_max).unwrap_or(now);

        let mut tx = self.store().begin("answer_with_provider").await?;
        let is_first = tx.answer_ceremony(CeremonyId::from(cookie.id), until).await?;
        tx.commit().await?;

        is_first.then_some(()).ok_or_else(refused)
    }

    /// Begins a session of the staff account to which this account is connected.
    async fn enter_by(&self, identity: &Sha256) -> Result<NewSession, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("sign_in_oidc").await?;
        let known = tx.credential_by_identity(identity).await?;
        let credential = known.ok_or_else(|| unknown(None))?;
        let staff = credential.staff;
        if !tx.use_identity(credential.id, now).await? {
            return Err(unknown(Some(staff)));
        }
        let entered = match self.open_session(&mut tx, staff, now).await {
            Err(Error::NotFound(_)) => return Err(unknown(Some(staff))),
            entered => entered?,
        };
        let name = proof::digest(&staff.to_string());
        tx.insert_attempt(self.clock().mint()?.into(), &name, true, now).await?;
        tx.commit().await?;

        counted(SignInResult::LetIn);
        Ok(entered)
    }

    /// Confirms the identity of the staff member, if this account is connected to theirs.
    async fn prove_by(&self, me: &Member, identity: &Sha256) -> Result<Sensitive<String>, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("prove").await?;
        let known = tx.credential_by_identity(identity).await?;
        let own = known.filter(|credential| credential.staff == me.staff());
        let credential = own.ok_or_else(|| unknown(Some(me.staff())))?;
        if !tx.use_identity(credential.id, now).await? {
            return Err(unknown(Some(me.staff())));
        }
        let cookie = self.prove_session(&mut tx, me).await?;
        tx.commit().await?;

        Ok(cookie)
    }

    fn oidc_credential(&self, staff: StaffId, identity: Sha256) -> Result<Credential, Error> {
        let name = self.oidc_name().ok_or(Error::NotFound("page"))?.clone();
        let credential = self.credential(staff, CredentialKind::Oidc, name, Vec::new())?;
        Ok(Credential { identity: Some(identity), ..credential })
    }

    async fn oidc_request<'a>(
        &'a self,
        cookie: &'a OidcCookie,
        purpose: &'a str,
    ) -> Result<OidcRequest<'a>, Error> {
        let secret = self.shared_secret(&self.inner.oidc_secret, OIDC_SECRET).await?;
        Ok(OidcRequest { id: cookie.id, browser: &cookie.browser, purpose, secret })
    }

    /// Returns the provider; [`Error::NotFound`] where none is configured.
    fn oidc(&self) -> Result<&OidcProvider, Error> {
        self.inner.oidc.as_ref().ok_or(Error::NotFound("page"))
    }
}

/// Logs and counts why the provider's answer leads to nothing. The cause has no token and no name.
fn of_provider(error: OidcError) -> Error {
    match error {
        OidcError::NoAnswer(cause) => {
            counted(SignInResult::ProviderSilent);
            tracing::warn!(cause, "the sign-in provider does not answer as expected");
            Refusal::ProviderSilent.into()
        }
        OidcError::Refused(cause) => {
            tracing::info!(cause, "an answer of the sign-in provider was refused");
            refused()
        }
        OidcError::UnknownKey => {
            tracing::warn!("an answer of the sign-in provider is signed by an unknown key");
            refused()
        }
        OidcError::Internal => Error::internal("the sign-in provider cannot be asked", error),
    }
}

fn refused() -> Error {
    failed(Refusal::ProviderRefused, SignInResult::Wrong, None)
}

fn unknown(staff: Option<StaffId>) -> Error {
    failed(Refusal::IdentityUnknown, SignInResult::Unknown, staff)
}

/// Another staff account is connected to the account at the provider already.
fn or_taken(error: Error) -> Error {
    if matches!(error, Error::Conflict(_)) { Refusal::IdentityTaken.into() } else { error }
}
