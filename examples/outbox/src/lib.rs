//! A row and its message in one transaction of a database, and a relay that sends the message.
//!
//! A service that writes a row and then sends a message loses the message where it is killed in between, and one that sends
//! first tells of rows that were never written. Here the message is written with the row, into the table `outbox`
//! ([`Database`]), and a [`Relay`] sends what is there, in the order of the table.
//!
//! It sends each message once, whenever it is killed: it sends in transactions of Kafka, which readers see as a whole or not at
//! all; and a new relay, whose transactional id shuts out the one before it, finds on the topic the last message that was
//! sent, and goes on behind it. There is one relay for an outbox.

mod database;
mod relay;

pub use database::{Database, Pending};
pub use relay::{OUTBOX_ID, Relay, sent_ids};

/// The result of what may fail for reasons of Kafka or of the database.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
