//! Whom to notify, of what, and how often.

use std::time::Duration;

use jiff::SignedDuration;
use mamori_model::notification::Contact;
use mamori_model::{Language, Sensitive};

/// Whom to notify, of what, and how often. Without any address nothing is counted and nothing sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotifySettings {
    /// The people who are notified of everything.
    pub first: ContactSettings,
    /// The people who are notified, too, when no reviewer claims a case in which a child may be in
    /// danger.
    pub second: ContactSettings,
    /// The mail server; `None` if no mail is sent.
    pub mail: Option<MailServer>,
    /// The language of mails.
    pub language: Language,
    /// How often the message about unclaimed cases in which a child may be in danger is repeated.
    pub danger_repeat: SignedDuration,
    /// How many repeats go to the first contact alone.
    pub danger_repeats_max: u32,
    /// How long another case may wait for a reviewer; `None`: there is no message about it.
    pub cases_wait: Option<SignedDuration>,
    /// How long a decision, an escalated case, a proposal, a dispute or a change may wait; `None`:
    /// there is no message about it.
    pub leads_wait: Option<SignedDuration>,
    /// How full the vault may be, in percent; `None`: there is no message about it.
    pub vault_percent: Option<u32>,
    /// The time between two messages about the same, without those about children in danger.
    pub repeat: SignedDuration,
}

/// Where one contact is reached. Addresses are personal, and a URL may contain a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactSettings {
    /// The receiver of signed webhooks.
    pub webhook: Option<ContactWebhook>,
    /// The addresses of mail.
    pub addresses: Vec<Sensitive<String>>,
}

/// A receiver of signed webhooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactWebhook {
    /// The URL to which messages are sent, within what `[webhooks]` permits.
    pub url: Sensitive<String>,
    /// The key that signs them.
    pub secret: Sensitive<Vec<u8>>,
}

/// The mail server, which takes mail for delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: MailTls,
    /// The sender of mails: an address, or a name with an address.
    pub from: String,
    /// The name and the password to sign in with.
    pub credentials: Option<(String, Sensitive<String>)>,
    /// Certificates of authorities that are trusted beside those of the system, as PEM.
    pub authorities: Option<Vec<u8>>,
    /// How long one mail may take.
    pub timeout: Duration,
}

/// How the connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTls {
    /// The connection begins unencrypted and continues with TLS, or not at all (RFC 3207).
    #[default]
    Starttls,
    /// TLS from the first byte (RFC 8314).
    Implicit,
    /// Not at all: for a server on this machine.
    None,
}

impl NotifySettings {
    /// Returns the settings of one contact.
    pub fn contact(&self, contact: Contact) -> &ContactSettings {
        match contact {
            Contact::First => &self.first,
            Contact::Second => &self.second,
        }
    }

    /// Checks whether there is a contact to notify: the second one alone is none.
    pub fn is_on(&self) -> bool {
        self.first.is_reachable()
    }
}

impl ContactSettings {
    /// Checks whether there is an address.
    pub fn is_reachable(&self) -> bool {
        self.webhook.is_some() || !self.addresses.is_empty()
    }
}

impl Default for NotifySettings {
    fn default() -> Self {
        Self {
            first: ContactSettings::default(),
            second: ContactSettings::default(),
            mail: None,
            language: Language::English,
            danger_repeat: SignedDuration::from_mins(10),
            danger_repeats_max: 3,
            cases_wait: Some(SignedDuration::from_hours(1)),
            leads_wait: Some(SignedDuration::from_hours(4)),
            vault_percent: Some(90),
            repeat: SignedDuration::from_hours(4),
        }
    }
}
