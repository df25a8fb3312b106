//! From JSON Schema texts to Rust text and diagnostics.
//!
//! This is the pure part of the generator of `thoth-messaging`: it reads no file, no environment and no clock, and
//! prints nothing. The same schemas give the same bytes, in whatever order they come. A `build.rs` uses it by way of
//! `thoth-messaging-build`.
//!
//! ```
//! use thoth_messaging_codegen::{Options, SchemaSet, generate};
//!
//! let mut schemas = SchemaSet::new();
//! schemas.add("ping.schema.json", "schemas/ping.schema.json", r#"{
//!     "title": "Ping",
//!     "type": "object",
//!     "x-kafka": {"topic": "ops.ping"},
//!     "required": ["host"],
//!     "properties": {"host": {"type": "string"}}
//! }"#);
//! let generation = generate(&schemas, &Options::default());
//! assert!(generation.diagnostics.is_empty());
//! assert!(generation.files[0].text.contains("pub host: String,"));
//! ```
//!
//! The stages, each a function from data and a list of diagnostics to new data: `parse`, `resolve`, `lower`,
//! then `facts` and `emit`, which can't fail: nothing is emitted when there is an error. [`lint()`] goes the same way up
//! to `lower`, and then looks for what a reader of the schemas would want to know.
//!
//! # Ways to enforce a schema
//!
//! From the cheapest way to the dearest; a schema pays for what it uses.
//!
//! What a type drops (unknown members, the difference of absent, `null` and default) it keeps where validity depends on it:
//! `lower/finish/presence`.
//!
//! 1. The Rust type says it (`wire::Codec` for each type; `StrictInteger` and `Boxed` where one type reads in two ways).
//! 2. A check says it: `wire::Object::check` and its like, generated as calls of `wire::min_length` and the like. It runs when
//!    a value is read and when it is written, so `serde_json::from_slice`, `from_value` and `decode` agree, and so do
//!    `to_string` and `encode`. Which members stand together (`required` in branches, `not` of it, `dependentRequired`,
//!    counts) is known from the names that were read.
//! 3. A union goes to a branch: the one branch for the JSON type; else the one for a constant member, which may stand in
//!    another member and anywhere in the object; else it tries the branches that take the type, in their order. `anyOf` ends at
//!    the first that accepts, and so does a `oneOf` whose branches are proved to exclude each other (`lower/tag`, `disjoint`);
//!    another `oneOf` tries them all. An `anyOf` or `oneOf` that leaves no choice is none: one branch is left, the other one is
//!    `null`, or all are constants.
//! 4. What is left is for a compiled validator, on that part of the payload alone: `wire::Validated<T, SubschemaN>` reads the
//!    part as JSON, asks, and reads it as its Rust type. `Subschema`s are addressed by URI, so that references in them lead
//!    where they always did.
//!
//! A message that leads to a dynamic reference which is not decided (`$dynamicRef`, `$recursiveRef`: the way there decides) is
//! validated as a whole and is a newtype of JSON. One that is decided means the same as a `$ref`.
//!
//! A schema under which no value is valid is no mistake that stops anything: it is a warning (`S0405`), unless `false` says
//! so, and the validator refuses whatever comes.
//!
//! `format` is an annotation unless the build chose otherwise (`codegen/src/format.rs`); then every validator, here and in
//! the generator, asserts it, `Schema::formats` says so, and a check is what the validator says of the format alone
//! (`wire/format.rs`). A mapped value (`runtime/src/formats`) keeps the text that it was read from.
//!
//! A failed `decode` or `encode` then asks `jsonschema` for every violation (feature `dynamic`; without it, the first one),
//! where that list ends in time (`dynamic/listing`: branches that lead back to their choice multiply it with each level).
//! An error text of `wire` is `[path ]keyword: expected …`; `wire/explain.rs` is where it becomes a `Violation`.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod allowed;
mod choices;
mod diagnostic;
mod disjoint;
mod emit;
mod explain;
mod facts;
mod format;
mod json;
#[cfg(feature = "lint")]
mod lint;
mod lints;
mod lock;
mod lower;
mod message;
mod meta;
mod model;
mod options;
mod oracle;
mod parse;
mod registered;
mod resolve;
mod source;
mod topics;

