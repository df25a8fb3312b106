//! `x-kafka`, as a file declares it.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};
use thoth_messaging_documents::jsonschema::error::ValidationErrorKind;
use thoth_messaging_documents::jsonschema::{ValidationError, Validator};
use thoth_messaging_documents::near::nearest;
use thoth_messaging_documents::pointer::segments;
use thoth_messaging_documents::{Pointer, Validation, XKafka, topic, validator, x_kafka};

use crate::diagnostic::{Diagnostic, Location};
use crate::json::short;
use crate::meta;
use crate::source::Source;

/// The schema of `x-kafka`, and its validator, compiled once for all schemas.
static X_KAFKA: LazyLock<(Value, Option<Validator>)> = LazyLock::new(|| {
    let schema = x_kafka::schema();
    let validator = Validation::default().options().build(&schema).ok();
    (schema, validator)
});

/// The members that there are.
fn known() -> impl Iterator<Item = &'static str> {
    X_KAFKA.0["properties"].as_object().into_iter().flat_map(Map::keys).map(String::as_str)
}

pub(super) fn read(file: &Map<String, Value>, source: &Source, diagnostics: &mut Vec<Diagnostic>) -> Option<XKafka> {
    let declared = file.get(x_kafka::KEYWORD)?;
    let at = |pointer: &str| source.locate(&format!("/x-kafka{pointer}"));
    let before = diagnostics.len();
    let refused_topic = declared.get("topic").and_then(Value::as_str).filter(|topic| topic::check_name(topic).is_err());
    if let Some(topic) = refused_topic {
        diagnostics.push(
            Diagnostic::error("S0302", format!("Kafka refuses the topic name {}", short(&topic.into())), at("/topic"))
                .help("a topic is named by 1 to 249 ASCII letters, digits, `.`, `_` and `-`, and not `.` or `..`"),
        );
    }
    if let Some(validator) = &X_KAFKA.1 {
        let errors = validator.iter_errors(declared);
        let errors = errors.filter(|error| refused_topic.is_none() || error.instance_path().as_str() != "/topic");
        for error in errors {
            match error.kind() {
                ValidationErrorKind::AdditionalProperties { unexpected } => diagnostics
                    .extend(unexpected.iter().map(|name| unknown(name, declared, at(&Pointer::root().join(name))))),
                _ => diagnostics.push(
                    refused(reason(&error), at(error.instance_path().as_str()))
                        .found(short(error.instance()))
                        .help(advice(&error)),
                ),
            }
        }
    }
    if diagnostics.len() > before {
        return None;
    }
    match XKafka::deserialize(declared) {
        Ok(kafka) => match kafka.retry_delays() {
            Ok(_) => Some(kafka),
            Err(error) => {
                diagnostics.push(refused(error, at("/retryTopics")).help(DELAYS));
                None
            }
        },
        Err(error) => {
            diagnostics.push(refused(error, at("")).help(members()));
            None
        }
    }
}

/// The help for delays that are refused.
const DELAYS: &str = "delays are whole numbers of `ms`, `s`, `m` or `h`, and grow: `[\"1m\", \"10m\"]`";

/// The help for a place of the schema's id that is none.
const LOCATIONS: &str = "write `header`, or `payload` where `registry.lock` has the ids, or leave it out: then messages do not name their schema";

fn refused(reason: impl std::fmt::Display, location: Location) -> Diagnostic {
    Diagnostic::error("S0301", format!("`x-kafka` is not as it should be: {reason}"), location)
}

/// A member that there is none of.
fn unknown(name: &str, declared: &Value, location: Location) -> Diagnostic {
    let absent = known().filter(|known| declared.get(known).is_none());
    let meant = nearest(absent, name).or_else(|| nearest(known(), name));
    let help = match meant {
        Some(meant) => format!("write `{meant}`"),
        None if name.contains('.') => format!("properties of the topic stand in `topicConfiguration`; {}", members()),
        None => members(),
    };
    refused(format!("there is no member `{name}`"), location).help(help)
}

fn members() -> String {
    let optional: Vec<_> = known().filter(|name| *name != "topic").map(|name| format!("`{name}`")).collect();
    format!("it has `topic`, and may have {}", optional.join(", "))
}

/// The reason why a value is refused.
fn reason(error: &ValidationError<'_>) -> String {
    match error.kind() {
        // The schema has an alternative for each form, and none of them says more.
        ValidationErrorKind::AnyOf { .. } | ValidationErrorKind::OneOfNotValid { .. } => {
            let member = segments(error.instance_path().as_str()).last().unwrap_or_default();
            format!("`{member}` can't have this value")
        }
        _ => validator::reason(error),
    }
}

/// The levels of `compatibility`.
fn levels() -> impl Iterator<Item = &'static str> {
    let levels = X_KAFKA.0.pointer("/$defs/Compatibility/oneOf").and_then(Value::as_array);
    levels.into_iter().flatten().filter_map(|level| level["const"].as_str())
}

/// The text to write instead of a value that is refused.
fn advice(error: &ValidationError<'_>) -> String {
    let path = error.instance_path().as_str();
    let member = segments(path).next().unwrap_or_default();
    let value = error.instance();
    match (member.as_str(), error.kind()) {
        ("retryTopics", _) => DELAYS.to_owned(),
        ("schemaIdLocation", _) => LOCATIONS.to_owned(),
        ("key", _) => "a key is a JSON Pointer to a property, as `/order_id`".to_owned(),
        ("topicConfiguration", _) if path.len() > "/topicConfiguration".len() => {
            "the value of a property is a text, a number, `true` or `false`, or a list of texts".to_owned()
        }
        ("compatibility", _) => match nearest(levels(), value.as_str().unwrap_or_default()) {
            Some(name) => format!("write `{name}`"),
            None => format!("write one of `{}`", levels().collect::<Vec<_>>().join("`, `")),
        },
        (_, ValidationErrorKind::Type { .. }) => {
            match value.as_str().and_then(|text| text.trim().parse::<i32>().ok()) {
                Some(number) => format!("write `{number}`, without quotation marks"),
                None => meta::of_type(error.kind()).unwrap_or_else(members),
            }
        }
        (_, ValidationErrorKind::Required { property }) => match property.as_str() {
            Some("topic") => "name the topic: `\"topic\": \"orders.placed\"`".to_owned(),
            _ => members(),
        },
        ("partitions" | "replicas", ValidationErrorKind::Custom { .. }) => {
            "write 1 or more, or leave it out: then it is the broker's default".to_owned()
        }
        _ => members(),
    }
}
