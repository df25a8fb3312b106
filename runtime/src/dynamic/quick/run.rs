//! A payload against compiled schemas, in one pass over its bytes.

use serde_json::Value;
use thoth_messaging_documents::decimal::Decimal;
use thoth_messaging_documents::jsonschema::Validator;

use super::Stop;
use super::graph::{
    ANYTHING, ARRAY, Again, ArrayRules, BOOLEAN, Bits, Kinds, NULL, NUMBER, Node, NodeId, NumberRules, OBJECT,
    ObjectRules, Rest, STRING, StringRules, kind_of,
};
use super::scan::{Literal, Scanner, Text};
use crate::wire::exact_value;

/// Deeper payloads are the parser's, which has a limit of its own.
const MAX_LEVELS: u32 = 120;

/// Integers of up to this many digits fit an `i64`.
const MAX_INTEGER_DIGITS: usize = 18;

/// Up to this many names are compared pairwise.
const FEW_NAMES: usize = 8;

type Outcome = Result<(), Stop>;

/// One payload, being read.
pub(super) struct Run<'g, 'p> {
    nodes: &'g [Node],
    scanner: Scanner<'p>,
    /// The undeclared names of the objects that are open, the innermost last.
    names: Vec<&'p str>,
    /// How many bytes may be read more than once: alternatives within alternatives are tried.
    fuel: usize,
}

impl<'g, 'p> Run<'g, 'p> {
    pub(super) fn new(nodes: &'g [Node], payload: &'p str) -> Self {
        Self { nodes, scanner: Scanner::new(payload), names: Vec::new(), fuel: payload.len().saturating_mul(16) + 4096 }
    }

    /// Returns whether the whole payload is what a node says.
    pub(super) fn document(mut self, root: NodeId) -> Outcome {
        self.value(root, 0)?;
        if self.scanner.at_end() { Ok(()) } else { Err(Stop::Unknown) }
    }

    /// Returns whether the text starts with what a node says.
    pub(super) fn start(mut self, root: NodeId) -> Outcome {
        self.value(root, 0)
    }

    fn value(&mut self, id: NodeId, depth: u32) -> Outcome {
        let nodes = self.nodes;
        let node = nodes.get(id).ok_or(Stop::Unknown)?;
        self.scanner.space();
        if node.again.is_empty() { self.own(node, depth) } else { self.repeated(node, depth) }
    }

    fn own(&mut self, node: &Node, depth: u32) -> Outcome {
        let kind = kind_of(self.scanner.peek());
        if node.unknown & kind != 0 {
            return Err(Stop::Unknown);
        }
        match kind {
            STRING => {
                let text = self.scanner.string()?;
                node.string.as_ref().map_or(Ok(()), |rules| check_string(rules, &text))?;
            }
            OBJECT => self.object(node.object.as_ref(), depth + 1)?,
            ARRAY => self.array(node.array.as_ref(), depth + 1)?,
            NUMBER => {
                let (number, integer) = self.scanner.number()?;
                node.number.as_ref().map_or(Ok(()), |rules| check_number(rules, number, integer))?;
            }
            BOOLEAN | NULL => match self.scanner.literal()? {
                Literal::Boolean(value) => require(node.booleans[usize::from(value)])?,
                Literal::Null => {}
            },
            _ => return Err(Stop::Unknown),
        }
        require(node.kinds & kind != 0)
    }

    fn array(&mut self, rules: Option<&ArrayRules>, depth: u32) -> Outcome {
        limit(depth)?;
        let mut count = 0;
        let mut contained = vec![0; rules.map_or(0, |rules| rules.contains.len())];
        let mut done = self.scanner.is_empty(b']');
        while !done {
            if let Some(rules) = rules {
                for (contains, found) in rules.contains.iter().zip(&mut contained) {
                    *found += u64::from(self.accepts(contains.node, depth)?);
                }
            }
            self.value(rules.map_or(ANYTHING, |rules| *rules.prefix.get(count).unwrap_or(&rules.rest)), depth)?;
            count += 1;
            done = self.scanner.closes(b']')?;
        }
        let Some(rules) = rules else { return Ok(()) };
        let within = |count: u64, min: u64, max: u64| require(min <= count && count <= max);
        rules.contains.iter().zip(contained).try_for_each(|(rule, found)| within(found, rule.min, rule.max))?;
        within(count as u64, rules.min, rules.max)
    }

