//! The messages of a shop, generated from `schemas/`.

include!(concat!(env!("OUT_DIR"), "/messages.rs"));
