//! The grammar of ECMA-262 with the flag `u` (`Pattern[+UnicodeMode, +NamedCaptureGroups]`), and of what only patterns without
//! it take (Annex B) the part that means one thing: a character that stands for itself, escaped without need or not escaped.

use super::error::{NotAPattern, fail};
use super::tree::Node;

/// Groups in groups.
const MAX_DEPTH: usize = 100;

pub(super) struct Parsed {
    pub(super) tree: Node,
    /// The first thing that a pattern with the flag `u` does not take, and what to write instead.
    pub(super) loose: Option<String>,
}

pub(super) fn parse(source: &str) -> Result<Parsed, NotAPattern> {
    let mut parser = Parser { rest: source, ..Parser::default() };
    let tree = parser.alternation(0)?;
    if parser.rest.starts_with(')') {
        return fail("`)` closes nothing", "escape it, as `\\\\)`");
    }
    parser.check_references()?;
    if let (Some(help), true) = (&parser.loose, parser.needs_unicode) {
        return fail("it is a pattern neither with the flag `u` nor without it", help);
    }
    let tree = if parser.named_references.is_empty() { tree } else { parser.number_references(tree) };
    Ok(Parsed { tree, loose: parser.loose })
}

#[derive(Default)]
pub(super) struct Parser<'p> {
    pub(super) rest: &'p str,
    loose: Option<String>,
    /// True if a part of it means something else without the flag `u`.
    pub(super) needs_unicode: bool,
    groups: usize,
    names: Vec<(String, usize)>,
    /// The greatest number that is referred to.
    pub(super) last_reference: usize,
    /// Names in the order in which they are referred to: until the end they stand in the tree as numbers beyond all groups.
    pub(super) named_references: Vec<String>,
}

/// Numbers of groups end here; names that are referred to have numbers from here.
pub(super) const NAMED: usize = usize::MAX / 2;

