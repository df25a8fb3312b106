//! Escapes and classes of characters.

use super::error::{NotAPattern, fail};
use super::parse::{NAMED, Parser};
use super::properties;
use super::tree::{Class, Item, MAX_CODE_POINT, Node};

impl Parser<'_> {
    pub(super) fn escape(&mut self) -> Result<Node, NotAPattern> {
        self.bump();
        let Some(next) = self.bump() else { return fail("it ends with `\\`", "escape it, as `\\\\\\\\`") };
        if let Some(class) = Class::of_escape(next) {
            return Ok(Node::Class(class));
        }
        match next {
            'b' | 'B' => Ok(Node::Boundary { negated: next == 'B' }),
            'p' | 'P' => Ok(Node::Class(Class { negated: false, items: self.property(next == 'P')? })),
            'k' => {
                if !self.eat("<") {
                    return fail("`\\k` names no group", "write `\\\\k<name>`");
                }
                let name = self.name()?;
                self.named_references.push(name);
                Ok(Node::Reference(NAMED + self.named_references.len() - 1))
            }
            '1'..='9' => {
                let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
                let number = format!("{next}{}", &self.rest[..digits]).parse().unwrap_or(NAMED - 1).min(NAMED - 1);
                self.rest = &self.rest[digits..];
                self.last_reference = self.last_reference.max(number);
                Ok(Node::Reference(number))
            }
            _ => self.character(next, false).map(Node::Char),
        }
    }

    /// The character of an escape, whose first letter was read.
    fn character(&mut self, next: char, in_class: bool) -> Result<u32, NotAPattern> {
        match next {
            't' => Ok(0x09),
            'n' => Ok(0x0A),
            'v' => Ok(0x0B),
            'f' => Ok(0x0C),
            'r' => Ok(0x0D),
            'b' if in_class => Ok(0x08),
            '0' if !self.rest.starts_with(|digit: char| digit.is_ascii_digit()) => Ok(0),
            'c' => match self.bump() {
                Some(letter) if letter.is_ascii_alphabetic() => Ok(u32::from(letter) % 32),
                _ => fail("`\\c` is not followed by a letter", "write a control character as `\\\\x1f`"),
            },
            'x' => match self.hex(2) {
                Some(code) => Ok(code),
                None => fail("`\\x` is not followed by two hexadecimal digits", "write `\\\\x0a` or `\\\\u{1f600}`"),
            },
            'u' => match self.unicode()? {
                Some(code) => Ok(code),
                None => fail("`\\u` is not followed by four hexadecimal digits", "write `\\\\u000a` or `\\\\u{1f600}`"),
            },
            _ if "^$\\.*+?()[]{}|/".contains(next) || in_class && next == '-' => Ok(next.into()),
            _ if !next.is_ascii_alphanumeric() => {
                self.loosen(|| format!("write `{next}` without `\\`"));
                Ok(next.into())
            }
            _ => fail(format!("`\\{next}` is no escape"), instead_of(next, in_class)),
        }
    }

    fn hex(&mut self, digits: usize) -> Option<u32> {
        let text = self.rest.get(..digits).filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        self.rest = &self.rest[digits..];
        u32::from_str_radix(text, 16).ok()
    }

    /// The code point after `\u`; two surrogates are one.
    pub(super) fn unicode(&mut self) -> Result<Option<u32>, NotAPattern> {
        if let Some(rest) = self.rest.strip_prefix('{') {
            let Some((digits, rest)) = rest.split_once('}') else { return Ok(None) };
            let digits = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
            let significant = digits.filter(|digits| !digits.is_empty()).map(|digits| digits.trim_start_matches('0'));
            let code = significant.and_then(|digits| u32::from_str_radix(&format!("0{digits}"), 16).ok());
            let Some(code) = code.filter(|code| *code <= MAX_CODE_POINT) else {
                return fail("`\\u{…}` is no code point", "write one from `\\\\u{0}` to `\\\\u{10ffff}`");
            };
            self.rest = rest;
            self.needs_unicode = true;
            return Ok(Some(code));
        }
        let Some(high) = self.hex(4) else { return Ok(None) };
        self.needs_unicode |= char::from_u32(high).is_none();
        if (0xD800..0xDC00).contains(&high) {
            let before = self.rest;
            let low = if self.eat("\\u") { self.hex(4) } else { None };
            if let Some(low) = low.filter(|low| (0xDC00..0xE000).contains(low)) {
                return Ok(Some(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00)));
            }
            self.rest = before;
        }
        Ok(Some(high))
    }

    fn property(&mut self, negated: bool) -> Result<Vec<Item>, NotAPattern> {
        let Some((name, rest)) = self.rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) else {
            return fail("`\\p` names no property", "write it in braces, as `\\\\p{L}`");
        };
        if !properties::is_known(name) {
            return fail(
                format!("`\\p{{{name}}}` is no property of ECMA-262"),
                "write its name as Unicode does, as `\\\\p{Lu}`, `\\\\p{Letter}` or `\\\\p{Script=Greek}`",
            );
        }
        self.rest = rest;
        self.needs_unicode = true;
        let value = name.rsplit_once('=').map_or(name, |(_, value)| value);
        if matches!(value, "Cs" | "Surrogate") {
            // The engine knows no surrogates, which are in no text of JSON.
            return Ok(if negated { vec![Item::Range(0, MAX_CODE_POINT)] } else { Vec::new() });
        }
        Ok(vec![Item::Property { negated, name: name.to_owned() }])
    }

    pub(super) fn class(&mut self) -> Result<Node, NotAPattern> {
        self.bump();
        let mut class = Class { negated: self.eat("^"), items: Vec::new() };
        while !self.eat("]") {
            let low = self.class_atom()?;
            let is_range = self.rest.starts_with('-') && !self.rest.starts_with("-]") && self.rest.len() > 1;
            if !is_range {
                class.items.extend(low);
                continue;
            }
            self.bump();
            let high = self.class_atom()?;
            match (low.as_slice(), high.as_slice()) {
                ([Item::Range(low, one)], [Item::Range(high, other)]) if low == one && high == other => {
                    if low > high {
                        return fail(
                            "a range of `[…]` ends before it begins",
                            "write the smaller one first, or `\\\\-`",
                        );
                    }
                    class.items.push(Item::Range(*low, *high));
                }
                _ => {
                    self.loosen(|| "escape `-` beside a class of characters, as `[\\\\w\\\\-.]`".to_owned());
                    let hyphen = Item::Range(0x2D, 0x2D);
                    class.items.extend(low.into_iter().chain([hyphen]).chain(high));
                }
            }
        }
        Ok(Node::Class(class))
    }

    /// One item between brackets; several for `\D`, which is several ranges.
    fn class_atom(&mut self) -> Result<Vec<Item>, NotAPattern> {
        let single = |code: u32| vec![Item::Range(code, code)];
        match self.bump() {
            None => fail("a `[` is not closed", "close it, or escape it, as `\\\\[`"),
            Some('\\') => {
                let Some(next) = self.bump() else { return fail("it ends with `\\`", "escape it, as `\\\\\\\\`") };
                if let Some(class) = Class::of_escape(next) {
                    return Ok(class.into_items());
                }
                if matches!(next, 'p' | 'P') {
                    return self.property(next == 'P');
                }
                self.character(next, true).map(single)
            }
            Some(next) => {
                self.needs_unicode |= next > '\u{ffff}';
                Ok(single(next.into()))
            }
        }
    }
}

/// The way in which ECMA-262 writes what an escape of another engine means.
fn instead_of(letter: char, in_class: bool) -> &'static str {
    match letter {
        'A' if !in_class => "write `^`",
        'z' | 'Z' if !in_class => "write `$`",
        'a' => "write `\\\\x07`",
        'e' => "write `\\\\x1b`",
        'h' | 'H' => "write `[ \\\\t]` for a blank, or `[0-9a-fA-F]` for a hexadecimal digit",
        'R' => "write `(?:\\\\r\\\\n|\\\\n)`",
        'Q' | 'E' => "escape each character that stands for itself",
        '0'..='9' => "write a control character as `\\\\x01`",
        _ => "write the letter without `\\`",
    }
}
