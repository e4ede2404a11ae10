//! Operators on counted bytes, and hexadecimal text.

use catalogue::Operator;

/// Compares two byte buffers. `bcontains` and `bstartswith` compare bytes: their literals were decoded before.
pub fn compare(op: Operator, left: &[u8], right: &[u8]) -> bool {
    match op {
        Operator::Eq | Operator::In | Operator::Intersects => left == right,
        Operator::Ne => left != right,
        Operator::Contains | Operator::Bcontains => super::string::contains(left, right),
        Operator::Startswith | Operator::Bstartswith => left.starts_with(right),
        Operator::Endswith => left.ends_with(right),
        _ => false,
    }
}

/// Decodes an even number of hexadecimal digits, of either letter case; `None` for any other text.
pub fn decode_hex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.chunks_exact(2).map(|pair| Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_needs_pairs_of_digits() {
        assert_eq!(decode_hex(b""), Some(vec![]));
        assert_eq!(decode_hex(b"68656C6c6f"), Some(b"hello".to_vec()));
        for bad in ["6", "0g", "0x", " 1", "+1"] {
            assert_eq!(decode_hex(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn operators_on_bytes() {
        use Operator::*;
        for (op, left, right, expected) in [
            (Eq, "ab", "ab", true),
            (Ne, "ab", "abc", true),
            (Contains, "a\0b", "\0b", true),
            (Bcontains, "hello", "ell", true),
            (Bstartswith, "hello", "he", true),
            (Bstartswith, "he", "hello", false),
            (Endswith, "hello", "lo", true),
            (In, "x", "x", true),
            (Lt, "a", "b", false),
            (Icontains, "a", "a", false),
        ] {
            assert_eq!(compare(op, left.as_bytes(), right.as_bytes()), expected, "{left:?} {op:?} {right:?}");
        }
    }
}
