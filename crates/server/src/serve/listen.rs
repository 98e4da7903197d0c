//! Connections: as many as allowed, none that only waits, and each finished before a stop.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Server;
use crate::config::parts::seconds;

/// How long to wait after a connection could not be accepted: most often the process has as many
/// open files as it may have, and some will be closed in a moment.
const REST: Duration = Duration::from_millis(100);

/// The largest head of a request, in bytes; a larger one is answered with 431.
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// A socket that takes connections.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    connections_max: usize,
    header_timeout: Duration,
}

impl Listener {
    /// Takes `address`; from now on connections wait there, and [`Self::serve`] answers them.
    pub async fn bind(address: SocketAddr, server: &Server) -> anyhow::Result<Self> {
        let socket = TcpListener::bind(address)
            .await
            .with_context(|| format!("the address {address} cannot be taken"))?;
        Ok(Self {
            address: socket.local_addr()?,
            socket,
            connections_max: server.connections_max,
            header_timeout: seconds(server.header_timeout_s),
        })
    }

    /// The address, with the port that the system chose if it was asked to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers connections until `stop`; then takes no more and waits until each one's request is
    /// answered.
    pub async fn serve(self, router: Router, stop: CancellationToken) {
        let places = Arc::new(Semaphore::new(self.connections_max));
        let connections = TaskTracker::new();
        while let Some((stream, place)) = self.next(&places, &stop).await {
            let router = router.clone();
            let header_timeout = self.header_timeout;
            let stop = stop.clone();
            connections.spawn(async move {
                answer(stream, router, header_timeout, stop).await;
                drop(place);
            });
        }
        drop(self.socket);
        connections.close();
        connections.wait().await;
    }

    /// The next connection, when there is a place for it; `None` when it is time to stop.
    async fn next(
        &self,
        places: &Arc<Semaphore>,
        stop: &CancellationToken,
    ) -> Option<(TcpStream, OwnedSemaphorePermit)> {
        let place = tokio::select! {
            () = stop.cancelled() => return None,
            place = Arc::clone(places).acquire_owned() => place.ok()?,
        };
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => return None,
                accepted = self.socket.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => return Some((stream, place)),
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted");
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }
}

/// Answers the requests of one connection. What goes wrong here is the client's or the network's,
/// and nobody's to log.
async fn answer(
    stream: TcpStream,
    router: Router,
    header_timeout: Duration,
    stop: CancellationToken,
) {
    // Answers are small and sent whole: waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
