//! Requests: messages whose sender waits for a reply.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time;

use super::consumer::{Position, Record, TopicReader};
use super::error::{ConfigError, ReceiveError, SendError};
use super::kafka::Kafka;
use super::lock::lock;
use super::producer::{IntoRecord, Producer};
use crate::error::DecodeError;
use crate::message::{Message, Topic};

/// The names of the headers of requests and replies. They are those of Spring's `ReplyingKafkaTemplate`, so that each side may be
/// a service of Spring.
pub mod request_headers {
    /// In a request: the topic for the reply, by its name on the cluster.
    pub const REPLY_TOPIC: &str = "kafka_replyTopic";
    /// In a request and in its reply: bytes that say which belong together.
    pub const CORRELATION_ID: &str = "kafka_correlationId";
}

/// The time that a request has for its reply, unless another one is set.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Sends requests, and waits for their replies on a topic of its own: [`Kafka::requester`] makes it. It can be shared by tasks:
/// any number of requests may wait at once.
///
#[cfg_attr(all(feature = "testing", feature = "messages"), doc = "```")]
#[cfg_attr(not(all(feature = "testing", feature = "messages")), doc = "```ignore")]
/// use std::time::Duration;
/// use thoth_messaging::app::{App, Response};
/// use thoth_messaging::messages::{PackageReleased, SolvedPackage};
/// # use thoth_messaging::{Message, Topic};
/// # use thoth_messaging::testing::{TestApp, TestKafka, Time};
///
/// async fn solve(released: PackageReleased) -> Response<SolvedPackage> {
///     Response(solved(&released))
/// }
/// # fn solved(_: &PackageReleased) -> SolvedPackage {
/// #     SolvedPackage::decode(br#"{"component_name": "c", "service_version": "1", "package_name": "flask", "package_version": "1",
/// #         "index_url": "https://pypi.org/simple", "solver": "s"}"#).expect("it is valid")
/// # }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let test = TestKafka::start()?;
/// # test.create_topic(&Topic::new("solver.replies.web-1")).await?;
/// # let kafka = test.kafka();
/// # let released = PackageReleased::decode(br#"{"component_name": "c", "service_version": "1", "package_name": "flask",
/// #     "package_version": "1", "index_url": "https://pypi.org/simple"}"#)?;
/// # let app = TestApp::start_on(test, Time::Skips, |kafka| App::new(kafka).handle(solve)).await?;
/// let requester = kafka.requester(&kafka.producer()?, "solver.replies.web-1").await?.timeout(Duration::from_secs(5));
/// let solved: SolvedPackage = requester.request(&released).await?;
/// assert_eq!(solved.package_name, "flask");
/// # Ok(())
/// # }
/// ```
///
/// A service replies with [`Response`](crate::app::Response), or whatever else it is written with, by the
/// [headers](request_headers).
///
/// # Limits
///
/// - Each process needs a reply topic that no other one has: the name of a pod of a stateful set is one. It must exist, one
///   partition is enough, and may have a short `retention.ms`. It must be there for as long as requests may be handled: a
///   reply whose topic is gone is a dead letter of the service. Partitions that are added later are not read.
/// - A request is handled at least once, so its handler must be idempotent, and there may be several replies: the first one
///   counts. With a service that is [exactly once](crate::app::App::exactly_once) there is one.
/// - A reply that comes after the timeout, or after a restart, is dropped: the request may have been handled. That is also
///   so where a request times out before it was sent.
/// - A handler that fails sends no reply: the request times out, and is tried again and becomes a dead letter in the service
///   as any other message.
pub struct Requester {
    producer: Producer,
    /// The topic of the replies, by its name on the cluster.
    replies: String,
    timeout: Duration,
    waiting: Arc<Waiting>,
    /// Reads the replies, until this is dropped.
    reading: JoinHandle<()>,
}

/// The requests that wait, by their correlation ids.
type Waiting = Mutex<Requests>;

#[derive(Default)]
struct Requests {
    by_id: HashMap<Vec<u8>, oneshot::Sender<Record>>,
    /// The reason why no reply is read any more.
    end: Option<String>,
}

impl Kafka {
    /// Creates a [`Requester`], whose requests are sent by the producer, and replied to on this topic, by its name without the
    /// prefix. Replies that are there already are not read.
    ///
    /// # Errors
    ///
    /// [`RequestError::Config`] where librdkafka refuses a property, and [`RequestError::Receive`] where the topic does not
    /// exist, or can't be read.
    pub async fn requester(
        &self,
        producer: &Producer,
        reply_topic: impl Into<String>,
    ) -> Result<Requester, RequestError> {
        let mut topic = Topic::new("");
        topic.name = reply_topic.into().into();
        let replies = self.topic_name(&topic);
        let mut reader = self.topic_reader(replies.clone()).map_err(RequestError::Config)?;
        let ends = reader.offsets(Position::End).await.map_err(RequestError::Receive)?;
        let parts = ends.into_iter().map(|(partition, end)| (partition, end..i64::MAX));
        reader.read(parts).await.map_err(RequestError::Receive)?;
        let waiting = Arc::<Waiting>::default();
        let reading = tokio::spawn(read(reader, Arc::clone(&waiting)));
        Ok(Requester { producer: producer.clone(), replies, timeout: TIMEOUT, waiting, reading })
    }
}

