//! Numbers as they are written: decimals of any length, compared digit by digit.

use std::cmp::Ordering;

/// Exponents are cut off here: a number with a larger one is equal to nothing that is written down.
const MAX_EXPONENT: i64 = i64::MAX / 4;

/// A number of JSON: a sign, digits, and the power of ten of the last one. It is not computed, so that `1e1000000000` is as
/// cheap as 1.
///
/// ```
/// use thoth_messaging_documents::decimal::Decimal;
///
/// let [rounded, exact] = ["0.3", "0.30000000000000000001"].map(|text| Decimal::parse(text).unwrap());
/// assert!(exact > rounded);
/// assert_eq!(Decimal::parse("1.50e1"), Decimal::parse("15"));
/// assert!(!Decimal::parse("1e1000000000").unwrap().is_multiple_of(&Decimal::parse("7.5").unwrap()));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Decimal<'a> {
    is_negative: bool,
    /// Without zeros at the start, and at the end where there is no fraction.
    whole: &'a [u8],
    /// Without zeros at the end, and at the start where there is no whole part.
    fraction: &'a [u8],
    /// The power of ten of the last digit.
    power: i64,
}

impl<'a> Decimal<'a> {
    /// Reads a number of JSON, or one as Rust prints it; none where a text is no number.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let (is_negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, parse_exponent(exponent)?),
            None => (text, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let (mut whole, mut fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let mut power = exponent - length(fraction);
        if fraction.is_empty() {
            let digits = whole.trim_end_matches('0');
            power += length(whole) - length(digits);
            whole = digits;
        } else if whole.is_empty() {
            fraction = fraction.trim_start_matches('0');
        }
        Some(Self { is_negative, whole: whole.as_bytes(), fraction: fraction.as_bytes(), power })
    }

    /// Returns whether it is an integer.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        self.is_zero() || self.power >= 0
    }

    /// Returns whether it is a multiple of another; nothing is one of 0.
    #[must_use]
    pub fn is_multiple_of(&self, divisor: &Decimal<'_>) -> bool {
        let Some(modulus) = divisor.value().filter(|modulus| *modulus != 0) else { return false };
        if self.is_zero() {
            return true;
        }
        // The last digit of this number is no zero, so that nothing makes up for more zeros at the end of the divisor.
        let Ok(power) = u64::try_from(self.power - divisor.power) else { return false };
        let rest = self.digits().fold(0, |rest, digit| (rest * 10 + u128::from(digit - b'0')) % modulus);
        (rest * power_of_ten(power, modulus)).is_multiple_of(modulus)
    }

    /// Returns the integer that it is, where that is one of 128 bits.
    #[must_use]
    pub fn to_integer(self) -> Option<i128> {
        if self.is_zero() {
            return Some(0);
        }
        let zeros = u32::try_from(self.power).ok()?;
        let digits =
            self.digits().try_fold(0_i128, |value, digit| value.checked_mul(10)?.checked_add(i128::from(digit - b'0')));
        let value = digits?.checked_mul(10_i128.checked_pow(zeros)?)?;
        Some(if self.is_negative { -value } else { value })
    }

    /// Returns the one text of all those that stand for the same number.
    #[must_use]
    pub fn canonical(&self) -> String {
        if self.is_zero() {
            return "0".to_owned();
        }
        let sign = if self.is_negative { "-" } else { "" };
        let digits: String = self.digits().map(char::from).collect();
        format!("{sign}{digits}e{}", self.power)
    }

    /// The significant digits, from the first that is no zero to the last.
    fn digits(&self) -> impl Iterator<Item = u8> + use<'a> {
        self.whole.iter().chain(self.fraction).copied()
    }

    /// The number of significant digits.
    #[must_use]
    pub fn precision(&self) -> usize {
        self.whole.len() + self.fraction.len()
    }

    fn is_zero(&self) -> bool {
        self.precision() == 0
    }

    /// The power of ten that the number is below, without its sign.
    fn magnitude(&self) -> i64 {
        self.power + i64::try_from(self.precision()).unwrap_or(MAX_EXPONENT)
    }

    /// The significant digits as a number, where that has no more than 64 bits.
    fn value(&self) -> Option<u128> {
        let digits =
            self.digits().try_fold(0_u64, |value, digit| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')));
        digits.map(u128::from)
    }

    fn compare_size(&self, other: &Decimal<'_>) -> Ordering {
        // What is left of the longer one is no zero.
        self.magnitude().cmp(&other.magnitude()).then_with(|| self.digits().cmp(other.digits()))
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |decimal: &Self| match (decimal.is_zero(), decimal.is_negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        sign(self).cmp(&sign(other)).then_with(|| match sign(self) {
            0 => Ordering::Equal,
            1 => self.compare_size(other),
            _ => other.compare_size(self),
        })
    }
}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal<'_> {}

/// The exactness with which a 64-bit number of Rust stands for a number of JSON.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Held {
    /// An integer of 64 bits is it, or the float is printed as a text that is equal.
    Exactly,
    /// The float is what was written, with more digits than tell it from others: `0.10000000000000001`, which C prints
    /// with `%.17g`.
    Rounded(f64),
    /// No 64-bit number has these digits.
    Not,
}

