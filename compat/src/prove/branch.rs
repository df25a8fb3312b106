//! One branch of a proof: what is left of a goal after some choices.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::texts::Wanted;
use crate::terms::{Id, Lit, Part, Terms, exactly_one, is_one_of, normal, type_of, types};

/// The depth to which terms are searched to see whether they hold anyway.
const MAX_DEPTH: usize = 4;
/// Alternatives that are denied one by one where another one holds.
const MAX_OTHERS: usize = 8;

/// A statement that can hold or not.
#[derive(Clone, Debug)]
pub(super) enum Literal<'t> {
    Term(Id, bool),
    Part(Id, &'t Part, bool),
    All(&'t [Lit]),
}

/// The name of a member, as far as it is known, where a goal is about one.
#[derive(Clone, Debug, Default)]
pub(super) struct Named(pub(super) Option<Wanted>);

/// A part that holds or not, and the term that it is from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fact<'t> {
    pub(super) part: &'t Part,
    pub(super) holds: bool,
    pub(super) term: Id,
}

#[derive(Clone)]
pub(super) struct Branch<'t> {
    pub(super) terms: &'t Terms,
    pub(super) goal: Vec<Lit>,
    pub(super) named: Named,
    pub(super) is_closed: bool,
    pub(super) types: u8,
    /// The values that are possible, if they are counted.
    pub(super) values: Option<Vec<Value>>,
    pub(super) excluded: Vec<&'t [Value]>,
    pub(super) facts: Vec<Fact<'t>>,
    required: HashMap<&'t str, bool>,
    properties: HashMap<&'t str, Vec<Id>>,
    seen: HashSet<Lit>,
    disjunctions: Vec<Disjunction<'t>>,
    open: Vec<Literal<'t>>,
    /// The number of literals that were looked at.
    pub(super) work: usize,
}

/// Literals of which one has to hold.
#[derive(Clone)]
struct Disjunction<'t> {
    literals: Vec<Literal<'t>>,
    /// True if it is from a term that holds.
    is_positive: bool,
}

impl<'t> Branch<'t> {
    pub(super) fn new(terms: &'t Terms, goal: &[Lit], named: Named) -> Self {
        let is_name = named.0.is_some();
        Self {
            terms,
            goal: goal.to_vec(),
            named,
            is_closed: false,
            types: if is_name { types::STRING } else { terms.all_types() },
            values: None,
            excluded: Vec::new(),
            facts: Vec::new(),
            required: HashMap::new(),
            properties: HashMap::new(),
            seen: HashSet::new(),
            disjunctions: Vec::new(),
            open: goal.iter().map(|(id, holds)| Literal::Term(*id, *holds)).collect(),
            work: 0,
        }
    }

    fn spend(&self, units: usize) -> bool {
        self.terms.spend(units)
    }

    /// The work of making a copy.
    pub(super) fn size(&self) -> usize {
        let literals = self.disjunctions.iter().map(|disjunction| 1 + disjunction.literals.len()).sum::<usize>();
        let values = self.values.as_ref().map_or(0, Vec::len);
        1 + self.goal.len() + values + self.excluded.len() + self.facts.len() + self.seen.len() + literals
    }

    pub(super) fn assert(&mut self, literal: Literal<'t>) {
        self.open.push(literal);
    }

    /// Takes everything apart that leaves no choice.
    pub(super) fn propagate(&mut self) {
        loop {
            while let Some(literal) = self.open.pop() {
                if !self.spend(1) {
                    return;
                }
                match literal {
                    Literal::Term(id, holds) => self.assert_term(id, holds),
                    Literal::Part(term, part, true) => self.assert_part(term, part),
                    Literal::Part(term, part, false) => self.deny_part(term, part),
                    Literal::All(all) => self.open.extend(all.iter().map(|(id, holds)| Literal::Term(*id, *holds))),
                }
                self.is_closed |= self.types == 0;
                if self.is_closed {
                    return;
                }
            }
            self.count_values();
            self.count_alternatives();
            if self.is_closed || !self.simplify() {
                return;
            }
        }
    }

    fn assert_term(&mut self, id: Id, holds: bool) {
        if self.seen.contains(&(id, !holds)) {
            self.is_closed = true;
        }
        if !self.seen.insert((id, holds)) {
            return;
        }
        let parts = &self.terms.get(id).parts;
        if holds {
            self.open.extend(parts.iter().map(|part| Literal::Part(id, part, true)));
        } else {
            let literals = parts.iter().map(|part| Literal::Part(id, part, false)).collect();
            self.disjunctions.push(Disjunction { literals, is_positive: false });
        }
    }

    fn assert_part(&mut self, term: Id, part: &'t Part) {
        match part {
            Part::Never => self.is_closed = true,
            Part::Types(allowed) => self.types &= allowed,
            Part::Values(values) => match &mut self.values {
                Some(own) => own.retain(|value| is_one_of(values, value)),
                None => self.values = Some(values.clone()),
            },
            Part::Cases(cases) => {
                let literals = cases.iter().map(|case| Literal::All(case)).collect();
                self.disjunctions.push(Disjunction { literals, is_positive: true });
            }
            part => {
                if let Part::ExactlyOne(ids) = part {
                    let literals = ids.iter().map(|id| Literal::Term(*id, true)).collect();
                    self.disjunctions.push(Disjunction { literals, is_positive: true });
                }
                self.add(Fact { part, holds: true, term });
            }
        }
    }