/// Gives each reply to the request that waits for it.
async fn read(mut reader: TopicReader, waiting: Arc<Waiting>) {
    let end = loop {
        let record = match reader.next().await {
            Some(Ok(record)) => record,
            Some(Err(error)) if error.is_retriable() => {
                tracing::warn!("replies can't be read, which is tried again: {error}");
                continue;
            }
            Some(Err(error)) => break error.to_string(),
            None => break "the topic is read to its end".to_owned(),
        };
        let id = record.headers().iter().rfind(|header| header.name == request_headers::CORRELATION_ID);
        let request = id.and_then(|id| lock(&waiting).by_id.remove(id.value.as_deref()?));
        if let Some(request) = request {
            // It may have given up just now.
            let _ = request.send(record);
        } else {
            tracing::debug!("{record}: no request waits for this reply");
        }
    };
    let mut waiting = lock(&waiting);
    waiting.end = Some(end);
    waiting.by_id.clear();
}

impl Requester {
    /// Sets the time that a request has for its reply, from when it is made; 30 s by default.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sends a message, and waits for the reply to it. Dropping the future gives the reply up; the message may be sent.
    ///
    /// # Errors
    ///
    /// [`RequestError::Send`] where the message is not delivered, [`RequestError::TimedOut`] where there is no reply in time,
    /// [`RequestError::Decode`] where the reply is no `R`, and [`RequestError::Ended`] where replies can't be read any more.
    pub async fn request<R: Message>(&self, message: impl IntoRecord) -> Result<R, RequestError> {
        let record = message.into_record().map_err(|error| RequestError::Send(SendError::Encode(error)))?;
        let id = format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..)).into_bytes();
        let record = record
            .with_header(request_headers::REPLY_TOPIC, self.replies.as_str())
            .with_header(request_headers::CORRELATION_ID, id.clone());
        let (reply, replied) = oneshot::channel();
        let _request = Request::begin(self, id, reply)?;
        let exchange = async {
            self.producer.send(record).await.map_err(RequestError::Send)?;
            replied.await.map_err(|_| self.ended())
        };
        let timed_out = || RequestError::TimedOut { topic: self.replies.clone(), timeout: self.timeout };
        let reply = time::timeout(self.timeout, exchange).await.unwrap_or_else(|_| Err(timed_out()))?;
        reply.decode().map_err(RequestError::Decode)
    }

    fn ended(&self) -> RequestError {
        let reason = lock(&self.waiting).end.clone().unwrap_or_default();
        RequestError::Ended { topic: self.replies.clone(), reason }
    }
}

/// A request that waits, until it is dropped.
struct Request<'a> {
    waiting: &'a Waiting,
    id: Vec<u8>,
}

impl<'a> Request<'a> {
    fn begin(requester: &'a Requester, id: Vec<u8>, reply: oneshot::Sender<Record>) -> Result<Self, RequestError> {
        let mut waiting = lock(&requester.waiting);
        if waiting.end.is_some() {
            drop(waiting);
            return Err(requester.ended());
        }
        waiting.by_id.insert(id.clone(), reply);
        Ok(Self { waiting: &requester.waiting, id })
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        lock(self.waiting).by_id.remove(&self.id);
    }
}

impl Drop for Requester {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

impl fmt::Debug for Requester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Requester")
            .field("replies", &self.replies)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// The error of a request without a reply.
#[derive(Debug)]
#[non_exhaustive]
pub enum RequestError {
    /// The settings of the consumer of replies are invalid.
    Config(ConfigError),
    /// The topic of the replies does not exist, or can't be read.
    Receive(ReceiveError),
    /// The request was not delivered.
    Send(SendError),
    /// There was no reply in time.
    TimedOut {
        /// The topic of the replies, by its name on the cluster.
        topic: String,
        /// The time that it had.
        timeout: Duration,
    },
    /// The reply is not of the type that was asked for.
    Decode(DecodeError),
    /// Replies can't be read any more.
    Ended {
        /// The topic of the replies, by its name on the cluster.
        topic: String,
        /// The reason.
        reason: String,
    },
}

impl RequestError {
    /// Tells whether the same request may succeed later.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::Receive(error) => error.is_retriable(),
            Self::Send(error) => error.is_retriable(),
            Self::TimedOut { .. } => true,
            Self::Config(_) | Self::Decode(_) | Self::Ended { .. } => false,
        }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Receive(error) => error.fmt(f),
            Self::Send(error) => error.fmt(f),
            Self::TimedOut { topic, timeout } => write!(f, "there was no reply on `{topic}` within {timeout:?}"),
            Self::Decode(error) => write!(f, "the reply is not as expected: {error}"),
            Self::Ended { topic, reason } => write!(f, "replies on `{topic}` can't be read any more: {reason}"),
        }
    }
}

impl Error for RequestError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Config(error) => error.source(),
            Self::Receive(error) => error.source(),
            Self::Send(error) => error.source(),
            Self::Decode(error) => error.source(),
            Self::TimedOut { .. } | Self::Ended { .. } => None,
        }
    }
}
