//! A pattern for an automaton, which has no memory and counts by its states: back-references to groups that read one of few
//! texts are written out (`^(a|b)\1$` is `^aa$|^bb$`), and what is counted of one class of characters is told apart.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{Class, Item, Node};

/// Texts that one group may read, and their characters.
const MAX_TEXTS: usize = 64;
const MAX_LETTERS: usize = 256;
/// Ways to read the groups that are referred to.
const MAX_WAYS: usize = 256;
/// Parts that are written, all ways together.
const MAX_PARTS: usize = 20_000;

/// The texts of groups that were read; none of one whose text is not known.
type Bound = BTreeMap<usize, Option<Vec<u32>>>;

/// Writes out all back-references. None where that is not known to be possible, or takes too much.
pub(super) fn without_references(tree: &Node) -> Option<Node> {
    let mut asked = BTreeSet::new();
    collect_references(tree, &mut asked);
    let mut expansion = Expansion { asked, left: MAX_PARTS };
    let ways = expansion.ways(tree, &Bound::new())?;
    Some(any_of(ways.into_iter().map(|(way, _)| way).collect()))
}

fn collect_references(node: &Node, found: &mut BTreeSet<usize>) {
    if let Node::Reference(number) = node {
        found.insert(*number);
    }
    for child in children(node) {
        collect_references(child, found);
    }
}

fn children(node: &Node) -> &[Node] {
    match node {
        Node::Look { body, .. } | Node::Group { body, .. } | Node::Repeat { body, .. } => std::slice::from_ref(body),
        Node::Concat(parts) | Node::Alternation(parts) => parts,
        _ => &[],
    }
}

/// Without any way it is a class of no character.
fn any_of(mut ways: Vec<Node>) -> Node {
    match ways.len() {
        0 => Node::Class(Class::default()),
        1 => ways.swap_remove(0),
        _ => group(Node::Alternation(ways)),
    }
}

fn group(body: Node) -> Node {
    Node::Group { number: None, body: Box::new(body) }
}

fn literal(text: &[u32]) -> Node {
    group(Node::Concat(text.iter().map(|letter| Node::Char(*letter)).collect()))
}

struct Expansion {
    /// The groups that are referred to.
    asked: BTreeSet<usize>,
    left: usize,
}

impl Expansion {
    /// The ways to read a part, each without references, with what the groups have read behind it. Exactly one, unless a group
    /// that is referred to is in it.
    fn ways(&mut self, node: &Node, bound: &Bound) -> Option<Vec<(Node, Bound)>> {
        self.left = self.left.checked_sub(1)?;
        let one = |node: Node| Some(vec![(node, bound.clone())]);
        match node {
            Node::Look { .. } => None,
            // A group that was not read yet reads nothing, in each round of a repetition anew.
            Node::Reference(number) => match bound.get(number) {
                Some(text) => one(literal(text.as_ref()?)),
                None => one(Node::Empty),
            },
            Node::Group { number, body } => self.group(*number, body, bound),
            Node::Repeat { body, min, max, lazy } => {
                let ways = self.ways(body, bound)?;
                if !self.binds(body) {
                    let repeat = |body| Node::Repeat { body: Box::new(body), min: *min, max: *max, lazy: *lazy };
                    return Some(ways.into_iter().map(|(body, bound)| (repeat(body), bound)).collect());
                }
                match (min, max) {
                    (1, Some(1)) => Some(ways),
                    (0, Some(1)) => Some(ways.into_iter().chain([(Node::Empty, bound.clone())]).collect()),
                    _ => {
                        let mut behind = bound.clone();
                        forget(body, &mut behind);
                        let body = Box::new(any_of(ways.into_iter().map(|(way, _)| way).collect()));
                        Some(vec![(Node::Repeat { body, min: *min, max: *max, lazy: *lazy }, behind)])
                    }
                }
            }
            Node::Concat(parts) => self.sequence(parts, bound),
            Node::Alternation(branches) => {
                let mut ways = Vec::new();
                for branch in branches {
                    ways.extend(self.ways(branch, bound)?);
                }
                if self.binds(node) {
                    return (ways.len() <= MAX_WAYS).then_some(ways);
                }
                one(Node::Alternation(ways.into_iter().map(|(way, _)| way).collect()))
            }
            other => one(other.clone()),
        }
    }

    fn sequence(&mut self, parts: &[Node], bound: &Bound) -> Option<Vec<(Node, Bound)>> {
        let mut ways = vec![(Vec::new(), bound.clone())];
        for part in parts {
            let mut longer = Vec::new();
            for (before, bound) in ways {
                let mut next = self.ways(part, &bound)?;
                let last = next.pop();
                for (node, bound) in next {
                    self.left = self.left.checked_sub(before.len())?;
                    longer.push(([before.as_slice(), &[node]].concat(), bound));
                }
                if let Some((node, bound)) = last {
                    let mut before = before;
                    before.push(node);
                    longer.push((before, bound));
                }
            }
            if longer.len() > MAX_WAYS {
                return None;
            }
            ways = longer;
        }
        Some(ways.into_iter().map(|(parts, bound)| (Node::Concat(parts), bound)).collect())
    }

