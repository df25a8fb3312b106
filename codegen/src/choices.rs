//! The choices of a user, read: which files are messages, and the Rust texts among them.
//!
//! The types and fields that they select are found where those are known, in `lower/chosen`.
//!
//! Codes: `S06xx`, here and there.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Path, Token};

use crate::Options;
use crate::diagnostic::{Diagnostic, Severity};
use crate::parse::Document;

/// A choice for what a path selects.
#[derive(Clone, Debug)]
pub(crate) struct Choice<T> {
    /// The name of the option.
    pub(crate) option: &'static str,
    /// The path that selects the types or fields.
    pub(crate) path: String,
    pub(crate) value: T,
}

impl<T> Choice<T> {
    /// The choice as it stands in a build script, as far as it matters.
    pub(crate) fn shown(&self) -> String {
        shown(self.option, &self.path)
    }
}

/// The choices for types and fields.
#[derive(Debug)]
pub(crate) struct Choices {
    /// The paths of derive macros.
    pub(crate) derives: Vec<Choice<Vec<TokenStream>>>,
    pub(crate) type_attributes: Vec<Choice<TokenStream>>,
    pub(crate) field_attributes: Vec<Choice<TokenStream>>,
    pub(crate) type_names: Vec<Choice<String>>,
    pub(crate) field_names: Vec<Choice<String>>,
    /// The paths of types.
    pub(crate) replaced: Vec<Choice<TokenStream>>,
}

impl Choices {
    /// Reads the texts. Those that are no Rust are left out, with a diagnostic for each.
    pub(crate) fn of(options: &Options, diagnostics: &mut Vec<Diagnostic>) -> Self {
        if let Some(module) = options.module.as_deref().filter(|module| !is_identifier(module)) {
            diagnostics.push(not_rust("module", module, "an identifier, as `messages`"));
        }
        let mut read = Reader { diagnostics };
        Self {
            derives: read.all("derive", &options.derives, "paths of derive macros, as `Hash, PartialOrd`", derives),
            type_attributes: read.all("type_attribute", &options.type_attributes, ATTRIBUTES, attributes),
            field_attributes: read.all("field_attribute", &options.field_attributes, ATTRIBUTES, attributes),
            type_names: read.all("type_name", &options.type_names, TYPE_NAME, type_name),
            field_names: read.all("field_name", &options.field_names, FIELD_NAME, field_name),
            replaced: read.all("replace", &options.replaced, "the path of a type, as `crate::Money`", path),
        }
    }
}

const ATTRIBUTES: &str = "outer attributes, as `#[non_exhaustive]`";
const FIELD_NAME: &str = "an identifier that starts with no capital letter, as `lines`";
const TYPE_NAME: &str = "an identifier that starts with a capital letter, as `OrderLine`";

struct Reader<'a> {
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn all<T>(
        &mut self,
        option: &'static str,
        given: &[(String, String)],
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Vec<Choice<T>> {
        let mut choices = Vec::new();
        for (path, text) in given {
            match read(text) {
                Some(value) => choices.push(Choice { option, path: path.clone(), value }),
                None => self.diagnostics.push(not_rust(option, text, expected)),
            }
        }
        if option == "derive" {
            self.refuse_serde(given);
        }
        choices
    }

    /// Every generated type reads and writes itself, exactly: a second way would not compile.
    fn refuse_serde(&mut self, given: &[(String, String)]) {
        for (path, text) in given {
            let names = derives(text).unwrap_or_default();
            for name in names.iter().map(|name| name.to_string().replace(' ', "")) {
                let bare = name.trim_start_matches("::");
                if !matches!(bare.strip_prefix("serde::").unwrap_or(bare), "Serialize" | "Deserialize") {
                    continue;
                }
                let message = format!("`{}` asks for `{name}`, which every type implements", shown("derive", path));
                self.diagnostics.push(
                    Diagnostic::error("S0604", message, None)
                        .help("leave it out: what a type reads and writes is what its schema says"),
                );
            }
        }
    }
}

fn not_rust(option: &str, text: &str, expected: &str) -> Diagnostic {
    Diagnostic::error(
        "S0601",
        format!("`{option}` is given what is not {}", expected.split(", as").next().unwrap_or(expected)),
        None,
    )
    .found(format!("{text:?}"))
    .help(format!("write {expected}"))
}

/// An option and its path as they stand in a build script.
fn shown(option: &str, path: &str) -> String {
    format!("{option}({path:?}, …)")
}

