//! The other sections of the file, with their defaults. `mamori.sample.toml` explains each key.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use mamori_desk::settings::{PartlyLooked, WebhookSettings};
use mamori_media::Protection;
use mamori_model::key::Network;
use mamori_model::{Country, Distances, Jurisdictions, Line, Purpose, Sensitive, Surface};
use serde::Deserialize;

use super::checked::{hours, seconds, sensitive, within};

const HOUR_S: u64 = 3_600;
const MIB: u64 = 1 << 20;

/// `[server]`: listening addresses and timeouts.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address and port; port 0 takes a free one and logs it.
    pub listen: SocketAddr,
    /// Address and port of `/metrics` and `/readyz`; port 0 takes a free one and logs it.
    pub admin_listen: SocketAddr,
    /// The proxies in front, whose `X-Forwarded-For` says from where a client calls.
    pub trusted_proxies: Vec<Network>,
    /// This node's name in leases and logs; made from the machine and the process if empty.
    pub node: String,
    /// The most connections at a time, on each listener.
    #[serde(deserialize_with = "within::<1, 1_000_000, _, _>")]
    pub connections_max: usize,
    /// How long a client may take to send the head of a request, or to begin the next one.
    #[serde(deserialize_with = "within::<1, HOUR_S, _, _>")]
    pub header_timeout_s: u32,
    /// How long a client may send nothing in the middle of a body.
    #[serde(deserialize_with = "within::<1, HOUR_S, _, _>")]
    pub body_idle_timeout_s: u32,
    /// How long a client may read nothing of a response.
    #[serde(deserialize_with = "within::<1, HOUR_S, _, _>")]
    pub response_idle_timeout_s: u32,
    /// How long a request may take in total; imports have only the idle limit.
    #[serde(deserialize_with = "within::<1, HOUR_S, _, _>")]
    pub request_timeout_s: u32,
    /// How long a graceful stop waits for accepted requests.
    #[serde(deserialize_with = "within::<1, HOUR_S, _, _>")]
    pub shutdown_timeout_s: u32,
    /// Whether `mamori serve` may run as root.
    pub allow_root: bool,
    /// Whether a crash leaves a core dump, and debuggers of the same user may read the memory.
    pub allow_debugging: bool,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            admin_listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8081)),
            trusted_proxies: Vec::new(),
            node: String::new(),
            connections_max: 1_024,
            header_timeout_s: 10,
            body_idle_timeout_s: 10,
            response_idle_timeout_s: 30,
            request_timeout_s: 30,
            shutdown_timeout_s: 30,
            allow_root: false,
            allow_debugging: false,
        }
    }
}

/// `[database]`: the database.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`.
    #[serde(deserialize_with = "sensitive")]
    pub url: Sensitive<String>,
    /// A file that contains the URL, such as a mounted secret; overrides `url`.
    pub url_file: Option<PathBuf>,
    /// The most open connections.
    #[serde(deserialize_with = "within::<1, 1_000, _, _>")]
    pub connections_max: u32,
    /// How long a request waits for a connection before it is answered with 503.
    #[serde(deserialize_with = "within::<1, 300, _, _>")]
    pub acquire_timeout_s: u32,
    /// Whether a pooler such as PgBouncer, in its mode `transaction`, is before PostgreSQL.
    pub transaction_pooling: bool,
    /// A file for the snapshot of this node's index, so that its next start need not read every
    /// entry. Each node needs its own.
    pub snapshot: Option<PathBuf>,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: Sensitive::new("sqlite:mamori.sqlite".to_owned()),
            url_file: None,
            connections_max: 16,
            acquire_timeout_s: 5,
            transaction_pooling: false,
            snapshot: None,
        }
    }
}

/// `[media]`: the processes that decode pictures.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Media {
    /// Number of pictures that are decoded at once, each in its own process; 0 means one for each
    /// processor. Two more are decoded at once, if one is a reviewer's view and one the first of a
    /// service while other services occupy all processes.
    #[serde(deserialize_with = "within::<0, 1_024, _, _>")]
    pub workers: usize,
    /// Pictures that may wait for a process; further ones are answered with 503.
    #[serde(deserialize_with = "within::<1, 100_000, _, _>")]
    pub waiting_max: usize,
    /// The part of these places that one service, or all administrators together, may use; at most
    /// half of them.
    #[serde(deserialize_with = "within::<1, 100_000, _, _>")]
    pub service_waiting_max: usize,
    /// Processes that wait for the next picture of the service whose pictures they decoded. A
    /// process decodes pictures of one service only; where more services send pictures than this,
    /// a new process, which takes some milliseconds, is started for some of them.
    #[serde(deserialize_with = "within::<0, 1_024, _, _>")]
    pub idle_processes_max: usize,
    /// The protections of the processes without which a node does not start.
    pub protections_required: BTreeSet<Protection>,
    /// `[media.limits]`: what one picture may cost.
    pub limits: mamori_media::Limits,
}

