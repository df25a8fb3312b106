//! The settings that producers, consumers and administration share, as data.

mod property;
mod risks;
mod tokens;
mod variables;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Once};

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;

use self::property::Refusal;
pub(super) use self::property::Role;
pub use self::tokens::Token;
pub(super) use self::tokens::{Authenticated, Refresh, Tokens};
pub(super) use self::variables::{Others, read};
use super::error::{Cause, ConfigError, Setting};

/// The properties that belong to a member of a consumer group.
const MEMBERSHIP: &[&str] =
    &["group.instance.id", "group.protocol", "group.remote.assignor", "partition.assignment.strategy"];

const OAUTHBEARER: &str = "OAUTHBEARER";

/// The properties of librdkafka that a program sets, with the topic prefix and the source of tokens.
///
/// `Debug` shows no passwords, tokens or keys.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    /// By canonical name, so that a default never competes with another name for what was set.
    properties: BTreeMap<String, Property>,
    topic_prefix: Option<String>,
    tokens: Option<Tokens>,
    /// Done once the risks of these settings are logged, however many clients are made of them.
    warning: Shared,
}

/// Shared by all clones of settings.
#[derive(Clone)]
struct Shared(Arc<Once>);

impl Default for Shared {
    fn default() -> Self {
        Self(Arc::new(Once::new()))
    }
}

#[derive(Clone)]
struct Property {
    value: String,
    variable: Option<String>,
}

impl Settings {
    /// Sets a property, in place of what was set before.
    pub(super) fn with(mut self, property: &str, value: impl Into<String>) -> Self {
        let property = property::canonical(property).to_owned();
        if risks::PROPERTIES.contains(&property.as_str()) {
            self.warning = Shared::default();
        }
        self.properties.insert(property, Property { value: value.into(), variable: None });
        self
    }

    pub(super) fn with_topic_prefix(self, prefix: String) -> Self {
        Self { topic_prefix: Some(prefix), ..self }
    }

    pub(super) fn with_tokens(self, tokens: Tokens) -> Self {
        Self { tokens: Some(tokens), ..self }.with("sasl.mechanism", OAUTHBEARER)
    }

    /// The settings of a consumer that joins no group. librdkafka requires the name of one.
    pub(super) fn without_membership(&self, group: &str) -> Self {
        let mut settings = self.clone();
        for property in MEMBERSHIP {
            settings.properties.remove(*property);
        }
        settings.with("group.id", group)
    }

    /// The addresses of the brokers, as they were given.
    pub(super) fn bootstrap_servers(&self) -> &str {
        self.get("bootstrap.servers").unwrap_or_default()
    }

    /// The consumer group, where one is set.
    pub(super) fn group(&self) -> Option<&str> {
        self.get("group.id").filter(|group| !group.is_empty())
    }

    pub(super) fn topic_prefix(&self) -> Option<&str> {
        self.topic_prefix.as_deref()
    }

    pub(super) fn tokens(&self) -> Option<&Tokens> {
        self.tokens.as_ref()
    }

    /// Starts to renew the tokens of a client, where tokens are set.
    pub(super) fn authenticate<C: Authenticated>(&self, client: &Arc<C>) -> Result<(), ConfigError> {
        self.tokens.as_ref().map_or(Ok(()), |tokens| tokens.keep_fresh(client))
    }

    /// The name on the cluster of a topic, given its name in the schema.
    pub(crate) fn prefixed(&self, topic: &str) -> String {
        match &self.topic_prefix {
            Some(prefix) => format!("{prefix}.{topic}"),
            None => topic.to_owned(),
        }
    }

    /// Sets a property from a variable, after checking it.
    pub(super) fn set(&mut self, setting: Setting, value: String) -> Result<(), ConfigError> {
        let property = property::canonical(&setting.property).to_owned();
        check(&setting, &value)?;
        match self.properties.get(&property) {
            Some(other) if other.value != value => Err(ConfigError::Contradiction {
                property,
                variables: [other.variable.clone(), setting.variable].map(Option::unwrap_or_default),
            }),
            _ => {
                self.properties.insert(property, Property { value, variable: setting.variable });
                Ok(())
            }
        }
    }

