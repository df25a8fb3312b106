//! The level and the policy that hold for a message.

use thoth_messaging_codegen::{Compatibility, Options};
use thoth_messaging_compat::Direction;

use super::args::BreakingArgs;
use super::settings::{Breaking, Policy};
use crate::config::Config;
use crate::project::find::Found;
use crate::project::message::Message;
use crate::services::Services;

/// The level that a message has to keep to.
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

/// The choices of the command, the settings and the schemas.
pub(super) struct Rules<'a> {
    arguments: &'a BreakingArgs,
    settings: &'a Breaking,
    /// The messages that are asked for; all of them where nothing is.
    asked: Option<Vec<Found<'a>>>,
    /// The options of the generator: the draft of schemas that do not say theirs is one.
    pub(super) options: &'a Options,
    pub(super) services: &'a Services<'a>,
    /// The level of all messages, whatever else they say.
    everywhere: Option<Compatibility>,
}

impl<'a> Rules<'a> {
    pub(super) fn new(
        arguments: &'a BreakingArgs,
        config: &'a Config,
        asked: Option<Vec<Found<'a>>>,
        services: &'a Services<'a>,
    ) -> Self {
        Self { arguments, settings: &config.breaking, asked, options: &config.options, services, everywhere: None }
    }

    /// With one level for all messages, whatever else they say.
    #[cfg(feature = "registry")]
    pub(super) fn with_level(self, level: Compatibility) -> Self {
        Self { everywhere: Some(level), ..self }
    }

    /// Returns whether a message is asked for.
    pub(super) fn includes(&self, message: &Message) -> bool {
        self.asked.as_ref().is_none_or(|asked| asked.iter().any(|found| found.includes(message)))
    }

    pub(super) fn includes_all(&self) -> bool {
        self.asked.is_none()
    }

    pub(super) fn policy(&self) -> Policy {
        self.arguments.policy.or(self.settings.policy).unwrap_or_default()
    }

    pub(super) fn since(&self) -> Option<&str> {
        self.arguments.since.as_deref().or(self.settings.since.as_deref())
    }

    /// The level of a message: of the settings for it, then of its `x-kafka`, then the command, then the settings for all.
    pub(super) fn level(&self, message: &Message) -> Level {
        if let Some(level) = self.everywhere {
            return Level(level);
        }
        let own = names(message).find_map(|name| self.settings.messages.get(name));
        let level = own.map(|own| own.level).or_else(|| declared(message));
        Level(level.or(self.arguments.level).or(self.settings.level).unwrap_or(Compatibility::Backward))
    }
}

/// The names that the settings may call a message by, the most specific first.
fn names(message: &Message) -> impl Iterator<Item = &str> {
    let by_topic = message.topic_enum.as_deref().into_iter().chain([message.topic.as_str()]);
    let by_file = [message.file.as_str(), message.origin.as_str(), message.stem()];
    message.type_name().into_iter().chain([message.title.as_str()]).chain(by_topic).chain(by_file)
}

/// The level in the `x-kafka` of a message.
fn declared(message: &Message) -> Option<Compatibility> {
    serde_json::from_value(message.kafka.get("compatibility")?.clone()).ok()
}
