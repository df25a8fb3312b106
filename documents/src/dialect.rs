//! Dialects: the draft that a schema is written in, and the vocabularies of it that its meta-schema leaves in use.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use referencing::Draft;
use serde_json::{Map, Value};

use crate::keywords::{self, Role};
use crate::uri::{self, own_uri};

/// The dialect that a `$schema` names: the keywords that there are, and those of them that mean something.
///
/// ```
/// use thoth_messaging_documents::{Dialect, Dialects, Draft};
///
/// let dialect = Dialects::default().find("http://json-schema.org/draft-07/schema#")?;
/// assert_eq!(dialect, Dialect::of(Draft::Draft7));
/// # Ok::<(), thoth_messaging_documents::UnknownDialect>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The draft.
    pub draft: Draft,
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
    #[must_use]
    pub fn of(draft: Draft) -> Self {
        Self { draft, vocabularies: !bit("format-assertion") }
    }

    /// Returns whether a keyword means anything. `$vocabulary` can take the meaning of a keyword away, if a vocabulary
    /// has it.
    #[must_use]
    pub fn asserts(self, keyword: &str) -> bool {
        let any = |names: &[&str]| names.iter().any(|name| self.vocabularies & bit(name) != 0);
        let Some(keyword) = keywords::find(self.draft, keyword) else { return true };
        match (keyword.name, keyword.role) {
            ("unevaluatedItems" | "unevaluatedProperties", _) if self.draft >= Draft::Draft202012 => {
                any(&["unevaluated"])
            }
            ("format", _) => any(&["format", "format-annotation", "format-assertion"]),
            ("contentEncoding" | "contentMediaType" | "contentSchema", _) => any(&["content"]),
            ("$defs" | "definitions", _) | (_, Role::Core | Role::Annotation) => true,
            (_, Role::Assertion) => any(&["validation"]),
            (_, Role::Schema | Role::SchemaList | Role::SchemaMap | Role::SchemaOrNames) => any(&["applicator"]),
        }
    }

    /// Returns whether the meta-schema asks for `format` to refuse values, by the vocabulary of draft 2020-12 that says
    /// so.
    #[must_use]
    pub fn asserts_format(self) -> bool {
        self.draft == Draft::Draft202012 && self.vocabularies & bit("format-assertion") != 0
    }
}

fn bit(vocabulary: &str) -> u16 {
    VOCABULARIES.iter().position(|name| *name == vocabulary).map_or(0, |index| 1 << index)
}

/// The identifier of a schema: its `$id`, or `id` in draft 4. Drafts up to 7 ignore it beside `$ref`.
#[must_use]
pub fn id(draft: Draft, schema: &Map<String, Value>) -> Option<&str> {
    schema.get(draft.id_keyword()).filter(|_| !keywords::is_hidden(draft, schema))?.as_str()
}

/// The `$schema` of a draft; `None` of one that is not known.
///
/// ```
/// use thoth_messaging_documents::{Draft, dialect};
///
/// assert_eq!(dialect::schema_uri(Draft::Draft7), Some("http://json-schema.org/draft-07/schema#"));
/// ```
#[must_use]
pub fn schema_uri(draft: Draft) -> Option<&'static str> {
    Some(match draft {
        Draft::Draft4 => "http://json-schema.org/draft-04/schema#",
        Draft::Draft6 => "http://json-schema.org/draft-06/schema#",
        Draft::Draft7 => "http://json-schema.org/draft-07/schema#",
        Draft::Draft201909 => "https://json-schema.org/draft/2019-09/schema",
        Draft::Draft202012 => DRAFT_2020_12,
        _ => return None,
    })
}

/// The `$schema` of draft 2020-12, which is that of a schema without one.
pub const DRAFT_2020_12: &str = "https://json-schema.org/draft/2020-12/schema";

/// Why the dialect of a URI is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnknownDialect {
    /// Neither a draft nor a file of the set, or one that leads back to itself.
    NoMetaSchema,
    /// The meta-schema requires a vocabulary that nobody knows here.
    Vocabulary(String),
}

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMetaSchema => f.write_str("this meta-schema is not known"),
            Self::Vocabulary(uri) => write!(f, "this meta-schema requires the vocabulary `{uri}`, which is not known"),
        }
    }
}

impl std::error::Error for UnknownDialect {}

/// The meta-schemas that documents of a set can be.
#[derive(Debug, Default)]
pub struct Dialects {
    by_uri: BTreeMap<String, Declared>,
}

