//! What time it is for retries and for the breaker: that of the machine, or one that a test moves.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{self, Instant};

/// A clock, whose times count from when it was made.
#[derive(Clone)]
pub(crate) enum Clock {
    Machine(Instant),
    #[cfg(feature = "testing")]
    Test(Arc<TestClock>),
}

/// A clock that a test moves.
#[cfg(feature = "testing")]
pub(crate) struct TestClock {
    now: watch::Sender<Duration>,
    /// Who waits does not: the time moves on instead.
    skips: bool,
}

impl Clock {
    pub(crate) fn machine() -> Self {
        Self::Machine(Instant::now())
    }

    pub(crate) fn now(&self) -> Duration {
        match self {
            Self::Machine(start) => start.elapsed(),
            #[cfg(feature = "testing")]
            Self::Test(clock) => *clock.now.borrow(),
        }
    }

    pub(crate) async fn sleep_until(&self, until: Duration) {
        match self {
            Self::Machine(start) => match start.checked_add(until) {
                Some(until) => time::sleep_until(until).await,
                None => std::future::pending().await,
            },
            #[cfg(feature = "testing")]
            Self::Test(clock) => clock.sleep_until(until).await,
        }
    }
}

#[cfg(feature = "testing")]
impl TestClock {
    pub(crate) fn new(skips: bool) -> Arc<Self> {
        Arc::new(Self { now: watch::Sender::new(Duration::ZERO), skips })
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.now.send_modify(|now| *now = now.saturating_add(by));
    }

    async fn sleep_until(&self, until: Duration) {
        if self.skips {
            self.now.send_modify(|now| *now = (*now).max(until));
        }
        // It lasts as long as this clock, which who waits holds.
        let _ = self.now.subscribe().wait_for(|now| *now >= until).await;
    }
}
