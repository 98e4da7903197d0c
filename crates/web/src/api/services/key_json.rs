//! Services and their keys in JSON.

use jiff::Timestamp;
use jiff::civil::Date;
use mamori_desk::services::issue_key::{self, Issued};
use mamori_model::key::{Key, Network, Role, Scope, ScopeSet, Service};
use mamori_model::{AuditActor, KeyId, Line, ServiceId};
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{AllOfBuilder, AnyOfBuilder, SchemaType};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::api::approvals::approval_json::ApprovalJson;
use crate::json::text;
use crate::problem::{Kind, Problem};

/// An online service that calls Mamori.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Service)]
pub struct ServiceJson {
    /// Id of this service.
    #[schema(value_type = text::ServiceId)]
    pub id: ServiceId,
    /// Its name.
    #[schema(value_type = text::Line)]
    pub name: Line,
    /// Time of its creation.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Time since which it is leaving: it was deleted while cases were undecided or actions had no
    /// answer, and is gone when nothing waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub leaving_at: Option<Timestamp>,
}

impl From<Service> for ServiceJson {
    fn from(service: Service) -> Self {
        let Service { id, name, created_at, leaving_at } = service;
        Self { id, name, created_at, leaving_at }
    }
}

/// The properties of a new service; also those that can be changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewService {
    /// Its name.
    #[schema(value_type = text::Line)]
    pub name: Line,
}

/// The role of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Role)]
pub enum RoleJson {
    /// May manage banks, services and keys, but never see items.
    Admin,
    /// May use items, matches and webhooks of one service.
    Service,
}

/// A key without its text, which is not stored.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Key)]
pub struct KeyJson {
    /// Id of this key.
    #[schema(value_type = text::KeyId)]
    pub id: KeyId,
    /// Its role.
    pub role: RoleJson,
    /// The service that it belongs to, if its role is `service`.
    #[schema(value_type = Option<text::ServiceId>)]
    pub service_id: Option<ServiceId>,
    /// What the key is for.
    #[schema(value_type = text::Line)]
    pub name: Line,
    /// What it may be used for.
    #[schema(value_type = Vec<Scope>)]
    pub scopes: ScopeSet,
    /// Time from which it is not accepted any more.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends_at: Option<Timestamp>,
    /// The networks from which it is accepted; empty: from everywhere.
    #[schema(value_type = Vec<text::Network>, max_items = 16)]
    pub networks: Vec<Network>,
    /// The key, or the command line, that created it.
    pub created_by: CreatorJson,
    /// Time of its creation.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Whether it waits for a second actor, and is not accepted yet.
    pub waits: bool,
    /// The day (UTC) on which it was last used; stored within ten minutes. Neither a time nor an
    /// address is kept.
    #[schema(value_type = Option<String>, format = Date)]
    pub last_used_on: Option<Date>,
    /// Time at which it was revoked; it is invalid since.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<Timestamp>,
    /// Its text; only in the response that created the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<text::KeyText>)]
    pub key: Option<String>,
}

/// What created a key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Creator)]
pub struct CreatorJson {
    /// `key`: an administrator's key. `command_line`: the operator.
    #[schema(value_type = text::CreatorKind)]
    pub kind: &'static str,
    /// Id of that key.
    #[schema(value_type = Option<text::KeyId>)]
    pub id: Option<String>,
    /// Name of that key at the time.
    #[schema(value_type = Option<text::Line>)]
    pub name: Option<String>,
}

impl From<&AuditActor> for CreatorJson {
    fn from(actor: &AuditActor) -> Self {
        Self { kind: actor.kind(), id: actor.id(), name: actor.name().map(str::to_owned) }
    }
}

impl From<Key> for KeyJson {
    fn from(key: Key) -> Self {
        let (role, service_id) = match key.role {
            Role::Admin => (RoleJson::Admin, None),
            Role::Service(service) => (RoleJson::Service, Some(service)),
        };
        Self {
            id: key.id,
            role,
            service_id,
            name: key.name,
            scopes: key.scopes,
            ends_at: key.ends_at,
            networks: key.networks,
            created_by: CreatorJson::from(&key.created_by),
            created_at: key.created_at,
            waits: key.waits,
            last_used_on: key.last_used_on,
            revoked_at: key.revoked_at,
            key: None,
        }
    }
}

