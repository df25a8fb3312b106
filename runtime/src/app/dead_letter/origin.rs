//! The place where a message was first, before it went to a retry topic or became a dead letter.

use std::time::SystemTime;

use crate::client::{Header, Record};
use crate::message::{SchemaId, Writer};

/// A message as it was first.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// The topic that it was on, by its name on the cluster.
    pub(crate) topic: String,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) timestamp: Option<SystemTime>,
    /// Its own headers.
    pub(crate) headers: Vec<Header>,
    /// The schema that wrote it, if it says.
    pub(crate) writer: Option<(SchemaId, Writer)>,
}

impl Origin {
    /// Returns the message of a record that is the first one.
    pub(crate) fn of(record: &Record) -> Self {
        Self {
            topic: record.topic().to_owned(),
            partition: record.partition(),
            offset: record.offset(),
            timestamp: record.timestamp(),
            headers: record.headers().to_vec(),
            writer: None,
        }
    }
}
