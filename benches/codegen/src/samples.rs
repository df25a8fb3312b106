//! Messages and payloads of them.

use std::error::Error;
use std::fmt;

use corpora::{ALL, Corpus, Road};
use oracle::Mutations;
use serde_json::Value;
use thoth_messaging::registry::Entry;
use thoth_messaging_codegen::SchemaSet;

use crate::by_hand::Struct;
use crate::thoth;

/// So many changes to a payload are tried until one is refused.
const CHANGES: usize = 100;

/// A generated type, and the ways to read it.
#[derive(Clone, Copy)]
pub struct Message {
    /// By its Rust type.
    pub road: &'static Road,
    /// As the registry has it.
    pub entry: &'static Entry,
    /// The struct that a person wrote.
    pub by_hand: Option<&'static Struct>,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.road.message)
    }
}

/// A payload that its message accepts.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its message, as an index in [`Set::messages`].
    pub message: usize,
    /// The text.
    pub text: Vec<u8>,
}

/// Messages whose schemas belong together, and payloads of them.
#[derive(Debug)]
pub struct Set {
    /// The name.
    pub name: &'static str,
    /// The schemas.
    pub schemas: SchemaSet,
    /// The messages.
    pub messages: Vec<Message>,
    /// Payloads that they accept.
    pub samples: Vec<Sample>,
    /// So many payloads there are at most.
    limit: usize,
}

impl Set {
    pub(crate) fn new(name: &'static str, schemas: SchemaSet, limit: usize) -> Self {
        Self { name, schemas, messages: Vec::new(), samples: Vec::new(), limit }
    }

    /// Adds a message and those of some payloads that it accepts.
    pub(crate) fn add(&mut self, message: Message, payloads: impl Iterator<Item = Vec<u8>>) {
        let left = self.limit - self.samples.len();
        let accepted = payloads.filter(|text| (message.road.decode)(text)).take(left);
        self.samples.extend(accepted.map(|text| Sample { message: self.messages.len(), text }));
        self.messages.push(message);
    }
}

impl Message {
    /// A payload with a change that the message refuses.
    #[must_use]
    pub fn refused(&self, sample: &Sample) -> Option<Vec<u8>> {
        let value: Value = serde_json::from_slice(&sample.text).ok()?;
        let mutations = Mutations::new(self.road.message, std::slice::from_ref(&value), &[]);
        let mut changed = (0..CHANGES).map(|_| mutations.mutate(&value).to_string().into_bytes());
        changed.find(|changed| !(self.road.decode)(changed))
    }
}

/// Those of the corpora that are at hand, and of Thoth, each with so many payloads at most.
///
/// # Errors
///
/// If a file can't be read.
pub fn sets(limit: usize) -> Result<Vec<Set>, Box<dyn Error>> {
    let corpora: Result<Vec<Set>, _> = ALL.iter().map(|corpus| of_corpus(corpus, limit)).collect();
    let mut sets = corpora?;
    sets.push(thoth::set(limit)?);
    Ok(sets)
}

fn of_corpus(corpus: &'static Corpus, limit: usize) -> Result<Set, Box<dyn Error>> {
    let mut set = Set::new(corpus.name(), corpus.schemas()?, limit);
    let payloads = corpus.payloads()?;
    for (entry, road) in corpus.registry.iter().zip(corpus.roads) {
        let topic = &entry.descriptor().topic.name;
        let own = payloads.iter().filter(|payload| payload.topic.as_deref() == Some(topic));
        set.add(Message { road, entry, by_hand: None }, own.map(|payload| payload.text.clone()));
    }
    Ok(set)
}
