//! `/metrics`: totals for the operator, in the text format of Prometheus; nothing about people.

mod described;
mod process;

use std::env::consts;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use jiff::Timestamp;
use mamori_desk::{ClockState, Desk, JobCount, QueueCount};
use mamori_model::job::JobKind;
use mamori_model::{CaseState, DisputeScope, Urgency};
use mamori_web::cached::{Cached, PROBE_AGE_MAX};
use mamori_web::health::{Probe, Readiness};
use metrics::{counter, gauge};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

use super::log::{self, LineUse};

/// The media type of the text format, as Prometheus specifies it.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Upper bounds of the time buckets, in seconds: from an answer out of memory to the longest
/// request.
const SECONDS: [f64; 14] =
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// How long the database may take to count pending work.
const COUNT_TIME_MAX: Duration = Duration::from_secs(2);

/// A handle to the metrics.
#[derive(Clone)]
pub struct Metrics {
    prometheus: PrometheusHandle,
}

/// How often measured times are aggregated. They stay in memory until then, even if `/metrics` is
/// never requested.
const AGGREGATION_INTERVAL: Duration = Duration::from_secs(5);

impl Metrics {
    /// Aggregates at intervals, until `stop`.
    pub async fn aggregate_until(self, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(AGGREGATION_INTERVAL)).await.is_some() {
            self.prometheus.run_upkeep();
        }
    }
}

/// Installs the recorder and registers the metrics. Call it once in a process; `now` is exported as the
/// start time of the process.
pub fn install(now: Timestamp) -> Result<Metrics, BuildError> {
    let prometheus = PrometheusBuilder::new().set_buckets(&SECONDS)?.install_recorder()?;
    described::register();
    process::set_start(now);
    let profile = if cfg!(debug_assertions) { "development" } else { "optimised" };
    gauge!(
        "mamori_build_info",
        "version" => env!("CARGO_PKG_VERSION"), "arch" => consts::ARCH, "profile" => profile
    )
    .set(1.0);
    Ok(Metrics { prometheus })
}

#[derive(Clone)]
struct MetricsState {
    metrics: Metrics,
    desk: Desk,
    probe: Probe,
    /// Limits how often pending work is counted.
    counted: Arc<Cached<()>>,
}

/// Returns the router of `/metrics`.
pub fn router(metrics: Metrics, desk: Desk, probe: Probe) -> Router {
    let counted = Arc::new(Cached::new(PROBE_AGE_MAX));
    let state = MetricsState { metrics, desk, probe, counted };
    Router::new().route("/metrics", get(show)).with_state(state)
}

async fn show(State(state): State<MetricsState>) -> impl IntoResponse {
    let desk = &state.desk;
    update_node_gauges(desk);
    update_counters(desk);
    process::update();
    let counting = state.counted.get(update_workload_gauges(desk));
    let (readiness, ()) = tokio::join!(state.probe.readiness(), counting);
    show_readiness(&readiness);
    let prometheus = state.metrics.prometheus;
    prometheus.run_upkeep();
    ([(CONTENT_TYPE, TEXT_FORMAT)], prometheus.render())
}

/// Updates gauges of the present state of this node.
fn update_node_gauges(desk: &Desk) {
    let (position, holdings) = (desk.position(), desk.holdings());
    let age = position.current_at.map(|at| desk.clock().now().duration_since(at));
    gauge!("mamori_index_version").set(number(position.version));
    gauge!("mamori_index_age_seconds").set(age.map_or(f64::INFINITY, |age| age.as_secs_f64()));
    gauge!("mamori_index_banks").set(number(holdings.banks));
    gauge!("mamori_index_entries").set(number(holdings.entries));
    gauge!("mamori_decoding_waiting").set(number(desk.pool().waiting()));
    let is_believed = desk.clock_state() == ClockState::Believed;
    gauge!("mamori_clock_believed").set(if is_believed { 1.0 } else { 0.0 });
    gauge!("mamori_decoders").set(number(desk.pool().alive()));
}

