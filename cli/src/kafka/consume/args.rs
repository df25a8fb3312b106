//! The arguments of `consume` and `tail`.

use clap::Args;

use super::print::Form;
use super::selection::Selection;
use super::topic::ConsumedTopic;
use crate::failure::Failure;
use crate::kafka::cluster::{Cluster, ClusterArgs};
use crate::kafka::offset_spec::OffsetSpec;
use crate::kafka::schemas::{SchemaArgs, Schemas};
use crate::report::Format;

/// Print the messages on topics, each checked against its schema.
///
/// By default it joins no group, commits nothing, and prints the payloads that exist when it starts, one per line. An
/// invalid payload is reported on standard error with every violation. Values that the schema marks as sensitive are
/// hidden.
///
/// A place in a topic, as `--from` and `--to` take it, is `beginning`, `end`, an offset, -10 for the last ten of each
/// partition, a time (2026-01-31T08:00:00Z) or how long ago it is (30s, 15m, 2h, 7d).
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    thoth-messaging consume OrderPlaced --from 2h --pretty\n  \
    thoth-messaging consume OrderPlaced --follow --filter /country=DE\n  \
    thoth-messaging consume OrderPlaced --from -1 --format json | jq .key\n\n\
    Exit codes: 0 printed, 1 some were not valid with --strict, 2 could not run.")]
pub(crate) struct ConsumeArgs {
    /// The place to start at.
    #[arg(
        long,
        value_name = "PLACE",
        default_value = "beginning",
        allow_hyphen_values = true,
        conflicts_with = "group"
    )]
    from: OffsetSpec,
    /// The place to stop before.
    #[arg(
        long,
        visible_alias = "until",
        value_name = "PLACE",
        default_value = "end",
        allow_hyphen_values = true,
        conflicts_with_all = ["group", "follow"]
    )]
    to: OffsetSpec,
    /// Wait for new messages, until ctrl-c.
    #[arg(long, short)]
    follow: bool,
    /// Exit with 1 if a payload is invalid.
    #[arg(long)]
    strict: bool,
    /// Join a consumer group: start at its committed offsets, share the partitions with its other members, and commit
    /// what was printed. Without `--follow` it stops at the end of the topics.
    #[arg(long, value_name = "GROUP", conflicts_with = "partitions")]
    group: Option<String>,
    #[command(flatten)]
    read: ReadArgs,
}

/// Print new messages on topics as they are sent, until ctrl-c.
///
/// It is `consume --follow --from end`, for several topics at once: where there are several, each payload stands behind the
/// name of its topic.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    thoth-messaging tail OrderPlaced CustomerMoved\n  \
    thoth-messaging tail OrderPlaced CustomerMoved --from 5m --format json\n\n\
    Exit codes: 0 printed, 2 could not run.")]
pub(crate) struct TailArgs {
    /// The place to start at.
    #[arg(long, value_name = "PLACE", default_value = "end", allow_hyphen_values = true)]
    from: OffsetSpec,
    #[command(flatten)]
    read: ReadArgs,
}

/// The options of both.
#[derive(Args)]
pub(super) struct ReadArgs {
    /// Messages, by their types, titles or files, or topics.
    #[arg(value_name = "MESSAGE", required = true)]
    names: Vec<String>,
    /// Read this partition only. May be repeated.
    #[arg(long = "partition", value_name = "NUMBER", value_parser = clap::value_parser!(i32).range(0..))]
    pub(super) partitions: Vec<i32>,
    /// Stop after this many messages.
    #[arg(long, value_name = "COUNT")]
    pub(super) max: Option<u64>,
    /// Print only messages with this value at this pointer, as `/country=DE` or `/total=12`. May be repeated: all must match.
    #[arg(long = "filter", value_name = "POINTER=VALUE")]
    filters: Vec<String>,
    /// Print only messages with this key.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Print topic, partition, offset, timestamp, key and headers, and indent the payload.
    #[arg(long)]
    pretty: bool,
    /// Show values that the schema marks as sensitive.
    #[arg(long)]
    pub(super) show_sensitive: bool,
    /// Accept topics that no schema declares. Their payloads are not checked, and no value of them is hidden.
    #[arg(long)]
    pub(super) unchecked: bool,
    #[command(flatten)]
    pub(super) schemas: SchemaArgs,
    #[command(flatten)]
    pub(super) cluster: ClusterArgs,
}

/// The messages that are to be printed.
pub(super) struct Request<'a> {
    pub(super) read: &'a ReadArgs,
    pub(super) from: OffsetSpec,
    pub(super) to: OffsetSpec,
    pub(super) follow: bool,
    pub(super) strict: bool,
    pub(super) group: Option<&'a str>,
    /// Set if a payload among those of several topics stands behind the name of its topic.
    pub(super) names_topics: bool,
}

impl ConsumeArgs {
    pub(super) fn request(&self) -> Request<'_> {
        let Self { from, to, follow, strict, group, read } = self;
        let (from, to, follow, strict, group) = (*from, *to, *follow, *strict, group.as_deref());
        Request { read, from, to, follow, strict, group, names_topics: false }
    }
}

impl TailArgs {
    pub(super) fn request(&self) -> Request<'_> {
        let Self { from, read } = self;
        let (from, to, names_topics) = (*from, OffsetSpec::End, read.names.len() > 1);
        Request { read, from, to, follow: true, strict: false, group: None, names_topics }
    }
}

impl Request<'_> {
    /// The form that messages are printed in.
    pub(super) fn form(&self, format: Format) -> Form {
        match format {
            Format::Json => Form::Json,
            _ if self.read.pretty => Form::Pretty,
            _ if self.names_topics => Form::TopicAndPayload,
            _ => Form::Payload,
        }
    }
}

impl ReadArgs {
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
}
