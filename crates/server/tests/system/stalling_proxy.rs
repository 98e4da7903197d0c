//! A proxy before the PostgreSQL of the tests that can stall, as a network does that loses every packet:
//! no connection is closed, and none is answered.

use mamori_testkit::database::TestDatabase;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use url::Url;

/// A proxy, until the runtime of its test ends.
pub struct StallingProxy {
    /// The URL of the database through the proxy.
    pub url: String,
    is_open: watch::Sender<bool>,
}

impl StallingProxy {
    /// Starts one before the server of `records`, which must listen on a socket, as a throw-away server
    /// does.
    pub async fn start(records: &TestDatabase) -> Self {
        let (server, name) = records.server().unwrap();
        let socket = format!("{}/.s.PGSQL.5432", server.socket_folder().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut url = Url::parse(&server.url(name)).unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        url.set_query(None);
        let (is_open, open) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (socket, open) = (socket.clone(), open.clone());
                tokio::spawn(async move {
                    let server = UnixStream::connect(socket).await.unwrap();
                    forward(client, server, open).await;
                });
            }
        });
        Self { url: url.into(), is_open }
    }

    /// Forwards nothing from now on.
    pub fn stall(&self) {
        self.is_open.send_replace(false);
    }

    /// Forwards what was held back, and everything from now on.
    pub fn resume(&self) {
        self.is_open.send_replace(true);
    }
}

async fn forward(client: TcpStream, server: UnixStream, open: watch::Receiver<bool>) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let sent = copy(from_client, to_server, open.clone());
    let answered = copy(from_server, to_client, open);
    tokio::join!(sent, answered);
}

/// Copies until one side closes; dropping `to` then closes the other side too.
async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut open: watch::Receiver<bool>,
) {
    let mut bytes = vec![0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        // It fails when the proxy is dropped.
        if open.wait_for(|is_open| *is_open).await.is_err() {
            return;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
