//! `App`: its settings.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tracing::Span;

use super::attempt::{Breaker, Clock, Retries};
use super::dead_letter::DeadLetters;
use super::engine::Settings;
use super::handler::{LayerFn, OtherMessages, Route};
use super::observe::{Health, Log, Observers, Tracer};
use super::partition::Order;
use super::policy::{AppPolicy, Retry};
use super::retry_topics::RetryTopics;
use super::transaction::ExactlyOnce;
use crate::client::{Kafka, TraceContext};

/// A service: it receives messages, and calls the [`Handler`](super::Handler) of the topic for each, at least once.
///
/// See [the module](crate::app) for its guarantees and an example.
#[must_use = "an app does nothing before `run`"]
pub struct App<S = ()> {
    pub(super) kafka: Kafka,
    pub(super) state: Arc<S>,
    pub(super) routes: Vec<Arc<dyn Route>>,
    pub(super) other_messages: OtherMessages,
    pub(super) layers: Vec<LayerFn>,
    pub(super) policy: AppPolicy,
    pub(super) breaker: Breaker,
    pub(super) settings: Settings,
    pub(super) exactly_once: Option<ExactlyOnce>,
    pub(super) clock: Clock,
    pub(super) observers: Observers,
    pub(super) tracer: Tracer,
    pub(super) health: Health,
}

impl App {
    /// Creates an app on a cluster, without state and handlers.
    pub fn new(kafka: &Kafka) -> Self {
        let (mut observers, health) = (Observers::default(), Health::default());
        observers.add(Arc::new(Log::default()));
        observers.add(Arc::new(health.clone()));
        Self {
            kafka: kafka.clone(),
            state: Arc::new(()),
            routes: Vec::new(),
            other_messages: OtherMessages::default(),
            layers: Vec::new(),
            policy: AppPolicy::default(),
            breaker: Breaker::default(),
            settings: Settings {
                order: Order::Partition,
                max_in_flight: 500,
                max_bytes: None,
                drain_timeout: Duration::from_secs(20),
            },
            exactly_once: None,
            clock: Clock::machine(),
            observers,
            tracer: Tracer::default(),
            health,
        }
    }
}