/// A key that waits for a second actor: the approval request, and the key's text, which is shown
/// this once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WaitingKey)]
pub struct WaitingKeyJson {
    /// The request; its `target` is the key's id.
    #[serde(flatten)]
    pub approval: ApprovalJson,
    /// The key's text, which is accepted once the request is approved.
    #[schema(value_type = text::KeyText)]
    pub key: String,
}

impl From<Issued> for KeyJson {
    fn from(issued: Issued) -> Self {
        Self { key: Some(issued.token.into_revealed()), ..issued.key.into() }
    }
}

/// The properties of a new key: `{"role":"admin","name":"…"}` or
/// `{"role":"service","service_id":"svc_…","name":"…"}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// Its role.
    pub role: RoleJson,
    /// The service that it belongs to; required for the role `service`, refused for `admin`.
    pub service_id: Option<ServiceId>,
    /// What the key is for.
    pub name: Line,
    /// What it may be used for; without it, everything that its role may.
    pub scopes: Option<Vec<Scope>>,
    /// Time from which it is not accepted any more.
    pub ends_at: Option<Timestamp>,
    /// The networks from which it is accepted.
    #[serde(default)]
    pub networks: Option<Vec<Network>>,
}

/// The keys of [`NewKey`], each by itself.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(description = "The properties of a new key.")]
#[expect(dead_code, reason = "only its schema is used")]
struct NewKeyFields {
    /// Its role.
    role: RoleJson,
    /// The service that it belongs to; required for the role `service`, refused for `admin`.
    service_id: Option<text::ServiceId>,
    /// What the key is for.
    name: text::Line,
    /// What it may be used for: `checks`, `actions:answer`, `banks:read` and `webhooks` for the role
    /// `service`; `banks:read`, `banks:write`, `entries:write`, `entries:export`, `services` and
    /// `keys` for the role `admin`. Without it, or with `null`, all of these. The key that creates
    /// it must have each of them itself; `services` stands for those that only services' keys have.
    #[schema(min_items = 1)]
    scopes: Option<Vec<Scope>>,
    /// Time from which it is not accepted any more; without it, or with `null`, it has no end.
    #[schema(format = DateTime)]
    ends_at: Option<String>,
    /// The networks from which it is accepted: `192.0.2.0/24`, `2001:db8::/32`, or one address.
    /// Without it, or with `null`, from everywhere.
    #[schema(max_items = 16)]
    networks: Option<Vec<text::Network>>,
}

impl ToSchema for NewKey {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        <NewKeyFields as ToSchema>::schemas(schemas);
    }
}

impl PartialSchema for NewKey {
    /// Returns the schema: the keys, and which role has a service.
    fn schema() -> RefOr<Schema> {
        let role = |word: &str| {
            ObjectBuilder::new().schema_type(SchemaType::AnyValue).enum_values(Some([word]))
        };
        let service = ObjectBuilder::new()
            .property("role", role("service"))
            .property("service_id", ObjectBuilder::new().schema_type(Type::String))
            .required("service_id");
        let admin = ObjectBuilder::new()
            .property("role", role("admin"))
            .property("service_id", ObjectBuilder::new().schema_type(Type::Null));
        AllOfBuilder::new()
            .item(NewKeyFields::schema())
            .item(AnyOfBuilder::new().item(service).item(admin))
            .into()
    }
}

impl TryFrom<NewKey> for issue_key::NewKey {
    type Error = Problem;

    fn try_from(json: NewKey) -> Result<Self, Problem> {
        Ok(Self {
            role: json.role()?,
            name: json.name,
            scopes: json.scopes,
            ends_at: json.ends_at,
            networks: json.networks.unwrap_or_default(),
        })
    }
}

impl NewKey {
    /// Returns the role, with its service.
    fn role(&self) -> Result<Role, Problem> {
        match (self.role, self.service_id) {
            (RoleJson::Admin, None) => Ok(Role::Admin),
            (RoleJson::Service, Some(service)) => Ok(Role::Service(service)),
            (RoleJson::Admin, Some(_)) => {
                Err(Problem::new(Kind::Invalid, "An administrator's key has no `service_id`."))
            }
            (RoleJson::Service, None) => {
                Err(Problem::new(Kind::Invalid, "A service's key needs the `service_id`."))
            }
        }
    }
}
