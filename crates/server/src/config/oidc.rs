//! The section about the organisation's sign-in provider.

use std::path::PathBuf;
use std::time::Duration;

use mamori_desk::settings::OidcSettings;
use mamori_model::{Line, Sensitive};
use serde::Deserialize;
use url::{Host, Url};

use super::checked::within;
use super::{Config, Error, read};

/// The longest name of a claim, in bytes.
const CLAIM_BYTES_MAX: usize = 100;

/// Claims that several persons may have, at once or one after another (OpenID Connect Core, 5.7).
const SHARED_CLAIMS: [&str; 18] = [
    "iss",
    "aud",
    "azp",
    "tid",
    "hd",
    "email",
    "preferred_username",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "profile",
    "picture",
    "website",
    "phone_number",
    "upn",
    "unique_name",
];

/// `[oidc]`: the organisation's sign-in provider.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Oidc {
    /// The issuer, exactly as the provider names itself; without it there is no provider.
    pub issuer: Option<String>,
    /// The name of Mamori at the provider.
    pub client_id: Option<String>,
    /// A file with the password of Mamori at the provider.
    pub client_secret_file: Option<PathBuf>,
    /// The claim that identifies a person for as long as their account exists.
    pub subject_claim: String,
    /// The name of the provider on pages; its host if it is absent.
    pub name: Option<Line>,
    /// How long the provider may take for one answer, in seconds.
    #[serde(deserialize_with = "within::<1, 30, _, _>")]
    pub timeout_s: u32,
    /// The password from its file.
    #[serde(skip)]
    pub client_secret: Option<Sensitive<String>>,
}

impl Default for Oidc {
    fn default() -> Self {
        Self {
            issuer: None,
            client_id: None,
            client_secret_file: None,
            subject_claim: "sub".to_owned(),
            name: None,
            timeout_s: 10,
            client_secret: None,
        }
    }
}

impl Oidc {
    /// Reads the password from its file.
    pub fn take_secrets(&mut self) -> Result<(), Error> {
        let secret = self.client_secret_file.as_deref().map(read).transpose()?;
        self.client_secret = secret.map(|text| Sensitive::new(text.trim().to_owned()));
        Ok(())
    }

    /// Refuses a provider that cannot be used, or not safely.
    pub fn check(&self, config: &Config) -> Result<(), Error> {
        let conflict = |text: &str| Err(Error::Conflict(text.to_owned()));
        let Some(issuer) = &self.issuer else {
            if self.client_id.is_some() || self.client_secret_file.is_some() {
                return conflict(
                    "`oidc.client_id` or `oidc.client_secret_file` is set without `oidc.issuer`: \
                     name the provider",
                );
            }
            return Ok(());
        };
        if self.client_id.as_ref().is_none_or(String::is_empty) {
            return conflict(
                "`oidc.issuer` is set without `oidc.client_id`: register Mamori with the provider, \
                 and write down the name that it gives",
            );
        }
        if !config.console.enabled {
            return conflict(
                "`oidc.issuer` is set and `console.enabled` is false: only staff sign in there",
            );
        }
        if !is_issuer(issuer) {
            return conflict(
                "`oidc.issuer` must be an address that begins with `https://`, or with \
                 `http://localhost` on this machine, without query and fragment: the document at \
                 ISSUER/.well-known/openid-configuration names it",
            );
        }
        self.check_claim()
    }

    fn check_claim(&self) -> Result<(), Error> {
        let claim = self.subject_claim.as_str();
        if SHARED_CLAIMS.contains(&claim) {
            return Err(Error::Conflict(format!(
                "`oidc.subject_claim` is \"{claim}\", which several persons may have, at once or one \
                 after another; they could sign in as each other. Use \"sub\", or a claim with a \
                 number that the provider never gives twice"
            )));
        }
        let is_word = claim.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\');
        if !is_word || !(1..=CLAIM_BYTES_MAX).contains(&claim.len()) {
            return Err(Error::Conflict(format!(
                "`oidc.subject_claim` must have 1 to {CLAIM_BYTES_MAX} letters of ASCII without \
                 spaces, such as \"sub\""
            )));
        }
        Ok(())
    }

    /// Returns the settings of the desk; `None` without a provider.
    pub fn settings(&self) -> Option<OidcSettings> {
        let (issuer, client_id) = self.issuer.clone().zip(self.client_id.clone())?;
        let host = Url::parse(&issuer).ok()?.host_str()?.parse().ok()?;
        Some(OidcSettings {
            issuer,
            client_id,
            client_secret: self.client_secret.clone(),
            subject_claim: self.subject_claim.clone(),
            name: self.name.clone().unwrap_or(host),
            timeout: Duration::from_secs(self.timeout_s.into()),
        })
    }
}

/// Checks whether a provider can name itself so, and cannot be listened to on the way.
fn is_issuer(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    let is_safe = url.scheme() == "https" || url.scheme() == "http" && is_local;
    is_plain && is_safe && text.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests;
