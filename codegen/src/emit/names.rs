//! Names that stand side by side because the schema has them, as clippy sees them.

use std::cmp::Ordering;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// As clippy counts.
const MOST_SINGLE: usize = 4;
/// Of more names than this two are always similar.
const MOST_COMPARED: usize = 300;

/// What has to be allowed where these are the names of local variables.
pub(super) fn allow_for_locals(locals: &[Ident]) -> Option<TokenStream> {
    let names: Vec<Vec<char>> = locals.iter().map(|local| local.to_string().chars().collect()).collect();
    let single = names.iter().filter(|name| name.len() == 1).count() > MOST_SINGLE;
    let pairs =
        || names.iter().enumerate().flat_map(|(index, name)| names[..index].iter().map(move |other| (name, other)));
    let similar = names.len() > MOST_COMPARED || pairs().any(|(name, other)| is_similar(name, other));
    let lints = match (single, similar) {
        (false, false) => return None,
        (true, false) => quote! { clippy::many_single_char_names },
        (false, true) => quote! { clippy::similar_names },
        (true, true) => quote! { clippy::many_single_char_names, clippy::similar_names },
    };
    Some(quote! { #[allow(#lints, reason = "the schema has these names")] })
}

/// As clippy's `similar_names` sees it: one letter differs.
fn is_similar(left: &[char], right: &[char]) -> bool {
    if left.len() < 3 || right.len() < 3 {
        return false;
    }
    match left.len().cmp(&right.len()) {
        Ordering::Less => is_inserted(left, right),
        Ordering::Greater => is_inserted(right, left),
        Ordering::Equal => is_replaced(left, right),
    }
}

/// Whether the longer name has one letter more, not at its end.
fn is_inserted(shorter: &[char], longer: &[char]) -> bool {
    let Some(at) = shorter.iter().zip(longer).position(|(left, right)| left != right) else { return false };
    shorter[at..] == longer[at + 1..]
}

/// Whether one letter differs, which does not stand alone at the start or the end, as in `min_x` and `min_y`.
fn is_replaced(left: &[char], right: &[char]) -> bool {
    let same = |(left, right): (&char, &char)| left == right || left.is_numeric() && right.is_numeric();
    let mut different = left.iter().zip(right).enumerate().filter(|(_, pair)| !same(*pair)).map(|(index, _)| index);
    let (Some(at), None) = (different.next(), different.next()) else { return false };
    match at {
        0 => left[1] != '_',
        last if last + 1 == left.len() => left[last - 1] != '_',
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::is_similar;

    #[test]
    fn names_are_similar_as_clippy_sees_it() {
        let similar =
            |left: &str, right: &str| is_similar(&left.chars().collect::<Vec<_>>(), &right.chars().collect::<Vec<_>>());
        assert!(similar("field_10", "field_0"));
        assert!(similar("parsed", "parser"));
        assert!(!similar("min_x", "min_y"));
        assert!(!similar("item", "items"));
        assert!(!similar("field_1", "field_2"));
    }
}
