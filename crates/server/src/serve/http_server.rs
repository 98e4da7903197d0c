//! The listeners of a node and their routes: the API and the console; `/metrics` and `/readyz`; HMA.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn;
use mamori_desk::Desk;
use mamori_web::App;
use mamori_web::budget::Budget;
use mamori_web::health::Probe;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use super::host_header;
use super::listen::Listener;
use super::metrics::{self, Metrics};
use super::node::Node;
use super::page_guard;
use crate::config::Config;
use crate::config::parts::seconds;
use crate::config::warnings::is_beyond_loopback;

/// The bound addresses, before they are served.
#[derive(Debug)]
pub struct Listeners {
    main: Listener,
    /// For operators. Separate, so that a flood of the main listener does not use up its connections.
    admin: Listener,
    hma: Option<Listener>,
}

impl Listeners {
    /// Binds the addresses of the configuration.
    pub fn bind(config: &Config) -> anyhow::Result<Self> {
        let server = &config.server;
        let main = Listener::bind("server.listen", server.listen, server)?;
        let admin = Listener::bind("server.admin_listen", server.admin_listen, server)?;
        let hma = match config.hma.listen.filter(|_| config.hma.enabled) {
            Some(address) => Some(Listener::bind("hma.listen", address, server)?),
            None => None,
        };
        Ok(Self { main, admin, hma })
    }

    /// Returns the address of the API.
    pub fn address(&self) -> SocketAddr {
        self.main.address()
    }

    /// Returns the address of `/metrics` and `/readyz`.
    pub fn admin_address(&self) -> SocketAddr {
        self.admin.address()
    }
}

/// A node that is serving.
pub struct HttpServer {
    tasks: TaskTracker,
    stop: CancellationToken,
    shutdown_timeout: Duration,
}

impl HttpServer {
    /// Starts serving.
    pub fn start(
        config: &Config,
        node: &Node,
        metrics: &Metrics,
        listeners: Listeners,
    ) -> anyhow::Result<Self> {
        let server = Self {
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            shutdown_timeout: seconds(config.server.shutdown_timeout_s),
        };
        server.tasks.spawn(metrics.clone().aggregate_until(server.stop.clone()));
        let Routers { main, admin, hma } = Routers::of(config, node.desk(), metrics)?;
        let (address, admin_address) = (listeners.address(), listeners.admin_address());
        tracing::info!(%address, %admin_address, "listening");
        server.tasks.spawn(listeners.main.serve(main, server.stop.clone()));
        server.tasks.spawn(listeners.admin.serve(admin, server.stop.clone()));
        if let (Some(listener), Some(router)) = (listeners.hma, hma) {
            tracing::info!(address = %listener.address(), "listening to clients of HMA");
            server.tasks.spawn(listener.serve(router, server.stop.clone()));
        }
        Ok(server)
    }

    /// Accepts no more connections, and waits until accepted requests are answered, but not longer
    /// than `server.shutdown_timeout_s`.
    pub async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(self.shutdown_timeout, self.tasks.wait()).await.is_err() {
            tracing::warn!("some requests were not finished in time");
        }
    }
}

/// The routes of each listener.
struct Routers {
    main: Router,
    admin: Router,
    /// `None` if HMA has no listener of its own.
    hma: Option<Router>,
}

impl Routers {
    fn of(config: &Config, desk: &Desk, metrics: &Metrics) -> anyhow::Result<Self> {
        let budget = Budget::new(config.budget());
        let app = App::new(desk.clone(), config.web(), budget.clone());
        let probe = Probe::new(desk.clone(), config.node());
        let metrics = metrics::router(metrics.clone(), desk.clone(), probe.clone());
        let admin = mamori_web::admin(app.clone(), probe, metrics);
        let admin = if is_beyond_loopback(&config.server.admin_listen) {
            admin
        } else {
            admin.layer(from_fn(page_guard::refuse_pages))
        };
        let mut main = mamori_web::api(desk.clone(), config.web(), budget.clone());
        if config.console.enabled {
            main = main.merge(mamori_console::router(desk.clone(), app, config.console()));
        }
        let hma = if config.hma.enabled { Some(hma(config, desk, budget)?) } else { None };
        let (main, hma) = match (config.hma.listen, hma) {
            (None, Some(hma)) => (main.merge(hma), None),
            (_, hma) => (main, hma),
        };
        let checked = |router: Router| router.layer(from_fn(host_header::require));
        Ok(Self { main: checked(main), admin: checked(admin), hma: hma.map(checked) })
    }
}

/// Returns the routes of HMA, with the limits that those of the API have.
fn hma(config: &Config, desk: &Desk, budget: Budget) -> anyhow::Result<Router> {
    let time_max = seconds(config.server.request_timeout_s);
    let router = mamori_web::hma::router(desk.clone(), config.hma()?, budget);
    Ok(router
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, time_max))
        .layer(CatchPanicLayer::new()))
}
