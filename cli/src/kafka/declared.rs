//! What the schemas of a project declare: messages, their topics, and what payloads of them have to be.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use clap::Args;
use serde_json::{Value, json};
use thoth_messaging::dynamic::{Checker, Document};
use thoth_messaging::{DecodeError, Topic};
use thoth_messaging_codegen::{MessageInfo, XKafka, generate};
use thoth_messaging_compat::Files;

use super::cluster::Cluster;
use super::sensitive::Sensitive;
use crate::failure::Failure;
use crate::near::near;
use crate::report::count;
use crate::sets::Set;
use crate::{Context, sets};

/// Where the schemas are.
#[derive(Args)]
pub(crate) struct SchemaArgs {
    /// The folder of the schemas; those of the settings by default.
    #[arg(long, value_name = "FOLDER")]
    schemas: Option<PathBuf>,
}

/// The messages of all sets of schemas.
#[derive(Default)]
pub(crate) struct Declared {
    messages: Vec<MessageInfo>,
    /// The set of each message.
    sets: Vec<usize>,
    documents: Vec<Vec<Document>>,
    /// Whether `format` refuses values.
    formats: bool,
}

/// What the payloads of a topic are.
pub(crate) struct Type {
    /// What errors call it: the message, or the topic where that has several.
    pub(crate) name: String,
    /// The topic, by its name in the schema.
    pub(crate) topic: Topic,
    kinds: Vec<Kind>,
    /// What says what is wrong with a payload that is none of several kinds.
    any: Option<Checker>,
    /// The one kind that is asked for.
    only: Option<usize>,
    pub(crate) sensitive: Sensitive,
}

/// One of the messages of a topic.
pub(crate) struct Kind {
    /// The pointer of the key.
    pub(crate) key: Option<String>,
    checker: Checker,
}

/// The name of the schema of all messages of a topic, beside those of the messages.
const TOPIC: &str = "topic";

impl SchemaArgs {
    /// Reads the schemas. What has mistakes can't be used.
    pub(crate) fn read(&self, context: &Context) -> Result<Declared, Failure> {
        let folders: Vec<_> = self.schemas.iter().cloned().collect();
        let options = &context.config.options;
        let mut declared = Declared { formats: options.formats.asserts(), ..Declared::default() };
        for set in sets::read(&folders, &context.config)? {
            let generation = generate(&set.schemas, options);
            let errors =
                generation.diagnostics.iter().filter(|it| it.severity == thoth_messaging_codegen::Severity::Error);
            if let errors @ 1.. = errors.count() {
                let folder = set.folder.display();
                return Err(Failure::new(format!("the schemas in `{folder}` have {}", count(errors, "mistake")))
                    .help(format!("`thoth-messaging check {folder}` says where and what to do")));
            }
            declared.sets.extend(generation.messages.iter().map(|_| declared.documents.len()));
            declared.messages.extend(generation.messages);
            declared.documents.push(documents(&set, options.default_draft.uri())?);
        }
        Ok(declared)
    }
}

impl Declared {
    /// The topics, each once.
    pub(crate) fn topics(&self) -> Vec<Topic> {
        let mut topics: Vec<Topic> = Vec::new();
        for topic in self.messages.iter().map(|message| topic(&message.kafka)) {
            if topics.iter().all(|known| known.name != topic.name) {
                topics.push(topic);
            }
        }
        topics
    }

    /// What a name means: a message (its type or its file), or a topic, by its name in the schema or on the cluster.
    pub(crate) fn find(&self, name: &str, cluster: &Cluster) -> Result<Option<Type>, Failure> {
        let is_called = |it: &MessageInfo| [&it.name, &it.file, &it.origin].into_iter().any(|known| known == name);
        let is_on = |it: &MessageInfo| it.kafka.topic == name || cluster.prefixed(&it.kafka.topic) == name;
        if let Some(message) = self.messages.iter().find(|message| is_called(message)) {
            return self.of_topic(&message.kafka.topic, Some(&message.name)).map(Some);
        }
        let Some(message) = self.messages.iter().find(|message| is_on(message)) else { return Ok(None) };
        self.of_topic(&message.kafka.topic, None).map(Some)
    }

    /// The same, where it must be there.
    pub(crate) fn require(&self, name: &str, cluster: &Cluster) -> Result<Type, Failure> {
        self.find(name, cluster)?.ok_or_else(|| self.unknown(name))
    }

    /// The topic that a name means, where a schema declares it.
    pub(crate) fn require_declared(&self, name: &str, cluster: &Cluster) -> Result<Topic, Failure> {
        self.require(name, cluster).map(|found| found.topic)
    }

    /// That a name means nothing here.
    fn unknown(&self, name: &str) -> Failure {
        let names = self.messages.iter().flat_map(|message| [message.name.as_str(), message.kafka.topic.as_str()]);
        let near = near(names, name);
        let there_is = if near.is_empty() { String::new() } else { format!("there is {}; ", near.join(", ")) };
        Failure::new(format!("no schema declares a message or a topic `{name}`")).help(format!(
            "{there_is}`thoth-messaging list` shows them all, and `--unchecked` takes any topic of the cluster"
        ))
    }

    fn of_topic(&self, name: &str, only: Option<&str>) -> Result<Type, Failure> {
        let on_topic = self.messages.iter().zip(&self.sets).filter(|(message, _)| message.kafka.topic == name);
        let messages: Vec<_> = on_topic.map(|(message, set)| (message, &self.documents[*set])).collect();
        let mut kinds = Vec::new();
        let mut sensitive = Sensitive::default();
        for (message, documents) in &messages {
            let checker = self.checker(&message.name, (*documents).clone(), &message.file)?;
            kinds.push(Kind { key: message.kafka.key.clone(), checker });
            sensitive.add(&files(documents), &message.file);
        }
        let any = if messages.len() > 1 { Some(self.any(name, &messages)?) } else { None };
        let only = only.filter(|_| any.is_some()).and_then(|only| messages.iter().position(|it| it.0.name == only));
        let (first, _) = messages[0];
        let name = if any.is_some() { name.to_owned() } else { first.name.clone() };
        Ok(Type { name, topic: topic(&first.kafka), kinds, any, only, sensitive })
    }

