//! Sending many: records are queued ahead of the results that are asked for, so that librdkafka has whole batches of each
//! partition to send.

use std::collections::VecDeque;
use std::pin::pin;
use std::task::Poll;

use futures_util::{Stream, StreamExt as _, stream};

use super::delivery::Delivery;
use super::producer_record::IntoRecord;
use super::queued::Queued;
use super::sender::Sender;
use crate::client::error::SendError;

/// The messages that are queued, or delivered, and whose results were not asked for yet, where the producer has no limit of messages
/// in flight. Fewer would not fill the batches of many partitions.
const MAX_AHEAD: usize = 100_000;

/// The messages that are queued before other tasks run.
const MAX_AT_ONCE: usize = 1000;

impl Sender {
    /// Sends messages, and returns the result of each, in their order.
    pub(super) fn send_all<S>(&self, messages: S) -> impl Stream<Item = Result<Delivery, SendError>> + use<'_, S>
    where
        S: Stream<Item: IntoRecord>,
    {
        let mut queueing = Box::pin(messages.then(|message| self.queue_message(message)).fuse());
        let mut ahead: VecDeque<Result<Queued, SendError>> = VecDeque::new();
        let max_ahead = self.max_in_flight().min(MAX_AHEAD);
        stream::poll_fn(move |context| {
            let mut has_more = true;
            for _ in 0..MAX_AT_ONCE {
                // A program that stops at an error is to hear of it before more is sent.
                has_more = has_more && ahead.len() < max_ahead && !ahead.back().is_some_and(Result::is_err);
                if !has_more {
                    break;
                }
                match queueing.as_mut().poll_next(context) {
                    Poll::Ready(Some(queued)) => ahead.push_back(queued),
                    Poll::Ready(None) | Poll::Pending => has_more = false,
                }
            }
            let Some(first) = ahead.front_mut() else {
                return if queueing.is_done() { Poll::Ready(None) } else { Poll::Pending };
            };
            let delivered = match first {
                Ok(queued) => pin!(self.delivered(queued)).poll(context).map(Some),
                Err(_) => Poll::Ready(None),
            };
            match delivered {
                Poll::Ready(delivered) => {
                    let queued = ahead.pop_front();
                    Poll::Ready(delivered.or_else(|| queued.and_then(Result::err).map(Err)))
                }
                Poll::Pending => {
                    if has_more {
                        context.waker().wake_by_ref();
                    }
                    Poll::Pending
                }
            }
        })
    }

    async fn queue_message<R: IntoRecord>(&self, message: R) -> Result<Queued, SendError> {
        let record = message.into_record().map_err(SendError::Encode)?;
        self.queue(record.with_trace_headers()).await
    }
}
