//! Kafka for tests: inside the process, or a real cluster where there is one.

mod app;
mod protocol;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::{Duration, SystemTime};
use std::{env, fmt, process, thread};

use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use tokio::time;

pub use self::app::{TestApp, Time};
pub use self::protocol::{ApiKey, ResponseError};

use crate::client::{AdminError, Cause, ConfigError, Kafka, Position, ReceiveError, Record, SendError, TopicReader};
use crate::error::DecodeError;
use crate::message::Topic;
use crate::visible::visible;

/// The time that reading the whole of a topic may take.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// A Kafka cluster inside the process, for tests and first runs: librdkafka's mock cluster. It listens on the loopback
/// interface, starts in milliseconds, and is gone when this is dropped.
///
/// These need a real cluster: topic administration ([`Admin`](crate::client::Admin); make
/// topics with [`create_topic`](Self::create_topic)), transactions that abort and the offsets of those that don't, elections, authentication,
/// TLS, retention and compaction. It keeps 5 MiB of each partition and drops what is older, has no topic configuration,
/// finds no offset by a time, and makes up the timestamp of a [`Delivery`](crate::client::Delivery).
///
/// ```
/// use thoth_messaging::Message;
/// use thoth_messaging::messages::PackageReleased;
/// use thoth_messaging::testing::InProcessKafka;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let cluster = InProcessKafka::start()?;
/// cluster.create_topic(&PackageReleased::DESCRIPTOR.topic)?;
/// let kafka = cluster.kafka().with_group("test");
///
/// let released = PackageReleased::decode(br#"{"component_name": "test", "service_version": "1", "version": "v1",
///     "package_name": "flask", "package_version": "3.1.0", "index_url": "https://pypi.org/simple"}"#)?;
/// kafka.producer()?.send(&released).await?;
///
/// let mut consumer = kafka.consumer::<PackageReleased>()?;
/// let received = consumer.next().await.ok_or("no message")??;
/// assert_eq!(received.message().package_name, "flask");
/// # Ok(())
/// # }
/// ```
pub struct InProcessKafka {
    servers: String,
    /// The cluster is bound to the thread that it was made on.
    orders: mpsc::Sender<Order>,
}

type Cluster = MockCluster<'static, DefaultProducerContext>;
type Order = Box<dyn FnOnce(&Cluster) + Send>;

impl InProcessKafka {
    /// A cluster of one broker.
    ///
    /// # Errors
    ///
    /// Where no thread, no memory or no port is to be had.
    pub fn start() -> Result<Self, TestingError> {
        Self::with_brokers(1)
    }

    /// A cluster of several brokers, numbered from 1.
    ///
    /// # Errors
    ///
    /// As [`InProcessKafka::start`].
    pub fn with_brokers(brokers: u8) -> Result<Self, TestingError> {
        let (orders, received) = mpsc::channel::<Order>();
        let (started, start) = mpsc::channel();
        let run = move || match MockCluster::new(i32::from(brokers)) {
            Ok(cluster) => {
                let _ = started.send(Ok(cluster.bootstrap_servers()));
                for order in received {
                    order(&cluster);
                }
            }
            Err(error) => {
                let _ = started.send(Err(TestingError::Cluster(error.to_string())));
            }
        };
        let thread = thread::Builder::new().name("in-process kafka".to_owned()).spawn(run);
        thread.map_err(|error| TestingError::Cluster(error.to_string()))?;
        let servers = start.recv().map_err(|error| TestingError::Cluster(error.to_string()))??;
        Ok(Self { servers, orders })
    }

    /// Settings for its clients.
    ///
    /// They use the group protocol of Kafka 4 (`group.protocol=consumer`), where the first consumer of a group has its
    /// partitions at once. With `classic`, the mock cluster lets it wait for 3 s.
    #[must_use]
    pub fn kafka(&self) -> Kafka {
        Kafka::new(&self.servers).with("group.protocol", "consumer").with("fetch.wait.max.ms", "50")
    }

    /// Makes a topic, with the partitions of its schema (one where it says nothing), unless it exists.
    ///
    /// # Errors
    ///
    /// Where the mock cluster refuses it.
    pub fn create_topic(&self, topic: &Topic) -> Result<(), TestingError> {
        self.create_topic_named(topic.name.to_string(), topic.partitions.unwrap_or(1))
    }

    /// Takes a broker off the network, until it is [`broker_up`](Self::broker_up). Its partitions keep it as their
    /// leader.
    ///
    /// # Errors
    ///
    /// Where there is no such broker.
    pub fn broker_down(&self, broker: u8) -> Result<(), TestingError> {
        self.order(move |cluster| cluster.broker_down(i32::from(broker)))
    }

