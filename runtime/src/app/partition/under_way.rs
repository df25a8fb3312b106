//! Records that were attempted, and whose replies, or those of records before them, are under way.

use std::sync::Arc;

use super::worker::Waiting;
use crate::app::attempt::{AttemptFailure, AttemptPermit};
use crate::app::handler::Reply;
use crate::app::port::{Sent, Sink};
use crate::client::{Record, SendError};

/// A record that was attempted, behind those before it in its queue.
pub(super) struct UnderWay {
    pub(super) attempted: Attempted,
    /// The replies that are queued.
    pub(super) sent: Result<Vec<Sent>, AttemptFailure>,
    /// The permit of the attempt, if its replies decide on it.
    pub(super) permit: Option<AttemptPermit>,
}

/// A record that was attempted.
pub(super) struct Attempted {
    pub(super) record: Arc<Record>,
    /// The number of attempts.
    pub(super) number: u32,
    /// The number of replies.
    pub(super) replies: usize,
}

/// A record in a queue that stands, and how its own attempt ended.
pub(super) struct Reported {
    pub(super) attempted: Attempted,
    pub(super) result: Result<(), AttemptFailure>,
}

impl UnderWay {
    /// Tells whether there is nothing to wait for.
    pub(super) fn is_handled(&self) -> bool {
        self.sent.as_ref().is_ok_and(Vec::is_empty)
    }

    /// Waits until all replies are delivered, or one of them is not.
    pub(super) async fn report(self, sink: &Sink) -> Reported {
        let Self { attempted, sent, permit } = self;
        let result = match sent {
            Ok(sent) => delivered(sent, sink).await,
            Err(failure) => Err(failure),
        };
        if let Some(permit) = permit {
            permit.report(result.is_err());
        }
        Reported { attempted, result }
    }
}

async fn delivered(sent: Vec<Sent>, sink: &Sink) -> Result<(), AttemptFailure> {
    for mut queued in sent {
        sink.delivered(&mut queued).await.map_err(|error| AttemptFailure::of_reply(&error))?;
    }
    Ok(())
}

impl Reply {
    /// Queues it, behind all that were queued before.
    pub(super) async fn queue(self, sink: &Sink) -> Result<Sent, AttemptFailure> {
        let queued = match self.record {
            Ok(record) => sink.queue(record).await,
            Err(error) => Err(SendError::Encode(error)),
        };
        let failure = if self.is_response { AttemptFailure::of_response } else { AttemptFailure::of_reply };
        queued.map_err(|error| failure(&error))
    }
}

/// Decides on the records of a queue that stood, in their order: which of them are handled, and which begin again.
///
/// A record that no attempt can save becomes a dead letter, and changes nothing for those behind it. From the first one on that
/// is to be attempted again, all are: so the last that is done and sent for a key is in order.
pub(super) fn resume(reported: Vec<Reported>) -> (Vec<Attempted>, Vec<Waiting>) {
    let (mut handled, mut waiting, mut again) = (Vec::new(), Vec::new(), false);
    for Reported { attempted, result } in reported {
        let prior = match result {
            Ok(()) if !again => {
                handled.push(attempted);
                continue;
            }
            // Which of the batch was too large, the attempt alone tells.
            Err(AttemptFailure::Batch(_)) => {
                again = true;
                waiting.push(Waiting { is_alone: true, ..Waiting::again(attempted, None) });
                continue;
            }
            // Kafka refused its replies, and would again.
            Err(failure @ AttemptFailure::Final(_)) => Some(failure),
            Err(failure) if !again => {
                again = matches!(failure, AttemptFailure::Retriable { .. });
                Some(failure)
            }
            Ok(()) | Err(_) => None,
        };
        waiting.push(Waiting::again(attempted, prior));
    }
    (handled, waiting)
}
