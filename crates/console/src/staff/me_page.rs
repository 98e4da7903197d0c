//! `GET /console/me`: the staff member's own exposure, breaks, display settings and sign-in
//! methods. No other staff member can see it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mamori_desk::staff::credentials::{CodeOffer, SignInMethod};
use mamori_desk::{Error, SessionLookup};
use mamori_model::Refusal;
use mamori_model::exposure::{Break, BreakReason, Exposure, Limits};
use mamori_model::sign_in::CredentialKind;
use mamori_model::staff::{BlurStrength, Language, PictureSize, Scheme, Tint, ViewMode};
use serde::Deserialize;

use crate::app::Console;
use crate::fault::{Fault, FaultText, page};
use crate::frame::Frame;
use crate::guard::Member;
use crate::messages::{self, MessageId};
use crate::query::Choice;
use crate::query::PageQuery;
use crate::query::choices;
use crate::show::{self, SafeHtml};
use crate::staff::oidc_page::{ProviderLink, provider_link};
use crate::staff::sign_in_page::Codes;
use crate::terms;

/// The staff member's own page.
#[derive(Debug, Template)]
#[template(path = "me.html")]
#[expect(clippy::struct_excessive_bools, reason = "each says of one piece whether it is shown")]
pub struct MePage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Whether the display settings were saved just before.
    pub is_saved: bool,
    /// Why the last form failed.
    pub problem: Option<FaultText>,
    /// Whether its field for the time zone is the cause.
    pub is_zone_wrong: bool,
    /// Names of their roles.
    pub roles: Vec<MessageId>,
    /// Their exposure; `None` for roles that do not view items.
    pub exposure: Option<ExposureFigures>,
    /// The break that they are on, or must take.
    pub break_notice: Option<BreakNotice>,
    /// Length of a break that they take themselves, in minutes.
    pub break_minutes: u64,
    /// The operator's text on whom reviewers can talk to.
    pub care_note: Option<&'a str>,
    /// Languages to choose from.
    pub languages: Vec<LanguageChoice>,
    /// Colours to choose from.
    pub schemes: Vec<Choice>,
    /// Ways of viewing pictures to choose from.
    pub views: Vec<Choice>,
    /// Colours of clear pictures to choose from.
    pub tints: Vec<Choice>,
    /// Sizes of clear pictures to choose from.
    pub sizes: Vec<Choice>,
    /// Strengths of blurred pictures to choose from: the operator's least one and stronger ones.
    pub blurs: Vec<Choice>,
    /// Name of their time zone; empty: that of the browser.
    pub zone: String,
    /// Whether single-key shortcuts are switched on.
    pub has_keys: bool,
    /// Their sign-in methods, oldest first.
    pub methods: Vec<MethodRow>,
    /// Whether passkeys can be created.
    pub has_passkeys: bool,
    /// Link that connects their account at the organisation's sign-in provider; `None` where none is
    /// configured.
    pub provider: Option<ProviderLink>,
    /// Whether an account there is connected.
    pub is_connected: bool,
    /// A new secret for codes; `None` if the vault has no key to store it.
    pub codes: Option<Codes>,
}

/// A sign-in method.
#[derive(Clone, Debug)]
pub struct MethodRow {
    /// Id of the credential.
    pub id: String,
    /// Name of its kind: passkey, password, codes, or account at the sign-in provider.
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
    pub value: String,
    /// Its own name, which is not translated.
    pub name: String,
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
    let choice = |language: Language| LanguageChoice {
        value: language.as_str().to_owned(),
        name: messages::name(language),
        is_selected: language == selected,
    };
    messages::languages().map(choice).collect()
}

/// Parameters in the query of the address.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    #[serde(default)]
    saved: Option<String>,
}

/// The last form with display settings, if it failed.
#[derive(Clone, Debug, Default)]
pub struct LastForm {
    /// Why it failed.
    pub fault: Option<Fault>,
    /// The time zone that it contained.
    pub zone: Option<String>,
}

/// `GET /console/me`.
pub async fn show(
    State(console): State<Console>,
    Member(session): Member,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    answer(&console, &session, params.saved.is_some(), LastForm::default()).await
}

/// Returns the page, with the last form if it failed.
pub async fn answer(
    console: &Console,
    session: &SessionLookup,
    is_saved: bool,
    last_form: LastForm,
) -> Result<Response, Fault> {
    let frame = Frame::of(session).at("/console/me");
    let staff = &session.staff;
    let fault = last_form.fault.as_ref();
    let status = fault.map_or(StatusCode::OK, Fault::status);
    let is_zone_wrong = fault.is_some_and(|fault| fault.field() == Some("zone"));
    let zone = staff.zone.as_ref().map(ToString::to_string);
    let (pictures, blur_min) = (staff.pictures, console.desk.settings().blur_min);
    let blur = pictures.blur.max(blur_min);
    let blurs = BlurStrength::ALL.iter().copied().filter(|one| *one >= blur_min);
    let blurs: Vec<BlurStrength> = blurs.collect();
    let own = console.desk.exposure(&session.member).await?;
    let is_reviewer = session.member.reviewer().is_some();
    let methods = console.desk.sign_in_methods(&session.member).await?;
    let codes = match console.desk.offer_codes(&session.member).await {
        Ok(offer) => Some(codes(&offer)),
        Err(Error::Refused(Refusal::VaultClosed)) => None,
        Err(other) => return Err(other.into()),
    };
    let answered = page(&MePage {
        frame: &frame,
        is_saved,
        problem: fault.map(|fault| {
            if is_zone_wrong {
                fault.text_at_field(frame.messages)
            } else {
                fault.text(frame.messages)
            }
        }),
        is_zone_wrong,
        break_minutes: console.desk.settings().exposure.break_length.as_mins().unsigned_abs(),
        tints: choices(Tint::ALL, Tint::as_str, terms::tint, Some(pictures.tint)),
        sizes: choices(
            PictureSize::ALL,
            PictureSize::as_str,
            terms::picture_size,
            Some(pictures.size),
        ),
        blurs: choices(&blurs, BlurStrength::as_str, terms::blur, Some(blur)),
        zone: last_form.zone.or(zone).unwrap_or_default(),
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
        provider: provider_link(console, "/console/me/oidc", ""),
        is_connected: methods.iter().any(|method| method.kind == CredentialKind::Oidc),
        codes,
    })?;
    Ok((status, answered).into_response())
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
        kind: terms::sign_in_method(method.kind),
        name: show::text(method.name.as_str()),
        used: method.used_at.map_or_else(|| show::text("–"), show::time),
    }
}
