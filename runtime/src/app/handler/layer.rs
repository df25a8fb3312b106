//! Layers: functions around handlers.

use std::fmt;
use std::future::ready;
use std::sync::Arc;

use super::function::{Handler, HandlerArguments, HandlerFuture};
use super::outcome::{HandlerError, IntoOutcome, Outcome};
use super::route::CalledFuture;
use super::{Attempt, Context};

/// The rest of an attempt, inside of a layer: the layers within it, and the handler.
///
/// A layer is an async function of this and of [extractors](super::FromContext). It may run the rest, or return an outcome in
/// its place; see [`App::layer`](crate::app::App::layer).
#[must_use = "without `run` the handler is not called"]
pub struct Next {
    layers: Arc<[LayerFn]>,
    at: usize,
    attempt: Attempt,
    handler: Box<dyn FnOnce(Attempt) -> CalledFuture + Send>,
}

/// A layer without its types, in an app of any state.
pub(crate) type LayerFn = Arc<dyn Fn(Next, Attempt) -> CalledFuture + Send + Sync>;

/// A layer that waits for the state of the app.
pub(crate) type LayerOf<S> = Arc<dyn Fn(Next, Context<S>) -> CalledFuture + Send + Sync>;

impl Next {
    /// Calls the handler, in the layers around it.
    pub(super) fn call(
        layers: Arc<[LayerFn]>,
        attempt: Attempt,
        handler: impl FnOnce(Attempt) -> CalledFuture + Send + 'static,
    ) -> CalledFuture {
        Self { layers, at: 0, attempt, handler: Box::new(handler) }.begin()
    }

    /// Runs the rest of the attempt, and returns its outcome. In a batch, the handler waits for the layers of
    /// [the other messages](crate::app::App::layer).
    pub async fn run(self) -> Outcome {
        self.begin().await
    }

    fn begin(mut self) -> CalledFuture {
        match self.layers.get(self.at).cloned() {
            Some(layer) => {
                self.at += 1;
                let attempt = self.attempt.clone();
                layer(self, attempt)
            }
            None => (self.handler)(self.attempt),
        }
    }
}

impl fmt::Debug for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").finish_non_exhaustive()
    }
}

/// Erases the types of a layer.
pub(crate) fn layer_of<S, A, L>(layer: L) -> LayerOf<S>
where
    L: Handler<A, S, Future: HandlerFuture<Value: IntoOutcome<Error: HandlerError>> + Send + 'static>
        + Send
        + Sync
        + 'static,
    A: HandlerArguments<S, Message = Next>,
    S: Send + Sync + 'static,
{
    Arc::new(move |next, context| call(&layer, next, &context))
}

/// Gives a layer the state of the app.
pub(crate) fn with_state<S: Send + Sync + 'static>(layer: LayerOf<S>, state: Arc<S>) -> LayerFn {
    Arc::new(move |next, attempt| layer(next, Context { state: Arc::clone(&state), attempt }))
}

/// Calls a function with a message and what it extracts from the context.
pub(super) fn call<S, A, H>(handler: &H, message: A::Message, context: &Context<S>) -> CalledFuture
where
    H: Handler<A, S, Future: HandlerFuture<Value: IntoOutcome<Error: HandlerError>> + Send + 'static>,
    A: HandlerArguments<S>,
{
    match A::extract(message, context) {
        Ok(arguments) => {
            let (called, record) = (handler.call(arguments), Arc::clone(&context.attempt.record));
            Box::pin(async move { called.await.into_outcome().addressed(&record) })
        }
        Err(outcome) => Box::pin(ready(outcome)),
    }
}
