//! Checks: what the Rust type does not say, as calls into the runtime.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Emitter;
use super::doc::code;
use super::types::is_any;
use crate::model::{Bound, Check, Type, TypeId, Use};

/// So many constants are named in documentation.
const MAX_SHOWN: usize = 100;

/// The value that is checked: a place, as `self.name`, or a variable that is a reference.
pub(super) struct Operand {
    tokens: TokenStream,
    is_reference: bool,
}

impl Operand {
    pub(super) fn place(tokens: TokenStream) -> Self {
        Self { tokens, is_reference: false }
    }

    pub(super) fn reference(tokens: TokenStream) -> Self {
        Self { tokens, is_reference: true }
    }

    /// The text of a value that has the type of its format.
    fn text(&self) -> Self {
        let tokens = &self.tokens;
        Self::reference(quote! { #tokens.text() })
    }

    fn by_reference(&self) -> TokenStream {
        let tokens = &self.tokens;
        if self.is_reference {
            quote! { #tokens }
        } else {
            quote! { &#tokens }
        }
    }

    fn by_value(&self) -> TokenStream {
        let tokens = &self.tokens;
        if self.is_reference {
            quote! { *#tokens }
        } else {
            quote! { #tokens }
        }
    }
}

impl Emitter<'_> {
    /// Expressions of type `Result<(), Error>`, one for each check on a value that is there.
    pub(super) fn checks(&self, value: &Use, operand: &Operand) -> Vec<TokenStream> {
        let by_codec = |check: &Check| match check {
            Check::UniqueItems => self.is_unique_by_codec(value),
            Check::Validated(_) => true,
            _ => false,
        };
        let checks = value.checks.iter().filter(|check| !by_codec(check));
        let text = matches!(value.ty, Type::Mapped(_)).then(|| operand.text());
        let operand = text.as_ref().unwrap_or(operand);
        let mut checks: Vec<TokenStream> = checks.map(|check| self.check(value, check, operand)).collect();
        let reference = operand.by_reference();
        match &value.ty {
            Type::Array(item) => {
                checks.extend(self.inner(item).map(|inner| quote! { wire::each(#reference, #inner) }));
            }
            Type::Map(item) => {
                checks.extend(self.inner(item).map(|inner| quote! { wire::each_value(#reference, #inner) }));
            }
            Type::Tuple(items) => checks.extend(self.tuple_checks(items, operand)),
            _ => {}
        }
        checks
    }

    /// The `impl` of `Check` for a type, of statements that check its value.
    pub(super) fn check_impl(&self, name: &Ident, numbers: &TokenStream, checks: &TokenStream) -> TokenStream {
        let (ok, result) = (self.prelude.ok(), self.prelude.result());
        quote! {
            impl wire::Check for #name {
                fn check(&self, #numbers: &wire::Numbers) -> #result<(), wire::Error> {
                    #checks
                    #ok(())
                }
            }
        }
    }

    /// The parameter that tells how numbers were written, for checks of some values: nameless where none asks for it.
    pub(super) fn numbers<'v>(&self, values: impl IntoIterator<Item = &'v Use>) -> TokenStream {
        if values.into_iter().any(|value| self.needs_numbers(value)) {
            quote! { numbers }
        } else {
            quote! { _ }
        }
    }

    /// Returns whether the checks of a value ask how numbers were written.
    pub(super) fn needs_numbers(&self, value: &Use) -> bool {
        let asks = |check: &Check| match check {
            Check::UniqueItems => !self.is_unique_by_codec(value),
            Check::OneOf(_) => matches!(value.ty, Type::Any | Type::Number),
            Check::Validated(_) => false,
            _ => value.ty == Type::Number,
        };
        let asks_within = match &value.ty {
            Type::Array(item) | Type::Map(item) => self.needs_numbers(item),
            Type::Tuple(items) => items.iter().any(|item| self.needs_numbers(item)),
            _ => false,
        };
        asks_within || value.checks.iter().any(asks)
    }

    fn tuple_checks(&self, items: &[Use], operand: &Operand) -> Vec<TokenStream> {
        let (ok, tokens) = (self.prelude.ok(), &operand.tokens);
        let at = |check: TokenStream, name: &str| self.at(&check, name);
        let items = items.iter().enumerate().filter_map(|(index, item)| {
            let name = index.to_string();
            let index = proc_macro2::Literal::usize_unsuffixed(index);
            let checks = self.checks(item, &Operand::reference(quote! { item }));
            let (last, first) = checks.split_last()?;
            Some(if item.nullable {
                let checked = quote! { { #(#first?;)* #last } };
                let checked = if first.is_empty() {
                    quote! { #last }
                } else {
                    checked
                };
                at(quote! { #tokens.#index.as_ref().map_or(#ok(()), |item| #checked) }, &name)
            } else {
                at(quote! { { let item = &#tokens.#index; #(#first?;)* #last } }, &name)
            })
        });
        items.collect()
    }

    /// A check of a member or an item, with its place.
    pub(super) fn at(&self, check: &TokenStream, name: &str) -> TokenStream {
        self.has_places.set(true);
        quote! { #check.at(#name) }
    }

    /// A closure that checks an item.
    fn inner(&self, item: &Use) -> Option<TokenStream> {
        let checks = self.checks(item, &Operand::reference(quote! { item }));
        let (last, first) = checks.split_last()?;
        let body = if first.is_empty() {
            quote! { #last }
        } else {
            quote! { { #(#first?;)* #last } }
        };
        let ok = self.prelude.ok();
        Some(if item.nullable {
            quote! { |item| item.as_ref().map_or(#ok(()), |item| #body) }
        } else {
            quote! { |item| #body }
        })
    }

    fn check(&self, value: &Use, check: &Check, operand: &Operand) -> TokenStream {
        let (by_ref, by_value) = (operand.by_reference(), operand.by_value());
        let by_value = if value.ty == Type::Number {
            quote! { numbers.of(#by_value) }
        } else {
            by_value
        };
        match check {
            Check::MinLength(limit) => call("min_length", &by_ref, &count(*limit)),
            Check::MaxLength(limit) => call("max_length", &by_ref, &count(*limit)),
            Check::Pattern { source, rust } => {
                self.has_patterns.set(true);
                let translated = (source != rust).then(|| quote! { , #rust });
                quote! { wire::pattern!(#by_ref, #source #translated) }
            }
            Check::Format(format) => {
                let name = quote::format_ident!("{}", format.type_name());
                self.has_formats.set(true);
                quote! { wire::format(#by_ref, wire::Format::#name) }
            }
            Check::Minimum(bound) => call("minimum", &by_value, &literal(*bound)),
            Check::Maximum(bound) => call("maximum", &by_value, &literal(*bound)),
            Check::ExclusiveMinimum(bound) => call("exclusive_minimum", &by_value, &literal(*bound)),
            Check::ExclusiveMaximum(bound) => call("exclusive_maximum", &by_value, &literal(*bound)),
            Check::MultipleOf(divisor) => call("multiple_of", &by_value, &quote! { #divisor }),
            Check::MinItems(limit) => call("min_items", &by_ref, &count(*limit)),
            Check::MaxItems(limit) => call("max_items", &by_ref, &count(*limit)),
            Check::UniqueItems => {
                let Type::Array(item) = &value.ty else { return quote! {} };
                let codec = self.item_codec(item);
                quote! { wire::unique_items::<#codec>(#by_ref, numbers) }
            }
            Check::MinProperties(limit) => call("min_properties", &length(operand), &count(*limit)),
            Check::MaxProperties(limit) => call("max_properties", &length(operand), &count(*limit)),
            Check::Names(names) => {
                let text = Use { checks: names.clone(), ..Use::of(Type::String) };
                let checks = self.checks(&text, &Operand::reference(quote! { name }));
                let Some((last, first)) = checks.split_last() else { return quote! {} };
                let body = if first.is_empty() {
                    quote! { #last }
                } else {
                    quote! { { #(#first?;)* #last } }
                };
                quote! { wire::each_name(#by_ref, |name| #body) }
            }
            Check::Validated(_) => quote! {},
            Check::OneOf(values) if value.ty == Type::Any => {
                let values = serde_json::Value::from(values.clone()).to_string();
                quote! {
                    {
                        static CONSTANTS: wire::Constants = wire::Constants::new(#values);
                        wire::one_of_json(#by_ref, &CONSTANTS, numbers)
                    }
                }
            }
            Check::OneOf(values) if value.ty == Type::String => {
                let values = serde_json::Value::from(values.clone()).to_string();
                quote! {
                    {
                        static CONSTANTS: wire::Constants = wire::Constants::new(#values);
                        wire::one_of_text(#by_ref, &CONSTANTS)
                    }
                }
            }
            Check::OneOf(values) => {
                let values = values.iter().map(|constant| self.bare_literal(value, constant));
                if value.ty == Type::Number {
                    return quote! { wire::one_of_numbers(#by_value, &[#(#values),*]) };
                }
                quote! { wire::one_of(#by_ref, &[#(#values),*]) }
            }
        }
    }

    fn item_codec(&self, item: &Use) -> TokenStream {
        let inner = self.named_codec(TypeId(usize::MAX), item);
        let option = self.prelude.option();
        if item.nullable {
            quote! { #option<#inner> }
        } else {
            inner
        }
    }
}

fn call(function: &str, operand: &TokenStream, limit: &TokenStream) -> TokenStream {
    let function = quote::format_ident!("{function}");
    quote! { wire::#function(#operand, #limit) }
}

fn length(operand: &Operand) -> TokenStream {
    let tokens = &operand.tokens;
    quote! { #tokens.len() }
}

/// A length or a count. One that is too large for this platform's `usize` can't be exceeded either.
pub(super) fn count(limit: u64) -> TokenStream {
    number(&u32::try_from(limit).unwrap_or(u32::MAX).to_string())
}

fn literal(bound: Bound) -> TokenStream {
    match bound {
        Bound::Integer(integer) => number(&integer.to_string()),
        Bound::Number(value) => float(value),
    }
}

/// An integer literal, its digits in groups of three where there are many.
pub(super) fn number(text: &str) -> TokenStream {
    let digits = text.trim_start_matches('-');
    let first = digits.len() % 3;
    let groups: Vec<&str> = std::iter::once(&digits[..first])
        .chain((first..digits.len()).step_by(3).map(|start| &digits[start..start + 3]))
        .filter(|group| !group.is_empty())
        .collect();
    literal_of(text, &if digits.len() > 4 { groups.join("_") } else { digits.to_owned() })
}

/// A literal of a float.
pub(super) fn float(value: f64) -> TokenStream {
    let text = format!("{value:?}");
    let digits = text.trim_start_matches('-');
    let (digits, exponent) = digits.split_at(digits.find('e').unwrap_or(digits.len()));
    let Some((whole, fraction)) = digits.split_once('.') else {
        return literal_of(&text, &format!("{digits}{exponent}"));
    };
    let whole = number(whole).to_string();
    let groups: Vec<&str> =
        (0..fraction.len()).step_by(3).map(|start| &fraction[start..fraction.len().min(start + 3)]).collect();
    let fraction = if fraction.len() > 4 { groups.join("_") } else { fraction.to_owned() };
    literal_of(&text, &format!("{whole}.{fraction}{exponent}"))
}

fn literal_of(text: &str, digits: &str) -> TokenStream {
    let literal: TokenStream = digits.parse().unwrap_or_default();
    if text.starts_with('-') {
        quote! { -#literal }
    } else {
        literal
    }
}

/// The checks of a value in words, for its documentation.
pub(super) fn facts(value: &Use) -> Vec<String> {
    if let Type::Mapped(format) = &value.ty {
        return std::iter::once(format!("{}.", format.words())).chain(value.checks.iter().map(fact)).collect();
    }
    let item = match &value.ty {
        Type::Array(item) | Type::Map(item) if !is_any(item) => facts(item),
        _ => Vec::new(),
    };
    let item = item.into_iter().map(|fact| format!("Each: {}{}", fact[..1].to_lowercase(), &fact[1..]));
    // What the validator decides comes last.
    let (validated, own): (Vec<&Check>, Vec<&Check>) =
        value.checks.iter().partition(|check| matches!(check, Check::Validated(_)));
    own.into_iter().map(fact).chain(item).chain(validated.into_iter().map(fact)).collect()
}

fn fact(check: &Check) -> String {
    let bound = |bound: &Bound| match bound {
        Bound::Integer(integer) => integer.to_string(),
        Bound::Number(float) => float.to_string(),
    };
    match check {
        Check::MinLength(limit) => format!("At least {}.", plural(*limit, "character")),
        Check::MaxLength(limit) => format!("At most {}.", plural(*limit, "character")),
        Check::Pattern { source, .. } => format!("Matches {}.", code(source)),
        Check::Format(format) => format!("{}.", format.words()),
        Check::Minimum(limit) => format!("{} or more.", bound(limit)),
        Check::Maximum(limit) => format!("{} or less.", bound(limit)),
        Check::ExclusiveMinimum(limit) => format!("More than {}.", bound(limit)),
        Check::ExclusiveMaximum(limit) => format!("Less than {}.", bound(limit)),
        Check::MultipleOf(divisor) => format!("A multiple of {divisor}."),
        Check::MinItems(limit) => format!("At least {}.", plural(*limit, "item")),
        Check::MaxItems(limit) => format!("At most {}.", plural(*limit, "item")),
        Check::UniqueItems => "No two items are equal.".to_owned(),
        Check::MinProperties(limit) => format!("At least {}.", plural(*limit, "member")),
        Check::MaxProperties(limit) => format!("At most {}.", plural(*limit, "member")),
        Check::Names(names) => {
            let names: Vec<String> = names.iter().map(fact).collect();
            format!("Each name: {}", names.join(" "))
        }
        Check::Validated(places) => {
            let places: Vec<String> = places.iter().map(|place| code(&place.reference)).collect();
            format!("The validator decides what is valid: {}.", places.join(", "))
        }
        Check::OneOf(values) => {
            let shown: Vec<String> = values.iter().take(MAX_SHOWN).map(|value| code(&value.to_string())).collect();
            match values.len().saturating_sub(MAX_SHOWN) {
                0 => format!("One of {}.", shown.join(", ")),
                more => format!("One of {} and {more} more.", shown.join(", ")),
            }
        }
    }
}

fn plural(count: u64, noun: &str) -> String {
    if count == 1 { format!("{count} {noun}") } else { format!("{count} {noun}s") }
}
