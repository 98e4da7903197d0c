//! The routes of Meta's Hasher-Matcher-Actioner (HMA), for clients that were written for it.
//!
//! The request and response shapes are those of HMA 1.1: words such as `signal` and `content` are
//! HMA's and stay in this module. `docs/hma.md` lists every deviation, and a test reads that page.

mod banks;
mod content;
mod exchanges;
mod fault;
mod guard;
mod hash;
mod index;
mod lookup;
mod request;
mod signal;
mod status;
mod upload;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use mamori_desk::Desk;
use mamori_model::{Bank, Country, Line, Purpose, Reach, Surface};

use crate::budget::Budget;

/// Values that HMA's clients do not send, and that the operator therefore configures.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether a key is required. Without keys, the listener must be bound to a loopback address;
    /// every client that reaches it, except web pages, may see and change the banks that were created
    /// through these routes and have no effect on items.
    pub key_required: bool,
    /// The largest upload, in bytes.
    pub item_bytes_max: u64,
    /// Purpose of banks that are created here.
    pub purpose: Purpose,
    /// Source of the hashes in these banks.
    pub source: Line,
    /// The law or agreement under which these hashes are matched.
    pub legal_basis: Line,
    /// The person or team that is responsible for these banks.
    pub owner: Line,
    /// Surfaces and countries to which these banks apply.
    pub reach: Reach,
    /// The surface that every look-up is assumed to be about.
    pub surface: Surface,
    /// The country that every look-up is assumed to be about; `None` if it is unknown.
    pub country: Option<Country>,
}

impl Settings {
    /// Checks whether these routes show, search and change a bank.
    fn shows(&self, bank: &Bank) -> bool {
        self.key_required || bank.is_open_without_key()
    }
}

/// The path of every route, as `/site-map` lists them.
pub const PATHS: [&str; 21] = [
    "/c/bank/{bank_name}",
    "/c/bank/{bank_name}/content",
    "/c/bank/{bank_name}/content/{content_id}",
    "/c/bank/{bank_name}/signal",
    "/c/banks",
    "/c/content_type",
    "/c/exchange/{exchange_name}",
    "/c/exchange/{exchange_name}/status",
    "/c/exchanges",
    "/c/exchanges/api/{api_name}",
    "/c/exchanges/apis",
    "/c/signal_type",
    "/c/signal_type/index",
    "/c/signal_type/{signal_type_name}",
    "/h/hash",
    "/m/compare",
    "/m/index/status",
    "/m/lookup",
    "/m/raw_lookup",
    "/site-map",
    "/status",
];

/// How long a request may take from its head to its response, so that a client that stops in the
/// middle does not occupy the server.
const REQUEST_TIME_MAX: Duration = Duration::from_mins(1);

/// The state of these endpoints.
#[derive(Clone)]
struct Hma {
    desk: Desk,
    settings: Arc<Settings>,
    budget: Budget,
}

/// Returns the routes. They have no fallback, so the router can be served by itself or merged into
/// others. Routers of one process share a `budget`.
pub fn router(desk: Desk, settings: Settings, budget: Budget) -> Router {
    let forms = Router::new()
        .route("/h/hash", get(hash::of_url).post(hash::of_upload))
        .route("/m/lookup", get(lookup::by_signal).post(lookup::by_upload))
        .route("/c/bank/{bank_name}/content", post(content::add_upload))
        // The limit on an upload is applied where it is read.
        .layer(DefaultBodyLimit::disable());

    Router::new()
        .route("/m/raw_lookup", get(lookup::raw))
        .route("/m/compare", post(lookup::compare))
        .route("/m/index/status", get(index::status))
        .route("/c/banks", get(banks::list).post(banks::create))
        .route("/c/bank/{bank_name}", get(banks::show).put(banks::change).delete(banks::delete))
        .route("/c/bank/{bank_name}/signal", post(content::add_signal))
        .route(
            "/c/bank/{bank_name}/content/{content_id}",
            get(content::show).put(content::change).delete(content::remove),
        )
        .route("/c/exchanges", get(exchanges::list).post(exchanges::create))
        .route("/c/exchanges/apis", get(exchanges::list_apis))
        .route("/c/exchanges/api/{api_name}", get(exchanges::show_api).post(exchanges::show_api))
        .route(
            "/c/exchange/{exchange_name}",
            get(exchanges::show).put(exchanges::show).delete(exchanges::delete),
        )
        .route("/c/exchange/{exchange_name}/status", get(exchanges::show))
        .route("/c/signal_type", get(index::signal_types))
        .route("/c/signal_type/index", get(index::built))
        .route("/c/signal_type/{signal_type_name}", put(index::change_signal_type))
        .route("/c/content_type", get(index::content_types))
        .route("/status", get(status::status))
        .route("/site-map", get(status::site_map))
        .merge(forms)
        .layer(from_fn(within_time))
        .with_state(Hma { desk, settings: Arc::new(settings), budget })
}

async fn within_time(request: Request, next: Next) -> Response {
    let late = || fault::Fault::new(StatusCode::REQUEST_TIMEOUT, "the request took too long");
    let answered = tokio::time::timeout(REQUEST_TIME_MAX, next.run(request)).await;
    answered.unwrap_or_else(|_| late().into_response())
}
