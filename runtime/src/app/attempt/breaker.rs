//! The circuit breaker: a pause of the whole app when nearly every attempt fails.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::clock::Clock;
use crate::app::observe::{Event, Observers};

/// A circuit breaker: it stops all handlers for a while when nearly every attempt fails. The cause is then something that
/// all messages need, and going on would only fill the dead-letter topic.
///
/// It counts the last attempts of all handlers. An attempt fails when its handler returns an error, panics, takes too
/// long or asks for a retry, when a reply is not delivered, and when the payload does not decode. While the breaker is
/// open, no attempt begins, and no more messages are received than may be [in flight](crate::app::App::max_in_flight).
/// After the pause, attempts are made one at a time: the first that succeeds closes the breaker. When ten have failed (or a whole
/// window, if that is smaller), the pause begins anew: messages in a row that fail by their own fault do not cost a pause each.
///
/// By default: 90 % of the last 50 attempts, and a pause of 30 s.
///
/// ```
/// use std::time::Duration;
/// use thoth_messaging::app::Breaker;
///
/// let breaker = Breaker::default().failure_ratio(0.5).window(20).pause(Duration::from_secs(10));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Breaker {
    failure_ratio: f64,
    window: usize,
    pause: Duration,
}

/// The most attempts after a pause.
const MAX_TRIALS: usize = 10;

impl Default for Breaker {
    fn default() -> Self {
        Self { failure_ratio: 0.9, window: 50, pause: Duration::from_secs(30) }
    }
}

impl Breaker {
    /// Creates a breaker that never opens.
    #[must_use]
    pub fn off() -> Self {
        Self { window: 0, ..Self::default() }
    }

    /// Sets the ratio of failed attempts that opens it, from 0 to 1. With 0 or less, any failure does.
    #[must_use]
    pub fn failure_ratio(self, failure_ratio: f64) -> Self {
        Self { failure_ratio, ..self }
    }

    /// Sets the number of attempts that it counts. It does not open before there were as many; with 0, it never does.
    #[must_use]
    pub fn window(self, attempts: usize) -> Self {
        Self { window: attempts, ..self }
    }

    /// Sets the pause, after which attempts are made one at a time.
    #[must_use]
    pub fn pause(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    #[expect(clippy::cast_precision_loss, reason = "a window is far smaller than 2^52")]
    fn opens(&self, failed: usize) -> bool {
        failed > 0 && failed as f64 >= self.failure_ratio * self.window as f64
    }
}

/// The state of the [`Breaker`] of an app.
pub(crate) struct CircuitBreaker {
    settings: Breaker,
    clock: Clock,
    observers: Observers,
    window: Mutex<Window>,
    /// The window is full and nothing in it failed: one more attempt that succeeds changes nothing.
    is_all_well: AtomicBool,
    /// The phase is `Closed`, to be read without a lock.
    is_closed: AtomicBool,
    /// Changes whenever the phase does.
    phases: watch::Sender<Phase>,
}

/// The last attempts.
#[derive(Default)]
struct Window {
    /// True for an attempt that failed.
    attempts: VecDeque<bool>,
    failed: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Closed,
    /// So many attempts have failed since the last pause.
    Open {
        until: Duration,
        failed: usize,
    },
    /// An attempt is being made, which may close it.
    HalfOpen,
}

/// The permit to make an attempt. One that is dropped without a [result](Self::report) counts for nothing.
pub(crate) struct AttemptPermit {
    breaker: Arc<CircuitBreaker>,
    /// Of an attempt after a pause: the number of those before it, which failed.
    trial: Option<usize>,
}

impl CircuitBreaker {
    pub(crate) fn new(settings: Breaker, clock: Clock, observers: Observers) -> Arc<Self> {
        let phases = watch::Sender::new(Phase::Closed);
        let (is_all_well, is_closed) = (AtomicBool::new(false), AtomicBool::new(true));
        Arc::new(Self { settings, clock, observers, window: Mutex::default(), is_all_well, is_closed, phases })
    }

    /// Waits until an attempt may be made.
    pub(crate) async fn acquire(self: &Arc<Self>) -> AttemptPermit {
        let mut phases = self.phases.subscribe();
        loop {
            let phase = *phases.borrow_and_update();
            match phase {
                Phase::Closed => return self.permit(None),
                Phase::Open { until, .. } if until > self.clock.now() => self.clock.sleep_until(until).await,
                // The first caller makes the attempt.
                Phase::Open { failed, .. } if self.change(phase, Phase::HalfOpen) => return self.permit(Some(failed)),
                Phase::Open { .. } => {}
                Phase::HalfOpen => {
                    // The sender is in this breaker.
                    let _ = phases.changed().await;
                }
            }
        }
    }

    /// Returns a permit if the breaker is closed, without waiting.
    pub(crate) fn try_acquire(self: &Arc<Self>) -> Option<AttemptPermit> {
        self.is_closed.load(Ordering::Acquire).then(|| self.permit(None))
    }

    fn permit(self: &Arc<Self>, trial: Option<usize>) -> AttemptPermit {
        AttemptPermit { breaker: Arc::clone(self), trial }
    }

