//! `format`, where the build chose that it refuses values.

use std::fmt;
#[cfg(feature = "dynamic")]
use std::sync::OnceLock;

#[cfg(feature = "dynamic")]
use serde_json::{Value, json};
#[cfg(feature = "dynamic")]
use thoth_messaging_documents::Validation;
#[cfg(feature = "dynamic")]
use thoth_messaging_documents::jsonschema::Validator;

use super::Error;

macro_rules! formats {
    ($($variant:ident $name:literal $draft:literal),* $(,)?) => {
        /// A format that the validator checks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Format {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Format {
            #[cfg(feature = "dynamic")]
            const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// As it stands in schemas.
            const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// A draft that has it.
            #[cfg(feature = "dynamic")]
            const fn draft(self) -> &'static str {
                match self {
                    $(Self::$variant => $draft,)*
                }
            }
        }
    };
}

formats! {
    Date "date" "https://json-schema.org/draft/2020-12/schema",
    DateTime "date-time" "https://json-schema.org/draft/2020-12/schema",
    Duration "duration" "https://json-schema.org/draft/2020-12/schema",
    Email "email" "https://json-schema.org/draft/2020-12/schema",
    Hostname "hostname" "https://json-schema.org/draft/2020-12/schema",
    // Drafts 4 and 6 know no A-labels.
    HostnameDraft4 "hostname" "http://json-schema.org/draft-04/schema#",
    IdnEmail "idn-email" "https://json-schema.org/draft/2020-12/schema",
    IdnHostname "idn-hostname" "https://json-schema.org/draft/2020-12/schema",
    Ipv4 "ipv4" "https://json-schema.org/draft/2020-12/schema",
    Ipv6 "ipv6" "https://json-schema.org/draft/2020-12/schema",
    Iri "iri" "https://json-schema.org/draft/2020-12/schema",
    IriReference "iri-reference" "https://json-schema.org/draft/2020-12/schema",
    JsonPointer "json-pointer" "https://json-schema.org/draft/2020-12/schema",
    Regex "regex" "https://json-schema.org/draft/2020-12/schema",
    RelativeJsonPointer "relative-json-pointer" "https://json-schema.org/draft/2020-12/schema",
    Time "time" "https://json-schema.org/draft/2020-12/schema",
    Uri "uri" "https://json-schema.org/draft/2020-12/schema",
    UriReference "uri-reference" "https://json-schema.org/draft/2020-12/schema",
    UriTemplate "uri-template" "https://json-schema.org/draft/2020-12/schema",
    Uuid "uuid" "https://json-schema.org/draft/2020-12/schema",
}

impl Format {
    /// Accepts nothing, as nothing can check it. The compiler [was told](super::macros::needs_dynamic).
    #[cfg(not(feature = "dynamic"))]
    #[expect(clippy::unused_self, reason = "as with the feature")]
    pub(crate) const fn is_met(self, _: &str) -> bool {
        false
    }

    /// Returns whether a text is of the format: what the validator says, so that both always agree.
    #[cfg(feature = "dynamic")]
    pub(crate) fn is_met(self, text: &str) -> bool {
        static COMPILED: [OnceLock<Option<Validator>>; Format::ALL.len()] =
            [const { OnceLock::new() }; Format::ALL.len()];
        let compiled = COMPILED[self as usize].get_or_init(|| {
            let schema = json!({"$schema": self.draft(), "format": self.name()});
            Validation::with_formats(true).options().build(&schema).ok()
        });
        // Should one not compile, nothing is accepted unchecked.
        compiled.as_ref().is_some_and(|validator| validator.is_valid(&Value::from(text)))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `format`.
///
/// # Errors
///
/// The error, where the text is not of the format.
pub fn format(value: &str, format: Format) -> Result<(), Error> {
    if format.is_met(value) {
        return Ok(());
    }
    Err(Error::new("format", format!("a text of the format {format}")))
}

#[cfg(all(test, feature = "dynamic"))]
mod tests {
    use super::*;

    #[test]
    fn every_format_refuses_something_and_accepts_something() {
        let texts = [
            "2026-01-31",
            "2026-01-31T08:00:00Z",
            "P1D",
            "a@b.co",
            "example.com",
            "127.0.0.1",
            "::1",
            "urn:x",
            "/a",
            "0",
            "08:00:00Z",
            "{x}",
            "00000000-0000-4000-8000-000000000000",
        ];
        for format in Format::ALL {
            assert!(["", "(", "\\"].iter().any(|text| !format.is_met(text)), "{format}");
            assert!(texts.iter().any(|text| format.is_met(text)), "{format}");
        }
    }

    #[test]
    fn a_host_name_of_draft_4_has_no_a_label() {
        assert!(Format::HostnameDraft4.is_met("example.com") && Format::Hostname.is_met("example.com"));
        assert!(Format::HostnameDraft4.is_met("xn--X") != Format::Hostname.is_met("xn--X"));
    }

    #[test]
    fn a_error_holds_no_value() {
        let error = format("s3cret", Format::Uuid).unwrap_err();
        assert_eq!(error.to_string(), "format: expected a text of the format uuid");
    }
}
