//! The records of one partition: in order, or in order for each key.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time;

use super::error::AppError;
use super::load::{Amount, Load};
use super::stop::Stop;
use super::turn::{Turn, Turns};
use super::work::{Settled, Shop, Station, Work};
use crate::client::Record;

/// A partition: its topic, by the name on the cluster, and its number.
pub(crate) type Place = (Arc<str>, i32);

/// What a lane tells the engine.
pub(crate) enum Notice {
    /// There is room in a lane that may have been full.
    Room(Place),
    /// The app must stop.
    Stop(AppError),
}

/// How the records of a partition are shared out.
#[derive(Clone, Copy)]
pub(crate) enum Order {
    /// One after the other.
    Partition,
    /// Those with the same key one after the other, and so many attempts at once.
    Key { at_once: usize },
}

/// What a lane needs.
pub(crate) struct Plan {
    pub(crate) shop: Arc<Shop>,
    pub(crate) station: Station,
    pub(crate) order: Order,
    /// How much may be in flight.
    pub(crate) most: Amount,
    pub(crate) notices: mpsc::UnboundedSender<Notice>,
    /// The lane that had the partition before, and how long its attempts may take to end.
    pub(crate) before: Option<(Lane, Duration)>,
}

/// The engine's end of a lane.
pub(crate) struct Lane {
    records: mpsc::UnboundedSender<Record>,
    in_flight: Arc<Load>,
    stop: Stop,
    task: JoinHandle<()>,
    /// Whether its partition is.
    pub(crate) is_paused: bool,
}

impl Lane {
    pub(crate) fn start(place: Place, plan: Plan) -> Self {
        let (sender, records) = mpsc::unbounded_channel();
        let in_flight = Arc::new(Load::new(plan.most));
        let stop = Stop::new();
        let slots = match plan.order {
            Order::Partition => 1,
            Order::Key { at_once } => at_once.clamp(1, Semaphore::MAX_PERMITS),
        };
        let worker = Worker {
            place,
            in_flight: Arc::clone(&in_flight),
            stop: stop.clone(),
            slots: Arc::new(Semaphore::new(slots)),
            queues: HashMap::new(),
            turns: Turns::default(),
            running: JoinSet::new(),
            plan,
        };
        let task = tokio::spawn(worker.run(records));
        Self { records: sender, in_flight, stop, task, is_paused: false }
    }

    pub(crate) fn push(&self, record: Record) {
        self.in_flight.add(Amount::of(&record));
        // A lane that is stopped takes none: the record is given up.
        let _ = self.records.send(record);
    }

    pub(crate) fn in_flight(&self) -> &Load {
        &self.in_flight
    }

    /// Begins no attempt any more.
    pub(crate) fn stop(&self) {
        self.stop.stop();
    }

    /// Waits until the attempts that are being made have ended.
    pub(crate) async fn stopped(&mut self) {
        // However it ended: it has.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The records that are to be handled one after the other: those of a key, or all.
type Key = Option<Vec<u8>>;

/// A record that is not being handled any more.
struct Ended {
    key: Option<Key>,
    amount: Amount,
    settled: Settled,
}

struct Worker {
    place: Place,
    plan: Plan,
    in_flight: Arc<Load>,
    stop: Stop,
    slots: Arc<Semaphore>,
    /// What waits for a record of the same queue that is being handled.
    queues: HashMap<Key, VecDeque<(Record, Turn)>>,
    /// The order in which records are settled in transactions.
    turns: Turns,
    running: JoinSet<Ended>,
}

impl Worker {
    async fn run(mut self, mut records: mpsc::UnboundedReceiver<Record>) {
        if let Some((mut before, drain)) = self.plan.before.take() {
            before.stop();
            // Whatever is left then is aborted with it.
            let _ = time::timeout(drain, before.stopped()).await;
        }
        loop {
            let stop = self.stop.clone();
            tokio::select! {
                biased;
                Some(ended) = self.running.join_next() => self.ended(ended),
                received = stop.unless_stopped(records.recv()) => match received {
                    Some(Some(record)) => self.take(record),
                    Some(None) | None => break,
                },
            }
        }
        self.stop.stop();
        while let Some(ended) = self.running.join_next().await {
            self.ended(ended);
        }
    }

    fn take(&mut self, record: Record) {
        let key = match (self.plan.order, record.key()) {
            (Order::Partition, _) => Some(None),
            (Order::Key { .. }, Some(key)) => Some(Some(key.to_vec())),
            // In order with nothing.
            (Order::Key { .. }, None) => None,
        };
        let turn = if self.plan.shop.ledger.is_some() { self.turns.next() } else { Turn::default() };
        let Some(key) = key else { return self.begin(None, record, turn) };
        if let Some(queue) = self.queues.get_mut(&key) {
            queue.push_back((record, turn));
        } else {
            self.queues.insert(key.clone(), VecDeque::new());
            self.begin(Some(key), record, turn);
        }
    }

    fn begin(&mut self, key: Option<Key>, record: Record, turn: Turn) {
        let work = Work {
            shop: Arc::clone(&self.plan.shop),
            station: self.plan.station.clone(),
            record: Arc::new(record),
            slots: Arc::clone(&self.slots),
            stop: self.stop.clone(),
            turn,
        };
        let amount = Amount::of(&work.record);
        self.running.spawn(async move { Ended { key, amount, settled: work.settle().await } });
    }

    fn ended(&mut self, ended: Result<Ended, JoinError>) {
        let Ended { key, amount, settled } = ended.unwrap_or_else(|error| Ended {
            key: None,
            amount: Amount::default(),
            settled: Settled::Stop(AppError::Internal(Box::new(error))),
        });
        match settled {
            Settled::Done if self.in_flight.remove(amount) => self.notify(Notice::Room(self.place.clone())),
            Settled::Done | Settled::GivenUp => {}
            Settled::Stop(error) => {
                // What is behind the record must not be handled before it.
                self.stop.stop();
                self.notify(Notice::Stop(error));
            }
        }
        if self.stop.is_stopped() {
            return;
        }
        let Some(key) = key else { return };
        match self.queues.get_mut(&key).and_then(VecDeque::pop_front) {
            Some((next, turn)) => self.begin(Some(key), next, turn),
            None => {
                self.queues.remove(&key);
            }
        }
    }

    fn notify(&self, notice: Notice) {
        // Without an engine nobody needs to know.
        let _ = self.plan.notices.send(notice);
    }
}
