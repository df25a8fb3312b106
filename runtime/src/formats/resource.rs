//! `uri`.

use url::Url;

use super::{FormatError, Formatted, Mapped, sealed};
use crate::wire;

/// `format: uri`: one with a scheme, as RFC 3986 has it. The value is what the URL standard makes of it.
pub type Uri = Formatted<Url>;

impl sealed::Sealed for Url {}

impl Mapped for Url {
    const FORMAT: &'static str = "uri";
    const TYPE: &'static str = "url::Url";

    fn parse(text: &str) -> Result<Self, FormatError> {
        if !wire::Format::Uri.is_met(text) {
            return Err(FormatError::Refused { format: Self::FORMAT });
        }
        Self::parse(text).map_err(|_| FormatError::Unheld { format: Self::FORMAT, ty: Self::TYPE })
    }

    fn written(&self) -> String {
        self.as_str().to_owned()
    }

    #[allow(clippy::expect_used, reason = "a constant, which a test parses")]
    fn fallback() -> Self {
        Self::parse("about:blank").expect("a URL")
    }
}

impl TryFrom<Url> for Uri {
    type Error = FormatError;

    fn try_from(value: Url) -> Result<Self, FormatError> {
        Self::new(value)
    }
}
