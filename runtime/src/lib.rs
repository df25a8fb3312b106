//! Typed, validated messages on Kafka, from JSON Schema files.
//!
//! A message is a JSON Schema file with an `x-kafka` object that names its topic. The code generator
//! (`thoth-messaging-build`, called from a `build.rs`) turns such files into plain structs; this crate sends and
//! receives them, and holds the [`messages`] of Project Thoth, generated the same way.
//!
//! # Features
//!
//! Without any (`default-features = false`) this crate is the contract alone, on `serde` and `serde_json`: all that a crate
//! of message types needs, and nothing that compiles C.
//!
//! | feature | default | gives |
//! |---|---|---|
//! | `client` | yes | [`client`]: producer, consumer, administration, on librdkafka; [`app`]: services; [`metrics`] |
//! | `dynamic` | yes | [`dynamic`]: `message_factory`, and every violation of a refused payload instead of the first |
//! | `testing` | yes | [`testing`]: an in-process Kafka |
//! | `uuid`, `jiff`, `url` | no | [`formats`] that are mapped to types of the crates of these names |
//! | `pattern` | with `dynamic` | `pattern` in generated types |
//! | `tls`, `zstd` | no | TLS with the system's OpenSSL, compression with zstd |

#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate self as thoth_messaging;

#[cfg(feature = "client")]
pub mod app;
#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "dynamic")]
pub mod dynamic;
pub mod error;
pub mod formats;
pub mod message;
pub mod messages;
#[cfg(feature = "client")]
pub mod metrics;
mod one_of;
pub mod registry;
#[cfg(feature = "testing")]
pub mod testing;
#[doc(hidden)]
pub mod wire;

#[cfg(feature = "client")]
pub use app::App;
#[cfg(feature = "client")]
pub use client::Kafka;
#[cfg(feature = "dynamic")]
pub use dynamic::message_factory;
pub use error::{DecodeError, EncodeError, Violation};
pub use message::{Decoder, Descriptor, Encode, Message, Schema, Topic, Typed};
pub use one_of::OneOf;
pub use registry::Registry;
#[cfg(feature = "dynamic")]
pub use schemars;
pub use {serde, serde_json};

#[cfg(all(doctest, feature = "messages", feature = "testing"))]
#[doc = include_str!("../README.md")]
struct Readme;
