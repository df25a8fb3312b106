//! The loop of an app: it reads records, gives them to the lanes of their partitions, and never waits for a handler.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use rdkafka::TopicPartitionList;
use tokio::sync::mpsc;
use tokio::task::coop;
use tokio::time::{self, Instant};

use super::committer::{Aborted, Committer};
use super::error::AppError;
use super::lane::{Lane, Notice, Order, Place, Plan};
use super::load::Amount;
use super::observer::Event;
use super::work::{Shop, Station};
use crate::client::{Polled, Rebalanced, Record, Records};

/// The longest that a deadline can be away.
const FAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What Kafka has for a last answer, however late it is.
const LAST_ANSWER: Duration = Duration::from_secs(1);

/// How often the loop turns where nothing happens.
const IDLE: Duration = Duration::from_secs(1);

pub(crate) struct Engine {
    shop: Arc<Shop>,
    records: Records,
    /// By topic, by its name on the cluster.
    stations: BTreeMap<Arc<str>, Station>,
    settings: Settings,
    lanes: BTreeMap<Place, Lane>,
    /// Partitions that are revoked, and whose lanes end.
    leaving: FuturesUnordered<Leaving>,
    left: BTreeSet<Place>,
    notices: (mpsc::UnboundedSender<Notice>, mpsc::UnboundedReceiver<Notice>),
    /// What ends transactions, where records are settled in them.
    committer: Option<Committer>,
}

type Leaving = Pin<Box<dyn Future<Output = Left> + Send>>;

/// Partitions without lanes, and how many of their records were given up.
struct Left {
    partitions: TopicPartitionList,
    given_up: usize,
}

#[derive(Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) order: Order,
    /// Of each partition.
    pub(crate) max_in_flight: Amount,
    pub(crate) drain: Duration,
}

/// What the loop has to see to.
enum Turn<T> {
    Polled(Polled),
    Notice(Notice),
    Left(Left),
    Commit,
    Failed(AppError),
    Idle,
    End(T),
}

impl Engine {
    pub(crate) fn new(
        shop: Arc<Shop>,
        records: Records,
        stations: BTreeMap<Arc<str>, Station>,
        settings: Settings,
        committer: Option<Committer>,
    ) -> Self {
        let notices = mpsc::unbounded_channel();
        let (lanes, leaving, left) = (BTreeMap::new(), FuturesUnordered::new(), BTreeSet::new());
        Self { shop, records, stations, settings, lanes, leaving, left, notices, committer }
    }

    /// Handles records until the future is ready, or something stops the app; then ends what is in flight, commits, and
    /// leaves the group.
    pub(crate) async fn run(mut self, until: impl Future<Output = ()>) -> Result<(), AppError> {
        let mut until = pin!(until);
        let mut ended = loop {
            let turn = match self.turn(until.as_mut()).await {
                Turn::End(()) => break Ok(()),
                turn => turn,
            };
            let health = self.shop.health.clone();
            // A transaction may take as long as Kafka does.
            tokio::select! {
                biased;
                seen = self.see_to(turn) => match seen {
                    Ok(()) => {}
                    Err(error) => break Err(error),
                },
                () = until.as_mut() => break Ok(()),
                never = health.keep_alive() => match never {},
            }
        };
        let deadline = Instant::now() + self.settings.drain.min(FAR);
        let drained = self.drain(deadline).await;
        let rest = || deadline.saturating_duration_since(Instant::now()).max(LAST_ANSWER);
        ended = ended.and(drained);
        if let Some(committer) = self.committer {
            ended = ended.and(committer.close(rest()).await.map_err(AppError::Close));
        }
        let closed = self.records.close(rest()).await.map_err(AppError::Close);
        ended.and(closed)
    }

    async fn see_to(&mut self, turn: Turn<()>) -> Result<(), AppError> {
        match turn {
            Turn::Polled(Polled::Record(record)) => self.dispatch(record),
            Turn::Polled(Polled::Rebalanced(rebalanced)) => self.rebalance(rebalanced),
            Turn::Notice(Notice::Room(place)) => self.make_room(&place),
            Turn::Left(left) => self.leave(&left).await?,
            Turn::Commit => self.commit().await?,
            Turn::Notice(Notice::Stop(error)) | Turn::Failed(error) => return Err(error),
            Turn::Idle | Turn::End(()) => {}
        }
        Ok(())
    }

