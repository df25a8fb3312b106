//! Every keyword of the five drafts, and how generated types enforce it: the one table that all crates ask.
//!
//! `KEYWORDS.md` beside this crate's `Cargo.toml` prints it for people.

use std::fmt;

use referencing::Draft;
use serde_json::{Map, Value};

use crate::pointer::Pointer;

/// The role of a keyword: the kind of value it has, and whether that refuses anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Says what is valid; its value holds no schema.
    Assertion,
    /// Its value is a schema.
    Schema,
    /// Its value is a list of schemas.
    SchemaList,
    /// Its value is an object of schemas.
    SchemaMap,
    /// Its value is a schema or a list of property names.
    SchemaOrNames,
    /// Names, refers or comments.
    Core,
    /// Describes, and refuses nothing.
    Annotation,
}

/// A keyword of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keyword {
    /// The name.
    pub name: &'static str,
    /// The role.
    pub role: Role,
    /// The first and the last draft that know it.
    drafts: (Draft, Draft),
    /// The ways in which generated types enforce it, the cheapest first.
    pub how: &'static [How],
}

/// The keywords that compare numbers.
pub const LIMITS: [&str; 5] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];

/// The way in which a keyword is enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The Rust type says it.
    Type,
    /// A check says it, in the pass that reads the value.
    Check,
    /// It goes straight to a branch, or tries a few.
    Branch,
    /// It leads to another schema, or names one.
    Reference,
    /// It describes.
    Annotation,
    /// A compiled validator decides it, on the part of the payload that it speaks of.
    Validator,
}

impl fmt::Display for How {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Type => "Rust type",
            Self::Check => "check in the same pass",
            Self::Branch => "branch of a union",
            Self::Reference => "reference",
            Self::Annotation => "annotation",
            Self::Validator => "validator on that part",
        })
    }
}

const D4: Draft = Draft::Draft4;
const D6: Draft = Draft::Draft6;
const D7: Draft = Draft::Draft7;
const D19: Draft = Draft::Draft201909;
const D20: Draft = Draft::Draft202012;

const fn row(name: &'static str, role: Role, first: Draft, last: Draft, how: &'static [How]) -> Keyword {
    Keyword { name, role, drafts: (first, last), how }
}

const REFERENCE: &[How] = &[How::Reference];
const TYPE: &[How] = &[How::Type];
const CHECK: &[How] = &[How::Check];
const VALIDATOR: &[How] = &[How::Validator];
const ANNOTATION: &[How] = &[How::Annotation];
const TYPE_OR_CHECK: &[How] = &[How::Type, How::Check];
const TYPE_OR_VALIDATOR: &[How] = &[How::Type, How::Validator];
const CHECK_OR_VALIDATOR: &[How] = &[How::Check, How::Validator];

