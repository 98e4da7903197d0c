//! `GET /console`: the start page, with the open work, figures of the workload, and for administrators
//! what is not set up yet.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use mamori_desk::LeavingService;
use mamori_desk::cases::queue::QueueView;
use mamori_desk::evidence::vault_space::VaultSpace;
use mamori_desk::overview::setup::SetupStep;
use mamori_model::{ActionState, CaseState, DisputeScope};

use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::{DisputeProof, Member, Proof as _};
use crate::messages::{MessageId, Messages};
use crate::overview::chart::Chart;
use crate::overview::figures::{DAYS_MIN, charts, days_covered};
use crate::show::{self, SafeHtml};

/// The start page.
#[derive(Debug, Template)]
#[template(path = "start.html")]
pub struct StartPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// The open work, for reviewers and leads.
    pub work: Option<Work>,
    /// The open disputes, for those who may read them.
    pub disputes: Option<OpenDisputes>,
    /// Number of changes that wait for a second actor, and of changes that narrowed and were not
    /// acknowledged; for leads and auditors.
    pub changes: Option<(u64, u64)>,
    /// Charts of the workload by policy, day or week, and never by staff member.
    pub charts: Vec<Chart>,
    /// Whether the figures cover so few days that the charts are shown on request only.
    pub has_few_days: bool,
    /// Number of actions that services have not answered.
    pub unanswered: u64,
    /// How many of these are overdue: no more reminders are sent.
    pub overdue: u64,
    /// The space in the vault, if little is left: how much is in use, and the most that fits.
    pub vault: Option<(SafeHtml, SafeHtml)>,
    /// The services that are leaving, for leads and administrators.
    pub leaving: Vec<Leaving>,
    /// What is not set up yet, for administrators.
    pub setup: Vec<Step>,
}

/// A step of setting up an installation.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// What is missing.
    pub what: MessageId,
    /// How to do it.
    pub how: MessageId,
}

/// A service that is leaving, and what it waits for.
#[derive(Clone, Debug)]
pub struct Leaving {
    /// Name of the service.
    pub name: SafeHtml,
    /// Time since which it is leaving.
    pub since: Option<SafeHtml>,
    /// Number of its cases that are not decided.
    pub undecided: u64,
    /// Number of actions without its answer.
    pub unanswered: u64,
}

/// The open disputes.
#[derive(Clone, Copy, Debug)]
pub struct OpenDisputes {
    /// Number of open disputes.
    pub all: u64,
    /// How many of these reach a whole service.
    pub of_services: u64,
}

/// The open work.
#[derive(Clone, Debug)]
pub struct Work {
    /// Number of open cases, without those in bulk decisions.
    pub waiting: u64,
    /// The oldest of them.
    pub oldest: Option<Oldest>,
    /// Number of decisions that wait for a second approver.
    pub proposed: u64,
    /// Id of the case that the reviewer has claimed.
    pub claimed_case: Option<String>,
}

/// How long the oldest open case has been waiting.
#[derive(Clone, Debug)]
pub struct Oldest {
    /// The duration, as text.
    pub waited: String,
    /// Time at which the case was opened.
    pub since: SafeHtml,
}

/// `GET /console`.
pub async fn show(
    State(console): State<Console>,
    Member(session): Member,
) -> Result<Response, Fault> {
    let frame = Frame::of(&session).at("/console");
    let work = match session.member.reviewer() {
        Some(reviewer) => {
            let queue = console.desk.queue(&reviewer).await?;
            Some(work(frame.messages, &queue, console.desk.clock().now()))
        }
        None => None,
    };
    let disputes = match DisputeProof::of(&session.member) {
        Some(proof) => {
            let counts = console.desk.open_dispute_counts(proof.reader()).await?;
            let of_services = counts.get(&DisputeScope::Service).copied().unwrap_or_default();
            Some(OpenDisputes { all: counts.values().sum(), of_services })
        }
        None => None,
    };
    let leaving = match session.member.service_reader() {
        Some(reader) => console.desk.leaving_services(&reader).await?,
        None => Vec::new(),
    };
    let changes = match session.member.change_overseer() {
        Some(overseer) => Some(console.desk.count_approvals(&overseer).await?),
        None => None,
    };
    let vault = console.desk.vault_space(&session.member).await?.filter(VaultSpace::is_scarce);
    let setup = match session.member.administrator() {
        Some(administrator) => console.desk.missing_setup(&administrator).await?,
        None => Vec::new(),
    };
    let figures = console.desk.figures(&session.member).await?;
    let actions = figures.unanswered.iter();
    let overdue = actions.clone().filter(|some| some.state == ActionState::Overdue);
    let charts = charts(frame.messages, &figures);
    page(&StartPage {
        frame: &frame,
        work,
        disputes,
        changes: changes.filter(|counts| *counts != (0, 0)),
        has_few_days: !charts.is_empty() && days_covered(&figures) < DAYS_MIN,
        charts,
        unanswered: actions.map(|some| some.actions).sum(),
        overdue: overdue.map(|some| some.actions).sum(),
        vault: vault.map(used_and_most),
        leaving: leaving.into_iter().map(row).collect(),
        setup: setup.into_iter().map(step).collect(),
    })
}

/// Names a step.
pub fn step(step: SetupStep) -> Step {
    let (what, how) = match step {
        SetupStep::Service => (MessageId("setup-service"), MessageId("setup-service-do")),
        SetupStep::Bank => (MessageId("setup-bank"), MessageId("setup-bank-do")),
        SetupStep::Endpoint => (MessageId("setup-endpoint"), MessageId("setup-endpoint-do")),
        SetupStep::Reviewer => (MessageId("setup-reviewer"), MessageId("setup-reviewer-do")),
        SetupStep::Lead => (MessageId("setup-lead"), MessageId("setup-lead-do")),
        SetupStep::PolicyEditor => (MessageId("setup-editor"), MessageId("setup-editor-do")),
        SetupStep::Auditor => (MessageId("setup-auditor"), MessageId("setup-auditor-do")),
        SetupStep::SecondAdministrator => {
            (MessageId("setup-administrator"), MessageId("setup-administrator-do"))
        }
        SetupStep::Pictures => (MessageId("setup-pictures"), MessageId("setup-pictures-do")),
    };
    Step { what, how }
}

/// Returns the bytes in use, and the most that fit in the limit and on the disk.
fn used_and_most(space: VaultSpace) -> (SafeHtml, SafeHtml) {
    let most = space.bytes_max.min(space.used.saturating_add(space.disk_free));
    (show::bytes(space.used), show::bytes(most))
}

fn row(leaving: LeavingService) -> Leaving {
    let LeavingService { service, undecided, unanswered } = leaving;
    let since = service.leaving_at.map(show::time);
    Leaving { name: show::text(service.name.as_str()), since, undecided, unanswered }
}

fn work(messages: Messages, view: &QueueView, now: Timestamp) -> Work {
    let open = || {
        let counts = view.counts.iter();
        counts.filter(|count| count.state == CaseState::Open && !count.is_in_bulk)
    };
    let proposed = view.counts.iter().filter(|count| count.state == CaseState::Proposed);
    Work {
        waiting: open().map(|count| count.cases).sum(),
        oldest: open().map(|count| count.oldest).min().map(|since| Oldest {
            waited: show::duration(messages, now.duration_since(since)),
            since: show::time(since),
        }),
        proposed: proposed.map(|count| count.cases).sum(),
        claimed_case: view.claimed.as_ref().map(|case| case.id.to_string()),
    }
}
