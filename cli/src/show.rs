//! `show`: one message, or the messages of a topic.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use thoth_messaging_codegen::{MessageInfo, Options, TopicInfo, XKafka, generate};
use thoth_messaging_documents::foreign;

use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::list::Entry;
use crate::project::Project;
use crate::project::find::{Wanted, require};
use crate::project::message::Message;
use crate::report::Format;

/// Show a message: its description and topic, or its schema or code.
///
/// For a topic with several messages, shows the enum and each message.
#[derive(Args)]
pub(crate) struct ShowArgs {
    /// A message, by its type, its title or its file, or a topic.
    #[arg(value_name = "MESSAGE")]
    message: String,
    /// The folder of the schema files; those of the settings by default.
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Print the schema file.
    #[arg(long, conflicts_with = "rust")]
    schema: bool,
    /// Print the Rust code that is generated from it.
    #[arg(long)]
    rust: bool,
}

impl ShowArgs {
    /// The formats that it prints.
    pub(crate) fn formats(&self) -> &'static [Format] {
        if self.schema || self.rust { &[Format::Text] } else { &[Format::Text, Format::Json] }
    }
}

pub(crate) fn run(arguments: &ShowArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let folders: Vec<_> = arguments.folder.iter().cloned().collect();
    let Some(project) = Project::read_or_report(&folders, context)? else { return Ok(Outcome::Findings) };
    let found = require(&project.messages, &arguments.message, Wanted::Any, None)?;
    let messages: Vec<_> = project.messages.iter().filter(|message| found.includes(message)).collect();
    if arguments.schema {
        for message in messages {
            let mut files = project.folder(message).schemas.iter();
            let file = files.find(|(name, _)| *name == message.file);
            write!(context.output, "{}", foreign::json(file.map_or("", |(_, file)| file.text.as_str())))?;
        }
    } else if arguments.rust {
        for code in code(&messages, &project, &context.config.options) {
            // The generator writes no hidden character. What it writes may be a command of CI, in a text or a comment, where
            // an escape is as good.
            write!(context.output, "{}", code.replace("##[", "##\\u{5b}"))?;
        }
    } else {
        if let [first, _, ..] = messages.as_slice()
            && let Some(topic) = project.topic_enum(&first.topic)
        {
            show_topic(topic, context)?;
        }
        for message in messages.into_iter().filter_map(|message| message.generated.as_ref()) {
            show_message(message, context)?;
        }
    }
    Ok(Outcome::Clean)
}

/// The code of messages and of the types that they need, by folder.
fn code(messages: &[&Message], project: &Project, options: &Options) -> Vec<String> {
    let by_folder = messages.chunk_by(|one, other| one.folder == other.folder);
    let code = |messages: &[&Message]| {
        let mut options = options.clone();
        options.only = messages.iter().map(|message| message.file.clone()).collect();
        options.without.clear();
        let files = generate(&project.folder(messages[0]).schemas, &options).files;
        files.into_iter().next().map_or_else(String::new, |file| file.text)
    };
    by_folder.map(code).collect()
}

fn show_topic(topic: &TopicInfo, context: &mut Context) -> Result<(), Failure> {
    if context.format == Format::Json {
        return Ok(context.json(&Entry::Topic(topic).to_json())?);
    }
    context.line(&topic.name)?;
    context.line("The enum over the messages of the topic.")?;
    context.line("")?;
    context.line(format!("files: {}", topic.messages.join(", ")))?;
    show_kafka(&topic.kafka, context)?;
    Ok(context.line("")?)
}

fn show_message(message: &MessageInfo, context: &mut Context) -> Result<(), Failure> {
    if context.format == Format::Json {
        return Ok(context.json(&Entry::Message(message).to_json())?);
    }
    context.line(&message.name)?;
    // Each line of it is set off, so that none is taken for one of what follows.
    for line in message.description.iter().flat_map(|text| text.trim().lines()) {
        context.line(format!("  {line}").trim_end())?;
    }
    context.line("")?;
    context.line(format!("file: {}", message.origin))?;
    show_kafka(&message.kafka, context)?;
    if !message.files.is_empty() {
        context.line(format!("refers to: {}", message.files.join(", ")))?;
    }
    Ok(())
}

fn show_kafka(kafka: &XKafka, context: &mut Context) -> io::Result<()> {
    let number = |number: Option<i32>| number.map_or_else(|| "the broker's default".to_owned(), |it| it.to_string());
    context.line(format!("topic: {}", kafka.topic))?;
    context.line(format!("partitions: {}", number(kafka.partitions)))?;
    context.line(format!("replicas: {}", number(kafka.replicas)))?;
    context.line(format!("key: {}", kafka.key.as_deref().unwrap_or("none")))?;
    if !kafka.retry_topics.is_empty() {
        context.line(format!("retry topics: {}", kafka.retry_topics.join(", ")))?;
    }
    if let Some(location) = kafka.schema_id_location {
        context.line(format!("schema id: in the {}", location.as_str()))?;
    }
    for (name, value) in &kafka.topic_configuration {
        context.line(format!("{name}: {}", value.text()))?;
    }
    Ok(())
}
