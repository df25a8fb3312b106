//! Medians of rounds.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Rounds of which the median is taken.
const ROUNDS: usize = 9;

/// How long a round is at least.
const ROUND: Duration = Duration::from_millis(100);

/// Returns how long all samples take once, in nanoseconds: the median of the rounds.
pub(crate) fn nanoseconds<T>(samples: &[T], work: impl Fn(&T) -> bool) -> f64 {
    let once = || {
        for sample in samples {
            assert!(work(black_box(sample)), "a sample is not valid");
        }
    };
    let start = Instant::now();
    let mut passes = 0_u32;
    while start.elapsed() < ROUND {
        once();
        passes += 1;
    }
    let round = || {
        let start = Instant::now();
        (0..passes).for_each(|_| once());
        start.elapsed().as_secs_f64() * 1e9 / f64::from(passes)
    };
    let mut rounds: Vec<f64> = (0..ROUNDS).map(|_| round()).collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

/// A row of the table: `time` and `value` are for all payloads once, in nanoseconds.
#[expect(clippy::cast_precision_loss, reason = "for a person to look at")]
pub(crate) fn row(name: &str, payloads: usize, bytes: usize, time: f64, value: f64) -> String {
    let each = time / payloads as f64;
    let rate = bytes as f64 / time * 1e3;
    format!("{name:36}{payloads:>10}{each:>12.0}{rate:>10.0}{:>10.2}", time / value)
}