    fn group(&mut self, number: Option<usize>, body: &Node, bound: &Bound) -> Option<Vec<(Node, Bound)>> {
        let ways = self.ways(body, bound)?;
        let Some(number) = number.filter(|number| self.asked.contains(number)) else {
            return Some(ways.into_iter().map(|(body, bound)| (group(body), bound)).collect());
        };
        let mut texts = Vec::new();
        for (body, bound) in ways {
            for text in texts_of(&body)? {
                let mut bound = bound.clone();
                self.left = self.left.checked_sub(text.len())?;
                let node = literal(&text);
                bound.insert(number, Some(text));
                texts.push((node, bound));
            }
        }
        Some(texts)
    }

    /// Tells whether a group that is referred to is in a part.
    fn binds(&self, node: &Node) -> bool {
        matches!(node, Node::Group { number: Some(number), .. } if self.asked.contains(number))
            || children(node).iter().any(|child| self.binds(child))
    }
}

/// Which round of a repetition read a group last is not followed.
fn forget(node: &Node, bound: &mut Bound) {
    if let Node::Group { number: Some(number), .. } = node {
        bound.insert(*number, None);
    }
    for child in children(node) {
        forget(child, bound);
    }
}

/// All texts that a part reads, if they are few.
fn texts_of(node: &Node) -> Option<BTreeSet<Vec<u32>>> {
    let mut texts = BTreeSet::new();
    match node {
        Node::Empty => drop(texts.insert(Vec::new())),
        Node::Char(letter) => drop(texts.insert(vec![*letter])),
        Node::Class(Class { negated: false, items }) => {
            for item in items {
                let Item::Range(low, high) = item else { return None };
                if high - low >= u32::try_from(MAX_TEXTS).unwrap_or(u32::MAX) {
                    return None;
                }
                texts.extend((*low..=*high).map(|letter| vec![letter]));
            }
        }
        Node::Group { body, .. } => return texts_of(body),
        Node::Repeat { body, min, max: Some(max), .. } if *max <= 16 => {
            let round = texts_of(body)?;
            let mut all = BTreeSet::from([Vec::new()]);
            for number in 0..=*max {
                if number >= *min {
                    texts.extend(all.iter().cloned());
                }
                all = joined(&all, &round)?;
            }
        }
        Node::Concat(parts) => {
            texts.insert(Vec::new());
            for part in parts {
                texts = joined(&texts, &texts_of(part)?)?;
            }
        }
        Node::Alternation(branches) => {
            for branch in branches {
                texts.extend(texts_of(branch)?);
            }
        }
        _ => return None,
    }
    (texts.len() <= MAX_TEXTS).then_some(texts)
}

fn joined(first: &BTreeSet<Vec<u32>>, second: &BTreeSet<Vec<u32>>) -> Option<BTreeSet<Vec<u32>>> {
    let length = |texts: &BTreeSet<Vec<u32>>| texts.iter().map(Vec::len).max().unwrap_or(0);
    if first.len() * second.len() > MAX_TEXTS * MAX_TEXTS || length(first) + length(second) > MAX_LETTERS {
        return None;
    }
    let all: BTreeSet<_> = first.iter().flat_map(|one| second.iter().map(|two| [&one[..], two].concat())).collect();
    (all.len() <= MAX_TEXTS).then_some(all)
}

/// A repetition at an end that is open reads no more than it has to: `^a{1,500}` accepts what `^a` accepts.
pub(super) fn with_open_ends(tree: Node) -> Node {
    let mut parts = match tree {
        Node::Concat(parts) => parts,
        repeat @ Node::Repeat { .. } => vec![repeat],
        other => return other,
    };
    while let Some(Node::Repeat { min, max, .. }) = parts.last_mut() {
        *max = Some(*min);
        if *min > 0 {
            break;
        }
        parts.pop();
    }
    let mut optional = 0;
    for part in &mut parts {
        let Node::Repeat { min, max, .. } = part else { break };
        *max = Some(*min);
        if *min > 0 {
            break;
        }
        optional += 1;
    }
    Node::Concat(parts.split_off(optional))
}

/// The character that a pattern of whole texts repeats, and how often.
pub(super) fn counted(tree: &Node) -> Option<(&Node, u32, Option<u32>)> {
    let Node::Concat(parts) = tree else { return None };
    let [Node::Start, repeat, Node::End] = parts.as_slice() else { return None };
    let mut repeat = repeat;
    while let Node::Group { body, .. } = repeat {
        repeat = body;
    }
    let Node::Repeat { body, min, max, .. } = repeat else { return None };
    is_one_character(body).then_some((body.as_ref(), *min, *max))
}

fn is_one_character(node: &Node) -> bool {
    match node {
        Node::Char(_) | Node::Any | Node::Class(_) => true,
        Node::Group { body, .. } => is_one_character(body),
        Node::Alternation(branches) => branches.iter().all(is_one_character),
        _ => false,
    }
}
