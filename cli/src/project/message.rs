//! One message: a schema file with `x-kafka`.

use serde_json::Value;
use thoth_messaging_codegen::{Generation, MessageInfo, SchemaSet};

use super::documents::Documents;

/// A schema file with `x-kafka`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    /// The number of its folder in the project.
    pub(crate) folder: usize,
    /// The name of the file in its folder.
    pub(crate) file: String,
    /// The file, as the user knows it.
    pub(crate) origin: String,
    /// The title, or the name of the file where it has none.
    pub(crate) title: String,
    pub(crate) id: Option<String>,
    pub(crate) topic: String,
    pub(crate) kafka: Value,
    /// The result of the generator; nothing where its folder has mistakes, or where the options leave it out.
    pub(crate) generated: Option<MessageInfo>,
    /// The Rust type of the enum over the messages of its topic, where there are several.
    pub(crate) topic_enum: Option<String>,
}

impl Message {
    /// A message as its file alone describes it; nothing where the file is none.
    fn of_file(folder: usize, file: &str, origin: &str, document: &Value) -> Option<Self> {
        let text = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
        let kafka = document.get("x-kafka")?;
        Some(Self {
            folder,
            file: file.to_owned(),
            origin: origin.to_owned(),
            title: text("title").unwrap_or_else(|| file.to_owned()),
            id: text("$id").or_else(|| text("id")),
            topic: kafka.get("topic").and_then(Value::as_str).unwrap_or_default().to_owned(),
            kafka: kafka.clone(),
            generated: None,
            topic_enum: None,
        })
    }

    /// The Rust type, where it is known.
    pub(crate) fn type_name(&self) -> Option<&str> {
        self.generated.as_ref().map(|info| info.name.as_str())
    }

    /// The Rust type, or else the title.
    pub(crate) fn name(&self) -> &str {
        self.type_name().unwrap_or(&self.title)
    }

    /// The name of the file without folders, `.schema` and `.json`.
    pub(crate) fn stem(&self) -> &str {
        stem(&self.file)
    }
}

/// The name of a file without folders, `.schema` and `.json`.
pub(crate) fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.strip_suffix(".schema.json").or_else(|| name.strip_suffix(".json")).unwrap_or(name)
}

/// The messages among the documents of a folder, ordered by file.
pub(crate) fn read(folder: usize, schemas: &SchemaSet, documents: &Documents) -> Vec<Message> {
    let message = |(name, file): (&str, &thoth_messaging_codegen::SchemaFile)| {
        Message::of_file(folder, name, &file.origin, documents.get(name)?)
    };
    schemas.iter().filter_map(message).collect()
}

/// Adds what the generator made of the messages of a folder.
pub(crate) fn add_generated(messages: &mut [Message], generation: &Generation) {
    for message in messages {
        message.generated = generation.messages.iter().find(|info| info.file == message.file).cloned();
        let of_topic = generation.topics.iter().find(|topic| topic.messages.contains(&message.file));
        message.topic_enum = of_topic.map(|topic| topic.name.clone());
    }
}
