//! Whether generated code is the code that the generator means to write: nothing of a schema's text became code.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Options, Parser, Tag};
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprCall, File, ImplItem, Item, ItemFn, ItemMod, Lit, Macro, Path};
use thoth_messaging_codegen::GeneratedFile;

use crate::items::Held;

/// The functions that are ever defined; all of them in an `impl`.
const METHODS: [&str; 8] =
    ["check", "fmt", "json_schema", "key", "schema_id", "schema_name", "topic_messages", "validator"];
const MACROS: [&str; 2] = ["pattern", "vec"];
/// The macros of the runtime that stand as items.
const CALLS: [&str; 8] =
    ["constants", "members", "needs_compact_str", "needs_dynamic", "needs_pattern", "newtype", "schema", "union"];
const ATTRIBUTES: [&str; 5] = ["allow", "deprecated", "derive", "doc", "must_use"];
/// Where a path may start, beside the types of the file and what is in scope everywhere.
const ROOTS: [&str; 9] =
    ["message", "registry", "serde", "serde_json", "schemars", "std", "thoth_messaging", "wire", "clippy"];

/// Returns what is wrong with generated files.
#[must_use]
pub fn vet(files: &[GeneratedFile]) -> Option<String> {
    let (code, others) = files.split_first()?;
    let parsed = match syn::parse_file(&code.text) {
        Ok(parsed) => parsed,
        Err(error) => return Some(format!("not Rust: {error}\n{}", code.text)),
    };
    let paths: BTreeSet<&str> = others.iter().map(|file| file.path.as_str()).collect();
    if paths.len() != others.len() {
        return Some("two files have one path".to_owned());
    }
    if let Some(path) = paths.iter().find(|path| is_elsewhere(path)) {
        return Some(format!("the path {path:?} leads elsewhere"));
    }
    let mut vetting = Vetting { types: types(&parsed), paths, ..Vetting::default() };
    vetting.visit_file(&parsed);
    vetting.end_of_docs();
    vetting.found
}

fn is_elsewhere(path: &str) -> bool {
    path.starts_with('/') || path.split(['/', '\\']).any(|part| part == ".." || part.is_empty()) || path.contains('\0')
}

/// The names that the file defines, and those of generic parameters.
fn types(file: &File) -> BTreeSet<String> {
    struct Names(BTreeSet<String>);
    impl<'ast> Visit<'ast> for Names {
        fn visit_item(&mut self, item: &'ast Item) {
            let name = match item {
                Item::Struct(item) => &item.ident,
                Item::Enum(item) => &item.ident,
                Item::Static(item) => &item.ident,
                _ => return visit::visit_item(self, item),
            };
            self.0.insert(name.to_string());
            visit::visit_item(self, item);
        }

        fn visit_type_param(&mut self, parameter: &'ast syn::TypeParam) {
            self.0.insert(parameter.ident.to_string());
        }

        fn visit_use_rename(&mut self, rename: &'ast syn::UseRename) {
            self.0.insert(rename.rename.to_string());
        }
    }
    let mut names = Names(BTreeSet::new());
    names.visit_file(file);
    names.0
}

#[derive(Default)]
struct Vetting<'a> {
    types: BTreeSet<String>,
    paths: BTreeSet<&'a str>,
    /// The lines of the documentation at hand.
    doc: String,
    found: Option<String>,
}

impl Vetting<'_> {
    fn refuse(&mut self, what: &str, found: impl std::fmt::Display) {
        self.found.get_or_insert_with(|| format!("{what}: {found}"));
    }

    /// An item that is a macro of the runtime.
    fn vet_macro(&mut self, call: &Macro) {
        let path: Vec<String> = call.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["wire", name] if CALLS.contains(name) => match Held::of(call.tokens.clone()) {
                Ok(held) => self.vet_held(&held),
                Err(error) => self.refuse("what a macro of the runtime does not take", error),
            },
            _ => self.refuse("a macro", path.join("::")),
        }
    }

    fn vet_held(&mut self, held: &Held) {
        for word in &held.items {
            self.refuse("an item in a macro", word);
        }
        for name in &held.macros {
            self.refuse("a macro in a macro", name);
        }
        for ty in &held.types {
            self.visit_type(ty);
        }
        for expression in &held.expressions {
            self.visit_expr(expression);
        }
        for path in held.files.iter().filter(|path| !self.paths.contains(path.as_str())) {
            self.found.get_or_insert_with(|| format!("a file that is not one of the generated: {path}"));
        }
    }

    fn end_of_docs(&mut self) {
        let doc = std::mem::take(&mut self.doc);
        // What rustdoc reads.
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_SMART_PUNCTUATION;
        for event in Parser::new_ext(&doc, options) {
            match event {
                Event::Start(Tag::CodeBlock(_)) => self.refuse("documentation that is compiled", &doc),
                Event::Html(html) | Event::InlineHtml(html) => self.refuse("HTML in documentation", html),
                Event::Start(Tag::Image { dest_url, .. }) => self.refuse("an image in documentation", dest_url),
                Event::Start(Tag::Link { dest_url, .. }) if !is_page(&dest_url) => {
                    self.refuse("a link in documentation", dest_url);
                }
                _ => {}
            }
        }
    }
}