    async fn turn<T>(&mut self, until: Pin<&mut impl Future<Output = T>>) -> Turn<T> {
        // rdkafka always has a record at hand, if it can: let others run, too.
        coop::consume_budget().await;
        self.shop.health.turn();
        tokio::select! {
            biased;
            end = until => Turn::End(end),
            Some(notice) = self.notices.1.recv() => Turn::Notice(notice),
            Some(left) = self.leaving.next() => Turn::Left(left),
            () = due(self.committer.as_mut()) => Turn::Commit,
            polled = self.records.next() => match polled {
                Ok(polled) => Turn::Polled(polled),
                Err(error) => Turn::Failed(AppError::Receive(error)),
            },
            () = time::sleep(IDLE) => Turn::Idle,
        }
    }

    fn dispatch(&mut self, record: Record) {
        // Subscribed are the topics of the stations, and nothing else.
        let Some((topic, station)) = self.stations.get_key_value(record.topic()) else { return };
        let place = (Arc::clone(topic), record.partition());
        if self.left.contains(&place) {
            // It was on its way when the partition was revoked: whoever gets that gets it.
            return;
        }
        self.shop.observers.tell(&Event::Received(&record));
        if !self.lanes.contains_key(&place) {
            let lane = Lane::start(place.clone(), self.plan(station, None));
            self.lanes.insert(place.clone(), lane);
        }
        let Some(lane) = self.lanes.get_mut(&place) else { return };
        lane.push(record);
        if !lane.is_paused && lane.in_flight().is_full() {
            lane.is_paused = true;
            self.records.pause(&place.0, place.1);
        }
    }

    fn plan(&self, station: &Station, before: Option<Lane>) -> Plan {
        Plan {
            shop: Arc::clone(&self.shop),
            station: station.clone(),
            order: self.settings.order,
            most: self.settings.max_in_flight,
            notices: self.notices.0.clone(),
            before: before.map(|lane| (lane, self.settings.drain)),
        }
    }

    fn make_room(&mut self, place: &Place) {
        if let Some(lane) = self.lanes.get_mut(place)
            && lane.is_paused
            && lane.in_flight().has_room()
        {
            lane.is_paused = false;
            self.records.resume(&place.0, place.1);
        }
    }

    fn rebalance(&mut self, rebalanced: Rebalanced) {
        match rebalanced {
            Rebalanced::Lost(partitions) => {
                // Somebody else handles their records already.
                let given_up = self.lanes_of(&partitions).iter().map(|lane| lane.in_flight().messages()).sum();
                self.tell_given_up(given_up);
                self.forget(&partitions);
            }
            Rebalanced::Revoked(partitions) => {
                let lanes = self.lanes_of(&partitions);
                self.left.extend(self.places(&partitions));
                let drain = self.settings.drain;
                self.leaving.push(Box::pin(async move {
                    let given_up = end(lanes, Instant::now() + drain.min(FAR)).await;
                    Left { partitions, given_up }
                }));
            }
        }
    }

    /// The lanes of partitions, which are the engine's no more.
    fn lanes_of(&mut self, partitions: &TopicPartitionList) -> Vec<Lane> {
        let mut lanes = Vec::new();
        for place in self.places(partitions) {
            let Some(lane) = self.lanes.remove(&place) else { continue };
            if lane.is_paused {
                // librdkafka would remember it for when the partition comes back.
                self.records.resume(&place.0, place.1);
            }
            lanes.push(lane);
        }
        lanes
    }

    fn places(&self, partitions: &TopicPartitionList) -> Vec<Place> {
        let place = |topic: &str, partition| Some((Arc::clone(self.stations.get_key_value(topic)?.0), partition));
        partitions.elements().iter().filter_map(|element| place(element.topic(), element.partition())).collect()
    }

