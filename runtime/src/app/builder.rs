//! An app as it is put together, and how it starts.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use tracing::Span;

use super::breaker::{Breaker, Gate};
use super::clock::Clock;
use super::committer::Committer;
use super::dead_letter::DeadLetters;
use super::engine::{Engine, Settings};
use super::error::AppError;
use super::exactly_once::ExactlyOnce;
use super::handler::Handler;
use super::handling::Tracer;
use super::health::Health;
use super::lane::Order;
use super::load::Amount;
use super::meters::Meters;
use super::observer::{Counts, Event, Log, Observers};
use super::retries::Retries;
use super::route::{Expecting, Handled, HandlerInput, Reader, Reading, Route};
use super::signals;
use super::summary::Summary;
use super::work::{Shop, Station};
use crate::client::{Kafka, Producer, ReceiveError, Records, SendError, TraceContext, TransactionError};
use crate::message::{Decoder, Topic};

/// How long the last messages of the producer may take beyond the drain.
const LAST_DELIVERIES: Duration = Duration::from_secs(5);

/// A service: it receives messages, and has each handled by the [`Handler`] of its topic, at least once.
///
/// See [the module](crate::app) for what it does and an example.
#[must_use = "an app does nothing before `run`"]
pub struct App<S = ()> {
    kafka: Kafka,
    state: Arc<S>,
    routes: Vec<Arc<dyn Route>>,
    retries: Retries,
    breaker: Breaker,
    dead_letters: DeadLetters,
    settings: Settings,
    attempt_timeout: Duration,
    exactly_once: Option<ExactlyOnce>,
    clock: Clock,
    observers: Observers,
    tracer: Tracer,
    health: Health,
}

impl App {
    /// An app on a cluster, without state and handlers.
    pub fn new(kafka: &Kafka) -> Self {
        let (mut observers, health) = (Observers::default(), Health::default());
        observers.add(Arc::new(Log));
        observers.add(Arc::new(health.clone()));
        Self {
            kafka: kafka.clone(),
            state: Arc::new(()),
            routes: Vec::new(),
            retries: Retries::default(),
            breaker: Breaker::default(),
            dead_letters: DeadLetters::default(),
            settings: Settings {
                order: Order::Partition,
                max_in_flight: Amount { messages: 500, bytes: 32 * 1024 * 1024 },
                drain: Duration::from_secs(20),
            },
            attempt_timeout: Duration::MAX,
            exactly_once: None,
            clock: Clock::machine(),
            observers,
            tracer: Tracer::default(),
            health,
        }
    }
}

