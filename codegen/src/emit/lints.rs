//! What the compiler and clippy warn of although the schema leaves no choice.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::model::{Model, Others, Shape, Type, TypeDef};

/// Names of types that lints look for.
#[derive(Debug)]
pub(super) struct Known {
    deprecated: BTreeSet<String>,
    /// Structs with a member that is deprecated, and the fields that are.
    with_deprecated: BTreeSet<String>,
    deprecated_fields: BTreeSet<String>,
    /// Types of one value.
    empty: BTreeSet<String>,
}

impl Known {
    pub(super) fn of(model: &Model) -> Self {
        let is_empty = |ty: &&TypeDef| match &ty.shape {
            Shape::Struct(object) => object.fields.is_empty() && !matches!(object.others, Others::Kept { .. }),
            Shape::Enumeration(constants) => constants.len() == 1,
            Shape::Newtype(value) => value.ty == Type::Null,
            Shape::Union(_) | Shape::Own(_) => false,
        };
        let names = |types: Vec<&TypeDef>| types.into_iter().map(|ty| ty.name.clone()).collect();
        let fields = model.types.iter().flat_map(|ty| match &ty.shape {
            Shape::Struct(object) => object.fields.as_slice(),
            _ => &[],
        });
        let has_deprecated = |ty: &&TypeDef| match &ty.shape {
            Shape::Struct(object) => object.fields.iter().any(|field| field.deprecated),
            _ => false,
        };
        Self {
            with_deprecated: names(model.types.iter().filter(has_deprecated).collect()),
            deprecated_fields: fields.filter(|field| field.deprecated).map(|field| field.name.clone()).collect(),
            deprecated: names(model.types.iter().filter(|ty| ty.deprecated).collect()),
            empty: names(model.types.iter().filter(is_empty).collect()),
        }
    }
}

/// The words that an item is made of, as lints see it.
#[allow(clippy::struct_excessive_bools, reason = "each is what one lint looks for")]
pub(super) struct Words<'a> {
    known: &'a Known,
    idents: BTreeSet<String>,
    pub(super) is_deprecated: bool,
    /// A number is close to one that mathematics has a name for.
    approximates: bool,
    /// A map's values say nothing.
    pub(super) maps_nothing: bool,
    /// An `Option` holds one: absence, and null.
    is_option_of_option: bool,
    /// A type is nested as deeply as clippy finds hard to read.
    is_complex: bool,
}

impl<'a> Words<'a> {
    pub(super) fn of(tokens: TokenStream, known: &'a Known) -> Self {
        let mut words = Self {
            known,
            idents: BTreeSet::new(),
            is_deprecated: false,
            approximates: false,
            maps_nothing: false,
            is_option_of_option: tokens.to_string().replace(":: std :: option :: ", "").contains("Option < Option <"),
            is_complex: false,
        };
        words.add(tokens);
        words.is_deprecated = !words.idents.is_disjoint(&known.deprecated);
        words
    }

    /// Tells whether an `impl` uses a field that is deprecated: of its own struct or, for a message key, of one within.
    pub(super) fn uses_deprecated_field(&self) -> bool {
        let own = !self.idents.is_disjoint(&self.known.with_deprecated) || self.has("DESCRIPTOR");
        own && self.known.deprecated_fields.iter().any(|field| self.has(field) || self.has(&format!("r#{field}")))
    }

    /// Returns whether a name stands in the item.
    pub(super) fn has(&self, name: &str) -> bool {
        self.idents.contains(name)
    }

    /// The lints that the schema forces, and why they are allowed.
    pub(super) fn lints(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let lints = [
            (self.is_deprecated, "deprecated", "the schema deprecates it, and still has it"),
            (self.approximates, "clippy::approx_constant", "the number is that of the schema"),
            (self.maps_nothing, "clippy::zero_sized_map_values", "the schema allows one value alone"),
            (self.is_option_of_option, "clippy::option_option", "null is another value than absence"),
            (self.is_complex, "clippy::type_complexity", "the schema nests as deeply"),
            (self.is_made_of_hash_map(), "clippy::implicit_hasher", "the map is the one that was chosen"),
        ];
        lints.into_iter().filter(|(is_forced, ..)| *is_forced).map(|(_, lint, reason)| (lint, reason))
    }

    /// Returns whether it is what makes a type of a `HashMap`.
    fn is_made_of_hash_map(&self) -> bool {
        self.has("HashMap") && self.has("impl") && (self.has("From") || self.has("TryFrom"))
    }

    fn add(&mut self, tokens: TokenStream) {
        // Of the type at hand: how deeply nested, and how complex as clippy counts.
        let (mut depth, mut score) = (0_u32, 0_u32);
        let mut before = ' ';
        for token in tokens {
            let mut sign = ' ';
            match token {
                TokenTree::Group(group) => {
                    let is_unit = group.stream().is_empty() && group.delimiter() == Delimiter::Parenthesis;
                    sign = if is_unit && before == ',' && depth > 0 { '0' } else { ' ' };
                    self.add(group.stream());
                }
                TokenTree::Ident(ident) => {
                    // Of a path, the first counts.
                    score = match (depth, before) {
                        (0, _) => 10,
                        (_, ':') => score,
                        _ => score + 10 * (depth + 1),
                    };
                    let name = ident.to_string();
                    sign = if before == ',' && depth > 0 && self.known.empty.contains(&name) { '0' } else { ' ' };
                    self.idents.insert(name);
                }
                TokenTree::Literal(literal) => self.approximates |= approximates(&literal.to_string()),
                TokenTree::Punct(punct) => {
                    sign = punct.as_char();
                    match sign {
                        '<' => depth += 1,
                        '>' if !matches!(before, '-' | '=') => {
                            self.maps_nothing |= before == '0';
                            depth = depth.saturating_sub(1);
                        }
                        _ => {}
                    }
                }
            }
            self.is_complex |= score > MAX_TYPE_COMPLEXITY;
            before = sign;
        }
    }
}

/// As clippy counts.
const MAX_TYPE_COMPLEXITY: u32 = 250;

fn approximates(literal: &str) -> bool {
    use std::f64::consts as named;
    let known = [
        named::E,
        named::FRAC_1_PI,
        named::FRAC_1_SQRT_2,
        named::FRAC_2_PI,
        named::FRAC_2_SQRT_PI,
        named::FRAC_PI_2,
        named::FRAC_PI_3,
        named::FRAC_PI_4,
        named::FRAC_PI_6,
        named::FRAC_PI_8,
        named::LN_2,
        named::LN_10,
        named::LOG10_2,
        named::LOG10_E,
        named::LOG2_10,
        named::LOG2_E,
        named::PI,
        named::SQRT_2,
        named::TAU,
    ];
    let number = literal.replace('_', "").parse::<f64>();
    literal.contains('.') && number.is_ok_and(|number| known.iter().any(|known| (known - number).abs() < 0.01))
}
