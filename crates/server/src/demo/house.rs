//! The demo's own Mamori: a node on SQLite in a fresh folder, in this very process.

use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use mamori_model::{Purpose, Sensitive};
use tempfile::TempDir;

use crate::config::Config;
use crate::serve::node::Node;
use crate::serve::open::{Doors, Open};
use crate::serve::{log, metrics};

/// Where the lines of the README expect it.
const PORT: u16 = 8080;

/// A running node and its folder, which goes with it.
pub struct House {
    /// Where the API is, `http://…`.
    pub address: String,
    /// Whether that is the address of the README.
    pub is_usual_address: bool,
    /// The first administrator's key.
    pub admin_key: String,
    folder: TempDir,
    node: Node,
    open: Open,
}

impl House {
    /// Starts it.
    pub async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("mamori-demo-").tempdir()?;
        let mut config = config(folder.path())?;
        let file = File::create(folder.path().join("mamori.log"))?;
        log::start_into(&config.log, Arc::new(file), false)?;
        let metrics = metrics::install().context("no metrics can be kept")?;
        let doors = take_doors(&mut config)?;
        let address = doors.address();

        let node = Node::start(&config).await?;
        let issued = node.desk().issue_first_key().await?;
        let admin_key = issued.context("the fresh database has an administrator already")?;
        let open = Open::begin(&config, &node, &metrics, doors)?;
        Ok(Self {
            address: format!("http://{address}"),
            is_usual_address: address.port() == PORT,
            admin_key: admin_key.token.into_revealed(),
            folder,
            node,
            open,
        })
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops it and removes its folder.
    pub async fn stop(self) -> io::Result<()> {
        self.open.close().await;
        self.node.stop().await;
        self.folder.close()
    }
}

fn config(folder: &Path) -> anyhow::Result<Config> {
    let mut config = Config::default();
    let database = folder.join("mamori.sqlite");
    config.database.url = Sensitive::new(format!("sqlite:{}", database.display()));
    // So that clients of HMA can be tried too.
    // The service that it plays is on this machine.
    config.webhooks.loopback = true;
    config.hma.enabled = true;
    config.hma.purpose = Some(Purpose::Rehearsal);
    config.hma.legal_basis = Some("none needed: nobody is in these pictures".parse()?);
    config.hma.source = Some("whoever tries the demo".parse()?);
    config.hma.owner = Some("whoever started the demo".parse()?);
    Ok(config)
}

/// The usual port, or a free one if somebody has it.
fn take_doors(config: &mut Config) -> anyhow::Result<Doors> {
    config.server.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    if let Ok(doors) = Doors::take(config) {
        return Ok(doors);
    }
    config.server.listen.set_port(0);
    Doors::take(config)
}
