//! Compares topics as their schemas declare them with the topics of a cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::client::error::AdminError;
use crate::message::Topic;

/// The differences between the declared topics and those of a cluster, as returned by [`Admin::plan`](super::Admin::plan).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The differences, in the order of the topics.
    pub differences: Vec<Difference>,
    /// The part that the user has no right to read of the declared topics, in the order of the topics. It may be as declared, or not;
    /// [`Admin::apply`](super::Admin::apply) leaves it.
    pub unreadable: Vec<Unreadable>,
}

/// A right to read that the user lacks on a declared topic. `Display` says it in a line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Unreadable {
    /// The name of the topic on the cluster.
    pub topic: String,
    /// The right, as an ACL has it: `Describe`, without which nobody learns whether the topic exists, or `DescribeConfigs`,
    /// without which its properties are unknown.
    pub right: &'static str,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { topic, right } = self;
        let what = if *right == "Describe" { "" } else { "the properties of " };
        write!(f, "{what}topic `{topic}` can't be read: this user needs the right `{right}` on it (an ACL)")
    }
}

impl Plan {
    /// True unless the cluster is known to be as declared, for which a check in CI fails: something differs, or is
    /// [unreadable](Self::unreadable). Topics and properties that nobody declared are no drift.
    #[must_use]
    pub fn has_drift(&self) -> bool {
        !self.unreadable.is_empty() || self.differences.iter().any(Difference::is_drift)
    }
}

/// A difference between a declared topic and the cluster. `Display` says it in a line, with what
/// [`Admin::apply`](super::Admin::apply) does about it. Names of topics are those on the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The topic does not exist.
    Missing {
        /// Its name.
        topic: String,
        /// The topic, as its schema declares it.
        declared: Topic,
    },
    /// The topic has another number of partitions.
    Partitions {
        /// Its name.
        topic: String,
        /// The number in its schema.
        declared: i32,
        /// The number on the cluster.
        found: i32,
    },
    /// Partitions of the topic have another number of replicas.
    Replicas {
        /// Its name.
        topic: String,
        /// The number in its schema.
        declared: i32,
        /// The number of the first partition that differs.
        found: i32,
    },
    /// A property of the topic has another value.
    Configuration {
        /// Its name.
        topic: String,
        /// The property, as `retention.ms`.
        property: String,
        /// The value in its schema.
        declared: String,
        /// The value that it has; `None` where the cluster knows no such property.
        found: Option<String>,
    },
    /// A property was set on the topic, and its schema says nothing of it.
    Undeclared {
        /// Its name.
        topic: String,
        /// The property.
        property: String,
        /// The value that it has.
        found: String,
    },
    /// The topic is on the cluster, and nobody declared it.
    Unknown {
        /// Its name.
        topic: String,
    },
}

impl Difference {
    /// The name of the topic on the cluster.
    #[must_use]
    pub fn topic(&self) -> &str {
        match self {
            Self::Missing { topic, .. }
            | Self::Partitions { topic, .. }
            | Self::Replicas { topic, .. }
            | Self::Configuration { topic, .. }
            | Self::Undeclared { topic, .. }
            | Self::Unknown { topic } => topic,
        }
    }

    /// True if the cluster is not as declared.
    #[must_use]
    pub fn is_drift(&self) -> bool {
        !matches!(self, Self::Undeclared { .. } | Self::Unknown { .. })
    }

    /// True if [`Admin::apply`](super::Admin::apply) removes it.
    #[must_use]
    pub fn is_applied(&self) -> bool {
        match self {
            Self::Missing { .. } | Self::Configuration { .. } => true,
            Self::Partitions { declared, found, .. } => declared > found,
            Self::Replicas { .. } | Self::Undeclared { .. } | Self::Unknown { .. } => false,
        }
    }

