//! The ground floor of `thoth-messaging`: what a set of JSON Schema documents is.
//!
//! The generator, the comparison of versions, `message_factory` and the command line all read schema documents; here is
//! what they share. It is pure: it reads no files and no environment, and fetches nothing.
//!
//! | module | what it has |
//! |---|---|
//! | [`mod@pointer`], [`place`] | JSON Pointers, and places in documents |
//! | [`uri`], [`mod@reference`], [`set`] | the URIs of documents, and documents that refer to each other |
//! | [`dialect`], [`meta_schemas`] | drafts, vocabularies, and the meta-schemas that define them |
//! | [`keywords`] | every keyword of every draft, and the schemas in a schema |
//! | [`x_kafka`], [`topic`] | the topic that a schema declares, and the names that Kafka takes |
//! | [`near`] | the name that was likely meant |
//! | [`decimal`] | numbers as they are written, compared digit by digit |
//! | [`foreign`] | text of strangers, made safe for a reader |
//! | [`identity`], [`guid`] | the text and the GUID that stand for a schema |
//! | `pattern` | regular expressions of ECMA-262 (feature `pattern`) |
//! | `extension` | `x-kafka` as a JSON Schema (feature `schemars`) |
//! | `validator` | the one place that sets up `jsonschema` (feature `validate`, a default) |
//!
//! ```
//! use serde_json::json;
//! use thoth_messaging_documents::{DocumentSet, Draft, Pointer, XKafka, keywords};
//!
//! let order = json!({
//!     "x-kafka": {"topic": "orders.placed", "key": "/order_id"},
//!     "properties": {"order_id": {"$ref": "id.json"}},
//! });
//! let id = json!({"type": "string"});
//! assert_eq!(XKafka::topic_of(&order), Some("orders.placed"));
//!
//! let inner = &keywords::subschemas(Draft::Draft202012, order.as_object().unwrap())[0];
//! assert_eq!(inner.pointer(&Pointer::root()), "/properties/order_id");
//!
//! let set = DocumentSet::of_files([("order.json", &order), ("id.json", &id)]);
//! assert_eq!(set.closure("schema:///order.json").len(), 2);
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod decimal;
pub mod dialect;
#[cfg(feature = "schemars")]
pub mod extension;
pub mod foreign;
pub mod guid;
pub mod identity;
pub mod keywords;
pub mod meta_schemas;
pub mod near;
#[cfg(feature = "pattern")]
pub mod pattern;
pub mod place;
pub mod pointer;
pub mod reference;
pub mod set;
pub mod topic;
pub mod uri;
#[cfg(feature = "validate")]
pub mod validator;
pub mod x_kafka;

pub use dialect::{Dialect, Dialects, Draft, UnknownDialect};
#[cfg(feature = "schemars")]
pub use extension::extension_schema;
pub use guid::Guid;
pub use identity::Identity;
/// The library that validates, of the one version that this project is held to.
#[cfg(feature = "validate")]
pub use jsonschema;
pub use place::Place;
pub use pointer::{NotAPointer, Pointer};
/// The library that resolves references, of the one version that this project is held to.
pub use referencing;
pub use referencing::{Error as ReferencingError, Registry, Resolver, Uri};
pub use set::DocumentSet;
#[cfg(feature = "validate")]
pub use validator::Validation;
pub use x_kafka::{Compatibility, Property, SchemaIdLocation, UnusableXKafka, XKafka};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
