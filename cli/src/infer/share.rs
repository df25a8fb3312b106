//! Equal objects at several places become one definition.

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::shape::{DefinitionId, Members, Objects, Shape};

/// The schema itself, as a definition.
pub(super) const ROOT: DefinitionId = DefinitionId::MAX;
/// Objects with fewer members are written where they stand.
const MIN_MEMBERS: usize = 5;

/// The `$defs` of the schema.
#[derive(Debug)]
pub(super) struct Definitions {
    /// The name of the message, which no definition has.
    title: Option<String>,
    all: Vec<Definition>,
}

/// An object that several places refer to, or that refers to itself.
#[derive(Debug)]
struct Definition {
    /// The member where it was first seen.
    place: String,
    /// Empty until [`Definitions::name_all`].
    name: String,
    objects: Option<Objects>,
    is_recursive: bool,
    uses: usize,
}

impl Definitions {
    /// None yet, beside a message of this name.
    pub(super) fn new(title: Option<&str>) -> Self {
        Self { title: title.map(ToUpperCamelCase::to_upper_camel_case), all: Vec::new() }
    }

    pub(super) fn next_id(&self) -> DefinitionId {
        self.all.len()
    }

    /// Makes a recursive definition of [`next_id`](Self::next_id), whose objects are filled in later.
    pub(super) fn reserve(&mut self, place: &str) {
        self.push(place, None, true);
    }

    pub(super) fn fill(&mut self, id: DefinitionId, objects: Objects) {
        self.all[id].objects = Some(objects);
    }

    pub(super) fn objects_mut(&mut self) -> impl Iterator<Item = &mut Objects> {
        self.all.iter_mut().filter_map(|definition| definition.objects.as_mut())
    }

    /// Its objects, where they are written where they are referred to.
    pub(super) fn inline(&self, id: DefinitionId) -> Option<&Objects> {
        let definition = self.all.get(id)?;
        definition.objects.as_ref().filter(|_| !definition.is_recursive && definition.uses < 2)
    }

    /// The definitions that are written on their own: name, objects, whether recursive, and number of places.
    pub(super) fn written(&self) -> impl Iterator<Item = (&str, &Objects, bool, usize)> {
        let written = (0..self.all.len()).filter(|id| self.inline(*id).is_none()).map(|id| &self.all[id]);
        written.filter_map(|definition| {
            Some((definition.name.as_str(), definition.objects.as_ref()?, definition.is_recursive, definition.uses))
        })
    }

    /// The reference to a definition.
    pub(super) fn reference(&self, id: DefinitionId) -> String {
        self.all.get(id).map_or_else(|| "#".to_owned(), |definition| format!("#/$defs/{}", definition.name))
    }

    fn push(&mut self, place: &str, objects: Option<Objects>, is_recursive: bool) {
        let (place, name) = (place.to_owned(), String::new());
        self.all.push(Definition { place, name, objects, is_recursive, uses: 1 });
    }

    /// Names those that are written on their own.
    fn name_all(&mut self) {
        for id in 0..self.all.len() {
            if self.inline(id).is_none() {
                self.all[id].name = self.name(&self.all[id].place);
            }
        }
    }

    /// In the singular, as one item of a list has it; told apart by a number.
    fn name(&self, place: &str) -> String {
        let snake = place.to_snake_case();
        let singular = match snake.strip_suffix('s') {
            Some(singular) if !singular.ends_with(['s', 'u', 'i']) && singular.len() > 2 => singular,
            _ => &snake,
        };
        let camel: String = singular.to_upper_camel_case().chars().filter(char::is_ascii_alphanumeric).collect();
        let base = if camel.starts_with(|c: char| c.is_ascii_alphabetic()) { camel } else { format!("Object{camel}") };
        let is_free = |name: &str| {
            self.title.as_deref() != Some(name) && self.all.iter().all(|definition| definition.name != name)
        };
        let numbered = (2..).map(|number| format!("{base}{number}"));
        std::iter::once(base.clone()).chain(numbered).find(|name| is_free(name)).unwrap_or(base)
    }
}

/// Finds objects at several places that could be of one schema: at least five members of the same names and types.
pub(super) fn share(root: &mut Shape, definitions: &mut Definitions) {
    for id in 0..definitions.next_id() {
        if let Some(mut objects) = definitions.all[id].objects.take() {
            let name = definitions.all[id].place.clone();
            share_members(&mut objects, &name, definitions);
            definitions.fill(id, objects);
        }
    }
    if let Some(objects) = &mut root.objects {
        share_members(objects, "item", definitions);
    }
    if let Some(items) = &mut root.items {
        share_below(items, "item", definitions);
    }
    definitions.name_all();
}

fn share_members(objects: &mut Objects, above: &str, definitions: &mut Definitions) {
    objects.below_mut().for_each(|(name, shape)| share_below(shape, name.map_or(above, |name| name), definitions));
}

fn share_below(shape: &mut Shape, name: &str, definitions: &mut Definitions) {
    if let Some(items) = &mut shape.items {
        share_below(items, name, definitions);
    }
    let Some(mut objects) = shape.objects.take() else { return };
    share_members(&mut objects, name, definitions);
    let is_big = plain(&objects).is_some_and(|members| members.named.len() >= MIN_MEMBERS);
    if !is_big {
        shape.objects = Some(objects);
        return;
    }
    let is_equal = |definition: &Definition| {
        definition.objects.as_ref().is_some_and(|found| !definition.is_recursive && are_equal(found, &objects))
    };
    let id = definitions.all.iter().position(is_equal).unwrap_or(definitions.next_id());
    match definitions.all.get_mut(id) {
        Some(Definition { objects: Some(found), uses, .. }) => {
            found.merge(*objects);
            *uses += 1;
        }
        _ => definitions.push(name, Some(*objects), false),
    }
    shape.refers.insert(id);
}

/// The members of objects that are neither a union nor a map.
fn plain(objects: &Objects) -> Option<&Members> {
    match objects.groups.as_slice() {
        [group] if group.tags.is_empty() && group.members.map.is_none() => Some(&group.members),
        _ => None,
    }
}

fn are_equal(one: &Objects, other: &Objects) -> bool {
    let (Some(one), Some(other)) = (plain(one), plain(other)) else { return false };
    one.named.len() == other.named.len()
        && one
            .named
            .iter()
            .all(|(name, shape)| other.named.get(name).is_some_and(|found| are_equal_shapes(shape, found)))
}

fn are_equal_shapes(one: &Shape, other: &Shape) -> bool {
    let are_equal_below = match (&one.objects, &other.objects) {
        (Some(one), Some(other)) => are_equal(one, other),
        (None, None) => one.refers == other.refers || one.kinds().is_empty() || other.kinds().is_empty(),
        _ => one.kinds().is_empty() || other.kinds().is_empty(),
    };
    let are_equal_items = match (&one.items, &other.items) {
        (Some(one), Some(other)) => are_equal_shapes(one, other),
        _ => true,
    };
    one.is_of_kind(other) && are_equal_below && are_equal_items
}
