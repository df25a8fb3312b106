//! Topics with several messages: a schema for each that is one of theirs, of which an enum is generated.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use serde_json::{Value, json};
use thoth_messaging_documents::dialect::DRAFT_2020_12;
use thoth_messaging_documents::uri::own_uri;
use thoth_messaging_documents::{Dialect, Draft, XKafka};

use crate::diagnostic::Diagnostic;
use crate::parse::{Document, Parsed};
use crate::source::{SchemaFile, Source};

/// Adds a document for each topic that several files name.
pub(crate) fn add(parsed: &mut Parsed, diagnostics: &mut Vec<Diagnostic>) {
    let mut topics: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, document) in parsed.documents.iter().enumerate() {
        if let Some(kafka) = &document.kafka {
            topics.entry(kafka.topic.clone()).or_default().push(number);
        }
    }
    topics.retain(|_, files| files.len() > 1);
    let titles: BTreeSet<String> = parsed.documents.iter().map(name).collect();
    for (topic, files) in topics {
        let kafka = joined(&topic, &files, &parsed.documents, diagnostics);
        let document = document(kafka, files, &parsed.documents, &titles);
        parsed.documents.push(document);
    }
}

/// Returns what a file's type is likely named.
fn name(document: &Document) -> String {
    let title = document.value.get("title").and_then(Value::as_str);
    let stem = document.name.rsplit('/').next().and_then(|file| file.split('.').next());
    title.or(stem).unwrap_or_default().to_upper_camel_case()
}

fn document(kafka: XKafka, files: Vec<usize>, documents: &[Document], titles: &BTreeSet<String>) -> Document {
    let topic = kafka.topic.clone();
    let title = topic.to_upper_camel_case();
    let title = if titles.contains(&title) { format!("{title}Message") } else { title };
    let references: Vec<Value> = files.iter().map(|number| json!({"$ref": documents[*number].uri})).collect();
    let value = json!({
        "$schema": DRAFT_2020_12,
        "title": title,
        "description": format!("The messages on the topic `{topic}`."),
        "x-kafka": kafka,
        "oneOf": references,
    });
    let name = format!("{topic}.topic.json");
    let text = serde_json::to_string_pretty(&value).unwrap_or_default() + "\n";
    let mut source = Source::new(&SchemaFile { origin: format!("the topic {topic}"), text });
    source.index_values();
    Document {
        uri: own_uri(&name),
        name,
        source,
        value,
        dialect: Dialect::of(Draft::Draft202012),
        kafka: Some(kafka),
        is_message: true,
        assumed: None,
        built_in: false,
        files,
    }
}

/// Returns what the files say of their topic, together.
fn joined(topic: &str, files: &[usize], documents: &[Document], diagnostics: &mut Vec<Diagnostic>) -> XKafka {
    let mut joined = XKafka::new(topic);
    let mut first: BTreeMap<String, (String, &Document)> = BTreeMap::new();
    for document in files.iter().map(|number| &documents[*number]) {
        let Some(kafka) = &document.kafka else { continue };
        let counts = [("partitions", kafka.partitions), ("replicas", kafka.replicas)];
        let counts = counts.into_iter().filter_map(|(name, count)| Some((name.to_owned(), count?.to_string())));
        let properties = kafka.topic_configuration.iter();
        let properties = properties.map(|(name, value)| (format!("topicConfiguration/{name}"), value.text()));
        let delays = (!kafka.retry_topics.is_empty()).then(|| kafka.retry_topics.join(", "));
        let delays = delays.map(|delays| ("retryTopics".to_owned(), delays));
        let location = kafka.schema_id_location.map(|it| ("schemaIdLocation".to_owned(), it.as_str().to_owned()));
        for (name, value) in counts.chain(properties).chain(delays).chain(location) {
            match first.get(&name) {
                Some((known, other)) if *known != value => {
                    let location = document.locate(&format!("/x-kafka/{name}"));
                    let message = format!("two files of the topic `{topic}` say different things of it");
                    diagnostics.push(
                        Diagnostic::error("S0308", message, location)
                            .found(format!("`{value}` here, and `{known}` in {}", other.source.origin))
                            .help("say the same in both, or say it in one of them alone"),
                    );
                }
                Some(_) => {}
                None => drop(first.insert(name, (value, document))),
            }
        }
        joined.partitions = joined.partitions.or(kafka.partitions);
        joined.replicas = joined.replicas.or(kafka.replicas);
        if joined.retry_topics.is_empty() {
            joined.retry_topics.clone_from(&kafka.retry_topics);
        }
        joined.schema_id_location = joined.schema_id_location.or(kafka.schema_id_location);
        joined.topic_configuration.extend(kafka.topic_configuration.clone());
    }
    joined
}
