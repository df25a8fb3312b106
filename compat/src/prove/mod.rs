//! The proof: that no value meets some terms and misses others.
//!
//! A *goal* is what one value would have to meet and to miss. It is taken apart as in a tableau: terms into parts
//! ([`branch`]), choices into branches, and what is left of a branch by the type of the value ([`leaf`]), which leads to
//! goals for members and items. A goal is *closed* where no value meets it. As the value gets smaller with every step, a
//! goal may be taken as closed while it is being proved. A goal that stays open gives a value that meets it, if it can:
//! a candidate for a witness.

mod branch;
mod canonical;
mod counted;
mod leaf;
mod texts;

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::files::Place;
use crate::terms::{Lit, Terms, size};
use branch::{Branch, Named};
pub(crate) use canonical::is_covered;

/// Goals within goals.
const MAX_DEPTH: usize = 80;
/// Places that are told of an open goal.
const MAX_PLACES: usize = 5;

/// The outcome of a goal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// No value meets it.
    Closed,
    /// Not closed, maybe with a value that meets it.
    Open(Option<Value>),
}

/// The terms that one value would have to meet (true) and to miss (false), in order.
type Goal = Vec<Lit>;

/// The prover, with all that it has found out.
pub(crate) struct Prover<'t> {
    terms: &'t Terms,
    steps: usize,
    known: HashMap<Goal, Outcome>,
    /// Closed if the goal of that number on the stack is.
    assumed: Vec<(Goal, usize)>,
    stack: Vec<Goal>,
    /// The first goal on the stack that was taken as closed.
    lowest: usize,
    automata: texts::Automata,
    /// The ways in which names can match patterns.
    profiles: HashMap<BTreeSet<&'t str>, Vec<leaf::Profile<'t>>>,
    stuck: Vec<Place>,
}

impl<'t> Prover<'t> {
    pub(crate) fn new(terms: &'t Terms, steps: usize) -> Self {
        Self {
            terms,
            steps,
            known: HashMap::new(),
            assumed: Vec::new(),
            stack: Vec::new(),
            lowest: usize::MAX,
            automata: texts::Automata::default(),
            profiles: HashMap::new(),
            stuck: Vec::new(),
        }
    }

    /// True once the steps, or all work that may be done, are used up.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.steps == 0 || self.terms.is_exhausted()
    }

    /// The schemas at which goals stayed open without a value.
    pub(crate) fn stuck(&self) -> &[Place] {
        &self.stuck
    }

    /// Returns what becomes of a goal.
    pub(crate) fn prove(&mut self, mut goal: Goal) -> Outcome {
        goal.sort_unstable();
        goal.dedup();
        if goal.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Outcome::Closed;
        }
        if let Some(known) = self.known.get(&goal) {
            return known.clone();
        }
        let assumed = self.assumed.iter().find(|(other, _)| *other == goal).map(|(_, lowest)| *lowest);
        if let Some(lowest) = assumed.or_else(|| self.stack.iter().position(|other| *other == goal)) {
            self.lowest = self.lowest.min(lowest);
            return Outcome::Closed;
        }
        let compared = self.assumed.len() + self.stack.len() + goal.len();
        if self.stack.len() >= MAX_DEPTH || self.steps == 0 || !self.terms.spend(compared) {
            return Outcome::Open(None);
        }
        self.prove_new(goal)
    }

    fn prove_new(&mut self, goal: Goal) -> Outcome {
        let (depth, mark) = (self.stack.len(), self.assumed.len());
        let around = std::mem::replace(&mut self.lowest, usize::MAX);
        self.stack.push(goal.clone());
        let branch = Branch::new(self.terms, &goal, Named::default());
        let outcome = self.solve(branch);
        self.stack.pop();
        if outcome != Outcome::Closed {
            if let Outcome::Open(Some(value)) = &outcome {
                self.terms.spend(size(value));
            }
            self.assumed.truncate(mark);
            self.known.insert(goal, outcome.clone());
        } else if self.lowest >= depth {
            let proved = self.assumed.split_off(mark);
            let (proved, rest): (Vec<_>, Vec<_>) = proved.into_iter().partition(|(_, lowest)| *lowest >= depth);
            self.assumed.extend(rest);
            self.known.extend(proved.into_iter().map(|(goal, _)| (goal, Outcome::Closed)));
            self.known.insert(goal, Outcome::Closed);
        } else {
            self.assumed.push((goal, self.lowest));
        }
        let below = if self.lowest < depth { self.lowest } else { usize::MAX };
        self.lowest = around.min(below);
        outcome
    }

    /// Returns what becomes of a branch.
    fn solve(&mut self, mut branch: Branch<'t>) -> Outcome {
        if self.steps == 0 || !self.terms.spend(branch.size()) {
            return Outcome::Open(None);
        }
        self.steps -= 1;
        branch.propagate();
        self.steps = self.steps.saturating_sub(std::mem::take(&mut branch.work));
        if branch.is_closed {
            return Outcome::Closed;
        }
        if self.is_exhausted() {
            return Outcome::Open(None);
        }
        let Some(literals) = branch.choose() else { return self.leaf(&branch, false) };
        if self.leaf(&branch, true) == Outcome::Closed {
            return Outcome::Closed;
        }
        let mut outcome = Outcome::Closed;
        for literal in literals {
            let mut case = branch.clone();
            case.assert(literal);
            match self.solve(case) {
                Outcome::Closed => {}
                Outcome::Open(None) => outcome = Outcome::Open(None),
                open @ Outcome::Open(_) => return open,
            }
        }
        outcome
    }

    fn remember(&mut self, place: Option<&Place>) {
        let Some(place) = place else { return };
        if self.stuck.len() < MAX_PLACES && !self.stuck.contains(place) {
            self.stuck.push(place.clone());
        }
    }
}
