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
//! assert!(generation.files[0].text.contains("pub host: String = 0 \"host\","));
//! ```
//!
//! The stages, each a function from data and a list of diagnostics to new data: `parse`, `resolve`, `lower`,
//! then `facts` and `emit`, which can't fail: nothing is emitted when there is an error. [`lint()`] goes the same way up
//! to `lower`, and then looks for what a reader of the schemas would want to know.

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
mod lower;
mod message;
mod meta;
mod model;
mod options;
mod oracle;
mod parse;
mod resolve;
mod source;
mod topics;

pub use diagnostic::{Diagnostic, Location, Severity};
pub use explain::{Explanation, explain, explanations};
pub use format::{Formats, MappedFormat};
#[cfg(feature = "lint")]
pub use lint::lint;
pub use lints::{Lint, LintLevel, Lints, UnknownLint, lints};
pub use message::{MessageInfo, TopicInfo};
pub use options::{MapType, Options, SchemaDraft, StringType};
pub use source::{SchemaFile, SchemaSet};
pub use thoth_messaging_documents::{Compatibility, Property, XKafka};

/// A file that was generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// The path below the output folder, with `/`.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// What comes of a set of schemas.
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
    /// Whether nothing was generated.
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
    let Analysis { resolved, model, mut diagnostics } = analyse(schemas, options);
    allowed::without_allowed(&resolved.documents, &mut diagnostics);
    in_order(&mut diagnostics);
    let mut generation = Generation { diagnostics, ..Generation::default() };
    if !generation.has_errors() {
        generation.messages = message::messages(&model, &resolved);
        generation.topics = message::topics(&model, &resolved);
        generation.files = emit::emit(&model, &facts::Facts::of(&model), options);
    }
    generation
}

/// What is known of schemas before anything is emitted.
struct Analysis {
    resolved: resolve::Resolved,
    model: model::Model,
    diagnostics: Vec<Diagnostic>,
}

fn analyse(schemas: &SchemaSet, options: &Options) -> Analysis {
    let mut diagnostics = Vec::new();
    let choices = choices::Choices::of(options, &mut diagnostics);
    let mut parsed = parse::parse(schemas, options.default_draft, &mut diagnostics);
    choices::select_messages(&mut parsed.documents, options, &mut diagnostics);
    topics::add(&mut parsed, &mut diagnostics);
    let resolved = resolve::resolve(parsed, &mut diagnostics);
    let model = lower::lower(&resolved, &choices, &options.formats, &mut diagnostics);
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
