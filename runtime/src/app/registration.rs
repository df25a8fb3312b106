//! `App`: its handlers and layers.

use std::sync::Arc;

use super::builder::App;
use super::handler::{
    DecoderInput, Handler, HandlerArguments, HandlerError, HandlerFuture, HandlerInput, HandlerRoute, IntoOutcome,
    Next, PayloadDecoder, TypedInput, layer_of, with_state,
};
use crate::message::Decoder;

impl<S: Send + Sync + 'static> App<S> {
    /// Adds a handler for the topic of a generated type: an `async fn(T)` or `async fn(T, Context<S>)`, with
    /// [other extractors](super::FromContext) where it needs them. [`handler`](super::handler) gives it settings of its own.
    ///
    /// A topic with several message types may have a handler for each, or one for the generated enum over them. A message is
    /// given to the handler of its type: of the first one, in the order of these calls, that accepts it. What becomes of
    /// those without a handler is [a setting](Self::other_messages).
    ///
    /// `T` is a message, the generated enum of the messages of a topic, or an `Option` of one: see [`HandlerInput`]. A
    /// tombstone is handled as `None`, if `T` is an `Option`; otherwise it is a dead letter.
    pub fn handle<A, H>(self, handler: H) -> Self
    where
        H: Handler<A, S> + Send + Sync + 'static,
        A: HandlerArguments<S> + 'static,
        A::Message: HandlerInput,
        H::Future: HandlerFuture + Send + 'static,
        <H::Future as HandlerFuture>::Value: IntoOutcome,
        <<H::Future as HandlerFuture>::Value as IntoOutcome>::Error: HandlerError,
    {
        self.add(TypedInput::new(), handler)
    }

    /// Adds a handler for the topics of any [`Decoder`]: of a message type [made at run time](crate::dynamic), or of
    /// [several types](crate::OneOf) as one Rust type.
    ///
    /// ```
    /// # use thoth_messaging::Kafka;
    /// use thoth_messaging::app::App;
    /// use thoth_messaging::dynamic::{DynamicMessage, message_factory};
    ///
    /// let failed = message_factory("ci.build-failed", [("commit", "string"), ("exit_code", "integer")])?;
    /// let app = App::new(&Kafka::new("localhost:9092"))
    ///     .handle_of(failed, async |failed: DynamicMessage| println!("{}", failed.contents()));
    /// # Ok::<(), thoth_messaging::dynamic::FactoryError>(())
    /// ```
    pub fn handle_of<D, A, H>(self, decoder: D, handler: H) -> Self
    where
        D: Decoder,
        H: Handler<A, S> + Send + Sync + 'static,
        A: HandlerArguments<S, Message = D::Message> + 'static,
        H::Future: HandlerFuture + Send + 'static,
        <H::Future as HandlerFuture>::Value: IntoOutcome,
        <<H::Future as HandlerFuture>::Value as IntoOutcome>::Error: HandlerError,
    {
        self.add(DecoderInput(decoder), handler)
    }

    fn add<D, A, H>(mut self, decoder: D, handler: H) -> Self
    where
        D: PayloadDecoder + 'static,
        H: Handler<A, S, Future: HandlerFuture<Value: IntoOutcome<Error: HandlerError>> + Send + 'static>
            + Send
            + Sync
            + 'static,
        A: HandlerArguments<S, Message = D::Input> + 'static,
    {
        let state = Arc::clone(&self.state);
        self.routes.push(Arc::new(HandlerRoute::new(decoder, handler, state)));
        self
    }

    /// Adds a layer around all handlers of the app, before or after this call: an async function of [`Next`] and of
    /// [extractors](super::FromContext). It is called for each attempt whose payload decodes. It runs the handler, or returns
    /// an outcome in its place. Those that were added first are outside. [`ConfiguredHandler::layer`] adds one around some
    /// handlers alone.
    ///
    /// ```
    /// use std::collections::HashSet;
    /// use std::sync::Mutex;
    /// # use thoth_messaging::Kafka;
    /// # use thoth_messaging::messages::PackageReleased;
    /// use thoth_messaging::app::{App, Headers, Next, Outcome, State};
    ///
    /// /// Refuses messages without the token of a known sender.
    /// async fn authenticated(next: Next, headers: Headers) -> Outcome {
    ///     if headers.get("token") == Some(b"open sesame") { next.run().await } else { Outcome::dead_letter("no token") }
    /// }
    ///
    /// /// Handles messages with the same `idempotency-key` once, as long as the process runs.
    /// async fn once(next: Next, headers: Headers, State(seen): State<Mutex<HashSet<Vec<u8>>>>) -> Outcome {
    ///     let Some(key) = headers.get("idempotency-key") else { return next.run().await };
    ///     if seen.lock().unwrap().contains(key) {
    ///         return Outcome::Handled;
    ///     }
    ///     let outcome = next.run().await;
    ///     if matches!(outcome, Outcome::Handled | Outcome::Reply(_)) {
    ///         seen.lock().unwrap().insert(key.to_owned());
    ///     }
    ///     outcome
    /// }
    /// # async fn on_released(_: PackageReleased) {}
    ///
    /// let app = App::new(&Kafka::new("localhost:9092"))
    ///     .state(Mutex::new(HashSet::new()))
    ///     .layer(authenticated)
    ///     .layer(once)
    ///     .handle(on_released);
    /// ```
    ///
    /// Its state is the one that was set before this call. Its errors are those of the handler.
    ///
    /// [`ConfiguredHandler::layer`]: super::ConfiguredHandler::layer
    /// [`Next`]: super::Next
    pub fn layer<A, L>(mut self, layer: L) -> Self
    where
        L: Handler<A, S> + Send + Sync + 'static,
        A: HandlerArguments<S, Message = Next>,
        L::Future: HandlerFuture + Send + 'static,
        <L::Future as HandlerFuture>::Value: IntoOutcome,
        <<L::Future as HandlerFuture>::Value as IntoOutcome>::Error: HandlerError,
    {
        self.layers.push(with_state(layer_of(layer), Arc::clone(&self.state)));
        self
    }
}