/// The keywords. Where one changed its role from draft to draft it has several rows.
pub const KEYWORDS: &[Keyword] = &[
    // Core
    row("$schema", Role::Core, D4, D20, REFERENCE),
    row("id", Role::Core, D4, D4, REFERENCE),
    row("$id", Role::Core, D6, D20, REFERENCE),
    row("$ref", Role::Core, D4, D20, REFERENCE),
    row("$comment", Role::Core, D7, D20, ANNOTATION),
    row("$vocabulary", Role::Core, D19, D20, REFERENCE),
    row("$anchor", Role::Core, D19, D20, REFERENCE),
    row("$defs", Role::SchemaMap, D4, D20, REFERENCE),
    row("definitions", Role::SchemaMap, D4, D20, REFERENCE),
    row("$recursiveRef", Role::Core, D19, D19, &[How::Reference, How::Validator]),
    row("$recursiveAnchor", Role::Core, D19, D19, &[How::Reference, How::Validator]),
    row("$dynamicRef", Role::Core, D20, D20, &[How::Reference, How::Validator]),
    row("$dynamicAnchor", Role::Core, D20, D20, &[How::Reference, How::Validator]),
    // Any type
    row("type", Role::Assertion, D4, D20, &[How::Type, How::Branch]),
    row("enum", Role::Assertion, D4, D20, TYPE_OR_CHECK),
    row("const", Role::Assertion, D6, D20, TYPE_OR_CHECK),
    row("allOf", Role::SchemaList, D4, D20, TYPE),
    row("anyOf", Role::SchemaList, D4, D20, &[How::Branch, How::Type, How::Check, How::Validator]),
    row("oneOf", Role::SchemaList, D4, D20, &[How::Branch, How::Type, How::Check, How::Validator]),
    row("not", Role::Schema, D4, D20, CHECK_OR_VALIDATOR),
    row("if", Role::Schema, D7, D20, VALIDATOR),
    row("then", Role::Schema, D7, D20, VALIDATOR),
    row("else", Role::Schema, D7, D20, VALIDATOR),
    // Numbers
    row("minimum", Role::Assertion, D4, D20, TYPE_OR_CHECK),
    row("maximum", Role::Assertion, D4, D20, TYPE_OR_CHECK),
    row("exclusiveMinimum", Role::Assertion, D4, D20, TYPE_OR_CHECK),
    row("exclusiveMaximum", Role::Assertion, D4, D20, TYPE_OR_CHECK),
    row("multipleOf", Role::Assertion, D4, D20, CHECK),
    // Strings
    row("minLength", Role::Assertion, D4, D20, CHECK),
    row("maxLength", Role::Assertion, D4, D20, CHECK),
    row("pattern", Role::Assertion, D4, D20, CHECK),
    // More than an annotation where the build chose so.
    row("format", Role::Annotation, D4, D20, &[How::Annotation, How::Check, How::Type, How::Validator]),
    row("contentEncoding", Role::Annotation, D7, D20, ANNOTATION),
    row("contentMediaType", Role::Annotation, D7, D20, ANNOTATION),
    row("contentSchema", Role::Annotation, D19, D20, ANNOTATION),
    // Arrays
    row("items", Role::Schema, D4, D20, TYPE_OR_VALIDATOR),
    row("minItems", Role::Assertion, D4, D20, TYPE_OR_CHECK),
    row("maxItems", Role::Assertion, D4, D20, TYPE_OR_CHECK),
    row("uniqueItems", Role::Assertion, D4, D20, CHECK),
    row("prefixItems", Role::SchemaList, D20, D20, TYPE_OR_VALIDATOR),
    row("additionalItems", Role::Schema, D4, D19, TYPE_OR_VALIDATOR),
    row("contains", Role::Schema, D6, D20, VALIDATOR),
    row("minContains", Role::Assertion, D19, D20, VALIDATOR),
    row("maxContains", Role::Assertion, D19, D20, VALIDATOR),
    row("unevaluatedItems", Role::Schema, D19, D20, VALIDATOR),
    // Objects
    row("properties", Role::SchemaMap, D4, D20, TYPE),
    row("required", Role::Assertion, D4, D20, TYPE_OR_CHECK),
    row("additionalProperties", Role::Schema, D4, D20, TYPE_OR_VALIDATOR),
    row("minProperties", Role::Assertion, D4, D20, CHECK),
    row("maxProperties", Role::Assertion, D4, D20, CHECK),
    row("patternProperties", Role::SchemaMap, D4, D20, &[How::Type, How::Check, How::Validator]),
    row("propertyNames", Role::Schema, D6, D20, CHECK_OR_VALIDATOR),
    // Later drafts only reserve the name; validators still read it.
    row("dependencies", Role::SchemaOrNames, D4, D20, CHECK_OR_VALIDATOR),
    row("dependentRequired", Role::Assertion, D19, D20, CHECK),
    row("dependentSchemas", Role::SchemaMap, D19, D20, VALIDATOR),
    row("unevaluatedProperties", Role::Schema, D19, D20, TYPE_OR_VALIDATOR),
    // Annotations
    row("title", Role::Annotation, D4, D20, ANNOTATION),
    row("description", Role::Annotation, D4, D20, ANNOTATION),
    row("default", Role::Annotation, D4, D20, TYPE),
    row("examples", Role::Annotation, D4, D20, ANNOTATION),
    row("deprecated", Role::Annotation, D4, D20, ANNOTATION),
    row("readOnly", Role::Annotation, D4, D20, ANNOTATION),
    row("writeOnly", Role::Annotation, D4, D20, ANNOTATION),
];

impl Keyword {
    /// Returns whether a draft knows it.
    #[must_use]
    pub fn is_of(&self, draft: Draft) -> bool {
        (self.drafts.0..=self.drafts.1).contains(&draft)
    }

    /// Returns whether its value can be a schema. That of `contentSchema` describes, and is one all the same.
    fn holds_schema(&self) -> bool {
        self.role == Role::Schema || self.name == "contentSchema"
    }

