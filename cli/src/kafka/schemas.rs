//! The messages and topics that the schemas of a project declare, as names on a cluster find them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use clap::Args;
use thoth_messaging::message::{self, Guid, SchemaIdLocation, SchemaVersion};
use thoth_messaging::{Descriptor, Topic};
use thoth_messaging_codegen::{MessageInfo, Property, RegisteredVersion, XKafka};
use thoth_messaging_compat::Schema;
use thoth_messaging_documents::x_kafka;

use super::cluster::Cluster;
use super::sensitive::Sensitive;
use super::topic_schema::{MessageSchema, TopicSchema};
use crate::context::Context;
use crate::failure::Failure;
use crate::project::Project;
use crate::project::documents;
use crate::project::find::{Found, Wanted, find, unknown};
use crate::project::message::Message;

/// The folder of the schemas.
#[derive(Args)]
pub(super) struct SchemaArgs {
    /// The folder of the schemas; those of the settings by default.
    #[arg(long, value_name = "FOLDER")]
    schemas: Option<PathBuf>,
}

/// The messages of all folders of schemas.
#[derive(Default)]
pub(super) struct Schemas {
    project: Project,
    /// Set if `format` refuses values.
    formats: bool,
}

impl SchemaArgs {
    /// Reads the schemas. Those with mistakes can't be used.
    pub(super) fn read(&self, context: &Context) -> Result<Schemas, Failure> {
        let folders: Vec<_> = self.schemas.iter().cloned().collect();
        let project = Project::read_sound(&folders, &context.config)?;
        Ok(Schemas { project, formats: context.config.options.formats.asserts() })
    }
}

impl Schemas {
    /// The topics, each once.
    pub(super) fn topics(&self) -> Vec<Topic> {
        let mut topics: Vec<Topic> = Vec::new();
        for topic in self.project.messages.iter().filter_map(|it| it.generated.as_ref()).map(|it| topic(&it.kafka)) {
            if topics.iter().all(|known| known.name != topic.name) {
                topics.push(topic);
            }
        }
        topics
    }

    /// The schema of a message or a topic, by its name in the schemas or on the cluster; nothing where none is declared.
    pub(super) fn find(&self, name: &str, cluster: &Cluster) -> Result<Option<TopicSchema>, Failure> {
        let found = match find(&self.project.messages, name, Wanted::Any)? {
            None => self.find_topic(name, cluster),
            found => found,
        };
        found.map(|found| self.topic_schema(&found)).transpose()
    }

    /// The same where it has to be there.
    pub(super) fn require(&self, name: &str, cluster: &Cluster) -> Result<TopicSchema, Failure> {
        let unknown = || unknown(&self.project.messages, name, Wanted::Any, Some(UNCHECKED));
        self.find(name, cluster)?.ok_or_else(unknown)
    }

    /// The topic of a name, where a schema declares it.
    pub(super) fn require_declared(&self, name: &str, cluster: &Cluster) -> Result<Topic, Failure> {
        self.require(name, cluster).map(|found| found.topic)
    }

    /// The name on the cluster of what a name means: a message or topic that a schema declares, or any topic that is there.
    pub(super) fn topic_on(
        &self,
        name: &str,
        cluster: &Cluster,
        known: &BTreeMap<String, usize>,
    ) -> Result<Option<String>, Failure> {
        let candidates = [self.declared_on(name, cluster)?, name.to_owned()];
        Ok(candidates.into_iter().find(|candidate| known.contains_key(candidate)))
    }

    /// The name that the topic of a message, or a topic, has on the cluster if it is there.
    pub(super) fn declared_on(&self, name: &str, cluster: &Cluster) -> Result<String, Failure> {
        let topic = match find(&self.project.messages, name, Wanted::Any)? {
            Some(Found::Message(message)) => &message.topic,
            Some(Found::Topic(topic)) => topic,
            None => cluster.without_prefix(name),
        };
        Ok(cluster.prefixed(topic))
    }

    /// The names of the messages on a topic, by its name on the cluster.
    pub(super) fn messages_on(&self, topic: &str, cluster: &Cluster) -> Vec<&str> {
        self.project.on_topic(cluster.without_prefix(topic)).into_iter().map(Message::name).collect()
    }

