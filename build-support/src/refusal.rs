//! Entries of a schema folder that are not read, and places that are not written to.

use std::fmt;

use thoth_messaging_documents::foreign::line;

/// The most of a path that a message shows, in characters.
const SHOWN: usize = 200;

/// An entry that is refused whatever it holds, with the reason and a remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    path: String,
    reason: String,
    help: &'static str,
}

impl Refusal {
    /// An entry at a path; the reason follows the path in a sentence.
    pub fn new(path: impl fmt::Display, reason: impl Into<String>, help: &'static str) -> Self {
        let path = path.to_string();
        let path = match path.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}…", &path[..end]),
            None => path,
        };
        let path = line(&path).into_owned();
        Self { path, reason: reason.into(), help }
    }

    /// A link that leads out of the folder that it stands in.
    pub fn leads_out(path: impl fmt::Display) -> Self {
        let reason = "is a link that leads out of the folder";
        Self::new(path, reason, "put the file, or a copy of it, into the folder; the folder itself may be a link")
    }

    /// A device, a pipe or a socket.
    pub fn no_regular_file(path: impl fmt::Display) -> Self {
        Self::new(path, "is no regular file, but a device, a pipe or a socket", "put a file there, or delete it")
    }

    /// A name that is not UTF-8, holds a control character, or is none (`..`).
    pub fn name(path: impl fmt::Debug) -> Self {
        let reason = "has a name that is not UTF-8, holds a control character, or leads elsewhere";
        Self::new(format!("{path:?}"), reason, "rename it")
    }

    /// The path and the reason, as one sentence.
    #[must_use]
    pub fn reason(&self) -> String {
        format!("`{}` {}", self.path, self.reason)
    }

    /// The remedy.
    #[must_use]
    pub fn help(&self) -> &'static str {
        self.help
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason(), self.help)
    }
}

impl std::error::Error for Refusal {}
