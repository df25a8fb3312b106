//! Whether the body of a repetition reads some text in several ways, by the automaton of its positions (Glushkov).
//!
//! Each place of the expression that reads a character is a position; an edge leads to what may be read next. Of a
//! repetition, every position leads to every other. So if there are two ways to read one text from a position back to
//! itself, there are two for each round, and for `n` rounds exponentially many.

use std::collections::{BTreeMap, BTreeSet};

use fancy_regex::Expr;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// A repetition of so many rounds is as good as one without end.
pub(super) const MANY: usize = 20;

/// An expression of more positions is not looked at: it would take too long.
const MAX_POSITIONS: usize = 64;

/// An expression of more parts is not looked at either: repetitions of nothing have no positions.
const MAX_PARTS: usize = 10_000;

/// Returns whether an expression that is repeated reads some text in several ways; `None` where it is not looked at.
pub(super) fn is_ambiguous(body: &Expr) -> Option<bool> {
    let mut automaton = Automaton::default();
    let part = automaton.repeat(body, 0, usize::MAX)?;
    Some(part.first.first().is_some_and(|first| automaton.is_ambiguous(*first)))
}

/// A part of the expression: where it begins and ends.
#[derive(Clone, Default)]
struct Part {
    first: Vec<usize>,
    last: Vec<usize>,
    /// True if it reads the empty text too.
    nullable: bool,
}

#[derive(Default)]
struct Automaton {
    /// The characters that each position reads.
    classes: Vec<ClassUnicode>,
    /// By position, what may come next, and whether in several ways.
    edges: BTreeMap<usize, BTreeMap<usize, bool>>,
    /// The number of expressions that were added.
    parts: usize,
}

impl Automaton {
    /// Adds an expression; `None` where it is too large.
    fn add(&mut self, expression: &Expr) -> Option<Part> {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return None;
        }
        match expression {
            Expr::Any { .. } => self.position(ClassUnicode::new([ClassUnicodeRange::new('\0', char::MAX)])),
            Expr::Literal { val, casei } => val.chars().try_fold(empty(), |before, letter| {
                let mut class = ClassUnicode::new([ClassUnicodeRange::new(letter, letter)]);
                if *casei {
                    class.try_case_fold_simple().ok()?;
                }
                let part = self.position(class)?;
                Some(self.then(before, part))
            }),
            Expr::Delegate { inner, casei } => {
                let class = class(inner, *casei)?;
                self.position(class)
            }
            Expr::Concat(parts) => parts.iter().try_fold(empty(), |before, part| {
                let part = self.add(part)?;
                Some(self.then(before, part))
            }),
            Expr::Alt(branches) => branches.iter().try_fold(Part::default(), |mut all, branch| {
                let branch = self.add(branch)?;
                all.first.extend(branch.first);
                all.last.extend(branch.last);
                all.nullable |= branch.nullable;
                Some(all)
            }),
            Expr::Group(inner) => self.add(inner),
            Expr::Repeat { child, lo, hi, .. } => self.repeat(child, *lo, *hi),
            Expr::Empty => Some(empty()),
            // What ECMA-262 does not have, or what depends on what stands around it.
            _ => None,
        }
    }

    fn position(&mut self, class: ClassUnicode) -> Option<Part> {
        let position = self.classes.len();
        if position >= MAX_POSITIONS {
            return None;
        }
        self.classes.push(class);
        Some(Part { first: vec![position], last: vec![position], nullable: false })
    }

    fn then(&mut self, before: Part, after: Part) -> Part {
        self.connect(&before.last, &after.first);
        let mut joined = Part { first: before.first, last: after.last, nullable: before.nullable && after.nullable };
        if before.nullable {
            joined.first.extend(after.first);
        }
        if after.nullable {
            joined.last.extend(before.last);
        }
        joined
    }

    fn repeat(&mut self, child: &Expr, low: usize, high: usize) -> Option<Part> {
        let is_endless = high >= MANY;
        let copies = if is_endless { low.clamp(1, MANY) } else { high };
        // From the last to the first: `a{1,3}` is `a(a(a)?)?`.
        let mut rest = empty();
        for copy in (0..copies).rev() {
            let mut part = self.add(child)?;
            if is_endless && copy + 1 == copies {
                self.connect(&part.last, &part.first);
            }
            part = self.then(part, rest);
            part.nullable |= copy >= low;
            rest = part;
        }
        Some(rest)
    }

    fn connect(&mut self, from: &[usize], to: &[usize]) {
        for position in from {
            let edges = self.edges.entry(*position).or_default();
            for next in to {
                edges.entry(*next).and_modify(|is_double| *is_double = true).or_insert(false);
            }
        }
    }

    /// Returns whether two ways lead from a position of the repetition back to it, on one text.
    fn is_ambiguous(&self, start: usize) -> bool {
        if self.edges.values().flat_map(BTreeMap::values).any(|is_double| *is_double) {
            return true;
        }
        let pairs = self.pairs(start);
        let mut back: BTreeMap<(usize, usize), Vec<(usize, usize)>> = BTreeMap::new();
        for (from, to) in pairs.iter().flat_map(|(from, all)| all.iter().map(move |to| (from, to))) {
            back.entry(*to).or_default().push(*from);
        }
        let mut open = vec![(start, start)];
        let mut returning = BTreeSet::new();
        while let Some(pair) = open.pop() {
            if returning.insert(pair) {
                open.extend(back.get(&pair).into_iter().flatten());
            }
        }
        returning.iter().any(|(one, other)| one != other)
    }

    /// The pairs of positions that one text leads to from a position, and where each leads.
    fn pairs(&self, start: usize) -> BTreeMap<(usize, usize), Vec<(usize, usize)>> {
        let overlaps = self.overlaps();
        let mut pairs = BTreeMap::new();
        let mut open = vec![(start, start)];
        while let Some((one, other)) = open.pop() {
            if pairs.contains_key(&(one, other)) {
                continue;
            }
            let next: Vec<_> = self
                .next(one)
                .flat_map(|one| self.next(other).map(move |other| (one, other)))
                .filter(|(one, other)| overlaps[*one][*other])
                .collect();
            open.extend(&next);
            pairs.insert((one, other), next);
        }
        pairs
    }

    fn next(&self, position: usize) -> impl Iterator<Item = usize> {
        self.edges.get(&position).into_iter().flat_map(|edges| edges.keys().copied())
    }

    /// Returns which positions read a character that another one reads too.
    fn overlaps(&self) -> Vec<Vec<bool>> {
        let overlap = |one: &ClassUnicode, other: &ClassUnicode| {
            let mut both = one.clone();
            both.intersect(other);
            !both.ranges().is_empty()
        };
        let row = |one| self.classes.iter().map(|other| overlap(one, other)).collect();
        self.classes.iter().map(row).collect()
    }
}

fn empty() -> Part {
    Part { nullable: true, ..Part::default() }
}

/// The characters that an expression for one character reads.
fn class(expression: &str, ignores_case: bool) -> Option<ClassUnicode> {
    let parsed = regex_syntax::ParserBuilder::new().case_insensitive(ignores_case).build().parse(expression).ok()?;
    match parsed.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class),
        HirKind::Class(Class::Bytes(class)) => class.to_unicode_class(),
        HirKind::Literal(literal) => {
            let letters = std::str::from_utf8(&literal.0).ok()?.chars();
            Some(ClassUnicode::new(letters.map(|letter| ClassUnicodeRange::new(letter, letter))))
        }
        _ => None,
    }
}
