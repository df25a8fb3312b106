//! Retries: the number of attempts at a message, and the backoff between them.

use std::time::Duration;

/// The number of attempts at a message whose handler fails, and the backoff between them.
///
/// The backoff doubles from attempt to attempt, up to a maximum. A random share of it is taken off, so that services that
/// failed together do not retry together. By default: 8 attempts, 500 ms, at most 30 s, up to a fifth off: about a minute
/// in all.
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
    /// Allows one attempt, without retries.
    #[must_use]
    pub fn none() -> Self {
        Self::default().attempts(1)
    }

    /// Allows any number of attempts. A message that always fails blocks all messages behind it on its partition or with
    /// its key.
    #[must_use]
    pub fn forever() -> Self {
        Self { attempts: None, ..Self::default() }
    }

    /// Sets the number of attempts, including the first one; at least one.
    #[must_use]
    pub fn attempts(self, attempts: u32) -> Self {
        Self { attempts: Some(attempts.max(1)), ..self }
    }

    /// Sets the backoff after the first attempt.
    #[must_use]
    pub fn initial_backoff(self, initial_backoff: Duration) -> Self {
        Self { initial_backoff, ..self }
    }

    /// Sets the longest backoff.
    #[must_use]
    pub fn max_backoff(self, max_backoff: Duration) -> Self {
        Self { max_backoff, ..self }
    }

    /// Sets the largest share of a backoff that may be taken off, from 0 to 1.
    #[must_use]
    pub fn jitter(self, share: f64) -> Self {
        let jitter = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
        Self { jitter, ..self }
    }

    /// Tells whether another attempt follows after so many.
    pub(crate) fn allows_another(&self, attempts: u32) -> bool {
        self.attempts.is_none_or(|max| attempts < max)
    }

    /// Returns the backoff after so many failed attempts.
    pub(crate) fn backoff(&self, attempts: u32) -> Duration {
        let doubled = 2u32.saturating_pow(attempts.saturating_sub(1));
        let backoff = self.initial_backoff.saturating_mul(doubled).min(self.max_backoff);
        backoff.mul_f64(1.0 - self.jitter * fastrand::f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backoff_doubles_up_to_the_longest() {
        let retries =
            Retries::default().initial_backoff(Duration::from_secs(1)).max_backoff(Duration::from_secs(5)).jitter(0.0);
        let backoffs: Vec<_> = (1..=4).map(|attempts| retries.backoff(attempts).as_secs()).collect();
        assert_eq!(backoffs, [1, 2, 4, 5]);
        assert_eq!(retries.backoff(u32::MAX), Duration::from_secs(5));
    }

    #[test]
    fn jitter_takes_off_no_more_than_its_share() {
        let retries =
            Retries::default().initial_backoff(Duration::from_secs(10)).max_backoff(Duration::MAX).jitter(0.3);
        for _ in 0..1000 {
            let backoff = retries.backoff(1);
            assert!(backoff >= Duration::from_secs(7) && backoff <= Duration::from_secs(10), "{backoff:?}");
        }
        let backoff = retries.jitter(f64::NAN).backoff(1);
        assert_eq!(backoff, Duration::from_secs(10));
    }

    #[test]
    fn there_is_always_a_first_attempt() {
        assert!(!Retries::default().attempts(0).allows_another(1));
        assert!(Retries::default().allows_another(7) && !Retries::default().allows_another(8));
        assert!(Retries::forever().allows_another(u32::MAX));
    }
}
