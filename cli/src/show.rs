//! `show`: one message.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use thoth_messaging_codegen::{MessageInfo, Options, generate};

use crate::failure::Failure;
use crate::report::Format;
use crate::sets::Set;
use crate::{Context, Outcome, list, sets};

/// Show a message: what it is, its topic, and on request its schema or its code.
#[derive(Args)]
pub(crate) struct ShowArgs {
    /// The type, the topic or the file of the message.
    #[arg(value_name = "MESSAGE")]
    message: String,
    /// The folder of the schema files; the one of the settings by default.
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
    /// What `--format` may say.
    pub(crate) fn formats(&self) -> &'static [Format] {
        if self.schema || self.rust { &[Format::Text] } else { &[Format::Text, Format::Json] }
    }
}

pub(crate) fn run(arguments: &ShowArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let set = sets::read_one(arguments.folder.as_deref(), &context.config)?;
    let Some(messages) = list::messages(&set, context)? else { return Ok(Outcome::Findings) };
    let found: Vec<_> = messages.iter().filter(|message| is_called(message, &arguments.message)).collect();
    if found.is_empty() {
        let names: Vec<_> = messages.iter().map(|message| message.name.as_str()).collect();
        let help = match names.as_slice() {
            [] => "no schema there is a message: the file of one has an `x-kafka` object".to_owned(),
            names => format!("name one of: {}", names.join(", ")),
        };
        return Err(
            Failure::new(format!("there is no message `{}` in {}", arguments.message, set.folder.display())).help(help)
        );
    }
    for message in found {
        if arguments.schema {
            let file = set.schemas.iter().find(|(name, _)| *name == message.file);
            write!(context.output, "{}", file.map_or("", |(_, file)| file.text.as_str()))?;
        } else if arguments.rust {
            write!(context.output, "{}", code(message, &set, &context.config.options))?;
        } else {
            describe(message, context)?;
        }
    }
    Ok(Outcome::Clean)
}

fn is_called(message: &MessageInfo, name: &str) -> bool {
    [&message.name, &message.kafka.topic, &message.file, &message.origin].into_iter().any(|known| known == name)
}

/// The code of a message and of the types that it needs.
fn code(message: &MessageInfo, set: &Set, options: &Options) -> String {
    let mut options = options.clone();
    options.only = vec![message.file.clone()];
    options.without.clear();
    generate(&set.schemas, &options).files.into_iter().next().map_or_else(String::new, |file| file.text)
}

fn describe(message: &MessageInfo, context: &mut Context) -> Result<(), Failure> {
    if context.format == Format::Json {
        serde_json::to_writer_pretty(&mut context.output, &list::to_json(message)).map_err(std::io::Error::from)?;
        return Ok(writeln!(context.output)?);
    }
    let output = &mut context.output;
    writeln!(output, "{}", message.name)?;
    if let Some(description) = &message.description {
        writeln!(output, "{description}")?;
    }
    let kafka = &message.kafka;
    writeln!(output, "\nfile: {}\ntopic: {}", message.origin, kafka.topic)?;
    let number = |number: Option<i32>| number.map_or_else(|| "the broker's default".to_owned(), |it| it.to_string());
    writeln!(output, "partitions: {}\nreplicas: {}", number(kafka.partitions), number(kafka.replicas))?;
    writeln!(output, "key: {}", kafka.key.as_deref().unwrap_or("none"))?;
    for (name, value) in &kafka.topic_configuration {
        writeln!(output, "{name}: {}", value.text())?;
    }
    if !message.files.is_empty() {
        writeln!(output, "refers to: {}", message.files.join(", "))?;
    }
    Ok(())
}
