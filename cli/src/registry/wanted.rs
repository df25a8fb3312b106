//! The schemas that are to be in a registry, and their subjects.

use std::collections::BTreeMap;

use thoth_messaging_codegen::Compatibility;
use thoth_messaging_documents::Guid;

use super::args::{Strategy, SubjectArgs};
use crate::context::Context;
use crate::failure::Failure;
use crate::project::Project;
use crate::project::message::Message;

/// A schema that is to be in a subject.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) subject: String,
    /// The name of its message.
    pub(super) name: String,
    /// The file, by its name in its folder.
    pub(super) file: String,
    /// The file, as the user knows it.
    pub(super) origin: String,
    /// The number of its folder.
    pub(super) folder: usize,
    /// The text that registries keep.
    pub(super) text: String,
    pub(super) guid: Guid,
    /// The level that the subject is to have, where the schema says one.
    pub(super) level: Option<Compatibility>,
}

/// The schemas of all messages, ordered by subject.
pub(super) fn read(arguments: &SubjectArgs, context: &mut Context) -> Result<Option<(Project, Vec<Wanted>)>, Failure> {
    let Some(project) = Project::read_or_report(&arguments.folders, context)? else { return Ok(None) };
    let mut wanted: BTreeMap<String, Wanted> = BTreeMap::new();
    for message in &project.messages {
        let one = of_message(message, arguments.strategy)?;
        if let Some(other) = wanted.get(&one.subject) {
            return Err(Failure::new(format!(
                "`{}` and `{}` are both for the subject `{}`",
                other.origin, one.origin, one.subject
            ))
            .help("a topic with several messages has a subject for each of them with `--strategy topic-record`"));
        }
        wanted.insert(one.subject.clone(), one);
    }
    Ok(Some((project, wanted.into_values().collect())))
}

fn of_message(message: &Message, strategy: Strategy) -> Result<Wanted, Failure> {
    let identity = message.generated.as_ref().and_then(|info| info.identity.clone());
    let identity = identity.ok_or_else(|| {
        Failure::new(format!("`{}` is nested deeper than a registry reads it", message.origin))
            .help("give its parts names of their own")
    })?;
    let subject = match strategy {
        Strategy::Topic => format!("{}-value", message.topic),
        Strategy::Record => message.title.clone(),
        Strategy::TopicRecord => format!("{}-{}", message.topic, message.title),
    };
    Ok(Wanted {
        subject,
        name: message.name().to_owned(),
        file: message.file.clone(),
        origin: message.origin.clone(),
        folder: message.folder,
        text: identity.text,
        guid: identity.guid,
        level: message.generated.as_ref().and_then(|info| info.kafka.compatibility),
    })
}

/// A level as registries write it.
pub(super) fn level_name(level: Compatibility) -> String {
    let name = serde_json::to_value(level).ok();
    name.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}
