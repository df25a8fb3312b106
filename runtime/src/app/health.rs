//! Whether an app is well, for whoever has to decide what to do about it.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::time;

use super::observer::{Event, Observer};
use crate::client::Pulse;

/// How long the loop of an app may not have turned: it does at least every second, whatever handlers do.
const STUCK: Duration = Duration::from_secs(30);

/// How often a loop that waits says that it does.
const ALIVE: Duration = Duration::from_secs(1);

/// What a probe may ask of an [`App`](super::App), from [`App::health`](super::App::health) on. Cheap to clone.
///
/// ```
/// # use thoth_messaging::Kafka;
/// use thoth_messaging::app::App;
///
/// let app = App::new(&Kafka::new("localhost:9092")).group("solver");
/// let health = app.health();
/// assert!(health.live().is_ok());
/// assert_eq!(health.ready().unwrap_err().to_string(), "the app is starting");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    phase: Phase,
    /// Why it waits for Kafka: at the start, or at the end of a transaction.
    waits: Option<String>,
    is_breaker_open: bool,
    /// What its consumer knows.
    pulse: Option<Arc<Pulse>>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Phase {
    #[default]
    Starting,
    /// Its loop turned then.
    Running {
        turned: Instant,
    },
    Ending,
    Ended,
}

/// Why an app is not well.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unhealthy {
    /// It has not asked to join its group yet.
    Starting {
        /// Why it could not, the last time that it tried.
        reason: Option<String>,
    },
    /// Its group does not count it in, or not any more.
    NotJoined,
    /// None of the brokers is connected, or Kafka does not answer to the end of a transaction.
    Unreachable {
        /// Why, as far as librdkafka has said.
        reason: String,
    },
    /// Nearly everything fails, and nothing is handled for a while.
    BreakerOpen,
    /// Its loop has not turned for so long: something blocks the threads of the runtime.
    Stuck {
        /// How long.
        time: Duration,
    },
    /// It was told to end.
    Ending,
    /// It has ended.
    Ended,
}

impl Health {
    /// Whether it is of no use to go on: who is not live is to be restarted. An app that waits for Kafka is live.
    ///
    /// # Errors
    ///
    /// [`Unhealthy::Stuck`] where its loop has not turned for 30 s, which no handler can bring about that does not block
    /// threads, and [`Unhealthy::Ended`].
    pub fn live(&self) -> Result<(), Unhealthy> {
        match self.state().phase {
            Phase::Running { turned } if turned.elapsed() > STUCK => Err(Unhealthy::Stuck { time: turned.elapsed() }),
            Phase::Ended => Err(Unhealthy::Ended),
            Phase::Starting | Phase::Running { .. } | Phase::Ending => Ok(()),
        }
    }

    /// Whether messages are being handled, if there are any.
    ///
    /// That no broker is connected, and that a member without partitions is in its group, it knows from librdkafka's
    /// statistics, within 5 s, and not at all where `statistics.interval.ms` is 0.
    ///
    /// # Errors
    ///
    /// Any [`Unhealthy`].
    pub fn ready(&self) -> Result<(), Unhealthy> {
        self.live()?;
        let state = self.state();
        match state.phase {
            Phase::Starting => return Err(Unhealthy::Starting { reason: state.waits.clone() }),
            Phase::Ending => return Err(Unhealthy::Ending),
            Phase::Ended => return Err(Unhealthy::Ended),
            Phase::Running { .. } => {}
        }
        let unreachable = || state.pulse.as_ref().and_then(|pulse| pulse.unreachable());
        if let Some(reason) = state.waits.clone().or_else(unreachable) {
            return Err(Unhealthy::Unreachable { reason });
        }
        if !state.pulse.as_ref().is_some_and(|pulse| pulse.has_joined()) {
            return Err(Unhealthy::NotJoined);
        }
        if state.is_breaker_open { Err(Unhealthy::BreakerOpen) } else { Ok(()) }
    }

