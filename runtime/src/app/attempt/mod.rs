//! Attempts at a message: when one may be made, how it fails, and what follows.
//!
//! Every attempt needs a permit of the [`CircuitBreaker`], which all partitions share. One that fails is an
//! [`AttemptFailure`]; the [`Retries`] say whether another one follows, and after how long a backoff. Both measure time by
//! the [`Clock`], which a test can move.

mod breaker;
mod clock;
mod failure;
mod retries;

pub use self::breaker::Breaker;
pub(crate) use self::breaker::{AttemptPermit, CircuitBreaker};
pub(crate) use self::clock::Clock;
#[cfg(feature = "testing")]
pub(crate) use self::clock::TestClock;
pub(crate) use self::failure::{AttemptFailure, PriorFailure};
pub use self::retries::Retries;
