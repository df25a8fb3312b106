//! Bytes of JSON, many at a time.

use super::eight::special;
use super::wide::{self, WIDTH};

/// Returns the place of the next quote, backslash or control character from a place on; the end where there is none.
#[inline]
pub(crate) fn plain(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let first = wide::special(chunk);
        at += first;
        if first < WIDTH {
            return at;
        }
    }
    plain_end(bytes, at)
}

/// As [`plain`], where less than so many bytes are left as are looked at together.
fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    if let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
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
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
        while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
            let first = wide::no_space(chunk);
            at += first;
            if first < WIDTH {
                break;
            }
        }
    }
    at
}

/// Returns the place of the next quote, brace or bracket from a place on; the end where there is none.
#[inline]
pub(super) fn bracket(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let first = wide::bracket(chunk);
        at += first;
        if first < WIDTH {
            return at;
        }
    }
    while bytes.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'{' | b'}' | b'[' | b']')) {
        at += 1;
    }
    at
}

/// Returns whether a text starts with another one, which is short.
#[inline]
pub(crate) fn starts_with(text: &[u8], start: &[u8]) -> bool {
    let Some(text) = text.get(..start.len()) else { return false };
    let mut rest = (text, start);
    while let (Some((a, after)), Some((b, expected))) = (rest.0.split_first_chunk::<8>(), rest.1.split_first_chunk()) {
        if u64::from_le_bytes(*a) != u64::from_le_bytes(*b) {
            return false;
        }
        rest = (after, expected);
    }
    // What is left is compared with bytes before it, where there are some.
    match (text.last_chunk::<8>(), start.last_chunk::<8>()) {
        (Some(a), Some(b)) => a == b,
        _ => match (text.first_chunk::<4>(), start.first_chunk::<4>()) {
            (Some(a), Some(b)) => a == b && text.last_chunk::<4>() == start.last_chunk(),
            _ => text == start,
        },
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

#[cfg(test)]
mod tests {
    use super::{plain, space, starts_with};

    #[test]
    fn texts_of_every_length_are_compared_to_their_last_byte() {
        let text: Vec<u8> = (0..80).map(|byte| b'a' + byte % 26).collect();
        for length in 0..64 {
            assert!(starts_with(&text, &text[..length]));
            assert!(!starts_with(&text[..length], &text[..=length]));
            for other in 0..length {
                let mut start = text[..length].to_vec();
                start[other] = b'-';
                assert!(!starts_with(&text, &start), "{other} of {length}");
            }
        }
    }

    #[test]
    fn what_is_looked_for_is_found_at_every_distance_from_the_end() {
        for length in 0..40 {
            for behind in 0..40 {
                let text = format!("{}\"{}", "ü".repeat(length), "\"".repeat(behind));
                assert_eq!(plain(text.as_bytes(), 0), 2 * length);
                for white in [" ", "\n ", "\r\n\t  "] {
                    let text = format!("{}{}", white.repeat(length), "x".repeat(behind));
                    assert_eq!(space(text.as_bytes(), 0), white.len() * length, "{text:?}");
                }
            }
        }
    }
}
