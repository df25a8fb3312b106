//! Two schemas as one set of terms, in which equal subschemas are one.
//!
//! A term is a conjunction of [`Part`]s; drafts, references, annotations and the order of keywords are gone.

mod eval;
mod merge;
pub(crate) mod number;
mod read;
mod scale;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};
use thoth_messaging_documents::dialect::schema_uri;
use thoth_messaging_documents::jsonschema::Validator;
use thoth_messaging_documents::pattern::carried;
use thoth_messaging_documents::{Draft, Validation};

use crate::files::Place;
use crate::schema::Schema;
pub(crate) use eval::exactly_one;
pub(crate) use scale::{Scale, Sizes, another};

/// The number of a term.
pub(crate) type Id = usize;

/// A term that has to hold, or has not to.
pub(crate) type Lit = (Id, bool);

/// JSON types as bits. An integer that is written with a fraction, as `1.0`, is none in draft 4.
pub(crate) mod types {
    pub(crate) const NULL: u8 = 1;
    pub(crate) const BOOLEAN: u8 = 2;
    pub(crate) const INTEGER: u8 = 4;
    pub(crate) const WHOLE: u8 = 8;
    pub(crate) const FRACTION: u8 = 16;
    pub(crate) const STRING: u8 = 32;
    pub(crate) const ARRAY: u8 = 64;
    pub(crate) const OBJECT: u8 = 128;
    pub(crate) const NUMBER: u8 = INTEGER | WHOLE | FRACTION;
}

/// The statement of one keyword: nothing for values of other types than its own.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    Never,
    Types(u8),
    /// Sorted by their texts.
    Values(Vec<Value>),
    Minimum {
        limit: Value,
        exclusive: bool,
    },
    Maximum {
        limit: Value,
        exclusive: bool,
    },
    MultipleOf(Value),
    MinLength(u64),
    MaxLength(u64),
    Pattern(String),
    Format(Draft, String),
    Required(String),
    MinProperties(u64),
    MaxProperties(u64),
    Property(String, Id),
    PatternProperty(String, Id),
    OtherProperties {
        names: BTreeSet<String>,
        patterns: Vec<String>,
        schema: Id,
    },
    PropertyNames(Id),
    MinItems(u64),
    MaxItems(u64),
    UniqueItems,
    Item(u64, Id),
    ItemsFrom(u64, Id),
    MinContains(Id, u64),
    MaxContains(Id, u64),
    /// One of the conjunctions holds: `allOf`, `anyOf`, `oneOf`, `not`, `if` and references.
    Cases(Vec<Vec<Lit>>),
    /// One of the terms holds, and no other: a `oneOf` with so many alternatives that its cases are not written out. In
    /// order, and as often as they are there.
    ExactlyOne(Vec<Id>),
    /// What is not understood: it holds for values of these types when it will. Equal only within equal terms.
    Opaque {
        keyword: &'static str,
        types: u8,
        schema: Option<Id>,
        /// The term that says what is evaluated, where the keyword asks for that.
        evaluated: Option<Id>,
        unique: Option<usize>,
    },
    /// Of what is evaluated, not of what is valid: it refuses nothing.
    Evaluates(Evaluates),
}

/// Members and items that a schema evaluates. Terms that accept the same can differ in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Evaluates {
    Name(String),
    Pattern(String),
    AllProperties,
    /// The first ones.
    Items(u64),
    AllItems,
    /// The items that meet a term.
    Containing(Id),
    /// Everything that another term says, where the value meets the literal.
    Where(Lit, Id),
    /// As a draft has it that knows no `unevaluatedProperties`.
    AsIn(Draft),
    /// Not known, and only equal to itself.
    Unknown(usize),
}

impl Part {
    /// The types of values that the part can refuse.
    pub(crate) fn types(&self) -> u8 {
        match self {
            Self::Never | Self::Types(_) | Self::Values(_) | Self::Cases(_) | Self::ExactlyOne(_) => u8::MAX,
            Self::Minimum { .. } | Self::Maximum { .. } | Self::MultipleOf(_) => types::NUMBER,
            Self::MinLength(_) | Self::MaxLength(_) | Self::Pattern(_) | Self::Format(..) => types::STRING,
            Self::Required(_)
            | Self::MinProperties(_)
            | Self::MaxProperties(_)
            | Self::Property(..)
            | Self::PatternProperty(..)
            | Self::OtherProperties { .. }
            | Self::PropertyNames(_) => types::OBJECT,
            Self::MinItems(_)
            | Self::MaxItems(_)
            | Self::UniqueItems
            | Self::Item(..)
            | Self::ItemsFrom(..)
            | Self::MinContains(..)
            | Self::MaxContains(..) => types::ARRAY,
            Self::Opaque { types, .. } => *types,
            Self::Evaluates(_) => 0,
        }
    }

    /// The terms of which some may have to hold for the same value.
    pub(crate) fn beside(&self) -> Vec<Id> {
        match self {
            Self::Cases(cases) => cases.iter().flatten().filter(|lit| lit.1).map(|lit| lit.0).collect(),
            Self::ExactlyOne(ids) => ids.clone(),
            _ => Vec::new(),
        }
    }

