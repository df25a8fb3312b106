//! The settings of `breaking`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use thoth_messaging_codegen::Compatibility;
use thoth_messaging_compat::{Leniency, Rule};
use toml::value::Datetime;

use crate::near::near;

/// What `breaking` compares, and how strictly.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Breaking {
    /// What to compare with, as `origin/main`: a git branch, tag or commit, a folder or an archive.
    pub(super) against: Option<String>,
    /// Which versions have to understand each other; `BACKWARD` by default. `compatibility` in the `x-kafka` of a message
    /// comes before it.
    pub(super) level: Option<Compatibility>,
    /// How it is decided whether a version is compatible; `strict` by default.
    pub(super) policy: Option<Policy>,
    /// For a TRANSITIVE level: the oldest commit to look at.
    pub(super) since: Option<String>,
    /// Levels of single messages, by type, title, topic, file or its stem; before what their `x-kafka` says.
    pub(super) messages: BTreeMap<String, MessageSettings>,
    /// Findings that are accepted.
    pub(super) waivers: Vec<Waiver>,
}

/// What holds for one message.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct MessageSettings {
    /// Which versions of it have to understand each other.
    pub(super) level: Compatibility,
}

/// A finding that is accepted for a time.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Waiver {
    /// The rule of the finding, as `REQUIRED_ATTRIBUTE_ADDED`.
    #[serde(deserialize_with = "rule")]
    #[schemars(with = "String", extend("enum" = rule_names()))]
    pub(super) rule: Rule,
    /// The place of the finding: a JSON Pointer in its file, as `/properties/total`. It holds for what is below, too.
    pub(super) pointer: String,
    /// The schema file, by its name in the folder; any file where absent.
    pub(super) file: Option<String>,
    /// Why it is accepted.
    #[schemars(length(min = 1))]
    pub(super) reason: String,
    /// The last day that it is accepted on.
    #[schemars(with = "String", extend("format" = "date"))]
    pub(super) expires: Datetime,
}

/// How it is decided whether a version is compatible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Policy {
    /// By logic: every instance of one schema has to be one of the other.
    #[default]
    Strict,
    /// By logic, of what producers write that write declared members only: an optional member may come and go.
    ProducerClosed,
    /// As Confluent's Schema Registry says. Where logic says something else there is a note.
    Confluent,
    /// As Confluent's Schema Registry says where its compatibility policy is lenient.
    ConfluentLenient,
}

impl Policy {
    /// The leniency of the registry, where it decides.
    pub(super) fn registry(self) -> Option<Leniency> {
        match self {
            Self::Strict | Self::ProducerClosed => None,
            Self::Confluent => Some(Leniency::Strict),
            Self::ConfluentLenient => Some(Leniency::Lenient),
        }
    }
}

/// A rule by its name. A name that no rule has is an error with those that are like it.
fn rule<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rule, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map_err(|error| {
        let near = near(rule_names(), &name);
        let help = if near.is_empty() { String::new() } else { format!("; there is {}", near.join(", ")) };
        serde::de::Error::custom(format!("{error}{help} (`thoth-messaging explain` lists them all)"))
    })
}

fn rule_names() -> Vec<&'static str> {
    Rule::ALL.iter().map(|rule| rule.name()).collect()
}
