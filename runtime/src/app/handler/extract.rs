//! Extractors: arguments of a handler behind the message.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::SystemTime;

use super::Context;
use super::outcome::Outcome;
use crate::client::{Header, Record};

/// An argument of a handler behind the message: [`Context`], [`State`], [`Key`], [`Headers`], [`Metadata`], an `Option` of a
/// [`Key`], or a type of one's own. They may stand in any order.
///
/// ```
/// use thoth_messaging::app::{Context, FromContext, Headers, Outcome};
/// use thoth_messaging::messages::PackageReleased;
///
/// /// The tenant, of which every message must have a header.
/// struct Tenant(String);
///
/// impl<S> FromContext<S> for Tenant {
///     fn from_context(context: &Context<S>) -> Result<Self, Outcome> {
///         let tenant = Headers::from_context(context)?.get_str("tenant").map(str::to_owned);
///         tenant.map(Tenant).ok_or_else(|| Outcome::dead_letter("it has no tenant"))
///     }
/// }
///
/// async fn on_released(released: PackageReleased, Tenant(tenant): Tenant) {
///     println!("{} for {tenant}", released.package_name);
/// }
/// # let _ = thoth_messaging::App::new(&thoth_messaging::Kafka::new("localhost:9092")).handle(on_released);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no extractor in an app whose state is `{S}`",
    label = "an argument behind the message is no extractor here",
    note = "the message is the first argument; behind it stand `Context<S>`, `State<S>`, `Key`, `Headers`, `Metadata` and types \
            that implement `FromContext`; `App::state`, before `handle`, sets the state `S`"
)]
pub trait FromContext<S>: Sized {
    /// Extracts the argument.
    ///
    /// # Errors
    ///
    /// The outcome of the attempt, in place of a call of the handler: [`Outcome::DeadLetter`], as a rule.
    fn from_context(context: &Context<S>) -> Result<Self, Outcome>;
}

impl<S> FromContext<S> for Context<S> {
    fn from_context(context: &Self) -> Result<Self, Outcome> {
        Ok(context.clone())
    }
}

/// The state of the app, which all its handlers share.
///
/// ```
/// use thoth_messaging::app::State;
/// use thoth_messaging::messages::PackageReleased;
/// # use std::sync::Mutex;
///
/// async fn on_released(released: PackageReleased, State(names): State<Mutex<Vec<String>>>) {
///     names.lock().unwrap().push(released.package_name);
/// }
/// # let app = thoth_messaging::App::new(&thoth_messaging::Kafka::new("localhost:9092"));
/// # let _ = app.state(Mutex::new(Vec::new())).handle(on_released);
/// ```
pub struct State<S>(pub Arc<S>);

impl<S> FromContext<S> for State<S> {
    fn from_context(context: &Context<S>) -> Result<Self, Outcome> {
        Ok(Self(Arc::clone(&context.state)))
    }
}

impl<S> Deref for State<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0
    }
}

impl<S> Clone for State<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S> fmt::Debug for State<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").finish_non_exhaustive()
    }
}

/// The key of the message. A message without one is a dead letter, unless the handler takes an `Option<Key>`.
///
/// ```
/// use thoth_messaging::app::Key;
/// use thoth_messaging::messages::PackageReleased;
///
/// async fn on_released(released: PackageReleased, key: Key) {
///     assert_eq!(key.as_str(), Some(released.package_name.as_str()));
/// }
/// # let _ = thoth_messaging::App::new(&thoth_messaging::Kafka::new("localhost:9092")).handle(on_released);
/// ```
#[derive(Clone)]
pub struct Key(Arc<Record>);

impl Key {
    fn of(record: &Arc<Record>) -> Option<Self> {
        record.key().is_some().then(|| Self(Arc::clone(record)))
    }

    /// Returns its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.key().unwrap_or_default()
    }

    /// Returns its text, if it is UTF-8.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(self.as_bytes()).ok()
    }
}

impl<S> FromContext<S> for Key {
    fn from_context(context: &Context<S>) -> Result<Self, Outcome> {
        Self::of(&context.attempt.record).ok_or_else(|| Outcome::dead_letter("the message has no key"))
    }
}

impl<S> FromContext<S> for Option<Key> {
    fn from_context(context: &Context<S>) -> Result<Self, Outcome> {
        Ok(Key::of(&context.attempt.record))
    }
}

impl fmt::Debug for Key {
    /// Without the key: it may be of a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("bytes", &self.as_bytes().len()).finish()
    }
}

/// The headers of the message, in their order.
///
/// ```
/// use thoth_messaging::app::{Headers, Outcome};
/// use thoth_messaging::messages::PackageReleased;
///
/// async fn on_released(_: PackageReleased, headers: Headers) -> Outcome {
///     match headers.get_str("origin") {
///         Some("import") => Outcome::Handled,
///         _ => Outcome::dead_letter(format_args!("no import, among {} headers", headers.len())),
///     }
/// }
/// # let _ = thoth_messaging::App::new(&thoth_messaging::Kafka::new("localhost:9092")).handle(on_released);
/// ```
#[derive(Clone)]
pub struct Headers(Arc<Record>);

impl Headers {
    /// Returns the value of the last header of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.iter().rfind(|header| header.name == name)?.value.as_deref()
    }

    /// Returns the value of the last header of a name, if it is UTF-8.
    #[must_use]
    pub fn get_str(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.get(name)?).ok()
    }
}

impl Deref for Headers {
    type Target = [Header];

    fn deref(&self) -> &[Header] {
        self.0.headers()
    }
}

impl<S> FromContext<S> for Headers {
    fn from_context(context: &Context<S>) -> Result<Self, Outcome> {
        Ok(Self(Arc::clone(&context.attempt.record)))
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The place and the time of the message, and the number of the attempt.
///
/// ```
/// use thoth_messaging::app::Metadata;
/// use thoth_messaging::messages::PackageReleased;
///
/// async fn on_released(released: PackageReleased, metadata: Metadata) {
///     println!("{} at offset {}, attempt {}", released.package_name, metadata.offset(), metadata.attempt());
/// }
/// # let _ = thoth_messaging::App::new(&thoth_messaging::Kafka::new("localhost:9092")).handle(on_released);
/// ```
#[derive(Clone)]
pub struct Metadata {
    record: Arc<Record>,
    attempt: u32,
}

impl Metadata {
    /// Returns the topic, by its name on the cluster.
    #[must_use]
    pub fn topic(&self) -> &str {
        self.record.topic()
    }

    /// Returns the partition.
    #[must_use]
    pub fn partition(&self) -> i32 {
        self.record.partition()
    }

    /// Returns the offset on the partition.
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.record.offset()
    }

    /// Returns the time at which it was sent, or at which the broker got it, as the topic is configured.
    #[must_use]
    pub fn timestamp(&self) -> Option<SystemTime> {
        self.record.timestamp()
    }

    /// Returns the number of the attempt, as [`Context::attempt`].
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }
}

impl<S> FromContext<S> for Metadata {
    fn from_context(context: &Context<S>) -> Result<Self, Outcome> {
        Ok(Self { record: Arc::clone(&context.attempt.record), attempt: context.attempt.number })
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metadata")
            .field("topic", &self.topic())
            .field("partition", &self.partition())
            .field("offset", &self.offset())
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}
