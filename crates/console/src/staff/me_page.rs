//! `GET /console/me`: the staff member's own exposure, breaks, display settings and sign-in
//! methods. No other staff member can see it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use mamori_desk::Error;
use mamori_desk::staff::credentials::{CodeOffer, SignInMethod};
use mamori_model::Refusal;
use mamori_model::exposure::{Break, BreakReason, Exposure, Limits};
use mamori_model::sign_in::CredentialKind;
use mamori_model::staff::{Language, Scheme, ViewMode};

use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Member;
use crate::messages::MessageId;
use crate::query::Choice;
use crate::query::choices;
use crate::show::{self, SafeHtml};
use crate::staff::sign_in_page::Codes;
use crate::terms;

/// The staff member's own page.
#[derive(Debug, Template)]
#[template(path = "me.html")]
pub struct MePage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Names of their roles.
    pub roles: Vec<MessageId>,
    /// Their exposure; `None` for roles that do not view items.
    pub exposure: Option<ExposureFigures>,
    /// The break that they are on, or must take.
    pub break_notice: Option<BreakNotice>,
    /// The operator's text on whom reviewers can talk to.
    pub care_note: Option<&'a str>,
    /// Languages to choose from.
    pub languages: Vec<LanguageChoice>,
    /// Colours to choose from.
    pub schemes: Vec<Choice>,
    /// Ways of viewing pictures to choose from.
    pub views: Vec<Choice>,
    /// Whether single-key shortcuts are switched on.
    pub has_keys: bool,
    /// Their sign-in methods, oldest first.
    pub methods: Vec<MethodRow>,
    /// Whether passkeys can be created.
    pub has_passkeys: bool,
    /// A new secret for codes; `None` if the vault has no key to store it.
    pub codes: Option<Codes>,
}

/// A sign-in method.
#[derive(Clone, Debug)]
pub struct MethodRow {
    /// Id of the credential.
    pub id: String,
    /// Name of its kind: passkey, password or codes.
    pub kind: MessageId,
    /// The staff member's own name for it.
    pub name: SafeHtml,
    /// Time of the last sign-in with it, or a dash.
    pub used: SafeHtml,
}

/// A break.
#[derive(Clone, Debug)]
pub struct BreakNotice {
    /// The message that gives the reason; the page shows the end of the break after it.
    pub why: MessageId,
    /// End of the break.
    pub until: SafeHtml,
}

/// Exposure within 24 hours.
#[derive(Clone, Debug)]
pub struct ExposureFigures {
    /// The figures that are limited.
    pub figures: Vec<Figure>,
    /// Number of blurred views, which are not limited.
    pub blurred: u32,
}

/// A figure and its limit.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Name of what is counted.
    pub label: MessageId,
    /// The current figure.
    pub current: u32,
    /// The limit.
    pub limit: u32,
}

/// A language, named in that language.
#[derive(Clone, Debug)]
pub struct LanguageChoice {
    /// Its language tag.
    pub value: &'static str,
    /// Its own name, which is not translated.
    pub name: &'static str,
    /// Whether it is selected.
    pub is_selected: bool,
}

/// Returns the limited figures with their limits, in the order of the page.
pub fn figures(exposure: &Exposure, limits: &Limits) -> Vec<Figure> {
    let minutes = u32::try_from(exposure.clear.as_mins()).unwrap_or(0);
    vec![
        Figure {
            label: MessageId("me-clear-views"),
            current: exposure.clear_views,
            limit: limits.views,
        },
        Figure { label: MessageId("me-minutes"), current: minutes, limit: limits.minutes },
        Figure { label: MessageId("me-points"), current: exposure.points, limit: limits.points },
    ]
}

/// Returns the languages, each by its own name.
pub fn language_choices(selected: Language) -> Vec<LanguageChoice> {
    let choice = |language: &Language| LanguageChoice {
        value: language.as_str(),
        name: match language {
            Language::English => "English",
            Language::Japanese => "日本語",
            Language::French => "Français",
            Language::German => "Deutsch",
            Language::Italian => "Italiano",
        },
        is_selected: *language == selected,
    };
    Language::ALL.iter().map(choice).collect()
}

/// `GET /console/me`.
pub async fn show(
    State(console): State<Console>,
    Member(session): Member,
) -> Result<Response, Fault> {
    let frame = Frame::of(&session).at("/console/me");
    let staff = &session.staff;
    let own = console.desk.exposure(&session.member).await?;
    let is_reviewer = session.member.reviewer().is_some();
    let methods = console.desk.sign_in_methods(&session.member).await?;
    let codes = match console.desk.offer_codes(&session.member).await {
        Ok(offer) => Some(codes(&offer)),
        Err(Error::Refused(Refusal::VaultClosed)) => None,
        Err(other) => return Err(other.into()),
    };
    page(&MePage {
        frame: &frame,
        roles: staff.roles.iter().map(terms::role).collect(),
        exposure: is_reviewer.then(|| ExposureFigures {
            figures: figures(&own.seen, &own.limits),
            blurred: own.seen.blurred_views,
        }),
        break_notice: own.break_due.filter(|_| is_reviewer).map(break_notice),
        care_note: console.settings.care_note.as_deref(),
        languages: language_choices(staff.language),
        schemes: choices(Scheme::ALL, Scheme::as_str, terms::scheme, Some(staff.scheme)),
        views: choices(ViewMode::ALL, ViewMode::as_str, terms::view, Some(staff.view)),
        has_keys: staff.has_keys,
        methods: methods.iter().map(method_row).collect(),
        has_passkeys: console.desk.settings().sign_in.origin.is_some(),
        codes,
    })
}

fn break_notice(due: Break) -> BreakNotice {
    let why = match due.why {
        BreakReason::Stretch | BreakReason::Own => MessageId("me-break-until"),
        BreakReason::Views | BreakReason::Minutes | BreakReason::Points => {
            MessageId("me-limit-until")
        }
    };
    BreakNotice { why, until: show::time(due.until) }
}

fn codes(offer: &CodeOffer) -> Codes {
    Codes {
        text: offer.text.reveal().clone(),
        link: offer.link.reveal().clone(),
        sealed: offer.sealed.reveal().clone(),
    }
}

fn method_row(method: &SignInMethod) -> MethodRow {
    MethodRow {
        id: method.id.to_string(),
        kind: match method.kind {
            CredentialKind::Passkey => MessageId("method-passkey"),
            CredentialKind::Password => MessageId("method-password"),
            CredentialKind::Totp => MessageId("method-codes"),
        },
        name: show::text(method.name.as_str()),
        used: method.used_at.map_or_else(|| show::text("–"), show::time),
    }
}
