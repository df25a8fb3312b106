//! How often a message is tried, and how long it waits in between.

use std::time::Duration;

/// How often a message is tried that its handler fails on, and how long it waits in between.
///
/// The wait doubles from attempt to attempt, up to a longest. A random share of it is taken off, so that services that
/// failed together do not come back together. By default: 8 attempts, 500 ms, at most 30 s, up to a fifth off: about a
/// minute in all.
///
/// ```
/// use std::time::Duration;
/// use thoth_messaging::app::Retries;
///
/// let retries = Retries::default().attempts(5).initial_backoff(Duration::from_millis(100)).max_backoff(Duration::from_secs(10));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retries {
    attempts: Option<u32>,
    initial_backoff: Duration,
    max_backoff: Duration,
    jitter: f64,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            attempts: Some(8),
            initial_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(30),
            jitter: 0.2,
        }
    }
}

impl Retries {
    /// One attempt, and no other.
    #[must_use]
    pub fn none() -> Self {
        Self::default().attempts(1)
    }

    /// As many attempts as it takes. What comes behind a message that always fails, on its partition or with its key,
    /// is never handled.
    #[must_use]
    pub fn forever() -> Self {
        Self { attempts: None, ..Self::default() }
    }

    /// With a number of attempts, the first one counted; at least one.
    #[must_use]
    pub fn attempts(self, attempts: u32) -> Self {
        Self { attempts: Some(attempts.max(1)), ..self }
    }

    /// With a wait after the first attempt.
    #[must_use]
    pub fn initial_backoff(self, initial_backoff: Duration) -> Self {
        Self { initial_backoff, ..self }
    }

    /// With a longest wait.
    #[must_use]
    pub fn max_backoff(self, max_backoff: Duration) -> Self {
        Self { max_backoff, ..self }
    }

    /// With the largest share of a wait that may be taken off, from 0 to 1.
    #[must_use]
    pub fn jitter(self, share: f64) -> Self {
        let jitter = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
        Self { jitter, ..self }
    }

    /// Whether another attempt follows so many.
    pub(crate) fn follows(&self, attempts: u32) -> bool {
        self.attempts.is_none_or(|most| attempts < most)
    }

    /// How long to wait after so many failed attempts.
    pub(crate) fn wait(&self, attempts: u32) -> Duration {
        let doubled = 2u32.saturating_pow(attempts.saturating_sub(1));
        let wait = self.initial_backoff.saturating_mul(doubled).min(self.max_backoff);
        wait.mul_f64(1.0 - self.jitter * fastrand::f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_the_longest() {
        let retries =
            Retries::default().initial_backoff(Duration::from_secs(1)).max_backoff(Duration::from_secs(5)).jitter(0.0);
        let waits: Vec<_> = (1..=4).map(|attempts| retries.wait(attempts).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 5]);
        assert_eq!(retries.wait(u32::MAX), Duration::from_secs(5));
    }

    #[test]
    fn jitter_takes_off_no_more_than_its_share() {
        let retries =
            Retries::default().initial_backoff(Duration::from_secs(10)).max_backoff(Duration::MAX).jitter(0.3);
        for _ in 0..1000 {
            let wait = retries.wait(1);
            assert!(wait >= Duration::from_secs(7) && wait <= Duration::from_secs(10), "{wait:?}");
        }
        let wait = retries.jitter(f64::NAN).wait(1);
        assert_eq!(wait, Duration::from_secs(10));
    }

    #[test]
    fn there_is_always_a_first_attempt() {
        assert!(!Retries::default().attempts(0).follows(1));
        assert!(Retries::default().follows(7) && !Retries::default().follows(8));
        assert!(Retries::forever().follows(u32::MAX));
    }
}
