//! The address of Kafka and its settings, from the environment and the command.

use std::env;
use std::ffi::OsString;

use clap::Args;
use thoth_messaging::client::AdminError;
use thoth_messaging::{Kafka, Topic};

use crate::failure::Failure;

const SERVERS: &str = "KAFKA_BOOTSTRAP_SERVERS";
const PREFIX: &str = "THOTH_DEPLOYMENT_NAME";

/// The options of every command that speaks to Kafka.
#[derive(Args)]
pub(crate) struct ClusterArgs {
    /// Some of Kafka's brokers, as `localhost:9092,localhost:9093`; those of `KAFKA_BOOTSTRAP_SERVERS` by default.
    #[arg(long, value_name = "SERVERS", help_heading = "Kafka")]
    bootstrap_servers: Option<String>,
    /// Set a property of librdkafka, as `security.protocol=SASL_SSL`, which overrides variables such as
    /// `KAFKA_SECURITY_PROTOCOL`. May be repeated. Other users of the machine can see it: put a password into
    /// `KAFKA_SASL_PASSWORD`, or a file that `KAFKA_SASL_PASSWORD_FILE` names.
    #[arg(short = 'X', long = "property", value_name = "PROPERTY=VALUE", help_heading = "Kafka")]
    properties: Vec<String>,
}

/// The settings of a command.
pub(crate) struct Cluster {
    /// With the prefix of the deployment in front of the topics that schemas declare.
    pub(crate) kafka: Kafka,
    /// The prefix of the deployment.
    pub(crate) prefix: Option<String>,
}

impl ClusterArgs {
    /// The settings: the variables of the environment, and over them what the command says.
    pub(crate) fn cluster(&self) -> Result<Cluster, Failure> {
        let properties = self.properties.iter().map(|property| divided(property)).collect::<Result<Vec<_>, _>>()?;
        let said = properties.iter().rfind(|(name, _)| *name == "bootstrap.servers").map(|(_, value)| *value);
        let mut variables: Vec<(OsString, OsString)> = env::vars_os().collect();
        if let Some(servers) = self.bootstrap_servers.as_deref().or(said) {
            variables.retain(|(name, _)| name != SERVERS && name != "KAFKA_BOOTSTRAP_SERVERS_FILE");
            variables.push((SERVERS.into(), servers.into()));
        }
        let mut kafka = Kafka::from_variables(variables)?;
        for (name, value) in properties.into_iter().filter(|(name, _)| *name != "bootstrap.servers") {
            kafka = kafka.with(name, value);
        }
        let prefix = env::var(PREFIX).ok().filter(|prefix| !prefix.is_empty());
        Ok(Cluster { kafka, prefix })
    }
}

impl Cluster {
    /// A name without the prefix of the deployment, where it has it.
    pub(crate) fn without_prefix<'n>(&self, name: &'n str) -> &'n str {
        let prefix = self.prefix.as_deref();
        let rest = prefix.and_then(|prefix| name.strip_prefix(prefix)).and_then(|rest| rest.strip_prefix('.'));
        rest.unwrap_or(name)
    }

    /// Makes sure that a topic that was not found is not one that the user may not see.
    pub(crate) async fn see(&self, topic: &str) -> Result<(), Failure> {
        let mut absent = Topic::new("");
        absent.name = self.without_prefix(topic).to_owned().into();
        match self.kafka.admin().plan([&absent]).await {
            Ok(plan) => plan.unreadable.first().map_or(Ok(()), |hidden| {
                Err(Failure::new(hidden.to_string()).help(
                    "without this right nobody learns whether there is such a topic: give it, or look for a slip in the name",
                ))
            }),
            // Nothing is hidden there.
            Err(AdminError::NoController { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// A name of a schema, as a name on the cluster.
    pub(crate) fn prefixed(&self, topic: &str) -> String {
        self.prefix.as_ref().map_or_else(|| topic.to_owned(), |prefix| format!("{prefix}.{topic}"))
    }
}

fn divided(property: &str) -> Result<(&str, &str), Failure> {
    let divided = property.split_once('=').filter(|(name, _)| !name.is_empty());
    divided.ok_or_else(|| {
        Failure::new(format!("`-X {property}` has no value")).help("write `-X PROPERTY=VALUE`, as `-X client.id=me`")
    })
}
