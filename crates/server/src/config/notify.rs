//! The section about notifications to the people on duty.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use mamori_desk::notifications::mail::is_address;
use mamori_desk::settings::{ContactSettings, ContactWebhook, MailServer, MailTls, NotifySettings};
use mamori_desk::webhooks::destination::{self, Permitted};
use mamori_desk::webhooks::signature;
use mamori_model::{Language, Sensitive};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::checked::{hours, maybe_sensitive, minutes, sensitive_list, within};
use super::{Config, Error, read};

/// The most addresses of one contact.
const ADDRESSES_MAX: usize = 20;

/// `[notify]`: messages of counts to the people on duty.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Notify {
    /// The language of mails.
    #[serde(deserialize_with = "language")]
    pub language: Language,
    /// How often a message about unclaimed cases in which a child may be in danger is repeated, in
    /// minutes.
    #[serde(deserialize_with = "within::<1, 1_440, _, _>")]
    pub danger_repeat_min: u32,
    /// How many repeats go to the first contact alone.
    #[serde(deserialize_with = "within::<0, 1_000, _, _>")]
    pub danger_repeats_max: u32,
    /// How long another case may wait for a reviewer, in minutes; 0: there is no message about it.
    #[serde(deserialize_with = "within::<0, 43_200, _, _>")]
    pub cases_wait_min: u32,
    /// The same for what waits for a lead, a policy editor or a second actor.
    #[serde(deserialize_with = "within::<0, 43_200, _, _>")]
    pub leads_wait_min: u32,
    /// How full the vault may be, in percent; 0: there is no message about it.
    #[serde(deserialize_with = "within::<0, 100, _, _>")]
    pub vault_percent: u32,
    /// The time between two messages about the same, in hours.
    #[serde(deserialize_with = "within::<1, 168, _, _>")]
    pub repeat_hours: u32,
    /// `[notify.first]`: the contact that is notified of everything.
    pub first: Contact,
    /// `[notify.second]`: the contact for cases that no reviewer claims.
    pub second: Contact,
    /// `[notify.mail]`: the mail server.
    pub mail: Mail,
}

/// `[notify.first]` or `[notify.second]`: where a contact is reached.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Contact {
    /// The URL of a receiver of signed webhooks.
    #[serde(deserialize_with = "maybe_sensitive")]
    pub webhook_url: Option<Sensitive<String>>,
    /// A file with the secret that signs them.
    pub webhook_secret_file: Option<PathBuf>,
    /// Addresses of mail.
    #[serde(deserialize_with = "sensitive_list")]
    pub mail_to: Vec<Sensitive<String>>,
    /// The secret from that file.
    #[serde(skip)]
    pub webhook_secret: Option<Sensitive<Vec<u8>>>,
}

/// `[notify.mail]`: the mail server.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// Its name.
    pub host: Option<String>,
    /// Its port.
    #[serde(deserialize_with = "within::<1, 65_535, _, _>")]
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: MailTls,
    /// The sender of mails.
    pub from: Option<String>,
    /// The name to sign in with; the server asks for none if it is absent.
    pub user: Option<String>,
    /// A file with the password.
    pub password_file: Option<PathBuf>,
    /// A file with certificates of authorities that are trusted beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// How long one mail may take, in seconds.
    #[serde(deserialize_with = "within::<1, 50, _, _>")]
    pub timeout_s: u32,
    /// The password from its file.
    #[serde(skip)]
    pub password: Option<Sensitive<String>>,
    /// The certificates from their file.
    #[serde(skip)]
    pub authorities: Option<Vec<u8>>,
}

impl Default for Notify {
    fn default() -> Self {
        let usual = NotifySettings::default();
        Self {
            language: usual.language,
            danger_repeat_min: minutes(usual.danger_repeat),
            danger_repeats_max: usual.danger_repeats_max,
            cases_wait_min: usual.cases_wait.map_or(0, minutes),
            leads_wait_min: usual.leads_wait.map_or(0, minutes),
            vault_percent: usual.vault_percent.unwrap_or(0),
            repeat_hours: hours(usual.repeat),
            first: Contact::default(),
            second: Contact::default(),
            mail: Mail::default(),
        }
    }
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            host: None,
            port: 587,
            tls: MailTls::default(),
            from: None,
            user: None,
            password_file: None,
            ca_file: None,
            timeout_s: 30,
            password: None,
            authorities: None,
        }
    }
}

impl Contact {
    fn is_reachable(&self) -> bool {
        self.webhook_url.is_some() || !self.mail_to.is_empty()
    }
}

impl Notify {
    /// Returns the files with secrets.
    pub fn secret_files(&self) -> impl Iterator<Item = &PathBuf> {
        let secrets = [&self.first, &self.second].map(|contact| &contact.webhook_secret_file);
        secrets.into_iter().chain([&self.mail.password_file]).flatten()
    }

    /// Reads the secrets from their files.
    pub fn take_secrets(&mut self) -> Result<(), Error> {
        for (name, contact) in [("first", &mut self.first), ("second", &mut self.second)] {
            let secret = contact.webhook_secret_file.as_deref().map(|path| secret(name, path));
            contact.webhook_secret = secret.transpose()?;
        }
        let mail = &mut self.mail;
        let password = mail.password_file.as_deref().map(read).transpose()?;
        mail.password = password.map(|text| Sensitive::new(text.trim_end().to_owned()));
        let authorities = mail.ca_file.as_deref().map(|path| {
            fs::read(path).map_err(|cause| Error::Unreadable { path: path.to_owned(), cause })
        });
        mail.authorities = authorities.transpose()?;
        Ok(())
    }

