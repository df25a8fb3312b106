//! Objects: which members there are, and what they have to meet.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::prove::branch::{Branch, Named};
use crate::prove::texts::{Found, Wanted};
use crate::prove::{Outcome, Prover};
use crate::terms::{Id, Lit, Part, Terms};

/// So many patterns of names are told apart, if there are no more ways to match them than this.
const MAX_PATTERNS: usize = 16;
const MAX_PROFILES: usize = 64;
/// Names that are counted.
const MAX_NAMES: u64 = 64;
/// Members that are made up one by one: of larger objects a smaller one is made first ([`Scale`](crate::terms::Scale)).
const MAX_MEMBERS: usize = 120;

/// The facts of a branch about objects.
#[derive(Default)]
struct Object<'t> {
    required: BTreeSet<&'t str>,
    absent: BTreeSet<&'t str>,
    min: u64,
    max: Option<u64>,
    properties: BTreeMap<&'t str, Vec<Lit>>,
    patterns: Vec<(&'t str, Id)>,
    others: Vec<(&'t Part, Id)>,
    names: Vec<Id>,
    /// Each speaks of some member that has to be there.
    somewhere: Vec<Somewhere<'t>>,
    is_opaque: bool,
}

/// Some member, and what it misses.
#[derive(Clone, Copy)]
enum Somewhere<'t> {
    Pattern(&'t str, Id),
    Other(&'t Part, Id),
    Name(Id),
}

/// The patterns that a name matches, as far as they are told apart.
pub(in crate::prove) type Profile<'t> = BTreeMap<&'t str, bool>;

impl<'t> Object<'t> {
    fn of(branch: &Branch<'t>) -> Self {
        let mut object = Self::default();
        for fact in &branch.facts {
            object.add(fact.part, fact.holds);
        }
        object
    }

    fn add(&mut self, part: &'t Part, holds: bool) {
        match (part, holds) {
            (Part::Required(name), true) => drop(self.required.insert(name)),
            (Part::Required(name), false) => drop(self.absent.insert(name)),
            (Part::Property(name, id), holds) => {
                self.properties.entry(name).or_default().push((*id, holds));
                if !holds {
                    self.required.insert(name);
                }
            }
            (Part::PatternProperty(pattern, id), true) => self.patterns.push((pattern, *id)),
            (Part::PatternProperty(pattern, id), false) => self.somewhere.push(Somewhere::Pattern(pattern, *id)),
            (Part::OtherProperties { schema, .. }, true) => self.others.push((part, *schema)),
            (Part::OtherProperties { schema, .. }, false) => self.somewhere.push(Somewhere::Other(part, *schema)),
            (Part::PropertyNames(id), true) => self.names.push(*id),
            (Part::PropertyNames(id), false) => self.somewhere.push(Somewhere::Name(*id)),
            (Part::MinProperties(min), true) => self.min = self.min.max(*min),
            (Part::MinProperties(min), false) => self.limit(min.saturating_sub(1)),
            (Part::MaxProperties(max), true) => self.limit(*max),
            (Part::MaxProperties(max), false) => self.min = self.min.max(max.saturating_add(1)),
            (Part::Opaque { .. }, false) => self.is_opaque = true,
            _ => {}
        }
    }

    fn limit(&mut self, max: u64) {
        self.max = Some(self.max.map_or(max, |own| own.min(max)));
    }

    /// The names that something is said of.
    fn mentioned(&self) -> BTreeSet<&'t str> {
        let somewhere = self.somewhere.iter().filter_map(|somewhere| match somewhere {
            Somewhere::Other(part, _) => Some(*part),
            _ => None,
        });
        let others = self.others.iter().map(|(part, _)| *part).chain(somewhere).flat_map(|part| match part {
            Part::OtherProperties { names, .. } => names.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        });
        let own = self.required.iter().chain(&self.absent).chain(self.properties.keys()).copied();
        own.chain(others).collect()
    }

    /// Returns what the member of a name has to meet.
    fn goal(&self, terms: &Terms, name: &str) -> Vec<Lit> {
        let mut goal = self.properties.get(name).cloned().unwrap_or_default();
        let matched = self.patterns.iter().filter(|(pattern, _)| terms.matches(pattern, name) == Some(true));
        goal.extend(matched.map(|(_, id)| (*id, true)));
        let others = self.others.iter().filter(|(part, _)| terms.is_other(part, name) == Some(true));
        goal.extend(others.map(|(_, id)| (*id, true)));
        goal
    }

    /// Returns what a member has to meet whose name is none of those mentioned.
    fn fresh_goal(&self, profile: &Profile<'_>) -> Vec<Lit> {
        let matched = self.patterns.iter().filter(|(pattern, _)| profile.get(pattern) == Some(&true));
        let others = self.others.iter().filter(|(part, _)| is_other(part, profile) == Some(true));
        matched.map(|(_, id)| (*id, true)).chain(others.map(|(_, id)| (*id, true))).collect()
    }

    /// The patterns of names that something is said of.
    fn all_patterns(&self) -> BTreeSet<&'t str> {
        let of_part = |part: &'t Part| match part {
            Part::OtherProperties { patterns, .. } => patterns.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        };
        let somewhere = self.somewhere.iter().flat_map(|somewhere| match *somewhere {
            Somewhere::Other(part, _) => of_part(part),
            Somewhere::Pattern(pattern, _) => vec![pattern],
            Somewhere::Name(_) => Vec::new(),
        });
        let others = self.others.iter().flat_map(|(part, _)| of_part(part));
        let own = self.patterns.iter().map(|(pattern, _)| *pattern);
        own.chain(others).chain(somewhere).collect()
    }

    fn is_full(&self) -> bool {
        self.max.is_some_and(|max| self.required.len() as u64 >= max)
    }
}

