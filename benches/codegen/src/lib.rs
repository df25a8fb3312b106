//! The load of the programs here: messages of the corpora and of Thoth, payloads of them, and Thoth's messages as structs
//! written by hand.

pub mod by_hand;
mod samples;
mod thoth;

pub use samples::{Message, Sample, Set, sets};