    /// The consumer that tells of the group and the brokers.
    pub(super) fn listen_to(&self, pulse: Arc<Pulse>) {
        self.state().pulse = Some(pulse);
    }

    /// The loop of the app goes on.
    pub(super) fn turn(&self) {
        let mut state = self.state();
        state.waits = None;
        if matches!(state.phase, Phase::Starting | Phase::Running { .. }) {
            state.phase = Phase::Running { turned: Instant::now() };
        }
    }

    /// The loop of the app waits for Kafka, and would go on.
    pub(super) async fn keep_alive(&self) -> Infallible {
        loop {
            time::sleep(ALIVE).await;
            if let Phase::Running { turned } = &mut self.state().phase {
                *turned = Instant::now();
            }
        }
    }

    /// What is awaited before the app ends.
    pub(super) async fn until(&self, until: impl Future<Output = ()>) {
        until.await;
        self.state().phase = Phase::Ending;
    }

    /// Ends with what this gives, however that comes to its end.
    pub(super) fn ends(&self) -> impl Drop + use<> {
        Ends(self.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Ends(Health);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.state().phase = Phase::Ended;
    }
}

impl Observer for Health {
    fn see(&self, event: &Event<'_>) {
        match event {
            Event::Unreachable(error) => self.state().waits = Some(error.to_string()),
            Event::TransactionDelayed(error) => self.state().waits = Some(error.to_string()),
            Event::BreakerOpened { .. } => self.state().is_breaker_open = true,
            Event::BreakerClosed => self.state().is_breaker_open = false,
            _ => {}
        }
    }
}

impl fmt::Display for Unhealthy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Starting { reason: None } => f.write_str("the app is starting"),
            Self::Starting { reason: Some(reason) } => write!(f, "the app is starting: {reason}"),
            Self::NotJoined => f.write_str("the app is not in its group"),
            Self::Unreachable { reason } => write!(f, "Kafka can't be reached: {reason}"),
            Self::BreakerOpen => f.write_str("nearly everything fails, and nothing is handled for a while"),
            Self::Stuck { time } => write!(f, "the loop of the app has not turned for {time:?}; something blocks"),
            Self::Ending => f.write_str("the app is ending"),
            Self::Ended => f.write_str("the app has ended"),
        }
    }
}

impl std::error::Error for Unhealthy {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::TransactionError;

    #[test]
    fn a_loop_that_does_not_turn_is_not_live() {
        let health = Health::default();
        health.turn();
        assert_eq!(health.live(), Ok(()));
        let Some(turned) = Instant::now().checked_sub(STUCK * 2) else { return };
        health.state().phase = Phase::Running { turned };
        assert!(matches!(health.live(), Err(Unhealthy::Stuck { time }) if time >= STUCK * 2));
        assert!(matches!(health.ready(), Err(Unhealthy::Stuck { .. })));
        // A drain may take as long as it is told.
        health.state().phase = Phase::Ending;
        assert_eq!(health.live(), Ok(()));
    }

    #[test]
    fn who_waits_for_the_end_of_a_transaction_is_live_and_not_ready() {
        let health = Health::default();
        health.turn();
        let cause = rdkafka::error::KafkaError::Canceled.into();
        let error = TransactionError::Unreachable { id: "id".to_owned(), servers: String::new(), reason: None, cause };
        health.see(&Event::TransactionDelayed(&error));
        assert_eq!(
            (health.live(), health.ready()),
            (Ok(()), Err(Unhealthy::Unreachable { reason: error.to_string() }))
        );
        health.turn();
        assert_eq!(health.ready(), Err(Unhealthy::NotJoined), "Kafka answered");
    }

    #[test]
    fn it_has_ended_whatever_was_told_before() {
        let health = Health::default();
        drop(health.ends());
        health.turn();
        assert_eq!((health.live(), health.ready()), (Err(Unhealthy::Ended), Err(Unhealthy::Ended)));
    }
}
