//! The only list of the console's routes. The router is generated from it, and so is the test that
//! requests each route without a session and in each role.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, any, get, on};
use mamori_desk::Desk;
use mamori_web::observe::observe;

use crate::app::{Console, Settings};
use crate::{assets, deed, fault_page, headers, page, session};

macro_rules! routes {
    ($($method:ident $path:literal => $handler:path;)*) => {
        /// Every route: its HTTP method and the template of its path.
        pub const ROUTES: &[(&str, &str)] = &[$((stringify!($method), $path),)*];

        fn routed() -> Router<Console> {
            Router::new()$(.route($path, on(MethodFilter::$method, $handler)))*
        }
    };
}

routes! {
    GET "/console/assets/{digest}/{name}" => assets::show;
    GET "/console/sign-in" => page::sign_in::show;
    POST "/console/sign-in" => deed::sign_in::sign_in;
    POST "/console/sign-in/passkey/begin" => deed::sign_in::begin;
    POST "/console/sign-in/passkey/finish" => deed::sign_in::finish;
    GET "/console/welcome/{ticket}" => page::sign_in::welcome;
    POST "/console/welcome/{ticket}" => deed::sign_in::welcome;
    POST "/console/welcome/{ticket}/passkey/begin" => deed::sign_in::begin_welcome;
    POST "/console/welcome/{ticket}/passkey/finish" => deed::sign_in::finish_welcome;
    POST "/console/sign-out" => deed::sign_in::sign_out;
    GET "/console/prove" => page::sign_in::prove;
    POST "/console/prove" => deed::sign_in::prove;
    POST "/console/prove/passkey/begin" => deed::sign_in::begin_prove;
    POST "/console/prove/passkey/finish" => deed::sign_in::finish_prove;
    GET "/console" => page::start::show;
    GET "/console/find" => page::find::show;
    GET "/console/me" => page::me::show;
    POST "/console/me" => deed::me::change;
    POST "/console/me/rest" => deed::me::rest;
    POST "/console/me/sign-out-elsewhere" => deed::me::sign_out_elsewhere;
    POST "/console/me/passkey/begin" => deed::me::begin_passkey;
    POST "/console/me/passkey/finish" => deed::me::finish_passkey;
    POST "/console/me/password" => deed::me::password;
    POST "/console/me/code" => deed::me::code;
    POST "/console/me/credentials/{credential}/remove" => deed::me::remove;
    GET "/console/queue" => page::queue::show;
    POST "/console/queue/next" => deed::queue::next;
    GET "/console/cases/{case}" => page::case::show;
    POST "/console/cases/{case}/claim" => deed::case::claim;
    POST "/console/cases/{case}/keep" => deed::case::keep;
    POST "/console/cases/{case}/release" => deed::case::release;
    POST "/console/cases/{case}/note" => deed::case::note;
    POST "/console/cases/{case}/decide" => deed::decide::decide;
    POST "/console/cases/{case}/looks" => deed::look::begin;
    GET "/console/cases/{case}/items/{item}/veiled" => deed::look::veiled;
    GET "/console/looks/{look}/picture" => deed::look::show;
    POST "/console/looks/{look}/keep" => deed::look::keep;
    POST "/console/looks/{look}/close" => deed::look::close;
    GET "/console/decisions" => page::decisions::show;
    GET "/console/decisions/{decision}" => page::decision::show;
    POST "/console/decisions/{decision}/approve" => deed::decision::approve;
    POST "/console/decisions/{decision}/refuse" => deed::decision::refuse;
    POST "/console/decisions/{decision}/undo" => deed::decision::undo;
    POST "/console/decisions/{decision}/actions/{action}/ask-again" => deed::decision::ask_again;
    GET "/console/bulk/new" => page::bulk::new;
    GET "/console/bulk" => page::bulk::list;
    POST "/console/bulk" => deed::bulk::prepare;
    GET "/console/bulk/{bulk}" => page::bulk::show;
    POST "/console/bulk/{bulk}/confirm" => deed::bulk::confirm;
    POST "/console/bulk/{bulk}/drop" => deed::bulk::drop;
    POST "/console/bulk/{bulk}/approve" => deed::bulk::approve;
    POST "/console/bulk/{bulk}/refuse" => deed::bulk::refuse;
    POST "/console/bulk/{bulk}/undo" => deed::bulk::undo;
    GET "/console/banks" => page::banks::list;
    GET "/console/banks/{bank}" => page::banks::show;
    POST "/console/disputes/{dispute}/settle" => deed::banks::settle;
    GET "/console/policies" => page::policies::list;
    GET "/console/policies/{purpose}" => page::policies::show;
    POST "/console/policies/{purpose}" => deed::policies::change;
    GET "/console/webhooks" => page::webhooks::show;
    POST "/console/deliveries/{delivery}/redeliver" => deed::webhooks::redeliver;
    GET "/console/staff" => page::staff::list;
    POST "/console/staff" => deed::staff::add;
    GET "/console/staff/{staff}" => page::staff::show;
    POST "/console/staff/{staff}" => deed::staff::change;
}

/// Builds the console's router. `app` is the state of the API, whose middleware [`observe`] also
/// applies to the console.
pub fn router(desk: Desk, app: mamori_web::App, settings: Settings) -> Router {
    let body_max = DefaultBodyLimit::max(settings.form_bytes_max);
    let console = Console { desk, settings: Arc::new(settings) };
    routed()
        .method_not_allowed_fallback(fault_page::no_such_page)
        .route("/console/{*rest}", any(fault_page::no_such_page))
        .route("/favicon.ico", get(assets::icon))
        .layer(from_fn(fault_page::write))
        .layer(from_fn(session::carry))
        .layer(from_fn(headers::protect))
        .layer(body_max)
        .layer(from_fn_with_state(app, observe))
        .with_state(console)
}
