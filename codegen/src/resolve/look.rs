//! What there is to say of the keywords of one schema.

use std::borrow::Cow;

use serde_json::{Map, Value};
use thoth_messaging_documents::keywords::{self, Role};
use thoth_messaging_documents::near::nearest;
use thoth_messaging_documents::pattern::Pattern;
use thoth_messaging_documents::reference::escaped;
use thoth_messaging_documents::{Dialect, Draft};

use crate::diagnostic::{Diagnostic, Location};
use crate::lints;
use crate::parse::{Document, Place};

/// Looks at each keyword of a schema for itself.
pub(super) fn look(
    document: &Document,
    place: &Place,
    dialect: Dialect,
    schema: &Map<String, Value>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let hidden = schema.contains_key("$ref") && keywords::ref_stands_alone(dialect.draft);
    for (name, value) in schema {
        let at = || document.locate(&place.pointer.join(name));
        match keywords::find(dialect.draft, name) {
            None if EXTENSIONS.contains(&name.as_str()) => look_at_extension(document, place, name, value, diagnostics),
            // What a keyword of ours was meant to say is not to be lost for a letter.
            None if meant(name).is_some() => {
                let meant = meant(name).unwrap_or_default();
                diagnostics.push(
                    Diagnostic::error("S0413", format!("`{name}` says nothing, and is nearly `{meant}`"), at())
                        .help(format!("write `{meant}`, or another name where it is meant for other tools")),
                );
            }
            None if name.starts_with("x-") => {}
            Some(keyword) if hidden && !says_nothing(keyword) => diagnostics.push(
                Diagnostic::warning("S0408", format!("`{name}` says nothing beside `$ref` in this draft"), at())
                    .help("write `{\"allOf\": [{\"$ref\": …}], …}`, or use draft 2019-09 or later"),
            ),
            _ if hidden && name != "$ref" => {}
            None => diagnostics.push(unknown(dialect, name, at())),
            Some(_) if !dialect.asserts(name) => diagnostics.push(
                Diagnostic::warning("S0402", format!("the meta-schema leaves `{name}` out: it says nothing"), at())
                    .help("let `$vocabulary` of the meta-schema require the vocabulary that has it"),
            ),
            Some(_) if name == "pattern" => {
                diagnostics.extend(value.as_str().and_then(|source| refused_pattern(source, at())));
            }
            Some(_) if name == "patternProperties" => {
                let patterns = value.as_object().into_iter().flatten();
                let refused = patterns.filter_map(|(source, _)| {
                    refused_pattern(source, document.locate(&place.pointer.join(name).join(source)))
                });
                diagnostics.extend(refused);
            }
            Some(_) if matches!(name.as_str(), "$ref" | "$dynamicRef") => {
                diagnostics.extend(value.as_str().and_then(|reference| unescaped(reference, at())));
            }
            Some(_) => {}
        }
    }
}

fn unescaped(reference: &str, location: Location) -> Option<Diagnostic> {
    let Cow::Owned(escaped) = escaped(reference) else { return None };
    let message = format!("`{reference}` holds what a URI escapes: other readers may refuse it");
    Some(Diagnostic::warning("S0203", message, location).help(format!("write `{escaped}`")))
}

const EXTENSIONS: [&str; 3] = ["x-kafka", "x-lint-allow", "x-sensitive"];

/// The keyword of ours that a name was meant to be.
fn meant(name: &str) -> Option<&'static str> {
    nearest(EXTENSIONS, name).or_else(|| EXTENSIONS.into_iter().find(|known| known.strip_prefix("x-") == Some(name)))
}

/// Keywords of `OpenAPI`, and what to write instead.
const OF_OPEN_API: [(&str, &str); 2] = [
    (
        "nullable",
        "let `type` be a list with `null` in it, as `[\"string\", \"null\"]`: that is what OpenAPI 3.0 says by it",
    ),
    (
        "discriminator",
        "leave it out: a property that is another constant in each branch tells them apart, as OpenAPI says by it",
    ),
];

