//! The options `--message` and `--topic`, for commands that work on all messages without them.

use clap::Args;

use super::find::{Found, Wanted, require};
use super::message::Message;
use crate::failure::Failure;

/// The messages that a command is about.
#[derive(Args, Default)]
pub(crate) struct MessageArgs {
    /// This message alone, by its type, its title or the stem of its file. May be given again.
    #[arg(long = "message", value_name = "NAME")]
    messages: Vec<String>,
    /// The messages on this topic alone. May be given again.
    #[arg(long = "topic", value_name = "TOPIC")]
    topics: Vec<String>,
}

impl MessageArgs {
    /// The messages and topics that are named; nothing where all are meant.
    pub(crate) fn find<'m>(&self, messages: &'m [Message]) -> Result<Option<Vec<Found<'m>>>, Failure> {
        if self.messages.is_empty() && self.topics.is_empty() {
            return Ok(None);
        }
        let named = self.messages.iter().map(|name| (name, Wanted::Message));
        let named = named.chain(self.topics.iter().map(|name| (name, Wanted::Topic)));
        named.map(|(name, wanted)| require(messages, name, wanted, None)).collect::<Result<_, _>>().map(Some)
    }
}
