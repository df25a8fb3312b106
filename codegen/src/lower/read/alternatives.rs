//! Decides `anyOf` and `oneOf`: what a value's schemas come to once the branches are looked at.
//!
//! Branches often leave nothing open: one of them is left, or the other one is `null`, or all are constants. What is left
//! are alternatives, each of them all that holds of a value that takes this branch.

use super::branches::Branches;
use super::cores::{Cores, Decision};
use super::decided::{Alternative, Decided};
use super::flatten::says_only;
use super::node::Node;
use super::reader::SchemaReader;
use super::types::Types;
use crate::resolve::Place;

/// So many branches in branches are looked into, to see which types they leave. Beyond, any may be left.
const MAX_BRANCHES: usize = 64;

/// So many `anyOf` and `oneOf` that stand beside each other are looked into, each with all others beside it. Where there are
/// more, the validator decides all of them.
const MAX_BESIDE: usize = 32;

/// The outcome of one `anyOf` or `oneOf`.
enum Reduction<'a> {
    /// Other schemas, and whether `null` is a value beside them.
    To(Cores, Option<bool>),
    /// No branch can be taken.
    Never,
    /// Several branches, and whether `null` is a value.
    Alternatives(Vec<Alternative<'a>>, bool),
}

/// The outcome of all the branches that some schemas have.
enum Step<'a> {
    To(Cores, Option<bool>),
    Never,
    /// Of several `anyOf` and `oneOf` the first is open, and the others are for the validator.
    Open(Option<Open<'a>>, Vec<Branches>),
}

/// The alternatives, whether `null` is a value, and the branches that they are.
type Open<'a> = (Vec<Alternative<'a>>, bool, Branches);

impl<'a> SchemaReader<'a, '_> {
    /// All that some schemas say together, with the branches taken that are the only ones.
    pub(crate) fn decide(&mut self, mut cores: Cores) -> Decided<'a> {
        let mut seen: Vec<Branches> = Vec::new();
        let mut beside = None;
        loop {
            let node = self.node(&cores);
            cores = match self.step(&cores, &node, &mut seen) {
                Step::To(reduced, null) => {
                    beside = null.or(beside);
                    reduced
                }
                Step::Never => return Decided::never(cores, node),
                Step::Open(open, checked) if checked.is_empty() => return self.decided(cores, node, open, beside),
                Step::Open(_, checked) => {
                    checked.iter().fold(cores, |cores, branches| cores.decide(branches, Decision::Validated))
                }
            };
        }
    }

    fn decided(&mut self, cores: Cores, node: Node<'a>, open: Option<Open<'a>>, beside: Option<bool>) -> Decided<'a> {
        let (alternatives, nullable, branches) = match open {
            Some((alternatives, nullable, branches)) => (alternatives, nullable, Some(branches)),
            None => (Vec::new(), false, None),
        };
        let nullable = if alternatives.is_empty() { self.is_nullable(&cores, &node) } else { nullable };
        let is_null_beside = beside == Some(true);
        Decided { cores, node, nullable: beside.unwrap_or(nullable), is_null_beside, alternatives, branches }
    }

    /// Reduces branches until one leads to other schemas.
    fn step(&mut self, cores: &Cores, node: &Node<'a>, seen: &mut Vec<Branches>) -> Step<'a> {
        if node.open.len() > MAX_BESIDE {
            return Step::Open(None, node.open.clone());
        }
        let mut open = None;
        let mut checked = Vec::new();
        for branches in &node.open {
            // What was taken before stays so, should a branch lead back to it.
            let made: Vec<Branches> = seen.iter().chain([branches]).cloned().collect();
            match self.reduce(cores, branches, &made) {
                Reduction::To(cores, null) => {
                    *seen = made;
                    return Step::To(cores, null);
                }
                Reduction::Never => return Step::Never,
                Reduction::Alternatives(alternatives, nullable) if open.is_none() => {
                    open = Some((alternatives, nullable, branches.clone()));
                }
                Reduction::Alternatives(..) => checked.push(branches.clone()),
            }
        }
        Step::Open(open, checked)
    }

    fn reduce(&mut self, cores: &Cores, branches: &Branches, seen: &[Branches]) -> Reduction<'a> {
        let free = self.beside(cores, branches, seen);
        let mut list: Vec<Alternative<'a>> = Vec::new();
        for place in branches.places() {
            let branch = self.flatten(std::slice::from_ref(&place));
            let adds = branch.iter().any(|core| !free.places.contains(core));
            if !adds && !branches.is_exclusive() {
                let keeps = self.speak_of_members(branches);
                return Reduction::To(free.tidy().keep(keeps), None);
            }
            let cores = self.beside(&free.clone().with(branch), branches, seen).tidy();
            list.extend(self.alternative(place, cores));
        }
        if !branches.is_exclusive() {
            drop_covered(&mut list);
        }
        let nullable = self.takes_null(&list, branches);
        reduction(cores, branches, list, nullable)
    }

    /// A branch, unless no value can take it.
    fn alternative(&mut self, place: Place, cores: Cores) -> Option<Alternative<'a>> {
        let node = self.node(&cores);
        let mut left = MAX_BRANCHES;
        let types = self.types_of(&cores, &node, &mut left);
        let is_never = node.never || types == Types::NONE || types == Types::OBJECT && self.lacks_required(&node);
        (!is_never).then_some(Alternative { place, cores, node, types })
    }

    /// Tells whether a branch says what a member holds.
    fn speak_of_members(&mut self, branches: &Branches) -> bool {
        let mut left = MAX_BRANCHES;
        let mut open = vec![branches.clone()];
        while let Some(branches) = open.pop() {
            for branch in branches.places() {
                let cores = self.cores(&[branch]);
                let node = self.as_written(&cores);
                if left == 0 || node.speaks_of_members() {
                    return true;
                }
                left -= 1;
                open.extend(node.open);
            }
        }
        false
    }

    /// Tells whether a member is required that is refused.
    fn lacks_required(&mut self, node: &Node<'a>) -> bool {
        node.required.iter().any(|name| self.is_never(&node.member(name)))
    }

    /// The schemas beside branches of which one is taken.
    fn beside(&self, cores: &Cores, branches: &Branches, seen: &[Branches]) -> Cores {
        let Branches { place, .. } = branches;
        let keyword = branches.keyword;
        let says_more = !says_only(self.resolved.draft(place), self.asserts, self.resolved.schema(place), keyword);
        let is_decided = cores.decision(place, keyword).is_some();
        let cores = if says_more || is_decided { cores.clone() } else { cores.clone().without(place) };
        seen.iter().fold(cores, |cores, branches| match cores.decision(&branches.place, branches.keyword) {
            Some(_) => cores,
            None => cores.decide(branches, Decision::Taken),
        })
    }

    /// The types that some schemas leave, branches looked into.
    fn types_of(&mut self, cores: &Cores, node: &Node<'a>, left: &mut usize) -> Types {
        let mut types = node.types;
        if node.constants.is_some() {
            return types;
        }
        for branches in &node.open {
            let mut taken = Types::NONE;
            for branch in branches.places() {
                let Some(fewer) = left.checked_sub(1) else { return types };
                *left = fewer;
                let branch = self.flatten(&[branch]);
                let inner = self.beside(cores, branches, std::slice::from_ref(branches)).with(branch).tidy();
                let node = self.node(&inner);
                taken = taken.or(if node.never { Types::NONE } else { self.types_of(&inner, &node, left) });
            }
            types = types.and(taken);
        }
        types
    }
}

