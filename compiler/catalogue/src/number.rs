//! Numbers as conditions write them: what C's `scanf` reads, with nothing after the digits.

/// A signed decimal number: optional white space, optional sign, digits, end of text. Values beyond 64 bits saturate;
/// a narrower type takes the low bits of the result.
pub fn parse_signed(text: &str) -> Option<i64> {
    let (negative, digits) = split(text)?;
    let mut value = 0i64;
    for digit in digits.bytes().map(|b| i64::from(b - b'0')) {
        // Accumulating on the side of the sign reaches the smallest value without overflow.
        let step = if negative { -digit } else { digit };
        value = value.saturating_mul(10).saturating_add(step);
    }
    Some(value)
}

/// An unsigned decimal number in the same form. A minus sign negates modulo 2⁶⁴, as in C; values beyond 64 bits give
/// the largest one whatever their sign.
pub fn parse_unsigned(text: &str) -> Option<u64> {
    let (negative, digits) = split(text)?;
    let value = digits
        .bytes()
        .try_fold(0u64, |value, b| value.checked_mul(10)?.checked_add(u64::from(b - b'0')))
        .map_or(u64::MAX, |value| if negative { value.wrapping_neg() } else { value });
    Some(value)
}

/// Sign and digits of a number that fills the whole text.
fn split(text: &str) -> Option<(bool, &str)> {
    let text = text.trim_start_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    whole.then_some((negative, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_with_sign_and_leading_blanks_only() {
        for (text, signed, unsigned) in [
            ("0", Some(0), Some(0)),
            (" \t42", Some(42), Some(42)),
            ("+7", Some(7), Some(7)),
            ("-7", Some(-7), Some(u64::MAX - 6)),
            ("007", Some(7), Some(7)),
            ("9223372036854775807", Some(i64::MAX), Some(i64::MAX as u64)),
            ("9223372036854775808", Some(i64::MAX), Some(1 << 63)),
            ("-9223372036854775809", Some(i64::MIN), Some(i64::MAX as u64)),
            ("99999999999999999999", Some(i64::MAX), Some(u64::MAX)),
            ("-99999999999999999999", Some(i64::MIN), Some(u64::MAX)),
            ("", None, None),
            ("-", None, None),
            ("+-1", None, None),
            ("1 ", None, None),
            ("0x10", None, None),
            ("1.5", None, None),
            ("1e+3", None, None),
            ("١", None, None),
        ] {
            assert_eq!(parse_signed(text), signed, "{text:?}");
            assert_eq!(parse_unsigned(text), unsigned, "{text:?}");
        }
    }
}
