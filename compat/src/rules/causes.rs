//! The changes that refuse payloads, each by itself.

use serde_json::{Map, Value, json};

use super::walk::follow;
use super::{Difference, Direction, Effect, Rule, differences, explain};
use crate::bundle::{Bundle, Bundler};
use crate::files::{Files, Place};
use crate::schema::Schema;
use crate::search::is_witness;
use crate::verdict::{Limits, Verdict, covers};

/// The work for one change, beside which there are others.
const LIMITS: Limits = Limits { steps: 10_000, candidates: 200 };
/// Changes that are looked into, and the schemas that are read for all of them.
const MAX_CHANGES: usize = 20;
const MAX_SCHEMAS: usize = 50_000;

/// A change that refuses payloads, or for which that is not known to be otherwise.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Cause {
    /// The change.
    pub difference: Difference,
    /// A payload that it refuses even if nothing else does; none where that was not found.
    pub witness: Option<Value>,
}

/// The changes that refuse payloads of the writers, those that refuse `witness` first. A change that is proved to refuse
/// nothing, as one that says the same in other words, is left out.
///
/// `writer` is the schema of what writers write: that of their version, or [`Schema::closed`] of it.
#[must_use]
pub fn causes(old: &Schema, new: &Schema, writer: &Schema, witness: &Value, direction: Direction) -> Vec<Cause> {
    let explained = explain(old, new, witness, direction);
    let others = differences(old, new).into_iter();
    let others = others.filter(|other| other.effect.breaks(direction) && !explained.contains(other));
    let mut looking = Looking::new(old, new, writer, Some(witness), direction);
    let mut found: Vec<Cause> = explained.iter().filter_map(|difference| looking.cause(difference)).collect();
    if found.is_empty() {
        found = explained.iter().map(|difference| refusing(difference, None)).collect();
    }
    let others: Vec<Cause> = others.filter_map(|difference| looking.cause(&difference)).collect();
    let (refusing_it, others): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|cause| cause.witness.as_ref() == Some(witness));
    // A keyword that refuses is told only where no change does.
    found.retain(|cause| cause.difference.rule != Rule::SchemaChanged || refusing_it.is_empty());
    for cause in &mut found {
        cause.witness.get_or_insert_with(|| witness.clone());
    }
    found.into_iter().chain(refusing_it).chain(others).collect()
}

/// The changes that refuse payloads of the writers where one that shows it [is too large to be made](Verdict::BreakingBySize);
/// all that may, where none is found to.
#[must_use]
pub fn causes_by_size(old: &Schema, new: &Schema, writer: &Schema, direction: Direction) -> Vec<Difference> {
    let mut looking = Looking::new(old, new, writer, None, direction);
    let breaking = differences(old, new).into_iter().filter(|difference| difference.effect.breaks(direction));
    let all: Vec<Difference> = breaking.collect();
    let found: Vec<Difference> = all.iter().filter(|difference| looking.cause(difference).is_some()).cloned().collect();
    match (found.is_empty(), all.is_empty()) {
        (false, _) => found,
        (true, false) => all,
        (true, true) => vec![Difference {
            rule: Rule::SchemaChanged,
            old: old.root().clone(),
            new: new.root().clone(),
            instance: String::new(),
            message: "a size that one version accepts is refused by the other".to_owned(),
            keyword: String::new(),
            effect: Effect { backward: direction == Direction::Backward, forward: direction == Direction::Forward },
            way: Vec::new(),
        }],
    }
}

fn refusing(difference: &Difference, witness: Option<&Value>) -> Cause {
    Cause { difference: difference.clone(), witness: witness.cloned() }
}

struct Looking<'a> {
    reader: &'a Schema,
    writer: &'a Schema,
    witness: Option<&'a Value>,
    direction: Direction,
    left: usize,
}

impl<'a> Looking<'a> {
    fn new(
        old: &'a Schema,
        new: &'a Schema,
        writer: &'a Schema,
        witness: Option<&'a Value>,
        direction: Direction,
    ) -> Self {
        let reader = if direction == Direction::Backward { new } else { old };
        let left = MAX_CHANGES.min(MAX_SCHEMAS / writer.places().count().max(1));
        Self { reader, writer, witness, direction, left }
    }

    /// None where the change is proved to refuse nothing.
    fn cause(&mut self, difference: &Difference) -> Option<Cause> {
        let Some(alone) = self.alone(difference) else { return Some(refusing(difference, None)) };
        if let Some(witness) = self.witness.filter(|witness| !alone.is_valid(witness)) {
            return Some(refusing(difference, Some(witness)));
        }
        if self.left == 0 {
            return Some(refusing(difference, None));
        }
        self.left -= 1;
        match covers(&alone, self.writer, &LIMITS) {
            Verdict::Compatible => None,
            Verdict::Breaking { witness } if is_witness(self.reader, self.writer, &witness) => {
                Some(refusing(difference, Some(&witness)))
            }
            Verdict::Breaking { .. } | Verdict::BreakingBySize { .. } | Verdict::Unknown { .. } => {
                Some(refusing(difference, None))
            }
        }
    }

