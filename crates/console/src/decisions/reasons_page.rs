//! `GET /console/reasons`: the saved reasons of one policy in one language, which leads edit and
//! reviewers choose from.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mamori_model::{Language, Line, Purpose};
use serde::Deserialize;

use crate::app::Console;
use crate::fault::{Fault, FaultText, page};
use crate::frame::Frame;
use crate::guard::Lead;
use crate::messages;
use crate::query::{Choice, PageQuery, choices};
use crate::show::{self, SafeHtml};
use crate::staff::me_page::{LanguageChoice, language_choices};
use crate::terms;

/// Path of the page.
pub const PATH: &str = "/console/reasons";

/// Number of empty fields for further reasons.
const EMPTY: usize = 3;

/// The saved reasons of one policy in one language.
#[derive(Debug, Template)]
#[template(path = "reasons.html")]
pub struct ReasonsPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Whether the reasons were saved just before.
    pub is_saved: bool,
    /// Why the last form failed, if no field is the cause.
    pub problem: Option<FaultText>,
    /// Policies to choose from.
    pub policies: Vec<Choice>,
    /// Languages to choose from.
    pub languages: Vec<LanguageChoice>,
    /// Word of the policy.
    pub policy: &'static str,
    /// Tag of the language.
    pub language: String,
    /// Version of the list.
    pub version: u32,
    /// Time of the last change.
    pub changed: Option<SafeHtml>,
    /// The reasons, and empty fields for further ones.
    pub rows: Vec<Row>,
    /// The most reasons of one list.
    pub most: u64,
    /// The most characters of a reason.
    pub chars_max: usize,
}

/// A field for a reason.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The text.
    pub text: String,
    /// Why it was refused.
    pub problem: Option<FaultText>,
}

/// Parameters in the query of the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The policy; the first one if it is empty.
    #[serde(default)]
    pub policy: String,
    /// The language; that of the reader if it is empty.
    #[serde(default)]
    pub language: String,
    /// Present if the reasons were saved just before.
    #[serde(default)]
    pub saved: Option<String>,
}

/// The last form, if it failed.
#[derive(Clone, Debug)]
pub struct LastForm {
    /// The reasons that it contained.
    pub reasons: Vec<String>,
    /// Why it failed.
    pub fault: Fault,
    /// The place of the reason that is the cause, from 0.
    pub wrong: Option<usize>,
}

/// `GET /console/reasons`.
pub async fn show(
    State(console): State<Console>,
    lead: Lead,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    answer(&console, &lead, &params, None).await
}

/// Returns the page, with the last form if it failed.
pub async fn answer(
    console: &Console,
    lead: &Lead,
    params: &Params,
    last_form: Option<LastForm>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&lead.session).at("/console/policies");
    let own = messages::available(lead.session.staff.language);
    let (purpose, language) = read(params, own)?;
    let list = console.desk.saved_reasons(&lead.session.member, purpose, language).await?;
    let status = last_form.as_ref().map_or(StatusCode::OK, |form| form.fault.status());
    let (stored, wrong, fault) = if let Some(LastForm { reasons, fault, wrong }) = last_form {
        (reasons, wrong, Some(fault))
    } else {
        let stored = list.reasons.iter().map(|reason| reason.as_str().to_owned());
        (stored.collect(), None, None)
    };
    let text_of = |nth: usize| {
        let fault = fault.as_ref().filter(|_| wrong == Some(nth))?;
        Some(fault.text_at_field(frame.messages))
    };
    let rows = stored.into_iter().enumerate();
    let mut rows: Vec<Row> = rows.map(|(nth, text)| Row { text, problem: text_of(nth) }).collect();
    let most = usize::try_from(console.desk.settings().cases.saved_reasons_max).unwrap_or(0);
    let empty = most.saturating_sub(rows.len()).min(EMPTY);
    rows.extend((0..empty).map(|_| Row::default()));
    let accusing: Vec<Purpose> = accusing().collect();
    let answered = page(&ReasonsPage {
        frame: &frame,
        is_saved: params.saved.is_some() && fault.is_none(),
        problem: fault.filter(|_| wrong.is_none()).map(|fault| fault.text(frame.messages)),
        policies: choices(&accusing, Purpose::as_str, terms::purpose, Some(purpose)),
        languages: language_choices(language),
        policy: purpose.as_str(),
        language: language.as_str().to_owned(),
        version: list.version,
        changed: list.changed.map(|(_, at)| show::time(at)),
        rows,
        most: console.desk.settings().cases.saved_reasons_max.into(),
        chars_max: Line::CHARS_MAX,
    })?;
    Ok((status, answered).into_response())
}

/// The purposes that have a policy.
fn accusing() -> impl Iterator<Item = Purpose> {
    Purpose::ALL.iter().copied().filter(|purpose| !purpose.is_negative())
}

/// Reads the policy and the language of a list; 404 if there is no such list.
pub fn read(params: &Params, own: Language) -> Result<(Purpose, Language), Fault> {
    let purpose = match params.policy.as_str() {
        "" => accusing().next(),
        word => word.parse().ok().filter(|purpose: &Purpose| !purpose.is_negative()),
    };
    let language = match params.language.as_str() {
        "" => Some(own),
        word => messages::language(word),
    };
    purpose.zip(language).ok_or_else(Fault::not_found)
}
