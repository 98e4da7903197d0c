//! The sections about staff and their work: console, staff, vault, cases, approvals and exposure.

use std::path::PathBuf;

use mamori_console::language_pack::LanguagePack;
use mamori_desk::settings::{ApprovalSettings, CaseSettings, SignInSettings, VaultLimits};
use mamori_model::staff::BlurStrength;
use mamori_vault::Keyring;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use url::{Host, Url};

use super::checked::{days, hours, minutes, within};

const MIB: u64 = 1 << 20;

/// `[console]`: the pages for staff.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Console {
    /// Whether the console is served.
    pub enabled: bool,
    /// The address at which browsers reach the console.
    #[serde(deserialize_with = "origin")]
    pub origin: Url,
    /// The largest form, in bytes.
    #[serde(deserialize_with = "within::<8_192, 1_048_576, _, _>")]
    pub form_bytes_max: usize,
    /// How long a session may be idle, in minutes.
    #[serde(deserialize_with = "within::<5, 240, _, _>")]
    pub session_idle_min: u32,
    /// The longest duration of a session, in hours.
    #[serde(deserialize_with = "within::<1, 24, _, _>")]
    pub session_hours_max: u32,
    /// The folder of the languages that the operator adds: one folder for each.
    pub languages_dir: Option<PathBuf>,
    /// These languages, from that folder.
    #[serde(skip)]
    pub languages: Vec<LanguagePack>,
}

impl Default for Console {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "a test reads the default")]
        let origin = Url::parse("http://localhost:8080").expect("an address");
        let usual = SignInSettings::default();
        Self {
            enabled: true,
            origin,
            form_bytes_max: 64 << 10,
            session_idle_min: minutes(usual.session.idle),
            session_hours_max: hours(usual.session_max),
            languages_dir: None,
            languages: Vec::new(),
        }
    }
}

/// `[staff]`: sign-in and working rules of staff.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Staff {
    /// Single-person operation: one person has every role, and approves a day later.
    pub single_person: bool,
    /// The most failed sign-ins for one name within `sign_in_wait_min`.
    #[serde(deserialize_with = "within::<1, 100, _, _>")]
    pub sign_in_failures_max: u32,
    /// How long a failed sign-in counts, in minutes.
    #[serde(deserialize_with = "within::<1, 1_440, _, _>")]
    pub sign_in_wait_min: u32,
    /// The most failed sign-ins for all names within one minute.
    #[serde(deserialize_with = "within::<1, 100_000, _, _>")]
    pub sign_in_failures_all_max: u32,
    /// How long the pages of a staff member show that a sign-in method was added, in days.
    #[serde(deserialize_with = "within::<1, 30, _, _>")]
    pub new_sign_in_method_days: u32,
    /// A note for reviewers about whom they can talk to.
    pub care_note: Option<String>,
    /// How long a link of `mamori staff sign-in-link` is valid, in minutes.
    #[serde(deserialize_with = "within::<1, 60, _, _>")]
    pub sign_in_link_min: u32,
}

impl Default for Staff {
    fn default() -> Self {
        let usual = SignInSettings::default();
        Self {
            single_person: false,
            sign_in_failures_max: usual.attempts.of_name,
            sign_in_wait_min: minutes(usual.attempts.of_name_in),
            sign_in_failures_all_max: usual.attempts.of_all,
            new_sign_in_method_days: days(usual.new_sign_in_method_notice),
            care_note: None,
            sign_in_link_min: minutes(usual.sign_in_link_max),
        }
    }
}

/// `[vault]`: storage of items that a policy keeps.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Vault {
    /// The folder of the sealed objects.
    pub folder: PathBuf,
    /// A file with the vault's keys; without keys nothing is stored.
    pub key_file: Option<PathBuf>,
    /// The most bytes of all items in the vault. Beyond this and the next three keys the bytes of
    /// an item are not stored; it is held or blocked nevertheless.
    #[serde(deserialize_with = "within::<MIB, { 1 << 50 }, _, _>")]
    pub bytes_max: u64,
    /// The part of these bytes that the items of one service may take.
    #[serde(deserialize_with = "within::<MIB, { 1 << 50 }, _, _>")]
    pub service_bytes_max: u64,
    /// The most bytes of the items of one account.
    #[serde(deserialize_with = "within::<MIB, { 1 << 50 }, _, _>")]
    pub account_bytes_max: u64,
    /// How many bytes of the file system of `folder` stay free.
    #[serde(deserialize_with = "within::<0, { 1 << 50 }, _, _>")]
    pub disk_free_min: u64,
    /// The keys, from the environment or from that file.
    #[serde(skip)]
    pub keys: Option<Keyring>,
}

impl Default for Vault {
    fn default() -> Self {
        let limits = VaultLimits::default();
        Self {
            folder: "evidence".into(),
            key_file: None,
            bytes_max: limits.bytes_max,
            service_bytes_max: limits.service_bytes_max,
            account_bytes_max: limits.account_bytes_max,
            disk_free_min: limits.disk_free_min,
            keys: None,
        }
    }
}

