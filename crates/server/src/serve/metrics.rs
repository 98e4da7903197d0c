//! `/metrics`: totals for the operator, in the text format of Prometheus. Never about a person.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use mamori_desk::Desk;
use mamori_model::job::JobKind;
use mamori_web::recent::{PROBE_AGE_MAX, Recent};
use metrics::{describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

/// The media type of the text format, as Prometheus asks for it.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Upper bounds of the times that are counted, in seconds: from an answer out of memory to the
/// longest request.
const SECONDS: [f64; 14] =
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// How long the database may take to count its jobs.
const COUNT_TIME_MAX: Duration = Duration::from_secs(2);

/// Where the numbers are.
#[derive(Clone)]
pub struct Metrics {
    numbers: PrometheusHandle,
}

/// How often what was counted is summed up. Each time that is measured waits in memory until then,
/// also where nobody ever asks for `/metrics`.
const SUM_INTERVAL: Duration = Duration::from_secs(5);

impl Metrics {
    /// Sums up from time to time, until `stop`.
    pub async fn keep(self, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(SUM_INTERVAL)).await.is_some() {
            self.numbers.run_upkeep();
        }
    }
}

/// Begins to count, once in a process.
pub fn install() -> Result<Metrics, BuildError> {
    let numbers = PrometheusBuilder::new().set_buckets(&SECONDS)?.install_recorder()?;
    describe();
    Ok(Metrics { numbers })
}

/// The `# HELP` of each number, also of those that other crates count.
fn describe() {
    describe_counter!("mamori_checks_total", "Items checked, by verdict and by whether it looked");
    describe_counter!("mamori_deliveries_total", "Attempts to send webhooks, by what came of them");
    describe_counter!("mamori_sign_ins_total", "Attempts to sign in, by what came of them");
    describe_histogram!("mamori_http_request_seconds", "Time from a request's head to its answer");
    describe_gauge!("mamori_index_version", "Last change of the banks that this node has");
    describe_gauge!("mamori_index_age_seconds", "Time since this node knew of nothing newer");
    describe_gauge!("mamori_index_banks", "Banks in memory");
    describe_gauge!("mamori_index_entries", "Entries in memory");
    describe_gauge!("mamori_jobs", "Jobs in the database: to be done, at work, or laid aside");
    describe_gauge!("mamori_decoders", "Decoding processes that are up");
}

#[derive(Clone)]
struct Shown {
    metrics: Metrics,
    desk: Desk,
    /// Whether the jobs were counted a moment ago.
    counted: Arc<Recent<()>>,
}

/// The route.
pub fn router(metrics: Metrics, desk: Desk) -> Router {
    let counted = Arc::new(Recent::new(PROBE_AGE_MAX));
    Router::new().route("/metrics", get(show)).with_state(Shown { metrics, desk, counted })
}

async fn show(State(shown): State<Shown>) -> impl IntoResponse {
    look(&shown.desk);
    shown.counted.get(count_jobs(&shown.desk)).await;
    let numbers = shown.metrics.numbers;
    numbers.run_upkeep();
    ([(CONTENT_TYPE, TEXT_FORMAT)], numbers.render())
}

/// What is true at the moment; what happened was counted when it did.
fn look(desk: &Desk) {
    let (position, holdings) = (desk.position(), desk.holdings());
    let age = position.current_at.map(|at| desk.clock().now().duration_since(at));
    gauge!("mamori_index_version").set(number(position.version));
    gauge!("mamori_index_age_seconds").set(age.map_or(f64::INFINITY, |age| age.as_secs_f64()));
    gauge!("mamori_index_banks").set(number(holdings.banks));
    gauge!("mamori_index_entries").set(number(holdings.entries));
    gauge!("mamori_decoders").set(number(desk.pool().alive()));
}

/// What is promised and not yet done, in the whole database. The last numbers stay where it does
/// not answer.
async fn count_jobs(desk: &Desk) {
    let counted = tokio::time::timeout(COUNT_TIME_MAX, desk.count_jobs()).await;
    let Ok(Ok(counts)) = counted else { return };
    for kind in JobKind::ALL {
        // A kind of which there are none is not counted.
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

/// Beyond four billion it stays there: that is far outside of what a node can hold.
fn number(count: impl TryInto<u32>) -> f64 {
    count.try_into().map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    const GUIDE: &str = include_str!("../../../../docs/operate.md");

    fn named(text: &str, quote: char) -> BTreeSet<&str> {
        text.split(quote).filter(|word| word.starts_with("mamori_")).collect()
    }

    #[test]
    fn the_guide_for_operators_names_every_number_and_no_other() {
        let code = include_str!("metrics.rs").split("#[cfg(test)]").next().unwrap();

        assert_eq!(named(GUIDE, '`'), named(code, '"'));
    }
}
