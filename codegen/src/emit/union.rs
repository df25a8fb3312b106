//! Enums over JSON types and over the branches of a schema.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;

use super::{Emitter, check, doc};
use crate::model::{JsonType, Route, Tag, Type, TypeDef, TypeId, Union, Use, Variant};

impl Emitter<'_> {
    pub(super) fn union(&self, id: TypeId, ty: &TypeDef, union: &Union) -> TokenStream {
        let name = format_ident!("{}", ty.name);
        let attributes = self.attributes(Some(id), ty);
        let (debug, derives, chosen) = (Self::debug(ty), self.derives(id), self.type_attributes(id));
        let definitions = union.variants.iter().enumerate().map(|(index, variant)| {
            let doc = doc(&variant_doc(union, index, variant));
            let (variant_name, ty) = (format_ident!("{}", variant.name), self.rust_type(id, &variant.value));
            let chosen = self.member_attributes(id, index);
            quote! { #doc #chosen #variant_name(#ty) }
        });
        let exclusive = union.routes.values().any(|route| matches!(route, Route::Try { exclusive: true, .. }));
        let write = if exclusive { "write_only" } else { "write_union" };
        let serde = Self::serde(ty, self.validator(ty).as_ref(), "OfVariants", "read_union", write);
        let expected = expected(union);
        let reads = union.routes.iter().map(|(json_type, route)| self.route(id, union, *json_type, route));
        let write = self.union_write(id, union);
        let tagged = union.routes.values().find_map(|route| match route {
            Route::Tag(tag) => Some(self.tagged(id, &name, union, tag)),
            _ => None,
        });
        let tries = union.routes.values().any(|route| matches!(route, Route::Try { .. }));
        let alternatives = tries.then(|| self.alternatives(id, &name, union));
        quote! {
            #attributes
            #[derive(#(#derives),*)]
            #chosen
            pub enum #name { #(#definitions,)* }

            #debug

            #serde

            impl wire::Union for #name {
                const EXPECTED: &'static str = #expected;
                #(#reads)*
                #write
            }

            #tagged

            #alternatives
        }
    }

    fn union_write(&self, id: TypeId, union: &Union) -> TokenStream {
        let arms = union.variants.iter().map(|variant| {
            let variant_name = format_ident!("{}", variant.name);
            let codec = self.named_codec(id, &variant.value);
            let check = self.variant_check(&variant.value, &check::Operand::reference(quote! { value }));
            let numbers = self.needs_numbers(&variant.value).then(|| quote! { let numbers = wire::Numbers::exact(); });
            quote! { Self::#variant_name(value) => { #numbers #check <#codec as wire::Codec>::write(value, writer) } }
        });
        let result = self.prelude.result();
        quote! {
            fn write(&self, writer: &mut wire::Writer) -> #result<(), wire::Error> {
                match self { #(#arms)* }
            }
        }
    }

    /// Returns what reads the values of a JSON type.
    fn route(&self, id: TypeId, union: &Union, json_type: JsonType, route: &Route) -> TokenStream {
        let method = format_ident!("{}", method(json_type));
        let body = match route {
            Route::To(index) => self.variant_read(id, &union.variants[*index]),
            Route::Tag(_) => quote! { wire::read_tagged(reader) },
            Route::Try { variants, exclusive } => {
                let of = format_ident!("{}", if *exclusive { "only_of" } else { "first_of" });
                let indices = variants.iter().map(|index| Literal::usize_unsuffixed(*index));
                quote! { wire::#of(reader, &[#(#indices),*]) }
            }
        };
        let result = self.prelude.result();
        quote! {
            fn #method(reader: &mut wire::Reader<'_>) -> #result<Self, wire::Error> {
                #body
            }
        }
    }

    /// Reads the value of a variant from `reader`.
    fn variant_read(&self, id: TypeId, variant: &Variant) -> TokenStream {
        let ok = self.prelude.ok();
        let variant_name = format_ident!("{}", variant.name);
        let codec = self.named_codec(id, &variant.value);
        let read = quote! { <#codec as wire::Codec>::read(reader) };
        match self.variant_check(&variant.value, &check::Operand::place(quote! { value })) {
            None => quote! { #read.map(Self::#variant_name) },
            Some(check) => {
                let numbers = self.needs_numbers(&variant.value).then(|| quote! { let numbers = reader.numbers(); });
                quote! {
                    let value = #read?;
                    #numbers
                    #check
                    #ok(Self::#variant_name(value))
                }
            }
        }
    }

    /// All checks of a variant, as statements.
    fn variant_check(&self, value: &Use, operand: &check::Operand) -> Option<TokenStream> {
        let checks = self.checks(value, operand);
        (!checks.is_empty()).then(|| quote! { #(#checks?;)* })
    }

    fn tagged(&self, id: TypeId, name: &proc_macro2::Ident, union: &Union, tag: &Tag) -> TokenStream {
        let path = &tag.path;
        let all = tag.constants.iter().flat_map(|(_, values)| values);
        let constants = all.map(|value| doc::code(&bare(value))).collect::<Vec<_>>().join(", ");
        let (some, none, option) = (self.prelude.some(), self.prelude.none(), self.prelude.option());
        let arms = tag.constants.iter().map(|(index, values)| {
            let absent = (tag.absent == Some(*index)).then(|| quote! { wire::Tag::Absent });
            let index = Literal::usize_unsuffixed(*index);
            let patterns = patterns(values).into_iter().chain(absent);
            quote! { #(#patterns)|* => #some(#index), }
        });
        let reads = tag.constants.iter().map(|(index, _)| (*index, self.variant_read(id, &union.variants[*index])));
        let mut reads: Vec<(usize, TokenStream)> = reads.collect();
        let last = reads.pop().map(|(_, read)| quote! { _ => { #read } });
        let reads = reads.iter().map(|(index, read)| {
            let index = Literal::usize_unsuffixed(*index);
            quote! { #index => { #read } }
        });
        let result = self.prelude.result();
        quote! {
            impl wire::Tagged for #name {
                const TAG: &'static [&'static str] = &[#(#path),*];
                const CONSTANTS: &'static str = #constants;

                fn index(tag: wire::Tag<'_>) -> #option<usize> {
                    match tag {
                        #(#arms)*
                        _ => #none,
                    }
                }

                fn read(index: usize, reader: &mut wire::Reader<'_>) -> #result<Self, wire::Error> {
                    match index {
                        #(#reads)*
                        #last
                    }
                }
            }
        }
    }

    fn alternatives(&self, id: TypeId, name: &proc_macro2::Ident, union: &Union) -> TokenStream {
        let all = union.variants.iter().map(|variant| {
            let required = &variant.required;
            let read = self.variant_read(id, variant);
            quote! { wire::Alternative::new(&[#(#required),*], |reader| { #read }) }
        });
        quote! {
            impl wire::Alternatives for #name {
                const ALTERNATIVES: &'static [wire::Alternative<Self>] = &[#(#all),*];
            }
        }
    }
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
