//! Tokens as a person writes them on one line: for what stands in macros, which prettyplease leaves as it is.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::LitStr;

/// Types, paths and expressions.
pub(super) fn line(tokens: &TokenStream) -> String {
    let mut text = String::new();
    write(tokens, &mut text);
    text
}

fn write(tokens: &TokenStream, text: &mut String) {
    let mut last: Option<TokenTree> = None;
    for token in tokens.clone() {
        if last.as_ref().is_some_and(|last| is_apart(last, &token, text)) {
            text.push(' ');
        }
        match &token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(&group.stream(), text);
                text.push_str(close);
            }
            other => text.push_str(&other.to_string()),
        }
        last = Some(token);
    }
}

/// Returns whether two tokens have a space between them.
fn is_apart(left: &TokenTree, right: &TokenTree, text: &str) -> bool {
    match (left, right) {
        (TokenTree::Punct(left), _) if left.spacing() == Spacing::Joint => false,
        (TokenTree::Punct(left), right) => match left.as_char() {
            ',' | ';' | '=' | '|' => true,
            // `->` and `=>`, and `>` where something follows that is no part of the type.
            '>' => text.ends_with("->") || text.ends_with("=>") || starts_word(right),
            // After the colon of a field, not within a path.
            ':' => !text.ends_with("::"),
            _ => false,
        },
        (_, TokenTree::Punct(right)) => {
            matches!(right.as_char(), '=' | '|') || right.as_char() == '&' && ends_word(left)
        }
        (_, TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
        (left, right) => ends_word(left) && starts_word(right),
    }
}

fn starts_word(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(_) | TokenTree::Literal(_))
}

fn ends_word(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(_) | TokenTree::Literal(_) | TokenTree::Group(_))
}

/// Attributes, each on a line of its own: documentation as comments.
pub(super) fn attributes(tokens: &TokenStream) -> Vec<String> {
    let groups = tokens.clone().into_iter().filter_map(|token| match token {
        TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    });
    groups.map(|attribute| documentation(&attribute).unwrap_or_else(|| format!("#[{}]", line(&attribute)))).collect()
}

/// A doc comment, where an attribute is one of a single line. Four slashes would be another comment.
fn documentation(attribute: &TokenStream) -> Option<String> {
    let mut tokens = attribute.clone().into_iter();
    let is_doc = matches!(tokens.next(), Some(TokenTree::Ident(ident)) if ident == "doc");
    let text = tokens.nth(1).filter(|_| is_doc)?;
    let text = syn::parse_str::<LitStr>(&text.to_string()).ok()?.value();
    (!text.contains(['\n', '\r']) && !text.starts_with('/')).then(|| format!("///{text}"))
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::{attributes, line};

    #[test]
    fn tokens_are_written_as_a_person_writes_them() {
        assert_eq!(
            line(&quote! { Option<Vec<::std::collections::BTreeMap<String, u8>>> }),
            "Option<Vec<::std::collections::BTreeMap<String, u8>>>"
        );
        assert_eq!(line(&quote! { (f64, Option<()>,) }), "(f64, Option<()>,)");
        assert_eq!(line(&quote! { Place { x: -1.5, y: Some(&"a") } }), "Place { x: -1.5, y: Some(&\"a\") }");
        assert_eq!(line(&quote! { ::std::vec![1, 2] }), "::std::vec![1, 2]");
        assert_eq!(
            line(&quote! { &[wire::Presence::AnyOf(&[&[0], &[1, 2]])] }),
            "&[wire::Presence::AnyOf(&[&[0], &[1, 2]])]"
        );
        assert_eq!(line(&quote! { derive(Clone, Debug, PartialEq) }), "derive(Clone, Debug, PartialEq)");
        assert_eq!(line(&quote! { allow(deprecated, reason = "old") }), "allow(deprecated, reason = \"old\")");
        assert_eq!(line(&quote! { <Self as wire::Codec>::read }), "<Self as wire::Codec>::read");
        assert_eq!(line(&quote! { doc(alias = "a", alias = "b") }), "doc(alias = \"a\", alias = \"b\")");
    }

    #[test]
    fn what_a_user_wrote_is_the_same_tokens() {
        for text in [
            "crate::Own<fn(u8) -> Option<u8>, [u8; 3], &'static str, dyn Fn(&u8) -> u8 + Send>",
            "::own::Amount<{ -1 }, -1, 'static, 'c', r\"a\">",
            "<Vec<u8> as Trait<'_>>::Out<!>",
            "own::attribute(crate = \"x\", a < b, *c, &&d, !e != f, |x| x + 1, ..=2, #[g], $h, j?, k => l)",
            "own = concat!(\"a\", stringify!(a . b))",
        ] {
            let tokens: TokenStream = text.parse().unwrap();
            let again: TokenStream = line(&tokens).parse().unwrap();
            assert_eq!(again.to_string(), tokens.to_string(), "{}", line(&tokens));
        }
    }

    #[test]
    fn documentation_stays_documentation() {
        let tokens = quote! { #[doc = " Much."] #[doc = "/ Slashes."] #[doc = "Two\nlines."] #[must_use] };
        let expected = ["/// Much.", "#[doc = \"/ Slashes.\"]", "#[doc = \"Two\\nlines.\"]", "#[must_use]"];
        assert_eq!(attributes(&tokens), expected);
    }
}
