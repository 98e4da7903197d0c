//! HTTP: the API of services, its documentation and the HMA-compatible routes. This crate
//! authenticates and translates; `mamori-desk` does the work.
//!
//! Each endpoint is one file in [`mod@api`]. Errors become responses only in [`problem`]; the types
//! in [`guard`] prove who calls.

pub mod api;
pub mod body;
pub mod browser;
pub mod budget;
pub mod cached;
pub mod docs;
pub mod document;
pub mod extract;
pub mod guard;
pub mod health;
pub mod hma;
pub mod json;
pub mod multipart;
pub mod observe;
pub mod page;
pub mod peer;
pub mod problem;
pub mod request_limit;
pub mod settings;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use mamori_desk::Desk;

use budget::Budget;
use health::Probe;

pub use document::openapi;
pub use settings::Settings;

/// The state that every endpoint may use.
#[derive(Clone)]
pub struct App {
    /// The verbs.
    pub desk: Desk,
    /// The limits on requests.
    pub settings: Arc<Settings>,
    /// The memory budget for items.
    pub budget: Budget,
}

impl App {
    /// Creates the state from its parts.
    pub fn new(desk: Desk, settings: Settings, budget: Budget) -> Self {
        Self { desk, settings: Arc::new(settings), budget }
    }
}

impl FromRef<App> for Desk {
    fn from_ref(app: &App) -> Self {
        app.desk.clone()
    }
}

impl FromRef<App> for Arc<Settings> {
    fn from_ref(app: &App) -> Self {
        Arc::clone(&app.settings)
    }
}

/// Returns the router of the API: `/v1/**`, `/openapi.json`, `/docs`, `/healthz`.
///
/// The server must limit the time in which the head of a request arrives; from the body on,
/// [`Settings`] sets the limits. Routers of one process share a `budget`.
pub fn api(desk: Desk, settings: Settings, budget: Budget) -> Router {
    let app = App::new(desk, settings, budget);
    let (endpoints, document) = document::described().split_for_parts();
    endpoints
        .merge(docs::router(&document))
        .fallback(problem::no_such_route)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(app.clone(), observe::observe))
        .with_state(app)
}

/// Returns the router of the listener for operators: `/healthz`, `/readyz` and the routes of `metrics`.
pub fn admin(app: App, probe: Probe, metrics: Router) -> Router {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .with_state::<()>(probe)
        .merge(metrics)
        .fallback(problem::no_such_route)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(from_fn_with_state(app, observe::observe))
}
