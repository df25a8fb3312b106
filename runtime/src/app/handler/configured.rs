//! Handlers with settings of their own.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use super::function::{Handler, HandlerArguments, HandlerFuture};
use super::layer::{LayerOf, Next, layer_of};
use super::outcome::{HandlerError, IntoOutcome};
use crate::app::attempt::Retries;
use crate::app::dead_letter::DeadLetters;
use crate::app::policy::{Concurrency, HandlerSettings, Retry};
use crate::app::retry_topics::RetryTopics;

/// Gives a handler settings of its own, in place of those of the app, and layers.
///
/// ```
/// use std::time::Duration;
/// use thoth_messaging::app::{App, Retries, handler};
/// # use thoth_messaging::Kafka;
/// # use thoth_messaging::messages::{PackageReleased, SolvedPackage};
/// # async fn on_released(_: PackageReleased) {}
/// # async fn on_solved(_: SolvedPackage) {}
///
/// let app = App::new(&Kafka::new("localhost:9092"))
///     .handle(on_released)
///     .handle(handler(on_solved).retries(Retries::none()).attempt_timeout(Duration::from_secs(5)));
/// ```
pub fn handler<H, S>(handler: H) -> ConfiguredHandler<H, S> {
    ConfiguredHandler { handler, options: HandlerOptions::default() }
}

/// A handler with settings of its own: see [`handler`].
///
/// Settings that it lacks are those of the app. A payload that does not decode has no handler: on a topic with several
/// handlers its dead letter goes where the app says.
#[must_use = "it is given to `App::handle`"]
pub struct ConfiguredHandler<H, S> {
    handler: H,
    options: HandlerOptions<S>,
}

/// The settings and layers of a handler.
#[doc(hidden)]
pub struct HandlerOptions<S> {
    pub(crate) settings: HandlerSettings,
    pub(crate) layers: Vec<LayerOf<S>>,
}

impl<H, S> ConfiguredHandler<H, S> {
    /// Sets the [`Retries`], as [`App::retries`](crate::app::App::retries).
    pub fn retries(mut self, retries: Retries) -> Self {
        self.options.settings.retries = Some(retries);
        self
    }

    /// Sets the [`RetryTopics`] for messages whose attempts failed, as [`App::retry_topics`](crate::app::App::retry_topics).
    /// They are handled out of their order.
    pub fn retry_topics(mut self, retry_topics: RetryTopics) -> Self {
        self.options.settings.retry_topics = Some(retry_topics);
        self
    }

    /// Sets the timeout of an attempt, as [`App::attempt_timeout`](crate::app::App::attempt_timeout).
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options.settings.attempt_timeout = Some(timeout);
        self
    }

    /// Sets the destination of [`DeadLetters`], as [`App::dead_letters`](crate::app::App::dead_letters).
    pub fn dead_letters(mut self, dead_letters: DeadLetters) -> Self {
        self.options.settings.dead_letters = Some(dead_letters);
        self
    }

    /// Decides on errors of a type, as [`App::on_error`](crate::app::App::on_error), before the app does.
    pub fn on_error<E, R>(mut self, decide: impl Fn(&E) -> R + Send + Sync + 'static) -> Self
    where
        E: Error + 'static,
        R: Into<Option<Retry>>,
    {
        self.options.settings.rules.add(decide);
        self
    }

    /// Decides on errors, as [`App::on_any_error`](crate::app::App::on_any_error), before the app does.
    pub fn on_any_error<R>(mut self, decide: impl Fn(&(dyn Error + 'static)) -> R + Send + Sync + 'static) -> Self
    where
        R: Into<Option<Retry>>,
    {
        self.options.settings.rules.add_any(decide);
        self
    }

    /// Handles messages of a partition of its topics concurrently, as [`App::per_key`](crate::app::App::per_key). All handlers
    /// of a topic that say something of it must say the same.
    pub fn per_key(mut self, max_concurrent: usize) -> Self {
        self.options.settings.concurrency = Some(Concurrency::PerKey(max_concurrent));
        self
    }

    /// Handles each partition of its topics in its order, in an app that is [`per_key`](crate::app::App::per_key).
    pub fn per_partition(mut self) -> Self {
        self.options.settings.concurrency = Some(Concurrency::PerPartition);
        self
    }

    /// Sets how many messages of a partition of its topics may have begun at once, as
    /// [`App::max_in_flight`](crate::app::App::max_in_flight). All handlers of a topic that say something of it must say the
    /// same.
    pub fn max_in_flight(mut self, messages: usize) -> Self {
        self.options.settings.max_in_flight = Some(messages.max(1));
        self
    }

    /// Adds a layer around this handler, as [`App::layer`](crate::app::App::layer), inside of those of the app and of those
    /// that were added before.
    pub fn layer<A, L>(mut self, layer: L) -> Self
    where
        L: Handler<A, S> + Send + Sync + 'static,
        A: HandlerArguments<S, Message = Next>,
        L::Future: HandlerFuture + Send + 'static,
        <L::Future as HandlerFuture>::Value: IntoOutcome,
        <<L::Future as HandlerFuture>::Value as IntoOutcome>::Error: HandlerError,
        S: Send + Sync + 'static,
    {
        self.options.layers.push(layer_of(layer));
        self
    }
}

impl<A, S, H: Handler<A, S>> Handler<A, S> for ConfiguredHandler<H, S> {
    type Future = H::Future;

    fn call(&self, arguments: A) -> H::Future {
        self.handler.call(arguments)
    }

    fn options(&self) -> HandlerOptions<S> {
        // The handler may be configured itself.
        let HandlerOptions { settings, layers } = self.handler.options();
        let layers = self.options.layers.iter().chain(&layers).cloned().collect();
        HandlerOptions { settings: self.options.settings.or(settings), layers }
    }
}

impl<H, S> fmt::Debug for ConfiguredHandler<H, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let HandlerOptions { settings, layers } = &self.options;
        f.debug_struct("ConfiguredHandler")
            .field("settings", settings)
            .field("layers", &layers.len())
            .finish_non_exhaustive()
    }
}

impl<S> Default for HandlerOptions<S> {
    fn default() -> Self {
        Self { settings: HandlerSettings::default(), layers: Vec::new() }
    }
}

impl<S> Clone for HandlerOptions<S> {
    fn clone(&self) -> Self {
        Self { settings: self.settings.clone(), layers: self.layers.clone() }
    }
}