    /// The topic of a name on the cluster.
    fn find_topic(&self, name: &str, cluster: &Cluster) -> Option<Found<'_>> {
        let names = [name, cluster.without_prefix(name)];
        let messages = &self.project.messages;
        let message = names.iter().find_map(|name| messages.iter().find(|message| message.topic == **name))?;
        Some(Found::Topic(&message.topic))
    }

    fn topic_schema(&self, found: &Found<'_>) -> Result<TopicSchema, Failure> {
        let topic_name = match found {
            Found::Message(message) => message.topic.as_str(),
            Found::Topic(topic) => topic,
        };
        let on_topic = self.project.on_topic(topic_name);
        let (mut messages, mut sensitive, mut schemas) = (Vec::new(), Sensitive::default(), Vec::new());
        for message in &on_topic {
            let checker = self.project.message_checker(message, self.formats)?;
            let key = message.generated.as_ref().and_then(|info| info.kafka.key.clone());
            let descriptor = message.generated.as_ref().map(descriptor);
            let descriptor = descriptor.unwrap_or_else(|| Descriptor::new("", Topic::new(""), &NO_SCHEMA));
            messages.push(MessageSchema { key, descriptor, checker });
            let files = documents::files(self.project.documents(message.folder));
            sensitive.add(&files, &message.file);
            // Where it can't be read so, the checker has refused it already.
            schemas.extend(Schema::new(&files, &message.file));
        }
        let first = on_topic.iter().find_map(|message| message.generated.as_ref());
        let mut schema = TopicSchema {
            name: topic_name.to_owned(),
            topic: first.map_or_else(|| Topic::new(""), |MessageInfo { kafka, .. }| topic(kafka)),
            messages,
            any: None,
            only: None,
            sensitive,
            schemas,
        };
        if let (Some(first), 1) = (first, on_topic.len()) {
            schema.name.clone_from(&first.name);
        } else {
            schema.any = Some(self.project.topic_checker(topic_name, &on_topic, self.formats)?);
            schema.only = on_topic.iter().position(|message| *found == Found::Message(message));
        }
        Ok(schema)
    }
}

static NO_SCHEMA: message::Schema = message::Schema::new("", "", "");

/// The descriptor of a message, as generated code has it: its name, and the ids of its schema.
fn descriptor(info: &MessageInfo) -> Descriptor {
    let guid = |guid: &thoth_messaging_documents::Guid| Guid::from_bytes(*guid.as_bytes());
    let mut schema = NO_SCHEMA.clone();
    schema.guid = info.identity.as_ref().map(|identity| guid(&identity.guid));
    if let Some(registered) = &info.registered {
        schema.id = Some(registered.id);
        let version = |it: &RegisteredVersion| {
            let mut version = SchemaVersion::new(it.version, it.id);
            version.guid = it.guid.as_ref().map(guid);
            version
        };
        schema.versions = registered.versions.iter().map(version).collect();
    }
    let mut descriptor = Descriptor::new("", topic(&info.kafka), &NO_SCHEMA);
    descriptor.name = Cow::Owned(info.name.clone());
    descriptor.schema = Cow::Owned(schema);
    descriptor
}

const UNCHECKED: &str = "`--unchecked` takes any topic of the cluster";

/// The schemas of topics, each made once.
pub(super) struct TopicSchemas<'s> {
    schemas: &'s Schemas,
    cluster: &'s Cluster,
    known: BTreeMap<String, Option<Rc<TopicSchema>>>,
}

impl<'s> TopicSchemas<'s> {
    pub(super) fn new(schemas: &'s Schemas, cluster: &'s Cluster) -> Self {
        Self { schemas, cluster, known: BTreeMap::new() }
    }

    /// The schema of a topic, by its name on the cluster; nothing where none is declared.
    pub(super) fn get(&mut self, topic: &str) -> Result<Option<Rc<TopicSchema>>, Failure> {
        if let Some(known) = self.known.get(topic) {
            return Ok(known.clone());
        }
        let found = self.schemas.find_topic(topic, self.cluster);
        let found = found.map(|found| self.schemas.topic_schema(&found)).transpose()?.map(Rc::new);
        self.known.insert(topic.to_owned(), found.clone());
        Ok(found)
    }
}

/// The topic of `x-kafka`.
fn topic(kafka: &XKafka) -> Topic {
    let property = |(name, value): (&String, &Property)| (name.clone().into(), value.text().into());
    let mut topic = Topic::new("");
    topic.name = Cow::Owned(kafka.topic.clone());
    topic.partitions = kafka.partitions;
    topic.replicas = kafka.replicas;
    topic.configuration = kafka.topic_configuration.iter().map(property).collect();
    topic.retry_delays = kafka.retry_delays().unwrap_or_default().into();
    topic.schema_id_location = kafka.schema_id_location.map(|location| match location {
        x_kafka::SchemaIdLocation::Header => SchemaIdLocation::Header,
        x_kafka::SchemaIdLocation::Payload => SchemaIdLocation::Payload,
    });
    topic
}
