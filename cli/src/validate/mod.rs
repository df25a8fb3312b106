//! `validate`: payloads against a schema, in parallel and in bounded memory.

mod array;
mod batch;
mod command;
mod frame;
mod input;
mod pipeline;
mod places;
mod run;
mod summary;
mod violation;

pub(crate) use command::{ValidateArgs, note_terminal, run as run_command};
pub(crate) use input::{Source, discover};
pub(crate) use violation::encoding;

#[cfg(feature = "kafka")]
pub(crate) use command::line as line_of;
#[cfg(feature = "kafka")]
pub(crate) use input::InputKind;
#[cfg(feature = "kafka")]
pub(crate) use run::MAX_BYTES;
#[cfg(feature = "kafka")]
pub(crate) use violation::{Violation, of_record, too_long};
