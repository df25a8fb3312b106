//! Formats that no specification knows.

use serde_json::Value;
use thoth_messaging_documents::near::nearest;

use super::Subject;
use crate::diagnostic::Diagnostic;

/// The formats of JSON Schema in all drafts, then those of the format registry of `OpenAPI`.
const FORMATS: [&str; 60] = [
    "color",
    "date",
    "date-time",
    "duration",
    "email",
    "host-name",
    "hostname",
    "idn-email",
    "idn-hostname",
    "ip-address",
    "ipv4",
    "ipv6",
    "iri",
    "iri-reference",
    "json-pointer",
    "phone",
    "regex",
    "relative-json-pointer",
    "style",
    "time",
    "uri",
    "uri-reference",
    "uri-template",
    "utc-millisec",
    "uuid",
    // OpenAPI
    "base64url",
    "binary",
    "byte",
    "char",
    "commonmark",
    "date-time-local",
    "decimal",
    "decimal128",
    "double",
    "double-int",
    "float",
    "html",
    "http-date",
    "int16",
    "int32",
    "int64",
    "int8",
    "media-range",
    "password",
    "sf-binary",
    "sf-boolean",
    "sf-decimal",
    "sf-integer",
    "sf-string",
    "sf-token",
    "time-local",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "unix-time",
    "url",
    "uriref",
    "base64",
    "int",
];

pub(super) fn unknown_format(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (place, schema) in subject.schemas.speaking() {
        let Some(name) = schema.get("format").and_then(Value::as_str).filter(|name| !FORMATS.contains(name)) else {
            continue;
        };
        let help = match nearest(FORMATS, name) {
            Some(format) => format!("write `{format}`"),
            None => "write one that JSON Schema or OpenAPI knows, or say it in `description` or `pattern`".to_owned(),
        };
        found.push(
            Diagnostic::warning(
                "L0307",
                format!("no specification knows the format `{name}`"),
                subject.at(place, "format"),
            )
            .help(help),
        );
    }
}
