//! Checking a value that a program made.

use crate::InvalidValue;
use crate::wire::{self, Writer};

/// A generated type: its values can be checked without sending them.
///
/// Every generated type implements it, messages and the types within them alike. There is no reason to implement it by hand. A
/// value that was decoded is valid; one whose fields a program set may not be.
pub trait Validate {
    /// Checks a value as it is checked when it is encoded.
    ///
    /// It writes the value, which takes as long as encoding it. All violations of a message, rather than the first, are in the
    /// error of [`Message::encode`](crate::Message::encode).
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] with the first keyword of the schema that the value does not meet, and its place.
    ///
    /// ```
    /// use thoth_messaging::Validate;
    /// use thoth_messaging::messages::{MissingVersion, MissingVersionRequired};
    ///
    /// let missing = MissingVersion::new(MissingVersionRequired {
    ///     component_name: "cli".to_owned(),
    ///     service_version: "1.0".to_owned(),
    ///     package_name: "flask".to_owned(),
    ///     package_version: "3.1.0".to_owned(),
    ///     index_url: "https://pypi.org/simple".to_owned(),
    /// });
    /// assert_eq!(missing.validate(), Ok(()));
    /// ```
    fn validate(&self) -> Result<(), InvalidValue>;
}

impl<T: wire::Type> Validate for T {
    fn validate(&self) -> Result<(), InvalidValue> {
        self.write(&mut Writer::checked())
    }
}
