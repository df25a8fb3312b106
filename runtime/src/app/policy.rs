//! The settings for failures of handlers: those of the app, and those of a handler that take their place.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::attempt::Retries;
use super::dead_letter::{DeadLetters, Destination};
use super::retry_topics::{RetryTopics, Tier};
use crate::message::Topic;

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
    pub(crate) retries: Option<Retries>,
    pub(crate) retry_topics: Option<RetryTopics>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) dead_letters: DeadLetters,
    pub(crate) rules: ErrorRules,
}

/// The settings of a handler, each in place of that of the app.
#[derive(Clone, Debug, Default)]
pub(crate) struct HandlerSettings {
    pub(crate) retries: Option<Retries>,
    pub(crate) retry_topics: Option<RetryTopics>,
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
        retry_topics: None,
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
            retry_topics: self.retry_topics.clone().or(others.retry_topics),
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
    /// The attempts on this topic.
    pub(crate) retries: Retries,
    /// The retry topics behind this topic, the one with the shortest delay first.
    pub(crate) retry_topics: Vec<Tier>,
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

    /// Returns the retry topics of a handler of a topic.
    pub(crate) fn retry_topics_of(&self, settings: &HandlerSettings, topic: &Topic) -> RetryTopics {
        let set = settings.retry_topics.as_ref().or(self.retry_topics.as_ref());
        set.cloned().unwrap_or_else(|| RetryTopics::after(topic.retry_delays.iter().copied()))
    }

    /// Returns the policy of a handler on a topic, or on the retry topic of it with this delay. `name_of` names topics on the
    /// cluster.
    pub(crate) fn of(
        &self,
        settings: &HandlerSettings,
        topic: &Topic,
        delay: Option<Duration>,
        name_of: impl Fn(&Topic) -> Arc<str>,
    ) -> Policy {
        let dead_letters = self.dead_letters_of(settings);
        let all = self.retry_topics_of(settings, topic);
        let behind = all.with_delays(topic).filter(|(of, _)| delay.is_none_or(|delay| *of > delay));
        let tiers = behind.map(|(delay, topic)| Tier { topic: name_of(&topic), delay }).collect();
        let default = || if all.is_empty() { Retries::default() } else { Retries::none() };
        Policy {
            retries: settings.retries.or(self.retries).unwrap_or_else(default),
            retry_topics: tiers,
            attempt_timeout: settings.attempt_timeout.or(self.attempt_timeout).unwrap_or(Duration::MAX),
            dead_letters: dead_letters.destination.clone(),
            dead_letter_topic: dead_letters.of(topic).as_ref().map(&name_of),
            parking: dead_letters.parking_of(topic).as_ref().map(&name_of),
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

    /// Returns the retry topic for a message whose attempts failed, if there is one: the first whose delay is not shorter than
    /// what the handler asked for, or the last one.
    pub(crate) fn retry_topic(&self, backoff: Option<Duration>) -> Option<&Tier> {
        let is_long_enough = |tier: &&Tier| backoff.is_none_or(|backoff| tier.delay >= backoff);
        self.retry_topics.iter().find(is_long_enough).or(self.retry_topics.last())
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let parts = |it: &Self| {
            let topics = (it.dead_letter_topic.clone(), it.parking.clone(), it.retry_topics.clone());
            (it.retries, it.attempt_timeout, it.dead_letters.clone(), topics)
        };
        parts(self) == parts(other) && self.rules.is_same(&other.rules)
    }
}