    /// Refuses contacts that cannot be reached.
    pub fn check(&self, config: &Config) -> Result<(), Error> {
        let conflict = |text: String| Err(Error::Conflict(text));
        if self.second.is_reachable() && !self.first.is_reachable() {
            return conflict(
                "`notify.second` has an address and `notify.first` has none: the second contact is \
                 notified when the first one did not help"
                    .to_owned(),
            );
        }
        if self.first.is_reachable() && !config.console.enabled {
            return conflict(
                "`notify.first` has an address and `console.enabled` is false: each message links \
                 to the console"
                    .to_owned(),
            );
        }
        let permitted = Permitted {
            networks: config.webhooks.private_networks.clone(),
            loopback: config.webhooks.loopback,
        };
        for (name, contact) in [("first", &self.first), ("second", &self.second)] {
            contact.check(name, &permitted)?;
            if !contact.mail_to.is_empty() && self.mail.host.is_none() {
                return conflict(format!(
                    "`notify.{name}.mail_to` has an address without `notify.mail.host`: name the \
                     mail server"
                ));
            }
        }
        self.mail.check()
    }

    /// Returns the settings of the desk.
    pub fn settings(&self) -> NotifySettings {
        let wait = |min: u32| (min > 0).then(|| SignedDuration::from_mins(min.into()));
        NotifySettings {
            first: self.first.settings(),
            second: self.second.settings(),
            mail: self.mail.settings(),
            language: self.language,
            danger_repeat: SignedDuration::from_mins(self.danger_repeat_min.into()),
            danger_repeats_max: self.danger_repeats_max,
            cases_wait: wait(self.cases_wait_min),
            leads_wait: wait(self.leads_wait_min),
            vault_percent: Some(self.vault_percent).filter(|percent| *percent > 0),
            repeat: SignedDuration::from_hours(self.repeat_hours.into()),
        }
    }
}

impl Contact {
    fn check(&self, name: &str, permitted: &Permitted) -> Result<(), Error> {
        let conflict = |text: String| Err(Error::Conflict(text));
        if let Some(url) = &self.webhook_url {
            if let Err(refused) = destination::parse(url.reveal(), permitted) {
                return conflict(format!("`notify.{name}.webhook_url`: {refused}"));
            }
            if self.webhook_secret_file.is_none() {
                return conflict(format!(
                    "`notify.{name}.webhook_url` is set without `notify.{name}.webhook_secret_file`: \
                     each message is signed"
                ));
            }
        }
        if self.mail_to.len() > ADDRESSES_MAX {
            return conflict(format!(
                "`notify.{name}.mail_to` has more than {ADDRESSES_MAX} addresses: use a list of your \
                 mail server"
            ));
        }
        // The address itself is not shown: it is personal.
        let wrong = self.mail_to.iter().position(|address| !is_address(address.reveal()));
        match wrong {
            Some(place) => conflict(format!(
                "`notify.{name}.mail_to`: the text at place {} is no address such as \
                 `team@service.example`",
                place.saturating_add(1)
            )),
            None => Ok(()),
        }
    }

    fn settings(&self) -> ContactSettings {
        let webhook = self.webhook_url.clone().zip(self.webhook_secret.clone());
        ContactSettings {
            webhook: webhook.map(|(url, secret)| ContactWebhook { url, secret }),
            addresses: self.mail_to.clone(),
        }
    }
}

impl Mail {
    fn check(&self) -> Result<(), Error> {
        let conflict = |text: &str| Err(Error::Conflict(text.to_owned()));
        let Some(host) = &self.host else { return Ok(()) };
        if !self.from.as_deref().is_some_and(is_address) {
            return conflict(
                "`notify.mail.host` is set without `notify.mail.from`: name the sender, such as \
                 `Mamori <mamori@service.example>`",
            );
        }
        if self.user.is_some() != self.password_file.is_some() {
            return conflict(
                "`notify.mail.user` and `notify.mail.password_file` belong together: set both, or \
                 neither",
            );
        }
        if self.tls == MailTls::None && !is_local(host) {
            return conflict(
                "`notify.mail.tls` is \"none\" and `notify.mail.host` is another machine: the \
                 password and the mails would cross the network unencrypted. Set it to \"starttls\" \
                 or \"implicit\"",
            );
        }
        Ok(())
    }

    fn settings(&self) -> Option<MailServer> {
        Some(MailServer {
            host: self.host.clone()?,
            port: self.port,
            tls: self.tls,
            from: self.from.clone().unwrap_or_default(),
            credentials: self.user.clone().zip(self.password.clone()),
            authorities: self.authorities.clone(),
            timeout: Duration::from_secs(self.timeout_s.into()),
        })
    }
}

/// Checks whether `host` is this machine.
fn is_local(host: &str) -> bool {
    let address: Option<IpAddr> = host.parse().ok();
    host == "localhost" || address.is_some_and(|address| address.is_loopback())
}

fn secret(name: &str, path: &Path) -> Result<Sensitive<Vec<u8>>, Error> {
    signature::parse_secret(&read(path)?).ok_or_else(|| {
        Error::Conflict(format!(
            "`notify.{name}.webhook_secret_file`: expected `whsec_` and 24 to 64 random bytes as \
             base64, in {}",
            path.display()
        ))
    })
}

fn language<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Language, D::Error> {
    let text = String::deserialize(deserializer)?;
    let words: Vec<&str> = Language::BUILT_IN.iter().map(Language::as_str).collect();
    let expected = || D::Error::custom(format!("expected one of {}", words.join(", ")));
    let built_in = Language::BUILT_IN.iter().copied().find(|language| language.as_str() == text);
    built_in.ok_or_else(expected)
}

#[cfg(test)]
mod tests;
