//! Arrays of as many items as the schema names, each with a type of its own.

use std::marker::PhantomData;

use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use serde::ser::{SerializeSeq, Serializer};

use super::{Codec, Encoded, Seed, refuse};

macro_rules! tuples {
    ($($count:literal: $($codec:ident $index:tt),+;)+) => {$(
        impl<$($codec: Codec),+> Codec for ($($codec,)+) {
            type Value = ($($codec::Value,)+);

            fn read<'de, De: Deserializer<'de>>(deserializer: De) -> Result<Self::Value, De::Error> {
                struct Items<$($codec),+>(PhantomData<($($codec,)+)>);
                impl<'de, $($codec: Codec),+> Visitor<'de> for Items<$($codec),+> {
                    type Value = ($($codec::Value,)+);
                    refuse!("an array"; visit_unit(), visit_bool(bool), visit_str(&str), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_bytes(&[u8]));
                    refuse!(map "an array");

                    fn visit_seq<Items: SeqAccess<'de>>(self, mut items: Items) -> Result<Self::Value, Items::Error> {
                        let short = || Items::Error::custom(concat!("minItems: expected ", $count, " items"));
                        let values = ($(items.next_element_seed(Seed::<$codec>::new())?.ok_or_else(short)?,)+);
                        match items.next_element_seed(super::value::Skip)? {
                            None => Ok(values),
                            Some(()) => Err(Items::Error::custom(concat!("maxItems: expected ", $count, " items"))),
                        }
                    }
                }
                deserializer.deserialize_any(Items::<$($codec),+>(PhantomData))
            }

            fn write<Se: Serializer>(values: &Self::Value, serializer: Se) -> Result<Se::Ok, Se::Error> {
                let mut items = serializer.serialize_seq(Some($count))?;
                $(items.serialize_element(&Encoded::<$codec>(&values.$index))?;)+
                items.end()
            }
        }
    )+};
}

tuples! {
    1: C0 0;
    2: C0 0, C1 1;
    3: C0 0, C1 1, C2 2;
    4: C0 0, C1 1, C2 2, C3 3;
    5: C0 0, C1 1, C2 2, C3 3, C4 4;
    6: C0 0, C1 1, C2 2, C3 3, C4 4, C5 5;
    7: C0 0, C1 1, C2 2, C3 3, C4 4, C5 5, C6 6;
    8: C0 0, C1 1, C2 2, C3 3, C4 4, C5 5, C6 6, C7 7;
    9: C0 0, C1 1, C2 2, C3 3, C4 4, C5 5, C6 6, C7 7, C8 8;
    10: C0 0, C1 1, C2 2, C3 3, C4 4, C5 5, C6 6, C7 7, C8 8, C9 9;
    11: C0 0, C1 1, C2 2, C3 3, C4 4, C5 5, C6 6, C7 7, C8 8, C9 9, C10 10;
    12: C0 0, C1 1, C2 2, C3 3, C4 4, C5 5, C6 6, C7 7, C8 8, C9 9, C10 10, C11 11;
}
