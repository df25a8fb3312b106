//! Settings from environment variables.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use super::Settings;
use super::property::{self, Refusal};
use crate::client::error::{ConfigError, Setting};

const DEPLOYMENT: &str = "THOTH_DEPLOYMENT_NAME";
const SERVERS: &str = "KAFKA_BOOTSTRAP_SERVERS";

/// Qualifiers that may stand between `KAFKA_` and the name of a property. The first that gives a known one wins, so that
/// `KAFKA_TOPIC_METADATA_REFRESH_INTERVAL_MS` keeps its `topic`.
const QUALIFIERS: &[&str] = &["", "CONSUMER_", "PRODUCER_", "TOPIC_PRODUCER_", "TOPIC_CONSUMER_", "TOPIC_"];

/// Variables of Kafka's own tools and of its container images. They are no settings of a client. `KAFKA_DEBUG` is both, and is
/// taken for librdkafka's property.
const TOOLS: &[&str] = &[
    "BROKERS",
    "CLASSPATH",
    "CLUSTER_ID",
    "CONF",
    "CONFIG",
    "DATA",
    "GC_LOG_OPTS",
    "HEAP_OPTS",
    "HOME",
    "HOST",
    "JMX_HOSTNAME",
    "JMX_OPTS",
    "JMX_PORT",
    "JVM_PERFORMANCE_OPTS",
    "KRAFT_MODE",
    "LOG4J_CMD_OPTS",
    "LOG4J_OPTS",
    "MODE",
    "OPTS",
    "RUN_CLASS_OPTS",
    "URL",
    "VERSION",
    "ZOOKEEPER_CONNECT",
];

/// The way with variables that begin like those of this crate, and are for something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::client) enum Others {
    /// They are left, with a warning.
    Left,
    /// They are an error.
    Refused,
}

/// Reads settings from variables. An empty value is the same as none.
pub(in crate::client) fn read(
    variables: impl Iterator<Item = (OsString, OsString)>,
    others: Others,
) -> Result<Settings, ConfigError> {
    let mut variables = relevant(variables)?;
    let prefix = variables.remove(DEPLOYMENT);
    if !variables.contains_key(SERVERS) {
        return Err(ConfigError::MissingServers);
    }

    let mut settings = Settings::default();
    for (variable, value) in variables {
        let Some((property, value)) = property_of(&variable, value, others)? else { continue };
        settings.set(Setting { property, variable: Some(variable) }, value)?;
    }
    match prefix {
        Some(prefix) if !is_topic_name(&prefix) => Err(ConfigError::InvalidValue {
            setting: Setting { property: "topic prefix".to_owned(), variable: Some(DEPLOYMENT.to_owned()) },
            reason: "a topic name has letters, digits, `.`, `_` and `-` only".to_owned(),
        }),
        Some(prefix) => Ok(settings.with_topic_prefix(prefix)),
        None => Ok(settings),
    }
}

/// The variables of this crate, ordered by name, so that the same one of several mistakes is always reported first.
fn relevant(variables: impl Iterator<Item = (OsString, OsString)>) -> Result<BTreeMap<String, String>, ConfigError> {
    variables
        .filter_map(|(variable, value)| Some((variable.into_string().ok()?, value)))
        .filter(|(variable, value)| is_ours(variable) && !value.is_empty())
        .map(|(variable, value)| match value.into_string() {
            Ok(value) => Ok((variable, value)),
            Err(_) => Err(ConfigError::NotUnicode { variable }),
        })
        .collect()
}

fn is_ours(variable: &str) -> bool {
    variable == DEPLOYMENT
        || variable.strip_prefix("KAFKA_").is_some_and(|rest| !is_service_link(rest) && !is_of_tools(rest))
}

fn is_of_tools(rest: &str) -> bool {
    TOOLS.contains(&rest) || rest.starts_with("JMX_") || rest.starts_with("LOG4J_")
}

