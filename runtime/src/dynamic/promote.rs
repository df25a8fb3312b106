//! From a type made at run time to the schema file of a generated one.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use heck::ToKebabCase;
use serde_json::{Map, Value, json};

use super::MessageType;
use crate::message::{Decoder, SchemaIdLocation};

impl MessageType {
    /// Writes the schema file that makes this type a generated one: `<folder>/<name-in-kebab-case>.schema.json`, as
    /// `thoth-messaging new` names it, with the schema and an `x-kafka` object. Gives its path.
    ///
    /// # Errors
    ///
    /// Those of the file system; [`io::ErrorKind::AlreadyExists`] where the file exists, which is never overwritten;
    /// [`io::ErrorKind::InvalidInput`] where the name has no letter and no digit that a file could be named by.
    pub fn promote(&self, folder: impl AsRef<Path>) -> io::Result<PathBuf> {
        let stem = self.name().to_kebab_case();
        if stem.is_empty() {
            let reason = format!("no file can be named after `{}`: give the schema a `title`", self.name());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let path = folder.as_ref().join(format!("{stem}.schema.json"));
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
        let location = descriptor.topic.schema_id_location.map(|location| match location {
            SchemaIdLocation::Header => "header",
            SchemaIdLocation::Payload => "payload",
        });
        kafka.extend(location.map(|location| ("schemaIdLocation".to_owned(), location.into())));
        Value::Object(kafka)
    }
}
