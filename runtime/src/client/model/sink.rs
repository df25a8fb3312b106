//! The producer of the model, outside of transactions.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use tokio::sync::oneshot;
use tokio::time::{self, Instant};

use super::cluster::{Cluster, Output, State, is_of_dead_letters};
use crate::client::error::{Cause, SendError, SizeLimit};
use crate::client::lock::lock;
use crate::client::producer::{Delivery, ProducerRecord};

/// The transaction that a record is sent in.
pub(super) struct InTransaction {
    pub(super) number: u64,
    /// A record was refused: librdkafka sends no other one until it is aborted.
    pub(super) is_broken: Arc<AtomicBool>,
}

#[derive(Clone)]
pub(crate) struct Sink {
    cluster: Cluster,
    /// When what was sent last is delivered: nothing overtakes it.
    tail: Arc<Mutex<Instant>>,
}

impl Sink {
    pub(crate) fn new(cluster: &Cluster) -> Self {
        Self { cluster: cluster.clone(), tail: Arc::new(Mutex::new(Instant::now())) }
    }

    pub(crate) async fn send(&self, record: ProducerRecord) -> Result<Delivery, SendError> {
        self.queue(record).await?.report().await
    }

    pub(crate) async fn queue(&self, record: ProducerRecord) -> Result<Sent, SendError> {
        // The time of waiting for room.
        time::sleep(self.cluster.delay(1)).await;
        let (topic, record) = record.into_model();
        let report = queue(&self.cluster, &self.tail, topic.clone(), record, None);
        Ok(Sent { topic, report })
    }
}

/// A record that is queued.
pub(crate) struct Sent {
    pub(super) topic: String,
    pub(super) report: oneshot::Receiver<Result<Delivery, SendError>>,
}

impl Sent {
    pub(crate) async fn delivered(&mut self) -> Result<(), SendError> {
        self.report().await.map(drop)
    }

    async fn report(&mut self) -> Result<Delivery, SendError> {
        (&mut self.report).await.unwrap_or(Err(SendError::Closed { topic: self.topic.clone() }))
    }
}

/// Queues a record behind those before it. It is delivered whether or not somebody waits for it.
pub(super) fn queue(
    cluster: &Cluster,
    tail: &Mutex<Instant>,
    topic: String,
    record: ProducerRecord,
    transaction: Option<InTransaction>,
) -> oneshot::Receiver<Result<Delivery, SendError>> {
    let (report, reported) = oneshot::channel();
    let at = {
        let mut tail = lock(tail);
        *tail = (*tail).max(Instant::now() + cluster.delay(20));
        *tail
    };
    cluster.queued(&topic, record.payload.as_deref().unwrap_or_default());
    let cluster = cluster.clone();
    tokio::spawn(async move {
        time::sleep_until(at).await;
        let Some(InTransaction { number, is_broken }) = transaction else {
            let _ = report.send(cluster.lock().receive(topic, record, None));
            return;
        };
        let received = if is_broken.load(Ordering::Acquire) {
            Err(SendError::Aborted { topic })
        } else {
            cluster.lock().receive(topic, record, Some(number))
        };
        if received.is_err() {
            is_broken.store(true, Ordering::Release);
        }
        let _ = report.send(received);
    });
    reported
}

impl State {
    /// Takes what is sent, or does not.
    fn receive(
        &mut self,
        topic: String,
        record: ProducerRecord,
        transaction: Option<u64>,
    ) -> Result<Delivery, SendError> {
        let ProducerRecord { key, payload, headers, .. } = record;
        let payload = payload.unwrap_or_default();
        let shown = String::from_utf8_lossy(&payload).into_owned();
        if self.refused.contains(&payload) && !is_of_dead_letters(&topic) {
            self.note(|| format!("refused: {shown}"));
            let size = payload.len();
            return Err(SendError::TooLarge { topic, size, limit: None, set_by: SizeLimit::Topic });
        }
        let share = self.faults.sends;
        let fails = self.chance(share);
        if fails {
            self.unacknowledged.insert(payload.clone());
        }
        if !fails || self.random.bool() {
            self.note(|| format!("written to {topic}: {shown}{}", if fails { ", not acknowledged" } else { "" }));
            let output = Output { topic: topic.clone(), payload, key, headers, transaction };
            if output.is_readable() {
                self.deliver(&output);
            }
            self.outputs.push(output);
        }
        if fails {
            self.injected += usize::from(transaction.is_some());
            let cause = Cause::new(KafkaError::MessageProduction(Code::MessageTimedOut));
            return Err(SendError::TimedOut { topic, servers: "model".to_owned(), reason: None, cause });
        }
        Ok(Delivery { topic, partition: 0, offset: 0, timestamp: None })
    }
}
