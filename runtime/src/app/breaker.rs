//! A pause for everybody when nearly everything fails.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::clock::Clock;
use super::observer::{Event, Observers};

/// When to stop handling for a while, because nearly everything fails: it is then something that all messages need
/// that is broken, and to go on would only fill the dead-letter topic.
///
/// It looks at the last attempts of all handlers. An attempt fails when its handler gives an error, panics or asks to be
/// tried again, when a reply is not delivered, and when the payload can't be decoded. While the breaker is open no
/// attempt begins, and consuming stops as soon as what may be [in flight](crate::app::App::max_in_flight) is. After the pause
/// one attempt is made: if it succeeds, all go on; if not, the pause begins anew.
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

impl Default for Breaker {
    fn default() -> Self {
        Self { failure_ratio: 0.9, window: 50, pause: Duration::from_secs(30) }
    }
}

impl Breaker {
    /// A breaker that never opens.
    #[must_use]
    pub fn off() -> Self {
        Self { window: 0, ..Self::default() }
    }

    /// With the share of failed attempts that opens it, from 0 to 1. With 0 or less, any failure does.
    #[must_use]
    pub fn failure_ratio(self, failure_ratio: f64) -> Self {
        Self { failure_ratio, ..self }
    }

    /// With the number of attempts that it looks at. It does not open before there were as many; with 0, it never does.
    #[must_use]
    pub fn window(self, attempts: usize) -> Self {
        Self { window: attempts, ..self }
    }

    /// With a pause, until one message is tried.
    #[must_use]
    pub fn pause(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    #[expect(clippy::cast_precision_loss, reason = "a window is far smaller than 2^52")]
    fn opens(&self, failed: usize) -> bool {
        failed > 0 && failed as f64 >= self.failure_ratio * self.window as f64
    }
}

/// The breaker of an app.
pub(crate) struct Gate {
    settings: Breaker,
    clock: Clock,
    observers: Observers,
    state: Mutex<State>,
    /// Changes whenever the phase does.
    phases: watch::Sender<Phase>,
}

#[derive(Default)]
struct State {
    /// Whether the last attempts failed.
    window: VecDeque<bool>,
    failed: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Closed,
    Open {
        until: Duration,
    },
    /// One attempt is being made.
    Trying,
}

/// The right to make an attempt. One that ends without a result says nothing of the handlers.
pub(crate) struct Admission {
    gate: Arc<Gate>,
    is_trial: bool,
}

impl Gate {
    pub(crate) fn new(settings: Breaker, clock: Clock, observers: Observers) -> Arc<Self> {
        let phases = watch::Sender::new(Phase::Closed);
        Arc::new(Self { settings, clock, observers, state: Mutex::default(), phases })
    }

    /// Waits until an attempt may be made.
    pub(crate) async fn enter(self: &Arc<Self>) -> Admission {
        let mut phases = self.phases.subscribe();
        loop {
            let phase = *phases.borrow_and_update();
            match phase {
                Phase::Closed => return self.admission(false),
                Phase::Open { until } if until > self.clock.now() => self.clock.sleep_until(until).await,
                // The first to come tries.
                Phase::Open { .. } if self.change(phase, Phase::Trying) => return self.admission(true),
                Phase::Open { .. } => {}
                Phase::Trying => {
                    // The sender is in this gate.
                    let _ = phases.changed().await;
                }
            }
        }
    }

    fn admission(self: &Arc<Self>, is_trial: bool) -> Admission {
        Admission { gate: Arc::clone(self), is_trial }
    }

    fn record(&self, failed: bool) {
        let mut state = self.state();
        state.window.push_back(failed);
        state.failed += usize::from(failed);
        if state.window.len() > self.settings.window {
            let oldest = state.window.pop_front().unwrap_or_default();
            state.failed -= usize::from(oldest);
        }
        let is_full = self.settings.window > 0 && state.window.len() == self.settings.window;
        if is_full && self.settings.opens(state.failed) {
            *state = State::default();
            self.open(Phase::Closed);
        }
    }

    fn open(&self, from: Phase) {
        let until = self.clock.now().saturating_add(self.settings.pause);
        if self.change(from, Phase::Open { until }) {
            self.observers.tell(&Event::BreakerOpened { pause: self.settings.pause });
        }
    }

    /// Whether it was in that phase, and is in the other now.
    fn change(&self, from: Phase, to: Phase) -> bool {
        self.phases.send_if_modified(|phase| {
            let changes = *phase == from;
            if changes {
                *phase = to;
            }
            changes
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Admission {
    /// Says how the attempt ended.
    pub(crate) fn report(mut self, failed: bool) {
        if !std::mem::take(&mut self.is_trial) {
            return self.gate.record(failed);
        }
        if failed {
            return self.gate.open(Phase::Trying);
        }
        *self.gate.state() = State::default();
        self.gate.change(Phase::Trying, Phase::Closed);
        self.gate.observers.tell(&Event::BreakerClosed);
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        if self.is_trial {
            // Given up: the next one tries.
            let until = self.gate.clock.now();
            self.gate.change(Phase::Trying, Phase::Open { until });
        }
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::app::TestClock;

    const PAUSE: Duration = Duration::from_secs(30);

    fn gate(settings: Breaker) -> (Arc<Gate>, Arc<TestClock>) {
        let clock = TestClock::new(false);
        (Gate::new(settings.pause(PAUSE), Clock::Test(Arc::clone(&clock)), Observers::default()), clock)
    }

    fn attempt(gate: &Arc<Gate>, failed: bool) -> bool {
        let admission = gate.enter().now_or_never();
        admission.map(|admission| admission.report(failed)).is_some()
    }

    #[test]
    fn it_opens_on_the_share_of_failures_in_a_full_window() {
        let (gate, _clock) = gate(Breaker::default().window(4).failure_ratio(0.5));
        assert!(attempt(&gate, true) && attempt(&gate, false) && attempt(&gate, false), "the window is not full");
        assert!(attempt(&gate, false) && attempt(&gate, false) && attempt(&gate, true), "too few failed");
        assert!(attempt(&gate, true));
        assert!(!attempt(&gate, false), "two of the last four failed");
    }

    #[test]
    fn after_the_pause_one_attempt_decides() {
        let (gate, clock) = gate(Breaker::default().window(1));
        assert!(attempt(&gate, true) && !attempt(&gate, false));
        clock.advance(PAUSE);
        let trial = gate.enter().now_or_never().unwrap();
        assert!(!attempt(&gate, false), "one at a time");
        trial.report(true);
        assert!(!attempt(&gate, false), "it failed");
        clock.advance(PAUSE);
        assert!(attempt(&gate, false) && attempt(&gate, false), "it succeeded");
    }

    #[test]
    fn a_trial_that_is_given_up_leaves_its_turn_to_another() {
        let (gate, clock) = gate(Breaker::default().window(1));
        assert!(attempt(&gate, true));
        clock.advance(PAUSE);
        drop(gate.enter().now_or_never().unwrap());
        assert!(attempt(&gate, false));
    }

    #[test]
    fn without_a_window_it_never_opens() {
        let (gate, _clock) = gate(Breaker::off());
        assert!((0..1000).all(|_| attempt(&gate, true)));
    }
}
