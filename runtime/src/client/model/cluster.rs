//! The state of the cluster: the log, the group with its offsets, and all that was sent.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;

use crate::client::consumer::Rebalanced;
use crate::client::consumer::offsets::Assignment;
use crate::client::header::Header;
use crate::client::lock::lock;
use crate::client::topic_partition::TopicPartition;

/// The topics that are read: that of the messages, and its retry topics.
const TOPICS: [&str; 3] = [
    "thoth.package-release.package-released",
    "thoth.package-release.package-released.retry-300ms",
    "thoth.package-release.package-released.retry-2s",
];

/// The delays of the retry topics, in milliseconds.
pub(crate) const RETRY_DELAYS: [u64; 2] = [300, 2_000];

/// The partitions of a topic, if there are several topics. All are numbered one after the other.
const PARTITIONS: usize = 3;

/// The cluster; clones are the same one.
#[derive(Clone)]
pub(crate) struct Cluster(Arc<Mutex<State>>);

/// The shares of what fails.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    /// Of what is sent: it is reported as not acknowledged in time, and half of it was written.
    pub(crate) sends: f64,
    /// Of commits: they are refused, or not known to have come about.
    pub(crate) commits: f64,
}

/// A record of another topic.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    pub(crate) topic: String,
    pub(crate) payload: Vec<u8>,
    pub(super) key: Option<Vec<u8>>,
    pub(super) headers: Vec<Header>,
    /// The open transaction that it is in.
    pub(super) transaction: Option<u64>,
}

/// A record of a topic that is read.
#[derive(Clone)]
pub(super) struct Appended {
    pub(super) key: Option<Vec<u8>>,
    pub(super) payload: Vec<u8>,
    pub(super) headers: Vec<Header>,
}

/// A check of what was sent, the number of the topic, and the payloads before the offset that is committed.
type OnCommit = dyn Fn(&[Output], usize, &[&[u8]]) + Send + Sync;

pub(super) struct State {
    pub(super) random: fastrand::Rng,
    pub(super) faults: Faults,
    /// By partition.
    pub(super) log: Vec<Vec<Appended>>,
    pub(super) committed: Vec<i64>,
    pub(super) owners: Vec<Option<u32>>,
    /// The member that is to have each partition.
    pub(super) targets: Vec<u32>,
    pub(super) members: BTreeMap<u32, MemberState>,
    pub(super) outputs: Vec<Output>,
    /// The payloads of dead letters that were queued.
    pub(super) letters: BTreeSet<Vec<u8>>,
    /// The payloads that were sent once at least without being acknowledged.
    pub(super) unacknowledged: BTreeSet<Vec<u8>>,
    /// The payloads that a broker refuses.
    pub(super) refused: BTreeSet<Vec<u8>>,
    /// By `transactional.id`, the epoch of the newest producer.
    pub(super) epochs: BTreeMap<String, u32>,
    pub(super) last_transaction: u64,
    /// The number of transactions that were aborted, and of those that the model itself had aborted.
    pub(super) aborts: usize,
    pub(super) injected: usize,
    /// The most records of a partition that a member had in flight.
    pub(super) most_in_flight: usize,
    /// Called at each commit.
    on_commit: Arc<OnCommit>,
    pub(super) trace: Vec<String>,
    started: Instant,
}

pub(super) struct MemberState {
    pub(super) assignment: Arc<Assignment>,
    pub(super) events: mpsc::UnboundedSender<Rebalanced>,
    pub(super) wake: Arc<Notify>,
    /// The next offset by partition, of those that it has.
    pub(super) positions: BTreeMap<usize, i64>,
    pub(super) stored: BTreeMap<usize, i64>,
    pub(super) paused: BTreeSet<usize>,
    /// It was told to give them up.
    pub(super) revoking: BTreeSet<usize>,
    /// It drains: what it receives is dropped at once.
    pub(super) drains: bool,
    /// It has reached its end: it gets no more partitions.
    pub(super) leaves: bool,
}