impl Held {
    /// Tells how exactly a 64-bit number stands for a number of JSON.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if !text.contains(['.', 'e', 'E']) && (text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok()) {
            return Self::Exactly;
        }
        Self::in_float(text)
    }

    /// Tells how exactly a float stands for a number of JSON.
    #[must_use]
    pub fn in_float(text: &str) -> Self {
        let Ok(float) = text.parse::<f64>() else { return Self::Not };
        let Some(decimal) = Decimal::parse(text).filter(|_| float.is_finite()) else { return Self::Not };
        let is_printed_as = |printed: &str| Decimal::parse(printed) == Some(decimal);
        if is_printed_as(&format!("{float:e}")) {
            return Self::Exactly;
        }
        // No float has more digits than these: it is exact.
        let exact = format!("{float:.MAX_DIGITS$e}");
        let is_rounded = if decimal.is_integer() {
            is_printed_as(&exact)
        } else {
            let digits = decimal.precision().min(MAX_DIGITS);
            is_printed_as(&format!("{float:.*e}", digits - 1)) || is_cut_off(&exact, &decimal)
        };
        if is_rounded { Self::Rounded(float) } else { Self::Not }
    }
}

/// Returns whether a number has the first digits of another one.
fn is_cut_off(exact: &str, decimal: &Decimal<'_>) -> bool {
    Decimal::parse(exact).is_some_and(|exact| {
        (exact.is_negative, exact.magnitude()) == (decimal.is_negative, decimal.magnitude())
            && exact.digits().take(decimal.precision()).eq(decimal.digits())
    })
}

/// A 64-bit float has at most 767 significant digits.
const MAX_DIGITS: usize = 767;

/// `10^power % modulus`.
fn power_of_ten(mut power: u64, modulus: u128) -> u128 {
    let (mut result, mut base) = (1 % modulus, 10 % modulus);
    while power > 0 {
        if power % 2 == 1 {
            result = result * base % modulus;
        }
        base = base * base % modulus;
        power /= 2;
    }
    result
}

fn parse_exponent(text: &str) -> Option<i64> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let exponent = digits.parse().unwrap_or(MAX_EXPONENT).min(MAX_EXPONENT);
    Some(if is_negative { -exponent } else { exponent })
}

fn length(digits: &str) -> i64 {
    i64::try_from(digits.len()).unwrap_or(MAX_EXPONENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal<'_> {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn equal_numbers_have_one_text() {
        for (one, other, canonical) in [
            ("0", "-0.000e7", "0"),
            ("100", "1.00E+2", "1e2"),
            ("0.00120", "12e-4", "12e-4"),
            ("-10.50", "-1.05e1", "-105e-1"),
            ("1e1000000000", "10e999999999", "1e1000000000"),
        ] {
            assert_eq!(decimal(one), decimal(other));
            assert_eq!((decimal(one).canonical(), decimal(other).canonical()), (canonical.into(), canonical.into()));
        }
    }

    #[test]
    fn numbers_are_in_order() {
        let ordered = [
            "-1e400",
            "-18446744073709551616",
            "-2.5",
            "-2.49999999999999999999",
            "-1e-400",
            "0",
            "1e-400",
            "0.3",
            "0.30000000000000000001",
            "9",
            "10",
            "9007199254740993",
            "9007199254740993.5",
            "1e1000000000",
        ];
        assert!(ordered.windows(2).all(|pair| decimal(pair[0]) < decimal(pair[1])), "{ordered:?}");
    }

    #[test]
    fn a_multiple_is_found_whatever_the_exponents_are() {
        let is_multiple = |number: &str, divisor: &str| decimal(number).is_multiple_of(&decimal(divisor));
        assert!(is_multiple("9007199254740993", "9007199254740993"));
        assert!(!is_multiple("9007199254740992", "9007199254740993"));
        assert!(!is_multiple("4503599627370497.5", "1"));
        assert!(
            is_multiple("1e1000000000", "18446744073709551615") == (power_of_ten(1_000_000_000, u64::MAX.into()) == 0)
        );
        assert!(is_multiple("1e1000000000", "0.125") && !is_multiple("1e-1000000000", "0.125"));
        assert!(is_multiple("0.30", "0.1") && !is_multiple("0.35", "0.1") && is_multiple("-7", "0.5"));
        assert!(is_multiple("0", "3") && !is_multiple("3", "0") && !is_multiple("0", "0"));
    }

    #[test]
    fn integers_are_told_by_their_value() {
        for (text, integer) in [("1.0", 1), ("1.5e1", 15), ("1.8446744073709551615e19", u64::MAX.into()), ("-0.0", 0)] {
            assert_eq!(decimal(text).to_integer(), Some(integer), "{text}");
            assert!(decimal(text).is_integer());
        }
        for text in ["1.00000000000000000001", "9007199254740993.5", "1e-1"] {
            assert!(!decimal(text).is_integer() && decimal(text).to_integer().is_none(), "{text}");
        }
        assert!(decimal("1e400").is_integer() && decimal("1e400").to_integer().is_none());
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "-", ".5", "e5", "1e", "1e+", "inf", "NaN", "1_000", "0x1", " 1"] {
            assert!(Decimal::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_float_holds_what_it_prints_and_what_was_printed_of_it() {
        for text in ["0.1", "1", "1e22", "18446744073709551615", "0.30000000000000004", "5e-324", "-0.0", "1.50"] {
            assert_eq!(Held::of(text), Held::Exactly, "{text}");
        }
        let tenth = "0.1000000000000000055511151231257827021181583404541015625";
        for text in ["0.10000000000000001", "0.1000000000000000055", tenth, "9223372036854775808e0"] {
            assert!(matches!(Held::of(text), Held::Rounded(_)), "{text}");
        }
        for text in ["0.30000000000000000001", "9007199254740993.5", "1e400", "1e-400", "2.5e-324"] {
            assert_eq!(Held::of(text), Held::Not, "{text}");
        }
        assert_eq!(Held::in_float("9007199254740993"), Held::Not);
        for integer in ["9223372036854775807", "9223372036854775001", "9223372036854775810"] {
            assert_eq!(Held::in_float(integer), Held::Not, "{integer}");
        }
    }
}
