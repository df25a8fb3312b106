//! `list`: the messages of schema files and their topics.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use thoth_messaging_codegen::{MessageInfo, generate};

use crate::failure::Failure;
use crate::finding::Finding;
use crate::report::{Format, Report, count, markdown};
use crate::sets::Set;
use crate::{Context, Outcome, sets};

/// List the messages of schema files: type, topic, partitions, replicas, key and file.
#[derive(Args)]
pub(crate) struct ListArgs {
    /// Folders of schema files; those of the settings by default.
    #[arg(value_name = "FOLDER")]
    folders: Vec<PathBuf>,
}

pub(crate) fn run(arguments: &ListArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let mut all = Vec::new();
    for set in sets::read(&arguments.folders, &context.config)? {
        match messages(&set, context)? {
            Some(messages) => all.extend(messages),
            None => return Ok(Outcome::Findings),
        }
    }
    match context.format {
        Format::Text => table(&all, context),
        Format::Json => {
            let messages: Vec<Value> = all.iter().map(to_json).collect();
            serde_json::to_writer_pretty(&mut context.output, &messages).map_err(std::io::Error::from)?;
            writeln!(context.output)?;
            Ok(Outcome::Clean)
        }
        _ => markdown_table(&all, context),
    }
}

/// The messages of a set that are asked for; nothing where the set has mistakes, which are printed.
pub(crate) fn messages(set: &Set, context: &mut Context) -> Result<Option<Vec<MessageInfo>>, Failure> {
    let generation = generate(&set.schemas, &context.config.options);
    if generation.has_errors() {
        let mut report = Report::new("check");
        report.findings.extend(generation.diagnostics.into_iter().map(Finding::from).filter(Finding::is_error));
        let errors = count(report.findings.len(), "error");
        report.summary = format!("{errors} in {}: correct them first", set.folder.display());
        report.print(context)?;
        return Ok(None);
    }
    Ok(Some(generation.messages.into_iter().filter(|message| set.asks_for(&message.file)).collect()))
}

/// What there is to know of a message.
pub(crate) fn to_json(message: &MessageInfo) -> Value {
    json!({
        "name": message.name,
        "description": message.description,
        "file": message.origin,
        "x-kafka": message.kafka,
        "references": message.files,
    })
}

const HEAD: [&str; 6] = ["message", "topic", "partitions", "replicas", "key", "file"];

fn row(message: &MessageInfo) -> [String; 6] {
    let number = |number: Option<i32>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    [
        message.name.clone(),
        message.kafka.topic.clone(),
        number(message.kafka.partitions),
        number(message.kafka.replicas),
        message.kafka.key.clone().unwrap_or_else(|| "-".to_owned()),
        message.origin.clone(),
    ]
}

fn table(messages: &[MessageInfo], context: &mut Context) -> Result<Outcome, Failure> {
    let rows: Vec<_> = std::iter::once(HEAD.map(str::to_owned)).chain(messages.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; 6] = std::array::from_fn(width);
    for row in &rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        let line: Vec<_> = cells.collect();
        writeln!(context.output, "{}", line.join("  ").trim_end())?;
    }
    Ok(Outcome::Clean)
}

fn markdown_table(messages: &[MessageInfo], context: &mut Context) -> Result<Outcome, Failure> {
    writeln!(context.output, "| {} |\n|{}", HEAD.join(" | "), "---|".repeat(HEAD.len()))?;
    for message in messages {
        writeln!(context.output, "| {} |", row(message).map(|text| markdown::cell(&text)).join(" | "))?;
    }
    Ok(Outcome::Clean)
}