    fn object(&mut self, rules: Option<&ObjectRules>, depth: u32) -> Outcome {
        limit(depth)?;
        let first = self.names.len();
        let mut members = Members::default();
        let mut done = self.scanner.is_empty(b'}');
        while !done {
            self.scanner.space();
            if let Some(rules) = rules {
                self.member(rules, &mut members, depth)?;
            } else {
                self.undeclared_name()?;
                self.scanner.expect(b':')?;
                self.value(ANYTHING, depth)?;
            }
            members.count += 1;
            done = self.scanner.closes(b'}')?;
        }
        self.close_names(first)?;
        rules.map_or(Ok(()), |rules| members.check(rules))
    }

    fn member(&mut self, rules: &ObjectRules, members: &mut Members, depth: u32) -> Outcome {
        let start = self.scanner.at;
        let declared = match rules.guess(members.last) {
            Some((index, declared)) if self.scanner.take(&declared.quoted) => Some(index),
            _ => self.look_up(rules, members.last)?,
        };
        let node = match declared {
            Some(index) if members.seen.insert(index) => {
                members.last = index + 1;
                rules.declared[index].node
            }
            Some(_) => return Err(Stop::Unknown),
            None => self.rest(&rules.rest, start, depth)?,
        };
        if let Some(names) = rules.names {
            self.scanner.at = start;
            self.value(names, depth)?;
        }
        self.scanner.expect(b':')?;
        self.value(node, depth)
    }

    fn look_up(&mut self, rules: &ObjectRules, slot: usize) -> Result<Option<usize>, Stop> {
        let name = self.undeclared_name()?;
        let found = rules.find(name.as_bytes());
        if let Some(index) = found {
            self.names.pop();
            rules.learn(slot, index);
        }
        Ok(found)
    }

    /// Reads a name and notes it, for no name may stand in an object twice.
    fn undeclared_name(&mut self) -> Result<&'p str, Stop> {
        let name = self.scanner.string()?;
        if name.escaped {
            return Err(Stop::Unknown);
        }
        self.names.push(name.raw);
        Ok(name.raw)
    }

    /// The node of a member by the name that stands at a place, and was read.
    fn rest(&mut self, rest: &Rest, name: usize, depth: u32) -> Result<NodeId, Stop> {
        match rest {
            Rest::One(node) => Ok(*node),
            Rest::Patterns { patterns, nodes } => {
                let end = self.scanner.at;
                let mut index = 0;
                for (bit, pattern) in patterns.iter().enumerate() {
                    self.scanner.at = name;
                    index |= usize::from(self.accepts(*pattern, depth)?) << bit;
                }
                self.scanner.at = end;
                nodes.get(index).copied().ok_or(Stop::Unknown)
            }
        }
    }

    fn close_names(&mut self, first: usize) -> Outcome {
        let names = &mut self.names[first..];
        let twice = if names.len() <= FEW_NAMES {
            names.iter().enumerate().any(|(index, name)| names[..index].contains(name))
        } else {
            names.sort_unstable();
            names.windows(2).any(|pair| pair[0] == pair[1])
        };
        self.names.truncate(first);
        if twice { Err(Stop::Unknown) } else { Ok(()) }
    }

    /// A value that more than one node is about.
    fn repeated(&mut self, node: &Node, depth: u32) -> Outcome {
        limit(depth)?;
        let (start, depth) = (self.scanner.at, depth + 1);
        let kind = kind_of(self.scanner.peek());
        let mut left = node.again.iter().filter(|again| again.kinds() & kind != 0);
        let alone = left.next().filter(|_| left.next().is_none() && node.is_open(kind));
        if let Some(Again::AnyOf(branches) | Again::OneOf(branches)) = alone
            && let Some(branch) = self.only(branches, kind)
        {
            return self.value(branch, depth);
        }
        self.own(node, depth)?;
        let end = self.scanner.at;
        for again in node.again.iter().filter(|again| again.kinds() & kind != 0) {
            self.once_more(again, kind, start, end, depth)?;
        }
        self.scanner.at = end;
        Ok(())
    }

    /// The one branch that takes values of a type, where there is but one.
    fn only(&self, branches: &[NodeId], kind: Kinds) -> Option<NodeId> {
        let mut candidates = branches.iter().filter(|branch| self.takes(**branch, kind));
        candidates.next().filter(|_| candidates.next().is_none()).copied()
    }

    fn takes(&self, branch: NodeId, kind: Kinds) -> bool {
        self.nodes.get(branch).is_none_or(|node| node.kinds & kind != 0)
    }

    fn once_more(&mut self, again: &Again, kind: Kinds, start: usize, end: usize, depth: u32) -> Outcome {
        self.scanner.at = start;
        match again {
            Again::AnyOf(branches) => self.any_of(branches, kind, depth),
            Again::OneOf(branches) => {
                let mut accepting = 0;
                for branch in branches {
                    accepting += u32::from(self.takes(*branch, kind) && self.accepts(*branch, depth)?);
                }
                require(accepting == 1)
            }
            Again::Not(node) => require(!self.accepts(*node, depth)?),
            Again::If { condition, then, otherwise } => {
                let holds = self.accepts(*condition, depth)?;
                self.value(if holds { *then } else { *otherwise }, depth)
            }
            Again::Whole(_, validator) => {
                self.scanner.at = end;
                let text = self.scanner.since(start);
                let value = exact_value(text).ok_or(Stop::Unknown)?;
                require(validator.is_valid(&value))
            }
        }
    }

    fn any_of(&mut self, branches: &[NodeId], kind: Kinds, depth: u32) -> Outcome {
        let mut outcome = Err(Stop::Refused);
        for branch in branches {
            if !self.takes(*branch, kind) {
                continue;
            }
            match self.accepts(*branch, depth) {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(stop) => outcome = Err(stop),
            }
        }
        outcome
    }

    /// Returns whether a node accepts the next value, which is left to be read.
    fn accepts(&mut self, node: NodeId, depth: u32) -> Result<bool, Stop> {
        if self.fuel == 0 {
            return Err(Stop::Unknown);
        }
        let (start, names) = (self.scanner.at, self.names.len());
        let outcome = self.value(node, depth);
        self.fuel = self.fuel.saturating_sub(self.scanner.at - start + 1);
        self.scanner.at = start;
        self.names.truncate(names);
        match outcome {
            Ok(()) => Ok(true),
            Err(Stop::Refused) => Ok(false),
            Err(Stop::Unknown) => Err(Stop::Unknown),
        }
    }
}

