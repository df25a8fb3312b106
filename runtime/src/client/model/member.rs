//! A member of the group, in the place of [`Records`](crate::client::Records).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use tokio::sync::{Notify, mpsc};
use tokio::time;

use super::cluster::{Appended, Cluster, MemberState, index, number, topic_partition};
use crate::client::consumer::offsets::{Assignment, OffsetStore};
use crate::client::consumer::record::Record;
use crate::client::consumer::{Polled, Rebalanced};
use crate::client::topic_partition::TopicPartition;

pub(crate) struct Member {
    cluster: Cluster,
    id: u32,
    assignment: Arc<Assignment>,
    events: mpsc::UnboundedReceiver<Rebalanced>,
    wake: Arc<Notify>,
    store: Arc<Store>,
}

/// The offsets that a member stores with the cluster.
struct Store {
    cluster: Cluster,
    id: u32,
}

impl Member {
    /// Joins the group.
    pub(crate) fn join(cluster: &Cluster, id: u32, in_transactions: bool) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let (assignment, wake) = (Arc::new(Assignment::default()), Arc::new(Notify::new()));
        let store = Arc::new(Store { cluster: cluster.clone(), id });
        assignment.attach(&store);
        if in_transactions {
            assignment.store_nothing();
        }
        let mut state = cluster.lock();
        state.note(|| format!("member {id} joins"));
        let member = MemberState {
            assignment: Arc::clone(&assignment),
            events: sender,
            wake: Arc::clone(&wake),
            positions: BTreeMap::new(),
            stored: BTreeMap::new(),
            paused: BTreeSet::new(),
            revoking: BTreeSet::new(),
            drains: false,
            leaves: false,
        };
        state.members.insert(id, member);
        state.rebalance();
        drop(state);
        Self { cluster: cluster.clone(), id, assignment, events, wake, store }
    }

    pub(crate) async fn next(&mut self) -> Polled {
        loop {
            self.assignment.store_acknowledged();
            if let Ok(event) = self.events.try_recv() {
                return Polled::Rebalanced(event);
            }
            if let Some(record) = self.fetched() {
                return Polled::Records(vec![record]);
            }
            tokio::select! {
                biased;
                Some(event) = self.events.recv() => return Polled::Rebalanced(event),
                () = self.wake.notified() => {}
            }
            // The time of a fetch.
            time::sleep(self.cluster.delay(5)).await;
        }
    }

    /// The next record of a partition, by chance.
    fn fetched(&self) -> Option<Record> {
        let mut state = self.cluster.lock();
        let state = &mut *state;
        let member = state.members.get_mut(&self.id)?;
        let ready = member.positions.iter().filter(|(partition, position)| {
            !member.paused.contains(partition) && index(**position) < state.log[**partition].len()
        });
        let ready: Vec<usize> = ready.map(|(partition, _)| *partition).collect();
        let partition = *ready.get(state.random.usize(..ready.len().max(1)))?;
        let position = member.positions.get_mut(&partition)?;
        let offset = *position;
        *position += 1;
        let Appended { key, payload, headers } = &state.log[partition][index(offset)];
        let id = topic_partition(partition);
        let record = Record::of_model(&self.assignment, &id, offset, key.as_deref(), payload, headers);
        // What comes of a partition that it is told to give up is dropped at once, too.
        if !member.drains && !member.revoking.contains(&partition) {
            state.most_in_flight = state.most_in_flight.max(self.assignment.in_flight(&id).messages);
        }
        Some(record)
    }

    pub(crate) fn pause(&self, partition: &TopicPartition, paused: bool) {
        let mut state = self.cluster.lock();
        let Some(member) = state.members.get_mut(&self.id) else { return };
        if paused {
            member.paused.insert(number(partition));
        } else {
            member.paused.remove(&number(partition));
            member.wake.notify_one();
        }
    }

    pub(crate) fn pause_all(&self) {
        if let Some(member) = self.cluster.lock().members.get_mut(&self.id) {
            member.paused = member.positions.keys().copied().collect();
            member.drains = true;
        }
    }

    pub(crate) fn give_up(&self, revoked: &[TopicPartition]) {
        let partitions: Vec<usize> = revoked.iter().map(number).collect();
        self.assignment.store_acknowledged();
        let mut state = self.cluster.lock();
        // What was lost meanwhile is another one's already, or this one's anew.
        let Some(member) = state.members.get(&self.id) else { return };
        let partitions: Vec<usize> = partitions.into_iter().filter(|it| member.revoking.contains(it)).collect();
        let names: Vec<_> = partitions.iter().map(|partition| topic_partition(*partition)).collect();
        self.assignment.revoked(&names);
        state.release(self.id, &partitions);
    }

    pub(crate) async fn close(self, deadline: Duration) {
        let _ = time::timeout(deadline, time::sleep(self.cluster.delay(20))).await;
        self.assignment.store_acknowledged();
        self.assignment.detach();
        let mut state = self.cluster.lock();
        let Some(member) = state.members.get_mut(&self.id) else { return };
        member.leaves = true;
        let partitions: Vec<usize> = member.positions.keys().copied().collect();
        let names: Vec<_> = partitions.iter().map(|partition| topic_partition(*partition)).collect();
        self.assignment.revoked(&names);
        state.release(self.id, &partitions);
        state.members.remove(&self.id);
        state.rebalance();
        state.note(|| format!("member {} left", self.id));
        drop(state);
        drop(self.store);
    }
}

impl OffsetStore for Store {
    fn store(&self, partition: &TopicPartition, offset: i64) -> KafkaResult<()> {
        let mut state = self.cluster.lock();
        let owner = state.owners.get(number(partition)).copied().flatten();
        match state.members.get_mut(&self.id) {
            Some(member) if owner == Some(self.id) => {
                member.stored.insert(number(partition), offset + 1);
                Ok(())
            }
            _ => Err(KafkaError::StoreOffset(Code::State)),
        }
    }

    fn commit_stored(&self) -> KafkaResult<()> {
        Ok(())
    }

    fn seek(&self, partition: &TopicPartition, offset: i64) -> KafkaResult<()> {
        let mut state = self.cluster.lock();
        let position = state.members.get_mut(&self.id).and_then(|it| it.positions.get_mut(&number(partition)));
        *position.ok_or(KafkaError::Seek("not assigned".to_owned()))? = offset;
        state.wake_all();
        Ok(())
    }

    fn group_metadata(&self) -> Option<ConsumerGroupMetadata> {
        None
    }
}
