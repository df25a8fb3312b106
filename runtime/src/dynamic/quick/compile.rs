//! From schemas to nodes: a node is what some schemas say together of one value.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use thoth_messaging_documents::jsonschema::Validator;
use thoth_messaging_documents::pattern::carried;
use thoth_messaging_documents::{Draft, Registry};

use super::graph::{
    ALL, ANYTHING, ARRAY, Again, ArrayRules, Contains, Kinds, Node, NodeId, OBJECT, STRING, StringRules,
};
use super::subschema::{Conjunction, Schema, Subschema, Subschemas};
use super::{object, scalar};
use crate::dynamic::validate::validation;

/// A schema of more nodes than this is left to the validator.
const MAX_NODES: usize = 50_000;

/// The nodes of a schema, and which of them is the root.
pub(super) fn compile(registry: &Registry<'_>, uri: &str, formats: bool) -> Option<(Vec<Node>, NodeId)> {
    let root = Subschema::root(registry, uri)?;
    let mut compiler = Compiler { formats, ..Compiler::default() };
    compiler.nodes.push(Node::default());
    compiler.known.insert(Conjunction::default(), ANYTHING);
    let root = compiler.node([root]);
    while let Some((id, conjunction)) = compiler.open.pop() {
        compiler.nodes[id] = compiler.compile(&conjunction);
        if compiler.nodes.len() > MAX_NODES {
            return None;
        }
    }
    Some((compiler.nodes, root))
}

#[derive(Default)]
pub(super) struct Compiler<'r> {
    subschemas: Subschemas<'r>,
    nodes: Vec<Node>,
    known: BTreeMap<Conjunction, NodeId>,
    open: Vec<(NodeId, Conjunction)>,
    formats: bool,
}

impl<'r> Compiler<'r> {
    /// The node of some schemas together.
    pub(super) fn node(&mut self, schemas: impl IntoIterator<Item = Schema<'r>>) -> NodeId {
        let conjunction = self.subschemas.join(schemas);
        if let Some(known) = self.known.get(&conjunction) {
            return *known;
        }
        let id = self.add(Node::default());
        self.known.insert(conjunction.clone(), id);
        self.open.push((id, conjunction));
        id
    }

    /// A node of texts that a validator accepts.
    pub(super) fn text(&mut self, check: Validator) -> NodeId {
        let string = StringRules { checks: vec![check], ..StringRules::default() };
        self.add(Node { kinds: STRING, string: Some(string), ..Node::default() })
    }

