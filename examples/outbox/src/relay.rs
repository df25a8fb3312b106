//! The relay: from the outbox to the topic.

use std::pin::pin;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use thoth_messaging::client::{Position, ProducerRecord, Record, TransactionalProducer};
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::{Kafka, Message as _};
use tokio::time::sleep;

use crate::{Database, Pending, Result};

/// The header that has the number of a message in the outbox.
pub const OUTBOX_ID: &str = "outbox-id";

/// The number of messages that are sent in one transaction at most.
const BATCH: usize = 50;

/// The time after which it looks again where there was nothing to send.
const PAUSE: Duration = Duration::from_millis(20);

/// Sends what is in the outbox.
pub struct Relay {
    database: Database,
    producer: TransactionalProducer,
}

impl Relay {
    /// Takes over from the relay before it, if there was one: shuts it out, finds what it has sent, and forgets that.
    ///
    /// # Errors
    ///
    /// If Kafka or the database does not work.
    pub async fn start(kafka: &Kafka, database: Database) -> Result<Self> {
        // From here on no other relay can send, and what one had sent without committing is aborted.
        let id = format!("outbox-relay-{}", kafka.topic_name(&PackageReleased::DESCRIPTOR.topic));
        let producer = kafka.transactional(id).await?;
        if let Some(last) = last_sent(kafka).await? {
            database.forget(last)?;
        }
        Ok(Self { database, producer })
    }

    /// Sends messages as they come, until something fails.
    ///
    /// # Errors
    ///
    /// If Kafka or the database does not work, or another relay has taken over. A new relay may go on.
    pub async fn run(&mut self) -> Result<()> {
        loop {
            match self.send_next().await? {
                Some(last) => self.forget(last)?,
                None => sleep(PAUSE).await,
            }
        }
    }

    /// Sends the next messages, in one transaction, and returns the number of the last one; `None` where there is nothing to
    /// send. If it is killed before they are [forgotten](Self::forget), the next relay does that.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub async fn send_next(&mut self) -> Result<Option<i64>> {
        let pending = self.database.pending(BATCH)?;
        let Some(last) = pending.last().map(|pending| pending.id) else { return Ok(None) };
        let transaction = self.producer.begin().await?;
        pin!(transaction.send_all(pending.into_iter().map(record))).try_for_each(async |_| Ok(())).await?;
        transaction.commit().await?;
        Ok(Some(last))
    }

    /// Forgets the messages up to one that is sent.
    ///
    /// # Errors
    ///
    /// If the database does not work.
    pub fn forget(&self, last: i64) -> Result<()> {
        self.database.forget(last)
    }
}

fn record(pending: Pending) -> ProducerRecord {
    let record = ProducerRecord::declared(&PackageReleased::DESCRIPTOR.topic)
        .with_payload(pending.payload)
        .with_header(OUTBOX_ID, pending.id.to_string());
    match pending.key {
        Some(key) => record.with_key(key),
        None => record,
    }
}

/// The number of the last message of the outbox that is on the topic: on any partition, as a transaction is on all of them or
/// on none.
async fn last_sent(kafka: &Kafka) -> Result<Option<i64>> {
    let mut last = None;
    let mut reader = kafka.topic_reader(kafka.topic_name(&PackageReleased::DESCRIPTOR.topic))?;
    let (first, end) = (reader.offsets(Position::Beginning).await?, reader.offsets(Position::End).await?);
    for (partition, end) in end {
        // Marks of transactions, and messages of others, stand between those of the outbox: it goes back until it has found one.
        let first = first.get(&partition).copied().unwrap_or(end);
        let mut back = 2 * i64::try_from(BATCH)?;
        loop {
            let start = end.saturating_sub(back).max(first);
            reader.read([(partition, start..end)]).await?;
            let mut found = None;
            while let Some(read) = reader.next().await {
                found = found.max(outbox_id(&read?));
            }
            last = last.max(found);
            if found.is_some() || start == first {
                break;
            }
            back = back.saturating_mul(2);
        }
    }
    Ok(last)
}

/// The numbers of the messages of the outbox on the topic, in the order of a partition.
///
/// # Errors
///
/// If Kafka does not work.
pub async fn sent_ids(kafka: &Kafka) -> Result<Vec<i64>> {
    let mut reader = kafka.topic_reader(kafka.topic_name(&PackageReleased::DESCRIPTOR.topic))?;
    let (first, end) = (reader.offsets(Position::Beginning).await?, reader.offsets(Position::End).await?);
    let parts =
        first.into_iter().map(|(partition, first)| (partition, first..end.get(&partition).copied().unwrap_or(first)));
    reader.read(parts.collect::<Vec<_>>()).await?;
    let mut ids = Vec::new();
    while let Some(record) = reader.next().await {
        ids.extend(outbox_id(&record?));
    }
    Ok(ids)
}

fn outbox_id(record: &Record) -> Option<i64> {
    let header = record.headers().iter().find(|header| header.name == OUTBOX_ID)?;
    std::str::from_utf8(header.value.as_deref()?).ok()?.parse().ok()
}