    /// A warning to read before it is applied.
    #[must_use]
    pub fn warning(&self) -> Option<&'static str> {
        match self {
            Self::Partitions { .. } if self.is_applied() => {
                Some("keys move to other partitions: messages of one key are not in order across the change")
            }
            _ => None,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { topic, .. } => write!(f, "topic `{topic}` does not exist; it is created"),
            Self::Partitions { topic, declared, found } if declared > found => {
                write!(f, "topic `{topic}` has {found} partitions, declared are {declared}; they are added")?;
                self.warning().map_or(Ok(()), |warning| write!(f, ", and {warning}"))
            }
            Self::Partitions { topic, declared, found } => write!(
                f,
                "topic `{topic}` has {found} partitions, declared are {declared}; it is left, because Kafka takes none away"
            ),
            Self::Replicas { topic, declared, found } => write!(
                f,
                "topic `{topic}` has {found} replicas, declared are {declared}; it is left, see kafka-reassign-partitions"
            ),
            Self::Configuration { topic, property, declared, found: Some(found) } => {
                write!(f, "topic `{topic}` has `{property}` {found}, declared is {declared}; it is set")
            }
            Self::Configuration { topic, property, declared, found: None } => {
                write!(
                    f,
                    "topic `{topic}` has no `{property}`, declared is {declared}; it is set if the cluster takes it"
                )
            }
            Self::Undeclared { topic, property, found } => {
                write!(f, "topic `{topic}` has `{property}` {found}, of which its schema says nothing; it is left")
            }
            Self::Unknown { topic } => write!(f, "topic `{topic}` is declared by no schema; it is left"),
        }
    }
}

/// The result of [`Admin::apply`](super::Admin::apply).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// The differences that are removed.
    pub done: Vec<Difference>,
    /// The differences that are left as they are.
    pub left: Vec<Difference>,
    /// The differences that Kafka refused to remove, and the reasons.
    pub failed: Vec<(Difference, AdminError)>,
}

/// A topic, as it is on the cluster.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// The number of replicas of each partition.
    pub(super) replicas: Vec<i32>,
    pub(super) properties: BTreeMap<String, FoundProperty>,
}

#[derive(Clone, Debug)]
pub(super) struct FoundProperty {
    pub(super) value: String,
    /// It was set on the topic, and is no default.
    pub(super) is_set: bool,
}

/// Compares topics by their names on the cluster. Of those that are not declared, only the ones after `prefix` count.
pub(super) fn compare(
    declared: &BTreeMap<String, Topic>,
    found: &BTreeMap<String, Found>,
    unreadable: &[Unreadable],
    prefix: Option<&str>,
) -> Vec<Difference> {
    let can_read = |topic: &str, right| !unreadable.iter().any(|it| it.topic == topic && it.right == right);
    let names: BTreeSet<&String> = declared.keys().chain(found.keys()).collect();
    let mut differences = Vec::new();
    for name in names {
        let topic = name.clone();
        match (declared.get(name), found.get(name)) {
            (Some(_), None) if !can_read(name, "Describe") => {}
            (Some(declared), None) => differences.push(Difference::Missing { topic, declared: declared.clone() }),
            (Some(declared), Some(found)) => {
                compare_partitions(name, declared, found, &mut differences);
                if can_read(name, "DescribeConfigs") {
                    compare_properties(name, declared, found, &mut differences);
                }
            }
            (None, _) if is_of_others(name, declared, prefix) => {}
            (None, _) => differences.push(Difference::Unknown { topic }),
        }
    }
    differences
}

