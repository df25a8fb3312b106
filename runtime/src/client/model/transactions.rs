//! Transactions of the model, as a transactional producer of librdkafka has them.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use tokio::time::{self, Instant};

use super::cluster::{Cluster, number};
use super::sink::{InTransaction, Sent, queue};
use crate::client::consumer::offsets::{Acknowledged, AssignedPartition};
use crate::client::consumer::record::Record;
use crate::client::error::{AbortReason, Cause, SendError, TransactionError};
use crate::client::lock::lock;
use crate::client::producer::{ProducerRecord, Uncommitted};

pub(crate) struct Transactions {
    cluster: Cluster,
    id: String,
    member: u32,
    epoch: u32,
    open: Option<Arc<Open>>,
}

/// A transaction of several tasks.
pub(crate) struct Transaction {
    cluster: Cluster,
    open: Arc<Open>,
}

struct Open {
    number: u64,
    tail: Mutex<Instant>,
    acknowledged: Mutex<Vec<PartitionOffsets>>,
    /// A record was refused: librdkafka sends no other one until it is aborted.
    is_broken: Arc<AtomicBool>,
    /// Kafka has committed it, and the producer does not know.
    is_committed: AtomicBool,
}

struct PartitionOffsets {
    partition: Arc<AssignedPartition>,
    offsets: BTreeSet<i64>,
}

impl Transactions {
    /// A producer of an id; what another one left open is aborted, and that one is fenced off.
    pub(crate) fn new(cluster: &Cluster, id: &str, member: u32) -> Self {
        let mut state = cluster.lock();
        let epoch = state.epochs.entry(id.to_owned()).or_default();
        *epoch += 1;
        let epoch = *epoch;
        drop(state);
        Self { cluster: cluster.clone(), id: id.to_owned(), member, epoch, open: None }
    }

    pub(crate) fn open(&mut self) -> Result<Transaction, TransactionError> {
        self.check_epoch()?;
        let mut state = self.cluster.lock();
        state.last_transaction += 1;
        let open = Arc::new(Open {
            number: state.last_transaction,
            tail: Mutex::new(Instant::now()),
            acknowledged: Mutex::default(),
            is_broken: Arc::default(),
            is_committed: AtomicBool::new(false),
        });
        drop(state);
        self.open = Some(Arc::clone(&open));
        Ok(Transaction { cluster: self.cluster.clone(), open })
    }

    fn check_epoch(&self) -> Result<(), TransactionError> {
        if self.cluster.lock().epochs.get(&self.id) == Some(&self.epoch) {
            return Ok(());
        }
        let cause = Cause::new(KafkaError::MessageProduction(Code::ProducerFenced));
        Err(TransactionError::Fatal { id: self.id.clone(), cause })
    }