    /// Gives partitions up, once what is done of them is committed.
    async fn leave(&mut self, left: &Left) -> Result<(), AppError> {
        self.tell_given_up(left.given_up);
        self.commit().await?;
        self.records.give_up(&left.partitions);
        self.forget(&left.partitions);
        for place in self.places(&left.partitions) {
            self.left.remove(&place);
        }
        Ok(())
    }

    /// Ends the transaction that is open, where there are any.
    async fn commit(&mut self) -> Result<(), AppError> {
        let Some(committer) = &mut self.committer else { return Ok(()) };
        if let Some(aborted) = committer.commit().await? {
            self.begin_again(&aborted);
        }
        Ok(())
    }

    /// Begins anew with partitions whose records come again.
    fn begin_again(&mut self, Aborted { partitions, records, reason }: &Aborted) {
        let mut records = *records;
        for (topic, number) in partitions {
            let Some((topic, station)) = self.stations.get_key_value(topic.as_str()) else { continue };
            let place = (Arc::clone(topic), *number);
            let Some(before) = self.lanes.remove(&place) else { continue };
            records += before.in_flight().messages();
            if before.is_paused {
                self.records.resume(&place.0, place.1);
            }
            let lane = Lane::start(place.clone(), self.plan(station, Some(before)));
            self.lanes.insert(place, lane);
        }
        self.shop.observers.tell(&Event::Aborted { records, reason });
    }

    /// Forgets why records of partitions come again: they come to somebody else.
    fn forget(&self, partitions: &TopicPartitionList) {
        let Some(ledger) = &self.shop.ledger else { return };
        for element in partitions.elements() {
            ledger.forget(element.topic(), element.partition());
        }
    }

    /// Ends all lanes, and keeps the place in the group meanwhile.
    async fn drain(&mut self, deadline: Instant) -> Result<(), AppError> {
        self.records.pause_all();
        // What is being committed must be, before lanes can settle more.
        let mut committed = time::timeout_at(deadline, self.commit()).await.unwrap_or(Ok(()));
        let lanes = std::mem::take(&mut self.lanes).into_values().collect();
        let mut ending = pin!(end(lanes, deadline));
        let given_up = loop {
            match self.turn(ending.as_mut()).await {
                Turn::End(given_up) => break given_up,
                Turn::Left(left) => committed = committed.and(self.leave_by(deadline, &left).await),
                // It would fail again at once.
                Turn::Failed(_) => break ending.await,
                // Records are not taken on any more. What is revoked now is given up when all is closed.
                Turn::Polled(_) | Turn::Notice(_) | Turn::Commit | Turn::Idle => {}
            }
        };
        self.tell_given_up(given_up);
        while let Ok(Some(left)) = time::timeout_at(deadline, self.leaving.next()).await {
            committed = committed.and(self.leave_by(deadline, &left).await);
        }
        let deadline = deadline.max(Instant::now() + LAST_ANSWER);
        // If it is not in time, the end of the producer says so.
        committed.and(time::timeout_at(deadline, self.commit()).await.unwrap_or(Ok(())))
    }

    async fn leave_by(&mut self, deadline: Instant, left: &Left) -> Result<(), AppError> {
        // What is not given up in time is when all is closed.
        time::timeout_at(deadline, self.leave(left)).await.unwrap_or(Ok(()))
    }

    fn tell_given_up(&self, records: usize) {
        if records > 0 {
            self.shop.observers.tell(&Event::GivenUp { records });
        }
    }
}

/// Waits until there is something to commit, if ever.
async fn due(committer: Option<&mut Committer>) {
    match committer {
        Some(committer) => committer.due().await,
        None => std::future::pending().await,
    }
}

/// Lets lanes end the attempts that they make; how many records they had in flight and did not handle.
async fn end(mut lanes: Vec<Lane>, deadline: Instant) -> usize {
    lanes.iter().for_each(Lane::stop);
    // Whatever is left then is aborted with its lane.
    let _ = time::timeout_at(deadline, join_all(lanes.iter_mut().map(Lane::stopped))).await;
    lanes.iter().map(|lane| lane.in_flight().messages()).sum()
}
