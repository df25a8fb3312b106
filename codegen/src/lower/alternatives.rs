//! `anyOf` and `oneOf`: what a value's schemas come to once the branches are looked at.
//!
//! A choice often is none: one branch is left, or the other one is `null`, or the branches are constants. What is left
//! are alternatives, each of them all that holds of a value that takes this branch.

use serde_json::Value;

use super::Lowering;
use super::cores::{Cores, Settled};
use super::flatten::says_only;
use super::node::{About, Choice, Node, Presence, Types, required_alone};
use crate::model::{Check, Type, Use};
use crate::resolve::Place;

/// So many branches of choices in choices are looked into, to see which types they leave. Beyond, any may be left.
const MAX_BRANCHES: usize = 64;

/// The schemas of a value, with nothing left to choose but among alternatives.
pub(super) struct Settlement<'a> {
    pub(super) cores: Cores,
    pub(super) node: Node<'a>,
    /// `null` is a value, whatever the node says.
    pub(super) nullable: bool,
    /// It is one beside what the node says.
    pub(super) is_null_beside: bool,
    /// More than one, or none.
    pub(super) alternatives: Vec<Alternative<'a>>,
    /// What they are the branches of.
    pub(super) choice: Option<Choice>,
}

/// One branch with all that holds beside it.
pub(super) struct Alternative<'a> {
    pub(super) place: Place,
    pub(super) cores: Cores,
    pub(super) node: Node<'a>,
    pub(super) types: Types,
}

impl<'a> Settlement<'a> {
    /// No value is valid.
    fn never(cores: Cores, node: Node<'a>) -> Self {
        let node = Node { never: true, choices: Vec::new(), ..node };
        Self { cores, node, nullable: false, is_null_beside: false, alternatives: Vec::new(), choice: None }
    }

    /// Whether a value takes one of the alternatives only.
    pub(super) fn is_exclusive(&self) -> bool {
        self.choice.as_ref().is_some_and(Choice::is_exclusive)
    }

    /// Whether a value that is not of a type with a name may be `null` beside what its type holds.
    pub(super) fn is_optional(&self, value: &Use) -> bool {
        let is_checked = value.checks.iter().any(|check| matches!(check, Check::Validated(_) | Check::OneOf(_)));
        self.nullable
            && match value.ty {
                Type::Null => false,
                Type::Any => self.is_null_beside && is_checked,
                _ => true,
            }
    }
}

impl Alternative<'_> {
    /// Whether `null` takes it for sure.
    fn is_surely_nullable(&self) -> bool {
        self.types.has(Types::NULL) && self.node.choices.is_empty() && self.node.validated.is_empty()
    }
}

/// What a choice comes to.
enum Reduction<'a> {
    /// Other schemas, and whether `null` is a value beside them.
    To(Cores, Option<bool>),
    /// No branch can be taken.
    Never,
    Alternatives(Vec<Alternative<'a>>, bool),
}

