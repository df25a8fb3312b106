//! What a user can choose.

#[cfg(feature = "settings")]
use std::collections::BTreeMap;

#[cfg(feature = "settings")]
use schemars::JsonSchema;
#[cfg(feature = "settings")]
use serde::{Deserialize, Deserializer};
use thoth_messaging_documents::Draft;
use thoth_messaging_documents::dialect::{DRAFT_2020_12, schema_uri};

use crate::format::Formats;

/// The choices of a user.
///
/// The texts are looked at when code is generated: one that is no Rust, or that selects nothing, is an error
/// (`S06xx`), never passed over.
///
/// A *path* selects types: `*` all of them, `OrderLine` the one of this Rust name, and a *place* the one that is made
/// from the schema there: `order.schema.json` a file, `order.schema.json#/$defs/Line` a schema in it by its JSON
/// Pointer. The path of a field is `OrderLine.amount` by its Rust names (or `Status.Open` of a variant), or the place
/// of a property, as `order.schema.json#/properties/amount`.
///
/// ```
/// use thoth_messaging_codegen::{Options, SchemaSet, generate};
///
/// let mut schemas = SchemaSet::new();
/// schemas.add("ping.json", "schemas/ping.json", r#"{
///     "type": "object", "x-kafka": {"topic": "ops.ping"}, "properties": {"host": {"type": "string"}}
/// }"#);
/// let mut options = Options::default();
/// options.derives.push(("Ping".to_owned(), "PartialOrd".to_owned()));
/// options.type_names.push(("ping.json".to_owned(), "Heartbeat".to_owned()));
/// let generation = generate(&schemas, &options);
/// assert_eq!(generation.diagnostics[0].message, "`derive(\"Ping\", …)` selects nothing");
///
/// options.derives[0].0 = "Heartbeat".to_owned();
/// assert!(generate(&schemas, &options).files[0].text.contains("PartialOrd)]\npub struct Heartbeat"));
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "settings", derive(Deserialize, JsonSchema))]
#[cfg_attr(feature = "settings", serde(default, rename_all = "kebab-case", deny_unknown_fields))]
#[non_exhaustive]
pub struct Options {
    /// The name of the Rust file; `messages.rs` by default.
    pub file_name: String,
    /// True if messages implement `schemars::JsonSchema`, which needs the feature `dynamic` of `thoth-messaging`; off
    /// by default.
    pub json_schema: bool,
    /// What `format` does; it is an annotation by default.
    pub formats: Formats,
    /// Patterns of the names of the files that become messages; all files with `x-kafka` by default. In a pattern `*`
    /// is any text without `/`, `**` any text, `?` one character that is not `/`. Other files may still be referred to.
    /// A pattern that fits no message is an error (`S0603`).
    pub only: Vec<String>,
    /// Patterns as in [`only`](Self::only) of the names of the files that become no messages; none by default.
    pub without: Vec<String>,
    /// What types derive beside what they derive anyway, by path, as `("*", "Hash, PartialOrd")`; nothing by default.
    /// What a type derives already it derives once.
    #[cfg_attr(feature = "settings", serde(deserialize_with = "pairs"), schemars(with = "BTreeMap<String, String>"))]
    pub derives: Vec<(String, String)>,
    /// Attributes of types, by path, as `("Order", "#[non_exhaustive]")`, behind `#[derive]`; none by default.
    #[cfg_attr(feature = "settings", serde(deserialize_with = "pairs"), schemars(with = "BTreeMap<String, String>"))]
    pub type_attributes: Vec<(String, String)>,
    /// Attributes of fields and variants, by path, as `("Order.lines", "#[doc(alias = \"items\")]")`; none by default.
    #[cfg_attr(feature = "settings", serde(deserialize_with = "pairs"), schemars(with = "BTreeMap<String, String>"))]
    pub field_attributes: Vec<(String, String)>,
    /// The names of types, by place; by default those that a person gave in the schema, or what follows from the path.
    #[cfg_attr(feature = "settings", serde(deserialize_with = "pairs"), schemars(with = "BTreeMap<String, String>"))]
    pub type_names: Vec<(String, String)>,
    /// The names of fields, by place of the property; by default what stands in the schema, in snake case.
    #[cfg_attr(feature = "settings", serde(deserialize_with = "pairs"), schemars(with = "BTreeMap<String, String>"))]
    pub field_names: Vec<(String, String)>,
    /// Types of the user's own in the place of generated ones, by path, as `("Money", "crate::Money")`; none by default.
    ///
    /// Such a type implements `Serialize`, `DeserializeOwned`, `Clone`, `Debug` and `PartialEq`. What it reads and
    /// writes is for its author: the generator no longer promises that it is what the schema says.
    #[cfg_attr(feature = "settings", serde(deserialize_with = "pairs"), schemars(with = "BTreeMap<String, String>"))]
    pub replaced: Vec<(String, String)>,
    /// The Rust type of an object whose member names are data.
    pub map_type: MapType,
    /// The Rust type of a string.
    pub string_type: StringType,
    /// The draft of files without `$schema`. What is generated holds them with it.
    pub default_draft: SchemaDraft,
    /// The draft of files whose `$schema` is neither a draft nor a file of the set; they are an error by default. What is
    /// generated holds them with the `$schema` of the draft.
    pub unknown_draft: Option<SchemaDraft>,
    /// The module that all that is generated stands in, as `messages`; none by default: then two files that are included
    /// side by side have two `REGISTRY`s.
    pub module: Option<String>,
    /// True if the Rust file is formatted for people, on by default. Off saves time in a build; the code is the same.
    pub format: bool,
}