/// `[cases]`: work on cases.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cases {
    /// How long a claim lasts without an update from the reviewer's page, in minutes.
    #[serde(deserialize_with = "within::<2, 120, _, _>")]
    pub lease_min: u32,
    /// The most items of a case.
    #[serde(deserialize_with = "within::<1, 5_000, _, _>")]
    pub items_max: u32,
    /// How long the author of a decision may undo it without a lead, in hours.
    #[serde(deserialize_with = "within::<0, 744, _, _>")]
    pub undo_hours: u32,
    /// How long a service that does not answer gets reminders, in days.
    #[serde(deserialize_with = "within::<1, 90, _, _>")]
    pub remind_days_max: u32,
    /// The longest that one person alone may take a feature away from an account, in days.
    #[serde(deserialize_with = "within::<0, 366, _, _>")]
    pub feature_limit_days_alone: u32,
    /// The most cases of a bulk decision.
    #[serde(deserialize_with = "within::<2, 2_000, _, _>")]
    pub bulk_cases_max: u32,
    /// The most actions of a bulk decision.
    #[serde(deserialize_with = "within::<2, 10_000, _, _>")]
    pub bulk_actions_max: u32,
    /// How long a bulk decision waits for its confirmation, in minutes.
    #[serde(deserialize_with = "within::<5, 1_440, _, _>")]
    pub bulk_wait_min: u32,
    /// The most cases that one staff member may claim within an hour.
    #[serde(deserialize_with = "within::<1, 100_000, _, _>")]
    pub claims_hour_max: u32,
    /// The most claimed cases that one staff member may leave without a decision within an hour.
    #[serde(deserialize_with = "within::<1, 100_000, _, _>")]
    pub left_hour_max: u32,
    /// The same within 24 hours.
    #[serde(deserialize_with = "within::<1, 100_000, _, _>")]
    pub left_day_max: u32,
    /// The most saved reasons of one policy in one language.
    #[serde(deserialize_with = "within::<0, 200, _, _>")]
    pub saved_reasons_max: u32,
    /// A note about whom to call if a child is in danger now. Mamori itself makes no calls.
    pub danger_note: Option<String>,
}

impl Default for Cases {
    fn default() -> Self {
        let usual = CaseSettings::default();
        Self {
            lease_min: minutes(usual.lease),
            items_max: usual.items_max,
            undo_hours: hours(usual.undo_window),
            remind_days_max: days(usual.remind_max),
            feature_limit_days_alone: usual.feature_limit_days_alone,
            bulk_cases_max: usual.bulk_cases_max,
            bulk_actions_max: usual.bulk_actions_max,
            bulk_wait_min: minutes(usual.bulk_wait),
            claims_hour_max: usual.pace.claims_hour_max,
            left_hour_max: usual.pace.left_hour_max,
            left_day_max: usual.pace.left_day_max,
            saved_reasons_max: usual.saved_reasons_max,
            danger_note: None,
        }
    }
}

/// `[approvals]`: changes that need a second actor.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Approvals {
    /// How long after a request the requester may have the change take effect alone, in hours.
    #[serde(deserialize_with = "within::<24, 720, _, _>")]
    pub alone_after_hours: u32,
    /// The largest distance limit of a bank that needs no second actor, in bits.
    #[serde(deserialize_with = "within::<0, 64, _, _>")]
    pub distance_max: u32,
    /// The most entries that may be withdrawn from a bank within 24 hours without a second actor.
    #[serde(deserialize_with = "within::<0, 1_000_000, _, _>")]
    pub withdrawals_per_day_max: u32,
    /// The most requests of one actor that wait at the same time.
    #[serde(deserialize_with = "within::<1, 1_000, _, _>")]
    pub waiting_max: u32,
}

impl Default for Approvals {
    fn default() -> Self {
        let usual = ApprovalSettings::default();
        Self {
            alone_after_hours: hours(usual.alone_after),
            distance_max: usual.distance_max.0,
            withdrawals_per_day_max: usual.withdrawals_per_day_max,
            waiting_max: usual.waiting_max,
        }
    }
}

/// `[exposure]`: the exposure limit of reviewers within 24 hours.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Exposure {
    /// The most clear views.
    #[serde(deserialize_with = "within::<0, 10_000, _, _>")]
    pub views_max: u32,
    /// The most minutes of clear views.
    #[serde(deserialize_with = "within::<0, 1_440, _, _>")]
    pub minutes_max: u32,
    /// The most points.
    #[serde(deserialize_with = "within::<0, 100_000, _, _>")]
    pub points_max: u32,
    /// The longest stretch of viewing, in minutes.
    #[serde(deserialize_with = "within::<5, 240, _, _>")]
    pub stretch_min: u32,
    /// The length of the break after such a stretch, in minutes.
    #[serde(deserialize_with = "within::<1, 240, _, _>")]
    pub break_min: u32,
    /// The least strength of blurred pictures.
    pub blur_min: BlurStrength,
}

impl Default for Exposure {
    fn default() -> Self {
        let settings = mamori_desk::Settings::default();
        let usual = settings.exposure;
        Self {
            views_max: usual.views,
            minutes_max: usual.minutes,
            points_max: usual.points,
            stretch_min: minutes(usual.stretch),
            break_min: minutes(usual.break_length),
            blur_min: settings.blur_min,
        }
    }
}

/// Reads the address of the console: https, or `localhost`. Browsers keep the session cookie only
/// there, and create passkeys only for names.
fn origin<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    let text = String::deserialize(deserializer)?;
    let expected = || {
        D::Error::custom(
            "expected `https://NAME` or `http://localhost:PORT`: a name and no number, no path",
        )
    };
    let url = Url::parse(&text).map_err(|_| expected())?;
    let is_bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let is_named = match (url.scheme(), url.host()) {
        ("https", Some(Host::Domain(_))) => true,
        ("http", Some(Host::Domain(name))) => name == "localhost",
        _ => false,
    };
    if is_bare && is_named { Ok(url) } else { Err(expected()) }
}
