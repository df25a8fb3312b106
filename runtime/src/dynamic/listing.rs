//! Whether all that a schema refuses in a payload can be listed in time.
//!
//! The validator keeps what each branch of an `anyOf` or `oneOf` refuses. Where several branches lead back to the choice,
//! each level of the payload multiplies that: the list of a small payload, nested deeply, would never end.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use thoth_messaging_documents::keywords::is_in_place;
use thoth_messaging_documents::pointer::unescape;
use thoth_messaging_documents::uri::decode;

/// A list takes at most two to the power of so many steps.
const MAX_STEPS: f64 = 17.0;

const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];
const IDENTIFIERS: [&str; 4] = ["$id", "id", "$anchor", "$dynamicAnchor"];

/// How a list grows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Listing {
    /// In how many ways a schema leads back to itself, for each level of the payload; more than one is too many for
    /// payloads that are nested deeply.
    ways: f64,
}

impl Listing {
    /// Of schemas that may refer to each other.
    pub(super) fn of<'a>(documents: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut graph = Graph::default();
        for document in documents {
            let root = graph.add(document);
            graph.names.entry(String::new()).or_default().push(root);
        }
        graph.follow_references();
        Self { ways: graph.ways_back() }
    }

    /// Whether what is refused in a payload can be listed in time.
    pub(super) fn ends_in_time(self, payload: &Value) -> bool {
        self.ways <= 1.0 || depth(payload) * self.ways.log2() <= MAX_STEPS
    }
}

fn depth(value: &Value) -> f64 {
    let inner = |deepest: f64, value: &Value| deepest.max(depth(value));
    match value {
        Value::Array(items) => 1.0 + items.iter().fold(0.0, inner),
        Value::Object(members) => 1.0 + members.values().fold(0.0, inner),
        _ => 0.0,
    }
}

/// Every object and array of some schemas, whether it is a schema or not, and where it leads.
#[derive(Default)]
struct Graph<'a> {
    /// To what, and whether that speaks of the same value.
    edges: Vec<Vec<(usize, bool)>>,
    references: Vec<(usize, &'a str)>,
    /// By the names that a reference may end with: more than are meant, perhaps, and never fewer.
    names: BTreeMap<String, Vec<usize>>,
}

impl<'a> Graph<'a> {
    fn add(&mut self, value: &'a Value) -> usize {
        let node = self.edges.len();
        self.edges.push(Vec::new());
        match value {
            Value::Array(items) => {
                for item in items.iter().filter(|item| is_container(item)) {
                    let inner = self.add(item);
                    self.edges[node].push((inner, false));
                }
            }
            Value::Object(members) => self.add_members(node, members),
            _ => {}
        }
        node
    }

    fn add_members(&mut self, node: usize, members: &'a Map<String, Value>) {
        for (name, value) in members {
            match value {
                Value::String(text) if REFERENCES.contains(&name.as_str()) => self.references.push((node, text)),
                Value::String(text) if IDENTIFIERS.contains(&name.as_str()) => {
                    let is_anchor = name.ends_with("nchor") || text.starts_with('#');
                    let known = if is_anchor { text.trim_start_matches('#') } else { "" };
                    self.names.entry(known.to_owned()).or_default().push(node);
                }
                Value::Array(branches) if is_in_place(name) => {
                    self.add_branches(
                        node,
                        branches.iter().enumerate().map(|(index, branch)| (index.to_string(), branch)),
                    );
                }
                Value::Object(schemas) if name.starts_with("depend") => {
                    self.add_branches(node, schemas.iter().map(|(name, schema)| (name.clone(), schema)));
                }
                _ if is_container(value) => {
                    self.add_branch(node, name, value, is_in_place(name));
                }
                _ => {}
            }
        }
    }

