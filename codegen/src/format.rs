//! `format`: what it does, which formats there are, and which of them have a Rust type.

#[cfg(feature = "settings")]
use schemars::JsonSchema;
#[cfg(feature = "settings")]
use serde::Deserialize;
use serde_json::Value;
use thoth_messaging_documents::Draft;

/// The effect of `format` on the values of a string.
///
/// The formats are those that the crate `jsonschema` checks, in the drafts that have them: `date`, `date-time`,
/// `duration`, `email`, `hostname`, `idn-email`, `idn-hostname`, `ipv4`, `ipv6`, `iri`, `iri-reference`,
/// `json-pointer`, `regex`, `relative-json-pointer`, `time`, `uri`, `uri-reference`, `uri-template` and `uuid`. Any other
/// one is an annotation, whatever is chosen here.
///
/// Generated code that asserts formats needs the feature `dynamic` of `thoth-messaging`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "settings", derive(Deserialize, JsonSchema))]
#[cfg_attr(feature = "settings", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Formats {
    /// It tells people something, and refuses nothing: the default of the specification, and here.
    #[default]
    Annotation,
    /// A value that is not of its format is refused.
    Asserted,
    /// As [`Asserted`](Self::Asserted), and a string of one of the [`MappedFormat`]s has its Rust type.
    Mapped,
    /// As [`Mapped`](Self::Mapped), for these formats alone; the others are asserted.
    MappedOnly(Vec<MappedFormat>),
}

impl Formats {
    /// Returns whether a value that is not of its format is refused.
    #[must_use]
    pub fn asserts(&self) -> bool {
        *self != Self::Annotation
    }

    /// The type of a format, where it is mapped.
    pub(crate) fn mapped(&self, format: Format) -> Option<MappedFormat> {
        let mapped = format.mapped()?;
        let is_chosen = match self {
            Self::Annotation | Self::Asserted => false,
            Self::Mapped => true,
            Self::MappedOnly(chosen) => chosen.contains(&mapped),
        };
        is_chosen.then_some(mapped)
    }
}

/// A format that has a Rust type, in the module `formats` of `thoth-messaging`.
///
/// Each is a text with its value: it is written back as it was read, and dereferences to the value. A text that is of
/// the format but that the type can't hold is refused, as an integer is that does not fit: the limits below.
///
/// | format | type | value | feature of `thoth-messaging` | limit |
/// |---|---|---|---|---|
/// | `date` | `formats::Date` | `jiff::civil::Date` | `jiff` | |
/// | `date-time` | `formats::DateTime` | `jiff::Timestamp` | `jiff` | from `9999-12-30T22:00:01Z` on |
/// | `duration` | `formats::Duration` | `jiff::SpanFieldwise` | `jiff` | some 19 998 years, or as much in a smaller unit |
/// | `ipv4` | `formats::Ipv4` | `std::net::Ipv4Addr` | | |
/// | `ipv6` | `formats::Ipv6` | `std::net::Ipv6Addr` | | |
/// | `time` | `formats::Time` | `formats::OffsetTime` | `jiff` | |
/// | `uri` | `formats::Uri` | `url::Url` | `url` | what RFC 3986 allows and the URL standard does not, as `http://h:99999` |
/// | `uuid` | `formats::Uuid` | `uuid::Uuid` | `uuid` | |
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "settings", derive(Deserialize, JsonSchema))]
#[cfg_attr(feature = "settings", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum MappedFormat {
    /// `date`
    Date,
    /// `date-time`
    DateTime,
    /// `duration`
    Duration,
    /// `ipv4`
    Ipv4,
    /// `ipv6`
    Ipv6,
    /// `time`
    Time,
    /// `uri`
    Uri,
    /// `uuid`
    Uuid,
}

