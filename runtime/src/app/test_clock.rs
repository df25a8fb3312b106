//! A clock that a test moves.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

pub(crate) struct TestClock {
    now: watch::Sender<Duration>,
    /// Who waits does not: the time moves on instead.
    skips: bool,
}

impl TestClock {
    pub(crate) fn new(skips: bool) -> Arc<Self> {
        Arc::new(Self { now: watch::Sender::new(Duration::ZERO), skips })
    }

    pub(crate) fn now(&self) -> Duration {
        *self.now.borrow()
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.now.send_modify(|now| *now = now.saturating_add(by));
    }

    pub(crate) async fn sleep_until(&self, until: Duration) {
        if self.skips {
            self.now.send_modify(|now| *now = (*now).max(until));
        }
        // It lasts as long as this clock, which who waits holds.
        let _ = self.now.subscribe().wait_for(|now| *now >= until).await;
    }
}
