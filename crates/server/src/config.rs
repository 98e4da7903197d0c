//! The configuration: one TOML file, typed, read once. A key that nobody knows is refused.
//!
//! Only secrets may also come from a file of their own or from the environment. Nothing else in
//! Mamori reads either.

mod checked;
pub mod parts;
mod people;
mod sections;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mamori_model::Sensitive;
use serde::Deserialize;

use crate::serve::log;

pub use people::{Cases, Console, Exposure, Staff, Vault};
pub use sections::{
    Checks, Database, Hma, Limits, Log, LogFormat, Media, Retention, Server, Webhooks,
};

/// The file that is read when none is named and it is there.
pub const FILE_DEFAULT: &str = "mamori.toml";

/// The variable of the environment that names the database, password and all.
pub const DATABASE_URL_VARIABLE: &str = "MAMORI_DATABASE_URL";

/// The variable of the environment that holds the vault's keys.
pub const VAULT_KEY_VARIABLE: &str = "MAMORI_VAULT_KEY";

/// Every key; `mamori.sample.toml` explains each.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `[server]`: where it listens, and how long it waits.
    pub server: Server,
    /// `[database]`: where the records are.
    pub database: Database,
    /// `[media]`: the processes that decode pictures.
    pub media: Media,
    /// `[limits]`: how large a request may be.
    pub limits: Limits,
    /// `[checks]`: what is answered.
    pub checks: Checks,
    /// `[webhooks]`: how services are told.
    pub webhooks: Webhooks,
    /// `[retention]`: how long things are kept.
    pub retention: Retention,
    /// `[console]`: the pages for staff.
    pub console: Console,
    /// `[staff]`: how people work here.
    pub staff: Staff,
    /// `[vault]`: where items lie that a policy keeps.
    pub vault: Vault,
    /// `[cases]`: how cases are worked on.
    pub cases: Cases,
    /// `[exposure]`: how much a reviewer may see.
    pub exposure: Exposure,
    /// `[hma]`: the look-ups of Hasher-Matcher-Actioner.
    pub hma: Hma,
    /// `[log]`: what is logged, and how.
    pub log: Log,
}

/// A configuration that cannot be used. The operator must mend it; the text says where.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("the configuration {path:?} cannot be read")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// Not TOML, an unknown key, or a value that its key does not take. Names line and key.
    #[error("{path:?} is not a configuration: {message}")]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// The line, the key, and what was expected.
        message: String,
    },
    /// Keys that do not go together.
    #[error("{0}")]
    Clash(String),
}

/// Where a configuration came from, in words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// No file was named and [`FILE_DEFAULT`] is not there.
    Defaults,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Defaults => write!(f, "the defaults (there is no {FILE_DEFAULT} here)"),
        }
    }
}

impl Config {
    /// Reads `named`, or [`FILE_DEFAULT`] if it is there, or takes the defaults; then the secrets
    /// from their files and from the environment.
    pub fn load(named: Option<&Path>) -> Result<(Self, Source), Error> {
        let source = match named {
            Some(path) => Source::File(path.to_owned()),
            None if Path::new(FILE_DEFAULT).exists() => Source::File(FILE_DEFAULT.into()),
            None => Source::Defaults,
        };
        let mut config = match &source {
            Source::File(path) => Self::parse(path, &read(path)?)?,
            Source::Defaults => Self::default(),
        };
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads it")]
        let [database_url, vault_keys] =
            [DATABASE_URL_VARIABLE, VAULT_KEY_VARIABLE].map(|name| std::env::var(name).ok());
        config.take_secrets(database_url, vault_keys)?;
        config.check()?;
        Ok((config, source))
    }

    /// Reads the text of the file `path`.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let message = said(text, start, error.message());
            Error::Wrong { path: path.to_owned(), message }
        })
    }

    /// The environment goes before the file of the secret, and that before the key itself.
    fn take_secrets(
        &mut self,
        database_url: Option<String>,
        vault_keys: Option<String>,
    ) -> Result<(), Error> {
        if let Some(url) = database_url.filter(|url| !url.is_empty()) {
            self.database.url = Sensitive::new(url);
        } else if let Some(path) = &self.database.url_file {
            self.database.url = Sensitive::new(read(path)?.trim().to_owned());
        }
        if let Some(keys) = vault_keys.filter(|keys| !keys.is_empty()) {
            self.vault.keys = Some(Sensitive::new(keys));
        } else if let Some(path) = &self.vault.key_file {
            self.vault.keys = Some(Sensitive::new(read(path)?));
        }
        Ok(())
    }

    /// Refuses keys that do not go together; single values were checked when they were read.
    fn check(&self) -> Result<(), Error> {
        log::filter(&self.log)?;
        self.check_room()?;
        self.keyring()?;
        if self.hma.enabled {
            self.check_hma_doors()?;
            self.hma()?;
        }
        Ok(())
    }

    /// The largest item must find room, or it would be refused for ever.
    fn check_room(&self) -> Result<(), Error> {
        let limits = &self.limits;
        let (all, share) = (limits.in_flight_bytes_max, limits.in_flight_service_bytes_max);
        let needed =
            limits.item_bytes_max.saturating_add(mamori_web::multipart::OVERHEAD_BYTES_MAX);
        if share < needed {
            return Err(Error::Clash(format!(
                "`limits.in_flight_service_bytes_max` is {share}, in which an item of \
                 `limits.item_bytes_max` and the form around it have no room: it needs {needed}"
            )));
        }
        if all < share {
            return Err(Error::Clash(format!(
                "`limits.in_flight_bytes_max` is {all}, which is less than one service's share, \
                 `limits.in_flight_service_bytes_max` ({share})"
            )));
        }
        Ok(())
    }

    /// Whoever needs no key must be on this machine.
    fn check_hma_doors(&self) -> Result<(), Error> {
        let clash = |text: String| Err(Error::Clash(text));
        let (hma, server) = (&self.hma, &self.server);
        match hma.listen {
            None if !hma.key_required => clash(
                "`hma.key_required` is false without `hma.listen`: beside the API the look-ups \
                 take keys; name an address on loopback to go without"
                    .to_owned(),
            ),
            Some(listen) if !hma.key_required && !listen.ip().is_loopback() => clash(format!(
                "`hma.listen` is {listen}, which is not this machine's own loopback, and \
                 `hma.key_required` is false: anybody who reaches that address could read and \
                 change the banks. Listen on 127.0.0.1, or require keys"
            )),
            Some(listen) if listen == server.listen && listen.port() != 0 => clash(format!(
                "`hma.listen` and `server.listen` are both {listen}; leave `hma.listen` out to \
                 share it"
            )),
            Some(_) | None => Ok(()),
        }
    }
}

/// Where something is wrong, and what: the line and its key, but not its value, as TOML's own text
/// would quote it: it may hold a password.
fn said(text: &str, start: usize, message: &str) -> String {
    let before = text.get(..start).unwrap_or_default();
    let number = before.matches('\n').count() + 1;
    let line = text.lines().nth(number - 1).unwrap_or_default();
    let key = line.split_once('=').map_or("", |(key, _)| key.trim());
    let is_key = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if !is_key || message.contains(&format!("`{key}`")) {
        return format!("line {number}: {message}");
    }
    format!("line {number}, `{key}`: {message}")
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|cause| Error::Unreadable { path: path.to_owned(), cause })
}

#[cfg(test)]
mod tests;
