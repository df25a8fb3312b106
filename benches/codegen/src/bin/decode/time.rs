//! Medians of rounds, in which one way comes after the other: what else the machine does hits all of them.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Rounds of which the median is taken.
const ROUNDS: usize = 21;

/// The time that a way takes in a round.
const ROUND: Duration = Duration::from_millis(20);

/// A way to do something with all payloads, once: whether it succeeds.
pub(crate) struct Way<'a> {
    pub(crate) name: &'static str,
    pub(crate) run: Box<dyn Fn() -> bool + 'a>,
}

/// The time of a way.
#[derive(Clone, Copy)]
pub(crate) struct Time {
    pub(crate) name: &'static str,
    /// The median, in nanoseconds, for all payloads once.
    pub(crate) nanoseconds: f64,
    /// The median of the ratios to the first way in the same round.
    pub(crate) ratio: f64,
}

/// Measures ways.
pub(crate) fn measure(ways: &[Way<'_>]) -> Vec<Time> {
    let passes: Vec<u32> = ways.iter().map(passes).collect();
    let mut rounds = vec![Vec::new(); ways.len()];
    for _ in 0..ROUNDS {
        for ((way, passes), rounds) in ways.iter().zip(&passes).zip(&mut rounds) {
            rounds.push(round(way, *passes));
        }
    }
    let time = |(way, own): (&Way<'_>, &Vec<f64>)| Time {
        name: way.name,
        nanoseconds: median(own.iter().copied()),
        ratio: median(own.iter().zip(&rounds[0]).map(|(own, first)| own / first)),
    };
    ways.iter().zip(&rounds).map(time).collect()
}

/// The number of times that a way is gone in a round.
fn passes(way: &Way<'_>) -> u32 {
    let start = Instant::now();
    let mut passes = 0;
    while start.elapsed() < ROUND {
        assert!(black_box((way.run)()), "a payload is not taken by `{}`", way.name);
        passes += 1;
    }
    passes
}

fn round(way: &Way<'_>, passes: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..passes {
        black_box((way.run)());
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(passes)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
