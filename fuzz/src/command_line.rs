//! The rooms of the command line that read versions of schema folders, compiled here: a program has no library to call.
#![allow(dead_code, unused_imports, missing_docs, reason = "of each room only what reads versions is called")]

#[path = "../../cli/src/frames.rs"]
pub(crate) mod frames;
#[path = "../../cli/src/near.rs"]
pub(crate) mod near;
#[path = "../../cli/src/versions/mod.rs"]
pub(crate) mod versions;

/// In the place of the command line's failure, which knows all of its rooms.
pub(crate) mod failure {
    /// A reason and its remedies.
    #[derive(Debug)]
    pub(crate) struct Failure {
        pub(crate) reason: String,
        pub(crate) help: Vec<String>,
    }

    impl Failure {
        pub(crate) fn new(reason: impl Into<String>) -> Self {
            Self { reason: reason.into(), help: Vec::new() }
        }

        pub(crate) fn help_lines(self, lines: impl IntoIterator<Item = String>) -> Self {
            Self { help: lines.into_iter().collect(), ..self }
        }
    }
}
