//! Derives the settings of each crate from the configuration.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use mamori_desk::node::clock_guard::ClockLimits;
use mamori_desk::settings::{
    ApprovalSettings, CaseSettings, NearHitLimits, PaceLimits, SignInSettings, VaultLimits,
    WebhookSettings,
};
use mamori_desk::webhooks::destination::Permitted;
use mamori_model::sign_in::{AttemptLimits, SessionLimits};
use mamori_model::{Distance, Reach, exposure};
use mamori_vault::Vault;

use super::{Config, Error};

impl Config {
    /// Returns the settings of the store.
    pub fn store(&self) -> mamori_store::Settings {
        mamori_store::Settings {
            url: self.database.url.reveal().clone(),
            connections_max: self.database.connections_max,
            acquire_timeout: seconds(self.database.acquire_timeout_s),
            is_pooled: self.database.transaction_pooling,
        }
    }

    /// Returns the settings of the desk. Opens the vault, if it has keys.
    pub fn desk(&self) -> Result<mamori_desk::Settings, Error> {
        let (limits, webhooks) = (&self.limits, &self.webhooks);
        Ok(mamori_desk::Settings {
            snapshot: self.database.snapshot.clone(),
            node: self.node(),
            hits_per_bank_max: limits.hits_per_bank_max,
            hits_max: limits.hits_max,
            hash_sets_max: limits.hash_sets_max,
            stale_max: seconds(limits.stale_s_max),
            clock: ClockLimits {
                jump_max: SignedDuration::from_hours(limits.clock_jump_hours_max.into()),
                settle: Duration::from_mins(limits.clock_settle_min.into()),
            },
            partly_looked: self.checks.partly_looked,
            distances: self.checks.distances,
            key_requests_per_s_max: limits.key_requests_per_s_max,
            refused_keys_minute_max: limits.refused_keys_minute_max,
            near_hits: NearHitLimits {
                hour_max: limits.near_hits_hour_max,
                day_max: limits.near_hits_day_max,
            },
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
                resends_minute_max: webhooks.resends_minute_max,
                secret_overlap: SignedDuration::from_hours(webhooks.secret_overlap_hours.into()),
            },
            notify: self.notify.settings(),
            retention: self.retention.clone(),
            vault: self.open_vault()?,
            vault_limits: VaultLimits {
                item_bytes_max: self.limits.item_bytes_max,
                bytes_max: self.vault.bytes_max,
                service_bytes_max: self.vault.service_bytes_max,
                account_bytes_max: self.vault.account_bytes_max,
                disk_free_min: self.vault.disk_free_min,
            },
            is_single_person: self.staff.single_person,
            sign_in: self.sign_in(),
            cases: self.case_settings(),
            blur_min: self.exposure.blur_min,
            exposure: self.exposure_limits(),
            approvals: self.approval_settings(),
            ..mamori_desk::Settings::default()
        })
    }

    fn approval_settings(&self) -> ApprovalSettings {
        let approvals = &self.approvals;
        ApprovalSettings {
            alone_after: SignedDuration::from_hours(approvals.alone_after_hours.into()),
            distance_max: Distance(approvals.distance_max),
            withdrawals_per_day_max: approvals.withdrawals_per_day_max,
            waiting_max: approvals.waiting_max,
        }
    }

    fn open_vault(&self) -> Result<Option<Arc<Vault>>, Error> {
        let Some(keys) = self.vault.keys.clone() else { return Ok(None) };
        let folder = self.vault.folder.clone();
        let vault = Vault::open(folder, keys).map_err(|refused| {
            Error::Conflict(format!("`vault.folder` is {}: {refused}", self.vault.folder.display()))
        })?;
        Ok(Some(Arc::new(vault)))
    }

    fn sign_in(&self) -> SignInSettings {
        let (console, staff) = (&self.console, &self.staff);
        let usual = SignInSettings::default();
        SignInSettings {
            origin: console.enabled.then(|| console.origin.clone()),
            oidc: self.oidc.settings(),
            session: SessionLimits { idle: minutes(console.session_idle_min), ..usual.session },
            session_max: SignedDuration::from_hours(console.session_hours_max.into()),
            new_sign_in_method_notice: SignedDuration::from_hours(
                24 * i64::from(staff.new_sign_in_method_days),
            ),
            sign_in_link_max: minutes(staff.sign_in_link_min),
            attempts: AttemptLimits {
                of_name: staff.sign_in_failures_max,
                of_name_in: minutes(staff.sign_in_wait_min),
                of_all: staff.sign_in_failures_all_max,
                ..usual.attempts
            },
            ..usual
        }
    }

    fn case_settings(&self) -> CaseSettings {
        let cases = &self.cases;
        CaseSettings {
            lease: minutes(cases.lease_min),
            items_max: cases.items_max,
            undo_window: SignedDuration::from_hours(cases.undo_hours.into()),
            remind_max: SignedDuration::from_hours(24 * i64::from(cases.remind_days_max)),
            bulk_cases_max: cases.bulk_cases_max,
            bulk_actions_max: cases.bulk_actions_max,
            feature_limit_days_alone: cases.feature_limit_days_alone,
            bulk_wait: minutes(cases.bulk_wait_min),
            saved_reasons_max: cases.saved_reasons_max,
            pace: PaceLimits {
                claims_hour_max: cases.claims_hour_max,
                left_hour_max: cases.left_hour_max,
                left_day_max: cases.left_day_max,
            },
        }
    }

    fn exposure_limits(&self) -> exposure::Limits {
        let exposure = &self.exposure;
        exposure::Limits {
            views: exposure.views_max,
            minutes: exposure.minutes_max,
            points: exposure.points_max,
            stretch: minutes(exposure.stretch_min),
            break_length: minutes(exposure.break_min),
        }
    }

    /// Returns the settings of the console.
    pub fn console(&self) -> mamori_console::Settings {
        mamori_console::Settings {
            origin: self.console.origin.origin().ascii_serialization(),
            form_bytes_max: self.console.form_bytes_max,
            danger_note: self.cases.danger_note.clone(),
            care_note: self.staff.care_note.clone(),
        }
    }

    /// Returns the settings of the API.
    pub fn web(&self) -> mamori_web::Settings {
        mamori_web::Settings {
            item_bytes_max: self.limits.item_bytes_max,
            json_bytes_max: self.limits.json_bytes_max,
            import_bytes_max: self.limits.import_bytes_max,
            body_idle_timeout: seconds(self.server.body_idle_timeout_s),
            request_timeout: seconds(self.server.request_timeout_s),
        }
    }

    /// Returns the memory budget for items, which the API and HMA share.
    pub fn budget(&self) -> mamori_web::budget::Limits {
        mamori_web::budget::Limits {
            bytes_max: self.limits.in_flight_bytes_max,
            service_bytes_max: self.limits.in_flight_service_bytes_max,
            wait_max: seconds(self.limits.in_flight_wait_s),
        }
    }

    /// Returns the settings of the HMA routes; an error names a required key that is missing.
    pub fn hma(&self) -> Result<mamori_web::hma::Settings, Error> {
        let hma = &self.hma;
        let reach = Reach::new(hma.surfaces.clone(), hma.jurisdictions.clone(), None);
        Ok(mamori_web::hma::Settings {
            key_required: hma.key_required,
            item_bytes_max: self.limits.item_bytes_max,
            purpose: required("purpose", hma.purpose)?,
            source: required("source", hma.source.clone())?,
            legal_basis: required("legal_basis", hma.legal_basis.clone())?,
            owner: required("owner", hma.owner.clone())?,
            reach: reach
                .map_err(|refused| Error::Conflict(format!("`hma.surfaces`: {refused}")))?,
            surface: hma.surface,
            country: hma.country,
        })
    }

    /// Returns this node's name. Two nodes on one database must have different names, so it is made
    /// from the machine and the process if the operator sets none.
    pub fn node(&self) -> String {
        if !self.server.node.is_empty() {
            return self.server.node.clone();
        }
        // The unit file hides the first one (`ProcSubset=pid`).
        let read = |path| fs::read_to_string(path).ok();
        let machine = read("/proc/sys/kernel/hostname").or_else(|| read("/etc/hostname"));
        let machine = machine.unwrap_or_default();
        let machine = Some(machine.trim()).filter(|name| !name.is_empty()).unwrap_or("mamori");
        format!("{machine}-{}", std::process::id())
    }
}

fn minutes(count: u32) -> SignedDuration {
    SignedDuration::from_mins(count.into())
}

/// Returns `count` seconds.
pub fn seconds(count: u32) -> Duration {
    Duration::from_secs(count.into())
}

fn required<T>(key: &'static str, given: Option<T>) -> Result<T, Error> {
    given.ok_or_else(|| {
        Error::Conflict(format!(
            "`hma.enabled` is true without `hma.{key}`: a bank that is made through these \
             look-ups needs one"
        ))
    })
}
