//! The messages of Project Thoth, generated from `schemas/`.

include!(concat!(env!("OUT_DIR"), "/messages.rs"));
