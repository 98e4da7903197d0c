//! A staff member signs in with a one-time link that the operator made on the command line.

use mamori_model::sign_in::SignInLinkKind;
use mamori_model::{AuditVerb, Refusal};

use crate::audit::{self, Change};
use crate::services::proof;
use crate::staff::session::NewSession;
use crate::{Desk, Error};

impl Desk {
    /// Opens a session with a one-time sign-in link. [`Refusal::LinkUsed`] if the link was used,
    /// has expired or never existed, if it is an enrolment link, or if the account is deactivated.
    pub async fn sign_in_by_link(&self, link: &str) -> Result<NewSession, Error> {
        let now = self.clock().now();
        // Read before the transaction begins: a request without a valid link must not delay
        // writers.
        let link_digest = proof::digest(link);
        self.store().sign_in_link(&link_digest, now).await?.ok_or_else(link_refused)?;

        let mut tx = self.store().begin("sign_in_by_link").await?;
        let taken = tx.take_sign_in_link(&link_digest, SignInLinkKind::SignIn, now).await?;
        let link = taken.ok_or_else(link_refused)?;
        let entered = match self.open_session(&mut tx, link.staff, now).await {
            Err(Error::NotFound(_)) => return Err(link_refused()),
            entered => entered?,
        };
        let change = Change::of(link.staff, AuditVerb::SignedInWithLink, link.staff);
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        Ok(entered)
    }
}

fn link_refused() -> Error {
    tracing::warn!(target: "security", "a sign-in link was refused");
    Refusal::LinkUsed.into()
}
