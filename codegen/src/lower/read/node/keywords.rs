//! Reads the keywords of schemas into a [`Node`].

use serde_json::{Map, Value};
use thoth_messaging_documents::Draft;

use super::Node;
use super::bounds::limit;
use super::members::{Members, Tuple, required_alone, texts};
use crate::format::Format;
use crate::lower::read::branches::Branches;
use crate::lower::read::cores::{Cores, Decision};
use crate::lower::read::types::Types;
use crate::model::PresenceRule;
use crate::resolve::{Place, Resolved};
use thoth_messaging_documents::keywords;

impl<'a> Node<'a> {
    /// Reads schemas, each of which is one that [`flatten`](crate::lower::read) gives. `format` asserts, or does not.
    pub(crate) fn of(resolved: &'a Resolved, cores: &Cores, asserts: bool) -> Self {
        let mut node = Self { types: cores.types, ..Self::default() };
        for place in &cores.places {
            match resolved.schema(place) {
                // Which keywords mean something there, the validator knows.
                Value::Object(_) if !resolved.is_plain(place) => node.validated.push(place.clone()),
                Value::Object(schema) => {
                    let draft = resolved.draft(place);
                    node.add(draft, place, schema);
                    if asserts {
                        node.formats.extend(schema.get("format").and_then(|format| Format::of_value(draft, format)));
                    }
                    node.add_branches(draft, place, schema, cores);
                    node.add_validated(draft, place, schema);
                }
                other => node.never |= *other == Value::Bool(false),
            }
        }
        node
    }

    fn add(&mut self, draft: Draft, place: &Place, schema: &'a Map<String, Value>) {
        if let Some(types) = schema.get("type").map(Types::of) {
            self.strict |= draft == Draft::Draft4 && types.has(Types::INTEGER) && !types.has(Types::FRACTION);
            self.types = self.types.and(types);
        }
        let constant = schema.get("const").filter(|_| keywords::find(draft, "const").is_some());
        let constants = schema.get("enum").and_then(Value::as_array).map(|list| list.iter().collect::<Vec<_>>());
        for allowed in constants.into_iter().chain(constant.map(|constant| vec![constant])) {
            self.more_constants |= self.constants.is_some();
            self.constants.get_or_insert(allowed);
        }
        self.length.narrow(schema, "minLength", "maxLength");
        self.patterns.extend(schema.get("pattern").and_then(Value::as_str));
        self.lower.extend(limit(schema, "minimum", "exclusiveMinimum"));
        self.upper.extend(limit(schema, "maximum", "exclusiveMaximum"));
        self.multiple_of.extend(schema.get("multipleOf").and_then(Value::as_number));
        self.add_items(draft, place, schema);
        self.count.narrow(schema, "minItems", "maxItems");
        self.unique |= schema.get("uniqueItems") == Some(&Value::Bool(true));
        self.add_members(draft, place, schema);
    }

    fn add_items(&mut self, draft: Draft, place: &Place, schema: &'a Map<String, Value>) {
        let (prefix, rest) =
            if draft == Draft::Draft202012 { ("prefixItems", "items") } else { ("items", "additionalItems") };
        if let Some(Value::Array(items)) = schema.get(prefix) {
            let prefix = (0..items.len()).map(|index| place.join(prefix).join(&index.to_string())).collect();
            self.tuples.push(Tuple { prefix, rest: schema.contains_key(rest).then(|| place.join(rest)) });
        } else if schema.contains_key("items") {
            self.items.push(place.join("items"));
        }
    }

    fn add_members(&mut self, draft: Draft, place: &Place, schema: &'a Map<String, Value>) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        let refuses = schema.get("additionalProperties") == Some(&Value::Bool(false));
        for pattern in patterns.into_iter().flat_map(Map::keys) {
            self.member_patterns.push((place.join("patternProperties").join(pattern), pattern, refuses));
        }
        // Beside patterns, only they know which members are additional.
        let additional = schema.contains_key("additionalProperties") && patterns.is_none_or(Map::is_empty);
        if properties.is_some() || additional {
            let order: Vec<String> = properties.into_iter().flat_map(Map::keys).cloned().collect();
            self.members.push(Members {
                place: place.clone(),
                declared: order.iter().cloned().collect(),
                order,
                additional: additional.then(|| place.join("additionalProperties")),
            });
        }
        self.closed |= refuses && additional;
        // Draft 4 to 2019-09 know it as `required` too; draft 3's boolean was refused by the meta-schema.
        let required = schema.get("required").and_then(Value::as_array);
        self.required.extend(required.into_iter().flatten().filter_map(Value::as_str));
        if keywords::find(draft, "propertyNames").is_some() && schema.contains_key("propertyNames") {
            self.member_names.push(place.join("propertyNames"));
        }
        for keyword in ["dependentRequired", "dependencies"] {
            let known = keywords::find(draft, keyword).is_some();
            let dependent = schema.get(keyword).and_then(Value::as_object).filter(|_| known);
            self.presence.extend(dependent.into_iter().flatten().filter_map(|(name, names)| {
                let names = texts(names.as_array()?);
                (!names.is_empty()).then(|| PresenceRule::With(name.clone(), names))
            }));
        }
        self.size.narrow(schema, "minProperties", "maxProperties");
    }

    fn add_branches(&mut self, draft: Draft, place: &Place, schema: &Map<String, Value>, cores: &Cores) {
        for keyword in ["anyOf", "oneOf"] {
            let Some(branches) = schema.get(keyword).and_then(Value::as_array) else { continue };
            if keywords::find(draft, keyword).is_none() {
                continue;
            }
            match cores.decision(place, keyword) {
                None => self.open.push(Branches { place: place.clone(), keyword, count: branches.len() }),
                Some(Decision::Validated) => self.validated.push(place.clone()),
                Some(Decision::Taken) => {}
            }
        }
    }

    /// Notes a schema with a keyword that nothing else decides.
    fn add_validated(&mut self, draft: Draft, place: &Place, schema: &'a Map<String, Value>) {
        for (name, value) in schema {
            let Some(keyword) = keywords::find(draft, name) else { continue };
            let decided = match keyword.name {
                "if" => !schema.contains_key("then") && !schema.contains_key("else"),
                "then" | "else" => !schema.contains_key("if"),
                "contains" => false,
                "dependencies" => value.as_object().is_some_and(|all| all.values().all(Value::is_array)),
                "dependentSchemas" => value.as_object().is_some_and(Map::is_empty),
                "unevaluatedProperties" | "unevaluatedItems" => *value == Value::Bool(true),
                "not" => self.add_not(value),
                _ => true,
            };
            if !decided && self.validated.last() != Some(place) {
                self.validated.push(place.clone());
            }
        }
    }

    /// Reads a `not` that speaks of the members that are there alone.
    fn add_not(&mut self, schema: &'a Value) -> bool {
        match schema {
            Value::Bool(refused) => {
                self.never |= refused;
                true
            }
            Value::Object(members) if self.types == Types::OBJECT => {
                let Some(names) = required_alone(members) else { return false };
                self.presence.push(PresenceRule::NotAll(names));
                true
            }
            _ => false,
        }
    }
}
