//! The types of values: by name where they have one, in place where not.

use super::constants::{constant_values, enumeration};
use super::declared::{Definition, Null, Titled};
use super::definer::Definer;
use super::object::has_members;
use super::scalar;
use super::validated::{never, validated};
use crate::json::canonical;
use crate::lower::names::{Context, NameRequest, is_named};
use crate::lower::read::{Cores, Decided, Node, Types};
use crate::lower::subschemas::subschemas;
use crate::model::{Shape, Type, TypeId, Use};
use crate::resolve::Place;

/// Arrays in arrays, or maps in maps, that are nested deeper than this have a name: those that are nested without end
/// can't do without.
const MAX_NESTED: usize = 4;

impl<'a> Definer<'a, '_> {
    /// The type of a value that all these schemas speak of.
    pub(super) fn value(&mut self, places: &[Place], context: &Context) -> Use {
        let cores = self.reader.cores(places);
        self.value_of(cores, places, context)
    }

    pub(super) fn value_of(&mut self, cores: Cores, places: &[Place], context: &Context) -> Use {
        let decided = self.reader.decide(cores);
        if !self.has_name(&decided) {
            let value = self.inline(&decided.node, &decided.cores, context);
            return Use { nullable: decided.is_optional(&value), ..value };
        }
        let cores = &decided.cores;
        let key = cores.sorted();
        let titled = cores.only().and_then(|only| self.titled(only));
        let known =
            self.declarations.known.get(&key).or_else(|| self.declarations.titled.get(titled.as_ref()?)).copied();
        if let (Some(id), Some(only), true) = (known, cores.only(), titled.is_some()) {
            self.declarations.types[id.0].is_also(only, context);
        }
        let id = known.unwrap_or_else(|| {
            let described = if cores.places.len() == 1 { cores.places.clone() } else { places.to_vec() };
            let name = match cores.only() {
                Some(only) => NameRequest::of_place(self.reader.resolved, only, context),
                None => NameRequest::Invented(context.clone()),
            };
            let id = self.declarations.declare(name, described, cores.clone(), None, Null::Outside);
            self.declarations.known.insert(key, id);
            self.declarations.titled.extend(titled.map(|titled| (titled, id)));
            id
        });
        Use { nullable: decided.nullable, ..Use::of(Type::Named(id)) }
    }

    /// A schema that a title alone names, as it can be found again elsewhere.
    fn titled(&self, place: &Place) -> Option<Titled> {
        let resolved = self.reader.resolved;
        let schema = resolved.schema(place);
        schema.get("title").filter(|_| !is_named(place))?;
        let text = canonical(schema);
        // What such keywords mean depends on where they stand.
        let refers = ["\"$ref\"", "\"$dynamicRef\"", "\"$recursiveRef\"", "\"$id\"", "\"id\"", "Anchor\"", "anchor\""];
        let address = resolved.address(place);
        let resource = || address.split('#').next().unwrap_or_default().to_owned();
        let resource = refers.iter().any(|keyword| text.contains(keyword)).then(resource);
        Some((text, resolved.draft(place), resource))
    }

    /// Tells whether a value has a Rust type of its own.
    pub(super) fn has_name(&mut self, decided: &Decided<'a>) -> bool {
        has_own_name(decided) || self.nests_deeply(&decided.node)
    }

    /// Tells whether arrays and maps stand in each other without end, or as good as.
    pub(super) fn nests_deeply(&mut self, node: &Node<'a>) -> bool {
        let mut inner = inner_places(node);
        for _ in 0..MAX_NESTED {
            if inner.is_empty() {
                return false;
            }
            let cores = self.reader.cores(&inner);
            let decided = self.reader.decide(cores);
            if has_own_name(&decided) {
                return false;
            }
            inner = inner_places(&decided.node);
        }
        true
    }

    /// The shape of a named type, and what the validator checks of it.
    pub(super) fn shape(&mut self, id: TypeId, decided: &Decided<'a>) -> Definition {
        let Decided { node, cores, alternatives, .. } = decided;
        if !alternatives.is_empty() {
            return self.union_of_alternatives(id, decided);
        }
        if node.never {
            return self.newtype(id, node, cores);
        }
        if let Some(all) = &node.constants {
            return match enumeration(all, &node.about) {
                Some(constants) => Definition::of(Shape::Enumeration(constants)),
                None => self.newtype(id, node, cores),
            };
        }
        match node.types {
            Types::ALL if node.limited() == Types::NONE => self.newtype(id, node, cores),
            Types::OBJECT if has_members(node) => self.object(id, node, cores),
            types if types.is_one() => self.newtype(id, node, cores),
            _ => {
                let validated = subschemas(self.reader.resolved, &node.validated);
                Definition { validated, ..Definition::of(self.union(id, node, cores)) }
            }
        }
    }

    fn newtype(&mut self, id: TypeId, node: &Node<'a>, cores: &Cores) -> Definition {
        let context = Context { parent: id, segment: "Value".to_owned() };
        Definition::of(Shape::Newtype(self.inline(node, cores, &context)))
    }

    /// The type of a value that has no name of its own.
    pub(super) fn inline(&mut self, node: &Node<'a>, cores: &Cores, context: &Context) -> Use {
        let reader = &mut self.reader;
        if node.never {
            return never(reader, cores);
        }
        if let Some(constants) = &node.constants {
            return constant_values(reader, node, constants, cores);
        }
        let validated = (!node.validated.is_empty()).then(|| validated(reader.resolved, &node.validated));
        if node.is_unlimited() {
            return Use { checks: validated.into_iter().collect(), ..Use::of(Type::Any) };
        }
        let mut value = match node.types.without(Types::NULL) {
            Types::NONE if node.types == Types::NULL => Use::of(Type::Null),
            Types::BOOLEAN => Use::of(Type::Boolean),
            Types::STRING => scalar::string(node, self.formats),
            Types::INTEGER => scalar::integer(reader, node, cores),
            Types::NUMBER => scalar::number(reader, node, cores),
            Types::ARRAY => self.array(node, cores, context),
            Types::OBJECT => self.map(node, cores, context),
            _ => never(reader, cores),
        };
        value.checks.extend(validated);
        let null =
            node.types.has(Types::NULL) && node.validated.is_empty() && !matches!(value.ty, Type::Any | Type::Null);
        Use { nullable: null, ..value }
    }
}

