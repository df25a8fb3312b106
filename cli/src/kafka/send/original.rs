//! Messages in the form of the original Python program: a topic and the contents, which it completes.

use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::destination::Destination;
use super::item::Item;
use crate::failure::Failure;
use crate::validate::{MAX_BYTES, Source};

/// The members that are filled in where they are absent.
const FILLED: [(&str, &str); 2] =
    [("component_name", "thoth-messaging"), ("service_version", env!("CARGO_PKG_VERSION"))];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    topic_name: String,
    message_contents: Map<String, Value>,
}

type Find<'f> = dyn Fn(&str) -> Result<Destination, Failure> + 'f;

/// The message of `--topic-name` and `--message-contents`.
pub(super) fn one(topic: &str, contents: &str, find: &Find<'_>) -> Result<Item, Failure> {
    let contents = serde_json::from_str(contents).map_err(|error| {
        Failure::new(format!("`--message-contents` is no JSON object: {error}"))
            .help("write it as '{\"name\": \"value\"}'")
    })?;
    Ok(item("--message-contents", 0, find(topic)?, contents))
}

/// The messages of `--message-file`.
pub(super) fn file(path: &Path, find: &Find<'_>) -> Result<Vec<Item>, Failure> {
    let source = if path.as_os_str() == "-" { Source::Stdin } else { Source::File(path.to_owned()) };
    let (name, most) = (source.name(), MAX_BYTES.get() as u64);
    let mut text = String::new();
    let read = source.open(|_| {}).and_then(|reader| reader.take(most + 1).read_to_string(&mut text));
    read.map_err(|error| source.unreadable(&error))?;
    if text.len() as u64 > most {
        return Err(Failure::new(format!("`{name}` has more than {} MiB", most >> 20))
            .help("divide it; payloads one in each line are for `--file`"));
    }
    let entries: Vec<Entry> = serde_json::from_str(&text).map_err(|error| {
        Failure::new(format!("`{name}` can't be used: {error}")).help(
            "it is to hold an array of {\"topic_name\": …, \"message_contents\": {…}}; payloads one in each line are for `--file`",
        )
    })?;
    let item = |(entry, number): (Entry, u64)| {
        find(&entry.topic_name).map(|found| item(&name, number, found, entry.message_contents))
    };
    entries.into_iter().zip(1..).map(item).collect()
}

fn item(source: &str, number: u64, destination: Destination, mut contents: Map<String, Value>) -> Item {
    for (name, value) in FILLED {
        contents.entry(name).or_insert_with(|| value.into());
    }
    let payload = Some(Value::Object(contents).to_string().into_bytes());
    Item { source: source.to_owned(), number, destination, payload }
}
