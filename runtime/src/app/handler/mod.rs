//! Handlers: async functions from a message to an outcome.
//!
//! A [`Route`] erases the types of a handler: how a payload becomes its input ([`HandlerInput`], or any
//! [`Decoder`](crate::Decoder)), the function itself ([`Handler`]), its [layers](layer), and its state. All that the rest of the app sees is an
//! [`Outcome`], or the reason for which no handler was called. A topic with several handlers has a [route](dispatch) that finds
//! the one for the type of a message.

mod batch;
mod batch_call;
mod batch_layers;
mod configured;
mod dispatch;
mod extract;
mod function;
mod input;
mod layer;
mod outcome;
mod response;
mod route;

use std::fmt;
use std::sync::Arc;

pub use self::batch::{Batch, BatchArguments, FromBatch, IntoOutcomes};
pub(crate) use self::batch_call::{BatchEnd, CallBatch, CalledBatch, NO_OUTCOME};
pub(crate) use self::configured::HandlerOptions;
pub use self::configured::{ConfiguredHandler, handler};
pub use self::dispatch::OtherMessages;
pub(crate) use self::dispatch::{DispatchError, TopicRoutes, dispatch};
pub use self::extract::{FromContext, Headers, Key, Metadata, State};
pub use self::function::{Handler, HandlerArguments, HandlerFuture};
pub use self::input::HandlerInput;
pub(crate) use self::input::{DecoderInput, PayloadDecoder, TypedInput};
pub use self::layer::Next;
pub(crate) use self::layer::{LayerFn, layer_of, with_state};
pub use self::outcome::{BoxError, HandlerError, IntoOutcome, IntoReply, Outcome, Reply};
pub use self::response::Response;
pub(crate) use self::route::{Called, CalledFuture, DecodedRoute, NotCalled, Route};
use crate::client::{Producer, Record};

/// An argument of a handler: the state of the app, and the record of the message. Cheap to clone.
pub struct Context<S> {
    state: Arc<S>,
    attempt: Attempt,
}

/// An attempt to handle a record.
#[derive(Clone)]
pub(crate) struct Attempt {
    pub(crate) record: Arc<Record>,
    /// From 1.
    pub(crate) number: u32,
    pub(crate) producer: Producer,
    /// The layers of the app, if there are any.
    pub(crate) layers: Option<Arc<[LayerFn]>>,
}

impl<S> Context<S> {
    /// Returns the state of the app, which all its handlers share.
    #[must_use]
    pub fn state(&self) -> &S {
        &self.state
    }

    /// Returns the record: topic, partition, offset, timestamp, key, headers and the payload as it was sent.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.attempt.record
    }

    /// Returns the number of this attempt, from 1. A first attempt does not mean that the message was never handled
    /// before: it is received again after a crash.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt.number
    }

    /// Returns the producer of the app, for messages that are to be sent whether or not the handler succeeds. Messages
    /// that depend on its success are returned as replies instead.
    #[must_use]
    pub fn producer(&self) -> &Producer {
        &self.attempt.producer
    }
}

impl<S> Clone for Context<S> {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state), attempt: self.attempt.clone() }
    }
}

impl<S> fmt::Debug for Context<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Attempt { record, number, .. } = &self.attempt;
        f.debug_struct("Context").field("record", record).field("attempt", number).finish_non_exhaustive()
    }
}
