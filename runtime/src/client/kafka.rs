//! The facade of the client: it takes settings, and makes producers, consumers and administration.

use std::env;
use std::ffi::OsString;

use super::admin::Admin;
use super::consumer::{Consumer, Position, Start, TopicReader};
use super::error::{ConfigError, TransactionError};
use super::producer::{Producer, TransactionalProducer};
use super::settings::{self, Others, Settings, Token, Tokens};
use crate::message::{Decoder, Message, Topic, Typed};

/// A Kafka cluster and the settings of its clients: it makes producers, consumers and administration.
///
/// Every property of [librdkafka] can be set. The defaults are safe (see [`Producer`] and [`Consumer`]), and nothing connects
/// before a message is sent or asked for. `Debug` shows no passwords, tokens or keys.
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
#[derive(Clone, Debug)]
pub struct Kafka {
    settings: Settings,
}

impl Kafka {
    /// A cluster, given the addresses of some of its brokers: `host:port`, separated by commas.
    #[must_use]
    pub fn new(bootstrap_servers: impl Into<String>) -> Self {
        Self { settings: Settings::default().with("bootstrap.servers", bootstrap_servers) }
    }

    /// The cluster that the environment names.
    ///
    /// `KAFKA_BOOTSTRAP_SERVERS` must be set. Any other `KAFKA_SOME_PROPERTY` is librdkafka's `some.property`; a
    /// `CONSUMER_`, `PRODUCER_`, `TOPIC_PRODUCER_`, `TOPIC_CONSUMER_` or `TOPIC_` after `KAFKA_` does not count:
    /// `KAFKA_CONSUMER_GROUP_ID` is `group.id`, `KAFKA_TOPIC_PRODUCER_COMPRESSION_TYPE` is `compression.type`.
    /// With `_FILE` at its end, a variable names a file that holds the value, as secrets are mounted into containers:
    /// `KAFKA_SASL_PASSWORD_FILE=/run/secrets/kafka` (a line end at the end of the file does not count).
    /// `THOTH_DEPLOYMENT_NAME` is the topic prefix. An empty value is the same as none. The variables that Kubernetes
    /// sets for a service called `kafka` (`KAFKA_SERVICE_HOST`, `KAFKA_PORT_9092_TCP`, …) and those of Kafka's own tools (`KAFKA_HEAP_OPTS`) are none of ours. Any
    /// other that is no property is left with a warning, unless it is nearly one; with
    /// [`from_env_strict`](Self::from_env_strict) it is an error.
    ///
    /// # Errors
    ///
    /// If the addresses are missing, if a variable is nearly a property or has a value that librdkafka refuses, where a
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
        let variables = variables.into_iter().map(|(variable, value)| (variable.into(), value.into()));
        Ok(Self { settings: settings::read(variables, Others::Left)? })
    }

    /// As [`Kafka::from_env`], where a `KAFKA_…` variable that is no property, of Kafka's own tools or of Kubernetes is an
    /// error too, in place of a warning.
    ///
    /// # Errors
    ///
    /// As [`Kafka::from_env`], and where there is such a variable.
    pub fn from_env_strict() -> Result<Self, ConfigError> {
        Ok(Self { settings: settings::read(env::vars_os(), Others::Refused)? })
    }

    /// With a property of librdkafka, in place of the default or of what was set before.
    ///
    /// A property that is for producers only is kept from consumers, and the reverse. librdkafka
    /// checks the value when a client is made.
    #[must_use]
    pub fn with(self, property: impl AsRef<str>, value: impl Into<String>) -> Self {
        Self { settings: self.settings.with(property.as_ref(), value) }
    }

    /// With a consumer group: the consumers of a group share the partitions of a topic between them, and go on where
    /// the group stopped. The property `group.id`.
    #[must_use]
    pub fn with_group(self, group: impl Into<String>) -> Self {
        self.with("group.id", group)
    }

    /// With a prefix for the name of every topic: `<prefix>.<topic>`.
    #[must_use]
    pub fn with_topic_prefix(self, prefix: impl Into<String>) -> Self {
        Self { settings: self.settings.with_topic_prefix(prefix.into()) }
    }

    /// With SASL OAUTHBEARER (the feature `tls`), and tokens that an async function fetches from their issuer. It is called
    /// for each client that is made, and again before the token expires; where it fails, after 10 s. A producer, too, must
    /// then be made inside a tokio runtime.
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
    pub fn with_tokens<F, R>(self, fetch: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<Token, Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
    {
        Self { settings: self.settings.with_tokens(Tokens::new(fetch)) }
    }

    /// The name of a topic on the cluster: that of the schema, after the prefix.
    #[must_use]
    pub fn topic_name(&self, topic: &Topic) -> String {
        self.settings.prefixed(&topic.name)
    }

    /// The addresses of the brokers, as they were given.
    #[must_use]
    pub fn bootstrap_servers(&self) -> &str {
        self.settings.bootstrap_servers()
    }

    /// The consumer group, where one is set.
    pub(crate) fn group(&self) -> Option<&str> {
        self.settings.group()
    }

    /// A producer.
    ///
    /// # Errors
    ///
    /// Where librdkafka refuses a property or the whole of them.
    pub fn producer(&self) -> Result<Producer, ConfigError> {
        Producer::new(&self.settings)
    }

    /// A producer that sends in transactions. The id identifies it across restarts: it must be the same after one, and
    /// no other program may have it. The transaction that its predecessor left open is ended first.
    ///
    /// # Errors
    ///
    /// [`TransactionError::Config`] as [`Kafka::producer`], [`TransactionError::Unreachable`] where Kafka does not
    /// answer within `transaction.timeout.ms` (a minute), and [`TransactionError::Fatal`] where Kafka refuses it, as
    /// without the right to the id.
    pub async fn transactional(&self, id: impl Into<String>) -> Result<TransactionalProducer, TransactionError> {
        TransactionalProducer::new(&self.settings, id.into()).await
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
        Consumer::new(&self.settings, decoder, Start::Group)
    }

    /// A consumer of all partitions of a message type's topics from a position on, that is in no group: to look at what is
    /// there, or to replay it. It commits nothing, and `ack` has no effect. Partitions that are added later are
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
        Consumer::new(&self.settings.without_membership("thoth-messaging-replay"), decoder, Start::At(from))
    }

    /// A reader of a topic, by its name on the cluster: no prefix is added. Its saved positions belong to the
    /// [group](Self::with_group), which is not joined; without one, its name is `thoth-messaging-reader`.
    ///
    /// # Errors
    ///
    /// As [`Kafka::consumer`], but no group is needed.
    pub fn topic_reader(&self, topic: impl Into<String>) -> Result<TopicReader, ConfigError> {
        let group = self.settings.group().unwrap_or("thoth-messaging-reader");
        TopicReader::new(&self.settings.without_membership(group), topic.into())
    }

    /// Administration: to create topics and to ask whether the cluster answers.
    #[must_use]
    pub fn admin(&self) -> Admin {
        Admin::new(self.settings.clone())
    }

    /// The settings of its clients.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }
}
