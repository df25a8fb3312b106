//! Properties of topics that Kafka does not know, or would refuse.

use thoth_messaging_documents::near::nearest;
use thoth_messaging_documents::{Pointer, Property};

use super::Subject;
use crate::diagnostic::Diagnostic;

/// The values that a property takes.
#[derive(Clone, Copy)]
enum Takes {
    /// Whole numbers between two.
    Whole(i64, i64),
    /// The same, or one other number.
    WholeOr(i64, i64, i64),
    /// Numbers from 0 to 1.
    Ratio,
    /// `true` and `false`.
    Switch,
    /// One of some words.
    Word(&'static [&'static str]),
    /// Some of these words.
    Words(&'static [&'static str]),
    /// Replicas by partition and broker, as `0:1,1:2`, or `*`.
    Replicas,
}

use Takes::{Ratio, Replicas, Switch, Whole, WholeOr, Word, Words};

const INT: i64 = 2_147_483_647;
const LONG: i64 = i64::MAX;

/// The topic properties of Kafka 4.4, as its `LogConfig` declares them.
const PROPERTIES: [(&str, Takes); 37] = [
    ("cleanup.policy", Words(&["compact", "delete"])),
    ("compression.gzip.level", WholeOr(1, 9, -1)),
    ("compression.lz4.level", Whole(1, 17)),
    ("compression.type", Word(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"])),
    ("compression.zstd.level", Whole(-131_072, 22)),
    ("delete.retention.ms", Whole(0, LONG)),
    ("errors.deadletterqueue.group.enable", Switch),
    ("file.delete.delay.ms", Whole(0, LONG)),
    ("flush.messages", Whole(1, LONG)),
    ("flush.ms", Whole(0, LONG)),
    ("follower.replication.throttled.replicas", Replicas),
    ("index.interval.bytes", Whole(0, INT)),
    ("leader.replication.throttled.replicas", Replicas),
    ("local.retention.bytes", Whole(-2, LONG)),
    ("local.retention.ms", Whole(-2, LONG)),
    ("max.compaction.lag.ms", Whole(1, LONG)),
    ("max.decompressed.message.bytes", Whole(1, 2_147_483_639)),
    ("max.message.bytes", Whole(0, INT)),
    ("message.timestamp.after.max.ms", Whole(0, LONG)),
    ("message.timestamp.before.max.ms", Whole(0, LONG)),
    ("message.timestamp.type", Word(&["CreateTime", "LogAppendTime"])),
    ("min.cleanable.dirty.ratio", Ratio),
    ("min.compaction.lag.ms", Whole(0, LONG)),
    ("min.insync.replicas", Whole(1, INT)),
    ("preallocate", Switch),
    ("remote.copy.lag.bytes", Whole(-1, LONG)),
    ("remote.copy.lag.ms", Whole(-1, LONG)),
    ("remote.log.copy.disable", Switch),
    ("remote.log.delete.on.disable", Switch),
    ("remote.storage.enable", Switch),
    ("retention.bytes", Whole(i64::MIN, LONG)),
    ("retention.ms", Whole(-1, LONG)),
    ("segment.bytes", Whole(1_048_576, INT)),
    ("segment.index.bytes", Whole(4, INT)),
    ("segment.jitter.ms", Whole(0, LONG)),
    ("segment.ms", Whole(1, LONG)),
    ("unclean.leader.election.enable", Switch),
];

/// Those that Kafka 4.0 took away.
const GONE: [&str; 3] =
    ["message.downconversion.enable", "message.format.version", "message.timestamp.difference.max.ms"];

/// Properties of brokers that are not Apache's begin so.
const OTHERS: [&str; 2] = ["confluent.", "redpanda."];

pub(super) fn unknown_topic_property(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let files = subject.resolved.documents.iter().filter(|document| document.files.is_empty());
    for (document, kafka) in files.filter_map(|document| Some((document, document.kafka.as_ref()?))) {
        for (name, value) in &kafka.topic_configuration {
            let Some((message, help)) = complaint(name, value) else { continue };
            let pointer = Pointer::root().join("x-kafka").join("topicConfiguration").join(name);
            found.push(Diagnostic::warning("L0206", message, document.locate(&pointer)).help(help));
        }
    }
}

/// The mistake in a property, and the remedy.
fn complaint(name: &str, value: &Property) -> Option<(String, String)> {
    let Some((_, takes)) = PROPERTIES.iter().find(|(known, _)| *known == name) else { return unknown(name) };
    let text = value.text();
    (!takes.take(&text)).then(|| (format!("Kafka refuses `{text}` as `{name}`"), takes.advice(name, &text)))
}

fn unknown(name: &str) -> Option<(String, String)> {
    if OTHERS.iter().any(|prefix| name.starts_with(prefix)) {
        return None;
    }
    if GONE.contains(&name) {
        return Some((format!("Kafka 4 has no topic property `{name}` any more"), "leave it out".to_owned()));
    }
    let names = PROPERTIES.iter().map(|(name, _)| *name);
    // That of a broker has the name with `log.` before it.
    let help = match nearest(names, name.strip_prefix("log.").unwrap_or(name)) {
        Some(meant) => format!("write `{meant}`"),
        None => "write one of Kafka's documentation (\"Topic Configs\")".to_owned(),
    };
    Some((format!("Kafka has no topic property `{name}`"), help))
}

impl Takes {
    /// Whether Kafka takes a value, which it reads without the space around it.
    fn take(self, text: &str) -> bool {
        let text = text.trim();
        let number = || text.parse::<i64>().ok();
        let all = |is_one: &dyn Fn(&str) -> bool| text.is_empty() || text.split(',').map(str::trim).all(is_one);
        match self {
            Whole(low, high) => number().is_some_and(|number| (low..=high).contains(&number)),
            WholeOr(low, high, or) => number().is_some_and(|number| (low..=high).contains(&number) || number == or),
            Ratio => text.parse::<f64>().is_ok_and(|number| (0.0..=1.0).contains(&number)),
            Switch => text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"),
            Word(words) => words.contains(&text),
            Words(words) => all(&|word| words.contains(&word)),
            Replicas => text == "*" || all(&is_replica),
        }
    }

    fn advice(self, name: &str, text: &str) -> String {
        let unit = match name.rsplit('.').next() {
            Some("ms") => " of milliseconds",
            Some("bytes") => " of bytes",
            _ => "",
        };
        match self {
            Whole(i64::MIN, _) => format!("write a whole number{unit}"),
            Whole(low, INT | LONG) => format!("write a whole number{unit}, {low} or more"),
            Whole(low, high) => format!("write a whole number{unit} from {low} to {high}"),
            WholeOr(low, high, or) => format!("write a whole number from {low} to {high}, or {or}"),
            Ratio => "write a number from 0 to 1".to_owned(),
            Switch => "write `true` or `false`".to_owned(),
            Word(words) | Words(words) => {
                let word = text.split(',').map(str::trim).find(|word| !words.contains(word)).unwrap_or_default();
                match nearest(words.iter().copied(), word) {
                    Some(meant) => format!("write `{meant}`"),
                    None => format!("the values are `{}`", words.join("`, `")),
                }
            }
            Replicas => "write partitions and brokers, as `0:1,1:2`, or `*`".to_owned(),
        }
    }
}

fn is_replica(text: &str) -> bool {
    text.split_once(':').is_some_and(|(partition, broker)| {
        [partition, broker].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_held_against_what_kafka_takes() {
        let check = |name: &str, value: &str, is_taken: bool| {
            let complaint = complaint(name, &Property::Text(value.to_owned()));
            assert_eq!(complaint.is_none(), is_taken, "{name}={value}: {complaint:?}");
        };
        for (name, value) in [
            ("retention.ms", "-1"),
            ("retention.ms", " 604800000 "),
            ("cleanup.policy", "compact, delete"),
            ("cleanup.policy", ""),
            ("compression.gzip.level", "-1"),
            ("min.cleanable.dirty.ratio", "0.5"),
            ("preallocate", "TRUE"),
            ("unclean.leader.election.enable", "false"),
            ("leader.replication.throttled.replicas", "0:1,1:2"),
            ("leader.replication.throttled.replicas", "*"),
            ("retention.bytes", "-5"),
            ("confluent.value.schema.validation", "true"),
        ] {
            check(name, value, true);
        }
        for (name, value) in [
            ("retention.ms", "-2"),
            ("retention.ms", "one week"),
            ("retention.ms", "1.5"),
            ("cleanup.policy", "compcat"),
            ("compression.gzip.level", "0"),
            ("compression.type", "Zstd"),
            ("max.message.bytes", "2147483648"),
            ("min.cleanable.dirty.ratio", "2"),
            ("preallocate", "yes"),
            ("segment.bytes", "14"),
            ("leader.replication.throttled.replicas", "0"),
            ("retention.msec", "1"),
            ("message.format.version", "3.0"),
        ] {
            check(name, value, false);
        }
    }

    #[test]
    fn the_table_is_ordered() {
        assert!(PROPERTIES.is_sorted_by(|(one, _), (other, _)| one < other));
    }
}
