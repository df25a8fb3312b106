//! The delivery of messages to Kafka.

use std::error::Error as _;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;
use thoth_messaging::client::{CloseError, Delivery, Header, Producer, ProducerRecord, SendError};

use super::input::{Input, Line};
use super::item::Item;
use super::tally::{Accepted, Tally};
use crate::context::Context;
use crate::failure::Failure;
use crate::kafka::cluster::Cluster;

/// The most messages that are in flight.
const MAX_IN_FLIGHT: usize = 256;

/// The key and the headers that every message of a run gets.
pub(super) struct Extras {
    pub(super) key: Option<String>,
    pub(super) headers: Vec<Header>,
}

/// The source of a message, its number there, and the result of sending it.
type Sent = (String, u64, Result<Delivery, SendError>);

/// The time limit for the last messages: longer than `delivery.timeout.ms`, so that each gets its own report.
const LAST: Duration = Duration::from_secs(60);

/// Sends what is valid, in order, with many messages in flight. Returns the error that ended it early: a topic that does not
/// exist, or no broker that answers.
pub(super) async fn deliver(
    input: Input,
    extras: &Extras,
    cluster: &Cluster,
    tally: &mut Tally,
    context: &mut Context,
) -> Result<Option<SendError>, Failure> {
    let producer = cluster.kafka.producer()?;
    let mut items = input.into_items();
    let mut in_flight = FuturesOrdered::new();
    let (mut takes, mut stopped) = (true, None);
    loop {
        tokio::select! {
            biased;
            Some(sent) = in_flight.next() => {
                if let Some(error) = record_result(sent, tally, context)? {
                    takes = false;
                    stopped.get_or_insert(error);
                }
            }
            read = items.recv(), if takes && in_flight.len() < MAX_IN_FLIGHT => match read.transpose()? {
                Some(Line::Item(item)) => {
                    if let Some(accepted) = tally.check(&item, context)? {
                        in_flight.push_back(send(&producer, item, accepted, extras));
                    }
                }
                Some(Line::TooLong(source, line)) => tally.too_long(&source, line, context)?,
                None => takes = false,
            },
            else => break,
        }
    }
    match producer.close(LAST).await {
        // Each `send` has its own report by now.
        Ok(()) | Err(CloseError::NotDelivered { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(stopped)
}

async fn send(producer: &Producer, item: Item, accepted: Accepted, extras: &Extras) -> Sent {
    let Item { source, number, destination, payload } = item;
    let key = extras.key.clone().or(accepted.key);
    let mut record = ProducerRecord::declared(&destination.topic);
    if let Some(key) = key {
        record = record.with_key(key);
    }
    if let Some(payload) = payload {
        record = record.with_payload(payload);
    }
    if let Some(id) = accepted.id {
        record = record.with_schema_id(id);
    }
    record = record.with_headers(extras.headers.iter().cloned());
    let result = producer.send(record).await;
    (source, number, result)
}

/// Counts the result of sending a message. The error is one that all others would meet too.
fn record_result(
    (source, number, result): Sent,
    tally: &mut Tally,
    context: &mut Context,
) -> Result<Option<SendError>, Failure> {
    match result {
        Ok(delivery) => tally.delivered(delivery),
        Err(error @ (SendError::UnknownTopic { .. } | SendError::Unreachable { .. })) => return Ok(Some(error)),
        Err(error) => {
            let cause = error.source().map(|cause| format!(" ({cause})")).unwrap_or_default();
            tally.failed(&source, number, &format!("{error}{cause}"), context)?;
        }
    }
    Ok(None)
}