/// Kubernetes gives every container such variables for a service called `kafka`, as `KAFKA_SERVICE_HOST` and
/// `KAFKA_PORT_9092_TCP_ADDR`; no property looks like them.
fn is_service_link(rest: &str) -> bool {
    rest == "PORT"
        || rest.starts_with("PORT_")
        || rest.ends_with("_PORT")
        || rest.contains("SERVICE_HOST")
        || rest.contains("SERVICE_PORT")
        || rest.contains("_PORT_")
}

/// The property that a variable is for, and its value, which may stand in a file that the variable names; `None` for a variable
/// that is left.
fn property_of(variable: &str, value: String, others: Others) -> Result<Option<(String, String)>, ConfigError> {
    let name = variable.strip_prefix("KAFKA_").unwrap_or(variable);
    if let Some(property) = known(name) {
        return Ok(Some((property, value)));
    }
    if let Some(property) = name.strip_suffix("_FILE").and_then(known) {
        let text = contents(variable, &value, property::is_secret(&property))?;
        return Ok(Some((property, text)));
    }
    let value_name = name.strip_suffix("_FILE").unwrap_or(name);
    let meant = QUALIFIERS.iter().filter_map(|qualifier| value_name.strip_prefix(qualifier));
    let near = meant.map(dotted).find_map(|name| property::near(&name));
    if near.is_none() && others == Others::Left {
        tracing::warn!("Kafka: {variable} is no property of librdkafka, and is left");
        return Ok(None);
    }
    let setting = Setting { property: dotted(name), variable: Some(variable.to_owned()) };
    Err(ConfigError::UnknownProperty { setting, near: near.map(str::to_owned) })
}

/// The property of a name, with or without a qualifier.
fn known(name: &str) -> Option<String> {
    let mut candidates = QUALIFIERS.iter().filter_map(|qualifier| name.strip_prefix(qualifier)).map(dotted);
    // librdkafka looks at the name before the value, so that any value tells.
    candidates.find(|property| property::check(property, "") != Err(Refusal::Unknown))
}

/// The contents of a file, without the line end that editors and `echo` put there.
fn contents(variable: &str, path: &str, is_secret: bool) -> Result<String, ConfigError> {
    // Where somebody wrote the password itself, it is hardly an absolute path.
    let shown = if is_secret && !Path::new(path).is_absolute() { "***" } else { path };
    let unreadable =
        |reason: String| ConfigError::Unreadable { variable: variable.to_owned(), path: shown.to_owned(), reason };
    let text = fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    match text.strip_suffix('\r').unwrap_or(text) {
        "" => Err(unreadable("it is empty".to_owned())),
        text => Ok(text.to_owned()),
    }
}

fn dotted(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', ".")
}

fn is_topic_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::ffi::OsStringExt as _;

    use super::*;

    #[test]
    fn a_value_that_is_not_unicode_is_an_error_that_names_the_variable() {
        let value = OsString::from_vec(vec![0xff]);
        let error = read([(OsString::from(SERVERS), value)].into_iter(), Others::Left).unwrap_err();
        assert_eq!(error, ConfigError::NotUnicode { variable: SERVERS.to_owned() });
    }

    #[test]
    fn a_variable_that_is_no_property_is_left_or_an_error_by_choice() {
        let read = |name: &str, others| {
            let variables = [(SERVERS, "localhost:9092"), (name, "1")];
            super::read(variables.map(|(name, value)| (name.into(), value.into())).into_iter(), others)
        };
        for tool in ["KAFKA_HEAP_OPTS", "KAFKA_JMX_PORT", "KAFKA_LOG4J_OPTS", "KAFKA_SERVICE_HOST"] {
            assert!(read(tool, Others::Refused).is_ok(), "{tool}");
        }
        assert!(read("KAFKA_NO_SUCH_THING", Others::Left).is_ok());
        let error = read("KAFKA_NO_SUCH_THING", Others::Refused).unwrap_err();
        assert!(matches!(error, ConfigError::UnknownProperty { near: None, .. }), "{error:?}");
        let error = read("KAFKA_GROUP_IDD", Others::Left).unwrap_err();
        assert!(
            matches!(&error, ConfigError::UnknownProperty { near: Some(near), .. } if near == "group.id"),
            "{error:?}"
        );
    }
}