fn derives(text: &str) -> Option<Vec<TokenStream>> {
    let paths = Punctuated::<Path, Token![,]>::parse_terminated.parse_str(text).ok()?;
    let paths: Vec<_> = paths.iter().map(ToTokens::to_token_stream).collect();
    (!paths.is_empty()).then_some(paths)
}

fn attributes(text: &str) -> Option<TokenStream> {
    let attributes = Attribute::parse_outer.parse_str(text).ok()?;
    (!attributes.is_empty()).then(|| attributes.iter().map(ToTokens::to_token_stream).collect())
}

fn path(text: &str) -> Option<TokenStream> {
    // Generic arguments are a part of it, as in `crate::Amount<2>`.
    syn::parse_str::<Path>(text).ok().map(ToTokens::into_token_stream)
}

/// A type is named beside the modules and the statics of generated code.
fn type_name(text: &str) -> Option<String> {
    let is_free = text.starts_with(char::is_uppercase) && text != "REGISTRY" && !text.starts_with("SCHEMA_");
    (is_free && is_identifier(text)).then(|| text.to_owned())
}

/// A field may be named by a keyword, which is written as `r#type`, but not as a type or a static is: what reads a struct
/// has variables of the fields' names.
fn field_name(text: &str) -> Option<String> {
    let plain = text.strip_prefix("r#").unwrap_or(text);
    let is_identifier = is_identifier(plain) || is_identifier(&format!("r#{plain}"));
    (is_identifier && !plain.starts_with(char::is_uppercase)).then(|| plain.to_owned())
}

fn is_identifier(text: &str) -> bool {
    syn::parse_str::<Ident>(text).is_ok()
}

/// Makes types for others of those messages that the patterns leave out.
pub(crate) fn select_messages(documents: &mut [Document], options: &Options, diagnostics: &mut Vec<Diagnostic>) {
    let names: Vec<String> =
        documents.iter().filter(|document| document.is_message).map(|document| document.name.clone()).collect();
    // After another mistake, what a pattern is for may not be there.
    let is_sound = diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error);
    let patterns = options.only.iter().map(|pattern| ("only", pattern));
    for (option, pattern) in patterns.chain(options.without.iter().map(|pattern| ("without", pattern))) {
        if is_sound && !names.iter().any(|name| fits(pattern, name)) {
            let files: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let found = if files.is_empty() { "there is no message".to_owned() } else { files.join(", ") };
            diagnostics.push(
                Diagnostic::error("S0603", format!("no message fits the pattern {pattern:?} of `{option}`"), None)
                    .found(found)
                    .help("a pattern fits the whole name of a file, from its folder; `*` is any text without `/`"),
            );
        }
    }
    for document in documents {
        let any = |patterns: &[String]| patterns.iter().any(|pattern| fits(pattern, &document.name));
        let is_chosen = (options.only.is_empty() || any(&options.only)) && !any(&options.without);
        if !is_chosen {
            document.is_message = false;
            document.kafka = None;
        }
    }
}

/// Returns whether a name is what a pattern says.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // Whether the pattern so far fits the first letters, by how many.
    let mut fits = vec![false; name.len() + 1];
    fits[0] = true;
    let mut index = 0;
    while let Some(sign) = pattern.get(index) {
        let is_deep = *sign == '*' && pattern.get(index + 1) == Some(&'*');
        let mut next = vec![false; name.len() + 1];
        for length in 0..=name.len() {
            let last = length.checked_sub(1).map(|last| (last, name[last]));
            next[length] = match (sign, last) {
                ('*', Some((last, letter))) => fits[length] || next[last] && (is_deep || letter != '/'),
                ('*', None) => fits[length],
                ('?', Some((last, letter))) => fits[last] && letter != '/',
                (sign, Some((last, letter))) => fits[last] && *sign == letter,
                (_, None) => false,
            };
        }
        fits = next;
        index += if is_deep { 2 } else { 1 };
    }
    fits[name.len()]
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_fit_whole_names() {
        for (pattern, name) in [
            ("ping.json", "ping.json"),
            ("*.json", "ping.json"),
            ("orders/*.json", "orders/placed.json"),
            ("**", "orders/placed.json"),
            ("**/*.json", "orders/eu/placed.json"),
            ("p?ng.*", "pong.json"),
            ("*", ""),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("*.json", "orders/placed.json"),
            ("ping", "ping.json"),
            ("orders/*.json", "orders/eu/placed.json"),
            ("p?ng.json", "png.json"),
            ("?", "/"),
            ("", "ping.json"),
        ] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }
}
