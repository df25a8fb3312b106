//! Exactly once: records that are settled in transactions.
//!
//! A message task does not send; it adds an [entry](Settlement) to the [`CurrentTransaction`]: its record, and the replies or
//! the dead letter, which are queued in the transaction. Entries of a partition are added in its order, by a [`Ticket`]. The
//! task has then ended, and the handlers of other messages go on.
//!
//! The [`Committer`] ends the transaction: it waits until all that is queued is delivered, commits it with the offsets, and
//! only then reports messages as handled. The engine does not poll meanwhile, because an abort rewinds the consumer, and a
//! record from before it must not be dispatched behind it. After an abort the workers of the partitions in the transaction
//! are replaced; each new one waits for the running attempts of the old one. A record from before an abort, or of a lost
//! partition, is not [current](crate::client::Record::is_current), and can't be added any more.
//!
//! A message whose reply Kafka refused, or that was a dead letter in the transaction, has a
//! [`PriorFailure`](crate::app::attempt::PriorFailure) until it is settled by a commit. It continues where it was: with the next
//! attempt, or as a dead letter. So each refusal costs one abort at most, however many meet in one transaction; and after an abort
//! transactions are committed with fewer records, so that some of them are.

mod committer;
mod current;
mod exactly_once;
mod ticket;

pub(crate) use self::committer::{Aborted, Committer};
pub(crate) use self::current::{Added, CurrentTransaction, Settlement};
pub use self::exactly_once::ExactlyOnce;
pub(crate) use self::ticket::{Ticket, TicketQueue};