/// Returns whether a name of a profile, which is none of those mentioned, is one that a part for other properties speaks of.
fn is_other(part: &Part, profile: &Profile<'_>) -> Option<bool> {
    let Part::OtherProperties { patterns, .. } = part else { return Some(false) };
    let matched: Vec<_> = patterns.iter().map(|pattern| profile.get(pattern.as_str()).copied()).collect();
    if matched.contains(&Some(true)) {
        return Some(false);
    }
    (!matched.contains(&None)).then_some(true)
}

impl<'t> Prover<'t> {
    pub(super) fn object(&mut self, branch: &Branch<'t>, closing: bool) -> Outcome {
        let object = Object::of(branch);
        let too_many = object.max.is_some_and(|max| object.required.len() as u64 > max || object.min > max);
        if too_many || object.required.iter().any(|name| object.absent.contains(name)) {
            return Outcome::Closed;
        }
        let mut members = Some(Map::new());
        let (denied, others): (Vec<&str>, Vec<&str>) = object
            .required
            .iter()
            .partition(|name| object.properties.get(*name).is_some_and(|goal| goal.iter().any(|(_, holds)| !holds)));
        for name in denied {
            if self.member(&object, name, &mut members) == Outcome::Closed {
                return Outcome::Closed;
            }
        }
        let profiles = self.profiles(&object);
        for somewhere in &object.somewhere {
            match self.somewhere(&object, *somewhere, &profiles, &BTreeSet::new()) {
                None => return Outcome::Closed,
                Some(found) => self.place(&object, *somewhere, &profiles, found, &mut members),
            }
        }
        for name in others {
            let is_there = members.as_ref().is_some_and(|members| members.contains_key(name));
            if !is_there && self.member(&object, name, &mut members) == Outcome::Closed {
                return Outcome::Closed;
            }
        }
        if self.has_no_room(&object, &profiles) {
            return Outcome::Closed;
        }
        match members {
            Some(members) if !closing => Outcome::Open(self.fill(branch, &object, &profiles, members)),
            _ => Outcome::Open(None),
        }
    }

    fn member(&mut self, object: &Object<'t>, name: &str, members: &mut Option<Map<String, Value>>) -> Outcome {
        let text = Value::String(name.to_owned());
        if object.names.iter().any(|id| self.terms.holds(*id, &text) == Some(false)) {
            return Outcome::Closed;
        }
        let outcome = self.prove(object.goal(self.terms, name));
        if let Outcome::Open(value) = &outcome {
            insert(members, value.clone().map(|value| (name.to_owned(), value)));
        }
        outcome
    }

