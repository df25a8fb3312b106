//! `infer`: a schema from sample payloads.
//!
//! Values go in one by one ([`Inference::add`]) and are counted, place by place, in a tree of [`shape::Shape`]s: the
//! samples themselves are not kept, so that millions of them take no more memory than a few hundred. What is counted
//! becomes a schema in four steps, each a function from shapes to shapes: [`fold`] closes recursion, [`classify`] decides
//! on unions by a tag and on maps, [`share`] finds places with the same objects, [`emit`] writes the schema. Every step
//! only widens what a place takes, so that each sample is valid under the schema.
//!
//! Guesses are declared as such: a [`Guess`] says where it is, what it is, and on how many values it rests.

mod classify;
mod command;
mod count;
mod emit;
mod fold;
mod formats;
mod guess;
mod maps;
mod samples;
mod shape;
mod share;
mod tags;
mod texts;

use serde_json::Value;

pub(crate) use command::{Infer, run};
pub(crate) use guess::Guess;

use count::Count;
use shape::Shape;

/// The title and the topic of the message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// `title` of the schema, which names the type.
    pub(crate) title: Option<String>,
    /// `x-kafka` of the schema.
    pub(crate) kafka: Option<Value>,
}

/// A schema in the making.
///
/// Memory is bounded by what is different about the samples, not by their number: at most 100,000 places, 512 member
/// names of an object and 32 texts of a place are told apart.
pub(crate) struct Inference {
    options: Options,
    count: Count,
    root: Shape,
}

/// The result of an inference.
#[derive(Clone, Debug)]
pub(crate) struct Inferred {
    /// A schema of draft 2020-12 under which every sample is valid.
    pub(crate) schema: Value,
    /// The guesses in it, in the order of the schema.
    pub(crate) guesses: Vec<Guess>,
}

impl Inference {
    /// Nothing seen yet.
    pub(crate) fn new(options: Options) -> Self {
        Self { options, count: Count::new(), root: Shape::default() }
    }

    /// Takes one more sample into account.
    pub(crate) fn add(&mut self, sample: &Value) {
        self.count.sample += 1;
        self.root.add(sample, false, &mut self.count);
    }

    /// The number of samples that were added.
    pub(crate) fn samples(&self) -> u64 {
        self.root.seen
    }

    /// The schema of what was added; without a sample it takes every value.
    pub(crate) fn finish(mut self) -> Inferred {
        let mut definitions = share::Definitions::new(self.options.title.as_deref());
        fold::fold(&mut self.root, &mut definitions);
        classify::classify(&mut self.root);
        definitions.objects_mut().for_each(classify::classify_objects);
        share::share(&mut self.root, &mut definitions);
        emit::emit(&self.root, &definitions, &self.options, self.count.is_full())
    }
}
