//! Sixteen bytes at once.

pub(super) use bytes::{bracket, no_space, special};

/// The bytes that are looked at together.
pub(super) const WIDTH: usize = 16;

/// By SSE2, which every x86-64 has. Its intrinsics are not safe to call, as the language has no word for that; loads need no
/// alignment, and nothing outside of the chunk is read.
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "SSE2 is a part of x86-64, and a load of sixteen bytes is within a chunk of sixteen")]
mod bytes {
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8,
    };

    use crate::wire::reader::wide::WIDTH;

    /// Returns the index of the first quote, backslash or control character; [`WIDTH`] where there is none.
    #[inline]
    pub(in super::super) fn special(chunk: &[u8; WIDTH]) -> usize {
        // SAFETY: as said above.
        unsafe {
            let bytes = load(chunk);
            let control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, splat(0x1f)), bytes);
            first(_mm_or_si128(_mm_or_si128(is(bytes, b'"'), is(bytes, b'\\')), control))
        }
    }

    /// Returns the index of the first byte that is no space; [`WIDTH`] where there is none.
    #[inline]
    pub(in super::super) fn no_space(chunk: &[u8; WIDTH]) -> usize {
        // SAFETY: as said above.
        unsafe { (!_mm_movemask_epi8(is(load(chunk), b' '))).trailing_zeros() as usize }
    }

    /// Returns the index of the first quote, brace or bracket; [`WIDTH`] where there is none.
    #[inline]
    pub(in super::super) fn bracket(chunk: &[u8; WIDTH]) -> usize {
        // SAFETY: as said above.
        unsafe {
            let bytes = load(chunk);
            // A bracket and a brace differ in this bit.
            let braces = _mm_or_si128(bytes, splat(0x20));
            first(_mm_or_si128(is(bytes, b'"'), _mm_or_si128(is(braces, b'{'), is(braces, b'}'))))
        }
    }

    #[inline]
    unsafe fn load(chunk: &[u8; WIDTH]) -> __m128i {
        // SAFETY: as said above.
        unsafe { _mm_loadu_si128(chunk.as_ptr().cast()) }
    }

    #[inline]
    unsafe fn splat(byte: u8) -> __m128i {
        // SAFETY: as said above.
        unsafe { _mm_set1_epi8(byte.cast_signed()) }
    }

    #[inline]
    unsafe fn is(bytes: __m128i, byte: u8) -> __m128i {
        // SAFETY: as said above.
        unsafe { _mm_cmpeq_epi8(bytes, splat(byte)) }
    }

    #[inline]
    unsafe fn first(found: __m128i) -> usize {
        // SAFETY: as said above.
        unsafe { (_mm_movemask_epi8(found) | 1 << WIDTH).trailing_zeros() as usize }
    }
}

/// Eight bytes as a number, twice.
#[cfg(not(target_arch = "x86_64"))]
mod bytes {
    use crate::wire::reader::eight::{has, special as special_of_eight};
    use crate::wire::reader::wide::WIDTH;

    /// Returns the index of the first quote, backslash or control character; [`WIDTH`] where there is none.
    #[inline]
    pub(in super::super) fn special(chunk: &[u8; WIDTH]) -> usize {
        first(chunk, special_of_eight)
    }

    /// Returns the index of the first byte that is no space; [`WIDTH`] where there is none.
    #[inline]
    pub(in super::super) fn no_space(chunk: &[u8; WIDTH]) -> usize {
        first(chunk, |bytes| bytes ^ u64::from_le_bytes([b' '; 8]))
    }

    /// Returns the index of the first quote, brace or bracket; [`WIDTH`] where there is none.
    #[inline]
    pub(in super::super) fn bracket(chunk: &[u8; WIDTH]) -> usize {
        const BRACE: u64 = u64::from_le_bytes([0x20; 8]);
        first(chunk, |bytes| has(bytes, b'"') | has(bytes | BRACE, b'{') | has(bytes | BRACE, b'}'))
    }

    #[inline]
    fn first(chunk: &[u8; WIDTH], found: impl Fn(u64) -> u64) -> usize {
        let [a, b] = [&chunk[..8], &chunk[8..]].map(|half| {
            let half = half.first_chunk().copied().unwrap_or_default();
            (found(u64::from_le_bytes(half)).trailing_zeros() / 8) as usize
        });
        if a < 8 { a } else { 8 + b }
    }
}

#[cfg(test)]
mod tests {
    use super::{WIDTH, bracket, no_space, special};

    #[test]
    fn every_byte_is_found_at_every_place() {
        for byte in 0..=u8::MAX {
            for place in 0..WIDTH {
                let among = |other| {
                    let mut chunk = [other; WIDTH];
                    chunk[place] = byte;
                    chunk
                };
                let found = |is_it: bool| if is_it { place } else { WIDTH };
                let special_of = special(&among(b'a'));
                assert_eq!(special_of, found(matches!(byte, 0..=0x1f | b'"' | b'\\')), "{byte} at {place}");
                assert_eq!(no_space(&among(b' ')), found(byte != b' '), "{byte} at {place}");
                let bracket_of = bracket(&among(b'a'));
                assert_eq!(bracket_of, found(matches!(byte, b'"' | b'{' | b'}' | b'[' | b']')), "{byte} at {place}");
            }
        }
    }
}
