//! The run of an app: it starts the clients and the engine, and closes them.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use super::attempt::{CircuitBreaker, Retries};
use super::builder::App;
use super::engine::Engine;
use super::error::AppError;
use super::handler::DispatchError;
#[cfg(feature = "opentelemetry")]
use super::observe::InstrumentedGroup;
use super::observe::{Counts, Event, Meters, Summary};
use super::partition::Shared;
use super::port::{Sink, Source, Transactions};
use super::shutdown::termination;
use super::transaction::Committer;
use crate::client::{AdminError, Kafka, Producer, ReceiveError, Records, SendError, TransactionError};
use crate::message::Topic;

/// The time that the last messages of the producer may take after the drain.
const LAST_DELIVERIES: Duration = Duration::from_secs(5);

/// The limit of a message for the producer, at its largest.
const MAX_BYTES: (&str, &str) = ("message.max.bytes", "1000000000");

impl<S: Send + Sync + 'static> App<S> {
    /// Handles messages until SIGTERM or ctrl-c, and returns the counts of the run.
    ///
    /// # Errors
    ///
    /// Those of [`App::run_until`], and [`AppError::Signals`].
    pub async fn run(self) -> Result<Summary, AppError> {
        let signal = termination().map_err(AppError::Signals)?;
        self.run_until(signal).await
    }

    /// Handles messages until the future completes. Then no attempt begins any more, running attempts are
    /// [waited for](Self::drain_timeout), settled messages are committed, and the app leaves its group.
    ///
    /// If Kafka can't be reached at the start, the app keeps trying. If Kafka refuses the app, `run_until` fails; see
    /// [the module](crate::app#what-happens-in-trouble) for this and other trouble.
    ///
    /// # Errors
    ///
    /// Before any message is handled, [`AppError::Config`], [`AppError::NoHandlers`], [`AppError::TopicTwice`],
    /// [`AppError::NoHandlerFor`], [`AppError::SettingsDiffer`], [`AppError::RetryTopics`], [`AppError::DeadLetterLoop`],
    /// [`AppError::NoDeadLetterTopic`] and [`AppError::Admin`]. At any time
    /// [`AppError::Receive`] where Kafka gives an error that does not pass (a topic that does not exist or is another one
    /// now, a missing right, credentials or certificates that are wrong), [`AppError::DeadLetter`] where one is refused,
    /// [`AppError::Transaction`] with [`exactly_once`](Self::exactly_once), [`AppError::Unhandled`] with
    /// [`DeadLetters::stop`](super::DeadLetters::stop), and [`AppError::Stopped`] where a handler asks for it. At the end,
    /// [`AppError::Close`]. In all these cases settled messages are committed, as far as Kafka can be reached.
    pub async fn run_until(mut self, until: impl Future<Output = ()>) -> Result<Summary, AppError> {
        let counts = Arc::new(Counts::default());
        self.observers.add(Arc::<Counts>::clone(&counts));
        let (health, _end) = (self.health.clone(), self.health.end_guard());
        self.check()?;
        let meters = Meters::new(self.kafka.group().unwrap_or_default(), self.read_topics().into_iter());
        self.observers.add(Arc::new(meters));
        #[cfg(feature = "opentelemetry")]
        self.observers.add(Arc::new(InstrumentedGroup::new(self.kafka.group().unwrap_or_default())));
        let observers = self.observers.clone();
        let mut until = pin!(health.ending_after(until));
        let producer = self.sending().producer()?;
        let drain_timeout = self.settings.drain_timeout;
        let ran = match self.start(&producer, until.as_mut()).await {
            Ok(Some(engine)) => engine.run(until).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        let closed = producer.close(drain_timeout.min(LAST_DELIVERIES)).await.map_err(AppError::Close);
        ran.and(closed)?;
        let summary = counts.summary();
        observers.notify(&Event::Ended(&summary));
        Ok(summary)
    }

    /// Checks that each message has one handler, and that dead letters do not come back.
    fn check(&self) -> Result<(), AppError> {
        if self.routes.is_empty() {
            return Err(AppError::NoHandlers);
        }
        self.topic_handlers()?;
        let topics: BTreeSet<_> = self.read_topics().into_iter().collect();
        match self.dead_letter_topics().find(|topic| topics.contains(&self.kafka.topic_name(topic))) {
            Some(topic) => Err(AppError::DeadLetterLoop { topic: topic.name.into_owned() }),
            None => Ok(()),
        }
    }

    /// Returns the names on the cluster of all topics that it reads.
    fn read_topics(&self) -> Vec<String> {
        let names = self.topics().map(|topic| self.kafka.topic_name(topic));
        names.chain(self.topics_of_retries().map(|topic| self.kafka.topic_name(&topic))).collect()
    }

    /// Returns the settings of its producers. What came from a topic can go to another one as a dead letter, so the limit of a
    /// message is that of the topic, unless another one is set.
    fn sending(&self) -> Kafka {
        match self.kafka.settings().get(MAX_BYTES.0) {
            Some(_) => self.kafka.clone(),
            None => self.kafka.clone().with(MAX_BYTES.0, MAX_BYTES.1),
        }
    }

    /// Finds the topics and joins the group; `None` if the app is to end before that.
    async fn start(
        self,
        producer: &Producer,
        mut until: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<Option<Engine>, AppError> {
        let topics = self.read_topics();
        let group = self.kafka.group().unwrap_or_default();
        self.observers.notify(&Event::Started { group, topics: &topics });
        let records = Records::new(self.kafka.settings(), topics)?;
        if self.exactly_once.is_some() {
            records.commit_in_transactions(self.kafka.settings())?;
        }
        self.health.watch_consumer(records.membership_state());
        let starting = async {
            let mut attempt = 1;
            while let Err(error) = self.join(producer, &records).await {
                let AppError::Receive(error @ ReceiveError::Unreachable { .. }) = error else { return Err(error) };
                if !error.is_retriable() {
                    return Err(AppError::Receive(error));
                }
                self.observers.notify(&Event::Unreachable(&error));
                tokio::time::sleep(Retries::default().backoff(attempt)).await;
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
            let engine = self.into_engine(Sink::Kafka(producer.clone()), Source::Kafka(records), committer)?;
            return Ok(Some(engine));
        }
        records.close(self.settings.drain_timeout).await.map_err(AppError::Close)?;
        Ok(None)
    }

    /// Finds the topics, finds or creates those of retries and of dead letters, and joins the group.
    async fn join(&self, producer: &Producer, records: &Records) -> Result<(), AppError> {
        let (retries, letters) = self.created_topics();
        let names: BTreeSet<_> = retries.iter().map(|topic| self.kafka.topic_name(topic)).collect();
        records.find_topics(|topic| !names.contains(topic)).await.map_err(AppError::Receive)?;
        for topic in &retries {
            self.find_or_create(topic, true, producer).await?;
        }
        records.find_topics(|topic| names.contains(topic)).await.map_err(AppError::Receive)?;
        for topic in self.dead_letter_topics() {
            let is_created = letters.iter().any(|created| created.name == topic.name);
            self.find_or_create(&topic, is_created, producer).await?;
        }
        records.join().map_err(AppError::Receive)
    }

    /// Finds a topic that it writes, or creates it.
    async fn find_or_create(&self, topic: &Topic, is_created: bool, producer: &Producer) -> Result<(), AppError> {
        let name = self.kafka.topic_name(topic);
        match producer.find_topic(&name).await {
            Ok(()) => Ok(()),
            Err(SendError::UnknownTopic { .. }) if is_created => match self.kafka.admin().create_topic(topic).await {
                Ok(_) => Ok(()),
                Err(AdminError::NoController { .. }) => Err(AppError::NoDeadLetterTopic { topic: name }),
                Err(error) => Err(AppError::Admin(error)),
            },
            Err(SendError::UnknownTopic { topic }) => Err(AppError::NoDeadLetterTopic { topic }),
            Err(SendError::Unreachable { servers, reason, cause }) => {
                Err(AppError::Receive(ReceiveError::Unreachable { servers, reason, cause }))
            }
            Err(error) => Err(AppError::DeadLetterTopic { topic: name, cause: Box::new(error) }),
        }
    }

    /// Creates the committer of transactions, if the app is exactly once. Waits for Kafka.
    async fn committer(&self) -> Result<Option<Committer>, AppError> {
        let Some(settings) = &self.exactly_once else { return Ok(None) };
        let producer = loop {
            match self.sending().transactional(&settings.id).await {
                Ok(producer) => break producer,
                Err(error) if error.is_retriable() => self.observers.notify(&Event::TransactionDelayed(&error)),
                Err(TransactionError::Config(error)) => return Err(AppError::Config(error)),
                Err(error) => return Err(AppError::Transaction(error)),
            }
        };
        let mut committer = Committer::new(Transactions::Kafka(producer), settings, self.observers.clone());
        committer.begin().await?;
        Ok(Some(committer))
    }

    pub(super) fn into_engine(
        self,
        sink: Sink,
        source: Source,
        committer: Option<Committer>,
    ) -> Result<Engine, AppError> {
        let handlers = self.topic_handlers()?;
        let shared = Shared {
            group: self.kafka.group().unwrap_or_default().to_owned(),
            breaker: CircuitBreaker::new(self.breaker, self.clock.clone(), self.observers.clone()),
            clock: self.clock,
            sink,
            observers: self.observers,
            tracer: self.tracer,
            health: self.health,
            layers: (!self.layers.is_empty()).then(|| self.layers.into()),
            transaction: committer.as_ref().map(|committer| Arc::clone(committer.transaction())),
        };
        Ok(Engine::new(Arc::new(shared), source, handlers, self.settings, committer))
    }
}

impl From<DispatchError> for AppError {
    fn from(error: DispatchError) -> Self {
        match error {
            DispatchError::Twice { topic } => Self::TopicTwice { topic },
            DispatchError::Without { topic, messages } => Self::NoHandlerFor { topic, messages },
        }
    }
}
