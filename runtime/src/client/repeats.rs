//! Errors that repeat themselves: each is told once, and then in reminders that get rarer.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The time until the first reminder; each further one takes twice as long as the one before.
const FIRST_REMINDER: Duration = Duration::from_secs(30);

/// The longest time until a reminder.
const LAST_REMINDER: Duration = Duration::from_secs(15 * 60);

/// The time after which an error that did not repeat itself has passed: librdkafka tries to connect at least every 10 s.
const PASSED: Duration = Duration::from_secs(60);

/// The errors of a client that have not passed.
#[derive(Debug, Default)]
pub(crate) struct Repeats(HashMap<String, Repeat>);

#[derive(Debug)]
struct Repeat {
    seen: Instant,
    told: Instant,
    until_reminder: Duration,
    untold: u32,
}

impl Repeats {
    /// Takes note of an error. Returns how often it came since it was last told, if it is to be told now.
    pub(crate) fn note(&mut self, error: &str, now: Instant) -> Option<u32> {
        self.0.retain(|_, repeat| now.duration_since(repeat.seen) < PASSED);
        let Some(repeat) = self.0.get_mut(error) else {
            let repeat = Repeat { seen: now, told: now, until_reminder: FIRST_REMINDER, untold: 0 };
            self.0.insert(error.to_owned(), repeat);
            return Some(0);
        };
        repeat.seen = now;
        repeat.untold = repeat.untold.saturating_add(1);
        if now.duration_since(repeat.told) < repeat.until_reminder {
            return None;
        }
        repeat.told = now;
        repeat.until_reminder = repeat.until_reminder.saturating_mul(2).min(LAST_REMINDER);
        Some(std::mem::take(&mut repeat.untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_once_and_then_ever_more_rarely_until_it_has_passed() {
        let (mut repeats, start) = (Repeats::default(), Instant::now());
        let mut told = Vec::new();
        for second in 0..300 {
            if let Some(times) = repeats.note("refused", start + Duration::from_secs(second)) {
                told.push((second, times));
            }
        }
        assert_eq!(told, [(0, 0), (30, 30), (90, 60), (210, 120)]);
        let later = start + Duration::from_secs(300);
        assert_eq!(repeats.note("another", later), Some(0));
        assert_eq!(repeats.note("refused", later + PASSED), Some(0), "it had passed");
    }
}
