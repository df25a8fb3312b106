//! What schemas say of objects: members that they name, and members that they don't.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use thoth_messaging_documents::Draft;
use thoth_messaging_documents::jsonschema::Validator;

use super::Stop;
use super::compile::{Compiler, bound, validator};
use super::graph::{ANYTHING, Bits, Declared, NodeId, ObjectRules, Rest, name_order};
use super::subschema::{Schema, Subschema};

/// Each pattern doubles the nodes that an undeclared member may have to be.
const MAX_PATTERNS: usize = 4;

/// Returns what is said of objects; none where that is not known.
pub(super) fn rules<'r>(compiler: &mut Compiler<'r>, subschemas: &[Subschema<'r>]) -> Option<ObjectRules> {
    let schemas = subschemas.iter().map(Members::of).collect::<Option<Vec<_>>>()?;
    let names = names(&schemas)?;
    let (mut min, mut max, mut required) = (0, u64::MAX, Bits::default());
    let mut dependent = Vec::new();
    for schema in &schemas {
        let keywords = schema.subschema.schema;
        min = min.max(bound(keywords, "minProperties", 0)?);
        max = max.min(bound(keywords, "maxProperties", u64::MAX)?);
        required = required.union(&bits(&names, &schema.required));
        dependent.extend(schema.dependent.iter().map(|(name, others)| (names[name], bits(&names, others))));
    }
    let mut declared = Vec::with_capacity(names.len());
    for name in names.keys() {
        let node = compiler.node(schemas.iter().flat_map(|schema| schema.of_member(name.0)));
        declared.push(Declared { quoted: format!("\"{}\"", name.0).into_bytes().into(), node });
    }
    let name_schemas = schemas.iter().filter_map(|schema| Some(schema.subschema.child(schema.names?)));
    let name_node = compiler.node(name_schemas);
    let rest = rest(compiler, &schemas)?;
    let next = ObjectRules::nothing_learned(declared.len());
    let names = (name_node != ANYTHING).then_some(name_node);
    Some(ObjectRules { declared, next, required, dependent, rest, names, min, max })
}

/// A name, in the order in which names are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Name<'r>(&'r str);

impl Ord for Name<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        name_order(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl PartialOrd for Name<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The names that schemas name, each with its index; none where there are too many.
fn names<'r>(schemas: &[Members<'_, 'r>]) -> Option<BTreeMap<Name<'r>, usize>> {
    let mut names = BTreeMap::new();
    for schema in schemas {
        let dependent = schema.dependent.iter().flat_map(|(name, others)| std::iter::once(name).chain(others));
        let properties = schema.properties.into_iter().flat_map(Map::keys).map(|name| Name(name));
        names.extend(properties.chain(schema.required.iter().copied()).chain(dependent.copied()).map(|name| (name, 0)));
    }
    names.values_mut().enumerate().for_each(|(index, name)| *name = index);
    (names.len() <= ObjectRules::MAX_NAMES).then_some(names)
}

fn bits(indices: &BTreeMap<Name<'_>, usize>, names: &[Name<'_>]) -> Bits {
    names.iter().map(|name| indices[name]).collect()
}

/// What one schema says of members.
struct Members<'p, 'r> {
    subschema: &'p Subschema<'r>,
    properties: Option<&'r Map<String, Value>>,
    patterns: Vec<(&'r str, Validator, &'r Value)>,
    additional: Option<&'r Value>,
    names: Option<&'r Value>,
    required: Vec<Name<'r>>,
    dependent: Vec<(Name<'r>, Vec<Name<'r>>)>,
}

impl<'p, 'r> Members<'p, 'r> {
    fn of(subschema: &'p Subschema<'r>) -> Option<Self> {
        let schema = subschema.schema;
        let mut patterns = Vec::new();
        for (pattern, member) in members(schema, "patternProperties").ok()?.into_iter().flatten() {
            patterns.push((pattern.as_str(), validator(subschema.draft, &json!({"pattern": pattern}), false)?, member));
        }
        let keyword = if subschema.draft <= Draft::Draft7 { "dependencies" } else { "dependentRequired" };
        let mut dependent = Vec::new();
        for (name, others) in members(schema, keyword).ok()?.into_iter().flatten() {
            // A schema in the place of names is left to the validator.
            if others.is_array() {
                dependent.push((Name(name), texts(Some(others))?));
            }
        }
        Some(Self {
            subschema,
            properties: members(schema, "properties").ok()?,
            patterns,
            additional: schema.get("additionalProperties"),
            names: schema.get("propertyNames"),
            required: texts(schema.get("required"))?,
            dependent,
        })
    }

    /// The schemas that a member has to meet.
    fn of_member(&self, name: &str) -> Vec<Schema<'r>> {
        let value = Value::String(name.to_owned());
        let matched = self.patterns.iter().filter(|(_, pattern, _)| pattern.is_valid(&value));
        let named = self.properties.and_then(|properties| properties.get(name));
        let mut found: Vec<&Value> = named.into_iter().chain(matched.map(|(_, _, schema)| *schema)).collect();
        if found.is_empty() {
            found.extend(self.additional);
        }
        found.into_iter().map(|schema| self.subschema.child(schema)).collect()
    }
}

fn members<'r>(schema: &'r Map<String, Value>, keyword: &str) -> Result<Option<&'r Map<String, Value>>, Stop> {
    schema.get(keyword).map(|members| members.as_object().ok_or(Stop::Unknown)).transpose()
}

fn texts(names: Option<&Value>) -> Option<Vec<Name<'_>>> {
    let names = names.map_or(Some(&[] as &[Value]), |names| names.as_array().map(Vec::as_slice))?;
    names.iter().map(|name| name.as_str().map(Name)).collect()
}

/// Returns what undeclared members have to be.
fn rest<'r>(compiler: &mut Compiler<'r>, schemas: &[Members<'_, 'r>]) -> Option<Rest> {
    let count: usize = schemas.iter().map(|schema| schema.patterns.len()).sum();
    if count > MAX_PATTERNS {
        return None;
    }
    let nodes: Vec<NodeId> = (0..1_usize << count)
        .map(|matches| {
            let mut bit = 0;
            let mut met = Vec::new();
            for schema in schemas {
                let before = met.len();
                for (_, _, member) in &schema.patterns {
                    if matches & (1 << bit) != 0 {
                        met.push(schema.subschema.child(member));
                    }
                    bit += 1;
                }
                if met.len() == before {
                    met.extend(schema.additional.map(|additional| schema.subschema.child(additional)));
                }
            }
            compiler.node(met)
        })
        .collect();
    if count == 0 {
        return nodes.first().copied().map(Rest::One);
    }
    let mut patterns = Vec::with_capacity(count);
    for schema in schemas {
        for (pattern, _, _) in &schema.patterns {
            let check = validator(schema.subschema.draft, &json!({"pattern": pattern}), false)?;
            patterns.push(compiler.text(check));
        }
    }
    Some(Rest::Patterns { patterns, nodes })
}