/// What was read of an object.
#[derive(Default)]
struct Members {
    seen: Bits,
    count: u64,
    /// The slot of the declared member that was read last.
    last: usize,
}

impl Members {
    fn check(&self, rules: &ObjectRules) -> Outcome {
        let dependent = rules.dependent.iter();
        let met = |(member, others): &(usize, Bits)| !self.seen.contains(*member) || self.seen.covers(others);
        require(
            self.seen.covers(&rules.required)
                && rules.min <= self.count
                && self.count <= rules.max
                && dependent.clone().all(met),
        )
    }
}

fn require(met: bool) -> Outcome {
    if met { Ok(()) } else { Err(Stop::Refused) }
}

fn limit(depth: u32) -> Outcome {
    if depth < MAX_LEVELS { Ok(()) } else { Err(Stop::Unknown) }
}

fn check_string(rules: &StringRules, text: &Text<'_>) -> Outcome {
    let value = text.value()?;
    require(rules.among.iter().all(|texts| texts.iter().any(|known| **known == *value)))?;
    if rules.min_length > 0 || rules.max_length.is_some() {
        let length = value.chars().count() as u64;
        require(rules.min_length <= length && rules.max_length.is_none_or(|max| length <= max))?;
    }
    if rules.checks.is_empty() {
        return Ok(());
    }
    ask(&rules.checks, &Value::String(value.into_owned()))
}

fn check_number(rules: &NumberRules, number: &str, integer: bool) -> Outcome {
    if let Some((min, max)) = rules.decided
        && integer
        && number.len() <= MAX_INTEGER_DIGITS
        && let Ok(number) = number.parse::<i64>()
    {
        return require(min <= number && number <= max);
    }
    let decimal = Decimal::parse(number).ok_or(Stop::Unknown)?;
    let is_one = |known: &str| Decimal::parse(known) == Some(decimal);
    require(
        rules.integer.is_none_or(|strict| integer || !strict && decimal.is_integer())
            && rules.limits.iter().all(|limit| limit.accepts(number))
            && rules.among.iter().all(|numbers| numbers.iter().any(|known| is_one(known))),
    )
}

fn ask(validators: &[Validator], value: &Value) -> Outcome {
    require(validators.iter().all(|validator| validator.is_valid(value)))
}
