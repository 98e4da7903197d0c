//! Creates one-time links, for enrolment or for signing in.

use jiff::Timestamp;
use mamori_model::sign_in::{SignInLink, SignInLinkKind};
use mamori_model::{AuditActor, AuditVerb, Sensitive, StaffId};
use mamori_store::Tx;
use serde_json::json;

use crate::audit::{self, Change};
use crate::staff::add_staff::StaffAdmin;
use crate::staff::member::LocalCli;
use crate::staff::session::new_text;
use crate::{Desk, Error};

impl Desk {
    /// Creates a one-time link for a staff member and returns its text, which is not stored: `mt_`
    /// and 43 characters of base64. [`Error::NotFound`] if there is no such staff account or it is
    /// deactivated.
    ///
    /// Only this function creates links of [`SignInLinkKind::SignIn`]: a staff member can be signed
    /// in without a credential of their own only on the command line.
    pub async fn local_sign_in_link(
        &self,
        _: &LocalCli,
        who: StaffId,
        kind: SignInLinkKind,
    ) -> Result<Sensitive<String>, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("make_sign_in_link").await?;
        let text = self.make_sign_in_link(&mut tx, AuditActor::LocalCli, who, kind, now).await?;
        tx.commit().await?;

        Ok(text)
    }

    /// Creates another enrolment link for a staff member who lost their sign-in method; earlier
    /// links of the account stop working. [`Error::NotFound`] if there is no such staff account or
    /// it is deactivated, or if the caller is not an administrator.
    pub async fn enroll_again(
        &self,
        by: StaffAdmin<'_>,
        who: StaffId,
    ) -> Result<Sensitive<String>, Error> {
        let by = by.actor()?;
        let now = self.clock().now();

        let mut tx = self.store().begin("make_sign_in_link").await?;
        tx.delete_sign_in_links_of(who).await?;
        let text = self.make_sign_in_link(&mut tx, by, who, SignInLinkKind::Enroll, now).await?;
        tx.commit().await?;

        Ok(text)
    }

    pub(super) async fn make_sign_in_link(
        &self,
        tx: &mut Tx,
        by: AuditActor,
        staff: StaffId,
        kind: SignInLinkKind,
        now: Timestamp,
    ) -> Result<Sensitive<String>, Error> {
        let settings = &self.settings().sign_in;
        let lasts = match kind {
            SignInLinkKind::Enroll => settings.enroll_link_max,
            SignInLinkKind::SignIn => settings.sign_in_link_max,
        };
        let (text, digest) = new_text("mt_")?;
        let link = SignInLink {
            id: self.clock().mint()?.into(),
            staff,
            kind,
            digest,
            expires_at: now.checked_add(lasts).unwrap_or(now),
        };
        tx.insert_sign_in_link(&link).await?;
        let change = Change::of(by, AuditVerb::StaffLinkMade, staff);
        let change = change.after(json!({ "kind": kind.as_str() }));
        audit::record(self, tx, change, now).await?;
        Ok(text)
    }
}