    /// Whoever has several sets has the messages of a topic in one of them, or they are told apart one by one.
    fn any(&self, name: &str, messages: &[(&MessageInfo, &Vec<Document>)]) -> Result<Checker, Failure> {
        let kinds: Vec<Value> = messages.iter().map(|(message, _)| json!({"$ref": message.file})).collect();
        let mut documents: Vec<Document> = Vec::new();
        for document in messages.iter().flat_map(|(_, documents)| documents.iter()) {
            if documents.iter().all(|known| known.uris != document.uris) {
                documents.push(document.clone());
            }
        }
        documents.push(Document { uris: vec![TOPIC.to_owned()], contents: json!({"anyOf": kinds}) });
        self.checker(name, documents, TOPIC)
    }

    fn checker(&self, name: &str, documents: Vec<Document>, root: &str) -> Result<Checker, Failure> {
        Checker::new(name, documents, root, self.formats).map_err(|error| {
            Failure::new(format!("can't use the schema: {error}")).help("`thoth-messaging check` says where and why")
        })
    }
}

impl Type {
    /// The message that a payload is.
    pub(crate) fn check(&self, payload: &[u8]) -> Result<&Kind, DecodeError> {
        let [kind] = self.kinds.as_slice() else {
            let fits = self.kinds.iter().find(|kind| kind.checker.check(payload).is_ok());
            let error = || self.any.as_ref().and_then(|any| any.check(payload).err());
            return fits.map_or_else(|| Err(error().unwrap_or_else(|| self.refused(payload))), Ok);
        };
        kind.checker.check(payload).map(|()| kind)
    }

    /// What the first kind says: it is asked where a payload is none of them, and no one of all.
    fn refused(&self, payload: &[u8]) -> DecodeError {
        let first = self.kinds.first().and_then(|kind| kind.checker.check(payload).err());
        first.unwrap_or_else(|| DecodeError::Invalid { message: self.name.clone(), violations: Vec::new() })
    }

    /// Whether a message is one of those that are asked for.
    pub(crate) fn wants(&self, kind: &Kind) -> bool {
        self.only.is_none_or(|only| std::ptr::eq(&raw const self.kinds[only], kind))
    }

    /// Whether a message is the one that is asked for, where it is one.
    pub(crate) fn check_wanted(&self, payload: &[u8]) -> Result<&Kind, DecodeError> {
        match self.only {
            Some(only) => self.kinds[only].checker.check(payload).map(|()| &self.kinds[only]),
            None => self.check(payload),
        }
    }

    /// Whether the key of some kind is a value that its schema calls sensitive.
    pub(crate) fn has_sensitive_key(&self) -> bool {
        self.kinds.iter().filter_map(|kind| kind.key.as_deref()).any(|key| self.sensitive.covers(key))
    }
}

impl Kind {
    /// The key of a payload: a string as it is, another scalar as its JSON text.
    pub(crate) fn key_of(&self, payload: &[u8]) -> Option<String> {
        let pointer = self.key.as_deref()?;
        let payload: Value = serde_json::from_slice(payload).ok()?;
        match payload.pointer(pointer)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }
}

/// The types of topics, each made once.
pub(crate) struct Types<'d> {
    declared: &'d Declared,
    cluster: &'d Cluster,
    known: BTreeMap<String, Option<Rc<Type>>>,
}

impl<'d> Types<'d> {
    pub(crate) fn new(declared: &'d Declared, cluster: &'d Cluster) -> Self {
        Self { declared, cluster, known: BTreeMap::new() }
    }

    /// What is on a topic, by its name on the cluster; nothing where no schema declares it.
    pub(crate) fn of_topic(&mut self, topic: &str) -> Result<Option<Rc<Type>>, Failure> {
        if let Some(known) = self.known.get(topic) {
            return Ok(known.clone());
        }
        let found = self.declared.find(topic, self.cluster)?.map(Rc::new);
        self.known.insert(topic.to_owned(), found.clone());
        Ok(found)
    }
}

/// The topic of `x-kafka`.
fn topic(kafka: &XKafka) -> Topic {
    let property =
        |(name, value): (&String, &thoth_messaging_codegen::Property)| (name.clone().into(), value.text().into());
    let mut topic = Topic::new("");
    topic.name = Cow::Owned(kafka.topic.clone());
    topic.partitions = kafka.partitions;
    topic.replicas = kafka.replicas;
    topic.configuration = kafka.topic_configuration.iter().map(property).collect();
    topic
}

/// The files of a set, each with its draft.
fn documents(set: &Set, draft: &str) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    for (name, file) in set.schemas.iter() {
        let mut contents: Value = serde_json::from_str(&file.text).map_err(|_| {
            Failure::new(format!("`{}` is no JSON", file.origin)).help("`thoth-messaging check` says where and why")
        })?;
        if let Value::Object(members) = &mut contents {
            members.entry("$schema").or_insert_with(|| draft.into());
        }
        documents.push(Document { uris: vec![name.to_owned()], contents });
    }
    Ok(documents)
}

fn files(documents: &[Document]) -> Files {
    let mut files = Files::new();
    for document in documents {
        files.insert(document.uris[0].clone(), document.contents.clone());
    }
    files
}
