//! The settings for failures of handlers: those of the app, and those of a handler that take their place.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::attempt::Retries;
use super::dead_letter::{DeadLetters, Destination};

/// The decision on an error of a handler: see [`App::on_error`](super::App::on_error).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retry {
    /// Another attempt follows, as the [`Retries`] say.
    Backoff,
    /// Another attempt follows after this time, if the [`Retries`] have one left.
    After(Duration),
    /// No other attempt follows: the message is a dead letter at once.
    Never,
}

/// Decisions on errors of handlers. The first one that knows an error counts.
#[derive(Clone, Default)]
pub(crate) struct ErrorRules(Vec<Arc<ErrorRule>>);

type ErrorRule = dyn Fn(&(dyn Error + 'static)) -> Option<Retry> + Send + Sync;

impl ErrorRules {
    /// Adds the decision on errors of a type, which may be a source of the error that the handler returned.
    pub(crate) fn add<E: Error + 'static, R: Into<Option<Retry>>>(
        &mut self,
        decide: impl Fn(&E) -> R + Send + Sync + 'static,
    ) {
        self.0.push(Arc::new(move |error| {
            let mut error = error;
            loop {
                if let Some(error) = error.downcast_ref::<E>() {
                    return decide(error).into();
                }
                error = source(error)?;
            }
        }));
    }

    /// Adds a decision on all errors.
    pub(crate) fn add_any<R: Into<Option<Retry>>>(
        &mut self,
        decide: impl Fn(&(dyn Error + 'static)) -> R + Send + Sync + 'static,
    ) {
        self.0.push(Arc::new(move |error| decide(error).into()));
    }

    fn decide(&self, error: &(dyn Error + 'static)) -> Option<Retry> {
        self.0.iter().find_map(|rule| rule(error))
    }

    /// Returns these rules, and behind them others.
    fn then(&self, others: &Self) -> Self {
        Self(self.0.iter().chain(&others.0).cloned().collect())
    }

    fn is_same(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(|(one, other)| Arc::ptr_eq(one, other))
    }
}

impl fmt::Debug for ErrorRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rules", self.0.len())
    }
}

/// Returns the error that another one was made of.
fn source<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    // The source of an `io::Error` is that of the error within it.
    let within = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    within.map(|error| error as &(dyn Error + 'static)).or_else(|| error.source())
}

/// The settings of the app for handlers that have none of their own.
#[derive(Clone, Debug, Default)]
pub(crate) struct AppPolicy {
    pub(crate) retries: Retries,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) dead_letters: DeadLetters,
    pub(crate) rules: ErrorRules,
}

/// The settings of a handler, each in place of that of the app.
#[derive(Clone, Debug, Default)]
pub(crate) struct HandlerSettings {
    pub(crate) retries: Option<Retries>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) dead_letters: Option<DeadLetters>,
    /// Asked before those of the app.
    pub(crate) rules: ErrorRules,
    pub(crate) concurrency: Option<Concurrency>,
    pub(crate) max_in_flight: Option<usize>,
}

impl HandlerSettings {
    const NONE: Self = Self {
        retries: None,
        attempt_timeout: None,
        dead_letters: None,
        rules: ErrorRules(Vec::new()),
        concurrency: None,
        max_in_flight: None,
    };

    /// Returns these settings, and those of others that these lack.
    pub(crate) fn or(&self, others: Self) -> Self {
        Self {
            retries: self.retries.or(others.retries),
            attempt_timeout: self.attempt_timeout.or(others.attempt_timeout),
            dead_letters: self.dead_letters.clone().or(others.dead_letters),
            rules: self.rules.then(&others.rules),
            concurrency: self.concurrency.or(others.concurrency),
            max_in_flight: self.max_in_flight.or(others.max_in_flight),
        }
    }
}

/// The messages of a partition that are handled at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Concurrency {
    /// One after the other.
    PerPartition,
    /// Those of so many keys.
    PerKey(usize),
}

/// The consequences of a message of a topic that is not handled.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) retries: Retries,
    pub(crate) attempt_timeout: Duration,
    pub(crate) dead_letters: Destination,
    /// The name of the dead-letter topic on the cluster.
    pub(crate) dead_letter_topic: Option<Arc<str>>,
    /// The topic for dead letters that their topic refuses, by its name on the cluster.
    pub(crate) parking: Option<Arc<str>>,
    rules: ErrorRules,
}

impl AppPolicy {
    /// Returns the dead letters of a handler.
    pub(crate) fn dead_letters_of<'a>(&'a self, settings: &'a HandlerSettings) -> &'a DeadLetters {
        settings.dead_letters.as_ref().unwrap_or(&self.dead_letters)
    }

    /// Returns the policy of a handler. `name_of` names the dead-letter topic, and `prefixed` the one for parking.
    pub(crate) fn of(
        &self,
        settings: &HandlerSettings,
        topic_of: impl Fn(&DeadLetters) -> Option<String>,
        prefixed: impl Fn(&str) -> String,
    ) -> Policy {
        let dead_letters = self.dead_letters_of(settings);
        Policy {
            retries: settings.retries.unwrap_or(self.retries),
            attempt_timeout: settings.attempt_timeout.or(self.attempt_timeout).unwrap_or(Duration::MAX),
            dead_letters: dead_letters.destination.clone(),
            dead_letter_topic: topic_of(dead_letters).map(Into::into),
            parking: dead_letters.parking.as_deref().map(|topic| prefixed(topic).into()),
            rules: settings.rules.then(&self.rules),
        }
    }
}

/// Returns the settings for payloads of a topic that have no handler: those of its handlers, if all have the same destination of
/// dead letters, or else those of the app.
pub(crate) fn without_handler<'a>(handlers: &[&'a HandlerSettings]) -> &'a HandlerSettings {
    static OF_THE_APP: HandlerSettings = HandlerSettings::NONE;
    match handlers {
        [first, others @ ..] if others.iter().all(|other| other.dead_letters == first.dead_letters) => first,
        _ => &OF_THE_APP,
    }
}

impl Policy {
    /// Decides what follows on an error of the handler.
    pub(crate) fn decide(&self, error: &(dyn Error + 'static)) -> Retry {
        self.rules.decide(error).unwrap_or(Retry::Backoff)
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let parts = |it: &Self| {
            let topics = (it.dead_letter_topic.clone(), it.parking.clone());
            (it.retries, it.attempt_timeout, it.dead_letters.clone(), topics)
        };
        parts(self) == parts(other) && self.rules.is_same(&other.rules)
    }
}