    /// The schema of the readers without all that does not lead to the change; none where it can't be made.
    fn alone(&self, difference: &Difference) -> Option<Schema> {
        let side = usize::from(self.direction == Direction::Backward);
        let way: Vec<&Place> = difference.way.iter().map(|pair| &pair[side]).collect();
        let place = if side == 1 { &difference.new } else { &difference.old };
        let change = Change { place, keyword: &difference.keyword };
        let bundle = Bundle::with_root(self.reader, |bundler| bundler.along(&way, &change))?;
        let name = &self.reader.root().document;
        let root = bundle.root.clone();
        let mut files = Files::new().with_formats(self.reader.formats());
        files.insert(name.as_str(), bundle.document(&root));
        Schema::new(&files, name).ok()
    }
}

/// The place of a change, in one version.
struct Change<'a> {
    place: &'a Place,
    keyword: &'a str,
}

impl Bundler<'_> {
    /// Returns what a schema says along a way to a change: it refuses no more than the whole of it.
    fn along(&mut self, way: &[&Place], change: &Change<'_>) -> Option<Value> {
        let [place, rest @ ..] = way else { return None };
        let Some(next) = rest.first() else {
            let member =
                change.place.pointer.strip_prefix(place.join(change.keyword).pointer.as_str()).and_then(|rest| {
                    let rest = rest.strip_prefix('/')?;
                    (!rest.contains('/')).then(|| thoth_messaging_documents::pointer::unescape(rest))
                });
            return self.only(place, change.keyword, member.as_deref());
        };
        let schema = self.schema;
        let leads = |target: &Place| follow(schema, target) == **next;
        if schema.targets(place).iter().any(leads) {
            return self.along(rest, change);
        }
        let inner = schema.subschemas(place).iter().find(|inner| !inner.is_definition() && leads(&inner.place))?;
        let (keyword, member) = (inner.keyword, inner.member.clone());
        Some(match (keyword, member) {
            ("allOf", _) => self.along(rest, change)?,
            ("properties" | "patternProperties", Some(name)) => json!({keyword: {name: self.along(rest, change)?}}),
            ("propertyNames", None) => json!({keyword: self.along(rest, change)?}),
            ("additionalProperties" | "items" | "additionalItems", None) => {
                let mut only = self.only(place, keyword, None)?;
                *only.get_mut(keyword)? = self.along(rest, change)?;
                only
            }
            ("items" | "prefixItems", Some(index)) => {
                let before = std::iter::repeat_n(self.anything(), index.parse().ok()?);
                json!({keyword: before.chain([self.along(rest, change)?]).collect::<Vec<_>>()})
            }
            (keyword, _) => self.only(place, keyword, None)?,
        })
    }

    /// Returns what one keyword of a schema says, with those that it can't be understood without; of the schemas by member that
    /// it holds, those of one member alone where one is named. All of the schema where it does not have the keyword.
    fn only(&mut self, place: &Place, keyword: &str, member: Option<&str>) -> Option<Value> {
        let whole = self.emit(place)?;
        let Some(held) = whole.get(keyword).cloned() else { return Some(whole) };
        let anything = |value: Option<&Value>| -> Value {
            let names = value.and_then(Value::as_object).into_iter().flatten();
            Value::Object(names.map(|(name, _)| (name.clone(), self.anything())).collect())
        };
        let beside: &[&str] = match keyword {
            "additionalProperties" => {
                return Some(json!({
                    "properties": anything(whole.get("properties")),
                    "patternProperties": anything(whole.get("patternProperties")),
                    keyword: held,
                }));
            }
            "unevaluatedProperties" | "unevaluatedItems" => return Some(whole),
            "items" | "additionalItems" | "prefixItems" => &["items", "additionalItems", "prefixItems"],
            "contains" | "minContains" | "maxContains" => &["contains", "minContains", "maxContains"],
            "if" | "then" | "else" => &["if", "then", "else"],
            "minimum" | "exclusiveMinimum" => &["minimum", "exclusiveMinimum"],
            "maximum" | "exclusiveMaximum" => &["maximum", "exclusiveMaximum"],
            _ => &[],
        };
        let held = match (held, member) {
            (Value::Object(all), Some(member)) if all.contains_key(member) && is_by_member(keyword) => {
                Value::Object(all.into_iter().filter(|(name, _)| name == member).collect())
            }
            (Value::Array(all), Some(member)) if keyword == "allOf" => {
                let index: usize = member.parse().ok()?;
                all.into_iter().skip(index).take(1).collect()
            }
            (held, _) => held,
        };
        let Value::Object(members) = whole else { return None };
        let mut only: Map<String, Value> =
            members.into_iter().filter(|(name, _)| beside.contains(&name.as_str())).collect();
        only.insert(keyword.to_owned(), held);
        Some(Value::Object(only))
    }
}

/// Tells whether each member of what a keyword holds is a constraint of its own.
fn is_by_member(keyword: &str) -> bool {
    matches!(keyword, "properties" | "patternProperties" | "dependentSchemas" | "dependentRequired" | "dependencies")
}
