//! `GET /console/policies` and `GET /console/policies/{purpose}`: what each purpose forbids, in the
//! words that reviewers and the accused read, version by version.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use mamori_model::{Policy, Purpose};

use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::PolicyReader;
use crate::show::{self, Shown};
use crate::terms;
use crate::words::Id;

/// Where the list is.
pub const HERE: &str = "/console/policies";

/// The policies in force.
#[derive(Debug, Template)]
#[template(path = "policies.html")]
pub struct PoliciesPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// The policies.
    pub rows: Vec<Row>,
}

/// A version of a policy.
#[derive(Clone, Debug)]
pub struct Row {
    /// The purpose's word.
    pub purpose: &'static str,
    /// The purpose.
    pub called: Id,
    /// Which version.
    pub version: u64,
    /// What it forbids.
    pub wording: Shown,
    /// What a clear look costs.
    pub severity: u8,
    /// For how many days bytes are kept.
    pub keep_days: u64,
    /// Since when.
    pub since: Shown,
}

/// A policy and its versions.
#[derive(Debug, Template)]
#[template(path = "policy.html")]
pub struct PolicyPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// The version in force.
    pub row: Row,
    /// Its words, for the form.
    pub wording: String,
    /// Whether the person may word it anew.
    pub may_change: bool,
    /// Whether they must prove once more who they are before that.
    pub must_prove: bool,
    /// Whether bytes can be kept here at all.
    pub has_vault: bool,
    /// The severities, each with whether it is in force.
    pub severities: Vec<(u8, bool)>,
    /// The longest that bytes are kept.
    pub keep_days_max: u16,
    /// Versions from before, the newest first.
    pub before: Vec<Row>,
}

/// The list.
pub async fn list(State(console): State<Console>, reader: PolicyReader) -> Result<Response, Fault> {
    let frame = Frame::of(&reader.found).at(HERE);
    let policies = console.desk.policies(&reader.found.member).await?;
    page(&PoliciesPage { frame: &frame, rows: policies.iter().map(row).collect() })
}

/// One policy.
pub async fn show(
    State(console): State<Console>,
    reader: PolicyReader,
    Path(purpose): Path<String>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&reader.found).at(HERE);
    let purpose: Purpose = purpose.parse().map_err(|_| Fault::not_found())?;
    let versions = console.desk.policy_versions(&reader.found.member, purpose).await?;
    let Some((now, before)) = versions.split_first() else { return Err(Fault::not_found()) };
    let severity = |severity: u8| (severity, severity == now.severity);
    page(&PolicyPage {
        frame: &frame,
        row: row(now),
        wording: now.wording.as_str().to_owned(),
        may_change: reader.found.member.editor().is_some(),
        must_prove: reader.found.member.recently(console.desk.clock().now()).is_err(),
        has_vault: console.desk.settings().vault.is_some(),
        severities: Policy::SEVERITIES.map(severity).collect(),
        keep_days_max: Policy::KEEP_DAYS_MAX,
        before: before.iter().map(row).collect(),
    })
}

fn row(policy: &Policy) -> Row {
    Row {
        purpose: policy.purpose.as_str(),
        called: terms::purpose(policy.purpose),
        version: policy.version.into(),
        wording: show::text(policy.wording.as_str()),
        severity: policy.severity,
        keep_days: policy.keep_days.into(),
        since: show::time(policy.created_at),
    }
}
