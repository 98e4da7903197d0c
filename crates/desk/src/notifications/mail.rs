//! Sends mail through the operator's mail server. An error names no address: servers repeat them.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncTransport as _, Tokio1Executor};
use mamori_model::{NotificationId, Sensitive};

use crate::Error;
use crate::settings::{MailServer, MailTls};

/// The connection to the mail server, which is opened for each mail.
pub(crate) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    timeout: Duration,
    /// The name of the console, which also ends the ids of mails.
    console: String,
}

/// One mail.
#[derive(Clone, Debug)]
pub(crate) struct Mail<'a> {
    /// The address.
    pub to: &'a Sensitive<String>,
    /// The id, the same at every attempt, by which a repeat is recognised.
    pub id: NotificationId,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// Why a mail was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unsent {
    /// The mail server did not finish in time.
    #[error("timeout")]
    Timeout,
    /// The mail server refused the sender, the recipient, the password or the mail; the operator acts.
    #[error("refused with {0}")]
    Refused(u16),
    /// The connection or its encryption failed.
    #[error("{0}")]
    NoConnection(String),
    /// The answer of the mail server is not SMTP.
    #[error("the answer is not understood")]
    Unreadable,
    /// The address cannot be written into a mail.
    #[error("the address is not valid")]
    BadAddress,
}

/// Checks whether mail can be sent to `text`: an address, or a name with an address in angle brackets.
pub fn is_address(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

impl Mailer {
    /// Creates a mailer for this server. `console` is the host name of the console. [`Error::Invalid`]
    /// if the sender is no address or a certificate cannot be read.
    pub(crate) fn new(server: &MailServer, console: &str) -> Result<Self, Error> {
        let from: Result<Mailbox, _> = server.from.parse();
        let from = from.map_err(|_| Error::invalid("`notify.mail.from` is no address"))?;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(server.port)
            .tls(tls(server)?)
            .timeout(Some(server.timeout))
            .hello_name(ClientId::Domain(console.to_owned()));
        if let Some((name, password)) = &server.credentials {
            builder =
                builder.credentials(Credentials::new(name.clone(), password.reveal().clone()));
        }
        Ok(Self {
            transport: builder.build(),
            from,
            timeout: server.timeout,
            console: console.to_owned(),
        })
    }

    /// Makes one attempt.
    pub(crate) async fn send(&self, mail: Mail<'_>, now: Timestamp) -> Result<(), Unsent> {
        let to: Mailbox = mail.to.reveal().parse().map_err(|_| Unsent::BadAddress)?;
        // Robots and absence notes do not answer such a mail (RFC 3834).
        let automatic = HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        );
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .date(SystemTime::from(now))
            .message_id(Some(format!("<{}@{}>", mail.id, self.console)))
            .subject(mail.subject)
            .header(ContentType::TEXT_PLAIN)
            .raw_header(automatic)
            .body(mail.text)
            .map_err(|_| Unsent::BadAddress)?;
        let sending = self.transport.send(message);
        let sent =
            tokio::time::timeout(self.timeout, sending).await.map_err(|_| Unsent::Timeout)?;
        sent.map(drop).map_err(|error| unsent(&error))
    }
}

fn tls(server: &MailServer) -> Result<Tls, Error> {
    let invalid = |_| Error::invalid("`notify.mail.ca_file` has no certificate that can be read");
    let mut parameters = TlsParameters::builder(server.host.clone());
    if let Some(pem) = &server.authorities {
        parameters = parameters.add_root_certificate(Certificate::from_pem(pem).map_err(invalid)?);
    }
    let parameters = || {
        parameters
            .build()
            .map_err(|cause| Error::internal("TLS for the mail server cannot be set up", cause))
    };
    Ok(match server.tls {
        MailTls::Starttls => Tls::Required(parameters()?),
        MailTls::Implicit => Tls::Wrapper(parameters()?),
        MailTls::None => Tls::None,
    })
}

/// Returns why a mail was not accepted. Of an answer only the number is kept: its text may repeat the
/// address.
fn unsent(error: &lettre::transport::smtp::Error) -> Unsent {
    if let Some(code) = error.status() {
        Unsent::Refused(code.into())
    } else if error.is_timeout() {
        Unsent::Timeout
    } else if error.is_response() {
        Unsent::Unreadable
    } else {
        Unsent::NoConnection(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_a_mail_can_be_sent_to() {
        for good in ["duty@service.example", "On duty <duty@service.example>"] {
            assert!(is_address(good), "{good}");
        }
        for bad in ["", "duty", "@service.example", "a@b@c", "a@b.example, c@d.example", "x\r\ny@z"]
        {
            assert!(!is_address(bad), "{bad:?}");
        }
    }
}