    /// Puts a broker back on the network.
    ///
    /// # Errors
    ///
    /// Where there is no such broker.
    pub fn broker_up(&self, broker: u8) -> Result<(), TestingError> {
        self.order(move |cluster| cluster.broker_up(i32::from(broker)))
    }

    /// Has the next requests of a kind fail, one with each error.
    ///
    /// # Errors
    ///
    /// Where the cluster is gone.
    pub fn fail_requests(&self, requests: ApiKey, errors: &[ResponseError]) -> Result<(), TestingError> {
        let errors: Vec<_> = errors.iter().map(|error| error.native()).collect();
        self.order(move |cluster| {
            cluster.request_errors(requests.native(), &errors);
            Ok(())
        })
    }

    fn create_topic_named(&self, name: String, partitions: i32) -> Result<(), TestingError> {
        self.order(move |cluster| match cluster.create_topic(&name, partitions, 1) {
            Err(KafkaError::MockCluster(Code::TopicAlreadyExists)) => Ok(()),
            created => created,
        })
    }

    fn order(&self, order: impl FnOnce(&Cluster) -> KafkaResult<()> + Send + 'static) -> Result<(), TestingError> {
        let (report, done) = mpsc::channel();
        let order = Box::new(move |cluster: &Cluster| {
            let _ = report.send(order(cluster));
        });
        self.orders.send(order).map_err(|error| TestingError::Cluster(error.to_string()))?;
        let done = done.recv().map_err(|error| TestingError::Cluster(error.to_string()))?;
        done.map_err(|error| TestingError::Cluster(error.to_string()))
    }
}

impl fmt::Debug for InProcessKafka {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcessKafka").field("servers", &self.servers).finish_non_exhaustive()
    }
}

/// A Kafka for a test that is to run anywhere: inside the process, or on the cluster that `KAFKA_BOOTSTRAP_SERVERS`
/// names where that is set. Each has topics and a consumer group of its own, so that tests may share a cluster.
///
/// ```
/// use thoth_messaging::Message;
/// use thoth_messaging::messages::PackageReleased;
/// use thoth_messaging::testing::TestKafka;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let test = TestKafka::start()?;
/// test.create_topic(&PackageReleased::DESCRIPTOR.topic).await?;
/// let consumer = test.kafka().consumer::<PackageReleased>()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct TestKafka {
    kafka: Kafka,
    /// None where the cluster is a real one.
    cluster: Option<InProcessKafka>,
}

impl TestKafka {
    /// A Kafka with nothing on it.
    ///
    /// # Errors
    ///
    /// Where the variables of [`Kafka::from_env`] are wrong, or the in-process cluster does not start.
    pub fn start() -> Result<Self, TestingError> {
        let (kafka, cluster) = if env::var_os("KAFKA_BOOTSTRAP_SERVERS").is_some_and(|servers| !servers.is_empty()) {
            (Kafka::from_env().map_err(TestingError::Config)?, None)
        } else {
            let cluster = InProcessKafka::start()?;
            (cluster.kafka(), Some(cluster))
        };
        let name = unique_name();
        Ok(Self { kafka: kafka.with_topic_prefix(&name).with_group(&name), cluster })
    }

    /// Settings for its clients, with a topic prefix and a group of their own.
    #[must_use]
    pub fn kafka(&self) -> Kafka {
        self.kafka.clone()
    }

    /// The name of a topic on the cluster.
    #[must_use]
    pub fn topic_name(&self, topic: &Topic) -> String {
        self.kafka.topic_name(topic)
    }

    /// The cluster inside the process; `None` where it is a real one.
    #[must_use]
    pub fn in_process(&self) -> Option<&InProcessKafka> {
        self.cluster.as_ref()
    }

    /// Creates a topic. On a real cluster it stays there after the test.
    ///
    /// # Errors
    ///
    /// Where the cluster does not create it.
    pub async fn create_topic(&self, topic: &Topic) -> Result<(), TestingError> {
        match &self.cluster {
            Some(cluster) => cluster.create_topic_named(self.kafka.topic_name(topic), topic.partitions.unwrap_or(1)),
            None => self.kafka.admin().create_topic(topic).await.map(|_| ()).map_err(TestingError::Admin),
        }
    }