fn is_page(url: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme))
}

impl<'ast> Visit<'ast> for Vetting<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if let Item::Macro(item) = item {
            return self.vet_macro(&item.mac);
        }
        if !matches!(item, Item::Struct(_) | Item::Enum(_) | Item::Impl(_) | Item::Static(_) | Item::Use(_)) {
            self.refuse("an item of another kind", kind(item));
        }
        visit::visit_item(self, item);
        self.end_of_docs();
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.refuse("a function", &item.sig.ident);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.refuse("a module", &item.ident);
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        match item {
            ImplItem::Fn(function) if !METHODS.contains(&function.sig.ident.to_string().as_str()) => {
                self.refuse("a method", &function.sig.ident);
            }
            ImplItem::Macro(_) | ImplItem::Verbatim(_) => self.refuse("an item in an impl", "a macro"),
            _ => {}
        }
        visit::visit_impl_item(self, item);
        self.end_of_docs();
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        self.end_of_docs();
        visit::visit_field(self, field);
        self.end_of_docs();
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.end_of_docs();
        visit::visit_variant(self, variant);
        self.end_of_docs();
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let name = attribute.path().get_ident().map(ToString::to_string).unwrap_or_default();
        if !ATTRIBUTES.contains(&name.as_str()) {
            self.refuse("an attribute", &name);
        }
        if let syn::Meta::NameValue(pair) = &attribute.meta
            && let Expr::Lit(literal) = &pair.value
            && let Lit::Str(text) = &literal.lit
            && name == "doc"
        {
            let line = text.value();
            self.doc.push_str(line.strip_prefix(' ').unwrap_or(&line));
            self.doc.push('\n');
        }
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        let name = call.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        if !MACROS.contains(&name.as_str()) {
            self.refuse("a macro", &name);
        }
        visit::visit_path(self, &call.path);
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        let is_foreign = matches!(
            expression,
            Expr::Unsafe(_) | Expr::Async(_) | Expr::Await(_) | Expr::Loop(_) | Expr::ForLoop(_) | Expr::Verbatim(_)
        );
        if is_foreign {
            self.refuse("an expression of another kind", "unsafe, a loop, or what is not Rust");
        }
        visit::visit_expr(self, expression);
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        // Only methods, functions of a module and constructors are called.
        if let Expr::Path(function) = &*call.func
            && let Some(name) = function.path.get_ident()
            && !name.to_string().starts_with(char::is_uppercase)
        {
            self.refuse("a call", name);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if path.segments.len() > 1 {
            let root = path.segments[0].ident.to_string();
            let is_known = ROOTS.contains(&root.as_str())
                || ["Self", "String", "Vec", "Box", "Option", "Some", "Default"].contains(&root.as_str())
                || self.types.contains(&root)
                || is_primitive(&root);
            if !is_known {
                self.refuse("a path", root);
            }
        }
        visit::visit_path(self, path);
    }
}

fn is_primitive(name: &str) -> bool {
    ["bool", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "u8", "u16", "u32", "u64", "u128", "str"].contains(&name)
}

fn kind(item: &Item) -> &'static str {
    match item {
        Item::Fn(_) => "a function",
        Item::Macro(_) => "a macro",
        Item::Mod(_) => "a module",
        Item::Const(_) => "a constant",
        Item::Type(_) => "a type alias",
        _ => "one that is not named here",
    }
}
