//! Requests to a registry, and its answers.

use std::time::Duration;
use std::{fmt, thread};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::Agent;
use ureq::http::{Request, Response};

use super::error::SchemaRegistryError;

/// The type of what is sent, and of what is asked for.
const CONTENT_TYPE: &str = "application/vnd.schemaregistry.v1+json";

/// The most bytes of an answer.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The time before the second attempt; it doubles.
const BACKOFF: Duration = Duration::from_millis(200);

/// The most bytes of the words of a registry in an error.
const MAX_WORDS: usize = 2000;

#[derive(Clone, Copy, Debug)]
pub(super) enum Method {
    Get,
    Post,
    Put,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

/// The value of the header `Authorization`.
#[derive(Clone)]
pub(super) struct Credentials(String);

impl Credentials {
    pub(super) fn basic(user: &str, password: &str) -> Self {
        Self(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
    }

    pub(super) fn bearer(token: &str) -> Self {
        Self(format!("Bearer {token}"))
    }
}

/// The addresses of a registry, and how it is asked.
#[derive(Clone)]
pub(super) struct Http {
    urls: Vec<String>,
    pub(super) credentials: Option<Credentials>,
    pub(super) timeout: Duration,
    pub(super) attempts: u32,
    #[cfg(feature = "tls")]
    ca: Option<Vec<ureq::tls::Certificate<'static>>>,
    agent: Agent,
}

/// The answer of a registry.
pub(super) struct Answer {
    /// The request that it is to.
    pub(super) request: String,
    pub(super) status: u16,
    content_type: String,
    location: Option<String>,
    body: String,
}

impl Http {
    pub(super) fn new(urls: &str) -> Result<Self, SchemaRegistryError> {
        let mut credentials = None;
        let mut read = Vec::new();
        for url in urls.split(',').map(str::trim).filter(|url| !url.is_empty()) {
            let (url, own) = address(url)?;
            credentials = credentials.or(own);
            read.push(url);
        }
        if read.is_empty() {
            return Err(SchemaRegistryError::Url { url: urls.to_owned(), reason: "there is no address".to_owned() });
        }
        Ok(Self {
            urls: read,
            credentials,
            timeout: Duration::from_secs(30),
            attempts: 3,
            #[cfg(feature = "tls")]
            ca: None,
            agent: Agent::new_with_defaults(),
        }
        .renewed())
    }

    /// Sets the certificates of a PEM file; `Err` where it holds none that can be read.
    #[cfg(feature = "tls")]
    pub(super) fn set_ca(&mut self, pem: &[u8]) -> Result<(), SchemaRegistryError> {
        use ureq::tls::{PemItem, parse_pem};
        let refused = |reason: String| SchemaRegistryError::Certificates { reason };
        let items = parse_pem(pem).collect::<Result<Vec<_>, _>>().map_err(|error| refused(error.to_string()))?;
        let certificates: Vec<_> = items
            .into_iter()
            .filter_map(|item| match item {
                PemItem::Certificate(certificate) => Some(certificate),
                _ => None,
            })
            .collect();
        if certificates.is_empty() {
            return Err(refused("there is no certificate".to_owned()));
        }
        self.ca = Some(certificates);
        Ok(())
    }

    /// With connections that are made by its settings.
    pub(super) fn renewed(mut self) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(self.timeout))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(concat!("thoth-messaging/", env!("CARGO_PKG_VERSION")));
        #[cfg(feature = "tls")]
        let config = {
            use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
            let roots = match &self.ca {
                Some(ca) => RootCerts::from(ca.clone()),
                None => RootCerts::PlatformVerifier,
            };
            config.tls_config(TlsConfig::builder().provider(TlsProvider::NativeTls).root_certs(roots).build())
        };
        self.agent = config.build().into();
        self
    }

    /// The addresses, without user and password.
    pub(super) fn shown_urls(&self) -> &[String] {
        &self.urls
    }

    /// Makes a request: at each address in turn, until there is an answer that does not say to try again.
    pub(super) fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, SchemaRegistryError> {
        let mut attempt = 0;
        loop {
            let url = &self.urls[attempt as usize % self.urls.len()];
            let asked = self.ask_at(url, method, path, body);
            attempt += 1;
            // Each address has one at least.
            let is_last = attempt >= self.attempts.max(u32::try_from(self.urls.len()).unwrap_or(u32::MAX));
            match asked {
                Ok(answer) if !answer.says_later() || is_last => return Ok(answer),
                Err(error) if is_last => return Err(error),
                Ok(_) | Err(_) => {}
            }
            // At once, where another address was not tried yet.
            if attempt as usize >= self.urls.len() {
                thread::sleep(BACKOFF * 2_u32.saturating_pow(attempt.saturating_sub(1).min(6)));
            }
        }
    }

