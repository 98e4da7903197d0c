//! The listeners of a node and their routes: the API, the console, `/metrics`, and HMA.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn;
use mamori_desk::Desk;
use mamori_web::App;
use mamori_web::budget::Budget;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use super::host_header;
use super::listen::Listener;
use super::metrics::{self, Metrics};
use super::node::Node;
use crate::config::Config;
use crate::config::parts::seconds;

/// The bound addresses, before they are served.
#[derive(Debug)]
pub struct Listeners {
    main: Listener,
    hma: Option<Listener>,
}

impl Listeners {
    /// Binds the addresses of the configuration.
    pub fn bind(config: &Config) -> anyhow::Result<Self> {
        let main = Listener::bind(config.server.listen, &config.server)?;
        let hma = match config.hma.listen.filter(|_| config.hma.enabled) {
            Some(address) => Some(Listener::bind(address, &config.server)?),
            None => None,
        };
        Ok(Self { main, hma })
    }

    /// Returns the address of the API.
    pub fn address(&self) -> SocketAddr {
        self.main.address()
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
        let (main, hma) = routers(config, node.desk(), metrics)?;
        tracing::info!(address = %listeners.main.address(), "listening");
        server.tasks.spawn(listeners.main.serve(main, server.stop.clone()));
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

/// Returns the router of the main listener, and that of HMA if it has a listener of its own.
fn routers(
    config: &Config,
    desk: &Desk,
    metrics: &Metrics,
) -> anyhow::Result<(Router, Option<Router>)> {
    let budget = Budget::new(config.budget());
    let api = mamori_web::api(desk.clone(), config.web(), budget.clone());
    let mut main = api.merge(metrics::router(metrics.clone(), desk.clone()));
    if config.console.enabled {
        let app = App::new(desk.clone(), config.web(), budget.clone());
        main = main.merge(mamori_console::router(desk.clone(), app, config.console()));
    }
    let checked = |router: Router| router.layer(from_fn(host_header::require));
    if !config.hma.enabled {
        return Ok((checked(main), None));
    }
    let hma = mamori_web::hma::router(desk.clone(), config.hma()?, budget);
    // The API has its own time limit; these routes have none.
    let time_max = seconds(config.server.request_timeout_s);
    let hma = hma
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, time_max))
        .layer(CatchPanicLayer::new());
    let (main, hma) = match config.hma.listen {
        Some(_) => (main, Some(hma)),
        None => (main.merge(hma), None),
    };
    Ok((checked(main), hma.map(checked)))
}
