//! What `consume` takes.

use clap::Args;

use super::print::Form;
use super::select::{Place, Selection};
use super::source::Subject;
use crate::failure::Failure;
use crate::kafka::cluster::{Cluster, ClusterArgs};
use crate::kafka::declared::{Declared, SchemaArgs};
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
    /// Messages, by their types, or topics.
    #[arg(value_name = "MESSAGE", required = true)]
    names: Vec<String>,
    /// Where to begin.
    #[arg(
        long,
        value_name = "PLACE",
        default_value = "beginning",
        allow_hyphen_values = true,
        conflicts_with = "group"
    )]
    pub(super) from: Place,
    /// Where to end, before the message there.
    #[arg(
        long,
        visible_alias = "until",
        value_name = "PLACE",
        default_value = "end",
        allow_hyphen_values = true,
        conflicts_with_all = ["group", "follow"]
    )]
    pub(super) to: Place,
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
    /// What is asked for of the messages.
    pub(super) fn selection(&self) -> Result<Selection, Failure> {
        Selection::new(&self.filters, self.key.clone())
    }

    /// The topics, each once.
    pub(super) fn subjects(&self, declared: &Declared, cluster: &Cluster) -> Result<Vec<Subject>, Failure> {
        let mut subjects: Vec<Subject> = Vec::new();
        for name in &self.names {
            let subject = if self.unchecked {
                Subject { topic: cluster.prefixed(cluster.without_prefix(name)), ty: None }
            } else {
                let ty = declared.require(name, cluster)?;
                Subject { topic: cluster.prefixed(&ty.topic.name), ty: Some(ty) }
            };
            if subjects.iter().any(|known| known.topic == subject.topic) {
                return Err(Failure::new(format!(
                    "`{name}` is on the topic `{}`, which is there already",
                    subject.topic
                ))
                .help("name each topic once; the topic itself stands for all of its messages"));
            }
            subjects.push(subject);
        }
        Ok(subjects)
    }

    /// How messages are printed.
    pub(super) fn form(&self, format: Format) -> Form {
        match format {
            Format::Json => Form::Json,
            _ if self.pretty => Form::Pretty,
            _ => Form::Payload,
        }
    }
}
