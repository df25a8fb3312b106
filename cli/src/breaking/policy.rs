//! Which level and which policy holds for a message.

use thoth_messaging_codegen::{Compatibility, SchemaDraft};
use thoth_messaging_compat::Direction;

use super::args::BreakingArgs;
use super::message::Message;
use super::settings::{Breaking, Policy};
use crate::config::Config;

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

    pub(super) fn is_none(self) -> bool {
        self.0 == Compatibility::None
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
    /// The draft of schemas that do not say theirs.
    pub(super) draft: SchemaDraft,
}

impl<'a> Rules<'a> {
    pub(super) fn new(arguments: &'a BreakingArgs, config: &'a Config) -> Self {
        Self { arguments, settings: &config.breaking, draft: config.options.default_draft }
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
