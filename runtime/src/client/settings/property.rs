//! The properties of librdkafka: their aliases, the clients that they apply to, which are secret, and checks of values.

use rdkafka::ClientConfig;
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaConfRes;

/// The kind of client that a property applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::client) enum Role {
    Producer,
    Consumer,
    Admin,
}

/// The reason for which librdkafka refuses a property.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// There is no such property.
    Unknown,
    /// There is, but not with this value. The reason does not repeat it: whatever the property, it may be a secret that
    /// was set in the wrong place.
    Value(String),
}

/// Two names for one property, of which librdkafka would take the last that it is given. The right ones are the ones
/// that the Java client and the original use as well.
const ALIASES: &[(&str, &str)] = &[
    ("compression.codec", "compression.type"),
    ("fetch.message.max.bytes", "max.partition.fetch.bytes"),
    ("max.in.flight", "max.in.flight.requests.per.connection"),
    ("message.send.max.retries", "retries"),
    ("message.timeout.ms", "delivery.timeout.ms"),
    ("metadata.broker.list", "bootstrap.servers"),
    ("queue.buffering.max.ms", "linger.ms"),
    ("request.required.acks", "acks"),
    ("sasl.mechanisms", "sasl.mechanism"),
    ("sasl.oauthbearer.client.credentials.client.id", "sasl.oauthbearer.client.id"),
    ("sasl.oauthbearer.client.credentials.client.secret", "sasl.oauthbearer.client.secret"),
];

/// `P` in librdkafka's CONFIGURATION.md.
const PRODUCER: &[&str] = &[
    "acks",
    "batch.num.messages",
    "batch.size",
    "compression.level",
    "compression.type",
    "delivery.report.only.error",
    "delivery.timeout.ms",
    "enable.gapless.guarantee",
    "enable.idempotence",
    "linger.ms",
    "partitioner",
    "produce.offset.report",
    "queue.buffering.backpressure.threshold",
    "queue.buffering.max.kbytes",
    "queue.buffering.max.messages",
    "queuing.strategy",
    "request.timeout.ms",
    "retries",
    "sticky.partitioning.linger.ms",
    "transaction.timeout.ms",
    "transactional.id",
];

/// `C` in librdkafka's CONFIGURATION.md.
const CONSUMER: &[&str] = &[
    "auto.commit.enable",
    "auto.commit.interval.ms",
    "auto.offset.reset",
    "check.crcs",
    "consume.callback.max.messages",
    "coordinator.query.interval.ms",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.partition.eof",
    "fetch.error.backoff.ms",
    "fetch.max.bytes",
    "fetch.min.bytes",
    "fetch.queue.backoff.ms",
    "fetch.wait.max.ms",
    "group.id",
    "group.instance.id",
    "group.protocol",
    "group.protocol.type",
    "group.remote.assignor",
    "heartbeat.interval.ms",
    "isolation.level",
    "max.partition.fetch.bytes",
    "max.poll.interval.ms",
    "offset.store.method",
    "offset.store.path",
    "offset.store.sync.interval.ms",
    "partition.assignment.strategy",
    "queued.max.messages.kbytes",
    "queued.min.messages",
    "session.timeout.ms",
];

/// The properties of all clients that people set, to find out what a name was meant for.
const SHARED: &[&str] = &[
    "allow.auto.create.topics",
    "api.version.request",
    "broker.address.family",
    "broker.address.ttl",
    "client.id",
    "client.rack",
    "connections.max.idle.ms",
    "debug",
    "log_level",
    "max.in.flight.requests.per.connection",
    "message.max.bytes",
    "metadata.max.age.ms",
    "receive.message.max.bytes",
    "reconnect.backoff.max.ms",
    "reconnect.backoff.ms",
    "retry.backoff.max.ms",
    "retry.backoff.ms",
    "sasl.kerberos.service.name",
    "sasl.password",
    "sasl.username",
    "security.protocol",
    "socket.connection.setup.timeout.ms",
    "socket.keepalive.enable",
    "socket.timeout.ms",
    "ssl.ca.location",
    "ssl.ca.pem",
    "ssl.certificate.location",
    "ssl.certificate.pem",
    "ssl.endpoint.identification.algorithm",
    "ssl.key.location",
    "ssl.key.password",
    "ssl.key.pem",
    "ssl.keystore.location",
    "ssl.keystore.password",
    "topic.metadata.refresh.interval.ms",
];

/// Properties without an effect in administration, which does not poll.
const NOT_OF_ADMIN: &[&str] = &["statistics.interval.ms"];

/// Parts of names whose values nobody should see in a log.
const SECRET: &[&str] =
    &["credential", "jaas", "oauthbearer.config", "passphrase", "password", "pem", "secret", "token", "username"];

/// The name of a property, where it has two.
pub(super) fn canonical(name: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name)
}

/// The property that a name was probably meant for: a quarter of its letters may differ.
pub(super) fn near(name: &str) -> Option<&'static str> {
    let all =
        ALIASES.iter().map(|(_, name)| name).chain([PRODUCER, CONSUMER, NOT_OF_ADMIN, SHARED].into_iter().flatten());
    let distance = |property: &&&str| strsim::damerau_levenshtein(property, name);
    let near = all.copied().min_by_key(|property| distance(&property))?;
    (distance(&&near) <= (near.len() / 6).max(1)).then_some(near)
}

/// True if a property applies to a kind of client, given its canonical name.
pub(super) fn is_for(role: Role, name: &str) -> bool {
    match role {
        Role::Producer => !CONSUMER.contains(&name),
        Role::Consumer => !PRODUCER.contains(&name),
        Role::Admin => ![PRODUCER, CONSUMER, NOT_OF_ADMIN].iter().any(|others| others.contains(&name)),
    }
}

