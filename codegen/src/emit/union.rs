//! Enums over JSON types and over the branches of a schema.

use std::collections::BTreeSet;

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use super::{Emitter, Piece, check, doc, is_documented, text};
use crate::model::{JsonType, Route, Shape, Tag, Type, TypeDef, TypeId, Union, Use, Variant};

impl Emitter<'_> {
    pub(super) fn union(&self, id: TypeId, ty: &TypeDef, union: &Union) -> Vec<Piece> {
        let name = format_ident!("{}", ty.name);
        let (attributes, derives, chosen) = (self.attributes(Some(id), ty), self.derives(id), self.type_attributes(id));
        let docs: Vec<_> = union.variants.iter().enumerate().map(|(index, it)| variant_doc(union, index, it)).collect();
        let variants = union.variants.iter().zip(&docs).enumerate().map(|(index, (variant, about))| {
            let (about, name) = (doc(about), format_ident!("{}", variant.name));
            let (ty, chosen) = (self.rust_type(id, &variant.value), self.member_attributes(id, index));
            quote! { #about #chosen #name(#ty), }
        });
        let is_described = docs.iter().all(|about| !about.is_empty());
        let undocumented = Self::undocumented(is_described && is_documented(&attributes));
        let complex = Self::complex(union.variants.iter().map(|variant| self.rust_type(id, &variant.value)));
        let definition = quote! {
            #attributes
            #undocumented
            #complex
            #[derive(#(#derives),*)]
            #chosen
            pub enum #name { #(#variants)* }
        };
        let call = self.union_call(id, ty, union);
        [Piece::Rust(definition), call].into_iter().chain(Self::debug(ty).map(Piece::Rust)).collect()
    }

    /// The variants and the ways to them, for what reads and writes them.
    fn union_call(&self, id: TypeId, ty: &TypeDef, union: &Union) -> Piece {
        let mut names = quote! {};
        let tries = |exclusive| {
            union.routes.values().any(|it| matches!(it, Route::Try { exclusive: is, .. } if *is == exclusive))
        };
        let tries = match (tries(true), tries(false)) {
            (true, _) => "alone",
            (false, true) => "first",
            (false, false) => "straight",
        };
        let mut rules = vec![ty.name.clone(), format!("{:?}", expected(union)), tries.to_owned()];
        rules.extend(self.validator(ty).map(|validator| format!("validator {validator}")));
        let getters = getters(union);
        let variants = union.variants.iter().zip(&getters).enumerate().map(|(index, (variant, getter))| {
            let (text, used) = self.variant(id, union, variant, getter);
            names.extend(used);
            format!("{index} {text}")
        });
        let variants = variants.collect();
        let ways = union.routes.iter().map(|(json_type, route)| format!("{} {}", method(*json_type), way(route)));
        let mut lists = vec![rules, variants, ways.collect()];
        lists.extend(union.routes.values().find_map(|route| match route {
            Route::Tag(tag) => Some(tagged(tag)),
            _ => None,
        }));
        Piece::Macro { names, lines: text::call("wire::union!", &lists) }
    }

    /// A variant, and what it names.
    fn variant(&self, id: TypeId, union: &Union, variant: &Variant, getter: &str) -> (String, TokenStream) {
        let value = &variant.value;
        let boxed = match value.ty {
            Type::Named(held) => self.facts.is_boxed(id, held),
            _ => false,
        };
        let ty = |value: &Use| match value.ty {
            Type::Named(held) if !value.nullable => self.name(held),
            _ => self.rust_type(id, value),
        };
        let held = ty(value);
        let same = union.variants.iter().filter(|other| ty(&other.value).to_string() == held.to_string());
        let is_own =
            matches!(value.ty, Type::Named(held) if held == id || matches!(self.model.get(held).shape, Shape::Own(_)));
        let via = match (same.count() == 1 && !is_own, boxed) {
            (true, true) => "boxed",
            (true, false) => "from",
            (false, _) => "only",
        };
        let (held, is_as_it_stands) = if via == "only" { (self.rust_type(id, value), false) } else { (held, boxed) };
        let mut text = format!("{}({}) {via} {getter}", variant.name, text::line(&held));
        let codec = self.named_codec(id, value);
        let plain = if is_as_it_stands {
            quote! { wire::Boxed<#held> }
        } else {
            held.clone()
        };
        if codec.to_string() != plain.to_string() {
            text.extend([" by (", &text::line(&codec), ")"]);
        }
        if !variant.required.is_empty() && has_tries(union) {
            let required: Vec<String> = variant.required.iter().map(|name| format!("{name:?}")).collect();
            text.extend([" has [", &required.join(", "), "]"]);
        }
        let checks = self.checks(value, &check::Operand::reference(quote! { value }));
        if let Some((last, first)) = checks.split_last() {
            let check = if first.is_empty() {
                last.clone()
            } else {
                quote! { { #(#first?;)* #last } }
            };
            let numbers = self.numbers([value]);
            text.extend([" if |value, ", &numbers.to_string(), "| ", &text::line(&check)]);
        }
        (text, quote! { #held #codec #(#checks)* })
    }
}

fn has_tries(union: &Union) -> bool {
    union.routes.values().any(|route| matches!(route, Route::Try { .. }))
}

/// The functions that give what variants hold, no two of one name.
fn getters(union: &Union) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let getter = |variant: &Variant| {
        let mut getter = format!("as_{}", variant.name.to_snake_case());
        while !taken.insert(getter.clone()) {
            getter.push('_');
        }
        getter
    };
    union.variants.iter().map(getter).collect()
}

/// The way to the variants of a JSON type.
fn way(route: &Route) -> String {
    match route {
        Route::To(index) => format!("to {index}"),
        Route::Tag(_) => "tagged".to_owned(),
        Route::Try { variants, exclusive } => {
            let variants: Vec<String> = variants.iter().map(ToString::to_string).collect();
            format!("{} [{}]", if *exclusive { "only" } else { "first" }, variants.join(", "))
        }
    }
}

/// The member that tells variants apart, and its constants.
fn tagged(tag: &Tag) -> Vec<String> {
    let all = tag.constants.iter().flat_map(|(_, values)| values);
    let constants = all.map(|value| doc::code(&bare(value))).collect::<Vec<_>>().join(", ");
    let path: Vec<String> = tag.path.iter().map(|name| format!("{name:?}")).collect();
    let arms = tag.constants.iter().map(|(index, values)| {
        let absent = (tag.absent == Some(*index)).then(|| quote! { wire::Tag::Absent });
        let patterns = patterns(values).into_iter().chain(absent);
        format!("{} => {index}", text::line(&quote! { #(#patterns)|* }))
    });
    let mut arms: Vec<String> = arms.collect();
    let head = format!("tag [{}] of {constants:?}: ", path.join(", "));
    arms.iter_mut().take(1).for_each(|first| first.insert_str(0, &head));
    arms
}

/// Constants as `Tag` has them.
fn patterns(values: &[Value]) -> Vec<TokenStream> {
    let texts: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
    let booleans: Vec<bool> = values.iter().filter_map(Value::as_bool).collect();
    let integers: Vec<TokenStream> =
        values.iter().filter(|value| value.is_number()).map(|value| check::number(&value.to_string())).collect();
    let texts = (!texts.is_empty()).then(|| quote! { wire::Tag::Text(#(#texts)|*) });
    let booleans = (!booleans.is_empty()).then(|| quote! { wire::Tag::Boolean(#(#booleans)|*) });
    let integers = (!integers.is_empty()).then(|| quote! { wire::Tag::Integer(#(#integers)|*) });
    texts.into_iter().chain(booleans).chain(integers).collect()
}

fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn method(json_type: JsonType) -> &'static str {
    match json_type {
        JsonType::Null => "null",
        JsonType::Boolean => "boolean",
        JsonType::Number => "number",
        JsonType::String => "string",
        JsonType::Array => "array",
        JsonType::Object => "object",
    }
}

/// Returns what a union takes, in words.
fn expected(union: &Union) -> String {
    let words = union.routes.iter().map(|(json_type, route)| match route {
        Route::To(index) => words(*json_type, &union.variants[*index].value),
        _ => words(*json_type, &Use::of(Type::Any)),
    });
    words.collect::<Vec<_>>().join(" or ")
}

fn variant_doc(union: &Union, index: usize, variant: &Variant) -> Vec<String> {
    let mut lines: Vec<String> = variant.description.iter().flat_map(|text| doc::paragraphs(text)).collect();
    let mut taken = union.routes.iter().filter(|(_, route)| **route == Route::To(index));
    match (taken.next(), taken.next()) {
        _ if !lines.is_empty() => {}
        (Some(_), Some(_)) if variant.name == "Other" => lines.push("Any other value.".to_owned()),
        (Some((json_type, _)), None) => lines.push(format!("{}.", capital(words(*json_type, &variant.value)))),
        _ => {}
    }
    for fact in check::facts(&variant.value) {
        doc::separate(&mut lines);
        lines.push(fact);
    }
    lines
}

fn words(json_type: JsonType, value: &Use) -> &'static str {
    match (json_type, &value.ty) {
        (JsonType::Number, Type::Integer(_)) => "an integer",
        (JsonType::Null, _) => "null",
        (JsonType::Boolean, _) => "a boolean",
        (JsonType::Number, _) => "a number",
        (JsonType::String, _) => "a string",
        (JsonType::Array, _) => "an array",
        (JsonType::Object, _) => "an object",
    }
}

fn capital(text: &str) -> String {
    format!("{}{}", text[..1].to_uppercase(), &text[1..])
}