/// Kafka's own topics, the dead letters and the retries of declared ones, and those of other deployments.
fn is_of_others(name: &str, declared: &BTreeMap<String, Topic>, prefix: Option<&str>) -> bool {
    name.starts_with("__")
        || name.strip_suffix(".dlq").is_some_and(|origin| declared.contains_key(origin))
        || name.rsplit_once(".retry-").is_some_and(|(origin, _)| declared.contains_key(origin))
        || prefix.is_some_and(|prefix| !name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.')))
}

fn compare_partitions(name: &str, declared: &Topic, found: &Found, differences: &mut Vec<Difference>) {
    let topic = || name.to_owned();
    let partitions = i32::try_from(found.replicas.len()).unwrap_or(i32::MAX);
    if let Some(declared) = declared.partitions.filter(|declared| *declared != partitions) {
        differences.push(Difference::Partitions { topic: topic(), declared, found: partitions });
    }
    if let Some(declared) = declared.replicas
        && let Some(found) = found.replicas.iter().find(|found| **found != declared)
    {
        differences.push(Difference::Replicas { topic: topic(), declared, found: *found });
    }
}

fn compare_properties(name: &str, declared: &Topic, found: &Found, differences: &mut Vec<Difference>) {
    let topic = || name.to_owned();
    let wanted: BTreeMap<&str, &str> = declared.configuration.iter().map(|(name, value)| (&**name, &**value)).collect();
    for (property, declared) in &wanted {
        let found = found.properties.get(*property).map(|found| found.value.clone());
        if !found.as_deref().is_some_and(|found| is_same(declared, found)) {
            let (property, declared) = ((*property).to_owned(), (*declared).to_owned());
            differences.push(Difference::Configuration { topic: topic(), property, declared, found });
        }
    }
    for (property, found) in
        found.properties.iter().filter(|(name, found)| found.is_set && !wanted.contains_key(&***name))
    {
        let (property, found) = (property.clone(), found.value.clone());
        differences.push(Difference::Undeclared { topic: topic(), property, found });
    }
}

/// True if two values mean the same: lists in any order, numbers however they are written.
fn is_same(one: &str, other: &str) -> bool {
    let items = |list: &str| list.split(',').map(|item| item.trim().to_owned()).collect::<BTreeSet<_>>();
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let numbers = number(one).zip(number(other));
    // Integers beyond 2^53 differ as texts although they are the same as floating-point numbers.
    let is_small = |number: f64| number.abs() < 9_007_199_254_740_992.0;
    items(one) == items(other) || numbers.is_some_and(|(one, other)| is_small(one) && one.total_cmp(&other).is_eq())
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn declared(topic: Topic) -> BTreeMap<String, Topic> {
        BTreeMap::from([(topic.name.to_string(), topic)])
    }

    fn found(name: &str, replicas: &[i32], properties: &[(&str, &str, bool)]) -> BTreeMap<String, Found> {
        let property = |(name, value, is_set): &(&str, &str, bool)| {
            ((*name).to_owned(), FoundProperty { value: (*value).to_owned(), is_set: *is_set })
        };
        let properties = properties.iter().map(property).collect();
        BTreeMap::from([(name.to_owned(), Found { replicas: replicas.to_vec(), properties })])
    }

    fn lines(declared: &BTreeMap<String, Topic>, found: &BTreeMap<String, Found>, prefix: Option<&str>) -> Vec<String> {
        compare(declared, found, &[], prefix).iter().map(ToString::to_string).collect()
    }

    const CONFIGURATION: &[crate::message::TopicProperty] = &[
        (Cow::Borrowed("cleanup.policy"), Cow::Borrowed("compact,delete")),
        (Cow::Borrowed("min.cleanable.dirty.ratio"), Cow::Borrowed("0.50")),
        (Cow::Borrowed("retention.ms"), Cow::Borrowed("9223372036854775807")),
    ];

    #[test]
    fn a_topic_as_declared_has_no_differences() {
        let topic = Topic::new("orders").with_partitions(2).with_replicas(3).with_configuration(CONFIGURATION);
        let same = found(
            "orders",
            &[3, 3],
            &[
                ("cleanup.policy", "delete,compact", true),
                ("min.cleanable.dirty.ratio", "0.5", false),
                ("retention.ms", "9223372036854775807", true),
                ("segment.bytes", "1073741824", false),
            ],
        );
        assert_eq!(lines(&declared(topic), &same, None), Vec::<String>::new());
        assert_eq!(lines(&declared(Topic::new("orders")), &found("orders", &[1], &[]), None), Vec::<String>::new());
    }

    #[test]
    fn each_difference_is_said_with_what_is_done_about_it() {
        let topic = Topic::new("orders").with_partitions(3).with_replicas(3).with_configuration(CONFIGURATION);
        let other = found(
            "orders",
            &[3, 1],
            &[
                ("cleanup.policy", "delete", false),
                ("retention.ms", "9223372036854775806", true),
                ("segment.bytes", "1000000", true),
            ],
        );
        let expected = [
            "topic `orders` has 2 partitions, declared are 3; they are added, and keys move to other partitions: \
             messages of one key are not in order across the change",
            "topic `orders` has 1 replicas, declared are 3; it is left, see kafka-reassign-partitions",
            "topic `orders` has `cleanup.policy` delete, declared is compact,delete; it is set",
            "topic `orders` has no `min.cleanable.dirty.ratio`, declared is 0.50; it is set if the cluster takes it",
            "topic `orders` has `retention.ms` 9223372036854775806, declared is 9223372036854775807; it is set",
            "topic `orders` has `segment.bytes` 1000000, of which its schema says nothing; it is left",
        ];
        assert_eq!(lines(&declared(topic), &other, None), expected);
    }

    #[test]
    fn what_can_t_be_read_is_no_difference_and_not_as_declared_either() {
        let topic = declared(Topic::new("orders").with_partitions(2).with_configuration(CONFIGURATION));
        let unreadable = |right| vec![Unreadable { topic: "orders".to_owned(), right }];
        let plan = |found: &BTreeMap<String, Found>, unreadable: Vec<Unreadable>| Plan {
            differences: compare(&topic, found, &unreadable, None),
            unreadable,
        };
        let hidden = plan(&BTreeMap::new(), unreadable("Describe"));
        assert!(hidden.differences.is_empty() && hidden.has_drift(), "{hidden:?}");
        let closed = plan(&found("orders", &[1], &[]), unreadable("DescribeConfigs"));
        assert!(matches!(closed.differences[..], [Difference::Partitions { .. }]), "{closed:?}");
    }

    #[test]
    fn partitions_are_never_taken_away() {
        let topic = declared(Topic::new("orders").with_partitions(1));
        let differences = compare(&topic, &found("orders", &[1, 1], &[]), &[], None);
        assert!(differences.iter().all(|it| it.is_drift() && !it.is_applied() && it.warning().is_none()));
        assert_eq!(differences.len(), 1);
    }

    #[test]
    fn missing_topics_are_drift_and_unknown_ones_are_not() {
        let plan =
            |declared, found| Plan { differences: compare(&declared, &found, &[], None), unreadable: Vec::new() };
        let missing = plan(declared(Topic::new("orders")), BTreeMap::new());
        assert!(missing.has_drift() && missing.differences[0].is_applied());
        let unknown = plan(BTreeMap::new(), found("orders", &[1], &[]));
        assert!(!unknown.has_drift());
        assert_eq!(unknown.differences, [Difference::Unknown { topic: "orders".to_owned() }]);
    }

    #[test]
    fn topics_of_kafka_of_dead_letters_and_of_other_deployments_are_passed_over() {
        let topics = declared(Topic::new("stage.orders"));
        let names = [
            "__consumer_offsets",
            "stage.orders.dlq",
            "stage.orders.retry-1m",
            "prod.orders",
            "stage2.orders",
            "stage.old",
        ];
        let mut there = found("stage.orders", &[1], &[]);
        there.extend(names.iter().flat_map(|name| found(name, &[1], &[])));
        let unknown = |prefix| lines(&topics, &there, prefix);
        assert_eq!(unknown(Some("stage")), ["topic `stage.old` is declared by no schema; it is left"]);
        assert_eq!(unknown(None).len(), 3);
    }
}
