//! A transaction that is being ended: nothing can be added to it any more.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::FutureExt as _;

use super::current::{Batch, Entry};
use crate::client::{SendError, TopicPartition};

pub(super) struct Ending {
    pub(super) batch: Arc<Batch>,
    is_closed: bool,
    entries: Vec<Entry>,
    /// The number of entries whose messages are delivered.
    delivered: usize,
    /// The error of a message that was refused, or not delivered.
    refused: Option<String>,
    /// Its end, once that is known.
    pub(super) decision: Option<Decision>,
    /// The partitions of its records whose consumer is rewound when it is aborted. Those that were lost are not, and what was
    /// received of them since stays in flight.
    to_rewind: BTreeSet<TopicPartition>,
}

/// The end of a transaction.
pub(super) enum Decision {
    Committed,
    /// It can only be aborted.
    ToAbort {
        reason: String,
    },
}

impl Ending {
    pub(super) fn new(batch: Arc<Batch>) -> Self {
        let (entries, to_rewind) = (Vec::new(), BTreeSet::new());
        Self { batch, is_closed: false, entries, delivered: 0, refused: None, decision: None, to_rewind }
    }

    /// Waits until nobody adds to it any more. It is cancel safe.
    pub(super) async fn close(&mut self) {
        if !self.is_closed {
            self.entries = self.batch.close().await;
            self.refused = self.entries.iter().find_map(|entry| entry.refused.as_ref().map(ToString::to_string));
            self.is_closed = true;
        }
    }

    /// Waits until all that was sent is delivered, or something is not: librdkafka holds the rest back then until the
    /// transaction is aborted. It is cancel safe.
    pub(super) async fn deliver(&mut self) {
        let Some(transaction) = self.batch.transaction() else { return };
        while let Some(entry) = self.entries.get_mut(self.delivered) {
            while let Some(queued) = entry.sent.front_mut() {
                let delivered = transaction.delivered(queued).await;
                entry.sent.pop_front();
                if let Err(error) = delivered {
                    self.refused = Some(error.to_string());
                    entry.refused = Some(error);
                    return;
                }
            }
            self.delivered += 1;
        }
    }

    /// Returns the reason why the transaction must be aborted, if there is one: it would hold only a part of the messages
    /// that are sent for a record.
    pub(super) fn abort_reason(&self) -> Option<String> {
        let incomplete = || "not all that is sent for a message was queued".to_owned();
        self.refused.clone().or_else(|| self.batch.is_incomplete().then(incomplete))
    }

    /// Takes note of the partitions of its records that the consumer has had since. Once it is aborted, no record of it is current.
    pub(super) fn find_partitions(&mut self) {
        let current = self.entries.iter().filter(|entry| entry.record.is_current());
        self.to_rewind.extend(current.map(|entry| entry.record.topic_partition().clone()));
    }

    /// Takes note of all that was refused, once the transaction is aborted and librdkafka has reported on everything in it:
    /// each refusal that is not known would cost another transaction.
    pub(super) fn find_refusals(&mut self) {
        let Some(transaction) = self.batch.transaction() else { return };
        for entry in &mut self.entries {
            for mut queued in entry.sent.drain(..) {
                if let Some(Err(error)) = transaction.delivered(&mut queued).now_or_never()
                    && is_refusal(&error)
                    && entry.refused.as_ref().is_none_or(|known| !is_refusal(known))
                {
                    entry.refused = Some(error);
                }
            }
        }
    }

    /// Returns its entries, and the partitions that were rewound.
    pub(super) fn into_parts(self) -> (Vec<Entry>, BTreeSet<TopicPartition>) {
        (self.entries, self.to_rewind)
    }
}

/// False for what was not sent because of another message.
fn is_refusal(error: &SendError) -> bool {
    !matches!(error, SendError::Aborted { .. })
}
