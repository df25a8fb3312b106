//! The progress of each record, as the handler and the cluster see it, and what must hold of it at every step.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use super::scenario::{Change, Kind, Plan, Planned, Scenario};
use super::types;
use crate::app::partition::OVERHEAD;
use crate::app::retry_headers;
use crate::client::Record;
use crate::client::model::{Cluster, Output};

pub(super) struct World {
    pub(super) scenario: Scenario,
    pub(super) cluster: Cluster,
    pub(super) started: Instant,
    progress: Mutex<Progress>,
    by_payload: HashMap<Vec<u8>, usize>,
}

#[derive(Default)]
struct Progress {
    /// By the number of the record.
    records: Vec<State>,
    /// By the unit of order, the member that makes an attempt.
    running: BTreeMap<Unit, u32>,
    faults: Vec<String>,
}

#[derive(Clone, Copy, Default)]
struct State {
    calls: usize,
    /// Its handler has succeeded once.
    succeeded: bool,
    /// When it did so first.
    succeeded_at: Option<Instant>,
}

/// The unit that is handled one after the other: a partition, or a key of it.
type Unit = (usize, Option<u8>);

impl World {
    pub(super) fn new(scenario: Scenario) -> Arc<Self> {
        let cluster = Cluster::new(scenario.seed, scenario.partitions, scenario.has_retry_topics, scenario.faults);
        let records = vec![State::default(); scenario.records.len()];
        let by_payload = (0..records.len()).map(|id| (payload(&scenario, id), id)).collect();
        let progress = Mutex::new(Progress { records, ..Progress::default() });
        let world = Arc::new(Self { scenario, cluster, started: Instant::now(), progress, by_payload });
        let checking = Arc::downgrade(&world);
        world.cluster.on_commit(move |outputs, topic, before| {
            if let Some(world) = checking.upgrade() {
                world.check_commit(outputs, topic, before);
            }
        });
        for (id, record) in world.scenario.records.iter().enumerate() {
            if record.plan == Plan::Refused {
                world.cluster.refuse(reply(id));
            }
        }
        world
    }

    /// Tells whether all records are appended, and all offsets committed.
    pub(super) fn is_done(&self) -> bool {
        self.cluster.is_committed(self.scenario.records.len())
    }

    pub(super) fn payload(&self, id: usize) -> Vec<u8> {
        payload(&self.scenario, id)
    }

    pub(super) fn plan(&self, id: usize) -> Plan {
        self.scenario.records[id].plan
    }

    /// Checks that a record of a retry topic is handled when it is due.
    pub(super) fn check_due(&self, id: usize, record: &Record) {
        let due = record.headers().iter().find(|header| header.name == retry_headers::DUE);
        let due = due.and_then(|due| std::str::from_utf8(due.value.as_deref()?).ok()?.parse().ok());
        if due.is_some_and(|due| self.started.elapsed() < Duration::from_millis(due)) {
            self.fault(format!("{id} is handled before it is due"));
        }
    }

    /// Takes note that a member calls the handler. Returns how often it was called before.
    pub(super) fn begin(&self, id: usize, member: u32) -> usize {
        let progress = &mut *self.lock();
        let record = self.scenario.records[id];
        if let Some(unit) = self.unit(record) {
            for before in self.before(id) {
                if !self.is_decided(&progress.records[before], before) {
                    progress.faults.push(format!("{id} is handled before {before}, which is not settled"));
                }
            }
            // One that has lost the partition and does not know is nobody's concern.
            let is_owner = self.cluster.owner(record.partition) == Some(member);
            let other = if is_owner { progress.running.insert(unit, member) } else { None };
            if let Some(other) = other.filter(|other| *other != member) {
                progress
                    .faults
                    .push(format!("{id} is handled by {member}, while {other} handles its partition or key"));
            }
        }
        let state = &mut progress.records[id];
        state.calls += 1;
        state.calls - 1
    }

