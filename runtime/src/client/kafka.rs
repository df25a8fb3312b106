//! The settings that producers, consumers and administration share.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;
use std::{env, fmt};

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;

use super::admin::Admin;
use super::consumer::Consumer;
use super::error::{Cause, ConfigError, Setting, TransactionError};
use super::positions::Position;
use super::producer::Producer;
use super::property::{self, Refusal, Role};
use super::reader::Start;
use super::tokens::{Authenticated, Token, Tokens};
use super::topic_reader::TopicReader;
use super::transaction::TransactionalProducer;
use super::variables;
use crate::message::{Decoder, Message, Topic, Typed};

/// What only a member of a group has.
const OF_GROUPS: &[&str] =
    &["group.instance.id", "group.protocol", "group.remote.assignor", "partition.assignment.strategy"];

const OAUTHBEARER: &str = "OAUTHBEARER";

/// Where Kafka is, and how to speak to it: what producers, consumers and administration are made from.
///
/// Every property of [librdkafka] can be set. What it says by default is safe (see [`Producer`] and [`Consumer`]), and
/// nothing connects before a message is sent or asked for. `Debug` shows no passwords, tokens or keys.
///
/// [librdkafka]: https://github.com/confluentinc/librdkafka/blob/v2.12.1/CONFIGURATION.md
///
/// ```
/// use thoth_messaging::client::Kafka;
///
/// let kafka = Kafka::new("localhost:9092")
///     .with_group("advise-reporter")
///     .with("security.protocol", "SASL_SSL")
///     .with("sasl.password", "hunter2");
/// assert!(!format!("{kafka:?}").contains("hunter2"));
/// ```
#[derive(Clone)]
pub struct Kafka {
    /// By canonical name, so that a default never competes with another name for what was set.
    properties: BTreeMap<String, Property>,
    topic_prefix: Option<String>,
    tokens: Option<Tokens>,
}

#[derive(Clone)]
struct Property {
    value: String,
    variable: Option<String>,
}

impl Kafka {
    /// A cluster, given the addresses of some of its brokers: `host:port`, separated by commas.
    #[must_use]
    pub fn new(bootstrap_servers: impl Into<String>) -> Self {
        Self::empty().with("bootstrap.servers", bootstrap_servers)
    }