    /// The records of a topic by now, ordered by partition and offset. Acknowledging one has no effect.
    ///
    /// # Errors
    ///
    /// Where the topic can't be read.
    pub async fn records(&self, topic: &Topic) -> Result<Vec<Record>, TestingError> {
        let reading = read_all(self.kafka.topic_reader(self.topic_name(topic)).map_err(TestingError::Config)?);
        let records = time::timeout(READ_TIMEOUT, reading).await;
        let timed_out = || TestingError::Read(Cause::new(KafkaError::MessageConsumption(Code::OperationTimedOut)));
        let mut records = records.unwrap_or_else(|_| Err(timed_out()))?;
        records.sort_by_key(|record| (record.partition(), record.offset()));
        Ok(records)
    }

    /// The offset at which the group of these settings goes on, for each partition of a topic; without those where nothing
    /// is committed.
    ///
    /// # Errors
    ///
    /// Where Kafka does not say.
    pub async fn committed(&self, group: &Kafka, topic: &Topic) -> Result<BTreeMap<i32, i64>, TestingError> {
        let reader = group.topic_reader(self.topic_name(topic)).map_err(TestingError::Config)?;
        let positions = reader.saved_positions().await.map_err(unreadable)?;
        Ok(positions.into_iter().map(|(partition, position)| (partition, position.offset)).collect())
    }
}

/// The records of a topic, up to its end by now.
async fn read_all(mut reader: TopicReader) -> Result<Vec<Record>, TestingError> {
    let first = reader.offsets(Position::Beginning).await.map_err(unreadable)?;
    let end = reader.offsets(Position::End).await.map_err(unreadable)?;
    let end = |partition: &i32, first| end.get(partition).copied().unwrap_or(first);
    let parts = first.into_iter().map(|(partition, first)| (partition, first..end(&partition, first)));
    reader.read(parts).await.map_err(unreadable)?;
    let mut records = Vec::new();
    while let Some(record) = reader.next().await {
        records.push(record.map_err(unreadable)?);
    }
    Ok(records)
}

fn unreadable(error: ReceiveError) -> TestingError {
    match error {
        ReceiveError::Unreachable { cause, .. }
        | ReceiveError::Kafka { cause, .. }
        | ReceiveError::Fatal { cause, .. } => TestingError::Read(cause),
        ReceiveError::UnknownTopic { topic } => TestingError::UnknownTopic { topic },
        _ => TestingError::Read(Cause::new(KafkaError::MetadataFetch(Code::UnknownTopicOrPartition))),
    }
}

/// A name that no other test has, on this machine or another one.
fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    format!("test-{:x}-{:x}-{count}", now.as_nanos(), process::id())
}

/// The errors of a Kafka to test with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TestingError {
    /// The in-process cluster did not start, or refused an order; in its words.
    Cluster(String),
    /// The environment names a real cluster, with settings that are wrong.
    Config(ConfigError),
    /// The real cluster did not create a topic.
    Admin(AdminError),
    /// A message of the test was not delivered.
    Send(SendError),
    /// A topic does not exist, as that of replies which no handler of the app takes: create it with
    /// [`TestKafka::create_topic`].
    UnknownTopic {
        /// Its name on the cluster.
        topic: String,
    },
    /// A topic, or what is committed of it, can't be read.
    Read(Cause),
    /// Something else is on a topic than the test expects.
    Decode(DecodeError),
    /// Something that the test waits for does not come.
    NotInTime {
        /// Its name.
        what: &'static str,
        /// The number that it waits for.
        expected: u64,
        /// The number that there was.
        got: u64,
    },
}

impl fmt::Display for TestingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cluster(reason) => write!(f, "the in-process Kafka failed: {reason}"),
            Self::Config(error) => error.fmt(f),
            Self::Admin(error) => error.fmt(f),
            Self::Send(error) => error.fmt(f),
            Self::UnknownTopic { topic } => write!(
                f,
                "the topic `{}` does not exist: create it with `TestKafka::create_topic` before the app starts",
                visible(topic)
            ),
            Self::Read(_) => f.write_str("a topic can't be read"),
            Self::Decode(error) => error.fmt(f),
            Self::NotInTime { what, expected, got } => {
                write!(
                    f,
                    "waited in vain for {expected} {what}: there were {got}; the app's `stop` says if it has failed"
                )
            }
        }
    }
}

impl Error for TestingError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Cluster(_) | Self::UnknownTopic { .. } | Self::NotInTime { .. } => None,
            Self::Config(error) => error.source(),
            Self::Admin(error) => error.source(),
            Self::Send(error) => error.source(),
            Self::Read(cause) => Some(cause.error()),
            Self::Decode(error) => error.source(),
        }
    }
}
