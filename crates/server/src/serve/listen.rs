//! Connections: as many as allowed, none that only waits, and each finished before a stop.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutWriter;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Server;
use crate::config::parts::seconds;

/// How long to wait after a connection could not be accepted: most often the process has as many
/// open files as it may have, and some will be closed in a moment.
const REST: Duration = Duration::from_millis(100);

/// The largest head of a request, in bytes; a larger one is answered with 431.
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// What the kernel keeps of an answer that its client does not take, in bytes; it doubles this for
/// itself. By its own measure it keeps megabytes for each connection, and says that there is room
/// again only when a third of them are gone: a slow client would look like one that takes nothing.
const UNSENT_BYTES_MAX: u32 = 256 * 1024;

/// The most connections that wait in the kernel to be accepted; it may know a lower limit.
const BACKLOG: u32 = 1_024;

/// A socket that takes connections.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    connections_max: usize,
    patience: Patience,
}

/// How long a client is waited for.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// Until it has sent the head of a request, or begun the next one.
    header: Duration,
    /// Until it takes some more of its answer.
    answer: Duration,
}

impl Listener {
    /// Takes `address`; from now on connections wait there, and [`Self::serve`] answers them.
    pub fn bind(address: SocketAddr, server: &Server) -> anyhow::Result<Self> {
        let socket =
            listen(address).with_context(|| format!("the address {address} cannot be taken"))?;
        Ok(Self {
            address: socket.local_addr()?,
            socket,
            connections_max: server.connections_max,
            patience: Patience {
                header: seconds(server.header_timeout_s),
                answer: seconds(server.answer_idle_timeout_s),
            },
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
            let patience = self.patience;
            let stop = stop.clone();
            connections.spawn(async move {
                answer(stream, router, patience, stop).await;
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

/// Takes `address`; what the connections inherit is set before.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Connections of a server that has just stopped do not keep the next one from its address.
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(UNSENT_BYTES_MAX)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Answers the requests of one connection. What goes wrong here is the client's or the network's,
/// and nobody's to log.
async fn answer(stream: TcpStream, router: Router, patience: Patience, stop: CancellationToken) {
    // Answers are small and sent whole: waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(patience.answer));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.header)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
