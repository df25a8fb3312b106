//! Which level and which policy holds for a message.

use thoth_messaging_codegen::Compatibility;

use super::args::BreakingArgs;
use super::message::Message;
use super::settings::{Breaking, Policy};

/// Which way payloads go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Direction {
    /// From writers of the old version to readers of the new one.
    Backward,
    /// From writers of the new version to readers of the old one.
    Forward,
}

/// What a message has to hold to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level(Compatibility);

impl Level {
    pub(super) fn demands(self, direction: Direction) -> bool {
        use Compatibility::{Backward, BackwardTransitive, Forward, ForwardTransitive, Full, FullTransitive};
        match direction {
            Direction::Backward => matches!(self.0, Backward | BackwardTransitive | Full | FullTransitive),
            Direction::Forward => matches!(self.0, Forward | ForwardTransitive | Full | FullTransitive),
        }
    }

    pub(super) fn is_transitive(self) -> bool {
        use Compatibility::{BackwardTransitive, ForwardTransitive, FullTransitive};
        matches!(self.0, BackwardTransitive | ForwardTransitive | FullTransitive)
    }
}

/// What was chosen by the command, the settings and the schemas.
pub(super) struct Rules<'a> {
    arguments: &'a BreakingArgs,
    settings: &'a Breaking,
}

impl<'a> Rules<'a> {
    pub(super) fn new(arguments: &'a BreakingArgs, settings: &'a Breaking) -> Self {
        Self { arguments, settings }
    }

    pub(super) fn policy(&self) -> Policy {
        self.arguments.policy.or(self.settings.policy).unwrap_or_default()
    }

    pub(super) fn since(&self) -> Option<&str> {
        self.arguments.since.as_deref().or(self.settings.since.as_deref())
    }

    /// The level of a message: what the settings say of it, then its `x-kafka`, then the command, then the settings for all.
    pub(super) fn level(&self, message: &Message) -> Level {
        let names = [&message.title, &message.topic, &message.file];
        let own = names.iter().find_map(|name| self.settings.messages.get(name.as_str()));
        let level = own.map(|own| own.level).or(message.compatibility);
        Level(level.or(self.arguments.level).or(self.settings.level).unwrap_or(Compatibility::Backward))
    }
}
