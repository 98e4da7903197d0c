//! Warnings: settings and file modes that can be used and endanger the installation.
//!
//! `mamori check-config` prints them, and a node logs them at its start. docs/operate.md explains
//! each.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use mamori_desk::settings::PartlyLooked;
use mamori_media::Protection;
use mamori_model::Distances;
use strum::{IntoStaticStr, VariantArray};
use url::{Host, Url};

use super::{Config, Source};

/// The address at which machines of a cloud learn their own credentials.
const CLOUD_METADATA: IpAddr = IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254));

/// How many files beside the connections of its listeners a node may have open: the database and the
/// vault, pipes to decoding processes, and connections to receivers of webhooks.
const FILES_RESERVED: u64 = 512;

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Risk {
    /// Other users of the machine can read or change the configuration.
    OpenConfiguration,
    /// Other users of the machine can read or change a file with a secret.
    OpenSecret,
    /// Other machines reach a listener, which speaks plain HTTP.
    PlainHttp,
    /// Other machines reach `/metrics`, which asks for no key.
    OpenMetrics,
    /// Every client can claim any address, because every client counts as a trusted proxy.
    ForgedAddresses,
    /// Services on other machines can have requests sent to this machine's loopback.
    WebhooksToLoopback,
    /// Services can have requests sent to the routes of HMA, which ask for no key.
    WebhooksToKeylessHma,
    /// Services can have requests sent to the address with a cloud's credentials.
    WebhooksToCloudMetadata,
    /// The database's password and contents cross the network unencrypted.
    DatabaseInClear,
    /// A file that takes over a decoding process may reach more than it must.
    FewerProtections,
    /// The server may run with the rights of root.
    Root,
    /// A core dump or a debugger may show the vault's key and items.
    Debugging,
    /// An item is allowed although some of its frames were not compared.
    FramesPass,
    /// Services can compute hashes of the lists.
    ExactDistances,
    /// Fewer files may be open than the listeners have connections.
    FewFiles,
}

impl Risk {
    /// Every risk.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the name, such as `plain-http`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What it is about.
    pub risk: Risk,
    /// The keys and their values, and what the operator can do. Contains no secret.
    pub advice: String,
}

impl Config {
    /// Returns the warnings about this configuration, which was read from `source`. `files_max` is the
    /// number of files that the process may open at most; `None` if there is no limit.
    pub fn warnings(&self, source: &Source, files_max: Option<u64>) -> Vec<Warning> {
        let mut found = Vec::new();
        let mut warn = |risk, advice: Option<String>| {
            found.extend(advice.map(|advice| Warning { risk, advice }));
        };
        let file = match source {
            Source::File(path) => Some(path.as_path()),
            Source::Defaults => None,
        };
        warn(Risk::OpenConfiguration, file.and_then(open_file));
        let secrets =
            [&self.database.url_file, &self.vault.key_file, &self.oidc.client_secret_file];
        let secrets = secrets.into_iter().flatten();
        for path in secrets.chain(self.notify.secret_files()) {
            warn(Risk::OpenSecret, open_file(path));
        }
        warn(Risk::PlainHttp, self.plain_http());
        warn(Risk::OpenMetrics, self.open_metrics());
        warn(Risk::ForgedAddresses, self.forged_addresses());
        warn(Risk::WebhooksToLoopback, self.webhooks_to_loopback());
        warn(Risk::WebhooksToKeylessHma, self.webhooks_to_keyless_hma());
        warn(Risk::WebhooksToCloudMetadata, self.webhooks_to_cloud_metadata());
        warn(Risk::DatabaseInClear, self.database_in_clear());
        warn(Risk::FewerProtections, self.fewer_protections());
        warn(Risk::Root, self.root());
        warn(Risk::Debugging, self.debugging());
        warn(Risk::FramesPass, self.frames_pass());
        warn(Risk::ExactDistances, self.exact_distances());
        warn(Risk::FewFiles, files_max.and_then(|files_max| self.few_files(files_max)));
        found
    }

    fn plain_http(&self) -> Option<String> {
        let (server, hma) = (&self.server, &self.hma);
        let api = ("server.listen", Some(server.listen));
        let hma = ("hma.listen", hma.listen.filter(|_| hma.enabled));
        let open: Vec<String> = [api, hma]
            .into_iter()
            .filter_map(|(key, listen)| Some((key, listen.filter(is_beyond_loopback)?)))
            .map(|(key, listen)| format!("`{key}` is {listen}"))
            .collect();
        (!open.is_empty()).then(|| {
            format!(
                "{}: keys, items and the console's sign-in cross the network unencrypted. Listen \
                 on 127.0.0.1, with a proxy on this machine that speaks TLS; or let only such a \
                 proxy reach the address",
                open.join(" and ")
            )
        })
    }

    fn open_metrics(&self) -> Option<String> {
        let listen = self.server.admin_listen;
        is_beyond_loopback(&listen).then(|| {
            format!(
                "`server.admin_listen` is {listen}: /metrics and /readyz there ask for no key, and \
                 show how many cases wait. Listen on 127.0.0.1, or let a firewall refuse all \
                 machines but your own"
            )
        })
    }

    fn forged_addresses(&self) -> Option<String> {
        let proxies = &self.server.trusted_proxies;
        let wide = proxies.iter().find(|network| network.prefix_bits() == 0)?;
        Some(format!(
            "`server.trusted_proxies` has {wide}, which contains every address: each client can claim \
             to have an address from which a key is accepted. List only the proxies' addresses"
        ))
    }

