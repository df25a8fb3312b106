//! The tests of this crate, in one program: each is linked once.

mod bounds;
mod causes;
mod covers;
mod edits;
mod endless;
mod labels;
mod producer_closed;
mod random;
mod registry;
mod rules;
mod schema;
mod versions;
