//! Services and their keys in JSON.

use jiff::Timestamp;
use mamori_desk::services::issue_key::Issued;
use mamori_model::key::{Key, Role, Service};
use mamori_model::{KeyId, Line, ServiceId};
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
}

impl From<Service> for ServiceJson {
    fn from(service: Service) -> Self {
        Self { id: service.id, name: service.name, created_at: service.created_at }
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
    /// Time of its creation.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Whether it waits for a second actor, and is not accepted yet.
    pub waits: bool,
    /// Time at which it was revoked; it is invalid since.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<Timestamp>,
    /// Its text; only in the response that created the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<text::KeyText>)]
    pub key: Option<String>,
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
            created_at: key.created_at,
            waits: key.waits,
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

impl NewKey {
    /// Returns the role, with its service.
    pub fn role(&self) -> Result<Role, Problem> {
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