    /// Returns whether its value can be a list of schemas in a draft. `items` was one until `prefixItems` came.
    fn holds_list(&self, draft: Draft) -> bool {
        self.role == Role::SchemaList || self.name == "items" && draft <= D19
    }
}

/// The keyword of a name in a draft; `None` where the draft does not know it.
///
/// ```
/// use thoth_messaging_documents::{Draft, keywords};
///
/// assert!(keywords::find(Draft::Draft202012, "prefixItems").is_some());
/// assert!(keywords::find(Draft::Draft7, "prefixItems").is_none());
/// ```
#[must_use]
pub fn find(draft: Draft, name: &str) -> Option<&'static Keyword> {
    KEYWORDS.iter().find(|keyword| keyword.name == name && keyword.is_of(draft))
}

/// The names of a draft's keywords.
pub fn names(draft: Draft) -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().filter(move |keyword| keyword.is_of(draft)).map(|keyword| keyword.name)
}

/// Returns whether `$ref` hides the keywords beside it, in a draft.
#[must_use]
pub fn ref_stands_alone(draft: Draft) -> bool {
    draft <= D7
}

/// Returns whether a `$ref` hides the other keywords of a schema.
#[must_use]
pub fn is_hidden(draft: Draft, schema: &Map<String, Value>) -> bool {
    ref_stands_alone(draft) && schema.get("$ref").is_some_and(Value::is_string)
}

/// Returns whether a keyword holds schemas that are there only to be referred to.
#[must_use]
pub fn is_definition(keyword: &str) -> bool {
    matches!(keyword, "$defs" | "definitions" | "contentSchema")
}

/// Returns whether the schemas of a keyword speak of the value itself, and not of its members or items.
#[must_use]
pub fn is_in_place(keyword: &str) -> bool {
    matches!(
        keyword,
        "allOf" | "anyOf" | "oneOf" | "not" | "if" | "then" | "else" | "dependentSchemas" | "dependencies"
    )
}

/// A schema directly under another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Subschema<'s> {
    /// The keyword that holds it.
    pub keyword: &'static Keyword,
    /// The member of the keyword's object, or the index in its list; `None` where the keyword holds one schema.
    pub member: Option<String>,
    /// The schema.
    pub schema: &'s Value,
}

impl Subschema<'_> {
    /// Its pointer, by that of the schema that it stands in.
    #[must_use]
    pub fn pointer(&self, outer: &Pointer) -> Pointer {
        let mut pointer = outer.join(self.keyword.name);
        if let Some(member) = &self.member {
            pointer.push(member);
        }
        pointer
    }
}

/// The schemas directly under a schema, in the order in which it has them; those that a `$ref` hides too.
///
/// ```
/// use serde_json::json;
/// use thoth_messaging_documents::keywords::subschemas;
/// use thoth_messaging_documents::{Draft, Pointer};
///
/// let schema = json!({"properties": {"id": {"type": "string"}}, "not": false});
/// let found = subschemas(Draft::Draft202012, schema.as_object().unwrap());
/// let pointers: Vec<_> = found.iter().map(|inner| inner.pointer(&Pointer::root()).to_string()).collect();
/// # let mut pointers = pointers;
/// # pointers.sort();
/// assert_eq!(pointers, ["/not", "/properties/id"]);
/// ```
#[must_use]
pub fn subschemas(draft: Draft, schema: &Map<String, Value>) -> Vec<Subschema<'_>> {
    let mut found = Vec::new();
    for (name, value) in schema {
        let Some(keyword) = find(draft, name) else { continue };
        let mut add = |member: Option<String>, schema| found.push(Subschema { keyword, member, schema });
        match value {
            Value::Array(items) if keyword.holds_list(draft) => {
                let items = items.iter().enumerate().filter(|(_, item)| is_schema(item));
                items.for_each(|(index, item)| add(Some(index.to_string()), item));
            }
            Value::Object(members) if matches!(keyword.role, Role::SchemaMap | Role::SchemaOrNames) => {
                let members = members.iter().filter(|(_, member)| is_schema(member));
                members.for_each(|(name, member)| add(Some(name.clone()), member));
            }
            value if keyword.holds_schema() && is_schema(value) => add(None, value),
            _ => {}
        }
    }
    found
}

/// The [`subschemas`] of a schema that its `$ref` does not hide: definitions can be referred to all the same.
#[must_use]
pub fn visible_subschemas(draft: Draft, schema: &Map<String, Value>) -> Vec<Subschema<'_>> {
    let mut found = subschemas(draft, schema);
    if is_hidden(draft, schema) {
        found.retain(|inner| is_definition(inner.keyword.name));
    }
    found
}