    fn ask_at(
        &self,
        url: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, SchemaRegistryError> {
        let request = format!("{} {url}{path}", method.name());
        let unreachable = |reason: &dyn fmt::Display| SchemaRegistryError::Unreachable {
            request: request.clone(),
            reason: reason.to_string(),
        };
        let mut builder = Request::builder().method(method.name()).uri(format!("{url}{path}")).header("Accept", ACCEPT);
        if let Some(Credentials(value)) = &self.credentials {
            builder = builder.header("Authorization", value);
        }
        let invalid =
            |error: ureq::http::Error| SchemaRegistryError::Url { url: url.to_owned(), reason: error.to_string() };
        let answered = match body {
            Some(body) => {
                let with_body = builder.header("Content-Type", CONTENT_TYPE).body(body.to_string());
                self.agent.run(with_body.map_err(invalid)?)
            }
            None => self.agent.run(builder.body(()).map_err(invalid)?),
        };
        let mut answered = answered.map_err(|error| unreachable(&error))?;
        let read = answered.body_mut().with_config().limit(MAX_BYTES).read_to_vec();
        let body = read.map_err(|error| unreachable(&error))?;
        Ok(Answer::new(request, &answered, String::from_utf8_lossy(&body).into_owned()))
    }
}

/// The types of answers: the registry's own, or plain JSON.
const ACCEPT: &str = "application/vnd.schemaregistry.v1+json, application/json; q=0.9";

impl Answer {
    fn new<B>(request: String, answered: &Response<B>, body: String) -> Self {
        let header = |name: &str| answered.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Self {
            request,
            status: answered.status().as_u16(),
            content_type: header("content-type").unwrap_or_default(),
            location: header("location"),
            body,
        }
    }

    /// Tells whether another attempt may have another answer.
    fn says_later(&self) -> bool {
        matches!(self.status, 429 | 500 | 502 | 503 | 504)
    }

    /// The registry's code of an error.
    pub(super) fn code(&self) -> Option<u32> {
        self.error().map(|error| error.error_code)
    }

    fn error(&self) -> Option<ErrorAnswer> {
        serde_json::from_str(&self.body).ok()
    }

    /// The answer itself.
    ///
    /// # Errors
    ///
    /// If it is a refusal, or not the answer of a registry.
    pub(super) fn accepted(self) -> Result<Self, SchemaRegistryError> {
        match self.status {
            200..=299 => Ok(self),
            300..=399 => {
                let to = self.location.as_deref().unwrap_or("nowhere");
                let reason = format!("it redirects to {to} (status {}); name that address", self.status);
                Err(SchemaRegistryError::answer(&self.request, reason))
            }
            status => Err(match self.error() {
                Some(ErrorAnswer { error_code, message }) => SchemaRegistryError::Refused {
                    request: self.request,
                    status,
                    code: Some(error_code),
                    message: shortened(&message),
                },
                None if matches!(status, 401 | 403) => SchemaRegistryError::Refused {
                    request: self.request,
                    status,
                    code: None,
                    message: "the user has no right to it, or the password is wrong".to_owned(),
                },
                None => SchemaRegistryError::answer(&self.request, self.described()),
            }),
        }
    }

    /// Reads its JSON.
    pub(super) fn parse<T: DeserializeOwned>(self) -> Result<T, SchemaRegistryError> {
        serde_json::from_str(&self.body)
            .map_err(|error| SchemaRegistryError::answer(&self.request, format!("{}: {error}", self.described())))
    }

    /// Its kind, in words.
    fn described(&self) -> String {
        let kind = if self.content_type.is_empty() { "without a content type" } else { &self.content_type };
        format!("status {}, {} bytes, {kind}", self.status, self.body.len())
    }
}

#[derive(Deserialize)]
struct ErrorAnswer {
    error_code: u32,
    #[serde(default)]
    message: String,
}

/// The beginning of the words of a registry.
fn shortened(message: &str) -> String {
    let end = (0..=message.len().min(MAX_WORDS)).rev().find(|end| message.is_char_boundary(*end)).unwrap_or_default();
    message[..end].to_owned()
}

/// Divides an address into itself and its user and password.
fn address(text: &str) -> Result<(String, Option<Credentials>), SchemaRegistryError> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    let url = format!("{scheme}://{host}{}", path.trim_end_matches('/'));
    let refused = |reason: &str| SchemaRegistryError::Url { url: url.clone(), reason: reason.to_owned() };
    match scheme {
        "http" => {}
        "https" if cfg!(feature = "tls") => {}
        "https" => return Err(refused("this build has no TLS, which the feature `tls` has")),
        _ => return Err(refused("it begins neither with `http://` nor with `https://`")),
    }
    if host.is_empty() || host.contains(char::is_whitespace) || rest.contains(['?', '#']) {
        return Err(refused("it is no address of a host, perhaps with a path"));
    }
    let credentials = user.map(|user| {
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        Credentials::basic(&unescaped(user), &unescaped(password))
    });
    Ok((url, credentials))
}

/// The characters that are escaped in a segment of a path: all but those that RFC 3986 calls unreserved.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A segment of a path, in which all that is not plain is escaped.
pub(super) fn escaped(segment: &str) -> String {
    utf8_percent_encode(segment, ESCAPED).to_string()
}

fn unescaped(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_divided_and_its_secret_is_nowhere() {
        let http = Http::new("http://al%3Aice:s%40cret@host:8081/apis/, http://other").unwrap();
        assert_eq!(http.shown_urls(), ["http://host:8081/apis", "http://other"]);
        assert_eq!(http.credentials.unwrap().0, "Basic YWw6aWNlOnNAY3JldA==");
        for text in ["", "localhost:8081", "ftp://u:s3cret@host", "http://", "http://u:s3cret@a b", "http://host?x=1"] {
            let error = Http::new(text).err().unwrap().to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn a_segment_is_escaped() {
        assert_eq!(escaped("a.b-c_d~/ü ?"), "a.b-c_d~%2F%C3%BC%20%3F");
    }
}