impl Default for Media {
    fn default() -> Self {
        Self {
            workers: 0,
            waiting_max: 256,
            service_waiting_max: 128,
            idle_processes_max: 16,
            protections_required: Protection::ESSENTIAL.iter().copied().collect(),
            limits: mamori_media::Limits::default(),
        }
    }
}

/// `[limits]`: limits on requests.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The largest item, in bytes. A camera's largest JPEG is about 30 MB.
    #[serde(deserialize_with = "within::<1_024, { 1_024 * MIB }, _, _>")]
    pub item_bytes_max: u64,
    /// The most bytes of items in memory at once, from all senders.
    #[serde(deserialize_with = "within::<MIB, { 1_048_576 * MIB }, _, _>")]
    pub in_flight_bytes_max: u64,
    /// The part of these bytes that one service, or all administrators together, may use.
    #[serde(deserialize_with = "within::<MIB, { 1_048_576 * MIB }, _, _>")]
    pub in_flight_service_bytes_max: u64,
    /// How long an item waits for memory before it is answered with 503.
    #[serde(deserialize_with = "within::<0, 60, _, _>")]
    pub in_flight_wait_s: u32,
    /// The largest JSON body, in bytes.
    #[serde(deserialize_with = "within::<1_024, { 64 * MIB }, _, _>")]
    pub json_bytes_max: u64,
    /// The largest import, in bytes: ten million lines of about 400 bytes.
    #[serde(deserialize_with = "within::<1_024, { 1_048_576 * MIB }, _, _>")]
    pub import_bytes_max: u64,
    /// The longest line of an import, in bytes.
    #[serde(deserialize_with = "within::<128, MIB, _, _>")]
    pub import_line_bytes_max: usize,
    /// Number of lines of an import that are committed together.
    #[serde(deserialize_with = "within::<1, 100_000, _, _>")]
    pub import_batch_lines: usize,
    /// How long an import may make no progress before it counts as interrupted.
    #[serde(deserialize_with = "within::<120, 86_400, _, _>")]
    pub import_stalled_s_max: u32,
    /// The most entries of one bank that an answer lists, the nearest first.
    #[serde(deserialize_with = "within::<1, 1_000, _, _>")]
    pub hits_per_bank_max: usize,
    /// The most entries of all banks that an answer or a webhook lists.
    #[serde(deserialize_with = "within::<1, 10_000, _, _>")]
    pub hits_max: usize,
    /// The most different PDQ hashes that one key may check alone within an hour and that come near
    /// an entry.
    #[serde(deserialize_with = "within::<1, 100_000, _, _>")]
    pub near_hits_hour_max: usize,
    /// The same within 24 hours.
    #[serde(deserialize_with = "within::<1, 100_000, _, _>")]
    pub near_hits_day_max: usize,
    /// How many requests per second one API key may make at a node, and at once as many as in ten
    /// seconds; further ones are answered with 429. 0 means any number.
    #[serde(deserialize_with = "within::<0, 1_000_000, _, _>")]
    pub key_requests_per_s_max: u32,
    /// The most requests with a refused API key from one address at one node: so many at once, and as
    /// many again spread over each minute. Further ones are answered with 429.
    #[serde(deserialize_with = "within::<1, 100_000, _, _>")]
    pub refused_keys_minute_max: u32,
    /// The most sets of hashes of one item that are kept: one for each version that was sent.
    #[serde(deserialize_with = "within::<2, 10_000, _, _>")]
    pub hash_sets_max: u32,
    /// How long a node that cannot follow the change log continues to answer checks.
    #[serde(deserialize_with = "within::<1, 86_400, _, _>")]
    pub stale_s_max: u32,
    /// By how much the clock may be ahead of the last sweep, or jump, before it is doubted.
    #[serde(deserialize_with = "within::<1, 8_784, _, _>")]
    pub clock_jump_hours_max: u32,
    /// How long a node runs with a clock that was ahead at its start until the clock is believed.
    #[serde(deserialize_with = "within::<1, 10_080, _, _>")]
    pub clock_settle_min: u32,
}