    /// The part with other numbers for the terms that it speaks of.
    fn renumber(&self, number: &impl Fn(Id) -> Id) -> Self {
        let mut part = self.clone();
        match &mut part {
            Self::Property(_, id)
            | Self::PatternProperty(_, id)
            | Self::OtherProperties { schema: id, .. }
            | Self::PropertyNames(id)
            | Self::Item(_, id)
            | Self::ItemsFrom(_, id)
            | Self::MinContains(id, _)
            | Self::MaxContains(id, _)
            | Self::Evaluates(Evaluates::Containing(id)) => *id = number(*id),
            Self::Evaluates(Evaluates::Where((condition, _), id)) => {
                (*condition, *id) = (number(*condition), number(*id));
            }
            Self::Opaque { schema, evaluated, .. } => {
                for id in schema.iter_mut().chain(evaluated) {
                    *id = number(*id);
                }
            }
            Self::ExactlyOne(ids) => {
                for id in ids.iter_mut() {
                    *id = number(*id);
                }
                ids.sort_unstable();
            }
            Self::Cases(cases) => {
                for case in cases.iter_mut() {
                    for (id, _) in case.iter_mut() {
                        *id = number(*id);
                    }
                    case.sort_unstable();
                    case.dedup();
                }
                cases.sort();
                cases.dedup();
            }
            _ => {}
        }
        part
    }
}

/// A schema: the parts that all have to hold.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub(crate) parts: Vec<Part>,
    /// One of the schemas that the term stands for.
    pub(crate) place: Option<Place>,
}

/// The terms of two schemas.
pub(crate) struct Terms {
    list: Vec<Term>,
    /// Of the two schemas.
    pub(crate) roots: [Id; 2],
    /// True if it matters how an integer is written.
    pub(crate) written: bool,
    leaves: RefCell<HashMap<String, Option<Validator>>>,
    /// Units of work that may still be done: by the prover, the search, and what they evaluate.
    work: Cell<usize>,
    /// The sizes that those of values stand for.
    scale: Scale,
}

impl Terms {
    /// The terms of two schemas, the narrow one and the wide one.
    pub(crate) fn of(schemas: [&Schema; 2], work: usize) -> Self {
        let raw = read::read(schemas);
        let written = raw.written;
        let (terms, roots) = merge::merge(raw);
        Self { list: terms, roots, written, leaves: RefCell::default(), work: Cell::new(work), scale: Scale::default() }
    }

    /// The same terms, which read the sizes of values by a scale.
    pub(crate) fn with_scale(&self, scale: Scale, work: usize) -> Self {
        let Self { list, roots, written, .. } = self;
        let (leaves, work) = (RefCell::default(), Cell::new(work));
        Self { list: list.clone(), roots: *roots, written: *written, leaves, work, scale }
    }

    pub(crate) fn get(&self, id: Id) -> &Term {
        &self.list[id]
    }

    /// Does some units of work, each of bounded time and memory; false if there are not so many left.
    pub(crate) fn spend(&self, units: usize) -> bool {
        let left = self.work.get();
        self.work.set(left.saturating_sub(units));
        units < left
    }

    /// Allows so many units of work from here on.
    pub(crate) fn renew(&self, work: usize) {
        self.work.set(work);
    }

    /// True once all the work is done that may be.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.work.get() == 0
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// All types that are told apart.
    pub(crate) fn all_types(&self) -> u8 {
        if self.written { u8::MAX } else { !types::WHOLE }
    }

    /// Returns whether a text matches a pattern; none where the validator can't say.
    pub(crate) fn matches(&self, pattern: &str, text: &str) -> Option<bool> {
        self.leaf(&json!({"pattern": pattern}), &Value::String(text.to_owned()))
    }

    pub(crate) fn has_format(&self, draft: Draft, format: &str, text: &Value) -> Option<bool> {
        self.leaf(&json!({"$schema": schema_uri(draft), "format": format}), text)
    }

    /// Returns what the validator says of one keyword.
    fn leaf(&self, schema: &Value, value: &Value) -> Option<bool> {
        let mut leaves = self.leaves.borrow_mut();
        let validator = leaves
            .entry(schema.to_string())
            .or_insert_with(|| Validation::with_formats(true).options().build(&carried(schema)).ok());
        validator.as_ref().map(|validator| validator.is_valid(value))
    }
}

/// The type of a value.
pub(crate) fn type_of(value: &Value) -> u8 {
    match value {
        Value::Null => types::NULL,
        Value::Bool(_) => types::BOOLEAN,
        Value::Number(number) if !number.is_f64() => types::INTEGER,
        Value::Number(number) if number.as_f64().is_some_and(|float| float.fract() == 0.0) => types::WHOLE,
        Value::Number(_) => types::FRACTION,
        Value::String(_) => types::STRING,
        Value::Array(_) => types::ARRAY,
        Value::Object(_) => types::OBJECT,
    }
}

/// The number of values in a value, itself included.
pub(crate) fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(members) => members.values().map(size).sum(),
        Value::String(text) => text.len() / 64,
        _ => 0,
    }
}

/// True if a value is one of some, which are sorted by their texts, as those of [`Part::Values`] are.
pub(crate) fn is_one_of(values: &[Value], value: &Value) -> bool {
    if values.len() <= 8 {
        return values.contains(value);
    }
    let text = value.to_string();
    values.binary_search_by(|other| other.to_string().cmp(&text)).is_ok()
}

/// A value in the one spelling that equal values share: `1` for `1.0`, members by their names.
pub(crate) fn normal(value: &Value) -> Value {
    match value {
        Value::Number(_) => number::normal(value),
        Value::Array(items) => items.iter().map(normal).collect(),
        Value::Object(members) => {
            let sorted: BTreeMap<_, _> = members.iter().map(|(name, value)| (name.clone(), normal(value))).collect();
            Value::Object(sorted.into_iter().collect())
        }
        other => other.clone(),
    }
}
