//! Whether a topic is there, asked before the first message: librdkafka itself waits for minutes for a topic that
//! nobody is going to create.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::metadata::Metadata;
use tokio::sync::{Mutex, oneshot};

use super::error::Cause;

/// How long a broker has to answer.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a topic that was just created may take to be known to every broker.
const PROPAGATION: Duration = Duration::from_secs(2);

/// Why a topic was not found.
#[derive(Clone, Debug)]
pub(super) enum NotFound {
    Unknown,
    Unreachable(Cause),
    Refused(Cause),
}

/// The topics of a producer.
#[derive(Debug, Default)]
pub(super) struct Topics(RwLock<HashMap<String, Arc<Gate>>>);

/// Where the sends to a topic queue up, first come first served: so they keep their order, and only one asks whether
/// the topic is there.
pub(super) type Gate = Mutex<Standing>;

/// What is known of a topic.
#[derive(Debug, Default)]
pub(super) enum Standing {
    #[default]
    Unknown,
    Found,
    /// When it was last looked for in vain, and why.
    NotFound(Instant, NotFound),
}

impl Topics {
    pub(super) fn gate(&self, topic: &str) -> Arc<Gate> {
        if let Some(gate) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(topic) {
            return Arc::clone(gate);
        }
        let mut gates = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(gates.entry(topic.to_owned()).or_default())
    }

    /// Looks for a topic again that was found and is gone, which lets librdkafka know when it is back.
    pub(super) fn forget(&self, topic: &str) {
        // Whoever has the gate is about to hear of it.
        if let Ok(mut standing) = self.gate(topic).try_lock() {
            *standing = Standing::Unknown;
        }
    }
}

impl Standing {
    /// Asks for a topic, unless it was found before, or not found while the send waited that began then.
    pub(super) async fn find<F>(&mut self, topic: &str, began: Instant, fetch: F) -> Result<(), NotFound>
    where
        F: Fn(&str) -> KafkaResult<Metadata> + Send + 'static,
    {
        match self {
            Self::Found => return Ok(()),
            Self::NotFound(looked, why) if *looked > began => return Err(why.clone()),
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

/// Asks for a topic, on a thread of its own, where it may block: a program that is to end meanwhile need not wait for it,
/// as it would for one of tokio's.
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
        // The client goes before who asked goes on, and may be the last to hold it.
        drop(fetch);
        let _ = report.send(found);
    };
    let failed = || Err(NotFound::Refused(Cause::from(KafkaError::Canceled)));
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
        let cause = Cause::from(error);
        match cause.code() {
            Some(Code::UnknownTopicOrPartition | Code::UnknownTopic) => Self::Unknown,
            _ if cause.is_transient() => Self::Unreachable(cause),
            _ => Self::Refused(cause),
        }
    }
}
