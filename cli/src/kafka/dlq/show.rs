//! `dlq show`: dead letters, with all that is known of them.

use std::io::{self, Write};

use anstyle::Style;
use clap::Args;
use serde_json::Value;
use thoth_messaging::Violation;
use thoth_messaging::app::{DeadLetter, headers};
use thoth_messaging::client::Header;
use thoth_messaging::message::{VALUE_SCHEMA_ID, Writer};
use thoth_messaging_documents::foreign::{json, line};

use super::SUFFIX;
use super::letters::{LetterFilter, redriven};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::kafka::cluster::ClusterArgs;
use crate::kafka::schemas::{SchemaArgs, TopicSchemas};
use crate::kafka::show;
use crate::kafka::topic_schema::TopicSchema;
use crate::report::{Format, count};
use crate::stderr::say;

const BOLD: Style = Style::new().bold();

/// Show dead letters: the reason, the origin, and the payload without its sensitive values.
///
/// A value is hidden if it is sensitive under the schema of the topic that the letter names, or of the topic whose dead
/// letters go here. A payload without a schema is shown with --show-sensitive only.
#[derive(Args)]
pub(super) struct ShowArgs {
    /// The message or topic whose letters are shown, or the dead-letter topic itself.
    #[arg(value_name = "MESSAGE")]
    name: String,
    #[command(flatten)]
    which: LetterFilter,
    /// Show at most this many, starting with the oldest.
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    limit: u64,
    /// Show whole payloads.
    #[arg(long)]
    show_sensitive: bool,
    #[command(flatten)]
    schemas: SchemaArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
}

pub(super) async fn run(arguments: &ShowArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let cluster = arguments.cluster.cluster()?;
    let schemas = arguments.schemas.read(context)?;
    let topic = super::topic(&arguments.name, &schemas, &cluster).await?;
    let mut reader = cluster.kafka.topic_reader(&topic)?;
    let ranges = arguments.which.ranges(&reader, &topic).await?;
    reader.read(ranges).await?;
    let mut topics = TopicSchemas::new(&schemas, &cluster);
    let (mut shown, mut skipped) = (0, 0);
    while let Some(record) = reader.next().await {
        match DeadLetter::read(record?) {
            Ok(letter) if !arguments.which.takes(&letter) => {}
            Ok(_) if shown == arguments.limit => skipped += 1,
            Ok(letter) => {
                shown += 1;
                print(&letter, arguments, &mut topics, context)?;
            }
            Err(record) => say(format!("{record}: no dead letter: it has not the headers of one")),
        }
    }
    let more = if skipped == 0 { String::new() } else { format!("; {skipped} more: `--limit` shows them") };
    say(format!("{} of `{topic}`{more}", count(shown, "dead letter")));
    Ok(Outcome::Clean)
}

fn print(
    letter: &DeadLetter,
    arguments: &ShowArgs,
    topics: &mut TopicSchemas<'_>,
    context: &mut Context,
) -> Result<(), Failure> {
    let schema = topics.get(&letter.topic)?;
    // The letter's sender may say that it was on any topic.
    let own = letter.record.topic().strip_suffix(SUFFIX).map(|own| topics.get(own)).transpose()?.flatten();
    let all: Vec<&TopicSchema> = schema.as_deref().into_iter().chain(own.as_deref()).collect();
    // What may be sensitive, nobody knows without a schema.
    let hides = schema.is_none() && !arguments.show_sensitive;
    let payload = |payload: &[u8]| {
        let (shown, _) = show::payload(payload, &all, arguments.show_sensitive);
        if hides { show::Shown::Hidden(payload.len()) } else { shown }
    };
    let shown = show::payload_of(&letter.record).map(payload);
    let key = if hides { None } else { show::key(&letter.record, &all, arguments.show_sensitive) };
    let why = Why::of(letter, if arguments.show_sensitive { &[] } else { &all });
    match context.format {
        Format::Json => write_json(letter, &why, key, shown.as_ref(), schema.as_deref(), context)?,
        _ => write_text(letter, &why, key, shown.as_ref(), context)?,
    }
    Ok(context.output.flush()?)
}

/// The error of a letter as it may be shown.
struct Why {
    error: String,
    violations: Vec<String>,
    /// Set if the headers hold more than may be shown.
    is_cut: bool,
}

