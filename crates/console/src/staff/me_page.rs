//! `GET /console/me`: the staff member's own exposure, breaks, display settings and sign-in
//! methods. No other staff member can see it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use mamori_desk::Error;
use mamori_desk::staff::credentials::{CodeOffer, Way};
use mamori_model::Refusal;
use mamori_model::dose::{Exposure, Limits, Rest, RestWhy};
use mamori_model::sign_in::CredentialKind;
use mamori_model::staff::{Language, Scheme, View};

use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Member;
use crate::query::Choice;
use crate::query::choices;
use crate::show::{self, Shown};
use crate::staff::sign_in_page::Codes;
use crate::terms;
use crate::words::Id;

/// The staff member's own page.
#[derive(Debug, Template)]
#[template(path = "me.html")]
pub struct MePage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Names of their roles.
    pub roles: Vec<Id>,
    /// Their exposure; `None` for roles that do not view items.
    pub seen: Option<Seen>,
    /// The break that they are on, or must take.
    pub resting: Option<Resting>,
    /// The operator's text on whom reviewers can talk to.
    pub care_note: Option<&'a str>,
    /// Languages to choose from.
    pub languages: Vec<Tongue>,
    /// Colours to choose from.
    pub schemes: Vec<Choice>,
    /// Ways of viewing pictures to choose from.
    pub views: Vec<Choice>,
    /// Whether single-key shortcuts are switched on.
    pub has_keys: bool,
    /// Their sign-in methods, oldest first.
    pub ways: Vec<WayIn>,
    /// Whether passkeys can be created.
    pub has_passkeys: bool,
    /// A new secret for codes; `None` if the vault has no key to store it.
    pub codes: Option<Codes>,
}

/// A sign-in method.
#[derive(Clone, Debug)]
pub struct WayIn {
    /// Id of the credential.
    pub id: String,
    /// Name of its kind: passkey, password or codes.
    pub kind: Id,
    /// The staff member's own name for it.
    pub name: Shown,
    /// Time of the last sign-in with it, or a dash.
    pub used: Shown,
}

/// A break.
#[derive(Clone, Debug)]
pub struct Resting {
    /// The message that gives the reason; the page shows the end of the break after it.
    pub why: Id,
    /// End of the break.
    pub until: Shown,
}

/// Exposure within 24 hours.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The figures that are limited.
    pub figures: Vec<Figure>,
    /// Number of blurred views, which are not limited.
    pub veiled: u32,
}

/// A figure and its limit.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Name of what is counted.
    pub called: Id,
    /// The current figure.
    pub seen: u32,
    /// The limit.
    pub most: u32,
}

/// A language, named in that language.
#[derive(Clone, Debug)]
pub struct Tongue {
    /// Its language tag.
    pub word: &'static str,
    /// Its own name, which is not translated.
    pub name: &'static str,
    /// Whether it is selected.
    pub is_chosen: bool,
}

/// Returns the limited figures with their limits, in the order of the page.
pub fn figures(seen: &Exposure, limits: &Limits) -> Vec<Figure> {
    let minutes = u32::try_from(seen.clear.as_mins()).unwrap_or(0);
    vec![
        Figure { called: Id("me-looks"), seen: seen.looks_clear, most: limits.looks },
        Figure { called: Id("me-minutes"), seen: minutes, most: limits.minutes },
        Figure { called: Id("me-points"), seen: seen.points, most: limits.points },
    ]
}

/// Returns the languages, each by its own name.
pub fn tongues(chosen: Language) -> Vec<Tongue> {
    let tongue = |language: &Language| Tongue {
        word: language.as_str(),
        name: match language {
            Language::English => "English",
            Language::Japanese => "日本語",
            Language::French => "Français",
            Language::German => "Deutsch",
            Language::Italian => "Italiano",
        },
        is_chosen: *language == chosen,
    };
    Language::ALL.iter().map(tongue).collect()
}

/// `GET /console/me`.
pub async fn show(
    State(console): State<Console>,
    Member(found): Member,
) -> Result<Response, Fault> {
    let frame = Frame::of(&found).at("/console/me");
    let staff = &found.staff;
    let own = console.desk.exposure(&found.member).await?;
    let is_reviewer = found.member.reviewer().is_some();
    let ways = console.desk.ways(&found.member).await?;
    let codes = match console.desk.offer_codes(&found.member).await {
        Ok(offer) => Some(codes(&offer)),
        Err(Error::Refused(Refusal::VaultClosed)) => None,
        Err(other) => return Err(other.into()),
    };
    page(&MePage {
        frame: &frame,
        roles: staff.roles.iter().map(terms::role).collect(),
        seen: is_reviewer.then(|| Seen {
            figures: figures(&own.seen, &own.limits),
            veiled: own.seen.looks_veiled,
        }),
        resting: own.rest.filter(|_| is_reviewer).map(resting),
        care_note: console.settings.care_note.as_deref(),
        languages: tongues(staff.language),
        schemes: choices(Scheme::ALL, Scheme::as_str, terms::scheme, Some(staff.scheme)),
        views: choices(View::ALL, View::as_str, terms::view, Some(staff.view)),
        has_keys: staff.has_keys,
        ways: ways.iter().map(way_in).collect(),
        has_passkeys: console.desk.settings().sign_in.origin.is_some(),
        codes,
    })
}

fn resting(rest: Rest) -> Resting {
    let why = match rest.why {
        RestWhy::Stretch | RestWhy::Own => Id("me-rest-until"),
        RestWhy::Looks | RestWhy::Minutes | RestWhy::Points => Id("me-spent-until"),
    };
    Resting { why, until: show::time(rest.until) }
}

fn codes(offer: &CodeOffer) -> Codes {
    Codes {
        text: offer.text.reveal().clone(),
        link: offer.link.reveal().clone(),
        sealed: offer.sealed.reveal().clone(),
    }
}

fn way_in(way: &Way) -> WayIn {
    WayIn {
        id: way.id.to_string(),
        kind: match way.kind {
            CredentialKind::Passkey => Id("way-passkey"),
            CredentialKind::Password => Id("way-password"),
            CredentialKind::Totp => Id("way-codes"),
        },
        name: show::text(way.name.as_str()),
        used: way.used_at.map_or_else(|| show::text("–"), show::time),
    }
}