    fn record(&self, failed: bool) {
        if !failed && self.is_all_well.load(Ordering::Acquire) {
            return;
        }
        let mut window = self.window();
        window.attempts.push_back(failed);
        window.failed += usize::from(failed);
        if window.attempts.len() > self.settings.window {
            let oldest = window.attempts.pop_front().unwrap_or_default();
            window.failed -= usize::from(oldest);
        }
        let is_full = self.settings.window > 0 && window.attempts.len() == self.settings.window;
        self.is_all_well.store(is_full && window.failed == 0, Ordering::Release);
        if is_full && self.settings.opens(window.failed) {
            *window = Window::default();
            self.is_all_well.store(false, Ordering::Release);
            self.open(Phase::Closed);
        }
    }

    /// Leaves the decision to the next attempt, after so many that have failed.
    fn try_again(&self, failed: usize) {
        self.change(Phase::HalfOpen, Phase::Open { until: self.clock.now(), failed });
    }

    fn open(&self, from: Phase) {
        let until = self.clock.now().saturating_add(self.settings.pause);
        if self.change(from, Phase::Open { until, failed: 0 }) {
            self.observers.notify(&Event::BreakerOpened { pause: self.settings.pause });
        }
    }

    /// Changes the phase, if it is this one. Returns whether it was.
    fn change(&self, from: Phase, to: Phase) -> bool {
        self.phases.send_if_modified(|phase| {
            let changes = *phase == from;
            if changes {
                self.is_closed.store(to == Phase::Closed, Ordering::Release);
                *phase = to;
            }
            changes
        })
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AttemptPermit {
    /// Reports the result of the attempt.
    pub(crate) fn report(mut self, failed: bool) {
        let Some(before) = self.trial.take() else { return self.breaker.record(failed) };
        if failed {
            return match before + 1 {
                failed if failed < self.breaker.settings.window.min(MAX_TRIALS) => self.breaker.try_again(failed),
                _ => self.breaker.open(Phase::HalfOpen),
            };
        }
        self.breaker.is_all_well.store(false, Ordering::Release);
        *self.breaker.window() = Window::default();
        self.breaker.change(Phase::HalfOpen, Phase::Closed);
        self.breaker.observers.notify(&Event::BreakerClosed);
    }
}

impl Drop for AttemptPermit {
    fn drop(&mut self) {
        if let Some(failed) = self.trial {
            // Abandoned.
            self.breaker.try_again(failed);
        }
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use futures_util::FutureExt as _;

    use super::super::TestClock;
    use super::*;

    const PAUSE: Duration = Duration::from_secs(30);

    fn breaker(settings: Breaker) -> (Arc<CircuitBreaker>, Arc<TestClock>) {
        let clock = TestClock::new(false);
        (CircuitBreaker::new(settings.pause(PAUSE), Clock::Test(Arc::clone(&clock)), Observers::default()), clock)
    }

    fn attempt(breaker: &Arc<CircuitBreaker>, failed: bool) -> bool {
        let permit = breaker.acquire().now_or_never();
        permit.map(|permit| permit.report(failed)).is_some()
    }

    #[test]
    fn it_opens_on_the_ratio_of_failures_in_a_full_window() {
        let (breaker, _clock) = breaker(Breaker::default().window(4).failure_ratio(0.5));
        assert!(
            attempt(&breaker, true) && attempt(&breaker, false) && attempt(&breaker, false),
            "the window is not full"
        );
        assert!(attempt(&breaker, false) && attempt(&breaker, false) && attempt(&breaker, true), "too few failed");
        assert!(attempt(&breaker, true));
        assert!(!attempt(&breaker, false), "two of the last four failed");
    }

    #[test]
    fn after_the_pause_one_attempt_decides() {
        let (breaker, clock) = breaker(Breaker::default().window(1));
        assert!(attempt(&breaker, true) && !attempt(&breaker, false));
        clock.advance(PAUSE);
        let trial = breaker.acquire().now_or_never().unwrap();
        assert!(!attempt(&breaker, false), "one at a time");
        trial.report(true);
        assert!(!attempt(&breaker, false), "it failed");
        clock.advance(PAUSE);
        assert!(attempt(&breaker, false) && attempt(&breaker, false), "it succeeded");
    }

    #[test]
    fn after_the_pause_ten_attempts_may_fail_before_it_pauses_again() {
        let (breaker, clock) = breaker(Breaker::default().window(50));
        assert!((0..50).all(|_| attempt(&breaker, true)) && !attempt(&breaker, true));
        clock.advance(PAUSE);
        assert!((0..10).all(|_| attempt(&breaker, true)) && !attempt(&breaker, true));
        clock.advance(PAUSE);
        assert!((0..9).all(|_| attempt(&breaker, true)) && attempt(&breaker, false));
        assert!((0..49).all(|_| attempt(&breaker, true)) && attempt(&breaker, true), "it counts from the beginning");
    }

    #[test]
    fn a_trial_that_is_abandoned_leaves_the_decision_to_another() {
        let (breaker, clock) = breaker(Breaker::default().window(1));
        assert!(attempt(&breaker, true));
        clock.advance(PAUSE);
        drop(breaker.acquire().now_or_never().unwrap());
        assert!(attempt(&breaker, false));
    }

    #[test]
    fn without_a_window_it_never_opens() {
        let (breaker, _clock) = breaker(Breaker::off());
        assert!((0..1000).all(|_| attempt(&breaker, true)));
    }
}
