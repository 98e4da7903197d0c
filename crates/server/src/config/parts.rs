//! What each part of Mamori is told of the configuration.

use std::fs;
use std::time::Duration;

use mamori_desk::destination::Permitted;
use mamori_desk::settings::WebhookSettings;

use mamori_model::Reach;

use super::{Config, Error};

impl Config {
    /// What the store must know.
    pub fn store(&self) -> mamori_store::Settings {
        mamori_store::Settings {
            url: self.database.url.reveal().clone(),
            connections_max: self.database.connections_max,
            acquire_timeout: seconds(self.database.acquire_timeout_s),
        }
    }

    /// What the desk must know.
    pub fn desk(&self) -> mamori_desk::Settings {
        let (limits, webhooks, retention) = (&self.limits, &self.webhooks, &self.retention);
        mamori_desk::Settings {
            snapshot: self.database.snapshot.clone(),
            node: self.node(),
            hits_per_bank_max: limits.hits_per_bank_max,
            stale_max: seconds(limits.stale_s_max),
            import_line_bytes_max: limits.import_line_bytes_max,
            import_batch_lines: limits.import_batch_lines,
            import_stalled_max: seconds(limits.import_stalled_s_max),
            webhooks: WebhookSettings {
                timeout: seconds(webhooks.timeout_s),
                concurrency: webhooks.concurrency,
                endpoint_concurrency: webhooks.endpoint_concurrency,
                service_concurrency: webhooks.service_concurrency,
                permitted: Permitted {
                    networks: webhooks.private_networks.clone(),
                    loopback: webhooks.loopback,
                },
                endpoints_max: webhooks.endpoints_max,
            },
            retention: mamori_desk::settings::Retention {
                matches_days: retention.matches_days,
                deliveries_days: retention.deliveries_days,
                ended_entries_days: retention.ended_entries_days,
                imports_days: retention.imports_days,
                cases_days: retention.cases_days,
            },
            ..mamori_desk::Settings::default()
        }
    }

    /// What the API must know.
    pub fn web(&self) -> mamori_web::Settings {
        mamori_web::Settings {
            item_bytes_max: self.limits.item_bytes_max,
            json_bytes_max: self.limits.json_bytes_max,
            import_bytes_max: self.limits.import_bytes_max,
            body_idle_timeout: seconds(self.server.body_idle_timeout_s),
            request_timeout: seconds(self.server.request_timeout_s),
            node: self.node(),
        }
    }

    /// How many bytes of items may be in memory at once, of the API and of HMA together.
    pub fn budget(&self) -> mamori_web::budget::Limits {
        mamori_web::budget::Limits {
            bytes_max: self.limits.in_flight_bytes_max,
            service_bytes_max: self.limits.in_flight_service_bytes_max,
            wait_max: seconds(self.limits.in_flight_wait_s),
        }
    }

    /// What the look-ups of HMA must know; a key that they need and that is not there is named.
    pub fn hma(&self) -> Result<mamori_web::hma::Settings, Error> {
        let hma = &self.hma;
        let reach = Reach::new(hma.surfaces.clone(), hma.jurisdictions.clone(), None);
        Ok(mamori_web::hma::Settings {
            key_required: hma.key_required,
            item_bytes_max: self.limits.item_bytes_max,
            purpose: needed("purpose", hma.purpose)?,
            source: needed("source", hma.source.clone())?,
            legal_basis: needed("legal_basis", hma.legal_basis.clone())?,
            owner: needed("owner", hma.owner.clone())?,
            reach: reach.map_err(|refused| Error::Clash(format!("`hma.surfaces`: {refused}")))?,
            surface: hma.surface,
            country: hma.country,
        })
    }

    /// This node's name: two nodes on one database must not share it, so it is made from the
    /// machine and the process where the operator names none.
    pub fn node(&self) -> String {
        if !self.server.node.is_empty() {
            return self.server.node.clone();
        }
        let machine = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let machine = Some(machine.trim()).filter(|name| !name.is_empty()).unwrap_or("mamori");
        format!("{machine}-{}", std::process::id())
    }
}

/// `count` seconds.
pub fn seconds(count: u32) -> Duration {
    Duration::from_secs(count.into())
}

fn needed<T>(key: &'static str, given: Option<T>) -> Result<T, Error> {
    given.ok_or_else(|| {
        Error::Clash(format!(
            "`hma.enabled` is true without `hma.{key}`: a bank that is made through these \
             look-ups needs one"
        ))
    })
}