    fn add_branches(&mut self, node: usize, branches: impl Iterator<Item = (String, &'a Value)>) {
        for (name, branch) in branches.filter(|(_, branch)| is_container(branch)) {
            self.add_branch(node, &name, branch, true);
        }
    }

    fn add_branch(&mut self, node: usize, name: &str, value: &'a Value, in_place: bool) {
        let inner = self.add(value);
        self.edges[node].push((inner, in_place));
        self.names.entry(name.to_owned()).or_default().push(inner);
    }

    fn follow_references(&mut self) {
        for (node, reference) in std::mem::take(&mut self.references) {
            let fragment = reference.split_once('#').map_or("", |(_, fragment)| fragment);
            let last = fragment.rsplit('/').next().unwrap_or_default();
            let name = unescape(&decode(last));
            let targets = self.names.get(&name).into_iter().flatten();
            self.edges[node].extend(targets.map(|target| (*target, true)));
        }
    }

    /// The most ways that lead from a schema back to itself with one step into the payload.
    fn ways_back(&self) -> f64 {
        let components = self.components();
        let mut known = vec![None; self.edges.len()];
        (0..self.edges.len()).map(|node| self.ways(node, &components, &mut known)).fold(0.0, f64::max)
    }

    /// The ways from a node into the payload that lead back to it.
    fn ways(&self, node: usize, components: &[usize], known: &mut [Option<f64>]) -> f64 {
        if let Some(ways) = known[node] {
            return ways;
        }
        // A schema that contains itself in place is none that a validator knows the end of.
        known[node] = Some(0.0);
        let back = self.edges[node].iter().filter(|(target, _)| components[*target] == components[node]);
        let (in_place, below): (Vec<_>, Vec<_>) = back.partition(|(_, in_place)| *in_place);
        let into = if below.is_empty() { 0.0 } else { 1.0 };
        let ways = in_place.iter().fold(into, |ways, (target, _)| ways + self.ways(*target, components, known));
        known[node] = Some(ways);
        ways
    }

    /// A number for each node, the same for those that lead to each other (Kosaraju's algorithm).
    fn components(&self) -> Vec<usize> {
        let mut backwards = vec![Vec::new(); self.edges.len()];
        for (node, targets) in self.edges.iter().enumerate() {
            for (target, _) in targets {
                backwards[*target].push(node);
            }
        }
        let mut components = vec![usize::MAX; self.edges.len()];
        for start in self.finished().into_iter().rev() {
            let mut open = vec![start];
            while let Some(node) = open.pop() {
                if components[node] == usize::MAX {
                    components[node] = start;
                    open.extend(&backwards[node]);
                }
            }
        }
        components
    }

    /// The nodes in the order in which a walk leaves them.
    fn finished(&self) -> Vec<usize> {
        let mut finished = Vec::with_capacity(self.edges.len());
        let mut seen = vec![false; self.edges.len()];
        for start in 0..self.edges.len() {
            let mut open = vec![(start, false)];
            while let Some((node, left)) = open.pop() {
                if left {
                    finished.push(node);
                } else if !std::mem::replace(&mut seen[node], true) {
                    open.push((node, true));
                    open.extend(self.edges[node].iter().map(|(target, _)| (*target, false)));
                }
            }
        }
        finished
    }
}

fn is_container(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Listing;

    fn ways(schema: &Value) -> f64 {
        Listing::of([schema]).ways
    }

    #[test]
    fn a_schema_that_does_not_lead_back_has_no_ways() {
        assert!(
            ways(
                &json!({"anyOf": [{"properties": {"a": {"$ref": "#/$defs/A"}}}, {"type": "null"}], "$defs": {"A": {}}})
            ) < 1.0
        );
    }

    #[test]
    fn lists_and_trees_lead_back_in_one_way() {
        let tree =
            json!({"properties": {"left": {"$ref": "#"}, "right": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}});
        assert!((ways(&tree) - 1.0).abs() < 0.1);
        assert!(Listing::of([&tree]).ends_in_time(&nested(100)));
    }

    #[test]
    fn each_branch_that_leads_back_is_a_way() {
        let next = json!({"properties": {"next": {"$ref": "#/$defs/N%6Fde"}}});
        let node = json!({"$ref": "#/$defs/Node", "$defs": {"Node": {"oneOf": [next, {"allOf": [next, next]}, {"type": "null"}]}}});
        assert!((ways(&node) - 3.0).abs() < 0.1);
        assert!(Listing::of([&node]).ends_in_time(&nested(5)));
        assert!(!Listing::of([&node]).ends_in_time(&nested(50)));
    }

    #[test]
    fn ways_lead_through_documents_and_dynamic_references() {
        let next = json!({"items": {"$dynamicRef": "#node"}});
        let node = json!({"$id": "node.json", "$dynamicAnchor": "node", "anyOf": [next, {"$ref": "other.json"}]});
        assert!((Listing::of([&node, &next]).ways - 2.0).abs() < 0.1);
    }

    fn nested(levels: usize) -> Value {
        (0..levels).fold(json!(1), |inner, _| json!({"next": inner}))
    }
}