    pub(super) fn end(&self, id: usize, member: u32, succeeded: bool) {
        let progress = &mut *self.lock();
        let state = &mut progress.records[id];
        state.succeeded |= succeeded;
        if succeeded {
            state.succeeded_at.get_or_insert_with(Instant::now);
        }
        if let Some(unit) = self.unit(self.scenario.records[id])
            && progress.running.get(&unit) == Some(&member)
        {
            progress.running.remove(&unit);
        }
    }

    /// A member's attempts count no more: it has lost its partitions, or is gone.
    pub(super) fn excuse(&self, member: u32) {
        self.lock().running.retain(|_, running| *running != member);
    }

    pub(super) fn fault(&self, fault: String) {
        self.lock().faults.push(fault);
    }

    pub(super) fn faults(&self) -> Vec<String> {
        self.lock().faults.clone()
    }

    pub(super) fn calls(&self) -> usize {
        self.lock().records.iter().map(|record| record.calls).sum()
    }

    /// When the handler of a record succeeded first.
    pub(super) fn succeeded_at(&self, id: usize) -> Option<Instant> {
        self.lock().records[id].succeeded_at
    }

    fn unit(&self, record: Planned) -> Option<Unit> {
        if self.scenario.has_retry_topics {
            return None;
        }
        match (self.scenario.per_key, record.key) {
            (None, _) => Some((record.partition, None)),
            (Some(_), Some(key)) => Some((record.partition, Some(key))),
            (Some(_), None) => None,
        }
    }