    fn add(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn compile(&mut self, conjunction: &Conjunction) -> Node {
        let schemas: Vec<Subschema<'r>> = conjunction.schemas(&self.subschemas).cloned().collect();
        let mut node = Node::default();
        if conjunction.is_empty() {
            return node;
        }
        if conjunction.unknown {
            node.unknown = ALL;
        }
        for subschema in &schemas {
            node.unknown |= unknown(subschema, self.formats);
            let known =
                scalar::add(&mut node, subschema, self.formats).and_then(|()| self.applicators(&mut node, subschema));
            if known.is_none() {
                node.unknown = ALL;
            }
        }
        match self.array(&schemas) {
            Some(array) => node.array = Some(array).filter(|array| !array.is_open()),
            None => node.unknown |= ARRAY,
        }
        match object::rules(self, &schemas) {
            Some(object) => node.object = Some(object).filter(|object| !object.is_open()),
            None => node.unknown |= OBJECT,
        }
        if conjunction.nothing {
            node.kinds = 0;
        }
        node
    }

    /// Returns what reads a value again.
    fn applicators(&mut self, node: &mut Node, subschema: &Subschema<'r>) -> Option<()> {
        for (keyword, value) in subschema.schema {
            let again = match (keyword.as_str(), value) {
                ("anyOf", Value::Array(branches)) => Again::AnyOf(self.each(subschema, branches)),
                ("oneOf", Value::Array(branches)) => Again::OneOf(self.each(subschema, branches)),
                ("anyOf" | "oneOf", _) => return None,
                ("not", schema) => Again::Not(self.node([subschema.child(schema)])),
                ("if", schema) if subschema.draft >= Draft::Draft7 => {
                    let condition = self.node([subschema.child(schema)]);
                    let (then, otherwise) = (self.child(subschema, "then"), self.child(subschema, "else"));
                    Again::If { condition, then, otherwise }
                }
                ("uniqueItems", Value::Bool(true)) => {
                    Again::Whole(ARRAY, Box::new(validator(subschema.draft, &json!({"uniqueItems": true}), false)?))
                }
                _ => continue,
            };
            node.again.push(again);
        }
        Some(())
    }

    fn each(&mut self, subschema: &Subschema<'r>, schemas: &'r [Value]) -> Vec<NodeId> {
        schemas.iter().map(|schema| self.node([subschema.child(schema)])).collect()
    }

    /// The node of the schema of a keyword; of every value where there is none.
    fn child(&mut self, subschema: &Subschema<'r>, keyword: &str) -> NodeId {
        self.node(subschema.schema.get(keyword).map(|schema| subschema.child(schema)))
    }

    /// Returns what is said of arrays; none where that is not known.
    fn array(&mut self, schemas: &[Subschema<'r>]) -> Option<ArrayRules> {
        let shapes = schemas.iter().map(ItemSchemas::of).collect::<Option<Vec<_>>>()?;
        let (mut min, mut max, mut contains) = (0, u64::MAX, Vec::new());
        for subschema in schemas {
            min = min.max(bound(subschema.schema, "minItems", 0)?);
            max = max.min(bound(subschema.schema, "maxItems", u64::MAX)?);
            if let Some(schema) = subschema.schema.get("contains") {
                let counted = subschema.draft >= Draft::Draft201909;
                let count =
                    |keyword, default| if counted { bound(subschema.schema, keyword, default) } else { Some(default) };
                let node = self.node([subschema.child(schema)]);
                contains.push(Contains { node, min: count("minContains", 1)?, max: count("maxContains", u64::MAX)? });
            }
        }
        let longest = shapes.iter().map(|shape| shape.prefix.len()).max().unwrap_or(0);
        let item = |index: usize| {
            let item_schemas = schemas.iter().zip(&shapes);
            item_schemas
                .filter_map(move |(subschema, shape)| Some(subschema.child(shape.prefix.get(index).or(shape.rest)?)))
        };
        let prefix: Vec<NodeId> = (0..longest).map(|index| self.node(item(index))).collect();
        let rest = self.node(item(usize::MAX));
        Some(ArrayRules { prefix, rest, min, max, contains })
    }
}

/// The schemas of items: the first ones, and the others.
struct ItemSchemas<'r> {
    prefix: &'r [Value],
    rest: Option<&'r Value>,
}

impl<'r> ItemSchemas<'r> {
    fn of(subschema: &Subschema<'r>) -> Option<Self> {
        let items = subschema.schema.get("items");
        if subschema.draft >= Draft::Draft202012 {
            let prefix = match subschema.schema.get("prefixItems") {
                Some(Value::Array(prefix)) => prefix.as_slice(),
                Some(_) => return None,
                None => &[],
            };
            return (!matches!(items, Some(Value::Array(_)))).then_some(Self { prefix, rest: items });
        }
        Some(match items {
            Some(Value::Array(prefix)) => Self { prefix, rest: subschema.schema.get("additionalItems") },
            rest => Self { prefix: &[], rest },
        })
    }
}

/// The types of which a schema says what can't be expressed here. Keywords of other drafts are left to the validator.
fn unknown(subschema: &Subschema<'_>, formats: bool) -> Kinds {
    let draft = subschema.draft;
    let of_keyword = |(keyword, value): (&String, &Value)| match keyword.as_str() {
        "$dynamicRef" | "$recursiveRef" => ALL,
        "unevaluatedItems" => ARRAY,
        "unevaluatedProperties" | "dependentSchemas" => OBJECT,
        "dependencies" if draft > Draft::Draft7 => OBJECT,
        "dependencies" if value.as_object().is_none_or(|all| all.values().any(|one| !one.is_array())) => OBJECT,
        "dependentRequired" if draft < Draft::Draft201909 => OBJECT,
        "prefixItems" if draft < Draft::Draft202012 => ARRAY,
        "contains" if draft < Draft::Draft6 => ARRAY,
        "propertyNames" if draft < Draft::Draft6 => OBJECT,
        "const" if draft < Draft::Draft6 => ALL,
        "if" if draft < Draft::Draft7 => ALL,
        "format" if formats && !value.is_string() => ALL,
        _ => 0,
    };
    subschema.schema.iter().fold(0, |kinds, keyword| kinds | of_keyword(keyword))
}

/// A bound on a count; the default where there is none, nothing where it is no count.
pub(super) fn bound(schema: &Map<String, Value>, keyword: &str, default: u64) -> Option<u64> {
    schema.get(keyword).map_or(Some(default), Value::as_u64)
}

/// The validator of a schema without references.
pub(super) fn validator(draft: Draft, schema: &Value, formats: bool) -> Option<Validator> {
    validation(formats).options().with_draft(draft).build(&carried(schema)).ok()
}