/// Tells whether a value has a Rust type of its own, as far as its own schemas say.
fn has_own_name(decided: &Decided<'_>) -> bool {
    let is_named = decided.cores.only().is_some_and(is_named);
    !decided.alternatives.is_empty() || needs_name(&decided.node, is_named)
}

/// Tells whether a value without alternatives has a Rust type of its own, be it named by a person or not.
pub(super) fn needs_name(node: &Node<'_>, is_named: bool) -> bool {
    if node.never {
        return false;
    }
    if let Some(constants) = &node.constants {
        return enumeration(constants, &node.about).is_some();
    }
    match node.types.without(Types::NULL) {
        _ if node.types == Types::ALL => node.limited() != Types::NONE,
        Types::OBJECT => has_members(node),
        Types::NULL | Types::BOOLEAN | Types::ARRAY | Types::NONE => false,
        Types::INTEGER | Types::NUMBER | Types::STRING => is_named && node.types.has(node.limited()),
        _ => true,
    }
}

/// The schemas of what an array or a map holds.
fn inner_places(node: &Node<'_>) -> Vec<Place> {
    match node.types.without(Types::NULL) {
        _ if node.never || node.constants.is_some() => Vec::new(),
        Types::ARRAY => match node.tuples.as_slice() {
            [] => node.items.clone(),
            [tuple] => tuple.prefix.clone(),
            _ => Vec::new(),
        },
        Types::OBJECT => match node.member_patterns.as_slice() {
            [(place, ..)] => vec![place.clone()],
            _ => node.others(),
        },
        _ => Vec::new(),
    }
}
