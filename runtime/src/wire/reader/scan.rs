//! Bytes of JSON, eight at a time.

/// Returns the place of the next quote, backslash or control character from a place on; the end where there is none.
#[inline]
pub(crate) fn plain(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let special = special(u64::from_le_bytes(*chunk));
        if special != 0 {
            return at + (special.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| !matches!(byte, 0..=0x1f | b'"' | b'\\')) {
        at += 1;
    }
    at
}

/// Returns the place of the next byte that is no white space from a place on; the end where there is none.
#[inline]
pub(crate) fn space(bytes: &[u8], at: usize) -> usize {
    // Mostly there is none, or one space.
    match bytes.get(at) {
        Some(b' ') if bytes.get(at + 1).is_some_and(|byte| *byte > b' ') => at + 1,
        Some(byte) if *byte <= b' ' => spaces(bytes, at),
        _ => at,
    }
}

/// Line breaks, and the spaces that lines start with.
fn spaces(bytes: &[u8], mut at: usize) -> usize {
    const SPACES: u64 = u64::from_le_bytes([b' '; 8]);
    loop {
        if let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
            let others = u64::from_le_bytes(*chunk) ^ SPACES;
            at += (others.trailing_zeros() / 8) as usize;
            if others == 0 {
                continue;
            }
        }
        match bytes.get(at) {
            Some(b' ' | b'\n' | b'\r' | b'\t') => at += 1,
            _ => return at,
        }
    }
}

/// Returns the end of the digits that stand from a place on.
#[inline]
pub(crate) fn digits(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

/// Returns the four hexadecimal digits that stand at a place, as a number.
#[inline]
pub(crate) fn hexadecimal(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..)?.first_chunk::<4>()?;
    let [a, b, c, d] = digits.map(|digit| u16::from(DIGITS[usize::from(digit)]));
    ((a | b | c | d) < 16).then_some(a << 12 | b << 8 | c << 4 | d)
}

/// The values of hexadecimal digits; 255 for what is none.
static DIGITS: [u8; 256] = {
    let mut digits = [255; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value as usize] as usize] = value;
        digits[b"0123456789ABCDEF"[value as usize] as usize] = value;
        value += 1;
    }
    digits
};

/// The highest bit of the first byte that is a quote, a backslash or a control character; what is set behind it means
/// nothing.
#[inline]
fn special(bytes: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let quote = bytes ^ (ONES * 0x22);
    let backslash = bytes ^ (ONES * 0x5c);
    let zero = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes;
    let control = bytes.wrapping_sub(ONES * 0x20) & !bytes;
    (zero(quote) | zero(backslash) | control) & HIGH
}