pub use diagnostic::{Diagnostic, Location, Severity};
pub use explain::{Explanation, explain, explanations};
pub use format::{Formats, MappedFormat};
#[cfg(feature = "lint")]
pub use lint::lint;
pub use lints::{Lint, LintLevel, Lints, UnknownLint, lints};
pub use lock::hash as lock_hash;
pub use message::{MessageInfo, TopicInfo};
pub use options::{MapType, Options, SchemaDraft, StringType};
pub use registered::{Registered, RegisteredVersion};
pub use source::{SchemaFile, SchemaSet, UnreadFile};
pub use thoth_messaging_documents::{Compatibility, Property, SchemaIdLocation, XKafka};

/// A file that was generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// The path below the output folder, with `/`.
    pub path: String,
    /// Its contents.
    pub text: String,
}

/// The outcome of generating code from a set of schemas.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Generation {
    /// The Rust file first, then the schema files that it includes. Empty where there is an error.
    pub files: Vec<GeneratedFile>,
    /// The messages, ordered by file. Empty where there is an error.
    pub messages: Vec<MessageInfo>,
    /// The topics with several messages, ordered by name. Empty where there is an error.
    pub topics: Vec<TopicInfo>,
    /// Ordered by place.
    pub diagnostics: Vec<Diagnostic>,
}

impl Generation {
    /// Returns whether nothing was generated.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// Generates Rust from schemas. All mistakes are reported, not the first alone.
///
/// What a schema allows with `x-lint-allow` is not warned of; [`lint()`] says more of schemas than what stops them here.
#[must_use]
pub fn generate(schemas: &SchemaSet, options: &Options) -> Generation {
    let (mut generation, model) = inspected(schemas, options);
    if !generation.has_errors() {
        generation.files = emit::emit(&model, &facts::Facts::of(&model), options);
    }
    generation
}

/// Returns what [`generate`] does, without the files: for programs that ask for messages and mistakes, and not for code.
#[must_use]
pub fn inspect(schemas: &SchemaSet, options: &Options) -> Generation {
    inspected(schemas, options).0
}

fn inspected(schemas: &SchemaSet, options: &Options) -> (Generation, model::Model) {
    let Analysis { resolved, model, mut diagnostics } = analyse(schemas, options);
    allowed::without_allowed(&resolved.documents, &mut diagnostics);
    in_order(&mut diagnostics);
    let mut generation = Generation { diagnostics, ..Generation::default() };
    if !generation.has_errors() {
        generation.messages = message::messages(&model, &resolved);
        generation.topics = message::topics(&model, &resolved);
    }
    (generation, model)
}

/// The facts about schemas that are known before anything is emitted.
struct Analysis {
    resolved: resolve::Resolved,
    model: model::Model,
    diagnostics: Vec<Diagnostic>,
}

fn analyse(schemas: &SchemaSet, options: &Options) -> Analysis {
    let mut diagnostics = Vec::new();
    let choices = choices::Choices::of(options, &mut diagnostics);
    let mut parsed = parse::parse(schemas, options, &mut diagnostics);
    choices::select_messages(&mut parsed.documents, options, &mut diagnostics);
    topics::add(&mut parsed, &mut diagnostics);
    let resolved = resolve::resolve(parsed, &mut diagnostics);
    let mut model = lower::lower(&resolved, &choices, &options.formats, &mut diagnostics);
    lock::apply(schemas.lock(), &resolved, &mut model, &mut diagnostics);
    Analysis { resolved, model, diagnostics }
}

/// By place, each once.
fn in_order(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| (&a.location, a.code, &a.message).cmp(&(&b.location, b.code, &b.message)));
    diagnostics.dedup();
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