    /// The cluster that the environment names.
    ///
    /// `KAFKA_BOOTSTRAP_SERVERS` must be set. Any other `KAFKA_SOME_PROPERTY` is librdkafka's `some.property`; a
    /// `CONSUMER_`, `PRODUCER_`, `TOPIC_PRODUCER_`, `TOPIC_CONSUMER_` or `TOPIC_` after `KAFKA_` does not count:
    /// `KAFKA_CONSUMER_GROUP_ID` is `group.id`, `KAFKA_TOPIC_PRODUCER_COMPRESSION_TYPE` is `compression.type`.
    /// With `_FILE` at its end, a variable names a file that holds the value, as secrets are mounted into containers:
    /// `KAFKA_SASL_PASSWORD_FILE=/run/secrets/kafka` (a line end at the end of the file does not count).
    /// `THOTH_DEPLOYMENT_NAME` is the topic prefix. An empty value is the same as none. The variables that Kubernetes
    /// sets for a service called `kafka` (`KAFKA_SERVICE_HOST`, `KAFKA_PORT_9092_TCP`, …) are none of ours.
    ///
    /// # Errors
    ///
    /// Where the addresses are missing, where a variable is no property or has a value that librdkafka refuses, where a
    /// file can't be read, and where two variables say different things of one property. The error names the variable.
    ///
    /// ```no_run
    /// # use thoth_messaging::client::Kafka;
    /// let kafka = Kafka::from_env()?;
    /// # Ok::<(), thoth_messaging::client::ConfigError>(())
    /// ```
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_variables(env::vars_os())
    }

    /// As [`Kafka::from_env`], from any variables.
    ///
    /// # Errors
    ///
    /// As [`Kafka::from_env`].
    ///
    /// ```
    /// use thoth_messaging::client::Kafka;
    /// use thoth_messaging::Topic;
    ///
    /// let variables = [("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"), ("THOTH_DEPLOYMENT_NAME", "ocp4-stage")];
    /// let kafka = Kafka::from_variables(variables)?;
    /// assert_eq!(kafka.topic_name(&Topic::new("thoth.repo-init")), "ocp4-stage.thoth.repo-init");
    ///
    /// let error = Kafka::from_variables([("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"), ("KAFKA_ACKS", "some")]);
    /// assert!(error.unwrap_err().to_string().starts_with("KAFKA_ACKS (`acks`)"));
    /// # Ok::<(), thoth_messaging::client::ConfigError>(())
    /// ```
    pub fn from_variables<N, V>(variables: impl IntoIterator<Item = (N, V)>) -> Result<Self, ConfigError>
    where
        N: Into<OsString>,
        V: Into<OsString>,
    {
        variables::read(variables.into_iter().map(|(variable, value)| (variable.into(), value.into())))
    }

    /// With a property of librdkafka, in place of the default or of what was set before.
    ///
    /// A property that is for producers only is kept from consumers, and the reverse. Whether librdkafka takes the
    /// value shows when a client is made.
    #[must_use]
    pub fn with(mut self, property: impl AsRef<str>, value: impl Into<String>) -> Self {
        let property = property::canonical(property.as_ref()).to_owned();
        self.properties.insert(property, Property { value: value.into(), variable: None });
        self
    }

    /// With a consumer group: the consumers of a group share the partitions of a topic between them, and go on where
    /// the group stopped. The property `group.id`.
    #[must_use]
    pub fn with_group(self, group: impl Into<String>) -> Self {
        self.with("group.id", group)
    }

    /// With a prefix for the name of every topic: `<prefix>.<topic>`.
    #[must_use]
    pub fn with_topic_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.topic_prefix = Some(prefix.into());
        self
    }

    /// With SASL OAUTHBEARER (the feature `tls`), and tokens that an async function gets from their issuer. It is called
    /// for each client that is made, and again in time before the token expires; where it fails, after 10 s. A producer,
    /// too, is then to be made inside a tokio runtime.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use thoth_messaging::Kafka;
    /// use thoth_messaging::client::Token;
    ///
    /// # async fn ask_the_issuer() -> Result<String, std::io::Error> { Ok(String::new()) }
    /// let kafka = Kafka::new("kafka.example.org:9093").with("security.protocol", "SASL_SSL").with_tokens(async || {
    ///     let value = ask_the_issuer().await?;
    ///     Ok(Token::new(value, SystemTime::now() + Duration::from_secs(3600)))
    /// });
    /// ```
    #[must_use]
    pub fn with_tokens<F, R>(mut self, fetch: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<Token, Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
    {
        self.tokens = Some(Tokens::new(fetch));
        self.with("sasl.mechanism", OAUTHBEARER)
    }

    /// The name of a topic on the cluster: that of the schema, after the prefix.
    #[must_use]
    pub fn topic_name(&self, topic: &Topic) -> String {
        self.prefixed(&topic.name)
    }

    /// The addresses of the brokers, as they were given.
    #[must_use]
    pub fn bootstrap_servers(&self) -> &str {
        self.get("bootstrap.servers").unwrap_or_default()
    }

    /// The consumer group, where one is set.
    pub(crate) fn group(&self) -> Option<&str> {
        self.get("group.id")
    }

    /// A producer.
    ///
    /// # Errors
    ///
    /// Where librdkafka refuses a property or the whole of them.
    pub fn producer(&self) -> Result<Producer, ConfigError> {
        Producer::new(self)
    }

    /// A producer that sends in transactions. The id says who it is across restarts: it must be the same after one, and
    /// no other program's. What the one before it left open is ended first.
    ///
    /// # Errors
    ///
    /// [`TransactionError::Config`] as [`Kafka::producer`], [`TransactionError::Unreachable`] where Kafka does not
    /// answer within `transaction.timeout.ms` (a minute), and [`TransactionError::Fatal`] where Kafka refuses it, as
    /// without the right to the id.
    pub async fn transactional(&self, id: impl Into<String>) -> Result<TransactionalProducer, TransactionError> {
        TransactionalProducer::new(self, id.into()).await
    }

    /// A consumer of the topic of a generated type.
    ///
    /// # Errors
    ///
    /// Where there is no group, where librdkafka refuses a property or the whole of them, and outside of a tokio
    /// runtime.
    pub fn consumer<T: Message>(&self) -> Result<Consumer<Typed<T>>, ConfigError> {
        self.consumer_of(Typed::new())
    }

    /// A consumer of the topic of any message type.
    ///
    /// # Errors
    ///
    /// As [`Kafka::consumer`].
    pub fn consumer_of<I: Decoder>(&self, decoder: I) -> Result<Consumer<I>, ConfigError> {
        Consumer::new(self, decoder, Start::Group)
    }

    /// A consumer of all partitions of a message type's topics from a position on, that is in no group: to look at what is
    /// there, or to replay it. It commits nothing, and `ack` is of no consequence. Partitions that are added later are
    /// not read.
    ///
    /// ```no_run
    /// # async fn run(kafka: thoth_messaging::Kafka) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::{Duration, SystemTime};
    /// use thoth_messaging::Typed;
    /// use thoth_messaging::client::Position;
    /// use thoth_messaging::messages::PackageReleased;
    ///
    /// let yesterday = SystemTime::now() - Duration::from_secs(24 * 3600);
    /// let mut replay = kafka.replay_of(Typed::<PackageReleased>::new(), Position::Time(yesterday))?;
    /// while let Some(received) = replay.next().await {
    ///     println!("{}", received?.message().package_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Kafka::consumer`], but no group is needed.
    pub fn replay_of<I: Decoder>(&self, decoder: I, from: Position) -> Result<Consumer<I>, ConfigError> {
        // librdkafka wants the name of a group, which is never joined.
        Consumer::new(&self.without_membership().with_group("thoth-messaging-replay"), decoder, Start::At(from))
    }

    /// Looks at a topic, by its name on the cluster: no prefix is added. The [group](Self::with_group) is the one that its
    /// saved positions are kept for, and is not joined; without one, its name is `thoth-messaging-reader`.
    ///
    /// # Errors
    ///
    /// As [`Kafka::consumer`], but no group is needed.
    pub fn topic_reader(&self, topic: impl Into<String>) -> Result<TopicReader, ConfigError> {
        let kafka = self.without_membership();
        let group = self.group().filter(|group| !group.is_empty()).unwrap_or("thoth-messaging-reader").to_owned();
        TopicReader::new(&kafka.with_group(group), topic.into())
    }

    /// Without what only a member of a group has.
    fn without_membership(&self) -> Self {
        let mut kafka = self.clone();
        for property in OF_GROUPS {
            kafka.properties.remove(*property);
        }
        kafka
    }

    /// Administration: to create topics and to ask whether the cluster answers.
    #[must_use]
    pub fn admin(&self) -> Admin {
        Admin::new(self.clone())
    }

    /// Sees to the tokens of a client.
    pub(super) fn authenticate<C: Authenticated>(&self, client: &Arc<C>) -> Result<(), ConfigError> {
        self.tokens.as_ref().map_or(Ok(()), |tokens| tokens.keep_fresh(client))
    }

    pub(super) fn tokens(&self) -> Option<&Tokens> {
        self.tokens.as_ref()
    }

    pub(super) fn topic_prefix(&self) -> Option<&str> {
        self.topic_prefix.as_deref()
    }

    /// A name of a schema, as a name on the cluster.
    pub(super) fn prefixed(&self, topic: &str) -> String {
        match &self.topic_prefix {
            Some(prefix) => format!("{prefix}.{topic}"),
            None => topic.to_owned(),
        }
    }

    /// No settings, not even where Kafka is.
    pub(super) fn empty() -> Self {
        Self { properties: BTreeMap::new(), topic_prefix: None, tokens: None }
    }

    /// Sets what a variable says, once it is known to be good.
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
    pub(super) fn get(&self, property: &str) -> Option<&str> {
        self.properties.get(property).map(|property| property.value.as_str())
    }

    /// What librdkafka is to be given for a client: the properties that are for it, over defaults.
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
        Ok(config)
    }

    /// What librdkafka is to log; rdkafka would look at nothing but its own facade, and leave the property out.
    fn log_level(&self) -> RDKafkaLogLevel {
        let level = self.get("log_level").and_then(|level| level.parse().ok());
        let has_contexts = self.get("debug").is_some_and(|contexts| !contexts.is_empty());
        match level {
            Some(level) => native_level(level),
            None if has_contexts => RDKafkaLogLevel::Debug,
            None => RDKafkaLogLevel::Info,
        }
    }

    /// Refuses a property that would break a promise.
    pub(super) fn refuse(
        &self,
        config: &ClientConfig,
        property: &str,
        value: &str,
        reason: &'static str,
    ) -> Result<(), ConfigError> {
        // Asked of librdkafka, because a boolean has many spellings.
        let actual = config.create_native_config().and_then(|config| config.get(property)).map_err(Cause::from)?;
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

/// A level of syslog.
fn native_level(level: u8) -> RDKafkaLogLevel {
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
        Err(Refusal::Unknown) => Err(ConfigError::UnknownProperty { setting }),
        Err(Refusal::Value(reason)) if !property::is_secret(&setting.property) => {
            Err(ConfigError::InvalidValue { setting, reason })
        }
        Err(Refusal::Value(_)) => {
            Err(ConfigError::InvalidValue { setting, reason: "librdkafka refuses the value".to_owned() })
        }
    }
}

impl fmt::Debug for Kafka {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let properties: BTreeMap<_, _> = self
            .properties
            .iter()
            .map(|(name, property)| (name, if property::is_secret(name) { "***" } else { &property.value }))
            .collect();
        f.debug_struct("Kafka")
            .field("properties", &properties)
            .field("topic_prefix", &self.topic_prefix)
            .field("tokens", &self.tokens.is_some())
            .finish()
    }
}
