//! The arguments of `consume`.

use clap::Args;

use super::print::Form;
use super::selection::{OffsetSpec, Selection};
use super::topic::ConsumedTopic;
use crate::failure::Failure;
use crate::kafka::cluster::{Cluster, ClusterArgs};
use crate::kafka::schemas::{SchemaArgs, Schemas};
use crate::report::Format;

/// Print the messages on topics, each checked against its schema.
///
/// By default it is in no group, commits nothing, and prints the payloads that are there when it starts, one in each line.
/// A payload that is not valid is told of on standard error, with every violation. Values that the schema calls sensitive
/// are not shown.
///
/// A place in a topic, as `--from` and `--to` take it, is `beginning`, `end`, an offset, -10 for the last ten of each
/// partition, a time (2026-01-31T08:00:00Z) or how long ago it is (30s, 15m, 2h, 7d).
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    thoth-messaging consume OrderPlaced --from 2h --pretty\n  \
    thoth-messaging consume OrderPlaced --follow --filter /country=DE\n  \
    thoth-messaging consume OrderPlaced --from -1 --format json | jq .key\n\n\
    Exit codes: 0 printed, 1 some were not valid with --strict, 2 could not run.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct ConsumeArgs {
    /// Messages, by their types, titles or files, or topics.
    #[arg(value_name = "MESSAGE", required = true)]
    names: Vec<String>,
    /// The place to begin at.
    #[arg(
        long,
        value_name = "PLACE",
        default_value = "beginning",
        allow_hyphen_values = true,
        conflicts_with = "group"
    )]
    pub(super) from: OffsetSpec,
    /// The place to end at, before the message there.
    #[arg(
        long,
        visible_alias = "until",
        value_name = "PLACE",
        default_value = "end",
        allow_hyphen_values = true,
        conflicts_with_all = ["group", "follow"]
    )]
    pub(super) to: OffsetSpec,
    /// These partitions alone. May be given again.
    #[arg(long = "partition", value_name = "NUMBER", conflicts_with = "group", value_parser = clap::value_parser!(i32).range(0..))]
    pub(super) partitions: Vec<i32>,
    /// Stop after so many messages.
    #[arg(long, value_name = "COUNT")]
    pub(super) max: Option<u64>,
    /// Wait for what comes, until ctrl-c.
    #[arg(long, short)]
    pub(super) follow: bool,
    /// Messages with this value at this place alone, as `/country=DE` or `/total=12`. May be given again: then all hold.
    #[arg(long = "filter", value_name = "POINTER=VALUE")]
    filters: Vec<String>,
    /// Messages with this key alone.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Print topic, partition, offset, time, key and headers, and the payload on several lines.
    #[arg(long)]
    pretty: bool,
    /// Show values that the schema calls sensitive.
    #[arg(long)]
    pub(super) show_sensitive: bool,
    /// Exit with 1 where a payload is not valid.
    #[arg(long)]
    pub(super) strict: bool,
    /// Take topics that no schema declares. Nothing is checked, and nothing is known to be sensitive.
    #[arg(long)]
    pub(super) unchecked: bool,
    /// Be a member of a consumer group: begin where it stopped, share the partitions with its other members, and commit
    /// what is printed. Without `--follow` it ends when it has printed what was there.
    #[arg(long, value_name = "GROUP")]
    pub(super) group: Option<String>,
    #[command(flatten)]
    pub(super) schemas: SchemaArgs,
    #[command(flatten)]
    pub(super) cluster: ClusterArgs,
}

impl ConsumeArgs {
    /// The conditions on the messages.
    pub(super) fn selection(&self) -> Result<Selection, Failure> {
        Selection::new(&self.filters, self.key.clone())
    }

    /// The topics, each once.
    pub(super) fn topics(&self, schemas: &Schemas, cluster: &Cluster) -> Result<Vec<ConsumedTopic>, Failure> {
        let mut topics: Vec<ConsumedTopic> = Vec::new();
        for name in &self.names {
            let topic = if self.unchecked {
                ConsumedTopic { name: cluster.prefixed(cluster.without_prefix(name)), schema: None }
            } else {
                let schema = schemas.require(name, cluster)?;
                ConsumedTopic { name: cluster.prefixed(&schema.topic.name), schema: Some(schema) }
            };
            if topics.iter().any(|known| known.name == topic.name) {
                return Err(Failure::new(format!("`{name}` is on the topic `{}`, which is there already", topic.name))
                    .help("name each topic once; the topic itself stands for all of its messages"));
            }
            topics.push(topic);
        }
        Ok(topics)
    }

    /// The form that messages are printed in.
    pub(super) fn form(&self, format: Format) -> Form {
        match format {
            Format::Json => Form::Json,
            _ if self.pretty => Form::Pretty,
            _ => Form::Payload,
        }
    }
}
