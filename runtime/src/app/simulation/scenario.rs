//! A schedule: the settings of an app, what is on its topic, and what happens meanwhile; all of it from a seed.

use std::time::Duration;

use crate::client::model::Faults;

/// The number of attempts at a message.
pub(super) const ATTEMPTS: u32 = 12;

/// The number of attempts at a message on each topic, if there are retry topics.
pub(super) const ATTEMPTS_ON_EACH: u32 = 2;

#[derive(Clone, Debug)]
pub(super) struct Scenario {
    pub(super) seed: u64,
    pub(super) exactly_once: bool,
    pub(super) per_key: Option<usize>,
    pub(super) batch: Option<Batches>,
    /// A layer is around each message, which takes up to so many milliseconds before the handler and behind it.
    pub(super) layer: Option<u64>,
    /// Messages whose attempts fail go to retry topics.
    pub(super) has_retry_topics: bool,
    pub(super) max_in_flight: usize,
    /// The limit of the memory for records of a partition, if it is set.
    pub(super) max_bytes: Option<usize>,
    pub(super) drain_timeout: Duration,
    pub(super) partitions: usize,
    pub(super) faults: Faults,
    pub(super) members: usize,
    pub(super) records: Vec<Planned>,
    pub(super) changes: Vec<Change>,
}

/// Records that are handled in batches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Batches {
    pub(super) max_messages: usize,
    /// In milliseconds.
    pub(super) max_wait: u64,
    /// A failure is one of the whole batch.
    pub(super) fail_together: bool,
}

impl Batches {
    fn of(random: &mut fastrand::Rng) -> Option<Self> {
        (random.u8(..3) == 0).then(|| Self {
            max_messages: random.usize(1..=10),
            max_wait: random.u64(0..=200),
            fail_together: random.bool(),
        })
    }
}

/// A record, and what its handler does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planned {
    pub(super) partition: usize,
    pub(super) key: Option<u8>,
    /// When it is appended, in milliseconds.
    pub(super) at: u64,
    pub(super) plan: Plan,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// It is handled without a reply, after so many milliseconds.
    Handled(u64),
    /// It is replied to, after so many milliseconds.
    Reply(u64),
    /// It is replied to after so many failed attempts.
    FailsFirst(u32),
    /// Its handler panics once.
    Panics,
    /// The broker refuses its reply.
    Refused,
    /// All attempts fail.
    Fails,
    /// Its only attempt fails, with an error that is not tried again.
    FailsForGood,
    /// Its payload is no message.
    Invalid,
    /// It is of another message type, whose handler replies after so many milliseconds.
    OtherType(u64),
    /// It is of a message type that has no handler, and is skipped.
    Skipped,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    /// In milliseconds.
    pub(super) at: u64,
    pub(super) kind: Kind,
    /// The number of the member.
    pub(super) member: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Join,
    Leave,
    Crash,
    Lose,
    Rebalance,
}

impl Plan {
    /// Tells whether a dead letter settles it.
    pub(super) fn is_dead(self) -> bool {
        matches!(self, Self::Refused | Self::Fails | Self::FailsForGood | Self::Invalid)
    }

    /// Tells whether a reply settles it.
    pub(super) fn is_replied_to(self) -> bool {
        matches!(self, Self::Reply(_) | Self::FailsFirst(_) | Self::Panics | Self::OtherType(_))
    }

    fn of(random: &mut fastrand::Rng) -> Self {
        match random.u32(..100) {
            0..30 => Self::Handled(0),
            30..40 => Self::Handled(random.u64(..400)),
            40..70 => Self::Reply(0),
            70..80 => Self::Reply(random.u64(..400)),
            80..86 => Self::FailsFirst(random.u32(1..4)),
            86..88 => Self::Panics,
            88..93 => Self::Refused,
            93..94 => Self::Fails,
            94..95 => Self::FailsForGood,
            95..97 => Self::OtherType(random.u64(..100)),
            97..98 => Self::Skipped,
            _ => Self::Invalid,
        }
    }
}

/// Returns the time of the layer of a seed.
fn layer(seed: u64) -> Option<u64> {
    let mut random = fastrand::Rng::with_seed(seed.rotate_left(16));
    (random.u8(..3) == 0).then(|| random.u64(..=50))
}

