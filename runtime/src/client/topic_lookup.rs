//! Looks a topic up before the first message: librdkafka itself waits for minutes for a topic that nobody is going to
//! create.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::metadata::Metadata;
use tokio::sync::{Mutex, oneshot};

use super::error::Cause;

/// The time that a broker has to answer.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// The time after which a topic that was just created is known to every broker.
const PROPAGATION: Duration = Duration::from_secs(2);

/// The reason for which a topic was not found.
#[derive(Clone, Debug)]
pub(super) enum NotFound {
    Unknown,
    Unreachable(Cause),
    Refused(Cause),
}

/// The topics of a producer.
#[derive(Debug, Default)]
pub(super) struct KnownTopics(RwLock<HashMap<String, Arc<TopicLock>>>);

/// The lock that the sends to a topic take, first come first served: it keeps their order, and only one of them looks the
/// topic up.
pub(super) type TopicLock = Mutex<TopicState>;

/// The result of the last look-up of a topic.
#[derive(Debug, Default)]
pub(super) enum TopicState {
    #[default]
    Unknown,
    Found,
    /// The time of the last failed look-up, and why it failed.
    NotFound(Instant, NotFound),
}

impl KnownTopics {
    pub(super) fn lock_of(&self, topic: &str) -> Arc<TopicLock> {
        if let Some(lock) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(topic) {
            return Arc::clone(lock);
        }
        let mut locks = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(locks.entry(topic.to_owned()).or_default())
    }

    /// Has a topic that was found and is gone looked up again, which tells librdkafka when it is back.
    pub(super) fn forget(&self, topic: &str) {
        // The send that holds the lock is about to find out.
        if let Ok(mut state) = self.lock_of(topic).try_lock() {
            *state = TopicState::Unknown;
        }
    }
}

impl TopicState {
    /// Looks the topic up, unless it was found before, or not found since the send began to wait.
    pub(super) async fn find<F>(&mut self, topic: &str, began: Instant, fetch: F) -> Result<(), NotFound>
    where
        F: Fn(&str) -> KafkaResult<Metadata> + Send + 'static,
    {
        match self {
            Self::Found => return Ok(()),
            Self::NotFound(at, why) if *at > began => return Err(why.clone()),
            Self::Unknown | Self::NotFound(..) => {}
        }
        let found = look_up(topic.to_owned(), fetch).await;
        *self = match &found {
            Ok(()) => Self::Found,
            Err(why) => Self::NotFound(Instant::now(), why.clone()),
        };
        found
    }
}

/// Looks a topic up, on a thread of its own, where it may block: a program that ends meanwhile need not wait for it, as it
/// would for one of tokio's.
pub(super) async fn look_up<F>(topic: String, fetch: F) -> Result<(), NotFound>
where
    F: Fn(&str) -> KafkaResult<Metadata> + Send + 'static,
{
    let (report, found) = oneshot::channel();
    let look = move || {
        let deadline = Instant::now() + PROPAGATION;
        let found = loop {
            match error_of(&topic, fetch(&topic)) {
                None => break Ok(()),
                Some(KafkaError::MetadataFetch(Code::UnknownTopicOrPartition)) if Instant::now() < deadline => {
                    thread::sleep(Duration::from_millis(100));
                }
                Some(error) => break Err(NotFound::from(error)),
            }
        };
        // Before the caller goes on, which may be the last owner of the client.
        drop(fetch);
        let _ = report.send(found);
    };
    let failed = || Err(NotFound::Refused(Cause::new(KafkaError::Canceled)));
    match thread::Builder::new().name("kafka topic look-up".to_owned()).spawn(look) {
        Ok(_) => found.await.unwrap_or_else(|_| failed()),
        Err(_) => failed(),
    }
}

fn error_of(topic: &str, metadata: KafkaResult<Metadata>) -> Option<KafkaError> {
    let metadata = match metadata {
        Ok(metadata) => metadata,
        Err(error) => return Some(error),
    };
    let code = match metadata.topics().iter().find(|found| found.name() == topic) {
        Some(found) => found.error()?.into(),
        None => Code::UnknownTopicOrPartition,
    };
    // Without a leader for now: librdkafka waits for one.
    (code != Code::LeaderNotAvailable).then_some(KafkaError::MetadataFetch(code))
}

impl From<KafkaError> for NotFound {
    fn from(error: KafkaError) -> Self {
        let cause = Cause::new(error);
        match cause.code() {
            Some(Code::UnknownTopicOrPartition | Code::UnknownTopic) => Self::Unknown,
            _ if cause.is_transient() => Self::Unreachable(cause),
            _ => Self::Refused(cause),
        }
    }
}