/// A name that is no keyword of the draft. A keyword of another draft is told as that.
fn unknown(dialect: Dialect, name: &str, location: Location) -> Diagnostic {
    let extension = "or start its name with `x-` where it is meant for other tools";
    let others: Vec<&str> =
        DRAFTS.iter().filter(|(draft, _)| keywords::find(*draft, name).is_some()).map(|(_, shown)| *shown).collect();
    let Some((last, before)) = others.split_last() else {
        let of_open_api = OF_OPEN_API.iter().find(|(known, _)| *known == name).map(|(_, help)| (*help).to_owned());
        let help = of_open_api.unwrap_or_else(|| match nearest(keywords::names(dialect.draft), name) {
            Some(keyword) => format!("write `{keyword}`, {extension}"),
            None => format!("correct its spelling, {extension}"),
        });
        let message = format!("`{name}` is no keyword of JSON Schema: it says nothing");
        return Diagnostic::warning("S0402", message, location).help(help);
    };
    let own = DRAFTS.iter().find(|(draft, _)| *draft == dialect.draft).map_or("this draft", |(_, shown)| shown);
    let others = if before.is_empty() { (*last).to_owned() } else { format!("{} and {last}", before.join(", ")) };
    let is_known = |keyword: &&str| keywords::find(dialect.draft, keyword).is_some();
    let counterpart = COUNTERPARTS.iter().find_map(|(one, other)| match name {
        _ if name == *one => Some(*other),
        _ if name == *other => Some(*one),
        _ => None,
    });
    let one = if before.is_empty() { others.as_str() } else { "one of them" };
    let help = match counterpart.filter(is_known) {
        Some(keyword) => format!("write `{keyword}`, as {own} has it, or name {one} by `$schema`"),
        None => format!("name {one} by `$schema`, {extension}"),
    };
    let message = format!("`{name}` is a keyword of {others}, and not of {own}: it says nothing");
    Diagnostic::warning("S0402", message, location).help(help)
}

/// Keywords that took the place of one another.
const COUNTERPARTS: [(&str, &str); 7] = [
    ("id", "$id"),
    ("$recursiveRef", "$dynamicRef"),
    ("$recursiveAnchor", "$dynamicAnchor"),
    ("dependencies", "dependentRequired"),
    ("dependencies", "dependentSchemas"),
    ("items", "prefixItems"),
    ("items", "additionalItems"),
];

/// The drafts, as a person calls them.
const DRAFTS: [(Draft, &str); 5] = [
    (Draft::Draft4, "draft 4"),
    (Draft::Draft6, "draft 6"),
    (Draft::Draft7, "draft 7"),
    (Draft::Draft201909, "2019-09"),
    (Draft::Draft202012, "2020-12"),
];

/// Returns whether a keyword may stand where it is not read, as it refuses nothing.
fn says_nothing(keyword: &keywords::Keyword) -> bool {
    matches!(keyword.role, Role::Core | Role::Annotation) || matches!(keyword.name, "definitions" | "$defs")
}

fn refused_pattern(source: &str, location: Location) -> Option<Diagnostic> {
    let read = Pattern::new(source).and_then(|pattern| pattern.compile().map(|_| pattern));
    match read {
        Err(problem) => Some(
            Diagnostic::error("S0403", "this pattern is not a regular expression of ECMA-262", location)
                .found(format!("`{source}`: {problem}"))
                .help(problem.help()),
        ),
        Ok(pattern) => pattern.loose().map(|help| {
            let message = "this is a pattern only without the flag `u`: other validators refuse it";
            Diagnostic::warning("S0403", message, location).found(format!("`{source}`")).help(help)
        }),
    }
}

fn look_at_extension(document: &Document, place: &Place, name: &str, value: &Value, diagnostics: &mut Vec<Diagnostic>) {
    let at = || document.locate(&place.pointer.join(name));
    match name {
        "x-kafka" if !place.pointer.is_empty() => diagnostics.push(
            Diagnostic::error("S0303", "`x-kafka` stands inside a schema: only the root of a file is a message", at())
                .help("move it to the root of the file"),
        ),
        "x-sensitive" if !value.is_boolean() => diagnostics
            .push(Diagnostic::error("S0404", "`x-sensitive` is `true` or `false`", at()).found(value.to_string())),
        "x-lint-allow" => look_at_allowed(document, &place.join(name), value, diagnostics),
        _ => {}
    }
}

/// The names of lints that are silent from a schema on.
fn look_at_allowed(document: &Document, place: &Place, value: &Value, diagnostics: &mut Vec<Diagnostic>) {
    let Value::Array(names) = value else {
        diagnostics.push(
            Diagnostic::warning("S0412", "`x-lint-allow` is a list of lints", document.locate(&place.pointer))
                .found(value.to_string())
                .help("write their names, as `[\"open-object\"]`"),
        );
        return;
    };
    for (index, name) in names.iter().enumerate() {
        let Err(unknown) = lints::find(name.as_str().unwrap_or_default()) else { continue };
        let location = document.locate(&place.join(&index.to_string()).pointer);
        let diagnostic = Diagnostic::warning("S0412", "`x-lint-allow` names a lint that does not exist", location);
        diagnostics.push(diagnostic.found(name.to_string()).help(unknown.advice()));
    }
}
