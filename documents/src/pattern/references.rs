//! Groups that are referred to: ECMA-262 forgets at each round of a repetition what its groups had read, and a reference to a
//! group that read nothing reads nothing. The engine forgets nothing, and such a reference fails.

use super::tree::Node;

/// The part of its group that a reference finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// The group has not read anything.
    Never,
    Always,
    Perhaps,
    /// What ECMA-262 forgot, and the engine did not.
    Unclear,
    /// The group is looked behind at, which ECMA-262 reads backwards, and the engine does not.
    Behind,
}

/// The groups of a pattern with references.
pub(super) struct References {
    /// For each group the nodes from the root to it, with the number of each child.
    groups: Vec<(usize, Vec<Step>)>,
    /// For each reference the number of each child from the root to it, and its group.
    references: Vec<(Vec<usize>, usize)>,
}

#[derive(Clone, Debug)]
struct Step {
    /// The number of the child that the path goes on with.
    child: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sequence,
    Choice,
    Ahead { negated: bool },
    Behind,
    Repeat { again: bool, optional: bool, nullable: bool },
}

impl References {
    pub(super) fn of(tree: &Node) -> Self {
        let mut all = Self { groups: Vec::new(), references: Vec::new() };
        all.read(tree, &mut Vec::new());
        all
    }

    pub(super) fn any(&self) -> bool {
        !self.references.is_empty()
    }

    /// Returns whether a reference has to know whether a group has read anything.
    pub(super) fn asks_for(&self, group: usize) -> bool {
        let asks = |(path, number): &(Vec<usize>, usize)| *number == group && self.seen(path, group) == Seen::Perhaps;
        self.references.iter().any(asks)
    }

    fn read(&mut self, node: &Node, path: &mut Vec<Step>) {
        let mut inner = |kind: Kind, children: &[Node]| {
            for (child, node) in children.iter().enumerate() {
                path.push(Step { child, kind });
                self.read(node, path);
                path.pop();
            }
        };
        match node {
            Node::Reference(number) => self.references.push((path.iter().map(|step| step.child).collect(), *number)),
            Node::Look { ahead, negated, body } => {
                let kind = if *ahead { Kind::Ahead { negated: *negated } } else { Kind::Behind };
                inner(kind, std::slice::from_ref(body));
            }
            Node::Repeat { body, min, max, .. } => {
                let again = max.is_none_or(|max| max > 1);
                // Rounds that read nothing are no rounds behind the first ones: `write` sees to that where none are first.
                let kind = Kind::Repeat { again, optional: *min == 0, nullable: *min > 0 && body.is_nullable() };
                inner(kind, std::slice::from_ref(body));
            }
            Node::Group { number, body } => {
                if let Some(number) = number {
                    let mut own = path.clone();
                    own.push(Step { child: 0, kind: Kind::Sequence });
                    self.groups.push((*number, own));
                }
                path.push(Step { child: 0, kind: Kind::Sequence });
                self.read(body, path);
                path.pop();
            }
            Node::Concat(parts) => inner(Kind::Sequence, parts),
            Node::Alternation(branches) => inner(Kind::Choice, branches),
            _ => {}
        }
    }

    /// Returns what a reference at a place finds of a group.
    pub(super) fn seen(&self, reference: &[usize], number: usize) -> Seen {
        let Some((_, group)) = self.groups.iter().find(|(known, _)| *known == number) else { return Seen::Never };
        let shared = group.iter().zip(reference).take_while(|(step, child)| step.child == **child).count();
        let (around, inner) = group.split_at(shared);
        let [fork, inner @ ..] = inner else { return Seen::Never };
        // Within the group itself, or before it.
        if reference.get(shared).is_none_or(|child| *child < fork.child) || fork.kind == Kind::Choice {
            return if has_look_behind(group) { Seen::Behind } else { Seen::Never };
        }
        if has_look_behind(group) {
            return Seen::Behind;
        }
        let is_repeated = around.iter().any(|step| matches!(step.kind, Kind::Repeat { again: true, .. }));
        let seen = inner_seen(inner);
        match seen {
            Seen::Perhaps if is_repeated => Seen::Unclear,
            seen => seen,
        }
    }
}

fn has_look_behind(path: &[Step]) -> bool {
    path.iter().any(|step| step.kind == Kind::Behind)
}

/// Returns what is known of a group behind the part that has it, by the path within that part.
fn inner_seen(path: &[Step]) -> Seen {
    let mut seen = Seen::Always;
    // From the group outwards.
    for step in path.iter().rev() {
        match step.kind {
            Kind::Sequence | Kind::Behind | Kind::Ahead { negated: false } => {}
            Kind::Choice => seen = Seen::Perhaps,
            Kind::Ahead { negated: true } => return Seen::Never,
            Kind::Repeat { again, optional, nullable } => {
                if again && (seen == Seen::Perhaps || nullable) {
                    return Seen::Unclear;
                }
                if optional {
                    seen = Seen::Perhaps;
                }
            }
        }
    }
    seen
}
