//! The messages of a shop, generated from `schemas/`.
//!
//! A value is made by the names of its members, and one without a required member does not compile:
//!
//! ```compile_fail,E0063
//! use orders::{OrderPlaced, OrderPlacedRequired};
//!
//! OrderPlaced::new(OrderPlacedRequired { order_id: "DE-000417".to_owned(), lines: vec![] });
//! ```

include!(concat!(env!("OUT_DIR"), "/messages.rs"));
