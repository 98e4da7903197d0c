//! Notifications: messages to the people on duty, whose addresses the operator sets. They consist of
//! counts and a link.

mod due;
pub(crate) mod expire;
pub mod mail;
pub(crate) mod mail_text;
pub mod notify_contacts;
mod send_notification;
pub mod test_contacts;

use url::Url;

use crate::Error;
use crate::settings::NotifySettings;
use mail::Mailer;

/// Creates the connection to the mail server, if one is configured. [`Error::Invalid`] if contacts are
/// configured without a console to which the messages could link.
pub(crate) fn mailer(
    settings: &NotifySettings,
    console: Option<&Url>,
) -> Result<Option<Mailer>, Error> {
    if !settings.is_on() {
        return Ok(None);
    }
    let console = console.and_then(Url::host_str);
    let console = console.ok_or_else(|| {
        Error::invalid("notifications link to the console: set `console.enabled` to true")
    })?;
    settings.mail.as_ref().map(|server| Mailer::new(server, console)).transpose()
}
