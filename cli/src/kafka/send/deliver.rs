//! The way of messages to Kafka.

use std::error::Error as _;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;
use thoth_messaging::client::{CloseError, Delivery, Producer, ProducerRecord, SendError};

use super::Extras;
use super::input::{Input, Item, Taken};
use super::tally::{Key, Tally};
use crate::Context;
use crate::failure::Failure;
use crate::kafka::cluster::Cluster;

/// How many messages are under way at most.
const WINDOW: usize = 256;

/// Where a message came from, and what became of it.
type Sent = (String, u64, Result<Delivery, SendError>);

/// How long the last messages may take: longer than `delivery.timeout.ms`, so that each gets its own report.
const LAST: Duration = Duration::from_secs(60);

/// Sends what is valid, in its order, many at a time. It stops where going on makes no sense: at a topic that is not there,
/// and where no broker answers. That is
/// what it returns.
pub(super) async fn deliver(
    input: Input,
    extras: &Extras,
    cluster: &Cluster,
    tally: &mut Tally,
    context: &mut Context,
) -> Result<Option<SendError>, Failure> {
    let producer = cluster.kafka.producer()?;
    let mut items = input.into_items();
    let mut under_way = FuturesOrdered::new();
    let (mut takes, mut stopped) = (true, None);
    loop {
        tokio::select! {
            biased;
            Some(sent) = under_way.next() => {
                if let Some(error) = settle(sent, tally, context)? {
                    takes = false;
                    stopped.get_or_insert(error);
                }
            }
            read = items.recv(), if takes && under_way.len() < WINDOW => match read.transpose()? {
                Some(Taken::Item(item)) => {
                    if let Some(key) = tally.check(&item, context)? {
                        under_way.push_back(send(&producer, item, key, extras));
                    }
                }
                Some(Taken::TooLong(source, line)) => tally.too_long(&source, line, context)?,
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

async fn send(producer: &Producer, item: Item, Key(key): Key, extras: &Extras) -> Sent {
    let Item { source, number, destination, payload } = item;
    let key = extras.key.clone().or(key);
    let mut record = ProducerRecord::declared(&destination.topic).with_headers(extras.headers.iter().cloned());
    if let Some(key) = key {
        record = record.with_key(key);
    }
    if let Some(payload) = payload {
        record = record.with_payload(payload);
    }
    let result = producer.send(record).await;
    (source, number, result)
}

/// Counts what became of a message. The error is one that all others would meet too.
fn settle(
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