impl<S: Send + Sync + 'static> App<S> {
    /// Sets the consumer group, in place of the one of the [`Kafka`]. All processes of a group share the partitions.
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.kafka = self.kafka.with_group(group);
        self
    }

    /// Sets the state, which is shared by all handlers that are added after this call.
    pub fn state<N: Send + Sync + 'static>(self, state: N) -> App<N> {
        App {
            state: Arc::new(state),
            kafka: self.kafka,
            routes: self.routes,
            other_messages: self.other_messages,
            layers: self.layers,
            policy: self.policy,
            breaker: self.breaker,
            settings: self.settings,
            exactly_once: self.exactly_once,
            clock: self.clock,
            observers: self.observers,
            tracer: self.tracer,
            health: self.health,
        }
    }

    /// Sets what becomes of messages that have no handler, on topics that have a handler for another message type. By
    /// default the app does not start.
    ///
    /// ```
    /// # use thoth_messaging::Kafka;
    /// # use thoth_messaging::messages::PackageReleased as OrderPlaced;
    /// use thoth_messaging::app::{App, OtherMessages};
    ///
    /// async fn on_placed(order: OrderPlaced) { /* … */ }
    ///
    /// // The topic has `OrderCancelled` as well.
    /// let app = App::new(&Kafka::new("localhost:9092")).other_messages(OtherMessages::Skip).handle(on_placed);
    /// ```
    pub fn other_messages(mut self, other_messages: OtherMessages) -> Self {
        self.other_messages = other_messages;
        self
    }

    /// Handles messages of one partition concurrently, up to this many; at least one. Messages with the same key keep their
    /// order; those without a key have none.
    ///
    /// By default, a partition is handled message by message, in its order. With this setting, messages may be handled
    /// ahead of one that is retried, behind which nothing is committed; after a crash, all from that one on are received
    /// again.
    pub fn per_key(mut self, max_concurrent: usize) -> Self {
        self.settings.order = Order::Key { max_concurrent };
        self
    }

    /// Sets how many messages of each partition may have begun at once: their handler was called, and they are not settled,
    /// because it has not returned, the next attempt is not due, or their replies are not delivered. At least one, 500 by
    /// default. (With [`exactly_once`](Self::exactly_once), the [size of a transaction](ExactlyOnce) is the limit instead.)
    ///
    /// Messages behind them wait in memory, up to [a limit in bytes](Self::max_in_flight_bytes).
    pub fn max_in_flight(mut self, messages: usize) -> Self {
        self.settings.max_in_flight = messages.max(1);
        self
    }

    /// Sets how many bytes of each partition may be in memory, from when they are received until they are settled: keys,
    /// payloads, headers, and 256 bytes for each message. A message that is larger is there alone. By default all
    /// partitions of the app share 128 MiB, each of them at most 32 MiB and at least 1 MiB.
    ///
    /// A partition that has reached the limit is paused until half of it is free, unless the others can do without new messages
    /// for a moment. A pause throws away what librdkafka has fetched of the partition. With [`per_key`](Self::per_key),
    /// messages behind one that is retried hold up other keys of the partition only at this limit.
    pub fn max_in_flight_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_bytes = Some(bytes.max(1));
        self
    }

    /// Sets the [`Retries`]: those on each topic, if there are [retry topics](Self::retry_topics).
    pub fn retries(mut self, retries: Retries) -> Self {
        self.policy.retries = Some(retries);
        self
    }

    /// Sets the [`RetryTopics`] for messages whose attempts failed; those that the schema of each topic declares by default.
    /// They are handled out of their order.
    pub fn retry_topics(mut self, retry_topics: RetryTopics) -> Self {
        self.policy.retry_topics = Some(retry_topics);
        self
    }

    /// Sets the [`Breaker`].
    pub fn breaker(mut self, breaker: Breaker) -> Self {
        self.breaker = breaker;
        self
    }

    /// Sets the destination of [`DeadLetters`].
    pub fn dead_letters(mut self, dead_letters: DeadLetters) -> Self {
        self.policy.dead_letters = dead_letters;
        self
    }

    /// Sets the timeout of an attempt; none by default. A handler that takes longer is dropped at its next `await`, and the
    /// attempt has failed, with [`Reason::TimedOut`](super::Reason::TimedOut).
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.policy.attempt_timeout = Some(timeout);
        self
    }

    /// Decides on errors of handlers of a type: that no other attempt follows, or after how long. The type may also be that of
    /// a [source](Error::source) of the error. The first decision that is no `None` counts, in the order of these calls,
    /// behind those of the [handler](super::handler) itself; without one, errors are tried again as the [`Retries`] say.
    ///
    /// ```
    /// use std::fmt;
    /// use std::time::Duration;
    /// use thoth_messaging::app::{App, Retry};
    /// # use thoth_messaging::Kafka;
    ///
    /// #[derive(Debug)]
    /// enum ApiError {
    ///     NoSuchAccount,
    ///     TooManyRequests { retry_after: Duration },
    ///     Unreachable,
    /// }
    /// # impl fmt::Display for ApiError { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("") } }
    /// # impl std::error::Error for ApiError {}
    ///
    /// let app = App::new(&Kafka::new("localhost:9092")).on_error(|error: &ApiError| match error {
    ///     ApiError::NoSuchAccount => Retry::Never,
    ///     ApiError::TooManyRequests { retry_after } => Retry::After(*retry_after),
    ///     ApiError::Unreachable => Retry::Backoff,
    /// });
    /// ```
    ///
    /// A panic and a timeout are no errors of the handler. An `anyhow::Error` is known by its sources, not by the error that it
    /// was made of.
    pub fn on_error<E, R>(mut self, decide: impl Fn(&E) -> R + Send + Sync + 'static) -> Self
    where
        E: Error + 'static,
        R: Into<Option<Retry>>,
    {
        self.policy.rules.add(decide);
        self
    }

    /// Decides on errors of handlers, of whatever type: as [`on_error`](Self::on_error).
    ///
    /// ```
    /// # use thoth_messaging::Kafka;
    /// use thoth_messaging::app::{App, Retry};
    ///
    /// let app = App::new(&Kafka::new("localhost:9092"))
    ///     .on_any_error(|error| error.to_string().contains("no such account").then_some(Retry::Never));
    /// ```
    pub fn on_any_error<R>(mut self, decide: impl Fn(&(dyn Error + 'static)) -> R + Send + Sync + 'static) -> Self
    where
        R: Into<Option<Retry>>,
    {
        self.policy.rules.add_any(decide);
        self
    }

    /// Processes every message exactly once: its replies, its dead letter and its offset are committed in one transaction of
    /// Kafka, all or nothing. It takes the `transactional.id` of this process, or [`ExactlyOnce`].
    ///
    /// ```
    /// # use thoth_messaging::Kafka;
    /// # use thoth_messaging::messages::{PackageReleased, SolvedPackage};
    /// # async fn solve(_: PackageReleased) -> Option<SolvedPackage> { None }
    /// use thoth_messaging::app::App;
    ///
    /// let kafka = Kafka::new("localhost:9092").with("transaction.timeout.ms", "10000");
    /// let app = App::new(&kafka).group("solver").exactly_once("solver-1").handle(solve);
    /// ```
    ///
    /// The handler may still be called more than once for a message: after a crash, a rebalance, or a transaction that Kafka
    /// aborted. Its replies count once. Messages that it sends by [`Context::producer`], and its other effects, are outside
    /// of the transaction.
    ///
    /// - Consumers of the replies must read with `isolation.level=read_committed`, the default of consumers here.
    /// - All partitions of the process share a transaction, which is committed every
    ///   [100 ms](ExactlyOnce::commit_every), or earlier with 10,000 messages or 16 MiB of them, which are in memory until
    ///   then. Handlers go on meanwhile, also during a commit.
    /// - With [`per_key`](Self::per_key), messages are settled in the order of their partition: those that are handled ahead
    ///   of one that is retried wait for it.
    /// - When a process is killed, consumers of its replies wait until it restarts with the same id, at most for
    ///   `transaction.timeout.ms` (60 s).
    ///
    /// [`Context::producer`]: super::Context::producer
    pub fn exactly_once(mut self, settings: impl Into<ExactlyOnce>) -> Self {
        self.exactly_once = Some(settings.into());
        self
    }

    /// Sets how long running attempts may take when the app stops, or a partition is revoked; 20 s by default. After that
    /// they are aborted at their next `await`. Keep it below the grace period of the platform between SIGTERM and SIGKILL
    /// (30 s on Kubernetes, 10 s with Docker): where Kafka does not answer, the last commit and the last deliveries take up
    /// to 6 s more.
    pub fn drain_timeout(mut self, timeout: Duration) -> Self {
        self.settings.drain_timeout = timeout;
        self
    }

    /// Sets the function that continues the trace of a message. It takes the trace context in the headers of the record and
    /// the span of the message, and returns the context for the headers of all that is sent while the message is handled.
    ///
    /// By default that is a [child](TraceContext::child) of the context of the record, or a [new trace](TraceContext::root);
    /// with the feature `opentelemetry`, the one that OpenTelemetry has for the span, where it records it.
    pub fn traced_by(
        mut self,
        trace: impl Fn(Option<&TraceContext>, &Span) -> TraceContext + Send + Sync + 'static,
    ) -> Self {
        self.tracer = Tracer::new(trace);
        self
    }

    /// Returns the health of the app, for probes.
    #[must_use]
    pub fn health(&self) -> Health {
        self.health.clone()
    }

    #[cfg(feature = "testing")]
    pub(crate) fn with_observer(mut self, observer: Arc<dyn super::observe::Observer>) -> Self {
        self.observers.add(observer);
        self
    }

    #[cfg(feature = "testing")]
    pub(crate) fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    #[cfg(feature = "testing")]
    pub(crate) fn kafka(&self) -> &Kafka {
        &self.kafka
    }
}

impl<S> fmt::Debug for App<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let descriptors = self.routes.iter().flat_map(|route| route.descriptors());
        let topics: BTreeSet<_> = descriptors.map(|descriptor| descriptor.topic.name.as_ref()).collect();
        f.debug_struct("App").field("kafka", &self.kafka).field("topics", &topics).finish_non_exhaustive()
    }
}
