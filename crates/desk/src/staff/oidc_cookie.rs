//! The cookie of a browser that signs in at the organisation's provider: what began there, and the
//! random bytes that only this browser has.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use mamori_model::{Sensitive, SessionId};
use uuid::Uuid;

/// What a sign-in at the provider is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OidcPurpose {
    /// To begin a session.
    SignIn,
    /// To connect the account at the provider under an enrolment link, and to begin a session.
    Enroll {
        /// The text of the link.
        link: Sensitive<String>,
    },
    /// To confirm one's identity in this session.
    Prove(SessionId),
    /// To connect the account at the provider to the staff account of this session.
    Connect(SessionId),
}

impl OidcPurpose {
    /// Returns the text to which an answer is bound.
    pub(super) fn bound_to(&self) -> String {
        match self {
            Self::SignIn => "sign_in".to_owned(),
            Self::Enroll { link } => format!("enroll {}", link.reveal()),
            Self::Prove(session) => format!("prove {session}"),
            Self::Connect(session) => format!("connect {session}"),
        }
    }

    fn parse(word: &str, about: &str) -> Option<Self> {
        match word {
            "sign_in" if about.is_empty() => Some(Self::SignIn),
            "enroll" => Some(Self::Enroll { link: Sensitive::new(about.to_owned()) }),
            "prove" => Some(Self::Prove(about.parse().ok()?)),
            "connect" => Some(Self::Connect(about.parse().ok()?)),
            _ => None,
        }
    }
}

/// The content of the cookie. It is not stored at the server.
#[derive(Clone, Debug)]
pub(super) struct OidcCookie {
    /// Id of the request, which has its time.
    pub id: Uuid,
    /// Random bytes.
    pub browser: Sensitive<[u8; 32]>,
    /// What the sign-in is for.
    pub purpose: OidcPurpose,
}

impl OidcCookie {
    /// Returns the text: `mo_`, the id, the random bytes, the word of the purpose and what it is
    /// about, with full stops between them.
    pub(super) fn text(&self) -> Sensitive<String> {
        let browser = URL_SAFE_NO_PAD.encode(self.browser.reveal());
        let bound_to = self.purpose.bound_to();
        let (word, about) = bound_to.split_once(' ').unwrap_or((&bound_to, ""));
        Sensitive::new(format!("mo_{}.{browser}.{word}.{about}", self.id.simple()))
    }

    /// Parses the text; `None` if it is no such cookie.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("mo_")?.splitn(4, '.');
        let [id, browser, word, about] = [(); 4].map(|()| parts.next());
        let browser = URL_SAFE_NO_PAD.decode(browser?).ok()?;
        Some(Self {
            id: Uuid::try_parse(id?).ok()?,
            browser: Sensitive::new(browser.try_into().ok()?),
            purpose: OidcPurpose::parse(word?, about?)?,
        })
    }

    /// Returns when the request began.
    pub(super) fn asked_at(&self) -> Option<Timestamp> {
        let (seconds, nanos) = self.id.get_timestamp()?.to_unix();
        Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanos).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_reads_back_as_itself_and_nothing_else_does() {
        let session = SessionId::from(Uuid::from_u128(9));
        let link = Sensitive::new("mt_abc-_09".to_owned());
        for purpose in [
            OidcPurpose::SignIn,
            OidcPurpose::Enroll { link },
            OidcPurpose::Prove(session),
            OidcPurpose::Connect(session),
        ] {
            let browser = Sensitive::new([7; 32]);
            let cookie = OidcCookie { id: Uuid::from_u128(5), browser, purpose };

            let read = OidcCookie::parse(cookie.text().reveal()).unwrap();

            assert_eq!((read.id, &read.purpose), (cookie.id, &cookie.purpose));
            assert_eq!(read.browser, cookie.browser);
        }
        let id = "0".repeat(32);
        let browser = URL_SAFE_NO_PAD.encode([7; 32]);
        for odd in [
            String::new(),
            format!("{id}.{browser}.sign_in."),
            format!("mo_{id}.{browser}.sign_in"),
            format!("mo_{id}.{browser}.sign_in.x"),
            format!("mo_{id}.AAAA.sign_in."),
            format!("mo_x.{browser}.sign_in."),
            format!("mo_{id}.{browser}.prove.x"),
            format!("mo_{id}.{browser}.other."),
        ] {
            assert!(OidcCookie::parse(&odd).is_none(), "{odd}");
        }
    }
}
