//! `docs asyncapi`: the schema folder as an AsyncAPI 3.1.0 document.
//!
//! [`components`] lifts schemas and what they refer to into components, [`channels`] writes topics, and [`operations`] the
//! services of the settings. References of a payload lead to `#/components/schemas/NAME`: the parser of AsyncAPI takes none
//! within a payload.

mod channels;
mod components;
mod operations;

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use thoth_messaging_documents::foreign;

use self::components::Components;
use super::yaml;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::project::Project;
use crate::services::Services;
use crate::stderr::say;

/// Write an AsyncAPI 3.1.0 document of the messages: channels with Kafka's bindings, payloads, keys and examples; and
/// operations, from the `[services]` of the settings.
///
/// It goes to standard output. What AsyncAPI can't say of a schema is told on standard error.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    thoth-messaging docs asyncapi > asyncapi.json\n  \
    thoth-messaging docs asyncapi --yaml --title Shop --api-version 2.1.0 > asyncapi.yaml\n\n\
    Exit codes: 0 written, 1 the schemas have mistakes, 2 could not run.")]
pub(crate) struct AsyncApiArgs {
    /// Folders of schema files; those of the settings by default.
    #[arg(value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    /// Write YAML instead of JSON.
    #[arg(long)]
    yaml: bool,
    /// The title of the document.
    #[arg(long, value_name = "TEXT", default_value = "Messages")]
    title: String,
    /// The version of the document.
    #[arg(long, value_name = "VERSION", default_value = "1.0.0")]
    api_version: String,
    /// Include the dead-letter topic of each topic, `<topic>.dlq`.
    #[arg(long)]
    dead_letters: bool,
}

/// The content type of all messages.
const JSON: &str = "application/json";

pub(crate) fn run(arguments: &AsyncApiArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let Some(project) = Project::read_or_report(&arguments.folders, context)? else { return Ok(Outcome::Findings) };
    let services = Services::resolve(&context.config.services, &project.messages)?;
    let components = Components::of(&project)?;
    let document = json!({
        "asyncapi": "3.1.0",
        "info": { "title": arguments.title, "version": arguments.api_version },
        "defaultContentType": JSON,
        "channels": channels::channels(&project, &components, arguments.dead_letters),
        "operations": operations::operations(&project, &services, &components),
        "components": components.to_json(),
    });
    for unsaid in components.unsaid() {
        say(unsaid);
    }
    let text = if arguments.yaml { yaml::text(&document) } else { pretty(&document)? };
    context.write(foreign::json(&text).as_bytes())
}

fn pretty(document: &Value) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(document).map_err(|error| Failure::new(error.to_string()))?;
    Ok(text + "\n")
}
