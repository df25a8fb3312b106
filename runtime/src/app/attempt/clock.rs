//! The clock of retries and of the breaker: that of the machine, or one that a test moves.

use std::time::{Duration, SystemTime};

use tokio::time::{self, Instant};

/// A clock whose times count from its creation.
#[derive(Clone)]
pub(crate) enum Clock {
    Machine(Instant),
    /// Tokio's time, which may be paused, with 1970 at this instant.
    #[cfg(test)]
    Simulated(Instant),
    #[cfg(feature = "testing")]
    Test(std::sync::Arc<TestClock>),
}

impl Clock {
    pub(crate) fn machine() -> Self {
        Self::Machine(Instant::now())
    }

    pub(crate) fn now(&self) -> Duration {
        match self {
            Self::Machine(start) => start.elapsed(),
            #[cfg(test)]
            Self::Simulated(start) => start.elapsed(),
            #[cfg(feature = "testing")]
            Self::Test(clock) => clock.now(),
        }
    }

    /// Returns the time of day, which is the same for all processes, as far as their clocks agree.
    pub(crate) fn time_of_day(&self) -> SystemTime {
        match self {
            Self::Machine(_) => SystemTime::now(),
            #[cfg(test)]
            Self::Simulated(start) => SystemTime::UNIX_EPOCH + start.elapsed(),
            #[cfg(feature = "testing")]
            Self::Test(clock) => clock.time_of_day(),
        }
    }

    pub(crate) async fn sleep_until(&self, until: Duration) {
        match self {
            Self::Machine(start) => sleep_until(*start, until).await,
            #[cfg(test)]
            Self::Simulated(start) => sleep_until(*start, until).await,
            #[cfg(feature = "testing")]
            Self::Test(clock) => clock.sleep_until(until).await,
        }
    }
}

async fn sleep_until(start: Instant, until: Duration) {
    match start.checked_add(until) {
        Some(until) => time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}

/// A clock that a test moves.
#[cfg(feature = "testing")]
pub(crate) struct TestClock {
    /// The time of day when it was made.
    start: SystemTime,
    now: tokio::sync::watch::Sender<Duration>,
    /// Sleeping takes no time: the clock moves on instead.
    skips: bool,
}

#[cfg(feature = "testing")]
impl TestClock {
    pub(crate) fn new(skips: bool) -> std::sync::Arc<Self> {
        std::sync::Arc::new(Self {
            start: SystemTime::now(),
            now: tokio::sync::watch::Sender::new(Duration::ZERO),
            skips,
        })
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.now.send_modify(|now| *now = now.saturating_add(by));
    }

    fn now(&self) -> Duration {
        *self.now.borrow()
    }

    fn time_of_day(&self) -> SystemTime {
        self.start.checked_add(self.now()).unwrap_or(self.start)
    }

    async fn sleep_until(&self, until: Duration) {
        if self.skips {
            self.now.send_modify(|now| *now = (*now).max(until));
        }
        // The sender lives as long as this clock, which the caller holds.
        let _ = self.now.subscribe().wait_for(|now| *now >= until).await;
    }
}
