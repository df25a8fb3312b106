//! The names of topics.

use std::fmt;

/// The most characters of a topic's name.
pub const MAX_LENGTH: usize = 249;

/// Checks that Kafka takes a name for a topic: 1 to 249 ASCII letters, digits, `.`, `_` and `-`, and not `.` or `..`.
///
/// ```
/// use thoth_messaging_documents::topic;
///
/// assert!(topic::check_name("orders.placed").is_ok());
/// assert_eq!(topic::check_name("").unwrap_err().reason, "it is empty");
/// ```
///
/// # Errors
///
/// [`RefusedName`] with the first thing that Kafka refuses about it.
pub fn check_name(topic: &str) -> Result<(), RefusedName> {
    let reason = if topic.is_empty() {
        "it is empty"
    } else if topic.len() > MAX_LENGTH {
        "it has more than 249 characters"
    } else if topic == "." || topic == ".." {
        "Kafka reserves it"
    } else if !topic.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
        "only ASCII letters, digits, `.`, `_` and `-` are allowed"
    } else {
        return Ok(());
    };
    Err(RefusedName { reason })
}

/// A name that Kafka refuses for a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusedName {
    /// The reason, as "it is empty".
    pub reason: &'static str,
}

impl fmt::Display for RefusedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason)
    }
}

impl std::error::Error for RefusedName {}

#[cfg(test)]
mod tests {
    use super::check_name;

    #[test]
    fn refuses_what_kafka_refuses() {
        for name in ["", ".", "..", "a b", "ü", "a/b", &"a".repeat(250)] {
            assert!(check_name(name).is_err(), "{name}");
        }
        for name in ["a", "...", "A-b_c.9", &"a".repeat(249)] {
            assert!(check_name(name).is_ok(), "{name}");
        }
    }
}
