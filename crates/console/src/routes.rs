//! The one list of the console's routes. The router is made from it, and so is the test that asks
//! for each as nobody and as each role.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, any, on};
use mamori_desk::Desk;
use mamori_web::observe::observe;

use crate::app::{Console, Settings};
use crate::{assets, deed, fault, headers, page, session};

macro_rules! routes {
    ($($method:ident $path:literal => $handler:path;)*) => {
        /// Every route: its method and the template of its path.
        pub const ROUTES: &[(&str, &str)] = &[$((stringify!($method), $path),)*];

        fn routed() -> Router<Console> {
            Router::new()$(.route($path, on(MethodFilter::$method, $handler)))*
        }
    };
}

routes! {
    GET "/console/assets/{digest}/{name}" => assets::show;
    GET "/console/queue" => page::queue::show;
    POST "/console/queue/next" => deed::queue::next;
    GET "/console/cases/{case}" => page::case::show;
    POST "/console/cases/{case}/claim" => deed::case::claim;
    POST "/console/cases/{case}/keep" => deed::case::keep;
    POST "/console/cases/{case}/release" => deed::case::release;
    POST "/console/cases/{case}/note" => deed::case::note;
}

/// The console. `app` is the API's, whose observer also watches here.
pub fn router(desk: Desk, app: mamori_web::App, settings: Settings) -> Router {
    let body_max = DefaultBodyLimit::max(settings.form_bytes_max);
    let console = Console { desk, settings: Arc::new(settings) };
    routed()
        .method_not_allowed_fallback(fault::no_such_page)
        .route("/console/{*rest}", any(fault::no_such_page))
        .layer(from_fn(fault::write))
        .layer(from_fn(session::carry))
        .layer(from_fn(headers::protect))
        .layer(body_max)
        .layer(from_fn_with_state(app, observe))
        .with_state(console)
}
