//! The steps of a run: what is sent, and what is known of each that was handled.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::TryStreamExt as _;
use thoth_messaging::client::{Producer, ProducerRecord};
use thoth_messaging::{EncodeError, Kafka, Message as _};
use tokio::time;

use crate::Load;
use crate::messages::Step;

/// Steps are in order in each of so many lanes.
const LANES: u64 = 200;

/// What is no step comes after so many that are.
const POISON_EVERY: u64 = 1000;

/// How often some are sent.
pub(crate) const PACE: Duration = Duration::from_millis(50);

/// The time since 1970.
pub(crate) fn nanoseconds() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos()
}

/// Of so many steps all but one are in the same lane, if one is hot.
const HOT_SHARE: u64 = 10;

/// A step by its number in the run.
pub(crate) fn step(load: Load, number: u64) -> Step {
    let (rare, place) = (number / HOT_SHARE, number % HOT_SHARE);
    let (lane, number) = match place.checked_sub(1) {
        Some(place) if load.hot_key => ("hot".to_owned(), rare * (HOT_SHARE - 1) + place),
        None if load.hot_key => ((rare % LANES).to_string(), rare / LANES),
        _ => ((number % LANES).to_string(), number / LANES),
    };
    Step { lane: format!("lane-{lane}"), number }
}

/// Tells whether the first attempt at a step fails, where some do: one in ten of each lane, and of the lanes at any time, so that
/// no breaker takes it for a fault of all.
pub(crate) fn fails_first(step: &Step) -> bool {
    let lane: u64 = step.lane.bytes().map(u64::from).sum();
    (lane + step.number).is_multiple_of(10)
}

/// Returns how many messages that are no steps are sent among so many.
pub(crate) fn poisons(load: Load) -> u64 {
    load.messages / POISON_EVERY
}

/// Sends the steps of a run, evenly over its time, with what is no step among them.
pub(crate) async fn send(
    kafka: &Kafka,
    load: Load,
    with_poison: bool,
) -> Result<Duration, Box<dyn Error + Send + Sync>> {
    let producer = kafka.producer()?;
    let topic = kafka.topic_name(&Step::DESCRIPTOR.topic);
    let start = Instant::now();
    let mut pace = time::interval(PACE);
    let mut sent = 0;
    while sent < load.messages {
        pace.tick().await;
        let due = due(load, start).max(sent);
        send_some(&producer, load, &topic, sent..due, with_poison).await?;
        sent = due;
    }
    producer.close(Duration::from_secs(60)).await?;
    Ok(start.elapsed())
}

/// Returns how many steps are to be sent by now.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a pace")]
pub(crate) fn due(load: Load, start: Instant) -> u64 {
    let share = start.elapsed().as_secs_f64() / load.time().as_secs_f64().max(0.001);
    ((load.messages as f64 * share) as u64).min(load.messages)
}

async fn send_some(
    producer: &Producer,
    load: Load,
    topic: &str,
    numbers: Range<u64>,
    with_poison: bool,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    producer.send_all(records(load, topic, numbers, with_poison)).try_for_each(async |_| Ok(())).await?;
    Ok(())
}

/// Steps as they are sent, with what is no step among them.
pub(crate) fn records(
    load: Load,
    topic: &str,
    numbers: Range<u64>,
    with_poison: bool,
) -> impl Iterator<Item = Result<ProducerRecord, EncodeError>> {
    numbers.flat_map(move |number| {
        let step = ProducerRecord::of(&step(load, number));
        let is_due = with_poison && (number + 1).is_multiple_of(POISON_EVERY);
        std::iter::once(step).chain(is_due.then(|| Ok(poison(load, topic, number))))
    })
}

/// Returns what is JSON and no step: its number is below 0.
fn poison(load: Load, topic: &str, number: u64) -> ProducerRecord {
    let lane = step(load, number).lane;
    let payload = format!(r#"{{"lane":"{lane}","number":-{}}}"#, number + 1);
    ProducerRecord::raw(topic).with_key(lane).with_payload(payload)
}

/// What was handled: each step as often as it was, by the time.
#[derive(Default)]
pub(crate) struct Handled(BTreeMap<(String, u64), Vec<u128>>);

impl Handled {
    /// Returns what all members noted in their files in a folder.
    pub(crate) fn of(folder: &Path) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let mut handled = Self::default();
        for notes in fs::read_dir(folder)? {
            for note in fs::read_to_string(notes?.path())?.lines() {
                handled.read(note).ok_or_else(|| format!("`{note}` is no note of a member"))?;
            }
        }
        Ok(handled)
    }

    /// A line of a member: the time, the lane and the number.
    fn read(&mut self, note: &str) -> Option<()> {
        let mut parts = note.split(' ');
        let (at, lane, number) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?.parse().ok()?);
        self.0.entry((lane.to_owned(), number)).or_default().push(at);
        Some(())
    }

    /// Returns how many steps were handled.
    pub(crate) fn steps(&self) -> u64 {
        self.0.len() as u64
    }

    /// Returns how often one was handled again.
    pub(crate) fn again(&self) -> usize {
        self.0.values().map(|times| times.len() - 1).sum()
    }

    /// The steps that were handled before the one in front of them in their lane.
    pub(crate) fn out_of_order(&self) -> usize {
        let first = |times: &Vec<u128>| times.iter().min().copied();
        let pairs = self.0.iter().zip(self.0.iter().skip(1));
        // They are ordered by lane and number.
        pairs.filter(|(((lane, _), a), ((next, _), b))| lane == next && first(a) > first(b)).count()
    }
}
