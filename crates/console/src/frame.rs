//! The frame around every page: language, colours, signed-in staff member, and menu.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use mamori_desk::SessionLookup;
use mamori_model::RoleSet;
use mamori_model::staff::{Language, PictureSettings, Scheme, Staff, StaffRole, ZoneName};

use crate::app::Console;
use crate::messages::{self, MessageId, Messages};
use crate::{assets, csrf, language, local_time, show};

/// The signed-in staff member who reads a page.
#[derive(Clone)]
pub struct Person {
    /// Display name, which colleagues see.
    pub display_name: show::SafeHtml,
    /// Token that their forms carry.
    pub csrf: String,
    /// Their roles, which decide what the menu shows.
    pub roles: RoleSet,
    /// Whether they are limited to some services or policies.
    pub is_limited: bool,
    /// Colours that they chose.
    pub scheme: Scheme,
    /// Whether single-key shortcuts are switched on.
    pub has_keys: bool,
    /// How pictures look.
    pub pictures: PictureSettings,
    /// Time at which a session of theirs added a sign-in method, while the frame still shows a
    /// notice of it.
    pub method_added: Option<show::SafeHtml>,
}

impl Person {
    /// Returns the colours of clear pictures, for the attribute `data-tint`.
    pub fn tint(&self) -> &'static str {
        self.pictures.tint.as_str()
    }

    /// Returns the size of clear pictures, for the attribute `data-size`.
    pub fn size(&self) -> &'static str {
        self.pictures.size.as_str()
    }
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").field("roles", &self.roles).finish_non_exhaustive()
    }
}

/// The frame around one page.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Language of the page.
    pub messages: Messages,
    /// The signed-in staff member, if there is one.
    pub person: Option<Person>,
    /// Path of the page of the menu that this page is, or belongs to; empty for none.
    pub menu_path: &'static str,
    /// The time zone of the page's times: the staff member's, or that of the browser; `None`: UTC.
    pub zone: Option<ZoneName>,
}

/// An entry of the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MenuEntry {
    /// Path of the page.
    pub path: &'static str,
    /// Name of the page.
    pub label: MessageId,
    /// Whether it is the current page.
    pub is_current: bool,
}