impl Default for Limits {
    fn default() -> Self {
        let desk = mamori_desk::Settings::default();
        Self {
            item_bytes_max: 50 << 20,
            in_flight_bytes_max: 512 << 20,
            in_flight_service_bytes_max: 256 << 20,
            in_flight_wait_s: 1,
            json_bytes_max: 1 << 20,
            import_bytes_max: 4 << 30,
            import_line_bytes_max: desk.import_line_bytes_max,
            import_batch_lines: desk.import_batch_lines,
            import_stalled_s_max: seconds(desk.import_stalled_max),
            hits_per_bank_max: desk.hits_per_bank_max,
            hits_max: desk.hits_max,
            near_hits_hour_max: desk.near_hits.hour_max,
            near_hits_day_max: desk.near_hits.day_max,
            key_requests_per_s_max: desk.key_requests_per_s_max,
            refused_keys_minute_max: desk.refused_keys_minute_max,
            hash_sets_max: desk.hash_sets_max,
            stale_s_max: seconds(desk.stale_max),
            clock_jump_hours_max: hours(desk.clock.jump_max),
            clock_settle_min: seconds(desk.clock.settle) / 60,
        }
    }
}

/// `[checks]`: the answers to checks.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Checks {
    /// The answer for an item of which frames were left out, unless hits decide about the whole.
    pub partly_looked: PartlyLooked,
    /// How exactly services learn the distances of hits.
    pub distances: Distances,
}

/// `[webhooks]`: webhook delivery.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Webhooks {
    /// How long a receiver may take to answer.
    #[serde(deserialize_with = "within::<1, 50, _, _>")]
    pub timeout_s: u32,
    /// The most deliveries that this node sends at once.
    #[serde(deserialize_with = "within::<1, 1_024, _, _>")]
    pub concurrency: u32,
    /// The most deliveries that all nodes send to one endpoint at once.
    #[serde(deserialize_with = "within::<1, 1_024, _, _>")]
    pub endpoint_concurrency: u32,
    /// The most deliveries that all nodes send to the endpoints of one service at once.
    #[serde(deserialize_with = "within::<1, 1_024, _, _>")]
    pub service_concurrency: u32,
    /// Private networks that deliveries may be sent to.
    pub private_networks: Vec<IpNet>,
    /// Whether deliveries may be sent to this machine's loopback address.
    pub loopback: bool,
    /// The most endpoints of a service.
    #[serde(deserialize_with = "within::<1, 1_000, _, _>")]
    pub endpoints_max: usize,
    /// The most messages, enablings and new secrets that a service may request within a minute.
    #[serde(deserialize_with = "within::<1, 10_000, _, _>")]
    pub resends_minute_max: usize,
    /// How many hours a replaced signing secret stays valid.
    #[serde(deserialize_with = "within::<0, 720, _, _>")]
    pub secret_overlap_hours: u32,
}

impl Default for Webhooks {
    fn default() -> Self {
        let usual = WebhookSettings::default();
        Self {
            timeout_s: seconds(usual.timeout),
            concurrency: usual.concurrency,
            endpoint_concurrency: usual.endpoint_concurrency,
            service_concurrency: usual.service_concurrency,
            private_networks: usual.permitted.networks,
            loopback: usual.permitted.loopback,
            endpoints_max: usual.endpoints_max,
            resends_minute_max: usual.resends_minute_max,
            secret_overlap_hours: hours(usual.secret_overlap),
        }
    }
}

/// `[hma]`: the routes of Hasher-Matcher-Actioner.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hma {
    /// Whether the routes are served at all.
    pub enabled: bool,
    /// A separate address for them; without one they are served beside the API.
    pub listen: Option<SocketAddr>,
    /// Whether they require a key of Mamori. HMA's own clients have none.
    pub key_required: bool,
    /// The surface of all items that are looked up, because HMA's clients do not send it.
    pub surface: Surface,
    /// The country whose law applies to all items that are looked up; absent if it varies.
    pub country: Option<Country>,
    /// Purpose of banks that are created through these routes; required if `enabled`.
    pub purpose: Option<Purpose>,
    /// Legal basis of such banks; required if `enabled`.
    pub legal_basis: Option<Line>,
    /// Source of their hashes; required if `enabled`.
    pub source: Option<Line>,
    /// The person or team that is responsible for them; required if `enabled`.
    pub owner: Option<Line>,
    /// The surfaces to which they apply; private messages are refused, because they need a law.
    pub surfaces: BTreeSet<Surface>,
    /// The countries to which they apply.
    pub jurisdictions: Jurisdictions,
}

impl Default for Hma {
    fn default() -> Self {
        Self {
            enabled: false,
            listen: None,
            key_required: true,
            surface: Surface::Public,
            country: None,
            purpose: None,
            legal_basis: None,
            source: None,
            owner: None,
            surfaces: BTreeSet::from([Surface::Public, Surface::Shared]),
            jurisdictions: Jurisdictions::Everywhere,
        }
    }
}

/// `[log]`: level and format of logs.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// A level, or a filter by module in the syntax of `tracing-subscriber`.
    pub level: String,
    /// The format of a line.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Json }
    }
}

/// The format of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object on each line.
    Json,
    /// For people; coloured on a terminal.
    Text,
}
