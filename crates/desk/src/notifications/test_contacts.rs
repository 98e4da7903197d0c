//! Sends a test to each address, at once, for the operator who configured them.

use mamori_model::notification::{Channel, Contact, Target};

use crate::notifications::mail_text::test_text;
use crate::webhooks::payload;
use crate::{Desk, Error, LocalCli};

/// The outcome of a test to one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactTest {
    /// Where it was sent.
    pub to: Target,
    /// Whether it was accepted.
    pub is_accepted: bool,
    /// The answer, or why there was none; names no address.
    pub result: String,
}

impl Desk {
    /// Sends a test to each address of both contacts, once, and returns the outcomes. Nothing is
    /// stored.
    pub async fn test_contacts(&self, _: &LocalCli) -> Result<Vec<ContactTest>, Error> {
        let link = self.console_link();
        let mut tests = Vec::new();
        for to in Contact::ALL.iter().flat_map(|contact| self.targets(*contact)) {
            let (id, now) = (self.clock().mint()?.into(), self.clock().now());
            let attempt = match to.channel {
                Channel::Webhook => {
                    let body = payload::of_notification_test(to.contact, &link, now);
                    self.send_to_webhook(to, id, &body, now).await
                }
                Channel::Mail => {
                    let mail = test_text(self.settings().notify.language, &link);
                    self.send_mail(to, id, mail, now).await
                }
            };
            let result = attempt.text().to_owned();
            tests.push(ContactTest { to, is_accepted: attempt.is_sent(), result });
        }
        Ok(tests)
    }
}
