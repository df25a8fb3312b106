//! One topic: its messages are sent, received, and compared.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use thoth_messaging::client::{Kafka, Producer};
use thoth_messaging::{Decoder, Encode};
use tokio::time::timeout;

/// How long a message may take that is known to be on its topic.
const PATIENCE: Duration = Duration::from_secs(8);

/// Whatever ends the program: it is printed.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// What happened on a topic.
pub(crate) struct Lane {
    pub(crate) topic: String,
    pub(crate) message: String,
    /// The key of the first message, to show what it looks like.
    pub(crate) key: Option<String>,
    pub(crate) sent: usize,
    pub(crate) received: usize,
    /// Messages that arrived as another one than was sent.
    pub(crate) changed: usize,
    pub(crate) refused: Vec<Refusal>,
}

/// A message that was not sent, as its schema refuses it.
pub(crate) struct Refusal {
    /// Its place in the file, from 0.
    pub(crate) index: usize,
    pub(crate) reasons: Vec<String>,
}

/// Sends what is valid, then receives as many messages as were sent.
pub(crate) async fn drive<I>(
    kafka: Kafka,
    producer: Producer,
    decoder: I,
    entries: Vec<(usize, Value)>,
) -> Result<Lane, Failure>
where
    I: Decoder,
    I::Message: Encode,
{
    let decoder = Arc::new(decoder);
    let mut lane = Lane {
        topic: decoder.descriptor().topic.name.to_string(),
        message: decoder.descriptor().name.to_string(),
        key: None,
        sent: 0,
        received: 0,
        changed: 0,
        refused: Vec::new(),
    };
    let mut sent = Vec::new();
    for (index, contents) in entries {
        // From JSON to the Rust type: what its schema refuses ends here, with every reason.
        match decoder.decode(contents.to_string().as_bytes()) {
            Ok(message) => {
                producer.send(&message).await?;
                lane.key = lane.key.or(message.key().map(Into::into));
                sent.push(message);
            }
            Err(error) => {
                let reasons = error.violations().iter().map(ToString::to_string).collect();
                lane.refused.push(Refusal { index, reasons });
            }
        }
    }
    lane.sent = sent.len();

    let mut consumer = kafka.with_group("thoth").consumer_of(decoder)?;
    for message in &sent {
        let Ok(Some(received)) = timeout(PATIENCE, consumer.next()).await else { break };
        let received = received?;
        lane.received += 1;
        lane.changed += usize::from(received.message().encode()? != message.encode()?);
        received.ack();
    }
    consumer.close(PATIENCE).await?;
    Ok(lane)
}
