//! An app in a test.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time;

use super::{TestKafka, TestingError};
use crate::app::{App, AppError, Clock, DeadLetter, Event, Observer, Summary, TestClock};
use crate::client::{Delivery, IntoRecord, Kafka, Producer};
use crate::message::{Message, Topic};

/// The longest that a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// An [`App`] that runs in a test, beside the test, on a [`TestKafka`]: on the in-process Kafka, and unchanged on the
/// cluster that `KAFKA_BOOTSTRAP_SERVERS` names.
///
/// The topics of its handlers, of its retries and of its dead letters are created; those of replies that no handler of the app takes have to
/// be, with [`TestKafka::create_topic`] before [`TestApp::start_on`]. It commits every 100 ms. Nobody waits for the next
/// attempt of a handler, on a [retry topic](crate::app::RetryTopics) neither, or for a [`Breaker`](crate::app::Breaker): see [`Time`].
///
/// ```
/// use thoth_messaging::Message;
/// use thoth_messaging::app::{App, Outcome, Reason};
/// use thoth_messaging::messages::PackageReleased;
/// use thoth_messaging::testing::TestApp;
///
/// async fn on_released(released: PackageReleased) -> Result<(), &'static str> {
///     if released.package_name == "cursed" { Err("it is cursed") } else { Ok(()) }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let test = TestApp::start(|kafka| App::new(kafka).handle(on_released)).await?;
///
/// # let released = |name: &str| PackageReleased::decode(format!(r#"{{"component_name": "test", "service_version": "1",
/// #     "package_name": "{name}", "package_version": "1", "index_url": "https://pypi.org/simple"}}"#).as_bytes());
/// test.publish(&released("flask")?).await?;
/// test.publish(&released("cursed")?).await?;
/// test.settled(2).await?;
///
/// let dead = test.dead_letters().await?;
/// assert_eq!((dead[0].reason, dead[0].attempts, dead[0].error.as_str()), (Reason::Failed, 8, "it is cursed"));
/// assert_eq!(test.stop().await?.handled, 1);
/// # Ok(())
/// # }
/// ```
///
/// To inject errors of the broker, see [`InProcessKafka::fail_requests`](super::InProcessKafka::fail_requests). Dropping
/// it tells the app to end.
pub struct TestApp {
    kafka: Arc<TestKafka>,
    producer: Producer,
    group: Kafka,
    dead_letters: Vec<Topic>,
    progress: watch::Receiver<Progress>,
    clock: Arc<TestClock>,
    stop: oneshot::Sender<()>,
    run: JoinHandle<Result<Summary, AppError>>,
}

/// The behaviour of time in a test, for the backoff between attempts, for the delay of retry topics, and for the pause of a breaker. Kafka's own time goes
/// on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// Waiting takes no time: the clock moves on by as much.
    Skips,
    /// It stands still, until it is [moved](TestApp::advance).
    Held,
}

/// The progress of an app.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    settled: u64,
    failed: u64,
    postponed: u64,
    opened: u64,
}

struct Journal(watch::Sender<Progress>);

impl Observer for Journal {
    fn observe(&self, event: &Event<'_>) {
        self.0.send_if_modified(|progress| {
            match event {
                Event::Handled { .. } | Event::DeadLetter { .. } => progress.settled += 1,
                Event::Failed { .. } => progress.failed += 1,
                Event::Postponed { .. } => progress.postponed += 1,
                Event::BreakerOpened { .. } => progress.opened += 1,
                _ => return false,
            }
            true
        });
    }
}

impl TestApp {
    /// Starts an app on a Kafka of its own. Time [skips](Time::Skips).
    ///
    /// # Errors
    ///
    /// Where there is no Kafka, or it refuses the topics or the settings.
    pub async fn start<S>(app: impl FnOnce(&Kafka) -> App<S>) -> Result<Self, TestingError>
    where
        S: Send + Sync + 'static,
    {
        Self::start_on(TestKafka::start()?, Time::Skips, app).await
    }

    /// Starts an app on a Kafka that may have messages and other apps already.
    ///
    /// # Errors
    ///
    /// As [`TestApp::start`].
    pub async fn start_on<S>(
        kafka: impl Into<Arc<TestKafka>>,
        time: Time,
        app: impl FnOnce(&Kafka) -> App<S>,
    ) -> Result<Self, TestingError>
    where
        S: Send + Sync + 'static,
    {
        let kafka = kafka.into();
        let (journal, progress) = watch::channel(Progress::default());
        let clock = TestClock::new(time == Time::Skips);
        let app = app(&kafka.kafka().with("auto.commit.interval.ms", "100"))
            .with_observer(Arc::new(Journal(journal)))
            .with_clock(Clock::Test(Arc::clone(&clock)));
        let dead_letters: Vec<_> = app.dead_letter_topics().collect();
        let retries: Vec<_> = app.topics_of_retries().collect();
        for topic in app.topics().chain(&retries).chain(&dead_letters) {
            kafka.create_topic(topic).await?;
        }
        let group = app.kafka().clone();
        let producer = kafka.kafka().producer().map_err(TestingError::Config)?;
        let (stop, stopped) = oneshot::channel();
        let run = tokio::spawn(app.run_until(async move {
            // Told, or forgotten.
            let _ = stopped.await;
        }));
        Ok(Self { kafka, producer, group, dead_letters, progress, clock, stop, run })
    }

