//! What stands around every page: the language, the colours, who is signed in, and the menu.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use mamori_desk::Found;
use mamori_model::RoleSet;
use mamori_model::staff::{Language, Scheme, Staff, StaffRole};

use crate::app::Console;
use crate::words::{Id, Words};
use crate::{assets, csrf, language, routes, show};

/// Who looks at a page.
#[derive(Clone)]
pub struct Person {
    /// How colleagues see them.
    pub shown: show::Shown,
    /// What their forms carry.
    pub csrf: String,
    /// What they may do.
    pub roles: RoleSet,
    /// The colours that they chose.
    pub scheme: Scheme,
    /// Whether single keys do something.
    pub has_keys: bool,
    /// When a session of theirs added a way in, if they are still told.
    pub way_added: Option<show::Shown>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").field("roles", &self.roles).finish_non_exhaustive()
    }
}

/// What stands around a page.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The language.
    pub words: Words,
    /// Who looks, if they signed in.
    pub person: Option<Person>,
    /// Which page of the menu this is, or belongs to; empty for none.
    pub here: &'static str,
}

/// A page of the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it is.
    pub path: &'static str,
    /// What it is called.
    pub called: Id,
    /// Whether it is the page that is shown.
    pub is_here: bool,
}

/// A page of the menu: where it is, what it is called, and who may open it.
type Place = (&'static str, Id, fn(&RoleSet) -> bool);

const MENU: [Place; 8] = [
    ("/console", Id("menu-start"), |_| true),
    ("/console/queue", Id("menu-queue"), RoleSet::is_reviewer),
    ("/console/decisions", Id("menu-decisions"), reads_cases),
    ("/console/banks", Id("menu-banks"), |_| true),
    ("/console/policies", Id("menu-policies"), |roles| !roles.has(StaffRole::Administrator)),
    ("/console/webhooks", Id("menu-webhooks"), |roles| {
        roles.is_lead() || roles.has(StaffRole::Auditor) || roles.has(StaffRole::Administrator)
    }),
    ("/console/staff", Id("menu-staff"), |roles| {
        roles.has(StaffRole::Administrator) || roles.has(StaffRole::Auditor)
    }),
    ("/console/me", Id("menu-me"), |_| true),
];

fn reads_cases(roles: &RoleSet) -> bool {
    roles.is_reviewer() || roles.has(StaffRole::Auditor)
}

impl Frame {
    /// Around a page for whom nobody knows yet.
    pub fn unknown(language: Language) -> Self {
        Self { words: Words(language), person: None, here: "" }
    }

    /// Around a page for `staff`, whose forms carry `csrf`.
    pub fn of_staff(staff: &Staff, csrf: String) -> Self {
        let person = Person {
            shown: show::text(staff.shown.as_str()),
            csrf,
            roles: staff.roles.clone(),
            scheme: staff.scheme,
            has_keys: staff.has_keys,
            way_added: None,
        };
        Self { words: Words(staff.language), person: Some(person), here: "" }
    }

    /// Around a page for whoever was found by their cookie.
    pub fn of(found: &Found) -> Self {
        let frame = Self::of_staff(&found.staff, csrf::token(&found.csrf));
        let way_added = found.way_added_at.map(show::time);
        Self { person: frame.person.map(|person| Person { way_added, ..person }), ..frame }
    }

    /// The same, on this page of the menu.
    #[must_use]
    pub fn at(self, here: &'static str) -> Self {
        Self { here, ..self }
    }

    /// When a way in was added, if whoever looks is still told.
    pub fn way_added(&self) -> Option<&show::Shown> {
        self.person.as_ref().and_then(|person| person.way_added.as_ref())
    }

    /// The tag of the language, for `lang`.
    pub fn language(&self) -> &'static str {
        self.words.0.as_str()
    }

    /// The colours, for `data-scheme`.
    pub fn scheme(&self) -> &'static str {
        self.person.as_ref().map_or(Scheme::System, |person| person.scheme).as_str()
    }

    /// Whether the keys on the buttons do nothing.
    pub fn is_keyless(&self) -> bool {
        !self.person.as_ref().is_some_and(|person| person.has_keys)
    }

    /// The pages that this person may open.
    pub fn menu(&self) -> Vec<Entry> {
        let Some(person) = &self.person else { return Vec::new() };
        let shown =
            MENU.iter().filter(|(path, _, may)| may(&person.roles) && self.is_routed("GET", path));
        let entry = |(path, called, _): &Place| Entry {
            path,
            called: *called,
            is_here: *path == self.here,
        };
        shown.map(entry).collect()
    }

    /// Whether there is such a route: what is not there is not linked.
    pub fn is_routed(&self, method: &str, path: &str) -> bool {
        routes::ROUTES.contains(&(method, path))
    }

    /// Where a file beside the page is.
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// The message `id`.
    pub fn say(&self, id: &str) -> String {
        self.words.say(id)
    }

    /// The message of a value.
    pub fn call(&self, id: &Id) -> String {
        self.words.call(*id)
    }

    /// The message `id` about so many.
    pub fn count(&self, id: &str, count: &u64) -> String {
        self.words.count(id, *count)
    }

    /// So many of at most so many.
    pub fn out_of(&self, seen: &u32, most: &u32) -> String {
        self.words.with("me-of", &[("seen", (*seen).into()), ("most", (*most).into())])
    }
}

/// The frame of whoever sent this request: what a page of a fault stands in. It begins as nobody's,
/// in the language of the browser, and becomes a person's where a guard finds one.
#[derive(Clone, Debug)]
pub struct Seen(Arc<Mutex<Frame>>);

impl Seen {
    /// Nobody's.
    pub fn new(headers: &HeaderMap) -> Self {
        Self(Arc::new(Mutex::new(Frame::unknown(language::asked_for(headers)))))
    }

    /// What it is now.
    pub fn frame(&self) -> Frame {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes it a person's.
    pub fn put(&self, frame: Frame) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = frame;
    }
}

impl FromRequestParts<Console> for Seen {
    type Rejection = Infallible;

    /// That of this request; nobody's, where no layer put one.
    async fn from_request_parts(parts: &mut Parts, _: &Console) -> Result<Self, Infallible> {
        let seen = parts.extensions.get::<Self>().cloned();
        Ok(seen.unwrap_or_else(|| Self::new(&parts.headers)))
    }
}
