//! What there is to say of schemas that generate: lints, each of which can be turned off, by [`Lints`] or at a place by
//! `x-lint-allow`.
//!
//! A lint looks at the schemas place by place ([`Resolved`]), at what the schemas of one value say together
//! ([`values`]), or at the types that they become ([`Model`]).
//!
//! Codes: `L01xx` (documentation), `L02xx` (topics and contracts), `L03xx` (what a schema says).

mod bounds;
mod configuration;
mod definition;
mod documentation;
mod endless;
mod enumeration;
mod example;
mod format;
mod keyword;
mod object;
mod pattern;
mod required;
mod size;
mod topic;
mod values;

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Location, Severity};
use crate::lints::{LintLevel, Lints, find};
use crate::model::{MessageDef, Model};
use crate::parse::Document;
use crate::resolve::{Place, Resolved};
use crate::{Analysis, Options, SchemaSet, allowed, analyse, in_order};
use values::{Schemas, ValueSchemas};

/// All that there is to say of schemas, ordered by place: what [`generate`](crate::generate) reports of them, and what
/// the lints find. Where there is an error, those lints are silent that a mistake elsewhere would mislead.
///
/// A lint is silent in a schema, and in all that stands below it, that allows what it finds:
/// `"x-lint-allow": ["open-object"]`.
///
/// ```
/// use thoth_messaging_codegen::{Lints, Options, SchemaSet, lint};
///
/// let mut schemas = SchemaSet::new();
/// schemas.add("ping.schema.json", "schemas/ping.schema.json", r#"{
///     "title": "Ping",
///     "type": "object",
///     "x-kafka": {"topic": "ops.ping"},
///     "properties": {"host": {"type": "string"}}
/// }"#);
/// let found = lint(&schemas, &Options::default(), &Lints::default());
/// assert_eq!(found[0].lint().unwrap().id, "message-without-description");
/// ```
#[must_use]
pub fn lint(schemas: &SchemaSet, options: &Options, lints: &Lints) -> Vec<Diagnostic> {
    let Analysis { resolved, model, mut diagnostics } = analyse(schemas, options);
    let is_sound = diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error);
    let subject = Subject { resolved: &resolved, model: &model, options, schemas: Schemas::of(&resolved) };
    for (code, needs, check) in CHECKS {
        let is_heard = find(code).is_ok_and(|lint| lints.level(lint) != LintLevel::Off);
        if is_heard && (is_sound || *needs == Needs::OnePlace) {
            check(&subject, &mut diagnostics);
        }
    }
    diagnostics.retain_mut(|diagnostic| is_heard(diagnostic, lints));
    allowed::without_allowed(&resolved.documents, &mut diagnostics);
    in_order(&mut diagnostics);
    diagnostics
}

/// The schemas that a lint looks at.
struct Subject<'a> {
    resolved: &'a Resolved,
    model: &'a Model,
    options: &'a Options,
    schemas: Schemas<'a>,
}

impl<'a> Subject<'a> {
    /// Returns where a keyword stands.
    fn at(&self, place: &Place, keyword: &str) -> Location {
        self.resolved.document(place).locate(&place.pointer.join(keyword))
    }

    /// Returns where the file of a message begins.
    fn at_root(&self, message: &ValueSchemas<'_>) -> Location {
        self.resolved.document(&message.place).locate("")
    }

    /// The files that are messages, with what becomes of them; what stands for a topic of several files is none.
    fn messages(&self) -> impl Iterator<Item = (&'a Document, &'a MessageDef)> {
        let Self { resolved, model, .. } = self;
        let numbers: BTreeMap<usize, usize> = model.numbers.iter().map(|(number, schema)| (*schema, *number)).collect();
        model.messages.iter().filter_map(move |message| {
            let document = &resolved.documents[*numbers.get(&message.schema)?];
            document.files.is_empty().then_some((document, message))
        })
    }
}

/// The condition under which a lint says anything.
#[derive(Clone, Copy, PartialEq)]
enum Needs {
    /// The place that it speaks of.
    OnePlace,
    /// All schemas, and the references between them.
    All,
}

type Check = fn(&Subject<'_>, &mut Vec<Diagnostic>);

const CHECKS: &[(&str, Needs, Check)] = &[
    ("L0101", Needs::OnePlace, documentation::message_without_description),
    ("L0102", Needs::OnePlace, documentation::property_without_description),
    ("L0103", Needs::OnePlace, documentation::no_examples),
    ("L0201", Needs::All, object::open_object),
    ("L0202", Needs::All, topic::optional_key),
    ("L0203", Needs::OnePlace, topic::compacted_without_key),
    ("L0204", Needs::All, size::unbounded_size),
    ("L0205", Needs::OnePlace, topic::too_few_replicas),
    ("L0206", Needs::OnePlace, configuration::unknown_topic_property),
    ("L0301", Needs::All, keyword::missing_type),
    ("L0302", Needs::All, definition::unused_definition),
    ("L0303", Needs::OnePlace, pattern::catastrophic_pattern),
    ("L0304", Needs::All, object::required_undeclared),
    ("L0305", Needs::OnePlace, enumeration::enum_type_mismatch),
    ("L0306", Needs::OnePlace, enumeration::duplicate_enum),
    ("L0307", Needs::OnePlace, format::unknown_format),
    ("L0308", Needs::OnePlace, keyword::inapplicable_keyword),
    ("L0309", Needs::All, object::refused_property),
    ("L0310", Needs::All, example::example_refused),
    ("L0311", Needs::All, required::misspelt_required),
    ("L0312", Needs::OnePlace, bounds::crossed_bounds),
    ("L0313", Needs::OnePlace, pattern::slashed_pattern),
    ("L0314", Needs::All, required::required_false),
    ("L0315", Needs::All, endless::endless_value),
];

/// Returns whether a finding is to be reported, which then is of the severity that was chosen. A mistake always is.
fn is_heard(diagnostic: &mut Diagnostic, lints: &Lints) -> bool {
    let Some(lint) = diagnostic.lint() else { return true };
    match lints.level(lint) {
        LintLevel::Off => return false,
        LintLevel::Warning => diagnostic.severity = Severity::Warning,
        LintLevel::Error => diagnostic.severity = Severity::Error,
    }
    true
}