/// A page of the menu: its path, its name, and which roles may open it.
type MenuPage = (&'static str, MessageId, fn(&RoleSet) -> bool);

/// The page of changes that reach every service: not for staff members who are limited to some.
const CHANGES: &str = "/console/changes";

const MENU: [MenuPage; 10] = [
    ("/console", MessageId("menu-start"), |_| true),
    ("/console/queue", MessageId("menu-queue"), RoleSet::is_reviewer),
    ("/console/decisions", MessageId("menu-decisions"), reads_cases),
    ("/console/banks", MessageId("menu-banks"), |_| true),
    ("/console/policies", MessageId("menu-policies"), |roles| !roles.has(StaffRole::Administrator)),
    ("/console/webhooks", MessageId("menu-webhooks"), |roles| {
        roles.is_lead() || roles.has(StaffRole::Auditor) || roles.has(StaffRole::Administrator)
    }),
    ("/console/staff", MessageId("menu-staff"), |roles| {
        roles.has(StaffRole::Administrator) || roles.has(StaffRole::Auditor)
    }),
    (CHANGES, MessageId("menu-changes"), |roles| roles.is_lead() || roles.has(StaffRole::Auditor)),
    ("/console/audit", MessageId("menu-audit"), |roles| roles.has(StaffRole::Auditor)),
    ("/console/me", MessageId("menu-me"), |_| true),
];

fn reads_cases(roles: &RoleSet) -> bool {
    roles.is_reviewer() || roles.has(StaffRole::Auditor)
}

impl Frame {
    /// Creates the frame of a page for a reader who is not signed in.
    pub fn signed_out(language: Language) -> Self {
        Self { messages: Messages(language), person: None, menu_path: "", zone: None }
    }

    /// Creates the frame of a page for `staff`, whose forms carry the token `csrf`.
    pub fn of_staff(staff: &Staff, csrf: String) -> Self {
        let person = Person {
            display_name: show::text(staff.display_name.as_str()),
            csrf,
            roles: staff.roles.clone(),
            is_limited: staff.assignment.is_limited(),
            scheme: staff.scheme,
            has_keys: staff.has_keys,
            pictures: staff.pictures,
            method_added: None,
        };
        let messages = Messages(messages::available(staff.language));
        Self { messages, person: Some(person), menu_path: "", zone: staff.zone.clone() }
    }

    /// Creates the frame of a page for the staff member to whom the session cookie belongs.
    pub fn of(session: &SessionLookup) -> Self {
        let frame = Self::of_staff(&session.staff, csrf::token(&session.csrf));
        let method_added = session.method_added_at.map(show::time);
        Self { person: frame.person.map(|person| Person { method_added, ..person }), ..frame }
    }

    /// Sets the page of the menu.
    #[must_use]
    pub fn at(self, menu_path: &'static str) -> Self {
        Self { menu_path, ..self }
    }

    /// Returns when a sign-in method was added, if the page must still show a notice of it.
    pub fn method_added(&self) -> Option<&show::SafeHtml> {
        self.person.as_ref().and_then(|person| person.method_added.as_ref())
    }

    /// Returns the language tag, for the attribute `lang`.
    pub fn language(&self) -> &str {
        self.messages.0.as_str()
    }

    /// Returns the colours, for the attribute `data-scheme`.
    pub fn scheme(&self) -> &'static str {
        self.person.as_ref().map_or(Scheme::System, |person| person.scheme).as_str()
    }

    /// Checks whether single-key shortcuts are switched off.
    pub fn is_keyless(&self) -> bool {
        !self.person.as_ref().is_some_and(|person| person.has_keys)
    }

    /// Returns the pages that this staff member may open.
    pub fn menu(&self) -> Vec<MenuEntry> {
        let Some(person) = &self.person else { return Vec::new() };
        let visible = MENU.iter().filter(|(path, _, may)| {
            may(&person.roles) && !(person.is_limited && *path == CHANGES)
        });
        let entry = |(path, label, _): &MenuPage| MenuEntry {
            path,
            label: *label,
            is_current: *path == self.menu_path,
        };
        visible.map(entry).collect()
    }

    /// Returns the URL path of an asset.
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// Returns the message `id`.
    pub fn say(&self, id: &str) -> String {
        self.messages.say(id)
    }

    /// Returns the message that names a value.
    pub fn message(&self, id: &MessageId) -> String {
        self.messages.message(*id)
    }

    /// Returns the message `id` with `name` as its variable `$name`.
    pub fn named(&self, id: &str, name: &str) -> String {
        self.messages.named(id, name)
    }

    /// Returns the message `id` with `count` as its variable `$count`.
    pub fn count(&self, id: &str, count: &u64) -> String {
        self.messages.count(id, *count)
    }

    /// Returns the text for `seen` of at most `most`.
    pub fn out_of(&self, seen: &u32, most: &u32) -> String {
        self.messages.with("me-of", &[("seen", (*seen).into()), ("most", (*most).into())])
    }
}

/// The frame of the client that sent this request, in which the page of a fault is shown. Initially
/// without a staff member and in the language of the browser; a guard that finds a session replaces
/// it.
#[derive(Clone, Debug)]
pub struct RequestFrame(Arc<Mutex<Frame>>);

impl RequestFrame {
    /// Creates the frame of a client without a session.
    pub fn new(headers: &HeaderMap) -> Self {
        let frame = Frame::signed_out(language::preferred(headers));
        let zone = local_time::zone_of_browser(headers);
        Self(Arc::new(Mutex::new(Frame { zone, ..frame })))
    }

    /// Returns the current frame.
    pub fn frame(&self) -> Frame {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the frame with that of a staff member. If they chose no time zone, that of the browser
    /// stays.
    pub fn set(&self, frame: Frame) {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let zone = frame.zone.or_else(|| current.zone.take());
        *current = Frame { zone, ..frame };
    }
}

impl FromRequestParts<Console> for RequestFrame {
    type Rejection = Infallible;

    /// Returns the frame of this request, or a new one if no layer has added one.
    async fn from_request_parts(parts: &mut Parts, _: &Console) -> Result<Self, Infallible> {
        let request_frame = parts.extensions.get::<Self>().cloned();
        Ok(request_frame.unwrap_or_else(|| Self::new(&parts.headers)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::ROUTES;

    #[test]
    fn every_entry_of_the_menu_has_a_route() {
        for (path, ..) in MENU {
            assert!(ROUTES.contains(&("GET", path)), "{path}");
        }
    }
}
