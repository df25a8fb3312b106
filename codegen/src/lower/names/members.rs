//! The names of what stands in a type: fields, variants, items.

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::identifier::{Used, identifier};

/// The names of fields, in the order of the names on the wire, no two alike. What stands in Rust as it does on the wire
/// keeps its name, as does what was chosen; of others that come to the same name, the later ones have a number.
pub(crate) fn fields(wires: &[String], chosen: &[Option<String>]) -> Vec<String> {
    let spelt = |wire: &String| {
        let snake = signed(wire).to_snake_case();
        let spelt = snake.contains(char::is_alphanumeric).then(|| identifier(&snake, "field").to_lowercase());
        spelt.unwrap_or_else(|| "field".to_owned())
    };
    let all = || wires.iter().zip(chosen);
    let names: Vec<String> = all().map(|(wire, chosen)| chosen.clone().unwrap_or_else(|| spelt(wire))).collect();
    let mut used = Used::beside(chosen.iter().flatten().cloned());
    let keeps = |((wire, chosen), name): ((&String, &Option<String>), &String)| {
        chosen.is_some() || wire == name && used.take(name)
    };
    let kept: Vec<bool> = all().zip(&names).map(keeps).collect();
    let all = names.into_iter().zip(kept);
    all.map(|(name, kept)| if kept { name } else { used.claim_field(&name) }).collect()
}

/// The names of an enumeration's variants: no two alike.
pub(crate) fn variants<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut used = Used::default();
    texts
        .map(|text| {
            let text = if text.is_empty() { "empty".to_owned() } else { signed(text) };
            used.claim(&identifier(&text.to_upper_camel_case(), "Value"))
        })
        .collect()
}

/// A number's sign in words.
fn signed(text: &str) -> String {
    match text.as_bytes() {
        [b'+', b'0'..=b'9', ..] => format!("plus {}", &text[1..]),
        [b'-', b'0'..=b'9', ..] => format!("minus {}", &text[1..]),
        _ => text.to_owned(),
    }
}

/// `lines` of an order hold a `line`.
pub(crate) fn singular(segment: &str) -> String {
    match segment {
        _ if segment.ends_with("ies") && segment.len() > 4 => format!("{}y", &segment[..segment.len() - 3]),
        _ if segment.ends_with("ss") || !segment.ends_with('s') || segment.len() < 3 => format!("{segment}_item"),
        _ if segment.ends_with("sses") || segment.ends_with("xes") => segment[..segment.len() - 2].to_owned(),
        _ => segment[..segment.len() - 1].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_as_on_the_wire_where_rust_can() {
        let wires = ["type".into(), "self".into(), "@id".into(), "1st".into()];
        assert_eq!(fields(&wires, &[const { None }; 4]), ["type", "self_", "id", "field1st"]);
    }

    #[test]
    fn variants_differ() {
        assert_eq!(
            variants(["asc", "ASC", "+1", "-1", "", "*"].into_iter()),
            ["Asc", "Asc2", "Plus1", "Minus1", "Empty", "Value"]
        );
    }

    #[test]
    fn items_are_named_by_the_singular() {
        assert_eq!(singular("lines"), "line");
        assert_eq!(singular("entries"), "entry");
        assert_eq!(singular("addresses"), "address");
        assert_eq!(singular("stock"), "stock_item");
    }
}