    /// The Kafka that it runs on.
    #[must_use]
    pub fn kafka(&self) -> &Arc<TestKafka> {
        &self.kafka
    }

    /// Sends a message to its topic, or any [record](crate::client::ProducerRecord): bytes that are no message to a
    /// [topic's name](TestKafka::topic_name), or a tombstone.
    ///
    /// # Errors
    ///
    /// Where it is not delivered.
    pub async fn publish<R: IntoRecord>(&self, message: R) -> Result<Delivery, TestingError> {
        self.producer.send(message).await.map_err(TestingError::Send)
    }

    /// Waits until so many messages are settled since the start: handled, dead-lettered, or skipped. Those that went to a retry
    /// topic count once they are settled there.
    ///
    /// # Errors
    ///
    /// [`TestingError::NotInTime`] where they are not within 60 s or before the app ends.
    pub async fn settled(&self, messages: u64) -> Result<(), TestingError> {
        self.wait("messages settled", messages, |progress| progress.settled).await
    }

    /// Waits until so many attempts have failed since the start that are followed by another one, each of which waits
    /// from then on.
    ///
    /// # Errors
    ///
    /// As [`TestApp::settled`].
    pub async fn failed(&self, attempts: u64) -> Result<(), TestingError> {
        self.wait("failed attempts", attempts, |progress| progress.failed).await
    }

    /// Waits until so many messages went to a retry topic since the start.
    ///
    /// # Errors
    ///
    /// As [`TestApp::settled`].
    pub async fn postponed(&self, messages: u64) -> Result<(), TestingError> {
        self.wait("messages postponed", messages, |progress| progress.postponed).await
    }

    /// Waits until the breaker has opened so many times since the start.
    ///
    /// # Errors
    ///
    /// As [`TestApp::settled`].
    pub async fn opened(&self, times: u64) -> Result<(), TestingError> {
        self.wait("openings of the breaker", times, |progress| progress.opened).await
    }

    /// Returns the number of messages that are settled by now.
    #[must_use]
    pub fn settled_by_now(&self) -> u64 {
        self.progress.borrow().settled
    }

    async fn wait(
        &self,
        what: &'static str,
        expected: u64,
        count: impl Fn(&Progress) -> u64,
    ) -> Result<(), TestingError> {
        let mut progress = self.progress.clone();
        let reached = time::timeout(PATIENCE, progress.wait_for(|progress| count(progress) >= expected)).await;
        if matches!(reached, Ok(Ok(_))) {
            return Ok(());
        }
        Err(TestingError::NotInTime { what, expected, got: count(&self.progress.borrow()) })
    }

    /// Moves the time that is [held](Time::Held).
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Returns the messages on the topic of a message type by now, ordered by partition and offset: replies, above all.
    ///
    /// # Errors
    ///
    /// Where the topic can't be read, and where something on it is no such message.
    pub async fn sent<M: Message>(&self) -> Result<Vec<M>, TestingError> {
        let records = self.kafka.records(&M::DESCRIPTOR.topic).await?;
        let payload = |record: crate::client::Record| record.decode::<M>();
        records.into_iter().map(payload).collect::<Result<_, _>>().map_err(TestingError::Decode)
    }

    /// Returns the dead letters of the app by now, ordered by topic, partition and offset.
    ///
    /// # Errors
    ///
    /// Where a topic can't be read.
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetter>, TestingError> {
        let mut dead = Vec::new();
        for topic in &self.dead_letters {
            // What has not the headers, the test has put there itself.
            dead.extend(
                self.kafka.records(topic).await?.into_iter().filter_map(|record| DeadLetter::read(record).ok()),
            );
        }
        Ok(dead)
    }

    /// Behind which offset of each partition of a topic the group goes on by now; without those where nothing is
    /// committed. A commit follows what is settled within 100 ms; after [`stop`](Self::stop), all is committed.
    ///
    /// # Errors
    ///
    /// Where Kafka does not say.
    pub async fn committed(&self, topic: &Topic) -> Result<BTreeMap<i32, i64>, TestingError> {
        self.kafka.committed(&self.group, topic).await
    }

    /// Tells whether the app has ended, by itself or as it was told.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.run.is_finished()
    }

    /// Tells the app to end, as SIGTERM does, and waits for it.
    ///
    /// # Errors
    ///
    /// That of the app.
    pub async fn stop(self) -> Result<Summary, AppError> {
        // It may have ended by itself.
        let _ = self.stop.send(());
        self.run.await.unwrap_or_else(|error| Err(AppError::Internal(Box::new(error))))
    }

    /// Waits until the app ends by itself.
    ///
    /// # Errors
    ///
    /// That of the app.
    pub async fn ended(self) -> Result<Summary, AppError> {
        let Self { run, stop: _stop, .. } = self;
        run.await.unwrap_or_else(|error| Err(AppError::Internal(Box::new(error))))
    }
}

impl fmt::Debug for TestApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestApp").field("kafka", &self.kafka).finish_non_exhaustive()
    }
}