impl<'a> Lowering<'a> {
    /// What some schemas say together, with the choices that are none taken.
    pub(super) fn settle(&mut self, cores: Cores) -> Settlement<'a> {
        let mut cores = cores;
        let mut seen: Vec<Choice> = Vec::new();
        let mut beside = None;
        loop {
            let node = self.node(&cores);
            let mut open = None;
            let mut reduced = None;
            let mut checked = Vec::new();
            for choice in node.choices.clone() {
                // What was chosen before stays so, should a branch lead back to it.
                let made: Vec<Choice> = seen.iter().chain([&choice]).cloned().collect();
                match self.reduce(&cores, &choice, &made) {
                    Reduction::To(cores, null) => {
                        seen = made;
                        beside = null.or(beside);
                        reduced = Some(cores);
                        break;
                    }
                    Reduction::Never => return Settlement::never(cores, node),
                    Reduction::Alternatives(alternatives, nullable) if open.is_none() => {
                        open = Some((alternatives, nullable, Some(choice)));
                    }
                    // Of several choices one is made, and the others are checked.
                    Reduction::Alternatives(..) => checked.push(choice),
                }
            }
            if reduced.is_some() || !checked.is_empty() {
                let settle =
                    |cores: Cores, choice: &Choice| cores.settle(&choice.place, choice.keyword, Settled::Validated);
                cores = reduced.unwrap_or_else(|| checked.iter().fold(cores, settle));
                continue;
            }
            let (alternatives, nullable, choice) = open.unwrap_or_default();
            let nullable = if alternatives.is_empty() { self.is_nullable(&cores, &node) } else { nullable };
            let is_null_beside = beside == Some(true);
            let nullable = beside.unwrap_or(nullable);
            return Settlement { cores, node, nullable, is_null_beside, alternatives, choice };
        }
    }

    /// What all these schemas say together, with the constants that all of them accept.
    pub(super) fn node(&mut self, cores: &Cores) -> Node<'a> {
        let mut node = Node::of(self.resolved, cores, self.formats.asserts());
        for choice in std::mem::take(&mut node.choices) {
            if !self.add_required(&mut node, &choice) && !self.add_constants(&mut node, &choice) {
                node.choices.push(choice);
            }
        }
        self.narrow_to_constants(&mut node, cores);
        node
    }

    /// Reads branches that say no more than which members are there.
    fn add_required(&self, node: &mut Node<'a>, choice: &Choice) -> bool {
        if node.types != Types::OBJECT {
            return false;
        }
        let names = |index| match self.resolved.schema(&choice.branch(index)) {
            Value::Object(schema) => required_alone(schema),
            _ => None,
        };
        let lists: Option<Vec<Vec<&str>>> = (0..choice.branches).map(names).collect();
        let Some(lists) = lists else { return false };
        node.presence.push(if choice.is_exclusive() { Presence::OneOf(lists) } else { Presence::AnyOf(lists) });
        true
    }

    /// Reads branches that are constants.
    fn add_constants(&mut self, node: &mut Node<'a>, choice: &Choice) -> bool {
        let mut all = Vec::new();
        let mut about = Vec::new();
        for index in 0..choice.branches {
            let branch = choice.branch(index);
            let inner = Node::of(
                self.resolved,
                &Cores::of(self.flatten(std::slice::from_ref(&branch))),
                self.formats.asserts(),
            );
            let Some(constants) = inner.constants else { return false };
            if let [Value::String(only)] = constants.as_slice() {
                let places = std::slice::from_ref(&branch);
                let (title, description) = (self.text(places, "title"), self.text(places, "description"));
                about.push((only.clone(), About { title, description }));
            }
            all.extend(constants);
        }
        node.about.extend(about);
        let known = node.constants.take();
        // Whether each is what all branches ask for has to be looked at.
        node.more_constants = true;
        node.constants = Some(known.unwrap_or(all));
        true
    }

    /// What is left of a choice.
    fn reduce(&mut self, cores: &Cores, choice: &Choice, seen: &[Choice]) -> Reduction<'a> {
        let free = self.chosen(cores, choice, seen);
        let mut list: Vec<Alternative<'a>> = Vec::new();
        for index in 0..choice.branches {
            let place = choice.branch(index);
            let branch = self.flatten(std::slice::from_ref(&place));
            let adds = branch.iter().any(|core| !free.places.contains(core));
            if !adds && !choice.is_exclusive() {
                let keeps = self.speaks_of_members(choice);
                return Reduction::To(free.tidy().keep(keeps), None);
            }
            let cores = self.chosen(&free.clone().with(branch), choice, seen).tidy();
            let node = self.node(&cores);
            let mut left = MAX_BRANCHES;
            let types = self.types_of(&cores, &node, &mut left);
            let is_never = node.never || types == Types::NONE || types == Types::OBJECT && self.lacks_required(&node);
            if !is_never {
                list.push(Alternative { place, cores, node, types });
            }
        }
        if !choice.is_exclusive() {
            drop_covered(&mut list);
        }
        let nullable = self.takes_null(&list, choice);
        let present = list.iter().filter(|alternative| alternative.types != Types::NULL).count();
        match (list.len(), present) {
            (0, _) => Reduction::Never,
            (1, _) => Reduction::To(list.swap_remove(0).cores, None),
            (_, 1) => {
                list.retain(|alternative| alternative.types != Types::NULL);
                let only = list.swap_remove(0);
                if only.types.has(Types::NULL) && !nullable {
                    // Two branches take `null`, and so none may.
                    let checked = cores.clone().settle(&choice.place, choice.keyword, Settled::Validated);
                    return Reduction::To(checked, None);
                }
                Reduction::To(only.cores, Some(nullable))
            }
            _ => {
                list.retain(|alternative| alternative.types != Types::NULL);
                let types = list.iter().map(|alternative| alternative.types).fold(Types::NONE, Types::or);
                let is_scalar = types == Types::STRING || types.without(Types::NUMBER) == Types::NONE;
                if is_scalar && list.iter().all(|alternative| alternative.node.constants.is_none()) {
                    let types = if nullable { types.or(Types::NULL) } else { types };
                    let checked = cores.clone().settle(&choice.place, choice.keyword, Settled::Validated);
                    return Reduction::To(checked.of_types(types), Some(nullable));
                }
                Reduction::Alternatives(list, nullable)
            }
        }
    }

    /// Whether a branch of a choice says what a member holds.
    fn speaks_of_members(&mut self, choice: &Choice) -> bool {
        let mut left = MAX_BRANCHES;
        let mut choices = vec![choice.clone()];
        while let Some(choice) = choices.pop() {
            for index in 0..choice.branches {
                let cores = Cores::of(self.flatten(&[choice.branch(index)]));
                let node = Node::of(self.resolved, &cores, self.formats.asserts());
                if left == 0 || node.speaks_of_members() {
                    return true;
                }
                left -= 1;
                choices.extend(node.choices);
            }
        }
        false
    }

    /// Whether a member is required that is refused.
    fn lacks_required(&mut self, node: &Node<'a>) -> bool {
        node.required.iter().any(|name| self.is_refused(node, name))
    }

    /// The schemas beside a choice that is made.
    fn chosen(&self, cores: &Cores, choice: &Choice, seen: &[Choice]) -> Cores {
        let draft = self.resolved.draft(&choice.place);
        let says_more = !says_only(draft, self.formats.asserts(), self.resolved.schema(&choice.place), choice.keyword);
        let settled = cores.settled(&choice.place, choice.keyword).is_some();
        let cores = if says_more || settled { cores.clone() } else { cores.clone().without(&choice.place) };
        seen.iter().fold(cores, |cores, choice| match cores.settled(&choice.place, choice.keyword) {
            Some(_) => cores,
            None => cores.settle(&choice.place, choice.keyword, Settled::Chosen),
        })
    }

    /// The types that some schemas leave, choices looked into.
    fn types_of(&mut self, cores: &Cores, node: &Node<'a>, left: &mut usize) -> Types {
        let mut types = node.types;
        if node.constants.is_some() {
            return types;
        }
        for choice in &node.choices {
            let mut taken = Types::NONE;
            for index in 0..choice.branches {
                let Some(fewer) = left.checked_sub(1) else { return types };
                *left = fewer;
                let branch = self.flatten(&[choice.branch(index)]);
                let inner = self.chosen(cores, choice, std::slice::from_ref(choice)).with(branch).tidy();
                let node = self.node(&inner);
                taken = taken.or(if node.never { Types::NONE } else { self.types_of(&inner, &node, left) });
            }
            types = types.and(taken);
        }
        types
    }

    /// Whether `null` is a value of a choice.
    fn takes_null(&mut self, list: &[Alternative<'a>], choice: &Choice) -> bool {
        let takes: Vec<_> = list.iter().filter(|alternative| alternative.types.has(Types::NULL)).collect();
        let sure = takes.iter().filter(|alternative| alternative.is_surely_nullable()).count();
        match (takes.len(), sure) {
            (0, _) => false,
            (_, sure) if sure > 0 && !choice.is_exclusive() => true,
            (all, sure) if all == sure => all == 1,
            _ => {
                let takes = takes.iter().any(|alternative| self.accepts_null(&alternative.cores.places));
                takes && self.accepts_null(std::slice::from_ref(&choice.place))
            }
        }
    }

    fn is_nullable(&mut self, cores: &Cores, node: &Node<'a>) -> bool {
        let may = node.types.has(Types::NULL) && !node.never;
        may && (node.validated.is_empty() || self.accepts_null(&cores.places))
    }

    fn accepts_null(&mut self, places: &[Place]) -> bool {
        places.iter().all(|place| self.refusals(place, &Value::Null).is_empty())
    }
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
