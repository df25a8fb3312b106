//! The health of an app, for probes of a platform.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::time;

use super::{Event, Observer};
use crate::client::MembershipState;

/// The time after which a loop that did not run is stuck: it runs at least every second, whatever handlers do.
const STUCK: Duration = Duration::from_secs(30);

/// The interval at which a loop that waits reports that it is alive.
const ALIVE: Duration = Duration::from_secs(1);

/// The health of an [`App`](crate::app::App), for liveness and readiness probes; from
/// [`App::health`](crate::app::App::health). Cheap to clone.
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
    /// The reason why it waits for Kafka: at the start, or at the end of a transaction.
    waiting_for_kafka: Option<String>,
    is_breaker_open: bool,
    /// The state of its consumer.
    membership: Option<Arc<MembershipState>>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Phase {
    #[default]
    Starting,
    Running {
        /// The time at which its loop ran last.
        last_turn: Instant,
    },
    Ending,
    Ended,
}

/// The reason why an app is not healthy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unhealthy {
    /// It has not asked to join its group yet.
    Starting {
        /// The reason why the last try failed, if one did.
        reason: Option<String>,
    },
    /// It is not a member of its group, or not any more.
    NotJoined,
    /// None of the brokers is connected, or Kafka does not answer to the end of a transaction.
    Unreachable {
        /// The reason, as far as librdkafka has given one.
        reason: String,
    },
    /// Nearly every attempt fails, and none is made for a while.
    BreakerOpen,
    /// Its loop has not run for this long: something blocks the threads of the runtime.
    Stuck {
        /// The time since its last run.
        time: Duration,
    },
    /// It was told to end.
    Ending,
    /// It has ended.
    Ended,
}

impl Health {
    /// Checks liveness: on an error, restart the process. An app that waits for Kafka is live.
    ///
    /// # Errors
    ///
    /// [`Unhealthy::Stuck`] where its loop has not run for 30 s, which no handler can cause that does not block threads,
    /// and [`Unhealthy::Ended`].
    pub fn live(&self) -> Result<(), Unhealthy> {
        match self.state().phase {
            Phase::Running { last_turn } if last_turn.elapsed() > STUCK => {
                Err(Unhealthy::Stuck { time: last_turn.elapsed() })
            }
            Phase::Ended => Err(Unhealthy::Ended),
            Phase::Starting | Phase::Running { .. } | Phase::Ending => Ok(()),
        }
    }

    /// Checks readiness: without an error, messages are being handled, if there are any.
    ///
    /// The connection to brokers, and the membership of an app without partitions, are known from librdkafka's statistics,
    /// within 5 s, and not at all where `statistics.interval.ms` is 0.
    ///
    /// # Errors
    ///
    /// Any [`Unhealthy`].
    pub fn ready(&self) -> Result<(), Unhealthy> {
        self.live()?;
        let state = self.state();
        match state.phase {
            Phase::Starting => return Err(Unhealthy::Starting { reason: state.waiting_for_kafka.clone() }),
            Phase::Ending => return Err(Unhealthy::Ending),
            Phase::Ended => return Err(Unhealthy::Ended),
            Phase::Running { .. } => {}
        }
        let unreachable = || state.membership.as_ref().and_then(|membership| membership.unreachable());
        if let Some(reason) = state.waiting_for_kafka.clone().or_else(unreachable) {
            return Err(Unhealthy::Unreachable { reason });
        }
        if !state.membership.as_ref().is_some_and(|membership| membership.has_joined()) {
            return Err(Unhealthy::NotJoined);
        }
        if state.is_breaker_open { Err(Unhealthy::BreakerOpen) } else { Ok(()) }
    }

    /// Sets the consumer that knows of the group and the brokers.
    pub(crate) fn watch_consumer(&self, membership: Arc<MembershipState>) {
        self.state().membership = Some(membership);
    }

    /// Reports that the loop of the app runs.
    pub(crate) fn loop_runs(&self) {
        let mut state = self.state();
        state.waiting_for_kafka = None;
        if matches!(state.phase, Phase::Starting | Phase::Running { .. }) {
            state.phase = Phase::Running { last_turn: Instant::now() };
        }
    }

    /// Reports that the loop of the app is alive, for as long as it waits for Kafka.
    pub(crate) async fn keep_alive(&self) -> Infallible {
        loop {
            time::sleep(ALIVE).await;
            if let Phase::Running { last_turn } = &mut self.state().phase {
                *last_turn = Instant::now();
            }
        }
    }

    /// Waits for the future, and reports that the app ends.
    pub(crate) async fn ending_after(&self, until: impl Future<Output = ()>) {
        until.await;
        self.state().phase = Phase::Ending;
    }

    /// Returns a guard: the app has ended when it is dropped.
    pub(crate) fn end_guard(&self) -> impl Drop + use<> {
        EndGuard(self.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct EndGuard(Health);

impl Drop for EndGuard {
    fn drop(&mut self) {
        self.0.state().phase = Phase::Ended;
    }
}

impl Observer for Health {
    fn observe(&self, event: &Event<'_>) {
        match event {
            Event::Unreachable(error) => self.state().waiting_for_kafka = Some(error.to_string()),
            Event::TransactionDelayed(error) => self.state().waiting_for_kafka = Some(error.to_string()),
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
    fn a_loop_that_does_not_run_is_not_live() {
        let health = Health::default();
        health.loop_runs();
        assert_eq!(health.live(), Ok(()));
        let Some(last_turn) = Instant::now().checked_sub(STUCK * 2) else { return };
        health.state().phase = Phase::Running { last_turn };
        assert!(matches!(health.live(), Err(Unhealthy::Stuck { time }) if time >= STUCK * 2));
        assert!(matches!(health.ready(), Err(Unhealthy::Stuck { .. })));
        // A drain may take as long as it is told.
        health.state().phase = Phase::Ending;
        assert_eq!(health.live(), Ok(()));
    }

    #[test]
    fn an_app_that_waits_for_the_end_of_a_transaction_is_live_and_not_ready() {
        let health = Health::default();
        health.loop_runs();
        let cause = crate::client::Cause::new(rdkafka::error::KafkaError::Canceled);
        let error = TransactionError::Unreachable { id: "id".to_owned(), servers: String::new(), reason: None, cause };
        health.observe(&Event::TransactionDelayed(&error));
        assert_eq!(
            (health.live(), health.ready()),
            (Ok(()), Err(Unhealthy::Unreachable { reason: error.to_string() }))
        );
        health.loop_runs();
        assert_eq!(health.ready(), Err(Unhealthy::NotJoined), "Kafka answered");
    }

    #[test]
    fn it_has_ended_whatever_was_reported_before() {
        let health = Health::default();
        drop(health.end_guard());
        health.loop_runs();
        assert_eq!((health.live(), health.ready()), (Err(Unhealthy::Ended), Err(Unhealthy::Ended)));
    }
}
