//! `uuid`.

use super::{FormatError, Formatted, Mapped, sealed};

/// `format: uuid`: with hyphens, of any version, in small or capital letters.
pub type Uuid = Formatted<uuid::Uuid>;

/// With hyphens; other lengths are other ways to write one, which the format does not know.
const LENGTH: usize = 36;

impl sealed::Sealed for uuid::Uuid {}

impl Mapped for uuid::Uuid {
    const FORMAT: &'static str = "uuid";
    const TYPE: &'static str = "uuid::Uuid";

    fn parse(text: &str) -> Result<Self, FormatError> {
        let parsed = Self::try_parse(text).ok().filter(|_| text.len() == LENGTH);
        parsed.ok_or(FormatError::Refused { format: Self::FORMAT })
    }

    fn written(&self) -> String {
        self.hyphenated().to_string()
    }

    fn fallback() -> Self {
        Self::nil()
    }
}

impl From<uuid::Uuid> for Uuid {
    fn from(value: uuid::Uuid) -> Self {
        Self { text: value.written().into(), value }
    }
}
