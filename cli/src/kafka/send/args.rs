//! The arguments of `send`.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use thoth_messaging::Topic;
use thoth_messaging::client::Header;

use super::deliver::Extras;
use super::destination::Destination;
use super::input::Input;
use super::item::Item;
use super::original;
use crate::failure::Failure;
use crate::kafka::cluster::{Cluster, ClusterArgs};
use crate::kafka::schemas::{SchemaArgs, Schemas};
use crate::validate::{InputKind, Source, note_terminal};

/// Send messages: one, a file of them, or standard input.
///
/// Every payload is checked against its schema first, and gets the key that the schema declares. A file is checked as a
/// whole before any of it is sent; from standard input, valid payloads are sent as they arrive. Each refused payload is
/// reported with its line and every violation.
#[derive(Args)]
#[command(group(ArgGroup::new("what").required(true).args(["message", "topic_name", "message_file"])))]
#[command(after_help = "Examples:\n  \
    thoth-messaging send OrderPlaced '{\"order_id\": \"A-1\"}'\n  \
    thoth-messaging send OrderPlaced --file orders.ndjson.zst\n  \
    jq --compact-output '.[]' orders.json | thoth-messaging send OrderPlaced --file -\n  \
    thoth-messaging send OrderPlaced --tombstone --key A-1\n\n\
    Exit codes: 0 all delivered, 1 something was refused or not delivered, 2 could not run.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct SendArgs {
    /// The message, by its type, title or file, or a topic.
    #[arg(value_name = "MESSAGE")]
    message: Option<String>,
    /// The payload; `-` or none for standard input.
    #[arg(value_name = "PAYLOAD", conflicts_with_all = ["file", "tombstone"], requires = "message")]
    payload: Option<String>,
    /// A file of payloads, one per line; a `.json` file is one payload, .gz and .zst are decompressed, - is standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "tombstone", requires = "message")]
    file: Option<PathBuf>,
    /// Send a tombstone: a record without a payload, which marks its key as deleted.
    #[arg(long, requires = "key", requires = "message")]
    tombstone: bool,
    /// The key, instead of the one that the schema declares.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// A header. May be repeated.
    #[arg(long = "header", short = 'H', value_name = "NAME=VALUE")]
    headers: Vec<String>,
    /// Send the valid payloads of a file that has invalid ones.
    #[arg(long)]
    skip_invalid: bool,
    /// Accept a topic that no schema declares. Its payloads are not checked.
    #[arg(long)]
    unchecked: bool,
    /// Create the topic as its schema declares it, if it does not exist.
    #[arg(long)]
    create_if_not_exist: bool,
    /// The partitions of a topic that is created, instead of those that its schema declares.
    #[arg(long, value_name = "COUNT", requires = "create_if_not_exist", value_parser = clap::value_parser!(i32).range(1..))]
    partitions: Option<i32>,
    /// The replicas of a topic that is created, instead of those that its schema declares.
    #[arg(long, value_name = "COUNT", requires = "create_if_not_exist", value_parser = clap::value_parser!(i32).range(1..=32767))]
    replication: Option<i32>,

    /// A topic, in the form of the original Python program, which fills in `component_name` and `service_version`.
    #[arg(long, value_name = "TOPIC", requires = "message_contents", help_heading = "Form of the Python program")]
    topic_name: Option<String>,
    /// The payload for it.
    #[arg(long, value_name = "JSON", requires = "topic_name", help_heading = "Form of the Python program")]
    message_contents: Option<String>,
    /// A file with an array of `{"topic_name": …, "message_contents": {…}}`.
    #[arg(long, value_name = "FILE", help_heading = "Form of the Python program")]
    message_file: Option<PathBuf>,

    #[command(flatten)]
    pub(super) schemas: SchemaArgs,
    #[command(flatten)]
    pub(super) cluster: ClusterArgs,
}

impl SendArgs {
    /// The key and the headers of every message.
    pub(super) fn extras(&self) -> Result<Extras, Failure> {
        let header = |text: &String| {
            let divided = text.split_once('=').filter(|(name, _)| !name.is_empty());
            divided.map(|(name, value)| Header::new(name, value)).ok_or_else(|| {
                Failure::new(format!("`--header {text}` has no value")).help("write `--header NAME=VALUE`")
            })
        };
        let headers = self.headers.iter().map(header).collect::<Result<_, _>>()?;
        Ok(Extras { key: self.key.clone(), headers })
    }

    /// A topic that no schema declares may be all that is wanted, where there are no schemas.
    pub(super) fn needs_schemas(&self) -> bool {
        !self.unchecked || self.message_file.is_some()
    }

    pub(super) fn skips_invalid(&self) -> bool {
        self.skip_invalid
    }

    pub(super) fn creates(&self) -> bool {
        self.create_if_not_exist
    }

    /// A topic as it is to be created.
    pub(super) fn sized(&self, mut topic: Topic) -> Topic {
        topic.partitions = self.partitions.or(topic.partitions);
        topic.replicas = self.replication.or(topic.replicas);
        topic
    }

    /// The messages that are to be sent.
    pub(super) fn input(&self, schemas: &Schemas, cluster: &Cluster) -> Result<Input, Failure> {
        let find = |name: &str| Destination::find(name, self.unchecked, schemas, cluster);
        if let Some(file) = &self.message_file {
            return original::file(file, &find).map(Input::Items);
        }
        if let (Some(topic), Some(contents)) = (&self.topic_name, &self.message_contents) {
            return Ok(Input::Items(vec![original::one(topic, contents, &find)?]));
        }
        let destination = find(self.message.as_deref().unwrap_or_default())?;
        if self.tombstone {
            let place = ("the tombstone".to_owned(), 0);
            return Ok(Input::Items(vec![Item { source: place.0, number: place.1, destination, payload: None }]));
        }
        let Some(file) = &self.file else {
            return Ok(Input::Items(vec![self.one(destination)?]));
        };
        let source = if file.as_os_str() == "-" { Source::Stdin } else { Source::File(file.clone()) };
        if source == Source::Stdin {
            note_terminal(&["-".to_owned()]);
        }
        let whole = source.kind() == InputKind::Json;
        Ok(Input::Lines { source, whole, destination })
    }

    /// The one payload of the command, or all of standard input.
    fn one(&self, destination: Destination) -> Result<Item, Failure> {
        let (source, payload) = match self.payload.as_deref() {
            Some(payload) if payload != "-" && Path::new(payload).is_file() => {
                let message = self.message.as_deref().unwrap_or_default();
                return Err(Failure::new(format!("`{payload}` is a file, and no payload"))
                    .help(format!("write `thoth-messaging send {message} --file {payload}` to send what is in it")));
            }
            Some(payload) if payload != "-" => ("the payload".to_owned(), payload.as_bytes().to_vec()),
            _ => {
                note_terminal(&["-".to_owned()]);
                let mut payload = Vec::new();
                std::io::Read::read_to_end(&mut std::io::stdin(), &mut payload)
                    .map_err(|error| Source::Stdin.unreadable(&error))?;
                ("-".to_owned(), payload)
            }
        };
        Ok(Item { source, number: 0, destination, payload: Some(payload) })
    }
}