/// The outcome of branches of which these can be taken.
fn reduction<'a>(cores: &Cores, branches: &Branches, mut list: Vec<Alternative<'a>>, nullable: bool) -> Reduction<'a> {
    let checked = || cores.clone().decide(branches, Decision::Validated);
    let present = list.iter().filter(|alternative| alternative.types != Types::NULL).count();
    match (list.len(), present) {
        (0, _) => return Reduction::Never,
        (1, _) => return Reduction::To(list.swap_remove(0).cores, None),
        _ => list.retain(|alternative| alternative.types != Types::NULL),
    }
    if present == 1 {
        let only = list.swap_remove(0);
        // Where two branches take `null`, none may.
        let refuses_null = only.types.has(Types::NULL) && !nullable;
        return if refuses_null { Reduction::To(checked(), None) } else { Reduction::To(only.cores, Some(nullable)) };
    }
    let types = list.iter().map(|alternative| alternative.types).fold(Types::NONE, Types::or);
    let is_scalar = types == Types::STRING || types.without(Types::NUMBER) == Types::NONE;
    if is_scalar && list.iter().all(|alternative| alternative.node.constants.is_none()) {
        let types = if nullable { types.or(Types::NULL) } else { types };
        return Reduction::To(checked().of_types(types), Some(nullable));
    }
    Reduction::Alternatives(list, nullable)
}

/// Of the branches of an `anyOf`, drops those whose values another one takes too, whatever they are.
fn drop_covered(list: &mut Vec<Alternative<'_>>) {
    let mut index = 0;
    while index < list.len() {
        let covered = (0..list.len()).any(|other| {
            let (one, all) = (&list[index], &list[other]);
            let is_wide = other != index && all.node.is_plain() && all.types == all.node.types;
            let is_scalar = !one.types.has(Types::OBJECT.or(Types::ARRAY));
            // Of two that are the same the first stays.
            let is_same = one.node.is_plain() && one.types == all.types && index < other;
            is_wide && is_scalar && one.types.without(all.types) == Types::NONE && !is_same
        });
        if covered {
            list.remove(index);
        } else {
            index += 1;
        }
    }
}