    fn deny_part(&mut self, term: Id, part: &'t Part) {
        match part {
            Part::Never => {}
            Part::Types(refused) => self.types &= !refused,
            Part::Values(values) => self.excluded.push(values),
            Part::Cases(cases) => {
                let denied = |case: &'t Vec<Lit>| Disjunction {
                    literals: case.iter().map(|(id, holds)| Literal::Term(*id, !holds)).collect(),
                    is_positive: false,
                };
                self.disjunctions.extend(cases.iter().map(denied));
            }
            part => {
                self.types &= part.types();
                self.add(Fact { part, holds: false, term });
            }
        }
    }

    fn add(&mut self, fact: Fact<'t>) {
        self.spend(self.facts.len() + 1);
        let is_opaque = matches!(fact.part, Part::Opaque { .. });
        let same = |other: &&Fact<'t>| std::ptr::eq(other.part, fact.part) || (!is_opaque && other.part == fact.part);
        if let Some(other) = self.facts.iter().find(same) {
            // A part denied says that the value is of its type; asserted, it says nothing of others.
            self.is_closed |= other.holds != fact.holds;
            return;
        }
        match fact.part {
            Part::Required(name) => drop(self.required.insert(name, fact.holds)),
            Part::Property(name, id) if fact.holds => self.properties.entry(name).or_default().push(*id),
            _ => {}
        }
        self.facts.push(fact);
    }

    /// Leaves of the values that are possible those that nothing refuses so far.
    fn count_values(&mut self) {
        let Some(values) = &mut self.values else { return };
        let whole = if self.terms.written { types::WHOLE } else { 0 };
        let spelled = |value: &Value| match type_of(value) {
            types::INTEGER => types::INTEGER | whole,
            other => other,
        };
        values.retain(|value| {
            spelled(value) & self.types != 0 && !self.excluded.iter().any(|values| is_one_of(values, value))
        });
        self.types &= values.iter().map(spelled).fold(0, |all, one| all | one);
        self.is_closed |= values.is_empty() || self.types == 0;
    }

    /// Draws from how many alternatives are known to hold what follows for those of which that is not known.
    fn count_alternatives(&mut self) {
        let mut found = Vec::new();
        for fact in &self.facts {
            let Part::ExactlyOne(ids) = fact.part else { continue };
            let states: Vec<_> = ids.iter().map(|id| (*id, self.term_status(*id, 0))).collect();
            let met = states.iter().filter(|(_, state)| *state == Some(true)).count();
            let open: Vec<Id> = states.iter().filter(|(_, state)| state.is_none()).map(|(id, _)| *id).collect();
            match (fact.holds, met, open.as_slice()) {
                (true, 2.., _) | (true, 0, []) | (false, 1, []) => self.is_closed = true,
                (true, 0, [last]) | (false, 1, [last]) => found.push((*last, true)),
                (false, 0, [last]) => found.push((*last, false)),
                (true, 1, others) if others.len() <= MAX_OTHERS => found.extend(others.iter().map(|id| (*id, false))),
                _ => {}
            }
        }
        self.open.extend(found.into_iter().map(|(id, holds)| Literal::Term(id, holds)));
    }

    /// Takes away disjunctions that leave no choice, and tells whether there is more to take apart.
    fn simplify(&mut self) -> bool {
        if !self.spend(self.disjunctions.len()) {
            return false;
        }
        let mut left = Vec::new();
        for mut disjunction in std::mem::take(&mut self.disjunctions) {
            let mut open = Vec::new();
            let mut is_met = false;
            for literal in disjunction.literals {
                self.work += 1;
                match self.status(&literal, 0) {
                    Some(true) => is_met = true,
                    Some(false) => {}
                    None => open.push(literal),
                }
                if is_met {
                    break;
                }
            }
            match open.len() {
                _ if is_met => {}
                0 => {
                    self.is_closed = true;
                    return false;
                }
                1 => self.open.extend(open),
                _ => {
                    disjunction.literals = open;
                    left.push(disjunction);
                }
            }
        }
        self.disjunctions = left;
        !self.open.is_empty()
    }

    /// Returns whether something holds anyway, or can't hold.
    fn status(&self, literal: &Literal<'_>, depth: usize) -> Option<bool> {
        match literal {
            Literal::All(all) => {
                let states = all.iter().map(|(id, holds)| self.status(&Literal::Term(*id, *holds), depth + 1));
                conjunction(states)
            }
            Literal::Term(id, holds) => self.term_status(*id, depth).map(|status| status == *holds),
            Literal::Part(_, part, holds) => self.part_status(part, depth).map(|status| status == *holds),
        }
    }

    fn term_status(&self, id: Id, depth: usize) -> Option<bool> {
        if self.seen.contains(&(id, true)) {
            return Some(true);
        }
        if self.seen.contains(&(id, false)) {
            return Some(false);
        }
        if depth > MAX_DEPTH || !self.spend(1) {
            return None;
        }
        conjunction(self.terms.get(id).parts.iter().map(|part| self.part_status(part, depth + 1)))
    }

    fn part_status(&self, part: &Part, depth: usize) -> Option<bool> {
        if self.types & part.types() == 0 {
            return Some(true);
        }
        if !self.spend(1) {
            return None;
        }
        match part {
            Part::Never => Some(false),
            Part::Types(allowed) if self.types & !allowed == 0 => Some(true),
            Part::Types(allowed) if self.types & allowed == 0 => Some(false),
            Part::Values(values) => match &self.values {
                Some(own) if self.spend(own.len()) && own.iter().all(|value| is_one_of(values, value)) => Some(true),
                Some(own) if self.spend(own.len()) && !own.iter().any(|value| is_one_of(values, value)) => Some(false),
                _ => None,
            },
            Part::Cases(cases) => {
                let denied = cases.iter().map(|case| self.status(&Literal::All(case), depth + 1).map(|met| !met));
                conjunction(denied).map(|none| !none)
            }
            Part::ExactlyOne(ids) => exactly_one(ids.iter().map(|id| self.term_status(*id, depth + 1))),
            Part::Required(name) => self.required.get(name.as_str()).copied(),
            Part::Property(name, id) => self.property_status(name, *id, depth),
            Part::Opaque { .. } => None,
            part => self
                .spend(self.facts.len())
                .then(|| self.facts.iter().find(|fact| fact.part == part))?
                .map(|fact| fact.holds),
        }
    }

    /// Returns whether a member meets a term by the constants that it is known to be one of.
    fn property_status(&self, name: &str, id: Id, depth: usize) -> Option<bool> {
        let own = self.properties.get(name)?;
        if own.contains(&id) || self.required.get(name) == Some(&false) {
            return Some(true);
        }
        let values = own.iter().find_map(|own| self.values_of(*own, depth))?;
        if self.terms.written && values.iter().any(holds_number) {
            return None;
        }
        let mut held = values.iter().map(|value| self.terms.holds(id, value));
        let first = held.next()??;
        let is_same = held.all(|other| other == Some(first));
        let is_there = self.types == types::OBJECT && self.required.get(name) == Some(&true);
        (is_same && (first || is_there)).then_some(first)
    }

    /// The values that a term allows, if they are counted.
    fn values_of(&self, id: Id, depth: usize) -> Option<&'t [Value]> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.terms.get(id).parts.iter().find_map(|part| match part {
            Part::Values(values) => Some(values.as_slice()),
            Part::Cases(cases) => match cases.as_slice() {
                [case] => case.iter().filter(|lit| lit.1).find_map(|(id, _)| self.values_of(*id, depth + 1)),
                _ => None,
            },
            _ => None,
        })
    }

    /// The disjunction to take apart next. One thing that has to be missed is taken apart first, as most of what there is has
    /// nothing to do with it. Of several, as those of a union, each one that holds leaves few.
    pub(super) fn choose(&mut self) -> Option<Vec<Literal<'t>>> {
        let denied = self.disjunctions.iter().filter(|disjunction| !disjunction.is_positive).count();
        let next = (0..self.disjunctions.len()).min_by_key(|number| {
            let disjunction = &self.disjunctions[*number];
            (disjunction.is_positive == (denied == 1), disjunction.literals.len())
        })?;
        Some(self.disjunctions.remove(next).literals)
    }

    /// Returns whether a value meets the goal; none where that is not known.
    pub(super) fn accepts(&self, value: &Value) -> Option<bool> {
        let named = match (&self.named.0, value) {
            (None, _) => Some(true),
            (Some(wanted), Value::String(text)) => self.is_wanted(wanted, text),
            (Some(_), _) => Some(false),
        };
        let goal = self.goal.iter().map(|(id, holds)| Some(self.terms.holds(*id, value)? == *holds));
        conjunction(goal.chain([named]))
    }

    fn is_wanted(&self, wanted: &Wanted, text: &str) -> Option<bool> {
        let matching = wanted.matching.iter().map(|pattern| self.terms.matches(pattern, text));
        let others = wanted.not_matching.iter().map(|pattern| self.terms.matches(pattern, text).map(|met| !met));
        conjunction(matching.chain(others).chain([Some(!wanted.excluded.contains(text))]))
    }

    /// The texts that are excluded one by one.
    pub(super) fn excluded_texts(&self) -> BTreeSet<String> {
        self.excluded.iter().copied().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}

/// Returns whether a number is in a value.
pub(super) fn holds_number(value: &Value) -> bool {
    match normal(value) {
        Value::Number(_) => true,
        Value::Array(items) => items.iter().any(holds_number),
        Value::Object(members) => members.values().any(holds_number),
        _ => false,
    }
}

/// Returns whether all hold: false as soon as one does not, unknown where one is.
pub(super) fn conjunction(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = None,
        }
    }
    known
}