impl Cluster {
    pub(crate) fn new(seed: u64, partitions: usize, has_retry_topics: bool, faults: Faults) -> Self {
        let partitions = if has_retry_topics { PARTITIONS * TOPICS.len() } else { partitions };
        Self(Arc::new(Mutex::new(State {
            random: fastrand::Rng::with_seed(seed),
            faults,
            log: vec![Vec::new(); partitions],
            committed: vec![0; partitions],
            owners: vec![None; partitions],
            targets: vec![0; partitions],
            members: BTreeMap::new(),
            outputs: Vec::new(),
            letters: BTreeSet::new(),
            unacknowledged: BTreeSet::new(),
            refused: BTreeSet::new(),
            epochs: BTreeMap::new(),
            last_transaction: 0,
            aborts: 0,
            injected: 0,
            most_in_flight: 0,
            on_commit: Arc::new(|_, _, _| {}),
            trace: Vec::new(),
            started: Instant::now(),
        })))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.0)
    }

    /// Has a check called at each commit of offsets, with what was sent by then, the number of the topic, and the payloads before
    /// the offset.
    pub(crate) fn on_commit(&self, check: impl Fn(&[Output], usize, &[&[u8]]) + Send + Sync + 'static) {
        self.lock().on_commit = Arc::new(check);
    }

    pub(crate) fn append(&self, partition: usize, key: Option<Vec<u8>>, payload: Vec<u8>) {
        let mut state = self.lock();
        state.log[partition].push(Appended { key, payload, headers: Vec::new() });
        state.wake_all();
    }

    /// Has the brokers refuse a payload as too large.
    pub(crate) fn refuse(&self, payload: Vec<u8>) {
        self.lock().refused.insert(payload);
    }

    pub(crate) fn set_faults(&self, faults: Faults) {
        self.lock().faults = faults;
    }

    /// Tells whether so many records are committed, and all that are on retry topics.
    pub(crate) fn is_committed(&self, records: usize) -> bool {
        let state = self.lock();
        let committed = || state.committed.iter().map(|offset| index(*offset));
        committed().take(PARTITIONS).sum::<usize>() == records
            && committed().zip(&state.log).all(|(committed, log)| committed == log.len())
    }

    /// The records of other topics that can be read.
    pub(crate) fn outputs(&self) -> Vec<Output> {
        self.lock().outputs.iter().filter(|output| output.is_readable()).cloned().collect()
    }

    /// Takes note that something was handed over to be sent.
    pub(super) fn queued(&self, topic: &str, payload: &[u8]) {
        if is_of_dead_letters(topic) {
            self.lock().letters.insert(payload.to_vec());
        }
    }

    /// Tells whether a payload is, or was, on its way to a topic of dead letters.
    pub(crate) fn is_letter_queued(&self, payload: &[u8]) -> bool {
        self.lock().letters.contains(payload)
    }

    /// Tells whether a payload was sent once at least without being acknowledged.
    pub(crate) fn was_unacknowledged(&self, payload: &[u8]) -> bool {
        self.lock().unacknowledged.contains(payload)
    }

    pub(crate) fn owner(&self, partition: usize) -> Option<u32> {
        self.lock().owners[partition]
    }

    /// The number of transactions that were aborted, without those that the model had aborted.
    pub(crate) fn aborts(&self) -> usize {
        let state = self.lock();
        state.aborts.saturating_sub(state.injected)
    }

    /// Takes all partitions of a member away, as after a session that timed out. It stays, and joins anew.
    pub(crate) fn lose(&self, id: u32) {
        let mut state = self.lock();
        state.note(|| format!("member {id} loses its partitions"));
        state.lose(id);
        state.rebalance();
    }

    /// Takes a member out that has ended without a word.
    pub(crate) fn crash(&self, id: u32) {
        let mut state = self.lock();
        state.note(|| format!("member {id} crashes"));
        state.lose(id);
        state.members.remove(&id);
        state.rebalance();
    }

    /// The group spreads its partitions anew.
    pub(crate) fn rebalance(&self) {
        let mut state = self.lock();
        state.note(|| "rebalance".to_owned());
        state.rebalance();
    }

    /// The auto-commit of a member. Returns false once it is gone.
    pub(crate) fn commit_stored(&self, id: u32) -> bool {
        let Some(assignment) = self.lock().members.get(&id).map(|member| Arc::clone(&member.assignment)) else {
            return false;
        };
        assignment.store_acknowledged();
        let mut state = self.lock();
        let Some(member) = state.members.get(&id) else { return false };
        let partitions: Vec<usize> = member.stored.keys().copied().collect();
        state.commit_stored(id, &partitions);
        true
    }

    pub(crate) fn most_in_flight(&self) -> usize {
        self.lock().most_in_flight
    }

    pub(crate) fn note(&self, line: impl FnOnce() -> String) {
        self.lock().note(line);
    }

    pub(crate) fn trace(&self) -> Vec<String> {
        self.lock().trace.clone()
    }

    /// A time that something takes, to the longest.
    pub(super) fn delay(&self, longest: u64) -> Duration {
        Duration::from_micros(self.lock().random.u64(..=longest * 1000))
    }
}

impl Output {
    /// Tells whether it is committed.
    pub(crate) fn is_readable(&self) -> bool {
        self.transaction.is_none()
    }

    /// Tells whether it is a dead letter.
    pub(crate) fn is_letter(&self) -> bool {
        is_of_dead_letters(&self.topic)
    }

    /// The number of its retry topic among the topics that are read; 0 if it is on none.
    pub(crate) fn retry_topic(&self) -> usize {
        TOPICS.iter().position(|topic| *topic == self.topic).unwrap_or_default()
    }
}

impl State {
    pub(super) fn note(&mut self, line: impl FnOnce() -> String) {
        let at = self.started.elapsed().as_secs_f64();
        self.trace.push(format!("{at:10.4} {}", line()));
    }

    pub(super) fn wake_all(&self) {
        self.members.values().for_each(|member| member.wake.notify_one());
    }

    pub(super) fn chance(&mut self, share: f64) -> bool {
        self.random.f64() < share
    }