    /// The value of a property that was set.
    pub(crate) fn get(&self, property: &str) -> Option<&str> {
        self.properties.get(property).map(|property| property.value.as_str())
    }

    /// The configuration of a client: the properties that apply to it, over defaults.
    pub(super) fn client_config(&self, role: Role, defaults: &[(&str, &str)]) -> Result<ClientConfig, ConfigError> {
        if self.bootstrap_servers().is_empty() {
            return Err(ConfigError::MissingServers);
        }
        if self.tokens.is_some() && self.get("sasl.mechanism") != Some(OAUTHBEARER) {
            let reason = "the tokens of `with_tokens` are for OAUTHBEARER".to_owned();
            return Err(ConfigError::InvalidValue { setting: self.setting("sasl.mechanism"), reason });
        }
        let mut config = ClientConfig::new();
        config.set("client.id", "thoth-messaging");
        for (property, value) in defaults {
            config.set(*property, *value);
        }
        for (name, property) in &self.properties {
            let setting = Setting { property: name.clone(), variable: property.variable.clone() };
            check(&setting, &property.value)?;
            if property::is_for(role, name) {
                config.set(name, &property.value);
            }
        }
        config.set_log_level(self.log_level());
        self.warning.0.call_once(|| risks::risks(&config).iter().for_each(|risk| tracing::warn!("Kafka: {risk}")));
        Ok(config)
    }

    /// The level at which librdkafka logs. rdkafka would go by its own facade alone, and ignore the property.
    fn log_level(&self) -> RDKafkaLogLevel {
        let level = self.get("log_level").and_then(|level| level.parse().ok());
        let has_contexts = self.get("debug").is_some_and(|contexts| !contexts.is_empty());
        match level {
            Some(level) => syslog_level(level),
            None if has_contexts => RDKafkaLogLevel::Debug,
            None => RDKafkaLogLevel::Info,
        }
    }

    /// Refuses a value that would break a guarantee.
    pub(super) fn refuse(
        &self,
        config: &ClientConfig,
        property: &str,
        value: &str,
        reason: &'static str,
    ) -> Result<(), ConfigError> {
        // Asked of librdkafka, because a boolean has many spellings.
        let actual = config.create_native_config().and_then(|config| config.get(property)).map_err(Cause::new)?;
        if actual != value {
            return Ok(());
        }
        Err(ConfigError::Unsafe { setting: self.setting(property), reason })
    }

    /// Refuses a property that must not be set at all.
    pub(super) fn refuse_set(&self, property: &str, reason: &'static str) -> Result<(), ConfigError> {
        if self.get(property).is_none() {
            return Ok(());
        }
        Err(ConfigError::Unsafe { setting: self.setting(property), reason })
    }

    fn setting(&self, property: &str) -> Setting {
        let variable = self.properties.get(property).and_then(|property| property.variable.clone());
        Setting { property: property.to_owned(), variable }
    }
}

fn syslog_level(level: u8) -> RDKafkaLogLevel {
    match level {
        0 => RDKafkaLogLevel::Emerg,
        1 => RDKafkaLogLevel::Alert,
        2 => RDKafkaLogLevel::Critical,
        3 => RDKafkaLogLevel::Error,
        4 => RDKafkaLogLevel::Warning,
        5 => RDKafkaLogLevel::Notice,
        6 => RDKafkaLogLevel::Info,
        _ => RDKafkaLogLevel::Debug,
    }
}

fn check(setting: &Setting, value: &str) -> Result<(), ConfigError> {
    let setting = setting.clone();
    match property::check(&setting.property, value) {
        Ok(()) => Ok(()),
        Err(Refusal::Unknown) => {
            let near = property::near(&setting.property).map(str::to_owned);
            Err(ConfigError::UnknownProperty { setting, near })
        }
        Err(Refusal::Value(reason)) => Err(ConfigError::InvalidValue { setting, reason }),
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let properties: BTreeMap<_, _> = self
            .properties
            .iter()
            .map(|(name, property)| (name, if property::is_secret(name) { "***" } else { &property.value }))
            .collect();
        f.debug_struct("Settings")
            .field("properties", &properties)
            .field("topic_prefix", &self.topic_prefix)
            .field("tokens", &self.tokens.is_some())
            .finish_non_exhaustive()
    }
}