impl Scenario {
    /// A member that handles keys concurrently: the first record of one key, which is that of many others, fails for seconds, and
    /// nothing else is wrong.
    pub(super) fn of_hot_key(seed: u64) -> Self {
        let scenario = Self::of(seed);
        let random = &mut fastrand::Rng::with_seed(seed);
        let mut records = vec![Planned { partition: 0, key: Some(0), at: 0, plan: Plan::FailsFirst(ATTEMPTS - 1) }];
        records.extend((0..random.usize(1..=60)).map(|_| {
            let key = if random.u8(..5) > 0 { 0 } else { random.u8(1..=9) };
            Planned { partition: 0, key: Some(key), at: random.u64(..=500), plan: Plan::Handled(random.u64(..20)) }
        }));
        records[1..].sort_by_key(|record| record.at);
        Self {
            // In transactions, the next record of a key waits until the one before it is added, behind all of its partition.
            exactly_once: false,
            per_key: Some(random.usize(1..=4)),
            batch: None,
            layer: None,
            has_retry_topics: false,
            // Of those that are begun, the one that fails is one.
            max_in_flight: random.usize(2..=20),
            max_bytes: None,
            partitions: 1,
            faults: Faults::default(),
            members: 1,
            records,
            changes: Vec::new(),
            ..scenario
        }
    }

    pub(super) fn of(seed: u64) -> Self {
        let random = &mut fastrand::Rng::with_seed(seed);
        let partitions = random.usize(1..=3);
        let keys = random.u8(1..=4);
        // In a third of the schedules, nearly all have one key.
        let is_hot = random.u8(..3) == 0;
        let span = *random.choice(&[0, 100, 2_000]).unwrap_or(&0);
        let share = |random: &mut fastrand::Rng| if random.bool() { 0.0 } else { random.f64() * 0.15 };
        let mut records: Vec<_> = (0..random.usize(1..=40))
            .map(|_| Planned {
                partition: random.usize(..partitions),
                key: (random.u8(..8) > 0).then(|| if is_hot && random.u8(..5) > 0 { 0 } else { random.u8(..keys) }),
                at: random.u64(..=span),
                plan: Plan::of(random),
            })
            .collect();
        records.sort_by_key(|record| record.at);
        let batch = Batches::of(&mut fastrand::Rng::with_seed(!seed));
        if batch.is_some() {
            // A batch handler is the only one of its topic.
            let others = records.iter_mut().filter(|it| matches!(it.plan, Plan::OtherType(_) | Plan::Skipped));
            others.for_each(|record| record.plan = Plan::Reply(0));
        }
        let kinds = [Kind::Join, Kind::Leave, Kind::Crash, Kind::Lose, Kind::Rebalance];
        let mut changes: Vec<_> = (0..random.usize(..=6))
            .map(|_| Change {
                at: random.u64(..=3_000),
                kind: *random.choice(&kinds).unwrap_or(&Kind::Join),
                member: random.usize(..4),
            })
            .collect();
        changes.sort_by_key(|change| change.at);
        Self {
            seed,
            exactly_once: random.bool(),
            per_key: random.bool().then(|| random.usize(1..=4)).filter(|_| batch.is_none()),
            batch,
            layer: layer(seed),
            has_retry_topics: fastrand::Rng::with_seed(seed.rotate_left(32)).u8(..3) == 0,
            max_in_flight: random.usize(1..=20),
            max_bytes: random.bool().then(|| *random.choice(&[1, 1_000, 3_000, 10_000]).unwrap_or(&1)),
            drain_timeout: Duration::from_millis(random.u64(0..=2_000)),
            partitions,
            faults: Faults { sends: share(random), commits: share(random) },
            members: random.usize(1..=3),
            records,
            changes,
        }
    }

    /// The same with something less, in ever smaller steps.
    pub(super) fn smaller(&self) -> Vec<Self> {
        let mut all = Vec::new();
        let mut less = |change: &dyn Fn(&mut Self)| {
            let mut scenario = self.clone();
            change(&mut scenario);
            all.push(scenario);
        };
        let half = self.records.len() / 2;
        if half > 0 {
            less(&|it| it.records.truncate(half));
            less(&|it| drop(it.records.drain(..half)));
        }
        for index in 0..self.changes.len() {
            less(&|it| {
                it.changes.remove(index);
            });
        }
        for index in 0..self.records.len() {
            less(&|it| {
                it.records.remove(index);
            });
        }
        if self.members > 1 {
            less(&|it| it.members -= 1);
        }
        if self.faults.sends > 0.0 || self.faults.commits > 0.0 {
            less(&|it| it.faults = Faults::default());
        }
        if let Some(batch) = self.batch
            && batch.max_messages > 1
        {
            less(&|it| it.batch = Some(Batches { max_messages: batch.max_messages / 2, ..batch }));
        }
        if self.layer.is_some() {
            less(&|it| it.layer = None);
        }
        if self.has_retry_topics {
            less(&|it| it.has_retry_topics = false);
        }
        if self.per_key.is_some() {
            less(&|it| it.per_key = None);
        }
        if self.max_bytes.is_some() {
            less(&|it| it.max_bytes = None);
        }
        all
    }
}
