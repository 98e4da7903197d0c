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
use crate::{
    approvals, assets, audit, banks, cases, decisions, fault_page, headers, overview, session,
    staff, viewing, webhooks,
};

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
    GET "/console/sign-in" => staff::sign_in_page::show;
    POST "/console/sign-in" => staff::sign_in_forms::sign_in;
    POST "/console/sign-in/passkey/begin" => staff::sign_in_forms::begin;
    POST "/console/sign-in/passkey/finish" => staff::sign_in_forms::finish;
    GET "/console/sign-in/oidc" => staff::oidc_page::begin_sign_in;
    GET "/console/sign-in/oidc/return" => staff::oidc_page::returned;
    POST "/console/sign-in/oidc/finish" => staff::oidc_forms::finish;
    GET "/console/enroll/{token}" => staff::sign_in_page::enroll;
    POST "/console/enroll/{token}" => staff::sign_in_forms::enroll;
    POST "/console/enroll/{token}/passkey/begin" => staff::sign_in_forms::begin_enroll;
    POST "/console/enroll/{token}/passkey/finish" => staff::sign_in_forms::finish_enroll;
    GET "/console/enroll/{token}/oidc" => staff::oidc_page::begin_enroll;
    POST "/console/sign-out" => staff::sign_in_forms::sign_out;
    GET "/console/prove" => staff::sign_in_page::prove;
    POST "/console/prove" => staff::sign_in_forms::prove;
    POST "/console/prove/passkey/begin" => staff::sign_in_forms::begin_prove;
    POST "/console/prove/passkey/finish" => staff::sign_in_forms::finish_prove;
    GET "/console/prove/oidc" => staff::oidc_page::begin_prove;
    GET "/console" => overview::start_page::show;
    GET "/console/find" => overview::find_page::show;
    GET "/console/find/results" => overview::find_page::results;
    GET "/console/me" => staff::me_page::show;
    POST "/console/me" => staff::me_forms::change;
    POST "/console/me/break" => staff::me_forms::begin_break;
    POST "/console/me/sign-out-elsewhere" => staff::me_forms::sign_out_elsewhere;
    POST "/console/me/passkey/begin" => staff::me_forms::begin_passkey;
    POST "/console/me/passkey/finish" => staff::me_forms::finish_passkey;
    POST "/console/me/password" => staff::me_forms::password;
    POST "/console/me/code" => staff::me_forms::code;
    GET "/console/me/oidc" => staff::oidc_page::begin_connect;
    POST "/console/me/credentials/{credential}/remove" => staff::me_forms::remove;
    GET "/console/queue" => cases::queue_page::show;
    POST "/console/queue/next" => cases::queue_forms::next;
    GET "/console/cases" => cases::list_page::show;
    GET "/console/cases/{case}" => cases::page::show;
    POST "/console/cases/{case}/claim" => cases::forms::claim;
    POST "/console/cases/{case}/extend-claim" => cases::forms::extend_claim;
    POST "/console/cases/{case}/release" => cases::forms::release;
    POST "/console/cases/{case}/note" => cases::forms::note;
    POST "/console/cases/{case}/lower-urgency" => cases::urgency_forms::lower;
    POST "/console/cases/{case}/lowering/agree" => cases::urgency_forms::agree;
    POST "/console/cases/{case}/lowering/refuse" => cases::urgency_forms::refuse;
    POST "/console/cases/{case}/decide" => decisions::decide_forms::decide;
    POST "/console/cases/{case}/views" => viewing::forms::begin;
    GET "/console/cases/{case}/items/{item}/blurred" => viewing::forms::blurred;
    POST "/console/cases/{case}/items/{item}/context" => viewing::context_form::open;
    GET "/console/views/{view}/picture" => viewing::forms::show;
    POST "/console/views/{view}/heartbeat" => viewing::forms::heartbeat;
    POST "/console/views/{view}/close" => viewing::forms::close;
    GET "/console/decisions" => decisions::list_page::show;
    GET "/console/decisions/{decision}" => decisions::page::show;
    POST "/console/decisions/{decision}/approve" => decisions::forms::approve;
    POST "/console/decisions/{decision}/refuse" => decisions::forms::refuse;
    POST "/console/decisions/{decision}/undo" => decisions::forms::undo;
    POST "/console/decisions/{decision}/actions/{action}/request-again" => decisions::forms::request_again;
    GET "/console/bulk/new" => decisions::bulk_new_page::new;
    GET "/console/bulk" => decisions::bulk_page::list;
    POST "/console/bulk" => decisions::bulk_forms::prepare;
    GET "/console/bulk/{bulk}" => decisions::bulk_page::show;
    POST "/console/bulk/{bulk}/confirm" => decisions::bulk_forms::confirm;
    POST "/console/bulk/{bulk}/drop" => decisions::bulk_forms::drop;
    POST "/console/bulk/{bulk}/approve" => decisions::bulk_forms::approve;
    POST "/console/bulk/{bulk}/refuse" => decisions::bulk_forms::refuse;
    POST "/console/bulk/{bulk}/undo" => decisions::bulk_forms::undo;
    GET "/console/banks" => banks::page::list;
    GET "/console/banks/{bank}" => banks::page::show;
    GET "/console/disputes" => banks::disputes_page::list;
    GET "/console/disputes/{dispute}" => banks::disputes_page::show;
    POST "/console/disputes/{dispute}/agree" => banks::forms::agree;
    POST "/console/disputes/{dispute}/resolve" => banks::forms::resolve;
    GET "/console/policies" => decisions::policies_page::list;
    GET "/console/policies/{purpose}" => decisions::policies_page::show;
    POST "/console/policies/{purpose}" => decisions::policies_forms::change;
    GET "/console/reasons" => decisions::reasons_page::show;
    POST "/console/reasons" => decisions::reasons_forms::change;
    GET "/console/webhooks" => webhooks::page::show;
    POST "/console/deliveries/{delivery}/redeliver" => webhooks::forms::redeliver;
    GET "/console/changes" => approvals::page::show;
    POST "/console/changes/{request}/approve" => approvals::forms::approve;
    POST "/console/changes/{request}/refuse" => approvals::forms::refuse;
    POST "/console/notices/{notice}/acknowledge" => approvals::forms::acknowledge;
    GET "/console/audit" => audit::page::show;
    GET "/console/audit/claims" => audit::claims_page::show;
    GET "/console/audit/export" => audit::export::export;
    GET "/console/staff" => staff::page::list;
    POST "/console/staff" => staff::forms::add;
    GET "/console/staff/events" => staff::events::export;
    GET "/console/staff/{staff}" => staff::page::show;
    POST "/console/staff/{staff}" => staff::forms::change;
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
        .layer(from_fn(fault_page::render))
        .layer(from_fn(session::set_cookie))
        .layer(from_fn_with_state(console.clone(), headers::protect))
        .layer(body_max)
        .layer(from_fn_with_state(app, observe))
        .with_state(console)
}
