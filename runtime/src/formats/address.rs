//! `ipv4` and `ipv6`, as the standard library reads them, which is how the validator does.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{FormatError, Formatted, Mapped, sealed};

/// `format: ipv4`.
pub type Ipv4 = Formatted<Ipv4Addr>;

/// `format: ipv6`, without a zone.
pub type Ipv6 = Formatted<Ipv6Addr>;

macro_rules! addresses {
    ($($ty:ident $name:literal),*) => {$(
        impl sealed::Sealed for $ty {}

        impl Mapped for $ty {
            const FORMAT: &'static str = $name;
            const TYPE: &'static str = stringify!($ty);

            fn parse(text: &str) -> Result<Self, FormatError> {
                text.parse().map_err(|_| FormatError::Refused { format: $name })
            }

            fn written(&self) -> String {
                self.to_string()
            }

            fn fallback() -> Self {
                Self::UNSPECIFIED
            }
        }

        impl From<$ty> for Formatted<$ty> {
            fn from(value: $ty) -> Self {
                Self { text: value.to_string().into(), value }
            }
        }
    )*};
}

addresses!(Ipv4Addr "ipv4", Ipv6Addr "ipv6");