    fn webhooks_to_loopback(&self) -> Option<String> {
        // Behind a proxy, `server.listen` is loopback too.
        let is_open = is_beyond_loopback(&self.server.listen)
            || !self.server.trusted_proxies.is_empty()
            || self.console.origin.scheme() == "https";
        (self.webhooks.loopback && is_open).then(|| {
            "`webhooks.loopback` is true and clients on other machines reach this server: the holder \
             of a service's key can have requests sent to each port of this machine's loopback, and \
             learn which are open. Set it to false"
                .to_owned()
        })
    }

    fn webhooks_to_keyless_hma(&self) -> Option<String> {
        let is_keyless = self.hma.enabled && !self.hma.key_required;
        (is_keyless && self.webhooks.loopback).then(|| {
            "`webhooks.loopback` is true and `hma.key_required` is false: the holder of a service's \
             key can have requests sent to the routes of HMA, which then change banks. Set \
             `webhooks.loopback` to false"
                .to_owned()
        })
    }

    fn webhooks_to_cloud_metadata(&self) -> Option<String> {
        let networks = &self.webhooks.private_networks;
        let network = networks.iter().find(|network| network.contains(&CLOUD_METADATA))?;
        Some(format!(
            "`webhooks.private_networks` has {network}, in which {CLOUD_METADATA} is: clouds give \
             machines their credentials at that address. Permit only the networks of the receivers"
        ))
    }

    fn database_in_clear(&self) -> Option<String> {
        let url = Url::parse(self.database.url.reveal()).ok()?;
        let host = url.host().filter(|_| url.scheme().starts_with("postgres"))?;
        let is_local = match host {
            // In such a URL an IPv4 address is a name too, and the path of a local socket is
            // percent-encoded.
            Host::Domain(name) => {
                let address: Option<IpAddr> = name.parse().ok();
                name == "localhost"
                    || name.starts_with("%2")
                    || address.is_some_and(|address| address.is_loopback())
            }
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        let is_encrypted = url.query_pairs().any(|(key, value)| {
            matches!(&*key, "sslmode" | "ssl-mode")
                && matches!(&*value, "require" | "verify-ca" | "verify-full")
        });
        let has_socket =
            url.query_pairs().any(|(key, value)| key == "host" && value.starts_with('/'));
        (!is_local && !is_encrypted && !has_socket).then(|| {
            "`database.url` names another machine without `sslmode`: if that machine, or an \
             attacker on the way, offers no TLS, the password and the data are sent unencrypted. \
             Append `?sslmode=verify-full`"
                .to_owned()
        })
    }

    fn fewer_protections(&self) -> Option<String> {
        let required = &self.media.protections_required;
        let left_out: Vec<&str> = Protection::ESSENTIAL
            .iter()
            .filter(|protection| !required.contains(protection))
            .map(|protection| protection.as_str())
            .collect();
        (!left_out.is_empty()).then(|| {
            format!(
                "`media.protections_required` leaves out: {}. Where the kernel lacks these, a file \
                 that takes over a decoding process reaches more of the machine. Require them",
                left_out.join(", ")
            )
        })
    }

    fn root(&self) -> Option<String> {
        self.server.allow_root.then(|| {
            "`server.allow_root` is true: a server that is taken over as root harms the whole \
             machine. Run it as a user of its own, and set it to false"
                .to_owned()
        })
    }

    fn debugging(&self) -> Option<String> {
        self.server.allow_debugging.then(|| {
            "`server.allow_debugging` is true: a core dump or a debugger shows the vault's key and \
             the items of the moment. Set it to false when you have finished"
                .to_owned()
        })
    }

    fn frames_pass(&self) -> Option<String> {
        (self.checks.partly_looked == PartlyLooked::Allow).then(|| {
            "`checks.partly_looked` is \"allow\": a listed picture passes in a frame that was left \
             out, and a sender can force this. Set it to \"error\" or \"hold\""
                .to_owned()
        })
    }

    fn exact_distances(&self) -> Option<String> {
        (self.checks.distances == Distances::Exact).then(|| {
            "`checks.distances` is \"exact\": each service can compute hashes of the lists. Set it \
             to \"coarse\", unless all services may know the lists"
                .to_owned()
        })
    }

    fn few_files(&self, files_max: u64) -> Option<String> {
        let has_hma = self.hma.enabled && self.hma.listen.is_some();
        let listeners = if has_hma { 3 } else { 2 };
        let each = u64::try_from(self.server.connections_max).unwrap_or(u64::MAX);
        let needed = each.saturating_mul(listeners).saturating_add(FILES_RESERVED);
        (files_max < needed).then(|| {
            format!(
                "this process may open {files_max} files, and {listeners} listeners with \
                 `server.connections_max` ({each}) connections each need {needed}: at the limit no \
                 decoding process starts and no match is stored. Raise `LimitNOFILE` of the unit, or \
                 lower `server.connections_max`"
            )
        })
    }
}

/// Warns of a file that users other than its owner can change, or that users who are not in its
/// group can read.
fn open_file(path: &Path) -> Option<String> {
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o027 != 0).then(|| {
        format!(
            "{} has mode {mode:04o}, so other users of this machine can read or change it: \
             `chmod 0600`, as the user that Mamori runs as",
            path.display()
        )
    })
}

/// Checks whether other machines can reach the address, as far as the address shows.
pub fn is_beyond_loopback(address: &SocketAddr) -> bool {
    !address.ip().to_canonical().is_loopback()
}

#[cfg(test)]
mod tests;