    /// The records of the same unit before one.
    fn before(&self, id: usize) -> impl Iterator<Item = usize> + '_ {
        let unit = self.unit(self.scenario.records[id]);
        (0..id).filter(move |before| self.unit(self.scenario.records[*before]) == unit)
    }

    /// Tells whether those behind a record may be handled: its handler succeeded (whether or not its reply is refused later), or
    /// its dead letter was sent.
    fn is_decided(&self, state: &State, id: usize) -> bool {
        if self.scenario.batch.is_some() && self.plan(id) == Plan::Invalid {
            // Its dead letter is sent with what follows for the others of its batch.
            return true;
        }
        if matches!(self.plan(id), Plan::Fails | Plan::FailsForGood | Plan::Invalid) {
            self.cluster.is_letter_queued(&self.payload(id))
        } else if self.plan(id) == Plan::Skipped {
            true
        } else {
            state.succeeded
        }
    }

    /// The numbers of replies to a record, and of its dead letters.
    fn count(&self, outputs: &[Output], id: usize) -> (usize, usize) {
        let (reply, payload) = (reply(id), self.payload(id));
        let replies = outputs.iter().filter(|output| output.topic == REPLIES && output.payload == reply).count();
        let letters = outputs.iter().filter(|output| output.is_letter() && output.payload == payload).count();
        (replies, letters)
    }

    /// No offset is committed before all that it covers is settled, or is on a retry topic with a longer delay.
    fn check_commit(&self, outputs: &[Output], topic: usize, before: &[&[u8]]) {
        let readable: Vec<_> = outputs.iter().filter(|output| output.is_readable()).cloned().collect();
        let progress = &mut *self.lock();
        for id in before.iter().filter_map(|payload| self.by_payload.get(*payload).copied()) {
            let (replies, letters) = self.count(&readable, id);
            let plan = self.plan(id);
            let payload = self.payload(id);
            let is_postponed = |output: &Output| output.retry_topic() > topic && output.payload == payload;
            // Those whose dead letter was not to be are found at the end.
            let settled = match plan {
                Plan::Handled(_) => progress.records[id].succeeded,
                Plan::Skipped => true,
                _ if plan.is_replied_to() => replies > 0 || letters > 0 && self.scenario.has_retry_topics,
                _ => letters > 0,
            };
            if !settled && !readable.iter().any(is_postponed) {
                let offset = before.len();
                progress.faults.push(format!("offset {offset} of topic {topic} is committed, and {id} is not settled"));
            }
        }
    }

    /// Checks all that must hold once everything is committed.
    pub(super) fn check_end(&self) {
        let outputs = self.cluster.outputs();
        for (id, record) in self.scenario.records.iter().enumerate() {
            let (replies, letters) = self.count(&outputs, id);
            let expected = (usize::from(record.plan.is_replied_to()), usize::from(record.plan.is_dead()));
            // A reply that is not acknowledged uses up one of the few attempts that there are on each topic.
            let may_give_up = self.scenario.has_retry_topics && self.cluster.was_unacknowledged(&reply(id));
            let is_right = if self.scenario.exactly_once {
                (replies, letters) == expected || may_give_up && (replies, letters) == (0, 1)
            } else {
                (replies.min(1), letters.min(1)) == expected || may_give_up && letters > 0
            };
            if !is_right {
                self.fault(format!("{id} ({:?}) has {replies} replies and {letters} dead letters", record.plan));
            }
        }
        self.check_order(&outputs);
        self.check_memory();
        let refused = self.scenario.records.iter().filter(|record| record.plan == Plan::Refused).count();
        // Another member has to find out anew that a message is refused.
        let changes = self.scenario.changes.len();
        let (aborts, bound) = (self.cluster.aborts(), refused * (1 + changes) + changes);
        if aborts > bound {
            self.fault(format!("{aborts} transactions are aborted, and {refused} messages refused"));
        }
    }

    /// Checks that no more records of a partition were in memory than its limit allows for, and the one that exceeds it. Those that
    /// are in a transaction are kept until it is committed.
    fn check_memory(&self) {
        let Some(max_bytes) = self.scenario.max_bytes.filter(|_| !self.scenario.exactly_once) else { return };
        let smallest = (0..self.scenario.records.len()).map(|id| self.payload(id).len()).min().unwrap_or_default();
        let (most, bound) = (self.cluster.most_in_flight(), max_bytes / (OVERHEAD + smallest) + 1);
        if most > bound {
            self.fault(format!("{most} records of a partition are in flight, where {bound} fill {max_bytes} bytes"));
        }
    }

    /// Checks that the last of what is sent for the records of a unit stands in their order: what comes behind a message that
    /// was not delivered is sent again. What a member had under way that is gone, or has lost its partitions, comes when it
    /// comes.
    fn check_order(&self, outputs: &[Output]) {
        let is_undone = |change: &Change| matches!(change.kind, Kind::Crash | Kind::Lose);
        if !self.scenario.exactly_once && self.scenario.changes.iter().any(is_undone) {
            return;
        }
        let mut next: BTreeMap<(Unit, bool), usize> = BTreeMap::new();
        let mut seen = vec![false; self.scenario.records.len()];
        for output in outputs.iter().rev() {
            let is_reply = output.topic == REPLIES;
            let id = if is_reply { reply_of(&output.payload) } else { self.by_payload.get(&output.payload).copied() };
            let Some(id) = id.filter(|id| !std::mem::replace(&mut seen[*id], true)) else { continue };
            let Some(unit) = self.unit(self.scenario.records[id]) else { continue };
            let before = next.insert((unit, is_reply), id);
            if let Some(behind) = before.filter(|behind| *behind < id) {
                self.fault(format!("what is sent for {id} stands before that for {behind}"));
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The topic of replies.
pub(super) const REPLIES: &str = "replies";

/// The reply to a record.
pub(super) fn reply(id: usize) -> Vec<u8> {
    format!("reply {id}").into_bytes()
}

fn reply_of(payload: &[u8]) -> Option<usize> {
    std::str::from_utf8(payload).ok()?.strip_prefix("reply ")?.parse().ok()
}

fn payload(scenario: &Scenario, id: usize) -> Vec<u8> {
    match scenario.records[id].plan {
        Plan::Invalid => return format!("{{\"invalid\": {id}}}").into_bytes(),
        Plan::OtherType(_) => return types::other(id),
        Plan::Skipped => return types::without_handler(id),
        _ => {}
    }
    format!(
        r#"{{"component_name": "c", "service_version": "1", "version": "v1", "package_name": "p",
            "package_version": "{id}", "index_url": "https://pypi.org/simple"}}"#
    )
    .into_bytes()
}
