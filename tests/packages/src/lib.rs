//! The messages of a user.

include!(concat!(env!("OUT_DIR"), "/messages.rs"));
