//! `GET /console/policies` and `GET /console/policies/{purpose}`: what each purpose forbids, in the
//! words that reviewers and affected persons read, version by version, in the language of the page.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use mamori_model::{FreeText, Language, Policy, PolicyTexts, Purpose};

use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::PolicyReader;
use crate::messages::{self, MessageId, Messages};
use crate::show::{self, SafeHtml};
use crate::terms;

/// Path of the list.
pub const PATH: &str = "/console/policies";

/// The policies in force.
#[derive(Debug, Template)]
#[template(path = "policies.html")]
pub struct PoliciesPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// The policies, gravest first.
    pub rows: Vec<Row>,
}

/// A version of a policy.
#[derive(Clone, Debug)]
pub struct Row {
    /// The word of the purpose, as in paths.
    pub purpose: &'static str,
    /// Name of the purpose.
    pub label: MessageId,
    /// Version number, from 1.
    pub version: u64,
    /// What the policy forbids.
    pub wording: SafeHtml,
    /// Points that a clear view costs per minute begun, 1 to 5.
    pub severity: u8,
    /// Number of days for which the bytes of items are kept.
    pub evidence_days: u64,
    /// Time at which the version came into force, or that it came with Mamori.
    pub since: SafeHtml,
}

/// A policy and its versions.
#[derive(Debug, Template)]
#[template(path = "policy.html")]
#[expect(clippy::struct_excessive_bools, reason = "each says of one piece whether it is shown")]
pub struct PolicyPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// The version in force.
    pub row: Row,
    /// The texts of the version in force, for the form.
    pub texts: Vec<TextField>,
    /// Whether the staff member may edit the policy.
    pub may_change: bool,
    /// Whether they may edit its saved reasons.
    pub may_save_reasons: bool,
    /// Whether they must confirm their identity before that.
    pub must_prove: bool,
    /// Whether bytes can be kept: the operator configured a key for the vault.
    pub has_vault: bool,
    /// The allowed severities, each with whether it is the one in force.
    pub severities: Vec<(u8, bool)>,
    /// The largest number of days for which bytes can be kept.
    pub evidence_days_max: u16,
    /// Earlier versions, newest first.
    pub before: Vec<Row>,
}

/// The field for the text in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextField {
    /// The tag of the language.
    pub language: String,
    /// Its own name, which is not translated.
    pub name: String,
    /// The text in force; empty if there is none.
    pub text: String,
}

/// `GET /console/policies`.
pub async fn list(State(console): State<Console>, reader: PolicyReader) -> Result<Response, Fault> {
    let frame = Frame::of(&reader.session).at(PATH);
    let policies = console.desk.policies(&reader.session.member).await?;
    page(&PoliciesPage { frame: &frame, rows: rows(frame.messages, &policies) })
}

/// `GET /console/policies/{purpose}`.
pub async fn show(
    State(console): State<Console>,
    reader: PolicyReader,
    Path(purpose): Path<String>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&reader.session).at(PATH);
    let purpose: Purpose = purpose.parse().map_err(|_| Fault::not_found())?;
    let versions = console.desk.policy_versions(&reader.session.member, purpose).await?;
    let Some((now, before)) = versions.split_first() else { return Err(Fault::not_found()) };
    let severity = |severity: u8| (severity, severity == now.severity);
    page(&PolicyPage {
        frame: &frame,
        row: row(frame.messages, now),
        texts: text_fields(&now.texts),
        may_change: reader.session.member.may_edit_policy(purpose),
        may_save_reasons: reader.session.member.may_save_reasons(purpose),
        must_prove: reader.session.member.recently(console.desk.clock().now()).is_err(),
        has_vault: console.desk.settings().vault.is_some(),
        severities: Policy::SEVERITIES.map(severity).collect(),
        evidence_days_max: Policy::EVIDENCE_DAYS_MAX,
        before: rows(frame.messages, before),
    })
}

/// Returns a field for each language of the console, also for those without a text, and for each
/// language in which there is a text, so that it is not lost where no language pack is loaded.
pub fn text_fields(texts: &PolicyTexts) -> Vec<TextField> {
    let mut languages: Vec<Language> = messages::languages().collect();
    let others = texts.languages().filter(|language| !languages.contains(language));
    languages.extend(others.collect::<Vec<_>>());
    let field = |language: Language| TextField {
        language: language.as_str().to_owned(),
        name: messages::name(language),
        text: texts.get(language).map_or("", FreeText::as_str).to_owned(),
    };
    languages.into_iter().map(field).collect()
}

fn rows(messages: Messages, policies: &[Policy]) -> Vec<Row> {
    policies.iter().map(|policy| row(messages, policy)).collect()
}

fn row(messages: Messages, policy: &Policy) -> Row {
    Row {
        purpose: policy.purpose.as_str(),
        label: terms::purpose(policy.purpose),
        version: policy.version.into(),
        wording: show::policy(messages, &policy.texts),
        severity: policy.severity,
        evidence_days: policy.evidence_days.into(),
        since: match policy.by {
            Some(_) => show::time(policy.created_at),
            None => show::text(&messages.say("policies-built-in")),
        },
    }
}
