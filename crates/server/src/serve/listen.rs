//! Connections: their number is limited and shared by their peers, idle ones are closed, and a stop
//! finishes their requests.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::response::Response;
use axum::{Extension, Router};
use http_body_util::BodyExt as _;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use mamori_model::key::Network;
use mamori_web::peer::Peer;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_io_timeout::TimeoutWriter;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::config::Server;
use crate::config::parts::seconds;
use crate::serve::places::{Place, Places};

/// How long to wait after a connection could not be accepted: usually the process has the most open
/// files that it may have, and some are closed after a moment.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

/// The largest head of a request, in bytes; a larger one is answered with 431.
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// How much of a response that its client does not read the kernel buffers, in bytes; it doubles
/// this for itself. By default it buffers megabytes for each connection, and reports free space
/// only when a third of them are gone: a slow client would look like one that reads nothing.
const UNSENT_BYTES_MAX: u32 = 256 * 1024;

/// The most connections that wait in the kernel to be accepted; it may have a lower limit.
const BACKLOG: u32 = 1_024;

/// A socket that accepts connections.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    connections_max: usize,
    timeouts: ClientTimeouts,
    /// The proxies whose `X-Forwarded-For` is believed.
    trusted_proxies: Arc<[Network]>,
}

/// How long to wait for a client.
#[derive(Clone, Copy, Debug)]
struct ClientTimeouts {
    /// Until it has sent the head of a request, or has begun the next one.
    header: Duration,
    /// Until it reads more of its response.
    response: Duration,
}

impl Listener {
    /// Binds `address`, which the configuration has under `key`; from now on connections wait there
    /// until [`Self::serve`] accepts them.
    pub fn bind(key: &str, address: SocketAddr, server: &Server) -> anyhow::Result<Self> {
        let socket = listen(address).with_context(|| {
            format!(
                "`{key}` is {address}, where Mamori cannot listen: set another address, or end the \
                 program that listens there"
            )
        })?;
        Ok(Self {
            address: socket.local_addr()?,
            socket,
            connections_max: server.connections_max,
            timeouts: ClientTimeouts {
                header: seconds(server.header_timeout_s),
                response: seconds(server.response_idle_timeout_s),
            },
            trusted_proxies: server.trusted_proxies.clone().into(),
        })
    }

    /// Returns the address, with the port that the system chose if port 0 was requested.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves connections until `stop`; then accepts no more and waits until the request of each is
    /// answered.
    pub async fn serve(self, router: Router, stop: CancellationToken) {
        let places = Places::new(self.connections_max);
        let connections = TaskTracker::new();
        while let Some((stream, address, place)) = self.next(&places, &stop).await {
            let router = router.clone();
            let peer = Peer::new(address.ip(), Arc::clone(&self.trusted_proxies));
            let timeouts = self.timeouts;
            let stop = stop.clone();
            connections.spawn(serve_connection(stream, (router, peer), place, timeouts, stop));
        }
        drop(self.socket);
        connections.close();
        connections.wait().await;
    }

    /// Waits for the next connection and a place for it; `None` when it is time to stop.
    async fn next(
        &self,
        places: &Arc<Places>,
        stop: &CancellationToken,
    ) -> Option<(TcpStream, SocketAddr, Place)> {
        let (stream, address) = loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => return None,
                accepted = self.socket.accept() => accepted,
            };
            match accepted {
                Ok(accepted) => break accepted,
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted");
                    tokio::time::sleep(ACCEPT_RETRY_DELAY).await;
                }
            }
        };
        let place = tokio::select! {
            () = stop.cancelled() => return None,
            place = places.take(address.ip()) => place?,
        };
        Some((stream, address, place))
    }
}

/// Binds `address`; options that connections inherit are set before.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Connections of a server that has just stopped must not block its address for the next one.
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(UNSENT_BYTES_MAX)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves the requests of one connection. Errors here are caused by the client or the network, and
/// are not worth logging.
async fn serve_connection(
    stream: TcpStream,
    (router, peer): (Router, Peer),
    place: Place,
    timeouts: ClientTimeouts,
    stop: CancellationToken,
) {
    // Responses are small and sent as a whole: waiting for more data would only delay them.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutWriter::new(place.watch(stream));
    stream.set_timeout(Some(timeouts.response));
    let place = Arc::new(place);
    let with_peer = Extension(peer).layer(router);
    let counted = {
        let place = Arc::clone(&place);
        service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let answered = place.begin_request();
            let answer = with_peer.clone().oneshot(request);
            async move {
                let response: Response = answer.await?;
                // Kept with the body, so that the request counts until all of it is sent.
                let keep = move |frame| {
                    let _ = &answered;
                    frame
                };
                Ok::<_, Infallible>(response.map(|body| body.map_frame(keep)))
            }
        })
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts.header)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(counted));
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = place.is_needed() => {
            if !place.is_busy() {
                return;
            }
            // A request began meanwhile: it is answered first.
            connection.as_mut().graceful_shutdown();
        }
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
