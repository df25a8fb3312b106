//! Calls of batch handlers.

use std::future::{Future, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use super::batch::{Batch, BatchArguments, IntoOutcomes, NotExtracted, Outcomes};
use super::batch_layers::in_layers;
use super::function::{Handler, HandlerFuture};
use super::input::PayloadDecoder;
use super::outcome::{BoxError, HandlerError, Outcome};
use super::route::{CalledFuture, DecodedRoute, Function};
use super::{Attempt, Context};
use crate::client::Record;

/// A handler of batches.
pub(crate) trait CallBatch: Send + Sync {
    fn batch(&self) -> Batch;

    /// Decodes payloads, of a topic by its name in the schema, and calls the handler with those that are its messages, in the layers
    /// around each of them.
    fn call_batch(&self, topic: &str, attempts: &[Attempt]) -> CalledBatch;
}

/// A batch, and the call of its handler.
pub(crate) struct CalledBatch {
    /// For each payload, whether it is a message of the handler.
    pub(crate) accepted: Vec<bool>,
    /// `None` if there are none.
    pub(crate) future: Option<BatchFuture>,
}

/// The call of a batch handler.
pub(crate) type BatchFuture = Pin<Box<dyn Future<Output = BatchEnd> + Send>>;

/// The end of the call of a batch handler.
pub(crate) enum BatchEnd {
    /// The outcome of each message; `None` where it has none and comes again.
    Each(Vec<Option<Outcome>>),
    /// The attempt failed at all of them.
    Failed(BoxError),
}

/// A batch handler and its state.
pub(crate) struct BatchFunction<H, A, S> {
    handler: H,
    state: Arc<S>,
    batch: Batch,
    arguments: PhantomData<fn(A)>,
}

impl<D, H: Handler<A, S>, A, S: Send + Sync + 'static> DecodedRoute<D, BatchFunction<H, A, S>> {
    pub(crate) fn of_batches(decoder: D, handler: H, state: &Arc<S>, batch: Batch) -> Self {
        let options = handler.options();
        let function = BatchFunction { handler, state: Arc::clone(state), batch, arguments: PhantomData };
        Self::new(decoder, options, state, function)
    }
}

impl<H, A, S> BatchFunction<H, A, S>
where
    H: Handler<A, S, Future: HandlerFuture<Value: IntoOutcomes<Error: HandlerError>> + Send + 'static>,
    A: BatchArguments<S>,
{
    /// Calls the handler with those messages that have all arguments. The others have their outcome without it.
    fn call_with(&self, mut messages: Vec<A::Message>, attempts: Vec<Attempt>) -> BatchFuture {
        let mut outcomes = without_outcome(messages.len());
        let mut numbers: Vec<_> = (0..messages.len()).collect();
        let with_state = |attempt| Context { state: Arc::clone(&self.state), attempt };
        let mut contexts: Vec<_> = attempts.into_iter().map(with_state).collect();
        let called = loop {
            match A::extract(messages, &contexts) {
                Ok(arguments) => break self.handler.call(arguments),
                Err(NotExtracted { messages: all, number, outcome }) => {
                    messages = all;
                    let number = number.min(messages.len().saturating_sub(1));
                    drop((messages.remove(number), contexts.remove(number)));
                    outcomes[numbers.remove(number)] = Some(outcome);
                }
            }
            if messages.is_empty() {
                return Box::pin(ready(BatchEnd::Each(outcomes)));
            }
        };
        let records: Vec<_> = contexts.into_iter().map(|context| context.attempt.record).collect();
        Box::pin(async move {
            match called.await.into_outcomes().of_each(&records) {
                BatchEnd::Each(each) => {
                    for (number, outcome) in numbers.into_iter().zip(each) {
                        outcomes[number] = outcome;
                    }
                    BatchEnd::Each(outcomes)
                }
                failed @ BatchEnd::Failed(_) => failed,
            }
        })
    }
}

impl<H, A, S> Function<A::Message> for BatchFunction<H, A, S>
where
    H: Handler<A, S, Future: HandlerFuture<Value: IntoOutcomes<Error: HandlerError>> + Send + 'static>
        + Send
        + Sync
        + 'static,
    A: BatchArguments<S, Message: Send> + 'static,
    S: Send + Sync + 'static,
{
    fn call(&self, message: A::Message, attempt: Attempt) -> CalledFuture {
        let called = self.call_with(vec![message], vec![attempt]);
        Box::pin(async { called.await.of_one() })
    }

    fn batches<D: PayloadDecoder<Input = A::Message>>(route: &DecodedRoute<D, Self>) -> Option<&dyn CallBatch> {
        Some(route)
    }
}

impl<D, H, A, S> CallBatch for DecodedRoute<D, BatchFunction<H, A, S>>
where
    D: PayloadDecoder,
    H: Handler<A, S, Future: HandlerFuture<Value: IntoOutcomes<Error: HandlerError>> + Send + 'static>
        + Send
        + Sync
        + 'static,
    A: BatchArguments<S, Message = D::Input> + 'static,
    S: Send + Sync + 'static,
{
    fn batch(&self) -> Batch {
        self.function.batch
    }

    fn call_batch(&self, topic: &str, attempts: &[Attempt]) -> CalledBatch {
        let (mut accepted, mut messages, mut with_message) = (Vec::new(), Vec::new(), Vec::new());
        for attempt in attempts {
            let payload = attempt.record.unframed();
            let message = payload.ok().and_then(|payload| self.decoder.try_decode(topic, payload));
            accepted.push(message.is_some());
            if let Some(message) = message {
                messages.push(message);
                with_message.push(attempt.clone());
            }
        }
        let layers = with_message.first().map(|attempt| self.layers_around(attempt));
        let future = layers.map(|layers| match layers {
            None => self.function.call_with(messages, with_message),
            Some(layers) => {
                let function = Arc::clone(&self.function);
                let call = move |messages, attempts| function.call_with(messages, attempts);
                in_layers(layers, messages, with_message, call)
            }
        });
        CalledBatch { accepted, future }
    }
}

impl Outcomes {
    /// Returns the outcome of each of these messages, with the responses to it addressed.
    fn of_each(self, messages: &[Arc<Record>]) -> BatchEnd {
        match self {
            Self::Handled => BatchEnd::Each(messages.iter().map(|_| Some(Outcome::Handled)).collect()),
            Self::Each(outcomes) if outcomes.len() > messages.len() => {
                let (outcomes, messages) = (outcomes.len(), messages.len());
                BatchEnd::Failed(format!("the handler returned {outcomes} outcomes for {messages} messages").into())
            }
            Self::Each(outcomes) => {
                let mut outcomes = outcomes.into_iter();
                let next = |message: &Arc<Record>| outcomes.next().map(|outcome| outcome.addressed(message));
                BatchEnd::Each(messages.iter().map(next).collect())
            }
            Self::Failed(error) => BatchEnd::Failed(error),
        }
    }
}

impl BatchEnd {
    /// Returns the outcome of a batch of one message.
    fn of_one(self) -> Outcome {
        match self {
            Self::Each(mut outcomes) => {
                outcomes.first_mut().and_then(Option::take).unwrap_or_else(|| Outcome::failed(NO_OUTCOME))
            }
            Self::Failed(error) => Outcome::Failed(error),
        }
    }
}

pub(super) fn without_outcome(messages: usize) -> Vec<Option<Outcome>> {
    (0..messages).map(|_| None).collect()
}

/// The error of a batch handler that returns no outcomes.
pub(crate) const NO_OUTCOME: &str = "the handler returned no outcome";