/// Sets the counters whose events other modules count; all other counters are incremented by their
/// events.
fn update_counters(desk: &Desk) {
    for &line_use in LineUse::ALL {
        counter!("mamori_log_lines_lost_total", "target" => line_use.as_str())
            .absolute(log::lines_lost(line_use));
    }
    let failures = desk.pool().failures();
    counter!("mamori_decoding_refused_total").absolute(failures.refused);
    for (cause, count) in [("ended", failures.ended), ("not_started", failures.not_started)] {
        counter!("mamori_decoder_failures_total", "cause" => cause).absolute(count);
    }
    // So that the counter of each bank exists before the first check that the bank clears.
    for bank in desk.directory().banks().filter(|bank| bank.purpose.is_negative()) {
        counter!("mamori_checks_cleared_total", "bank" => bank.id.to_string()).increment(0);
    }
}

fn show_readiness(readiness: &Readiness) {
    for (part, is_in_order) in readiness.parts() {
        gauge!("mamori_ready", "part" => part).set(if is_in_order { 1.0 } else { 0.0 });
    }
}

/// Updates gauges of the pending work in the whole database. They keep their last values if it does
/// not answer.
async fn update_workload_gauges(desk: &Desk) {
    let space = tokio::time::timeout(COUNT_TIME_MAX, desk.vault_space_in_all()).await;
    if let Ok(Ok(Some(space))) = space {
        gauge!("mamori_evidence_bytes_max").set(bytes(space.bytes_max));
        gauge!("mamori_evidence_disk_free_bytes").set(bytes(space.disk_free));
    }
    let counted = tokio::time::timeout(COUNT_TIME_MAX, desk.workload()).await;
    let Ok(Ok(workload)) = counted else { return };
    show_jobs(&workload.jobs);
    show_cases(&workload.cases, desk.clock().now());
    for (state, actions) in
        [("waiting", workload.actions.waiting), ("overdue", workload.actions.overdue)]
    {
        gauge!("mamori_actions", "state" => state).set(number(actions));
    }
    for &scope in DisputeScope::ALL {
        let open = workload.disputes.get(&scope).copied().unwrap_or(0);
        gauge!("mamori_disputes_open", "scope" => scope.as_str()).set(number(open));
    }
    gauge!("mamori_evidence_objects").set(number(workload.sealed));
    gauge!("mamori_evidence_bytes").set(bytes(workload.sealed_bytes));
}

fn show_jobs(counts: &[JobCount]) {
    for &kind in JobKind::ALL {
        // A kind without jobs has no row.
        let count = counts.iter().find(|count| count.kind == kind);
        let states = [
            ("ready", count.map_or(0, |count| count.ready)),
            ("leased", count.map_or(0, |count| count.leased)),
            ("dead", count.map_or(0, |count| count.dead)),
        ];
        for (state, jobs) in states {
            gauge!("mamori_jobs", "kind" => kind.as_str(), "state" => state).set(number(jobs));
        }
    }
}

fn show_cases(counts: &[QueueCount], now: Timestamp) {
    for &urgency in Urgency::ALL {
        let of_it = || counts.iter().filter(|count| count.urgency == urgency);
        for state in [CaseState::Open, CaseState::Proposed] {
            let cases: u64 = of_it().filter(|it| it.state == state).map(|it| it.cases).sum();
            gauge!("mamori_cases", "urgency" => urgency.as_str(), "state" => state.as_str())
                .set(number(cases));
        }
        let oldest = of_it().map(|count| count.oldest).min();
        let age = oldest.map_or(0.0, |oldest| now.duration_since(oldest).as_secs_f64());
        gauge!("mamori_case_oldest_seconds", "urgency" => urgency.as_str()).set(age);
    }
}

/// Converts a number of bytes: exactly below 2⁵³, which is 9 PB.
fn bytes(count: u64) -> f64 {
    let (high, low) = (count >> 32, count & u64::from(u32::MAX));
    (f64::from(u32::MAX) + 1.0) * number(high) + number(low)
}

/// Converts a number, capped at four billion, which is far more than a node can hold.
fn number(count: impl TryInto<u32>) -> f64 {
    count.try_into().map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests;
