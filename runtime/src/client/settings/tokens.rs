//! Tokens for SASL OAUTHBEARER, from an issuer that the program asks.
//!
//! rdkafka offers them only as a callback that blocks. Here a task of each client asks for the next token before the one that
//! it has expires, and ends with the client.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock, Weak};
use std::thread;
use std::time::{Duration, SystemTime};

use rdkafka::error::KafkaResult;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time;

use crate::client::error::ConfigError;

/// The time to wait after a failure before the next token is asked for, as librdkafka does.
const RETRY: Duration = Duration::from_secs(10);

/// A token that says who a client is, until it expires. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    pub(in crate::client) value: String,
    pub(in crate::client) expires: SystemTime,
    pub(in crate::client) principal: String,
    pub(in crate::client) extensions: BTreeMap<String, String>,
}

impl Token {
    /// A token, as its issuer gave it, and when it expires. The next one is asked for when four fifths of the time until
    /// then are over.
    #[must_use]
    pub fn new(value: impl Into<String>, expires: SystemTime) -> Self {
        Self { value: value.into(), expires, principal: String::new(), extensions: BTreeMap::new() }
    }

    /// With the name of whom it is for, which librdkafka shows in its logs.
    #[must_use]
    pub fn with_principal(mut self, principal: impl Into<String>) -> Self {
        self.principal = principal.into();
        self
    }

    /// With a SASL extension (KIP-342), as a broker may ask for.
    #[must_use]
    pub fn with_extension(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extensions.insert(name.into(), value.into());
        self
    }

    /// The time until the next token is asked for.
    fn usable(&self) -> Duration {
        let left = self.expires.duration_since(SystemTime::now()).unwrap_or_default();
        (left * 4 / 5).max(Duration::from_secs(1))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("expires", &self.expires)
            .field("principal", &self.principal)
            .finish_non_exhaustive()
    }
}

type Failure = Box<dyn Error + Send + Sync>;
type Fetched = Pin<Box<dyn Future<Output = Result<Token, Failure>> + Send>>;

/// The source of tokens.
#[derive(Clone)]
pub(in crate::client) struct Tokens(Arc<dyn Fn() -> Fetched + Send + Sync>);

/// The task that renews the token of a client. It ends when this is dropped, with the client that owns it.
#[derive(Default)]
pub(in crate::client) struct Refresh(OnceLock<AbortHandle>);

/// A client that authenticates with tokens.
pub(in crate::client) trait Authenticated: Send + Sync + 'static {
    /// Hands over a token, or the reason why there is none.
    fn set_token(&self, token: Result<&Token, &str>) -> KafkaResult<()>;
    fn refresh(&self) -> &Refresh;
}

impl Tokens {
    pub(in crate::client) fn new<F, R>(fetch: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<Token, Failure>> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(fetch())))
    }

    pub(in crate::client) async fn fetch(&self) -> Result<Token, Failure> {
        (self.0)().await
    }

    /// Starts a task that gives a client its tokens from now on.
    pub(super) fn keep_fresh<C: Authenticated>(&self, client: &Arc<C>) -> Result<(), ConfigError> {
        let runtime = Handle::try_current().map_err(|_| ConfigError::NoRuntime)?;
        let task = runtime.spawn(refresh(self.clone(), Arc::downgrade(client)));
        // A client is made once, and so is its task.
        let _ = client.refresh().0.set(task.abort_handle());
        Ok(())
    }
}

async fn refresh<C: Authenticated>(tokens: Tokens, client: Weak<C>) {
    loop {
        let fetched = tokens.fetch().await;
        let Some(client) = client.upgrade() else {
            return;
        };
        let (set, pause) = match &fetched {
            Ok(token) => (client.set_token(Ok(token)), token.usable()),
            Err(error) => (client.set_token(Err(&error.to_string())), RETRY),
        };
        let pause = set.map_or_else(
            |error| {
                tracing::error!("Kafka: librdkafka did not take a token: {error}");
                RETRY
            },
            |()| pause,
        );
        release(client);
        time::sleep(pause).await;
    }
}

/// Drops a client, on a thread if this is its last owner: that blocks, which must not stop an async task.
fn release<C: Authenticated>(client: Arc<C>) {
    if Arc::strong_count(&client) == 1 {
        let _ = thread::Builder::new().name("kafka client drop".to_owned()).spawn(move || drop(client));
    }
}

impl Drop for Refresh {
    fn drop(&mut self) {
        if let Some(task) = self.0.get() {
            task.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_not_shown() {
        let token =
            Token::new("s3cret", SystemTime::UNIX_EPOCH).with_principal("adviser").with_extension("e", "s3cret");
        let shown = format!("{token:?}");
        assert!(shown.contains("adviser") && !shown.contains("s3cret"), "{shown}");
    }

    #[test]
    fn the_next_token_is_asked_for_before_this_one_expires() {
        let usable = Token::new("", SystemTime::now() + Duration::from_secs(100)).usable();
        assert!((Duration::from_secs(70)..=Duration::from_secs(80)).contains(&usable), "{usable:?}");
        assert_eq!(Token::new("", SystemTime::UNIX_EPOCH).usable(), Duration::from_secs(1));
    }
}