impl Parser<'_> {
    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    pub(super) fn loosen(&mut self, help: impl FnOnce() -> String) {
        self.loose.get_or_insert_with(help);
    }

    fn alternation(&mut self, depth: usize) -> Result<Node, NotAPattern> {
        if depth > MAX_DEPTH {
            return fail(format!("more than {MAX_DEPTH} groups are nested"), "write it without some of them");
        }
        let mut branches = vec![self.concat(depth)?];
        while self.eat("|") {
            branches.push(self.concat(depth)?);
        }
        Ok(if branches.len() == 1 { branches.swap_remove(0) } else { Node::Alternation(branches) })
    }

    fn concat(&mut self, depth: usize) -> Result<Node, NotAPattern> {
        let mut parts = Vec::new();
        while let Some(next) = self.peek().filter(|next| !matches!(next, '|' | ')')) {
            parts.push(self.term(next, depth)?);
        }
        Ok(match parts.len() {
            0 => Node::Empty,
            1 => parts.swap_remove(0),
            _ => Node::Concat(parts),
        })
    }

    fn term(&mut self, next: char, depth: usize) -> Result<Node, NotAPattern> {
        let atom = match next {
            '*' | '+' | '?' => {
                return fail(
                    format!("`{next}` repeats nothing"),
                    "escape it where it stands for itself; ECMA-262 has no possessive repetitions, as `a++`",
                );
            }
            '(' => self.group(depth)?,
            '[' => self.class()?,
            '\\' => self.escape()?,
            _ => self.plain(next)?,
        };
        let Some((min, max)) = self.quantifier()? else { return Ok(atom) };
        let lazy = self.eat("?");
        if matches!(atom, Node::Start | Node::End | Node::Boundary { .. } | Node::Look { .. }) {
            return fail("a condition is repeated, which reads nothing", "leave the repetition out");
        }
        Ok(Node::Repeat { body: Box::new(atom), min, max, lazy })
    }

    /// A character that is no escape and opens nothing.
    fn plain(&mut self, next: char) -> Result<Node, NotAPattern> {
        let repeats = next == '{' && self.quantifier()?.is_some();
        if repeats {
            return fail("`{` repeats nothing", "escape it where it stands for itself, as `\\\\{`");
        }
        self.bump();
        self.needs_unicode |= next > '\u{ffff}';
        Ok(match next {
            '^' => Node::Start,
            '$' => Node::End,
            '.' => Node::Any,
            _ => {
                if matches!(next, '{' | '}' | ']') {
                    self.loosen(|| format!("escape `{next}`, as `\\\\{next}`"));
                }
                Node::Char(next.into())
            }
        })
    }

    /// The number of times of a quantifier, if one is next.
    fn quantifier(&mut self) -> Result<Option<(u32, Option<u32>)>, NotAPattern> {
        let simple = match self.peek() {
            Some('*') => Some((0, None)),
            Some('+') => Some((1, None)),
            Some('?') => Some((0, Some(1))),
            _ => None,
        };
        if simple.is_some() {
            self.bump();
            return Ok(simple);
        }
        let Some(braces) = self.rest.strip_prefix('{') else { return Ok(None) };
        let length = braces.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b',').count();
        let (braces, rest) = braces.split_at(length);
        let Some(rest) = rest.strip_prefix('}') else { return Ok(None) };
        let (min, max) = braces
            .split_once(',')
            .map_or((braces, Some(braces)), |(min, max)| (min, Some(max).filter(|max| !max.is_empty())));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(min) || !max.is_none_or(is_number) {
            return Ok(None);
        }
        self.rest = rest;
        let times = |text: &str| text.parse().unwrap_or(u32::MAX);
        let (min, max) = (times(min), max.map(times));
        if max.is_some_and(|max| max < min) {
            return fail(format!("`{{{braces}}}` ends before it begins"), "write the smaller number first");
        }
        Ok(Some((min, max)))
    }

    fn group(&mut self, depth: usize) -> Result<Node, NotAPattern> {
        self.bump();
        let look = [("?=", true, false), ("?!", true, true), ("?<=", false, false), ("?<!", false, true)];
        for (sign, ahead, negated) in look {
            if self.eat(sign) {
                let body = Box::new(self.body(depth)?);
                return Ok(Node::Look { ahead, negated, body });
            }
        }
        let mut number = None;
        if !self.eat("?:") {
            self.groups += 1;
            number = Some(self.groups);
            if self.eat("?<") {
                let name = self.name()?;
                if self.names.iter().any(|(known, _)| *known == name) {
                    return fail(format!("two groups have the name `{name}`"), "give one of them another name");
                }
                self.names.push((name, self.groups));
            } else if self.rest.starts_with('?') {
                return self.foreign_group();
            }
        }
        Ok(Node::Group { number, body: Box::new(self.body(depth)?) })
    }

    fn body(&mut self, depth: usize) -> Result<Node, NotAPattern> {
        let body = self.alternation(depth + 1)?;
        if self.eat(")") { Ok(body) } else { fail("a `(` is not closed", "close it, or escape it, as `\\\\(`") }
    }

    /// Returns what other engines have after `(?`.
    fn foreign_group(&self) -> Result<Node, NotAPattern> {
        let help = match self.rest.chars().nth(1) {
            Some('P') => "write a named group as `(?<name>…)`, and a reference to it as `\\\\k<name>`",
            Some('>') => "ECMA-262 has no atomic groups: write `(?:…)`",
            Some('#') => "ECMA-262 has no comments in patterns: write it into `$comment`",
            _ => {
                "the schema can't set flags: write letters in both cases, as `[aA]`, any character as `[^]`, and no blanks or \
                 comments"
            }
        };
        fail(format!("`({}` opens no group", self.rest.chars().take(3).collect::<String>()), help)
    }

    pub(super) fn name(&mut self) -> Result<String, NotAPattern> {
        let mut name = String::new();
        while let Some(next) = self.bump() {
            let letter = match next {
                '>' if !name.is_empty() => return Ok(name),
                '\\' if self.eat("u") => self.unicode()?.and_then(char::from_u32),
                other => Some(other),
            };
            let is_part = |letter: char| letter == '$' || letter == '_' || letter.is_alphabetic();
            let is_rest = |letter: char| letter.is_alphanumeric() || matches!(letter, '\u{200c}' | '\u{200d}');
            match letter.filter(|letter| is_part(*letter) || !name.is_empty() && is_rest(*letter)) {
                Some(letter) => name.push(letter),
                None => break,
            }
        }
        fail("the name of a group is none", "write letters, digits and `_` between `<` and `>`")
    }

    fn check_references(&self) -> Result<(), NotAPattern> {
        if self.last_reference > self.groups {
            return fail(
                format!("`\\{}` refers to no group: there are {}", self.last_reference, self.groups),
                "refer to a group by its number, or write a control character as `\\\\x01`",
            );
        }
        let is_named = |name: &&String| self.names.iter().any(|(known, _)| known == *name);
        match self.named_references.iter().find(|name| !is_named(name)) {
            Some(name) => fail(format!("`\\k<{name}>` refers to no group"), "name a group `(?<…>…)`"),
            None => Ok(()),
        }
    }

    /// References by name as those by number.
    fn number_references(&self, node: Node) -> Node {
        let inner = |body: Box<Node>| Box::new(self.number_references(*body));
        let all = |parts: Vec<Node>| parts.into_iter().map(|part| self.number_references(part)).collect();
        match node {
            Node::Reference(index) if index >= NAMED => {
                let name = &self.named_references[index - NAMED];
                let number = self.names.iter().find(|(known, _)| known == name);
                number.map_or(Node::Empty, |(_, number)| Node::Reference(*number))
            }
            Node::Look { ahead, negated, body } => Node::Look { ahead, negated, body: inner(body) },
            Node::Group { number, body } => Node::Group { number, body: inner(body) },
            Node::Repeat { body, min, max, lazy } => Node::Repeat { body: inner(body), min, max, lazy },
            Node::Concat(parts) => Node::Concat(all(parts)),
            Node::Alternation(branches) => Node::Alternation(all(branches)),
            other => other,
        }
    }
}