impl MappedFormat {
    /// The name of the type in the runtime.
    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Self::Date => "Date",
            Self::DateTime => "DateTime",
            Self::Duration => "Duration",
            Self::Ipv4 => "Ipv4",
            Self::Ipv6 => "Ipv6",
            Self::Time => "Time",
            Self::Uri => "Uri",
            Self::Uuid => "Uuid",
        }
    }

    /// The type of the value.
    pub(crate) fn rust(self) -> &'static str {
        match self {
            Self::Date => "jiff::civil::Date",
            Self::DateTime => "jiff::Timestamp",
            Self::Duration => "jiff::Span",
            Self::Ipv4 => "Ipv4Addr",
            Self::Ipv6 => "Ipv6Addr",
            Self::Time => "jiff::civil::Time",
            Self::Uri => "url::Url",
            Self::Uuid => "uuid::Uuid",
        }
    }

    /// With an article, for documentation.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Date => "A date",
            Self::DateTime => "A date and time",
            Self::Duration => "A duration",
            Self::Ipv4 => "An IPv4 address",
            Self::Ipv6 => "An IPv6 address",
            Self::Time => "A time of day",
            Self::Uri => "A URI",
            Self::Uuid => "A UUID",
        }
    }

    /// Returns whether the Rust type holds a text of the format, as far as is plain without the crate that parses it.
    pub(crate) fn surely_holds(self, text: &str) -> bool {
        match self {
            Self::Date | Self::Time | Self::Ipv4 | Self::Ipv6 | Self::Uuid => true,
            Self::DateTime => !text.starts_with("9999-12"),
            Self::Duration => text.split(|c: char| !c.is_ascii_digit()).all(|digits| digits.len() <= 4),
            Self::Uri => is_plain_uri(text),
        }
    }
}

/// Returns whether a URI is one that the URL standard reads too: its host is a name of letters, or it has none.
fn is_plain_uri(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    let scheme = scheme.to_ascii_lowercase();
    let is_special = ["http", "https", "ftp", "ws", "wss", "file"].contains(&scheme.as_str());
    let Some(rest) = rest.strip_prefix("//") else { return !is_special };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = host.split_once(':').unwrap_or((host, ""));
    let is_label = |label: &str| {
        let letters = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        letters
            && label.starts_with(|c: char| c.is_ascii_alphabetic())
            && !label.to_ascii_lowercase().starts_with("xn--")
    };
    host.split('.').all(is_label) && (port.is_empty() || port.parse::<u16>().is_ok()) && scheme != "file"
}

/// A format that refuses values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Format {
    Date,
    DateTime,
    Duration,
    Email,
    Hostname,
    /// That of drafts 4 and 6.
    HostnameDraft4,
    IdnEmail,
    IdnHostname,
    Ipv4,
    Ipv6,
    Iri,
    IriReference,
    JsonPointer,
    Regex,
    RelativeJsonPointer,
    Time,
    Uri,
    UriReference,
    UriTemplate,
    Uuid,
}

/// Name in schemas, first draft, name in the runtime, words.
const FORMATS: [(Format, &str, Draft, &str, &str); 20] = [
    (Format::Date, "date", Draft::Draft4, "Date", "A date"),
    (Format::DateTime, "date-time", Draft::Draft4, "DateTime", "A date and time"),
    (Format::Duration, "duration", Draft::Draft201909, "Duration", "A duration"),
    (Format::Email, "email", Draft::Draft4, "Email", "An e-mail address"),
    (Format::Hostname, "hostname", Draft::Draft7, "Hostname", "A host name"),
    (Format::HostnameDraft4, "hostname", Draft::Draft4, "HostnameDraft4", "A host name"),
    (Format::IdnEmail, "idn-email", Draft::Draft4, "IdnEmail", "An internationalized e-mail address"),
    (Format::IdnHostname, "idn-hostname", Draft::Draft7, "IdnHostname", "An internationalized host name"),
    (Format::Ipv4, "ipv4", Draft::Draft4, "Ipv4", "An IPv4 address"),
    (Format::Ipv6, "ipv6", Draft::Draft4, "Ipv6", "An IPv6 address"),
    (Format::Iri, "iri", Draft::Draft7, "Iri", "An IRI"),
    (Format::IriReference, "iri-reference", Draft::Draft7, "IriReference", "An IRI reference"),
    (Format::JsonPointer, "json-pointer", Draft::Draft6, "JsonPointer", "A JSON Pointer"),
    (Format::Regex, "regex", Draft::Draft4, "Regex", "A regular expression"),
    (
        Format::RelativeJsonPointer,
        "relative-json-pointer",
        Draft::Draft7,
        "RelativeJsonPointer",
        "A relative JSON Pointer",
    ),
    (Format::Time, "time", Draft::Draft4, "Time", "A time of day"),
    (Format::Uri, "uri", Draft::Draft4, "Uri", "A URI"),
    (Format::UriReference, "uri-reference", Draft::Draft6, "UriReference", "A URI reference"),
    (Format::UriTemplate, "uri-template", Draft::Draft6, "UriTemplate", "A URI template"),
    (Format::Uuid, "uuid", Draft::Draft201909, "Uuid", "A UUID"),
];