fn is_schema(value: &Value) -> bool {
    value.is_object() || value.is_boolean()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;
    use std::{env, fs};

    use super::*;

    /// Between these the table stands in `KEYWORDS.md`.
    const MARKS: [&str; 2] = ["<!-- keywords: from src/keywords.rs -->\n", "<!-- /keywords -->\n"];

    /// The keywords as a table for people.
    fn table() -> String {
        let rows = KEYWORDS.iter().map(|keyword| {
            let (first, last) = keyword.drafts;
            let drafts = match (first, last) {
                _ if first == last => year(first).to_owned(),
                (_, D20) => format!("{} and later", year(first)),
                _ => format!("{} to {}", year(first), year(last)),
            };
            let how: Vec<String> = keyword.how.iter().map(How::to_string).collect();
            format!("| `{}` | {} | {} |\n", keyword.name, drafts.replace("4 and later", "all"), how.join(", "))
        });
        format!("\n| keyword | drafts | decided by |\n|---|---|---|\n{}\n", rows.collect::<String>())
    }

    fn year(draft: Draft) -> &'static str {
        match draft {
            D4 => "4",
            D6 => "6",
            D7 => "7",
            D19 => "2019-09",
            _ => "2020-12",
        }
    }

    /// The keywords in the schema files below a folder of this crate.
    fn used(folder: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            } else if path.extension().is_some_and(|extension| extension == "json") {
                collect(&fs::read_to_string(path).unwrap(), &mut found);
            }
        }
        found
    }

    fn collect(text: &str, found: &mut BTreeSet<String>) {
        let Ok(schema) = serde_json::from_str::<Value>(text) else { return };
        let draft = schema.get("$schema").and_then(Value::as_str).map_or(D20, Draft::from_schema_uri);
        let mut open = vec![&schema];
        while let Some(schema) = open.pop() {
            let Some(schema) = schema.as_object() else { continue };
            found.extend(schema.keys().filter(|name| find(draft, name).is_some()).cloned());
            open.extend(subschemas(draft, schema).iter().map(|inner| inner.schema));
        }
    }

    #[test]
    fn the_page_has_the_table() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("KEYWORDS.md");
        let page = fs::read_to_string(&path).unwrap();
        let (before, rest) = page.split_once(MARKS[0]).unwrap();
        let (_, after) = rest.split_once(MARKS[1]).unwrap();
        let expected = format!("{before}{}{}{}{after}", MARKS[0], table(), MARKS[1]);
        if env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&path, expected).unwrap();
            return;
        }
        assert!(page == expected, "UPDATE_EXPECTED=1 rewrites the table\n{}", table());
    }

    #[test]
    fn every_keyword_has_a_golden_case() {
        let golden = used("../tests/golden/cases");
        let missing: Vec<_> = KEYWORDS.iter().map(|row| row.name).filter(|name| !golden.contains(*name)).collect();
        assert!(missing.is_empty(), "no golden case has {missing:?}");
    }

    #[test]
    fn each_draft_has_its_own_subschemas() {
        let schema = serde_json::json!({
            "items": [true], "prefixItems": [{}], "dependencies": {"a": ["b"], "c": {}}, "contentSchema": {},
            "const": {}, "additionalItems": false, "properties": {"p": 1, "q": true},
        });
        let check = |draft, expected: &[&str]| {
            let found = subschemas(draft, schema.as_object().unwrap());
            let mut pointers: Vec<_> = found.iter().map(|inner| inner.pointer(&Pointer::root()).to_string()).collect();
            pointers.sort();
            assert_eq!(pointers, expected, "{draft:?}");
        };
        check(D4, &["/additionalItems", "/dependencies/c", "/items/0", "/properties/q"]);
        check(D19, &["/additionalItems", "/contentSchema", "/dependencies/c", "/items/0", "/properties/q"]);
        check(D20, &["/contentSchema", "/dependencies/c", "/prefixItems/0", "/properties/q"]);
    }

    #[test]
    fn a_reference_hides_all_but_definitions_up_to_draft_7() {
        let schema = serde_json::json!({"$ref": "#/definitions/A", "definitions": {"A": {}}, "not": {}});
        let visible = |draft| visible_subschemas(draft, schema.as_object().unwrap()).len();
        assert_eq!((visible(D7), visible(D19)), (1, 2));
    }
}
