//! Issues an API key; its text is shown once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use mamori_model::approval_request::{ApprovalRequest, ApprovalVerb, GuardedChange};
use mamori_model::key::{Key, Network, Role, Scope, ScopeSet};
use mamori_model::{AuditActor, AuditVerb, KeyId, Line, Sensitive};
use mamori_store::Tx;

use crate::approvals::request_approval::Proposal;
use crate::audit::{self, Change, values};
use crate::services::proof;
use crate::{Admin, Desk, Error, clock};

/// A new key with its text. Only the sha-256 digest of the text is stored.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The key as it is stored, without its text.
    pub key: Key,
    /// The text of the key: `mk_` and 43 characters of URL-safe base64.
    pub token: Sensitive<String>,
    /// The request that a second actor must approve before the key is accepted; `None`: it is
    /// accepted now.
    pub waits_for: Option<Box<ApprovalRequest>>,
}

/// A key to be issued.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What its holder may do.
    pub role: Role,
    /// The purpose of the key.
    pub name: Line,
    /// What it may be used for; `None`: every scope of its role.
    pub scopes: Option<Vec<Scope>>,
    /// From this time on it is not accepted.
    pub ends_at: Option<Timestamp>,
    /// The networks from which it is accepted; empty: from everywhere.
    pub networks: Vec<Network>,
}

impl NewKey {
    /// A key with every scope of its role, without an end, accepted from everywhere.
    pub fn whole(role: Role, name: Line) -> Self {
        Self { role, name, scopes: None, ends_at: None, networks: Vec::new() }
    }
}

impl Desk {
    /// Issues a key. [`Error::NotFound`] if the role's service does not exist; [`Error::Invalid`]
    /// if the scopes are not those of the role, or `who` lacks one of them, if the end is not in
    /// the future, if there are more than [`Key::NETWORKS_MAX`] networks, or as
    /// [`Key::may_issue`] says.
    ///
    /// An administrator's key may need a second actor: then [`Issued::waits_for`] is the request,
    /// and the key is accepted once that is approved. Its text is shown now and never again.
    pub async fn issue_key(&self, who: &Admin, new: NewKey) -> Result<Issued, Error> {
        who.require(&[Scope::Keys])?;
        let role = new.role;
        if let Role::Service(service) = role {
            self.store().service(service).await?.ok_or(Error::NotFound("service"))?;
        }
        let mut issued = self.mint_key(new, who.actor())?;
        if let Some(own) = who.scopes() {
            own.may_give(&issued.key.scopes).map_err(Error::invalid)?;
        }
        let now = issued.key.created_at;

        let mut tx = self.store().begin("issue_key").await?;
        if let Some(own) = who.key() {
            let own = tx.key(own).await?.ok_or(Error::NotFound("key"))?;
            own.may_issue(&issued.key).map_err(Error::invalid)?;
        }
        let guard = self.guard(&mut tx, now).await?;
        let reasons = match role {
            Role::Admin => guard.reasons(&GuardedChange::AdminKey),
            Role::Service(_) => Vec::new(),
        };
        issued.key.waits = !reasons.is_empty();
        tx.insert_key(&issued.key).await?;
        self.record_issued(&mut tx, &issued.key).await?;
        if issued.key.waits {
            let change = values::key(&issued.key);
            let proposal = Proposal::of(ApprovalVerb::IssueKey, issued.key.id, change);
            let request = self.request_approval(&mut tx, who.actor(), reasons, proposal, now);
            issued.waits_for = Some(Box::new(request.await?));
        }
        tx.commit().await?;

        self.tell_of_issue(&issued.key).await;
        Ok(issued)
    }

    /// Issues the first administrator key; `None` if there is one already that is not revoked.
    ///
    /// Two nodes that start at once issue one key: counting takes a lock, so the second node counts
    /// after the first has committed and sees the first node's key.
    pub async fn issue_first_key(&self) -> Result<Option<Issued>, Error> {
        let name: Line =
            "first administrator".parse().map_err(|cause| Error::internal("no name", cause))?;
        let issued = self.mint_key(NewKey::whole(Role::Admin, name), AuditActor::LocalCli)?;

        let mut tx = self.store().begin("issue_first_key").await?;
        tx.installed_at(issued.key.created_at).await?;
        tx.insert_key(&issued.key).await?;
        if tx.lock_and_count_admin_keys().await? > 1 {
            return Ok(None);
        }
        self.record_issued(&mut tx, &issued.key).await?;
        tx.commit().await?;

        self.tell_of_issue(&issued.key).await;
        Ok(Some(issued))
    }

    /// Makes a key valid that waited, as an approved request; [`Error::Conflict`] if it was revoked
    /// meanwhile.
    pub(crate) async fn accept_key_in(
        &self,
        tx: &mut Tx,
        key: KeyId,
        now: Timestamp,
    ) -> Result<(), Error> {
        if !tx.accept_key(key, now).await? {
            return Err(Error::conflict("the key was revoked before it was approved"));
        }
        Ok(())
    }

    async fn record_issued(&self, tx: &mut Tx, key: &Key) -> Result<(), Error> {
        let by = key.created_by.clone();
        let change = Change::of(by, AuditVerb::KeyIssued, key.id).after(values::key(key));
        audit::record(self, tx, change, key.created_at).await
    }

    async fn tell_of_issue(&self, key: &Key) {
        tracing::info!(
            target: "security",
            key = %key.id,
            by = key.created_by.kind(),
            by_id = key.created_by.id(),
            "an API key was issued"
        );
        self.wait_until_applied().await;
    }

    fn mint_key(&self, new: NewKey, by: AuditActor) -> Result<Issued, Error> {
        let NewKey { role, name, scopes, ends_at, networks } = new;
        let created_at = self.clock().now();
        let scopes = match scopes {
            Some(scopes) => ScopeSet::new(role, scopes).map_err(Error::invalid)?,
            None => ScopeSet::all_of(role),
        };
        if ends_at.is_some_and(|ends_at| ends_at <= created_at) {
            return Err(Error::invalid("the end of the key has passed: name a later one"));
        }
        if networks.len() > Key::NETWORKS_MAX {
            let most = Key::NETWORKS_MAX;
            return Err(Error::invalid(format!("a key has at most {most} networks")));
        }
        let secret = clock::secret()?;
        let token = format!("mk_{}", URL_SAFE_NO_PAD.encode(secret.reveal()));
        let key = Key {
            id: self.clock().mint()?.into(),
            role,
            name,
            scopes,
            ends_at,
            networks,
            digest: proof::digest(&token),
            created_by: by,
            created_at,
            waits: false,
            last_used_on: None,
            revoked_at: None,
        };
        Ok(Issued { key, token: Sensitive::new(token), waits_for: None })
    }
}
