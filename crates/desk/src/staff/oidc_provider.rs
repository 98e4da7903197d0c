//! Calls the organisation's sign-in provider. What it says about itself is remembered for a while.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mamori_signin::{
    AsyncHttpClient, HttpRequest, HttpResponse, OidcError, OidcRequest, Provider, Registration,
    TokenAnswer,
};
use tokio::sync::Mutex;
use url::Url;

use crate::Error;
use crate::settings::OidcSettings;

/// The path below the console's origin to which the provider sends a browser back.
pub const RETURN_PATH: &str = "/console/sign-in/oidc/return";

/// How long the provider's documents are used before they are read again.
const AGE_MAX: Duration = Duration::from_hours(1);

/// How long they are used at least, also if a token is signed by an unknown key: a client that sends
/// such tokens must not cause a request for each.
const AGE_MIN: Duration = Duration::from_secs(30);

/// How long the provider is not asked again after it did not answer: sign-ins wait for one request,
/// and not each for its own.
const SILENT_FOR: Duration = Duration::from_secs(5);

/// The longest answer of the provider, in bytes.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// The provider, and the client that calls it: it follows no redirects and uses no cookies.
pub(crate) struct OidcProvider {
    http: Http,
    registration: Registration,
    known: Mutex<Known>,
}

/// What is known about the provider, with the time at which it was read or was not.
#[derive(Default)]
struct Known {
    provider: Option<(Arc<Provider>, Instant)>,
    silence: Option<(OidcError, Instant)>,
}

struct Http(reqwest::Client);

/// Why a call of the provider failed.
#[derive(Debug, thiserror::Error)]
enum HttpFault {
    /// The connection failed, or the answer did not come in time.
    #[error("no answer")]
    NoAnswer(#[source] reqwest::Error),
    /// The answer is longer than [`ANSWER_BYTES_MAX`].
    #[error("the answer is too long")]
    TooLong,
}

impl OidcProvider {
    /// Creates a client of this provider for the console at `origin`. Calls nothing yet.
    pub(crate) fn new(settings: &OidcSettings, origin: &Url) -> Result<Self, Error> {
        // Fails if the process has installed a default provider already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let redirect = origin.join(RETURN_PATH).map_err(Error::invalid)?;
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .https_only(settings.issuer.starts_with("https://"))
            .no_proxy()
            .timeout(settings.timeout)
            .user_agent(concat!("mamori/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|cause| {
                Error::internal("the client of the provider cannot be built", cause)
            })?;
        let registration = Registration {
            issuer: settings.issuer.clone(),
            client_id: settings.client_id.clone(),
            client_secret: settings.client_secret.clone(),
            redirect,
            subject_claim: settings.subject_claim.clone(),
        };
        Ok(Self { http: Http(client), registration, known: Mutex::default() })
    }

    /// Returns the issuer.
    pub(crate) fn issuer(&self) -> &str {
        &self.registration.issuer
    }

    /// Returns the address to which a browser is sent.
    pub(crate) async fn address(&self, request: &OidcRequest<'_>) -> Result<Url, OidcError> {
        self.provider(AGE_MAX).await?.address(request)
    }

    /// Gives the code to the provider, verifies the token, and returns the digest of who signed in.
    /// `times`: when the request began, and now, in seconds since the Unix epoch.
    pub(crate) async fn identity(
        &self,
        request: &OidcRequest<'_>,
        code: String,
        times: (i64, i64),
    ) -> Result<mamori_model::Sha256, OidcError> {
        let provider = self.provider(AGE_MAX).await?;
        let answer: TokenAnswer = provider.redeem(request, code, &self.http).await?;
        match provider.verify(request, &answer, times) {
            // The provider has changed its keys.
            Err(OidcError::UnknownKey) => {
                self.provider(AGE_MIN).await?.verify(request, &answer, times)
            }
            verified => verified,
        }
    }

    /// Returns what the provider says about itself, read at most `age_max` ago.
    async fn provider(&self, age_max: Duration) -> Result<Arc<Provider>, OidcError> {
        let mut known = self.known.lock().await;
        if let Some((provider, read_at)) = &known.provider
            && read_at.elapsed() < age_max
        {
            return Ok(Arc::clone(provider));
        }
        if let Some((silence, noticed_at)) = &known.silence
            && noticed_at.elapsed() < SILENT_FOR
        {
            return Err(silence.clone());
        }
        match Provider::discover(self.registration.clone(), &self.http).await {
            Ok(found) => {
                let provider = Arc::new(found);
                *known = Known {
                    provider: Some((Arc::clone(&provider), Instant::now())),
                    silence: None,
                };
                Ok(provider)
            }
            Err(error) => {
                known.silence = Some((error.clone(), Instant::now()));
                Err(error)
            }
        }
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpFault;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpFault>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let request = request.try_into().map_err(HttpFault::NoAnswer)?;
            let mut answer = self.0.execute(request).await.map_err(HttpFault::NoAnswer)?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            let mut body = Vec::new();
            while let Some(part) = answer.chunk().await.map_err(HttpFault::NoAnswer)? {
                if body.len().saturating_add(part.len()) > ANSWER_BYTES_MAX {
                    return Err(HttpFault::TooLong);
                }
                body.extend_from_slice(&part);
            }
            let mut response = HttpResponse::new(body);
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            Ok(response)
        })
    }
}
