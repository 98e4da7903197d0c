//! HTTP: the API of services, its documents, the HMA-compatible routes. It translates and guards;
//! what is done is in `mamori-desk`.
//!
//! One endpoint is one file in [`mod@api`]. What goes wrong becomes an answer in [`problem`] and
//! nowhere else; who asks is proved by the types of [`guard`].

pub mod api;
pub mod body;
pub mod budget;
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
pub mod problem;
pub mod recent;
pub mod settings;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware::from_fn_with_state;
use mamori_desk::Desk;

use budget::Budget;
use recent::{PROBE_AGE_MAX, Recent};

pub use document::openapi;
pub use settings::Settings;

/// What every endpoint may use.
#[derive(Clone)]
pub struct App {
    /// Where the verbs are done.
    pub desk: Desk,
    /// The limits.
    pub settings: Arc<Settings>,
    /// The room that items take in memory.
    pub budget: Budget,
    /// Whether the database answered a moment ago.
    pub database: Arc<Recent<bool>>,
}

impl App {
    /// What every endpoint may use of these.
    pub fn new(desk: Desk, settings: Settings, budget: Budget) -> Self {
        let database = Arc::new(Recent::new(PROBE_AGE_MAX));
        Self { desk, settings: Arc::new(settings), budget, database }
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

/// The API: `/v1/**`, `/openapi.json`, `/docs`, `/healthz`, `/readyz`.
///
/// A server in front of it must limit the time in which a request's head comes in; from the body
/// on, [`Settings`] does. Routers of one process share a `budget`.
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
