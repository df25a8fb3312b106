//! Layers around the messages of a batch.
//!
//! Each message has its own call of each layer. Those that come to [`Next::run`](super::Next::run) wait there for the others: the
//! handler is called once with all of them, when the layers of the rest have ended without it. Behind a message whose layers failed,
//! which comes again, it is called with none: they would be handled before it.

use std::collections::BTreeMap;
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{mpsc, oneshot};

use super::Attempt;
use super::batch_call::{BatchEnd, BatchFuture, without_outcome};
use super::layer::{LayerFn, Next};
use super::outcome::Outcome;
use super::route::CalledFuture;

/// A message whose layers have come to the handler.
struct Arrived<M> {
    number: usize,
    message: M,
    attempt: Attempt,
    /// Closed if its layers do not wait for the handler any more.
    outcome: oneshot::Sender<Outcome>,
}

/// Calls a handler with messages, in the layers around each of them.
///
/// A batch that fails as a whole is the failure of none of its messages, unless there is only one: their layers are dropped, as
/// at a timeout. So are those of a message without an outcome, which comes again.
pub(super) fn in_layers<M: Send + 'static>(
    layers: Arc<[LayerFn]>,
    messages: Vec<M>,
    attempts: Vec<Attempt>,
    call: impl FnOnce(Vec<M>, Vec<Attempt>) -> BatchFuture + Send + 'static,
) -> BatchFuture {
    Box::pin(async move {
        let (mut layered, arrivals) = Layered::begin(&layers, messages, attempts);
        let arrived = layered.gather(arrivals).await;
        if !arrived.is_empty() {
            let mut waiting = BTreeMap::new();
            let (mut messages, mut attempts) = (Vec::new(), Vec::new());
            for Arrived { number, message, attempt, outcome } in arrived {
                messages.push(message);
                attempts.push(attempt);
                waiting.insert(number, outcome);
            }
            match layered.ended_before(call(messages, attempts)).await {
                // Nobody waits for it.
                None => {}
                Some(BatchEnd::Each(outcomes)) => layered.give(waiting, outcomes),
                Some(BatchEnd::Failed(error)) if waiting.len() == 1 => {
                    layered.give(waiting, vec![Some(Outcome::Failed(error))]);
                }
                Some(failed @ BatchEnd::Failed(_)) => return failed,
            }
        }
        layered.end().await
    })
}

/// The layers around messages.
struct Layered {
    running: FuturesUnordered<CalledLayers>,
    /// Those that are known.
    outcomes: Vec<Option<Outcome>>,
    /// The messages to which the handler gave no outcome.
    without: Vec<bool>,
}

type CalledLayers = Pin<Box<dyn Future<Output = (usize, Outcome)> + Send>>;

impl Layered {
    fn begin<M: Send + 'static>(
        layers: &Arc<[LayerFn]>,
        messages: Vec<M>,
        attempts: Vec<Attempt>,
    ) -> (Self, mpsc::UnboundedReceiver<Arrived<M>>) {
        let (sender, arrivals) = mpsc::unbounded_channel();
        let (outcomes, without) = (without_outcome(messages.len()), vec![false; messages.len()]);
        let call = |(number, (message, attempt))| -> CalledLayers {
            let (sender, layers) = (sender.clone(), Arc::clone(layers));
            Box::pin(async move {
                let handler = move |attempt| arrive(sender, number, message, attempt);
                (number, Next::call(layers, attempt, handler).await)
            })
        };
        let running = messages.into_iter().zip(attempts).enumerate().map(call).collect();
        (Self { running, outcomes, without }, arrivals)
    }

    /// Waits until the layers of each message have come to the handler, or ended without it. Returns the former in their order.
    async fn gather<M>(&mut self, mut arrivals: mpsc::UnboundedReceiver<Arrived<M>>) -> Vec<Arrived<M>> {
        let mut arrived = BTreeMap::new();
        while arrived.len() < self.running.len() {
            tokio::select! {
                biased;
                Some((number, outcome)) = self.running.next() => {
                    self.outcomes[number] = Some(outcome);
                    arrived.remove(&number);
                }
                Some(message) = arrivals.recv() => {
                    let message: Arrived<M> = message;
                    // It may have ended meanwhile.
                    if self.outcomes[message.number].is_none() {
                        arrived.insert(message.number, message);
                    }
                }
            }
        }
        let failed = self.outcomes.iter().position(|outcome| outcome.as_ref().is_some_and(comes_again));
        let behind = arrived.split_off(&failed.unwrap_or(usize::MAX));
        for number in behind.into_keys() {
            self.without[number] = true;
        }
        arrived.into_values().filter(|message| !message.outcome.is_closed()).collect()
    }

    /// Waits for the end of a call; `None` if all layers end before.
    async fn ended_before(&mut self, mut call: BatchFuture) -> Option<BatchEnd> {
        loop {
            tokio::select! {
                biased;
                end = &mut call => return Some(end),
                ended = self.running.next() => {
                    let (number, outcome) = ended?;
                    self.outcomes[number] = Some(outcome);
                }
            }
        }
    }

    /// Gives the layers of messages the outcomes of the handler.
    fn give(&mut self, waiting: BTreeMap<usize, oneshot::Sender<Outcome>>, outcomes: Vec<Option<Outcome>>) {
        for ((number, sender), outcome) in waiting.into_iter().zip(outcomes) {
            match outcome {
                // They may not wait for it any more.
                Some(outcome) => drop(sender.send(outcome)),
                None => self.without[number] = true,
            }
        }
    }

    /// Waits for the outcomes of all messages to which the handler gave one.
    async fn end(mut self) -> BatchEnd {
        let is_known =
            |this: &Self| this.outcomes.iter().zip(&this.without).all(|(it, without)| it.is_some() || *without);
        while !is_known(&self)
            && let Some((number, outcome)) = self.running.next().await
        {
            self.outcomes[number] = Some(outcome);
        }
        BatchEnd::Each(self.outcomes)
    }
}

fn comes_again(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Failed(_) | Outcome::RetryAfter(_) | Outcome::Stop(_))
}

/// Waits for the outcome of a message that has come to the handler.
fn arrive<M: Send + 'static>(
    sender: mpsc::UnboundedSender<Arrived<M>>,
    number: usize,
    message: M,
    attempt: Attempt,
) -> CalledFuture {
    Box::pin(async move {
        let (outcome, given) = oneshot::channel();
        // Without a receiver the batch has ended.
        let _ = sender.send(Arrived { number, message, attempt, outcome });
        match given.await {
            Ok(outcome) => outcome,
            Err(_) => pending().await,
        }
    })
}
