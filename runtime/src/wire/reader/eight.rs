//! Eight bytes at once, as a number.

/// The highest bit of the first byte that is a quote, a backslash or a control character; what is set behind it means
/// nothing.
#[inline]
pub(super) fn special(bytes: u64) -> u64 {
    let control = bytes.wrapping_sub(ONES * 0x20) & !bytes & HIGH;
    has(bytes, b'"') | has(bytes, b'\\') | control
}

/// The highest bit of the first byte that is this one; what is set behind it means nothing.
#[inline]
pub(super) fn has(bytes: u64, byte: u8) -> u64 {
    let zero = bytes ^ (ONES * u64::from(byte));
    zero.wrapping_sub(ONES) & !zero & HIGH
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;
