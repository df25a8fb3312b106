//! `list`: the messages of schema files and their topics.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use thoth_messaging_codegen::{MessageInfo, TopicInfo, XKafka};
use thoth_messaging_documents::foreign::markdown::cell;

use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::project::Project;
use crate::project::find::Found;
use crate::project::select::MessageArgs;
use crate::report::Format;

/// List the messages of schema files: type, topic, partitions, replicas, key and file.
///
/// Where several messages share a topic, the enum over them is listed too.
#[derive(Args)]
pub(crate) struct ListArgs {
    /// Folders of schema files; those of the settings by default.
    #[arg(value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    #[command(flatten)]
    which: MessageArgs,
}

pub(crate) fn run(arguments: &ListArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let Some(project) = Project::read_or_report(&arguments.folders, context)? else { return Ok(Outcome::Findings) };
    let entries = entries(&project, arguments.which.find(&project.messages)?.as_deref());
    match context.format {
        Format::Text => table(&entries, context)?,
        Format::Json => {
            let entries: Vec<Value> = entries.iter().map(Entry::to_json).collect();
            context.json(&entries)?;
        }
        _ => markdown_table(&entries, context)?,
    }
    Ok(Outcome::Clean)
}

/// The messages and the enums of topics that are asked for; all of them where nothing is.
fn entries<'p>(project: &'p Project, asked: Option<&[Found<'_>]>) -> Vec<Entry<'p>> {
    let messages = project.messages.iter();
    let messages = messages.filter(|message| asked.is_none_or(|asked| asked.iter().any(|it| it.includes(message))));
    let is_asked = |topic: &&TopicInfo| {
        asked.is_none_or(|asked| asked.iter().any(|it| matches!(it, Found::Topic(name) if *name == topic.kafka.topic)))
    };
    let messages = messages.filter_map(|message| message.generated.as_ref()).map(Entry::Message);
    messages.chain(project.topics.iter().filter(is_asked).map(Entry::Topic)).collect()
}

/// A message, or the enum of a topic that several messages share.
pub(crate) enum Entry<'p> {
    Message(&'p MessageInfo),
    Topic(&'p TopicInfo),
}

impl Entry<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Message(message) => &message.name,
            Self::Topic(topic) => &topic.name,
        }
    }

    fn kafka(&self) -> &XKafka {
        match self {
            Self::Message(message) => &message.kafka,
            Self::Topic(topic) => &topic.kafka,
        }
    }

    /// All that is known of it, for programs.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Message(message) => json!({
                "name": message.name,
                "description": message.description,
                "file": message.origin,
                "x-kafka": message.kafka,
                "references": message.files,
            }),
            Self::Topic(topic) => json!({
                "name": topic.name,
                "description": null,
                "file": null,
                "x-kafka": topic.kafka,
                "references": topic.messages,
            }),
        }
    }

    fn row(&self) -> [String; 6] {
        let number = |number: Option<i32>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        let kafka = self.kafka();
        [
            self.name().to_owned(),
            kafka.topic.clone(),
            number(kafka.partitions),
            number(kafka.replicas),
            kafka.key.clone().unwrap_or_else(|| "-".to_owned()),
            match self {
                Self::Message(message) => message.origin.clone(),
                Self::Topic(topic) => format!("enum of {}", topic.messages.join(", ")),
            },
        ]
    }
}

const HEAD: [&str; 6] = ["message", "topic", "partitions", "replicas", "key", "file"];

fn table(entries: &[Entry<'_>], context: &mut Context) -> Result<(), Failure> {
    Ok(context.table(HEAD, entries.iter().map(Entry::row))?)
}

fn markdown_table(entries: &[Entry<'_>], context: &mut Context) -> Result<(), Failure> {
    writeln!(context.output, "| {} |\n|{}", HEAD.join(" | "), "---|".repeat(HEAD.len()))?;
    for entry in entries {
        writeln!(context.output, "| {} |", entry.row().map(|text| cell(&text)).join(" | "))?;
    }
    Ok(())
}
