//! `GET /console/me`: what one has seen, breaks, and how the console looks. Nobody else sees it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use mamori_desk::Error;
use mamori_desk::credentials::{CodeOffer, Way};
use mamori_model::Refusal;
use mamori_model::dose::{Exposure, Limits, Rest, RestWhy};
use mamori_model::sign_in::CredentialKind;
use mamori_model::staff::{Language, Scheme, View};

use super::sign_in::Codes;
use super::{Choice, choices};
use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Member;
use crate::show::{self, Shown};
use crate::terms;
use crate::words::Id;

/// One's own page.
#[derive(Debug, Template)]
#[template(path = "me.html")]
pub struct MePage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// What one may do.
    pub roles: Vec<Id>,
    /// What one has seen; nothing for whoever never sees pictures.
    pub seen: Option<Seen>,
    /// The break that they have, or must take.
    pub resting: Option<Resting>,
    /// Who listens to reviewers here, as the operator wrote it.
    pub care_note: Option<&'a str>,
    /// Languages.
    pub languages: Vec<Tongue>,
    /// Colours.
    pub schemes: Vec<Choice>,
    /// Ways to look at pictures.
    pub views: Vec<Choice>,
    /// Whether single keys do something.
    pub has_keys: bool,
    /// Ways in.
    pub ways: Vec<WayIn>,
    /// Whether passkeys can be made.
    pub has_passkeys: bool,
    /// New codes; nothing where none can be kept.
    pub codes: Option<Codes>,
}

/// One's own way in.
#[derive(Clone, Debug)]
pub struct WayIn {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: Id,
    /// What one calls it.
    pub name: Shown,
    /// When it last let one in.
    pub used: Shown,
}

/// A break.
#[derive(Clone, Debug)]
pub struct Resting {
    /// Why, as the sentence before its end says.
    pub why: Id,
    /// Until when.
    pub until: Shown,
}

/// What one has seen in 24 hours.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What is limited.
    pub figures: Vec<Figure>,
    /// Blurred looks, which are not.
    pub veiled: u32,
}

/// A figure and its limit.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What is counted.
    pub called: Id,
    /// How many.
    pub seen: u32,
    /// At most how many.
    pub most: u32,
}

/// A language by its own name, which is not translated.
#[derive(Clone, Debug)]
pub struct Tongue {
    /// Its tag.
    pub word: &'static str,
    /// Its own name.
    pub name: &'static str,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// What is limited in 24 hours, with its limit, in the order of the page.
pub fn figures(seen: &Exposure, limits: &Limits) -> Vec<Figure> {
    let minutes = u32::try_from(seen.clear.as_mins()).unwrap_or(0);
    vec![
        Figure { called: Id("me-looks"), seen: seen.looks_clear, most: limits.looks },
        Figure { called: Id("me-minutes"), seen: minutes, most: limits.minutes },
        Figure { called: Id("me-points"), seen: seen.points, most: limits.points },
    ]
}

/// The languages, each by its own name.
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