impl Why {
    /// Without the names within sensitive values, which the apps of older versions wrote.
    fn of(letter: &DeadLetter, schemas: &[&TopicSchema]) -> Self {
        let cut = |violation: &Violation| -> Violation {
            let mut cut = violation.clone();
            let shown = schemas.iter().filter_map(|schema| schema.sensitive.cut(&violation.instance_path));
            if let Some(shown) = shown.min_by_key(|shown| shown.len()) {
                shown.clone_into(&mut cut.instance_path);
                if matches!(violation.keyword.as_str(), "additionalProperties" | "unevaluatedProperties") {
                    "no members that the schema does not name".clone_into(&mut cut.expected);
                }
            }
            cut
        };
        let violations: Vec<_> = letter.violations.iter().map(cut).collect();
        let is_cut = violations != letter.violations;
        let error = if is_cut { "the payload is not valid".to_owned() } else { letter.error.clone() };
        Self { error, violations: violations.iter().map(ToString::to_string).collect(), is_cut }
    }
}

fn write_text(
    letter: &DeadLetter,
    why: &Why,
    key: Option<&[u8]>,
    shown: Option<&show::Shown>,
    context: &mut Context,
) -> io::Result<()> {
    writeln!(context.output, "{BOLD}{}{BOLD:#}", line(&letter.record.to_string()))?;
    context.line(format!("reason: {}, {}", letter.reason, why.error))?;
    for violation in &why.violations {
        context.line(format!("  {violation}"))?;
    }
    if let Some(id) = letter.schema_id {
        let writer = match letter.writer {
            Some(Writer::Same) => ", that of the handler",
            Some(Writer::Older) => ", older than that of the handler",
            Some(Writer::Newer) => ", newer than that of the handler",
            Some(Writer::Unknown) => ", unknown to the handler",
            _ => "",
        };
        context.line(format!("schema: {id}{writer}"))?;
    }
    let topic = &letter.topic;
    let at = letter.timestamp.and_then(show::time).map(|at| format!(", {at}")).unwrap_or_default();
    context.line(format!("from: topic `{topic}`, partition {}, offset {}{at}", letter.partition, letter.offset))?;
    let attempts = count(letter.attempts, "attempt");
    let time = show::time(letter.time).map(|time| format!(", {time}")).unwrap_or_default();
    context.line(format!("by: group `{}` after {attempts}{time}", letter.group))?;
    if let Some(times) = redriven(&letter.record) {
        context.line(format!("sent again: {times} times before"))?;
    }
    if let Some(key) = key {
        context.line(format!("key: {}", show::bytes(key)))?;
    }
    let has_id = letter.record.schema_id().is_some();
    let is_said =
        |header: &Header| header.name.as_bytes().starts_with(b"dlq.") || has_id && header.name == VALUE_SCHEMA_ID;
    for header in letter.record.headers().iter().filter(|header| !is_said(header)) {
        let value = header.value.as_deref().map_or_else(|| "no value".to_owned(), show::bytes);
        context.line(format!("header: {} = {value}", header.name.to_string_lossy()))?;
    }
    writeln!(context.output, "{}\n", shown.map_or_else(|| "no payload: a tombstone".to_owned(), show::Shown::lines))
}

fn write_json(
    letter: &DeadLetter,
    why: &Why,
    key: Option<&[u8]>,
    shown: Option<&show::Shown>,
    schema: Option<&TopicSchema>,
    context: &mut Context,
) -> io::Result<()> {
    let mut members = show::metadata(&letter.record, key, schema.as_slice());
    if let Some(id) = letter.schema_id {
        members.insert("schema_id".to_owned(), id.to_string().into());
    }
    if let Some(Value::Array(listed)) = members.get_mut("headers").filter(|_| why.is_cut) {
        listed.retain(|header| header["name"] != headers::ERROR && header["name"] != headers::VIOLATIONS);
    }
    let details = serde_json::json!({
        "message": schema.map(|schema| schema.name.as_str()),
        "reason": letter.reason.as_str(),
        "error": why.error,
        "violations": why.violations,
        "origin": {
            "topic": letter.topic,
            "partition": letter.partition,
            "offset": letter.offset,
            "timestamp": letter.timestamp.and_then(show::time),
        },
        "writer": letter.writer.map(Writer::as_str),
        "attempts": letter.attempts,
        "group": letter.group,
        "time": show::time(letter.time),
        "redriven": redriven(&letter.record).unwrap_or(0),
    });
    if let Value::Object(details) = details {
        members.extend(details);
    }
    let payload = shown.map_or_else(|| "\"tombstone\":true".to_owned(), show::Shown::member);
    let members = Value::Object(members).to_string();
    let members = json(members.strip_suffix('}').unwrap_or(&members));
    writeln!(context.output, "{members},{payload}}}")
}
