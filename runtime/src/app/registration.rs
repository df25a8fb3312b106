//! `App`: its handlers and layers.

use std::sync::Arc;

use super::builder::App;
use super::handler::{
    Batch, BatchArguments, DecodedRoute, DecoderInput, Handler, HandlerArguments, HandlerError, HandlerFuture,
    HandlerInput, IntoOutcome, IntoOutcomes, Next, PayloadDecoder, TypedInput, layer_of, with_state,
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

    /// Adds a handler of several messages at once, for the topic of a generated type: an `async fn(Vec<T>)`, with
    /// [other extractors](super::FromBatch) where it needs them.
    ///
    /// ```
    /// # use thoth_messaging::Kafka;
    /// # use thoth_messaging::messages::PackageReleased;
    /// # struct Database;
    /// # impl Database { async fn insert_all(&self, _: &[PackageReleased]) -> Result<(), std::io::Error> { Ok(()) } }
    /// use std::time::Duration;
    /// use thoth_messaging::app::{App, Batch, State};
    ///
    /// async fn store(released: Vec<PackageReleased>, database: State<Database>) -> Result<(), std::io::Error> {
    ///     database.insert_all(&released).await // one transaction for all of them
    /// }
    ///
    /// let batch = Batch::default().max_messages(1000).max_wait(Duration::from_millis(200));
    /// let app = App::new(&Kafka::new("localhost:9092")).state(Database).handle_batch(batch, store);
    /// ```
    ///
    /// A batch holds messages of one partition, in their order, whatever their keys (so [`per_key`](Self::per_key) is without
    /// effect on the topic). The next one begins once all of it are
    /// settled, each by itself:
    ///
    /// - A payload that is no message is a dead letter, and the others are handled without it.
    /// - An error, a panic or a timeout is a failed attempt at all messages, which are attempted again together, as the
    ///   [`Retries`](super::Retries) say. After the last attempt each is handled alone, in their order, with attempts of its
    ///   own, so that only those that fail by themselves are dead letters.
    /// - A `Vec` of [`Outcome`](super::Outcome)s says how each ended, which may be with replies. It may end with the first
    ///   failure: the messages behind those that have an outcome come again. From the first one that failed on and has
    ///   attempts left, all are handled again, in their order: that one alone, and then those behind it as a new batch.
    ///
    /// On a topic with several message types, a batch ends before a message of another handler, so that the order of the partition
    /// holds.
    ///
    /// [Layers](Self::layer) stand around each message of a batch, not around the batch.
    pub fn handle_batch<A, H>(self, batch: Batch, handler: H) -> Self
    where
        H: Handler<A, S> + Send + Sync + 'static,
        A: BatchArguments<S> + 'static,
        A::Message: HandlerInput,
        H::Future: HandlerFuture + Send + 'static,
        <H::Future as HandlerFuture>::Value: IntoOutcomes,
        <<H::Future as HandlerFuture>::Value as IntoOutcomes>::Error: HandlerError,
    {
        self.add_batch(TypedInput::new(), batch, handler)
    }

    /// Adds a handler of several messages at once, for the topics of any [`Decoder`]: as [`handle_batch`](Self::handle_batch)
    /// and [`handle_of`](Self::handle_of).
    ///
    /// ```
    /// # use thoth_messaging::Kafka;
    /// use thoth_messaging::app::{App, Batch};
    /// use thoth_messaging::dynamic::{DynamicMessage, message_factory};
    ///
    /// let failed = message_factory("ci.build-failed", [("commit", "string"), ("exit_code", "integer")])?;
    /// let app = App::new(&Kafka::new("localhost:9092"))
    ///     .handle_batch_of(failed, Batch::default(), async |failed: Vec<DynamicMessage>| println!("{}", failed.len()));
    /// # Ok::<(), thoth_messaging::dynamic::FactoryError>(())
    /// ```
    pub fn handle_batch_of<D, A, H>(self, decoder: D, batch: Batch, handler: H) -> Self
    where
        D: Decoder,
        H: Handler<A, S> + Send + Sync + 'static,
        A: BatchArguments<S, Message = D::Message> + 'static,
        H::Future: HandlerFuture + Send + 'static,
        <H::Future as HandlerFuture>::Value: IntoOutcomes,
        <<H::Future as HandlerFuture>::Value as IntoOutcomes>::Error: HandlerError,
    {
        self.add_batch(DecoderInput(decoder), batch, handler)
    }

    fn add_batch<D, A, H>(mut self, decoder: D, batch: Batch, handler: H) -> Self
    where
        D: PayloadDecoder + 'static,
        H: Handler<A, S, Future: HandlerFuture<Value: IntoOutcomes<Error: HandlerError>> + Send + 'static>
            + Send
            + Sync
            + 'static,
        A: BatchArguments<S, Message = D::Input> + 'static,
    {
        self.routes.push(Arc::new(DecodedRoute::of_batches(decoder, handler, &self.state, batch)));
        self
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
        self.routes.push(Arc::new(DecodedRoute::of_messages(decoder, handler, &self.state)));
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
    /// # Batches
    ///
    /// Around a [handler of batches](Self::handle_batch), a layer is called for each message, for those of a batch side by side.
    /// The handler is called once, with the messages whose layers run it, when the layers of all others have ended without it:
    ///
    /// - An outcome that a layer returns in place of the handler is that of its message alone. If the attempt failed by it, the handler
    ///   is not called with the messages behind that one, which come again behind it.
    /// - An outcome that the handler has for a message is what `run` returns around that message. Layers of messages without an
    ///   outcome are dropped, and called again when those messages come again.
    /// - An error of the handler for a batch of several messages, a panic and a timeout are no outcome of any of them: the
    ///   layers are dropped, and called again with the next attempt. Once a message is handled alone, its layer sees the error.
    ///
    /// A layer must not hold across `run` what the layer of another message waits for, as a lock or one of a few permits: they
    /// would wait for each other, until the [timeout of the attempt](Self::attempt_timeout). And a layer as `once` above sees no
    /// duplicates within one batch, whose layers all begin before the first of them ends.
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
