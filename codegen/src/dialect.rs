//! Dialects: the draft that a schema is written in, and the vocabularies of it that its meta-schema leaves in use.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::{Draft, uri};
use serde_json::{Map, Value};

use crate::keywords;
use crate::parse::own_uri;

/// What `$schema` says: which keywords there are, and which of them mean something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) draft: Draft,
    /// The vocabularies in use, by their bits in [`VOCABULARIES`].
    vocabularies: u16,
}

/// The vocabularies of drafts 2019-09 and 2020-12, by the last segment of their URIs.
const VOCABULARIES: [&str; 9] = [
    "core",
    "applicator",
    "validation",
    "meta-data",
    "content",
    "unevaluated",
    "format",
    "format-annotation",
    "format-assertion",
];

impl Dialect {
    /// A draft with all that its own meta-schema has in use.
    pub(crate) fn of(draft: Draft) -> Self {
        Self { draft, vocabularies: !bit("format-assertion") }
    }

    /// Whether a keyword means anything. `$vocabulary` is what can take its meaning; it knows nothing of keywords that
    /// no vocabulary has.
    pub(crate) fn asserts(self, keyword: &str) -> bool {
        let any = |names: &[&str]| names.iter().any(|name| self.vocabularies & bit(name) != 0);
        match keyword {
            "allOf"
            | "anyOf"
            | "oneOf"
            | "not"
            | "if"
            | "then"
            | "else"
            | "properties"
            | "patternProperties"
            | "additionalProperties"
            | "propertyNames"
            | "dependentSchemas"
            | "dependencies"
            | "items"
            | "prefixItems"
            | "additionalItems"
            | "contains" => any(&["applicator"]),
            "unevaluatedItems" | "unevaluatedProperties" if self.draft == Draft::Draft201909 => any(&["applicator"]),
            "unevaluatedItems" | "unevaluatedProperties" => any(&["unevaluated"]),
            "type" | "enum" | "const" | "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum"
            | "multipleOf" | "minLength" | "maxLength" | "pattern" | "minItems" | "maxItems" | "uniqueItems"
            | "minContains" | "maxContains" | "required" | "minProperties" | "maxProperties" | "dependentRequired" => {
                any(&["validation"])
            }
            "format" => any(&["format", "format-annotation", "format-assertion"]),
            "contentEncoding" | "contentMediaType" | "contentSchema" => any(&["content"]),
            _ => true,
        }
    }

    /// Whether the meta-schema asks for `format` to refuse values, by the vocabulary of draft 2020-12 that says so.
    #[allow(dead_code, reason = "for the stage that reads `format`")]
    pub(crate) fn asserts_format(self) -> bool {
        self.draft == Draft::Draft202012 && self.vocabularies & bit("format-assertion") != 0
    }
}

fn bit(vocabulary: &str) -> u16 {
    VOCABULARIES.iter().position(|name| *name == vocabulary).map_or(0, |index| 1 << index)
}

/// What a schema is identified by: `$id`, or `id` in draft 4. Drafts up to 7 ignore it beside `$ref`.
pub(crate) fn id(draft: Draft, schema: &Map<String, Value>) -> Option<&str> {
    let hidden = keywords::ref_stands_alone(draft) && schema.get("$ref").is_some_and(Value::is_string);
    schema.get(draft.id_keyword()).filter(|_| !hidden)?.as_str()
}

/// Why the dialect of a URI is not known.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Neither a draft nor a file of the set, or one that leads back to itself.
    Unknown,
    /// The meta-schema requires a vocabulary that nobody knows here.
    Vocabulary(String),
}

/// The meta-schemas that files of a set can be.
#[derive(Debug, Default)]
pub(crate) struct Dialects {
    by_uri: BTreeMap<String, Declared>,
}

/// What a file says, were it a meta-schema.
#[derive(Clone, Debug)]
struct Declared {
    schema: Option<String>,
    /// `$vocabulary`: the URIs, and whether they are required.
    vocabularies: Option<Vec<(String, bool)>>,
}

