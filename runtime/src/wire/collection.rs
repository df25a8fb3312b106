//! Arrays, maps, and what may be null.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, Serializer};

use super::check::{Distinct, unique_items};
use super::content::Content;
use super::locate::under;
use super::object::is_unchecked;
use super::{Codec, Encoded, Seed, refuse};

impl<C: Codec> Codec for Vec<C> {
    type Value = Vec<C::Value>;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self::Value, D::Error> {
        struct Items<C>(PhantomData<C>);
        impl<'de, C: Codec> Visitor<'de> for Items<C> {
            type Value = Vec<C::Value>;
            refuse!("an array"; visit_unit(), visit_bool(bool), visit_str(&str), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_bytes(&[u8]));
            refuse!(map "an array");

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = items.next_element_seed(Seed::<C>::new())? {
                    values.push(value);
                }
                Ok(values)
            }
        }
        deserializer.deserialize_any(Items::<C>(PhantomData))
    }

    fn write<S: Serializer>(values: &Self::Value, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(Encoded::<C>))
    }
}

/// An array whose items are compared as they stand in JSON: their Rust values may be the same where they are not, as
/// defaults are filled in and unknown members left out.
#[derive(Debug)]
pub struct Unique<C>(PhantomData<C>);

impl<C: Codec> Codec for Unique<C> {
    type Value = Vec<C::Value>;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self::Value, D::Error> {
        let Content::Items(items) = Content::read(deserializer)? else {
            return Err(D::Error::custom("type: expected an array"));
        };
        let mut seen = Distinct::default();
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            seen.add(item).map_err(D::Error::custom)?;
            // In a tree the place in the text is lost.
            let at = |error: serde_json::Error| D::Error::custom(under(&format!("/{index}"), &error.to_string()));
            values.push(C::read(item).map_err(at)?);
        }
        Ok(values)
    }

    fn write<S: Serializer>(values: &Self::Value, serializer: S) -> Result<S::Ok, S::Error> {
        if !is_unchecked() {
            unique_items::<C>(values).map_err(S::Error::custom)?;
        }
        Vec::<C>::write(values, serializer)
    }
}

/// The members of an object whose member names are data.
pub trait Kept<V>: Default {
    /// Keeps a member; gives back the one that was there under its name.
    fn keep(&mut self, name: String, value: V) -> Option<V>;

    /// The members in the order of their names: the same value is written as the same bytes.
    fn ordered<'a>(&'a self) -> impl Iterator<Item = (&'a String, &'a V)>
    where
        V: 'a;
}

impl<V> Kept<V> for BTreeMap<String, V> {
    fn keep(&mut self, name: String, value: V) -> Option<V> {
        self.insert(name, value)
    }

    fn ordered<'a>(&'a self) -> impl Iterator<Item = (&'a String, &'a V)>
    where
        V: 'a,
    {
        self.iter()
    }
}

impl<V, H: BuildHasher + Default> Kept<V> for HashMap<String, V, H> {
    fn keep(&mut self, name: String, value: V) -> Option<V> {
        self.insert(name, value)
    }

    fn ordered<'a>(&'a self) -> impl Iterator<Item = (&'a String, &'a V)>
    where
        V: 'a,
    {
        let mut members: Vec<_> = self.iter().collect();
        members.sort_unstable_by_key(|(name, _)| *name);
        members.into_iter()
    }
}

/// Reads an object whose member names are data.
fn read_map<'de, C: Codec, M: Kept<C::Value>, D: Deserializer<'de>>(deserializer: D) -> Result<M, D::Error> {
    struct Entries<C, M>(PhantomData<(C, M)>);
    impl<'de, C: Codec, M: Kept<C::Value>> Visitor<'de> for Entries<C, M> {
        type Value = M;
        refuse!("an object"; visit_unit(), visit_bool(bool), visit_str(&str), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_bytes(&[u8]));
        refuse!(seq "an object");

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<M, A::Error> {
            let mut values = M::default();
            while let Some(name) = members.next_key_seed(Seed::<String>::new())? {
                let value = members.next_value_seed(Seed::<C>::new())?;
                if values.keep(name, value).is_some() {
                    return Err(A::Error::custom("duplicate: expected each member name once"));
                }
            }
            Ok(values)
        }
    }
    deserializer.deserialize_any(Entries::<C, M>(PhantomData))
}

fn write_map<C: Codec, S: Serializer>(values: &impl Kept<C::Value>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(values.ordered().map(|(name, value)| (name, Encoded::<C>(value))))
}

/// An object whose member names are data.
impl<C: Codec> Codec for BTreeMap<String, C> {
    type Value = BTreeMap<String, C::Value>;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self::Value, D::Error> {
        read_map::<C, _, D>(deserializer)
    }

    fn write<S: Serializer>(values: &Self::Value, serializer: S) -> Result<S::Ok, S::Error> {
        write_map::<C, S>(values, serializer)
    }
}

/// An object whose member names are data, where the user chose this map. It is written in the order of the names.
#[allow(clippy::implicit_hasher, reason = "generated code names no other")]
impl<C: Codec> Codec for HashMap<String, C> {
    type Value = HashMap<String, C::Value>;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self::Value, D::Error> {
        read_map::<C, _, D>(deserializer)
    }

    fn write<S: Serializer>(values: &Self::Value, serializer: S) -> Result<S::Ok, S::Error> {
        write_map::<C, S>(values, serializer)
    }
}

/// A value or null.
impl<C: Codec> Codec for Option<C> {
    type Value = Option<C::Value>;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self::Value, D::Error> {
        struct Nullable<C>(PhantomData<C>);
        impl<'de, C: Codec> Visitor<'de> for Nullable<C> {
            type Value = Option<C::Value>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a value or null")
            }

            fn visit_none<E>(self) -> Result<Self::Value, E> {
                Ok(None)
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(None)
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
                C::read(deserializer).map(Some)
            }
        }
        deserializer.deserialize_option(Nullable::<C>(PhantomData))
    }

    fn write<S: Serializer>(value: &Self::Value, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.serialize_some(&Encoded::<C>(value)),
            None => serializer.serialize_none(),
        }
    }
}

/// A value behind a `Box`, where a type contains itself.
#[derive(Debug)]
pub struct Boxed<C>(PhantomData<C>);

impl<C: Codec> Codec for Boxed<C> {
    type Value = Box<C::Value>;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self::Value, D::Error> {
        C::read(deserializer).map(Box::new)
    }

    fn write<S: Serializer>(value: &Self::Value, serializer: S) -> Result<S::Ok, S::Error> {
        C::write(value, serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<HashMap<String, i64>, serde_json::Error> {
        HashMap::<String, i64>::read(&mut serde_json::Deserializer::from_str(json))
    }

    #[test]
    fn a_hash_map_is_written_in_the_order_of_the_names() {
        let members: Vec<String> = (0..50).map(|number| format!("\"n{number:02}\":{number}")).collect();
        let ordered = format!("{{{}}}", members.join(","));
        let shuffled = format!("{{{}}}", members.iter().rev().cloned().collect::<Vec<_>>().join(","));
        for json in [&ordered, &shuffled] {
            let map = read(json).unwrap();
            assert_eq!(serde_json::to_string(&Encoded::<HashMap<String, i64>>(&map)).unwrap(), ordered);
        }
    }

    #[test]
    fn a_hash_map_has_each_name_once() {
        assert!(read(r#"{"a": 1, "a": 2}"#).unwrap_err().to_string().starts_with("duplicate: "));
        assert!(read("[]").is_err());
    }
}
