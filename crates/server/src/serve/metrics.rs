//! `/metrics`: totals for the operator, in the text format of Prometheus; nothing about people.

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
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

use super::log;

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

/// Installs the recorder; once in a process.
pub fn install() -> Result<Metrics, BuildError> {
    let prometheus = PrometheusBuilder::new().set_buckets(&SECONDS)?.install_recorder()?;
    describe();
    Ok(Metrics { prometheus })
}

/// Describes each metric (`# HELP`), including those that other crates count.
fn describe() {
    describe_counter!(
        "mamori_checks_total",
        "Items checked, by verdict and by how much was compared: all, part, none"
    );
    describe_counter!(
        "mamori_checks_cleared_total",
        "Checks that a bank of known benign pictures cleared, by bank"
    );
    describe_counter!(
        "mamori_near_hits_total",
        "Checks by hash alone that came near an entry, or resemble one that did"
    );
    describe_counter!("mamori_near_hits_refused_total", "Checks by hash alone beyond the limit");
    describe_counter!(
        "mamori_refused_keys_total",
        "Requests with an API key that was refused, by result: refused (401), limited (429)"
    );
    describe_counter!(
        "mamori_deliveries_total",
        "Attempts to send webhooks, by the state of the delivery after them"
    );
    describe_counter!(
        "mamori_delivery_attempts_total",
        "Attempts to send webhooks, by the receiver's answer, or why there was none"
    );
    describe_counter!("mamori_sign_ins_total", "Attempts to sign in, by result");
    describe_histogram!("mamori_http_request_seconds", "Time from a request's head to its answer");
    describe_gauge!("mamori_index_version", "Last change of the banks that this node has applied");
    describe_gauge!("mamori_index_age_seconds", "Time since this node last had every change");
    describe_gauge!("mamori_index_banks", "Banks in memory");
    describe_gauge!("mamori_index_entries", "Entries in memory");
    describe_gauge!("mamori_jobs", "Jobs in the database, by kind and state: ready, leased, dead");
    describe_counter!("mamori_actions_total", "Actions that services answered, by kind and answer");
    describe_gauge!("mamori_cases", "Cases that wait for a reviewer, by urgency and state");
    describe_gauge!("mamori_case_oldest_seconds", "Age of the oldest of them, by urgency");
    describe_gauge!("mamori_actions", "Actions that services have not answered, by state");
    describe_gauge!("mamori_disputes_open", "Disputes that wait for a policy editor, by scope");
    describe_gauge!("mamori_evidence_objects", "Sealed items whose term has not ended");
    describe_gauge!("mamori_evidence_bytes", "Bytes of these items");
    describe_counter!(
        "mamori_evidence_refused_total",
        "Items whose bytes were not stored, by the limit that they exceed: all, service, account, disk"
    );
    describe_gauge!("mamori_decoding_waiting", "Pictures that wait for a decoding process");
    describe_gauge!("mamori_clock_believed", "1 if the clock is believed, so that sweeps run");
    describe_gauge!("mamori_decoders", "Decoding processes that are running");
    describe_counter!("mamori_log_lines_lost_total", "Log lines that could not be written");
}

#[derive(Clone)]
struct MetricsState {
    metrics: Metrics,
    desk: Desk,
    /// Limits how often pending work is counted.
    counted: Arc<Cached<()>>,
}

/// Returns the router of `/metrics`.
pub fn router(metrics: Metrics, desk: Desk) -> Router {
    let counted = Arc::new(Cached::new(PROBE_AGE_MAX));
    Router::new().route("/metrics", get(show)).with_state(MetricsState { metrics, desk, counted })
}

async fn show(State(state): State<MetricsState>) -> impl IntoResponse {
    update_node_gauges(&state.desk);
    state.counted.get(update_workload_gauges(&state.desk)).await;
    let prometheus = state.metrics.prometheus;
    prometheus.run_upkeep();
    ([(CONTENT_TYPE, TEXT_FORMAT)], prometheus.render())
}

/// Updates gauges of the present state; events are counted when they happen, except lost log lines.
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
    counter!("mamori_log_lines_lost_total").absolute(log::lines_lost());
}

/// Updates gauges of the pending work in the whole database. They keep their last values if it does
/// not answer.
async fn update_workload_gauges(desk: &Desk) {
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

/// Converts a number of bytes, to a multiple of one MiB.
fn bytes(count: u64) -> f64 {
    f64::from(1_u32 << 20) * number(count >> 20)
}

/// Converts a number, capped at four billion, which is far more than a node can hold.
fn number(count: impl TryInto<u32>) -> f64 {
    count.try_into().map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    const GUIDE: &str = include_str!("../../../../docs/operate.md");

    fn named(text: &str, quote: char) -> BTreeSet<&str> {
        text.split(quote).filter(|word| word.starts_with("mamori_")).collect()
    }

    #[test]
    fn the_guide_for_operators_names_every_metric_and_no_other() {
        let code = include_str!("metrics.rs").split("#[cfg(test)]").next().unwrap();

        assert_eq!(named(GUIDE, '`'), named(code, '"'));
    }

    #[test]
    fn every_metric_of_other_crates_is_described() {
        let described = named(include_str!("metrics.rs"), '"');

        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..")];
        let mut seen = 0;
        while let Some(folder) = folders.pop() {
            for found in fs::read_dir(folder).unwrap() {
                let path = found.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|kind| kind == "rs") {
                    let source = fs::read_to_string(&path).unwrap();
                    for name in counted(&source) {
                        assert!(described.contains(name), "{name} of {}", path.display());
                        seen += 1;
                    }
                }
            }
        }
        assert!(seen > described.len(), "no source was found");
    }

    /// Returns the names of the metrics that `source` records.
    fn counted(source: &str) -> impl Iterator<Item = &str> {
        let uses = ["counter!(", "gauge!(", "histogram!("].into_iter();
        let after = uses.flat_map(|each| source.split(each).skip(1));
        let names = after.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
        names.filter(|name| name.starts_with("mamori_"))
    }
}
