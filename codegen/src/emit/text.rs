//! Tokens as a person writes them on one line: for what stands in macros, which prettyplease leaves as it is.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

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

/// The call of a macro with lists of words, a semicolon between lists: on one line, or each list on as few as hold it.
pub(super) fn call(name: &str, lists: &[Vec<String>]) -> Vec<String> {
    let whole: Vec<String> = lists.iter().map(|list| list.join(", ")).collect();
    let whole = format!("{name}({});", whole.join("; ").trim_end());
    if whole.chars().count() <= MAX_WIDTH {
        return vec![whole];
    }
    let mut lines = vec![format!("{name}(")];
    for (index, list) in lists.iter().enumerate() {
        let end = if index + 1 == lists.len() { ");" } else { ";" };
        for (index, word) in list.iter().enumerate() {
            let end = if index + 1 == list.len() { end } else { "," };
            let line = lines.last_mut().filter(|line| !line.ends_with(';'));
            match line {
                Some(line) if line.ends_with('(') => line.extend([word, end]),
                Some(line) if line.len() > MARGIN.len() && line.len() + word.len() < MAX_WIDTH => {
                    line.extend([" ", word, end]);
                }
                _ => lines.push(format!("{MARGIN}{word}{end}")),
            }
        }
        if list.is_empty() {
            lines.last_mut().into_iter().for_each(|line| line.push_str(end));
        }
    }
    lines
}

/// Before a line that continues another one.
const MARGIN: &str = "    ";

/// Lines of generated code are no longer, unless a word is.
const MAX_WIDTH: usize = 120;

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::{call, line};

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
    fn calls_are_as_short_as_they_can_be() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(call("a!", &[words("B"), words("c d")]), ["a!(B; c, d);"]);
        let long = ["x".repeat(70), "y".repeat(70)];
        let lines = call("a!", &[words("B"), long.to_vec(), words("e f")]);
        assert_eq!(
            lines,
            ["a!(B;".to_owned(), format!("    {},", long[0]), format!("    {};", long[1]), "    e, f);".to_owned()]
        );
    }
}