impl<S: Send + Sync + 'static> App<S> {
    /// With a consumer group, in place of the one in the settings. Who runs the same app a second time, in the same
    /// group, shares the partitions with it.
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.kafka = self.kafka.with_group(group);
        self
    }

    /// With a state, which all handlers share that are added from now on.
    pub fn state<N: Send + Sync + 'static>(self, state: N) -> App<N> {
        App {
            state: Arc::new(state),
            kafka: self.kafka,
            routes: self.routes,
            retries: self.retries,
            breaker: self.breaker,
            dead_letters: self.dead_letters,
            settings: self.settings,
            attempt_timeout: self.attempt_timeout,
            exactly_once: self.exactly_once,
            clock: self.clock,
            observers: self.observers,
            tracer: self.tracer,
            health: self.health,
        }
    }

    /// With a handler for the topic of a generated type: an `async fn(T)` or `async fn(T, Context<S>)`.
    ///
    /// `T` is a message, or the enum of the messages of a topic. Where it is an `Option`, a tombstone is handled, too,
    /// as `None`; else it is a dead letter.
    pub fn handle<A, H>(self, handler: H) -> Self
    where
        H: Handler<A, S, Message: HandlerInput>,
        A: 'static,
    {
        self.add(Expecting::new(), handler)
    }

    /// With a handler for the topics of any message type, as one that is [made at run time](crate::dynamic), or
    /// [several](crate::OneOf) as one Rust type.
    ///
    /// ```
    /// # use thoth_messaging::Kafka;
    /// use thoth_messaging::app::App;
    /// use thoth_messaging::dynamic::{DynamicMessage, message_factory};
    ///
    /// let failed = message_factory("ci.build-failed", [("commit", "string"), ("exit_code", "integer")])?;
    /// let app = App::new(&Kafka::new("localhost:9092"))
    ///     .handle_of(failed, async |failed: DynamicMessage| println!("{}", failed.contents()));
    /// # Ok::<(), thoth_messaging::dynamic::FactoryError>(())
    /// ```
    pub fn handle_of<I, A, H>(self, decoder: I, handler: H) -> Self
    where
        I: Decoder,
        H: Handler<A, S, Message = I::Message>,
        A: 'static,
    {
        self.add(Reading(decoder), handler)
    }

    fn add<R, A, H>(mut self, reader: R, handler: H) -> Self
    where
        R: Reader + 'static,
        H: Handler<A, S, Message = R::Message>,
        A: 'static,
    {
        let state = Arc::clone(&self.state);
        self.routes.push(Arc::new(Handled { reader, handler, state, arguments: PhantomData }));
        self
    }

    /// With messages of one partition handled at once that have different keys or none, up to so many; at least one. Those
    /// with the same key keep their order.
    ///
    /// Without this, a partition is handled message by message, in its order. With it, what is handled may run ahead of
    /// what is committed, up to a message that is tried again and again; after a crash all from there on come again.
    pub fn per_key(mut self, at_once: usize) -> Self {
        self.settings.order = Order::Key { at_once };
        self
    }

    /// With a number of messages of each partition that may be in memory, waiting or being handled; at least one, 500 by
    /// default. When there are as many, the partition is paused until there are half as many.
    ///
    /// A pause throws away what was fetched ahead. So the app fetches less ahead than a consumer does, and sooner:
    /// `queued.min.messages` is 1000, `fetch.queue.backoff.ms` 20 and `fetch.wait.max.ms` 100, unless they are set.
    pub fn max_in_flight(mut self, messages: usize) -> Self {
        self.settings.max_in_flight.messages = messages.max(1);
        self
    }

    /// With a number of bytes of each partition that may be in memory so, keys and payloads; 32 MiB by default. Of a
    /// message that is larger there is one at a time.
    pub fn max_in_flight_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_in_flight.bytes = bytes.max(1);
        self
    }

    /// With other [`Retries`].
    pub fn retries(mut self, retries: Retries) -> Self {
        self.retries = retries;
        self
    }

    /// With another [`Breaker`].
    pub fn breaker(mut self, breaker: Breaker) -> Self {
        self.breaker = breaker;
        self
    }

    /// With other [`DeadLetters`].
    pub fn dead_letters(mut self, dead_letters: DeadLetters) -> Self {
        self.dead_letters = dead_letters;
        self
    }

    /// With a time that an attempt may take; without a bound by default. A handler that takes longer is dropped at its next
    /// `await`, and the attempt has failed, with [`Reason::TimedOut`](super::Reason::TimedOut).
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.attempt_timeout = limit;
        self
    }

    /// With every message counted once: what its handler returns, its dead letter and its offset are committed in one
    /// transaction of Kafka, of which nobody sees a part. Give it the `transactional.id` of this process, or
    /// [`ExactlyOnce`].
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
    /// The handler itself may still be called more than once for a message: after a crash, a rebalance, or a transaction
    /// that Kafka aborted. It is what it returns that counts once. What it sends by [`Context::producer`], writes to a
    /// database or asks of others is outside of the transaction.
    ///
    /// - Who reads the replies must read with `isolation.level=read_committed`, the default of consumers here.
    /// - The next message does not wait until the replies of the one before it are delivered, which takes a round trip
    ///   without transactions: where each message has replies, this is the faster way.
    /// - All partitions of the process share a transaction, which is committed every
    ///   [100 ms](ExactlyOnce::commit_every), or earlier where 10,000 messages or 16 MiB of them are in it, which are in
    ///   memory until then. Handlers run on meanwhile, also while one is being committed.
    /// - With [`per_key`](Self::per_key), messages are settled in the order of their partition: what is handled ahead of a
    ///   message that is tried again waits for it.
    /// - Where a process is killed, readers of its replies wait until it comes back with the same id, at most for
    ///   `transaction.timeout.ms` (60 s).
    ///
    /// [`Context::producer`]: super::Context::producer
    pub fn exactly_once(mut self, settings: impl Into<ExactlyOnce>) -> Self {
        self.exactly_once = Some(settings.into());
        self
    }

    /// With a time that attempts may take to end when the app is to stop, or a partition is revoked; 20 s by default.
    /// After it they are aborted at their next `await`. Keep it below what the platform grants between SIGTERM and
    /// SIGKILL (30 s on Kubernetes, 10 s with Docker): where Kafka does not answer, the last commit and the last deliveries
    /// take up to 6 s more.
    pub fn drain_timeout(mut self, deadline: Duration) -> Self {
        self.settings.drain = deadline;
        self
    }

    /// With another tracer for what goes on with a message: a function of what the headers of its record say, and of its
    /// span. It returns what the headers of all that is sent in its handling say.
    ///
    /// By default that is a [child](TraceContext::child) of what the record says, or a [new trace](TraceContext::root).
    /// OpenTelemetry makes ids of its own for the span: see [the module](crate::app#traces) for how they are sent.
    pub fn traced_by(
        mut self,
        trace: impl Fn(Option<&TraceContext>, &Span) -> TraceContext + Send + Sync + 'static,
    ) -> Self {
        self.tracer = Tracer::new(trace);
        self
    }

    /// What a probe may ask of it.
    #[must_use]
    pub fn health(&self) -> Health {
        self.health.clone()
    }

    /// Handles messages until SIGTERM or ctrl-c, and says what it did.
    ///
    /// # Errors
    ///
    /// Those of [`App::run_until`], and [`AppError::Signals`].
    pub async fn run(self) -> Result<Summary, AppError> {
        let signal = signals::termination().map_err(AppError::Signals)?;
        self.run_until(signal).await
    }

    /// Handles messages until the future is ready; then no attempt begins any more, those that are being made are
    /// [waited for](Self::drain_timeout), what is done is committed, and the group is left.
    ///
    /// Where Kafka can't be reached at the start, it is tried again, until it can be. That does not go for a Kafka that does
    /// not let the app in; [the module](crate::app#what-happens-in-trouble) says why, and what else happens in trouble.
    ///
    /// # Errors
    ///
    /// Before any message is handled, [`AppError::Config`], [`AppError::NoHandlers`], [`AppError::TopicTwice`],
    /// [`AppError::DeadLetterLoop`], [`AppError::NoDeadLetterTopic`] and [`AppError::Admin`]. At any time
    /// [`AppError::Receive`] where Kafka gives an error that does not pass (a topic that does not exist or is another one
    /// now, a missing right, credentials or certificates that are wrong), [`AppError::DeadLetter`] where one is refused,
    /// [`AppError::Transaction`] with [`exactly_once`](Self::exactly_once), [`AppError::Unhandled`] with
    /// [`DeadLetters::stop`], and [`AppError::Stopped`] where a handler asks for it. At the end, [`AppError::Close`]. In all
    /// these cases what is handled is committed, as far as Kafka can be reached.
    pub async fn run_until(mut self, until: impl Future<Output = ()>) -> Result<Summary, AppError> {
        let counts = Arc::new(Counts::default());
        self.observers.add(Arc::<Counts>::clone(&counts));
        let (health, _ends) = (self.health.clone(), self.health.ends());
        self.check()?;
        let topics = self.topics().map(|topic| self.kafka.topic_name(topic));
        let meters = Meters::new(self.kafka.group().unwrap_or_default(), topics);
        self.observers.add(Arc::new(meters));
        let mut until = pin!(health.until(until));
        let producer = self.kafka.producer()?;
        let drain = self.settings.drain;
        let ran = match self.start(&producer, until.as_mut()).await {
            Ok(Some(engine)) => engine.run(until).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        let closed = producer.close(drain.min(LAST_DELIVERIES)).await.map_err(AppError::Close);
        ran.and(closed).map(|()| counts.summary())
    }

    /// The topics that it handles.
    pub fn topics(&self) -> impl Iterator<Item = &Topic> {
        self.routes.iter().flat_map(|route| route.topics())
    }

    /// The topics that its dead letters go to, each once.
    pub fn dead_letter_topics(&self) -> impl Iterator<Item = Topic> {
        let topics = self.topics().filter_map(|topic| self.dead_letters.of(topic));
        topics.map(|topic| (topic.name.clone(), topic)).collect::<BTreeMap<_, _>>().into_values()
    }

    #[cfg(feature = "testing")]
    pub(crate) fn observe(mut self, observer: Arc<dyn super::observer::Observer>) -> Self {
        self.observers.add(observer);
        self
    }

    #[cfg(feature = "testing")]
    pub(crate) fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    #[cfg(feature = "testing")]
    pub(crate) fn kafka(&self) -> &Kafka {
        &self.kafka
    }

    fn check(&self) -> Result<(), AppError> {
        if self.routes.is_empty() {
            return Err(AppError::NoHandlers);
        }
        let mut topics = std::collections::BTreeSet::new();
        for topic in self.topics() {
            if !topics.insert(&topic.name) {
                return Err(AppError::TopicTwice { topic: topic.name.to_string() });
            }
        }
        match self.dead_letter_topics().find(|topic| topics.contains(&topic.name)) {
            Some(topic) => Err(AppError::DeadLetterLoop { topic: topic.name.into_owned() }),
            None => Ok(()),
        }
    }

    /// Finds the topics and joins the group; `None` where the app is to end before that.
    async fn start(
        self,
        producer: &Producer,
        mut until: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<Option<Engine>, AppError> {
        let topics = self.topics().map(|topic| self.kafka.topic_name(topic)).collect();
        let records = Records::new(&self.kafka, topics)?;
        if self.exactly_once.is_some() {
            records.commit_in_transactions(&self.kafka)?;
        }
        self.health.listen_to(records.pulse());
        let starting = async {
            let mut attempt = 1;
            while let Err(error) = self.join(producer, &records).await {
                let AppError::Receive(error @ ReceiveError::Unreachable { .. }) = error else { return Err(error) };
                if !error.is_retriable() {
                    return Err(AppError::Receive(error));
                }
                self.observers.tell(&Event::Unreachable(&error));
                tokio::time::sleep(Retries::default().wait(attempt)).await;
                attempt = attempt.saturating_add(1);
            }
            self.committer().await
        };
        let joined = tokio::select! {
            biased;
            () = until.as_mut() => None,
            joined = starting => Some(joined?),
        };
        if let Some(committer) = joined {
            return Ok(Some(self.into_engine(producer, records, committer)));
        }
        records.close(self.settings.drain).await.map_err(AppError::Close)?;
        Ok(None)
    }

    async fn join(&self, producer: &Producer, records: &Records) -> Result<(), AppError> {
        for topic in self.dead_letter_topics() {
            let name = self.kafka.topic_name(&topic);
            match producer.find_topic(&name).await {
                Ok(()) => {}
                Err(SendError::UnknownTopic { .. }) if self.dead_letters.create => {
                    self.kafka.admin().create_topic(&topic).await.map_err(AppError::Admin)?;
                }
                Err(SendError::UnknownTopic { topic }) => return Err(AppError::NoDeadLetterTopic { topic }),
                Err(SendError::Unreachable { servers, reason, cause }) => {
                    return Err(AppError::Receive(ReceiveError::Unreachable { servers, reason, cause }));
                }
                Err(error) => return Err(AppError::DeadLetterTopic { topic: name, cause: Box::new(error) }),
            }
        }
        records.join().await.map_err(AppError::Receive)
    }

    /// What ends transactions, if there are to be any, once Kafka has answered.
    async fn committer(&self) -> Result<Option<Committer>, AppError> {
        let Some(settings) = &self.exactly_once else { return Ok(None) };
        let producer = loop {
            match self.kafka.transactional(&settings.id).await {
                Ok(producer) => break producer,
                Err(error) if error.is_retriable() => self.observers.tell(&Event::TransactionDelayed(&error)),
                Err(TransactionError::Config(error)) => return Err(AppError::Config(error)),
                Err(error) => return Err(AppError::Transaction(error)),
            }
        };
        let mut committer = Committer::new(producer, settings, self.observers.clone());
        committer.open().await?;
        Ok(Some(committer))
    }

    fn into_engine(self, producer: &Producer, records: Records, committer: Option<Committer>) -> Engine {
        let station = |route: &Arc<dyn Route>, topic: &Topic| {
            let dead_letters = self.dead_letters.of(topic).map(|topic| self.kafka.topic_name(&topic).into());
            let station = Station { route: Arc::clone(route), topic: topic.name.as_ref().into(), dead_letters };
            (self.kafka.topic_name(topic).into(), station)
        };
        let stations =
            self.routes.iter().flat_map(|route| route.topics().into_iter().map(|topic| station(route, topic)));
        let stations = stations.collect();
        let shop = Shop {
            group: self.kafka.group().unwrap_or_default().to_owned(),
            retries: self.retries,
            gate: Gate::new(self.breaker, self.clock.clone(), self.observers.clone()),
            clock: self.clock,
            producer: producer.clone(),
            observers: self.observers,
            tracer: self.tracer,
            health: self.health,
            dead_letters: self.dead_letters.destination,
            attempt_timeout: self.attempt_timeout,
            ledger: committer.as_ref().map(|committer| Arc::clone(committer.ledger())),
        };
        Engine::new(Arc::new(shop), records, stations, self.settings, committer)
    }
}

impl<S> fmt::Debug for App<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let topics: Vec<_> =
            self.routes.iter().flat_map(|route| route.topics()).map(|topic| topic.name.as_ref()).collect();
        f.debug_struct("App").field("kafka", &self.kafka).field("topics", &topics).finish_non_exhaustive()
    }
}