/// True if the value of a property must not be shown.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET.iter().any(|part| name.contains(part))
}

/// Properties that are any text to librdkafka until a client is made, which then refuses it with an error that repeats it.
const ENUMERATED: &[(&str, &[&str])] = &[
    ("partition.assignment.strategy", &["range", "roundrobin", "cooperative-sticky"]),
    ("sasl.mechanism", &["GSSAPI", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"]),
];

/// Asks librdkafka to check a value of a property.
pub(super) fn check(name: &str, value: &str) -> Result<(), Refusal> {
    if let Some((_, known)) = ENUMERATED.iter().find(|(listed, _)| *listed == canonical(name))
        && !value.split(',').all(|part| known.contains(&part.trim()))
    {
        return Err(Refusal::Value(format!("expected {}", known.join(", "))));
    }
    match ClientConfig::new().set(name, value).create_native_config() {
        Ok(_) => Ok(()),
        Err(KafkaError::ClientConfig(RDKafkaConfRes::RD_KAFKA_CONF_UNKNOWN, ..)) => Err(Refusal::Unknown),
        Err(KafkaError::ClientConfig(_, reason, ..)) => Err(Refusal::Value(in_our_words(without_value(&reason), name))),
        Err(error) => Err(Refusal::Value(error.to_string())),
    }
}

/// librdkafka's reason for refusing a value, without the value: it repeats numbers, and what is none of an enumeration.
fn without_value(reason: &str) -> String {
    if let Some((_, range)) = reason.split_once(" is outside allowed range ") {
        return format!("the value is outside the range {}", range.trim());
    }
    if !reason.contains(" value ") || reason.starts_with("Expected bool value") {
        return reason.to_owned();
    }
    // Of a value that this build lacks it says at its end what that needs.
    match reason.rsplit_once(": ").filter(|(said, _)| said.starts_with("Unsupported value ")) {
        Some((_, lacking)) => format!("the value needs what this build has not: {lacking}"),
        None => "librdkafka refuses the value".to_owned(),
    }
}

/// Names a property as it was set, where librdkafka has another name for it.
fn in_our_words(reason: String, property: &str) -> String {
    let aliases = ALIASES.iter().filter(|(_, name)| *name == property);
    aliases.fold(reason, |reason, (alias, name)| reason.replace(&format!("\"{alias}\""), &format!("\"{name}\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// librdkafka reports an unknown name before it looks at the value, so any value tells.
    fn is_known(name: &str) -> bool {
        check(name, "1") != Err(Refusal::Unknown)
    }

    #[test]
    fn every_listed_property_exists() {
        let listed = ALIASES
            .iter()
            .flat_map(|(alias, name)| [alias, name])
            .chain(PRODUCER)
            .chain(CONSUMER)
            .chain(NOT_OF_ADMIN)
            .chain(SHARED);
        let unknown: Vec<_> = listed.filter(|name| !is_known(name)).collect();
        assert_eq!(unknown, Vec::<&&str>::new());
    }

    #[test]
    fn properties_of_one_role_are_kept_from_the_others() {
        assert!(is_for(Role::Producer, "acks") && !is_for(Role::Consumer, "acks") && !is_for(Role::Admin, "acks"));
        assert!(is_for(Role::Consumer, "group.id") && !is_for(Role::Producer, "group.id"));
        assert!(is_for(Role::Admin, "client.id") && is_for(Role::Producer, "client.id"));
        let statistics =
            [Role::Producer, Role::Consumer, Role::Admin].map(|role| is_for(role, "statistics.interval.ms"));
        assert_eq!(statistics, [true, true, false]);
    }

    #[test]
    fn refuses_an_unknown_name_and_a_wrong_value() {
        assert_eq!(check("acks", "all"), Ok(()));
        assert_eq!(check("no.such.property", "1"), Err(Refusal::Unknown));
        assert!(matches!(check("session.timeout.ms", "soon"), Err(Refusal::Value(_))));
        let Err(Refusal::Value(reason)) = check("acks", "maybe") else { panic!("it is no number") };
        assert!(!reason.contains("request.required.acks"), "{reason}");
        assert_eq!(check("debug", "cgrp,topic"), Ok(()));
        assert_eq!(check("partition.assignment.strategy", "range, roundrobin"), Ok(()));
    }

    #[test]
    fn no_refusal_repeats_the_value() {
        let listed = ALIASES.iter().flat_map(|(alias, name)| [alias, name]).chain(PRODUCER).chain(CONSUMER);
        let others = [
            "security.protocol",
            "sasl.mechanism",
            "debug",
            "client.dns.lookup",
            "broker.address.family",
            "log_level",
            "message.max.bytes",
            "enable.ssl.certificate.verification",
            "ssl.endpoint.identification.algorithm",
            "sasl.oauthbearer.method",
            "reconnect.backoff.max.ms",
        ];
        let mut refused = 0;
        for name in listed.chain(others.iter()) {
            for value in
                ["s3cret98765", "all,s3cret98765", "PLAIN,s3cret98765", "-98765", "98765000000", "a: s3cret98765"]
            {
                if let Err(Refusal::Value(reason)) = check(name, value) {
                    assert!(!reason.contains("98765"), "{name}: {reason}");
                    refused += 1;
                }
            }
        }
        assert!(refused > 100, "{refused}");
        for name in ["security.protocol", "sasl.mechanism", "debug", "auto.offset.reset", "client.dns.lookup"] {
            assert!(matches!(check(name, "s3cret98765"), Err(Refusal::Value(_))), "{name}");
        }
    }
}