impl Dialects {
    /// Of files by their names in the set.
    pub(crate) fn of<'a>(files: impl Iterator<Item = (&'a str, &'a Value)>) -> Self {
        let mut dialects = Self::default();
        for (name, value) in files {
            let text = |keyword: &str| value.get(keyword).and_then(Value::as_str);
            let vocabularies = value.get("$vocabulary").and_then(Value::as_object).map(|declared| {
                declared.iter().map(|(uri, required)| (uri.clone(), *required == Value::Bool(true))).collect()
            });
            let declared = Declared { schema: text("$schema").map(str::to_owned), vocabularies };
            let own = own_uri(name);
            let ids = ["$id", "id"].iter().filter_map(|keyword| text(keyword));
            let resolve = |id: &str| uri::resolve_against(&uri::from_str(&own).ok()?.borrow(), id).ok();
            for uri in ids.filter_map(resolve) {
                dialects.by_uri.insert(key(uri.as_str()).to_owned(), declared.clone());
            }
            dialects.by_uri.entry(own).or_insert(declared);
        }
        dialects
    }

    /// The dialect that a `$schema` names: a draft, or a file of the set that is a meta-schema, of the draft of its own
    /// meta-schema.
    pub(crate) fn find(&self, uri: &str) -> Result<Dialect, Problem> {
        let mut next = uri;
        let mut vocabularies = None;
        let mut seen = BTreeSet::new();
        while seen.insert(next) {
            let draft = Draft::from_schema_uri(next);
            if draft != Draft::Unknown {
                return in_use(draft, vocabularies);
            }
            let meta_schema = self.by_uri.get(key(next)).ok_or(Problem::Unknown)?;
            if seen.len() == 1 {
                vocabularies = meta_schema.vocabularies.as_deref();
            }
            let Some(schema) = &meta_schema.schema else { return in_use(Draft::default(), vocabularies) };
            next = schema;
        }
        Err(Problem::Unknown)
    }
}

/// A URI without the empty fragment that meta-schemas are named with.
fn key(uri: &str) -> &str {
    uri.trim_end_matches('#')
}

/// A draft with those of its vocabularies that a meta-schema requires; with all of them where it does not say.
fn in_use(draft: Draft, vocabularies: Option<&[(String, bool)]>) -> Result<Dialect, Problem> {
    let Some(declared) = vocabularies.filter(|_| draft >= Draft::Draft201909) else { return Ok(Dialect::of(draft)) };
    let mut found = 0;
    for (uri, required) in declared {
        let known = uri.strip_prefix("https://json-schema.org/draft/").and_then(|path| path.split_once("/vocab/"));
        let known = known.filter(|(draft, _)| matches!(*draft, "2019-09" | "2020-12")).map_or(0, |(_, name)| bit(name));
        match (known, required) {
            (0, true) => return Err(Problem::Vocabulary(uri.clone())),
            (known, true) => found |= known,
            // Its boolean says only what those do who do not know it.
            (known, false) => found |= known & bit("format-assertion"),
        }
    }
    Ok(Dialect { draft, vocabularies: found })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(files: &[(&str, Value)], schema: &str, expected: &Result<Dialect, Problem>) {
        let dialects = Dialects::of(files.iter().map(|(name, value)| (*name, value)));
        assert_eq!(&dialects.find(schema), expected);
    }

    #[test]
    fn follows_the_meta_schemas_of_meta_schemas() {
        let files = [
            ("a.json", json!({"$schema": "https://example.org/b", "$id": "https://example.org/a"})),
            ("b.json", json!({"$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://example.org/b#"})),
        ];
        check(&files, "https://example.org/a", &Ok(Dialect::of(Draft::Draft7)));
        check(&files, "https://example.org/a#", &Ok(Dialect::of(Draft::Draft7)));
        check(&files, "https://example.org/c", &Err(Problem::Unknown));
    }

    #[test]
    fn refuses_meta_schemas_that_lead_back_to_themselves() {
        let files = [("https://example.org/a", json!({"$schema": "https://example.org/a"}))];
        check(&files, "https://example.org/a", &Err(Problem::Unknown));
    }

    #[test]
    fn reads_what_vocabularies_leave_in_use() {
        let vocabularies = |required: &[&str]| {
            let declared: serde_json::Map<_, _> = required.iter().map(|uri| ((*uri).to_owned(), json!(true))).collect();
            [("https://example.org/a", json!({"$vocabulary": declared}))]
        };
        let core = "https://json-schema.org/draft/2020-12/vocab/core";
        let applicator = "https://json-schema.org/draft/2020-12/vocab/applicator";
        let files = vocabularies(&[core, applicator]);
        let dialects = Dialects::of(files.iter().map(|(name, value)| (*name, value)));
        let dialect = dialects.find("https://example.org/a").unwrap();
        assert!(dialect.asserts("properties") && dialect.asserts("$ref"));
        assert!(!dialect.asserts("minimum") && !dialect.asserts("unevaluatedItems") && !dialect.asserts_format());
        let unknown = "https://example.org/vocabulary";
        check(&vocabularies(&[unknown]), "https://example.org/a", &Err(Problem::Vocabulary(unknown.to_owned())));
    }
}