    pub(crate) async fn try_commit(&mut self) -> Result<(), Uncommitted> {
        time::sleep(self.cluster.delay(10)).await;
        self.check_epoch().map_err(Uncommitted::Failed)?;
        let Some(open) = self.open.clone() else { return Ok(()) };
        if open.is_committed.load(Ordering::Acquire) {
            self.end(&open);
            return Ok(());
        }
        if open.is_broken.load(Ordering::Acquire) {
            return Err(Uncommitted::ToAbort(AbortReason::Kafka(timed_out())));
        }
        let mut offsets = Vec::new();
        for of_partition in &*lock(&open.acknowledged) {
            let id = of_partition.partition.id();
            let (topic, partition) = (id.topic.clone(), id.partition);
            match of_partition.partition.acknowledged_with(&of_partition.offsets) {
                Acknowledged::UpTo(offset) => offsets.push((number(id), offset + 1)),
                Acknowledged::LeftOut(offset) => {
                    return Err(Uncommitted::ToAbort(AbortReason::LeftOut { topic, partition, offset }));
                }
                Acknowledged::Revoked => {
                    self.cluster.lock().injected += 1;
                    return Err(Uncommitted::ToAbort(AbortReason::Revoked { topic, partition, offset: 0 }));
                }
            }
        }
        let mut state = self.cluster.lock();
        let share = state.faults.commits;
        let fails = state.chance(share);
        if fails && state.random.bool() {
            state.injected += 1;
            state.note(|| format!("a commit of {} is refused", self.id));
            return Err(Uncommitted::ToAbort(AbortReason::Kafka(timed_out())));
        }
        if offsets.iter().any(|(partition, _)| state.owners[*partition] != Some(self.member)) {
            state.injected += 1;
            return Err(Uncommitted::ToAbort(AbortReason::Kafka(Cause::new(KafkaError::MessageProduction(
                Code::IllegalGeneration,
            )))));
        }
        if !fails || state.random.bool() {
            state.note(|| format!("transaction {} of {} is committed", open.number, self.id));
            let mut delivered = Vec::new();
            for output in &mut state.outputs {
                if output.transaction == Some(open.number) {
                    output.transaction = None;
                    delivered.push(output.clone());
                }
            }
            for output in &delivered {
                state.deliver(output);
            }
            for (partition, offset) in offsets {
                state.commit(partition, offset);
            }
            open.is_committed.store(true, Ordering::Release);
        }
        drop(state);
        if fails {
            let (id, servers) = (self.id.clone(), "model".to_owned());
            let error = TransactionError::Unreachable { id, servers, reason: None, cause: timed_out() };
            return Err(Uncommitted::Failed(error));
        }
        self.end(&open);
        Ok(())
    }

    fn end(&mut self, open: &Open) {
        for of_partition in &*lock(&open.acknowledged) {
            of_partition.partition.committed(&of_partition.offsets);
        }
        self.open = None;
    }

    pub(crate) async fn abort(&mut self) -> Result<(), TransactionError> {
        time::sleep(self.cluster.delay(10)).await;
        let Some(open) = self.open.take() else { return Ok(()) };
        open.is_broken.store(true, Ordering::Release);
        // Reports on all that is in it come before the end.
        let tail = *lock(&open.tail);
        time::sleep_until(tail).await;
        let mut state = self.cluster.lock();
        state.aborts += usize::from(!lock(&open.acknowledged).is_empty());
        state.note(|| format!("transaction {} of {} is aborted", open.number, self.id));
        state.outputs.retain(|output| output.transaction != Some(open.number));
        drop(state);
        for of_partition in &*lock(&open.acknowledged) {
            if let Some(assignment) = of_partition.partition.assignment() {
                assignment.rewind(&of_partition.partition);
            }
        }
        Ok(())
    }

    pub(crate) async fn close(&mut self) {
        let _ = self.abort().await;
    }
}

impl Transaction {
    pub(crate) async fn check(&self, _: &ProducerRecord) -> Result<(), SendError> {
        time::sleep(self.cluster.delay(1)).await;
        Ok(())
    }

    pub(crate) async fn queue(&self, record: ProducerRecord) -> Result<Sent, SendError> {
        // The time of waiting for room.
        time::sleep(self.cluster.delay(1)).await;
        let (topic, record) = record.into_model();
        if self.open.is_broken.load(Ordering::Acquire) {
            self.cluster.queued(&topic, record.payload.as_deref().unwrap_or_default());
            return Err(SendError::Aborted { topic });
        }
        let transaction = InTransaction { number: self.open.number, is_broken: Arc::clone(&self.open.is_broken) };
        let report = queue(&self.cluster, &self.open.tail, topic.clone(), record, Some(transaction));
        Ok(Sent { topic, report })
    }

    pub(crate) fn ack(&self, record: &Record) {
        let (partition, offset) = (record.origin(), record.offset());
        let mut acknowledged = lock(&self.open.acknowledged);
        match acknowledged.iter_mut().find(|known| Arc::ptr_eq(&known.partition, partition)) {
            Some(known) => drop(known.offsets.insert(offset)),
            None => acknowledged.push({
                let (partition, offsets) = (Arc::clone(partition), BTreeSet::from([offset]));
                PartitionOffsets { partition, offsets }
            }),
        }
    }
}

fn timed_out() -> Cause {
    Cause::new(KafkaError::MessageProduction(Code::OperationTimedOut))
}
