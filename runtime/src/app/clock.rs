//! What time it is for retries and for the breaker: that of the machine, or one that a test moves.

use std::time::Duration;

use tokio::time::{self, Instant};

/// A clock, whose times count from when it was made.
#[derive(Clone)]
pub(crate) enum Clock {
    Machine(Instant),
    #[cfg(feature = "testing")]
    Test(std::sync::Arc<super::test_clock::TestClock>),
}

impl Clock {
    pub(crate) fn machine() -> Self {
        Self::Machine(Instant::now())
    }

    pub(crate) fn now(&self) -> Duration {
        match self {
            Self::Machine(start) => start.elapsed(),
            #[cfg(feature = "testing")]
            Self::Test(clock) => clock.now(),
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