    /// All ways in which a name can match the patterns that something is said of, as far as they are told apart.
    fn profiles(&mut self, object: &Object<'t>) -> Vec<Profile<'t>> {
        let patterns = object.all_patterns();
        if let Some(known) = self.profiles.get(&patterns) {
            return known.clone();
        }
        let mut profiles = vec![Profile::new()];
        for pattern in patterns.iter().copied().take(MAX_PATTERNS) {
            let with = |matched| {
                move |profile: &Profile<'t>| {
                    let mut profile = profile.clone();
                    profile.insert(pattern, matched);
                    profile
                }
            };
            let mut next: Vec<_> = profiles.iter().map(with(false)).chain(profiles.iter().map(with(true))).collect();
            next.retain(|profile| {
                let is_possible = self.automata.find(&wanted(profile)) != Found::Nothing;
                self.terms.spend(self.automata.take_work());
                is_possible
            });
            if next.len() > MAX_PROFILES {
                break;
            }
            profiles = next;
        }
        self.profiles.insert(patterns, profiles.clone());
        profiles
    }

    /// Puts a member in, under another name where there is one of its name already.
    fn place(
        &mut self,
        object: &Object<'t>,
        somewhere: Somewhere<'t>,
        profiles: &[Profile<'t>],
        mut found: Option<(String, Value)>,
        members: &mut Option<Map<String, Value>>,
    ) {
        if let (Some((name, value)), Some(own)) = (&found, members.as_ref())
            && own.get(name).is_some_and(|own| own != value)
        {
            let taken = own.keys().map(String::as_str).collect();
            if let Some(other @ Some(_)) = self.somewhere(object, somewhere, profiles, &taken) {
                found = other;
            }
        }
        insert(members, found);
    }

    /// A member that misses what it has to miss, of a name that is not taken: none if there can't be one.
    #[expect(clippy::option_option, reason = "there can be none, or one whose value was not found")]
    fn somewhere(
        &mut self,
        object: &Object<'t>,
        somewhere: Somewhere<'t>,
        profiles: &[Profile<'t>],
        taken: &BTreeSet<&str>,
    ) -> Option<Option<(String, Value)>> {
        let mentioned = object.mentioned();
        let mut found = None;
        for name in mentioned.iter().filter(|name| !taken.contains(*name)) {
            let text = Value::String((*name).to_owned());
            let is_possible = match somewhere {
                Somewhere::Pattern(pattern, _) => self.terms.matches(pattern, name),
                Somewhere::Other(part, _) => self.terms.is_other(part, name),
                Somewhere::Name(id) => self.terms.holds(id, &text).map(|holds| !holds),
            };
            let has_room = object.required.contains(name) || !object.is_full();
            let is_named = object.names.iter().all(|id| self.terms.holds(*id, &text) != Some(false));
            if is_possible == Some(false) || object.absent.contains(name) || !has_room || !is_named {
                continue;
            }
            match self.prove(with(object.goal(self.terms, name), somewhere)) {
                Outcome::Closed => {}
                Outcome::Open(Some(value)) if is_possible.is_some() => return Some(Some(((*name).to_owned(), value))),
                Outcome::Open(_) => found = Some(None),
            }
        }
        if object.is_full() {
            return found;
        }
        let known = mentioned.iter().copied().chain(taken.iter().copied()).collect();
        for profile in profiles {
            match self.fresh(object, Some(somewhere), profile, &known) {
                Some(None) => found = Some(None),
                Some(member) => return Some(member),
                None => {}
            }
        }
        found
    }

    /// A member whose name is none of those mentioned: none if there can't be one.
    #[expect(clippy::option_option, reason = "there can be none, or one whose value was not found")]
    fn fresh(
        &mut self,
        object: &Object<'t>,
        somewhere: Option<Somewhere<'t>>,
        profile: &Profile<'t>,
        mentioned: &BTreeSet<&str>,
    ) -> Option<Option<(String, Value)>> {
        let is_possible = match somewhere {
            Some(Somewhere::Pattern(pattern, _)) => profile.get(pattern).copied(),
            Some(Somewhere::Other(part, _)) => is_other(part, profile),
            Some(Somewhere::Name(_)) | None => Some(true),
        };
        if is_possible == Some(false) {
            return None;
        }
        // Only names that match as the profile says have to be told apart from a fresh one.
        let fits = |name: &&str| profile.iter().all(|(pattern, met)| self.terms.matches(pattern, name) != Some(!met));
        let excluded = mentioned.iter().copied().filter(fits).map(str::to_owned).collect();
        let wanted = Wanted { excluded, ..wanted(profile) };
        let mut names: Vec<Lit> = object.names.iter().map(|id| (*id, true)).collect();
        if let Some(Somewhere::Name(id)) = somewhere {
            names.push((id, false));
        }
        let goal = object.fresh_goal(profile);
        let goal = somewhere.map_or_else(|| goal.clone(), |somewhere| with(goal.clone(), somewhere));
        let Outcome::Open(value) = self.prove(goal) else { return None };
        let Outcome::Open(name) = self.solve(Branch::new(self.terms, &names, Named(Some(wanted)))) else { return None };
        let name = name.and_then(|name| name.as_str().map(str::to_owned));
        Some(name.zip(value).filter(|_| is_possible.is_some()))
    }

    /// Returns whether there are too few names for all the members that there have to be.
    fn has_no_room(&mut self, object: &Object<'t>, profiles: &[Profile<'t>]) -> bool {
        let mentioned = object.mentioned();
        if object.min <= object.required.len() as u64 || mentioned.len() as u64 >= object.min + MAX_NAMES {
            return false;
        }
        let mut possible = 0;
        let mut known: BTreeSet<String> = mentioned.iter().map(|name| (*name).to_owned()).collect();
        loop {
            let names = known.iter().map(String::as_str).collect();
            match profiles.iter().find_map(|profile| self.fresh(object, None, profile, &names)) {
                None => break,
                // Without patterns and `propertyNames` there is no end of them.
                Some(_) if object.names.is_empty() && profiles.len() == 1 => return false,
                Some(Some((name, _))) if possible < MAX_NAMES => {
                    possible += 1;
                    known.insert(name);
                }
                Some(_) => return false,
            }
            if possible >= object.min {
                return false;
            }
        }
        for name in mentioned.iter().filter(|name| !object.absent.contains(*name)) {
            possible += u64::from(self.member(object, name, &mut None) != Outcome::Closed);
        }
        possible < object.min
    }

    /// Adds members until there are enough, and others where only they could help.
    fn fill(
        &mut self,
        branch: &Branch<'t>,
        object: &Object<'t>,
        profiles: &[Profile<'t>],
        mut members: Map<String, Value>,
    ) -> Option<Value> {
        let mentioned = object.mentioned();
        let missing = |members: &Map<String, Value>| (members.len() as u64) < object.min;
        for name in &mentioned {
            if missing(&members) && !object.absent.contains(name) && !members.contains_key(*name) {
                let mut more = Some(Map::new());
                if self.member(object, name, &mut more) != Outcome::Closed {
                    members.extend(more.unwrap_or_default());
                }
            }
        }
        let mut known: BTreeSet<String> = mentioned.iter().map(|name| (*name).to_owned()).collect();
        known.extend(members.keys().cloned());
        while missing(&members) && members.len() < MAX_MEMBERS {
            let known_now: BTreeSet<&str> = known.iter().map(String::as_str).collect();
            let fresh = profiles.iter().find_map(|profile| self.fresh(object, None, profile, &known_now).flatten())?;
            known.insert(fresh.0.clone());
            members.insert(fresh.0, fresh.1);
        }
        let value = Value::Object(members);
        if branch.accepts(&value) == Some(true) || object.is_opaque {
            return Some(value).filter(|value| branch.accepts(value) != Some(false));
        }
        None
    }
}

/// The names of a profile.
fn wanted(profile: &Profile<'_>) -> Wanted {
    let mut wanted = Wanted::default();
    for (pattern, matched) in profile {
        let texts = if *matched { &mut wanted.matching } else { &mut wanted.not_matching };
        texts.insert((*pattern).to_owned());
    }
    wanted
}

fn with(mut goal: Vec<Lit>, somewhere: Somewhere<'_>) -> Vec<Lit> {
    match somewhere {
        Somewhere::Pattern(_, id) | Somewhere::Other(_, id) => goal.push((id, false)),
        Somewhere::Name(_) => {}
    }
    goal
}

/// Adds a member; without one, nothing is left.
fn insert(members: &mut Option<Map<String, Value>>, member: Option<(String, Value)>) {
    match (members.as_mut(), member) {
        (Some(members), Some((name, value))) => drop(members.insert(name, value)),
        _ => *members = None,
    }
}
