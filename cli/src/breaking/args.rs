//! The arguments of `breaking`.

use std::path::PathBuf;

use clap::Args;
use thoth_messaging_codegen::Compatibility;

use super::settings::Policy;
use crate::project::select::MessageArgs;

/// Compare the messages with an earlier version: is every payload that one side writes understood by the other?
///
/// A message is compatible if that is proved, breaking if there is a witness (a payload that one version accepts and the
/// other refuses), and unknown otherwise. Breaking and unknown are findings. With `--policy confluent` the verdict is that
/// of Confluent's Schema Registry, with a note where the proof or a witness contradicts it. `thoth-messaging explain RULE`
/// describes a rule.
#[derive(Args)]
#[command(after_help = "Levels:\n  \
    BACKWARD  readers of the new version understand what was written by the old one (upgrade readers first)\n  \
    FORWARD   readers of the old version understand what the new one writes (upgrade writers first)\n  \
    FULL      both; NONE: nothing is checked\n  \
    ..._TRANSITIVE  not against the version before alone, but against all in the history of a git reference\n\n\
    Examples:\n  \
    thoth-messaging breaking --against origin/main\n  \
    thoth-messaging breaking --against v1.4.0 --level FULL_TRANSITIVE\n  \
    thoth-messaging breaking --against ../released/schemas")]
pub(crate) struct BreakingArgs {
    /// Folders of schema files; those of the settings by default.
    #[arg(value_name = "FOLDER")]
    pub(super) folders: Vec<PathBuf>,
    /// What to compare with: a git branch, tag or commit, a folder, or an archive (tar, tar.gz, tar.zst, zip).
    ///
    /// `git:`, `folder:` or `archive:` before it says which. `main...` is the commit where this branch left `main`.
    #[arg(long, value_name = "REF")]
    pub(super) against: Option<String>,
    /// The path of the folder in the earlier version, where it was another one.
    #[arg(long, value_name = "PATH")]
    pub(super) old_folder: Option<String>,
    /// The versions that have to understand each other, for messages without a level of their own; BACKWARD by default.
    #[arg(long, value_parser = level, value_name = "LEVEL")]
    pub(super) level: Option<Compatibility>,
    /// The rule by which a version is compatible; `strict` by default.
    #[arg(long, value_enum, value_name = "POLICY")]
    pub(super) policy: Option<Policy>,
    /// The oldest commit to compare with, for a TRANSITIVE level.
    #[arg(long, value_name = "REF")]
    pub(super) since: Option<String>,
    #[command(flatten)]
    pub(super) which: MessageArgs,
}

/// A level, in capitals or not, with `-` or `_`.
fn level(text: &str) -> Result<Compatibility, String> {
    let name = text.to_uppercase().replace('-', "_");
    serde_json::from_value(name.into()).map_err(|_| {
        "the levels are BACKWARD, BACKWARD_TRANSITIVE, FORWARD, FORWARD_TRANSITIVE, FULL, FULL_TRANSITIVE and NONE"
            .to_owned()
    })
}
