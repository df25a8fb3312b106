//! The names of what stands in a type: fields, variants, items.

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::identifier::{Used, identifier};

/// The names of fields, in the order of the names on the wire, no two alike. What stands in Rust as it does on the wire
/// keeps its name, as does what was chosen; of others that come to the same name, all but the first in the alphabet have a
/// number.
pub(crate) fn fields(wires: &[String], chosen: &[Option<String>]) -> Vec<String> {
    let spelt = |wire: &String| {
        let snake = signed(wire).to_snake_case();
        let spelt = snake.contains(char::is_alphanumeric).then(|| identifier(&snake, "field").to_lowercase());
        spelt.unwrap_or_else(|| "field".to_owned())
    };
    let all = || wires.iter().zip(chosen);
    let mut names: Vec<String> = all().map(|(wire, chosen)| chosen.clone().unwrap_or_else(|| spelt(wire))).collect();
    let mut used = Used::beside(chosen.iter().flatten().cloned());
    let keeps = |((wire, chosen), name): ((&String, &Option<String>), &String)| {
        chosen.is_some() || wire == name && used.take(name)
    };
    let kept: Vec<bool> = all().zip(&names).map(keeps).collect();
    let mut others: Vec<usize> = (0..names.len()).filter(|index| !kept[*index]).collect();
    others.sort_by_key(|index| (wires[*index] != wires[*index].to_snake_case(), &wires[*index]));
    for index in others {
        names[index] = used.claim_field(&names[index]);
    }
    names
}

/// The names of an enumeration's variants: no two alike. Of texts that come to the same name, the order of the texts decides
/// which one has it, small letters first, not the order in which they stand: a variant means the same when they are moved.
pub(crate) fn variants<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let texts: Vec<&str> = texts.collect();
    let mut names: Vec<String> = texts
        .iter()
        .map(|text| {
            let text = if text.is_empty() { "empty".to_owned() } else { signed(text) };
            identifier(&text.to_upper_camel_case(), "Value")
        })
        .collect();
    let small_first = |text: &str| -> String {
        let swapped =
            |letter: char| if letter.is_ascii_alphabetic() { char::from(letter as u8 ^ 0x20) } else { letter };
        text.chars().map(swapped).collect()
    };
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|index| (texts[*index] != names[*index], small_first(texts[*index])));
    let mut used = Used::default();
    for index in order {
        names[index] = used.claim(&names[index]);
    }
    names
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
        let wires = ["self".into(), "Self".into(), "aB".into(), "a-b".into()];
        assert_eq!(fields(&wires, &[const { None }; 4]), ["self_", "self_2", "a_b_2", "a_b"]);
    }

    #[test]
    fn variants_differ() {
        assert_eq!(
            variants(["asc", "ASC", "+1", "-1", "", "*"].into_iter()),
            ["Asc", "Asc2", "Plus1", "Minus1", "Empty", "Value"]
        );
        assert_eq!(variants(["a_b", "a-b", "ASC", "asc", "Asc"].into_iter()), ["AB2", "AB", "Asc3", "Asc2", "Asc"]);
    }

    #[test]
    fn items_are_named_by_the_singular() {
        assert_eq!(singular("lines"), "line");
        assert_eq!(singular("entries"), "entry");
        assert_eq!(singular("addresses"), "address");
        assert_eq!(singular("stock"), "stock_item");
    }
}
