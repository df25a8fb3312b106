//! Arrays of as many items as the schema names, each with a type of its own.

use super::{Codec, Error, Reader, Writer};

/// The items of an array of a known length, while they are read.
struct Items {
    offset: usize,
    count: usize,
    more: bool,
}

impl Items {
    fn open(reader: &mut Reader<'_>, count: usize) -> Result<Self, Error> {
        let offset = reader.offset();
        Ok(Self { offset, count, more: reader.array()? })
    }

    fn next<C: Codec>(&mut self, reader: &mut Reader<'_>) -> Result<C::Value, Error> {
        if !self.more {
            return Err(self.refused("minItems"));
        }
        let value = C::read(reader)?;
        self.more = reader.next_item()?;
        Ok(value)
    }

    fn end(&self) -> Result<(), Error> {
        if self.more { Err(self.refused("maxItems")) } else { Ok(()) }
    }

    #[cold]
    fn refused(&self, keyword: &'static str) -> Error {
        Error::new(keyword, format!("{} items", self.count)).or_at(self.offset)
    }
}

macro_rules! tuples {
    ($($count:literal: $first:ident 0 $(, $codec:ident $index:tt)*;)+) => {$(
        impl<$first: Codec $(, $codec: Codec)*> Codec for ($first, $($codec,)*) {
            type Value = ($first::Value, $($codec::Value,)*);

            fn read(reader: &mut Reader<'_>) -> Result<Self::Value, Error> {
                let mut items = Items::open(reader, $count)?;
                let values = (items.next::<$first>(reader)?, $(items.next::<$codec>(reader)?,)*);
                items.end().map(|()| values)
            }

            fn write(values: &Self::Value, writer: &mut Writer) -> Result<(), Error> {
                writer.json("[");
                $first::write(&values.0, writer)?;
                $(
                    writer.json(",");
                    $codec::write(&values.$index, writer)?;
                )*
                writer.json("]");
                Ok(())
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