    /// Commits an offset, which never goes back but by a seek, of which the model has none.
    pub(super) fn commit(&mut self, partition: usize, offset: i64) {
        self.note(|| format!("commit {partition}: {offset}"));
        let before: Vec<_> = self.log[partition].iter().take(index(offset)).map(|record| &*record.payload).collect();
        (self.on_commit)(&self.outputs, partition / PARTITIONS, &before);
        self.committed[partition] = offset;
    }

    /// Has a record that was sent, and can be read, on the retry topic that it is for.
    pub(super) fn deliver(&mut self, output: &Output) {
        let topic = output.retry_topic();
        if topic == 0 {
            return;
        }
        let number = output.key.as_ref().map(|key| key.iter().map(|byte| usize::from(*byte)).sum::<usize>());
        let number = number.unwrap_or_else(|| self.random.usize(..PARTITIONS)) % PARTITIONS;
        let Output { key, payload, headers, .. } = output.clone();
        self.log[topic * PARTITIONS + number].push(Appended { key, payload, headers });
        self.wake_all();
    }

    pub(super) fn commit_stored(&mut self, id: u32, partitions: &[usize]) {
        for partition in partitions {
            if self.owners[*partition] != Some(id) {
                continue;
            }
            let stored = self.members.get_mut(&id).and_then(|member| member.stored.remove(partition));
            if let Some(offset) = stored.filter(|offset| *offset != self.committed[*partition]) {
                self.commit(*partition, offset);
            }
        }
    }

    fn lose(&mut self, id: u32) {
        let Some(member) = self.members.get_mut(&id) else { return };
        let lost: Vec<_> = std::mem::take(&mut member.positions).into_keys().collect();
        // librdkafka says nothing more of those that are being given up.
        let told = lost.iter().filter(|partition| !member.revoking.contains(partition));
        let names: Vec<_> = told.map(|partition| topic_partition(*partition)).collect();
        // As the context of a real consumer does: what is lost is told, then forgotten.
        let _ = member.events.send(Rebalanced::Lost(names.clone()));
        member.assignment.revoked(&names);
        member.stored.clear();
        member.paused.clear();
        for partition in lost {
            self.owners[partition] = None;
        }
    }

    /// Takes partitions from a member that has given them up.
    pub(super) fn release(&mut self, id: u32, partitions: &[usize]) {
        self.commit_stored(id, partitions);
        for partition in partitions {
            if self.owners[*partition] == Some(id) {
                self.owners[*partition] = None;
            }
            if let Some(member) = self.members.get_mut(&id) {
                member.positions.remove(partition);
                member.stored.remove(partition);
                member.revoking.remove(partition);
            }
        }
        self.note(|| format!("member {id} gave up {partitions:?}"));
        self.reassign();
    }

    /// Spreads the partitions over the members anew.
    pub(super) fn rebalance(&mut self) {
        let ids: Vec<u32> = self.members.iter().filter(|(_, member)| !member.leaves).map(|(id, _)| *id).collect();
        if ids.is_empty() {
            return;
        }
        let first = self.random.usize(..ids.len());
        for partition in 0..self.owners.len() {
            self.targets[partition] = ids[(partition + first) % ids.len()];
        }
        self.reassign();
    }

    /// Assigns the partitions of nobody, and asks those back that another member is to have.
    fn reassign(&mut self) {
        for partition in 0..self.owners.len() {
            let target = self.targets[partition];
            match self.owners[partition] {
                None => self.assign(partition, target),
                Some(owner) if owner != target => self.ask_back(owner, partition),
                Some(_) => {}
            }
        }
        self.wake_all();
    }

    fn assign(&mut self, partition: usize, id: u32) {
        // A member joins anew once it has given up what it was asked for.
        if !self.members.get(&id).is_some_and(|member| !member.leaves && !member.revoking.contains(&partition)) {
            return;
        }
        self.note(|| format!("partition {partition} is assigned to {id}"));
        self.owners[partition] = Some(id);
        let offset = self.committed[partition];
        if let Some(member) = self.members.get_mut(&id) {
            // One that is paused stays so: librdkafka keeps that when a partition is given up.
            member.positions.insert(partition, offset);
        }
    }

    pub(super) fn ask_back(&mut self, owner: u32, partition: usize) {
        let Some(member) = self.members.get_mut(&owner) else { return };
        if member.revoking.insert(partition)
            && member.events.send(Rebalanced::Revoked(vec![topic_partition(partition)])).is_ok()
        {
            self.note(|| format!("partition {partition} is asked back from {owner}"));
        }
    }
}

pub(super) fn topic_partition(partition: usize) -> TopicPartition {
    let topic = TOPICS[partition / PARTITIONS];
    TopicPartition::new(topic, i32::try_from(partition % PARTITIONS).unwrap_or(i32::MAX))
}

pub(super) fn is_of_dead_letters(topic: &str) -> bool {
    topic.strip_suffix(".dlq").is_some()
}

/// The place of an offset in the log.
pub(super) fn index(offset: i64) -> usize {
    usize::try_from(offset).unwrap_or_default()
}

pub(super) fn number(partition: &TopicPartition) -> usize {
    let topic = TOPICS.iter().position(|topic| *topic == partition.topic).unwrap_or_default();
    topic * PARTITIONS + usize::try_from(partition.partition).unwrap_or_default()
}
