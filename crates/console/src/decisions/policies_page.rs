//! `GET /console/policies` and `GET /console/policies/{purpose}`: what each purpose forbids, in the
//! words that reviewers and affected persons read, version by version.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use mamori_model::{Policy, Purpose};

use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::PolicyReader;
use crate::messages::MessageId;
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
    /// Time at which the version came into force.
    pub since: SafeHtml,
}

/// A policy and its versions.
#[derive(Debug, Template)]
#[template(path = "policy.html")]
pub struct PolicyPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// The version in force.
    pub row: Row,
    /// The text of the version in force, for the form.
    pub wording: String,
    /// Whether the staff member may edit the policy.
    pub may_change: bool,
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

/// `GET /console/policies`.
pub async fn list(State(console): State<Console>, reader: PolicyReader) -> Result<Response, Fault> {
    let frame = Frame::of(&reader.session).at(PATH);
    let policies = console.desk.policies(&reader.session.member).await?;
    page(&PoliciesPage { frame: &frame, rows: policies.iter().map(row).collect() })
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
        row: row(now),
        wording: now.wording.as_str().to_owned(),
        may_change: reader.session.member.editor().is_some(),
        must_prove: reader.session.member.recently(console.desk.clock().now()).is_err(),
        has_vault: console.desk.settings().vault.is_some(),
        severities: Policy::SEVERITIES.map(severity).collect(),
        evidence_days_max: Policy::EVIDENCE_DAYS_MAX,
        before: before.iter().map(row).collect(),
    })
}

fn row(policy: &Policy) -> Row {
    Row {
        purpose: policy.purpose.as_str(),
        label: terms::purpose(policy.purpose),
        version: policy.version.into(),
        wording: show::prose(policy.wording.as_str()),
        severity: policy.severity,
        evidence_days: policy.evidence_days.into(),
        since: show::time(policy.created_at),
    }
}
