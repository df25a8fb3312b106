//! From a type made at run time to the schema file of a generated one.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::MessageType;
use crate::message::Incoming;

impl MessageType {
    /// Writes the schema file that makes this type a generated one: `<folder>/<name-in-kebab-case>.schema.json`, with
    /// the schema and an `x-kafka` object. Gives its path.
    ///
    /// # Errors
    ///
    /// Those of the file system; [`io::ErrorKind::AlreadyExists`] where the file exists, which is never overwritten.
    pub fn promote(&self, folder: impl AsRef<Path>) -> io::Result<PathBuf> {
        let path = folder.as_ref().join(format!("{}.schema.json", kebab(self.name())));
        let text = serde_json::to_string_pretty(&self.promoted())? + "\n";
        OpenOptions::new().write(true).create_new(true).open(&path)?.write_all(text.as_bytes())?;
        Ok(path)
    }

    fn promoted(&self) -> Value {
        let Value::Object(mut schema) = self.schema().clone() else {
            return json!({"allOf": [self.schema()], "title": self.name(), "x-kafka": self.kafka()});
        };
        schema.entry("title").or_insert_with(|| self.name().into());
        schema.insert("x-kafka".to_owned(), self.kafka());
        Value::Object(schema)
    }

    fn kafka(&self) -> Value {
        let descriptor = self.descriptor();
        let mut kafka = Map::new();
        kafka.insert("topic".to_owned(), descriptor.topic.name.as_ref().into());
        let numbers = [("partitions", descriptor.topic.partitions), ("replicas", descriptor.topic.replicas)];
        for (name, number) in numbers {
            kafka.extend(number.map(|number| (name.to_owned(), number.into())));
        }
        if !descriptor.topic.configuration.is_empty() {
            let configuration = descriptor.topic.configuration.iter();
            let configuration: Map<_, _> =
                configuration.map(|(name, value)| (name.to_string(), Value::from(value.as_ref()))).collect();
            kafka.insert("topicConfiguration".to_owned(), configuration.into());
        }
        kafka.extend(descriptor.key.as_ref().map(|key| ("key".to_owned(), key.as_ref().into())));
        Value::Object(kafka)
    }
}

/// `BuildFailed` becomes `build-failed`.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !kebab.is_empty() && !kebab.ends_with('-') {
            kebab.push('-');
        }
        match character {
            c if c.is_alphanumeric() => kebab.extend(c.to_lowercase()),
            _ if kebab.ends_with('-') => {}
            _ => kebab.push('-'),
        }
    }
    kebab
}