/// The part of a document that matters if it is a meta-schema.
#[derive(Clone, Debug)]
struct Declared {
    schema: Option<String>,
    /// `$vocabulary`: the URIs, and whether they are required.
    vocabularies: Option<Vec<(String, bool)>>,
}

impl Dialects {
    /// Of documents by their names in the set.
    pub fn of<'a>(files: impl Iterator<Item = (&'a str, &'a Value)>) -> Self {
        let mut dialects = Self::default();
        for (name, value) in files {
            let text = |keyword: &str| value.get(keyword).and_then(Value::as_str);
            let vocabularies = value.get("$vocabulary").and_then(Value::as_object).map(|declared| {
                declared.iter().map(|(uri, required)| (uri.clone(), *required == Value::Bool(true))).collect()
            });
            let declared = Declared { schema: text("$schema").map(str::to_owned), vocabularies };
            let own = own_uri(name);
            let ids = ["$id", "id"].iter().filter_map(|keyword| text(keyword));
            let resolve = |id: &str| uri::resolve(&uri::parse(&own).ok()?.borrow(), id).ok();
            for uri in ids.filter_map(resolve) {
                dialects.by_uri.insert(key(uri.as_str()).to_owned(), declared.clone());
            }
            dialects.by_uri.entry(own).or_insert(declared);
        }
        dialects
    }

    /// The dialect that a `$schema` names: a draft, or a document of the set that is a meta-schema, of the draft of its
    /// own meta-schema.
    ///
    /// # Errors
    ///
    /// [`UnknownDialect`] where there is no such meta-schema, or it requires a vocabulary that is not known.
    pub fn find(&self, uri: &str) -> Result<Dialect, UnknownDialect> {
        let mut next = uri;
        let mut vocabularies = None;
        let mut seen = BTreeSet::new();
        while seen.insert(next) {
            let draft = Draft::from_schema_uri(next);
            if draft != Draft::Unknown {
                return in_use(draft, vocabularies);
            }
            let meta_schema = self.by_uri.get(key(next)).ok_or(UnknownDialect::NoMetaSchema)?;
            if seen.len() == 1 {
                vocabularies = meta_schema.vocabularies.as_deref();
            }
            let Some(schema) = &meta_schema.schema else { return in_use(Draft::default(), vocabularies) };
            next = schema;
        }
        Err(UnknownDialect::NoMetaSchema)
    }
}

/// A URI without the empty fragment that meta-schemas are named with.
fn key(uri: &str) -> &str {
    uri.trim_end_matches('#')
}

/// A draft with those of its vocabularies that a meta-schema requires; with all of them where it does not say.
fn in_use(draft: Draft, vocabularies: Option<&[(String, bool)]>) -> Result<Dialect, UnknownDialect> {
    let Some(declared) = vocabularies.filter(|_| draft >= Draft::Draft201909) else { return Ok(Dialect::of(draft)) };
    let mut found = 0;
    for (uri, required) in declared {
        let known = uri.strip_prefix("https://json-schema.org/draft/").and_then(|path| path.split_once("/vocab/"));
        let known = known.filter(|(draft, _)| matches!(*draft, "2019-09" | "2020-12")).map_or(0, |(_, name)| bit(name));
        match (known, required) {
            (0, true) => return Err(UnknownDialect::Vocabulary(uri.clone())),
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

    fn check(files: &[(&str, Value)], schema: &str, expected: &Result<Dialect, UnknownDialect>) {
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
        check(&files, "https://example.org/c", &Err(UnknownDialect::NoMetaSchema));
    }

    #[test]
    fn refuses_meta_schemas_that_lead_back_to_themselves() {
        let files = [("https://example.org/a", json!({"$schema": "https://example.org/a"}))];
        check(&files, "https://example.org/a", &Err(UnknownDialect::NoMetaSchema));
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
        assert!(dialect.asserts("$defs") && dialect.asserts("title") && dialect.asserts("allOf"));
        assert!(!dialect.asserts("format") && !dialect.asserts("contentSchema"));
        assert!(!dialect.asserts("minimum") && !dialect.asserts("unevaluatedItems") && !dialect.asserts_format());
        let unknown = "https://example.org/vocabulary";
        check(&vocabularies(&[unknown]), "https://example.org/a", &Err(UnknownDialect::Vocabulary(unknown.to_owned())));
    }
}