impl Format {
    /// The format that a keyword names, where the draft has it.
    pub(crate) fn of_value(draft: Draft, keyword: &Value) -> Option<Self> {
        let name = keyword.as_str()?;
        let found = FORMATS.iter().find(|(_, known, first, ..)| *known == name && *first <= draft);
        found.map(|(format, ..)| *format)
    }

    fn facts(self) -> (&'static str, &'static str) {
        let found = FORMATS.iter().find(|(format, ..)| *format == self);
        found.map_or(("Regex", "A text"), |(.., name, words)| (*name, *words))
    }

    /// The name in the runtime.
    pub(crate) fn type_name(self) -> &'static str {
        self.facts().0
    }

    /// With an article, for documentation.
    pub(crate) fn words(self) -> &'static str {
        self.facts().1
    }

    fn mapped(self) -> Option<MappedFormat> {
        Some(match self {
            Self::Date => MappedFormat::Date,
            Self::DateTime => MappedFormat::DateTime,
            Self::Duration => MappedFormat::Duration,
            Self::Ipv4 => MappedFormat::Ipv4,
            Self::Ipv6 => MappedFormat::Ipv6,
            Self::Time => MappedFormat::Time,
            Self::Uri => MappedFormat::Uri,
            Self::Uuid => MappedFormat::Uuid,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_format_is_one_that_the_validator_asserts_in_every_draft_that_has_it() {
        let drafts = [Draft::Draft4, Draft::Draft6, Draft::Draft7, Draft::Draft201909, Draft::Draft202012];
        for (draft, (_, name, ..)) in drafts.iter().flat_map(|draft| FORMATS.iter().map(move |row| (*draft, row))) {
            let schema = json!({"format": name});
            let options = || thoth_messaging_documents::jsonschema::options().with_draft(draft).offline();
            let validator = options().should_validate_formats(true).build(&schema).unwrap();
            // No format takes all of these.
            let refuses = ["", " ", "\\", "(", "{"].iter().any(|text| !validator.is_valid(&json!(text)));
            assert_eq!(refuses, Format::of_value(draft, &json!(name)).is_some(), "{name} in {draft:?}");
            let annotation = options().should_validate_formats(false).build(&schema).unwrap();
            assert!(annotation.is_valid(&json!("(")), "{name} in {draft:?}");
        }
    }

    #[test]
    fn a_default_is_held_where_that_is_plain() {
        let holds = |format: MappedFormat, text| format.surely_holds(text);
        assert!(holds(MappedFormat::Uri, "https://example.com/a?b#c") && holds(MappedFormat::Uri, "urn:isbn:1"));
        assert!(holds(MappedFormat::Uri, "http://localhost:8080"));
        assert!(!holds(MappedFormat::Uri, "http://h:99999") && !holds(MappedFormat::Uri, "http:x"));
        assert!(!holds(MappedFormat::Uri, "http://1.2.3.999/") && !holds(MappedFormat::Uri, "http://xn--a/"));
        assert!(!holds(MappedFormat::DateTime, "9999-12-31T23:59:59Z"));
        assert!(holds(MappedFormat::Duration, "P9999Y") && !holds(MappedFormat::Duration, "P99999Y"));
    }
}