#[cfg(feature = "settings")]
/// Pairs that are members of an object, in a file.
fn pairs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, String)>, D::Error> {
    Ok(BTreeMap::deserialize(deserializer)?.into_iter().collect())
}

impl Default for Options {
    fn default() -> Self {
        Self {
            file_name: "messages.rs".to_owned(),
            json_schema: false,
            formats: Formats::default(),
            only: Vec::new(),
            without: Vec::new(),
            derives: Vec::new(),
            type_attributes: Vec::new(),
            field_attributes: Vec::new(),
            type_names: Vec::new(),
            field_names: Vec::new(),
            replaced: Vec::new(),
            map_type: MapType::default(),
            string_type: StringType::default(),
            default_draft: SchemaDraft::default(),
            unknown_draft: None,
            module: None,
            format: true,
        }
    }
}

/// The Rust type of an object whose member names are data, and whose values have a type. Where they may be anything it
/// is always `serde_json::Map`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "settings", derive(Deserialize, JsonSchema))]
#[non_exhaustive]
pub enum MapType {
    /// `BTreeMap`: members are written in the order of their names.
    #[default]
    BTreeMap,
    /// `HashMap`: found faster; members are written in the order of their names all the same, so that the same value
    /// gives the same bytes.
    HashMap,
}

/// The Rust type of a string. The names of members that are data are always `String`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "settings", derive(Deserialize, JsonSchema))]
#[non_exhaustive]
pub enum StringType {
    /// `String`.
    #[default]
    String,
    /// `Box<str>`: two words instead of three.
    #[cfg_attr(feature = "settings", serde(rename = "Box<str>"))]
    BoxStr,
    /// `Arc<str>`: cloned without a copy of the text.
    #[cfg_attr(feature = "settings", serde(rename = "Arc<str>"))]
    ArcStr,
    /// `CompactString` of the crate `compact_str`, which needs the feature of that name of `thoth-messaging`: up to 24 bytes stand in
    /// the value itself, so that decoding allocates less.
    CompactString,
}

/// A draft of JSON Schema, as it is chosen for files that do not say theirs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "settings", derive(Deserialize, JsonSchema))]
#[non_exhaustive]
pub enum SchemaDraft {
    /// Draft 4.
    #[cfg_attr(feature = "settings", serde(rename = "draft-04"))]
    Draft4,
    /// Draft 6.
    #[cfg_attr(feature = "settings", serde(rename = "draft-06"))]
    Draft6,
    /// Draft 7.
    #[cfg_attr(feature = "settings", serde(rename = "draft-07"))]
    Draft7,
    /// Draft 2019-09.
    #[cfg_attr(feature = "settings", serde(rename = "2019-09"))]
    Draft201909,
    /// Draft 2020-12.
    #[default]
    #[cfg_attr(feature = "settings", serde(rename = "2020-12"))]
    Draft202012,
}

impl SchemaDraft {
    /// The `$schema` of files of this draft.
    #[must_use]
    pub fn uri(self) -> &'static str {
        let draft = match self {
            Self::Draft4 => Draft::Draft4,
            Self::Draft6 => Draft::Draft6,
            Self::Draft7 => Draft::Draft7,
            Self::Draft201909 => Draft::Draft201909,
            Self::Draft202012 => Draft::Draft202012,
        };
        schema_uri(draft).unwrap_or(DRAFT_2020_12)
    }
}
