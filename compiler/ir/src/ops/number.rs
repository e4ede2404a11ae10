//! Numbers: comparison, and reading them from text as C's `scanf` does.

use catalogue::Operator;

/// Applies a comparison operator. `in` and `intersects` mean equality; other operators give false.
#[inline]
pub fn compare<T: PartialOrd>(op: Operator, left: T, right: T) -> bool {
    match op {
        Operator::Eq | Operator::In | Operator::Intersects => left == right,
        Operator::Ne => left != right,
        Operator::Lt => left < right,
        Operator::Le => left <= right,
        Operator::Gt => left > right,
        Operator::Ge => left >= right,
        _ => false,
    }
}

/// Reads an unsigned number as `%lu` does: a negative number wraps, one that needs more than 64 bits is the largest.
pub fn scan_unsigned(text: &[u8]) -> Option<u64> {
    catalogue::parse_unsigned(std::str::from_utf8(text).ok()?)
}

/// Reads a signed number as `%ld` does: one that needs more than 64 bits is the largest or the smallest.
pub fn scan_signed(text: &[u8]) -> Option<i64> {
    catalogue::parse_signed(std::str::from_utf8(text).ok()?)
}

/// Keeps the lowest `width` bytes (1, 2, 4 or 8).
pub fn truncate_unsigned(value: u64, width: u8) -> u64 {
    match width {
        1 => u64::from(value as u8),
        2 => u64::from(value as u16),
        4 => u64::from(value as u32),
        _ => value,
    }
}

/// Keeps the lowest `width` bytes (1, 2, 4 or 8) and extends their sign.
pub fn truncate_signed(value: i64, width: u8) -> i64 {
    match width {
        1 => i64::from(value as i8),
        2 => i64::from(value as i16),
        4 => i64::from(value as i32),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_scanf_reads_them() {
        for (text, unsigned, signed) in [
            ("0", Some(0), Some(0)),
            (" \t\n\x0b\x0c\r7", Some(7), Some(7)),
            ("+12", Some(12), Some(12)),
            ("007", Some(7), Some(7)),
            ("-1", Some(u64::MAX), Some(-1)),
            ("18446744073709551615", Some(u64::MAX), Some(i64::MAX)),
            ("18446744073709551616", Some(u64::MAX), Some(i64::MAX)),
            ("-18446744073709551616", Some(u64::MAX), Some(i64::MIN)),
            ("-9223372036854775808", Some(1 << 63), Some(i64::MIN)),
            ("99999999999999999999999999999999999999999999999", Some(u64::MAX), Some(i64::MAX)),
            ("", None, None),
            (" ", None, None),
            ("-", None, None),
            ("- 1", None, None),
            ("1 ", None, None),
            ("0x10", None, None),
            ("1.0", None, None),
            ("1e3", None, None),
        ] {
            assert_eq!(scan_unsigned(text.as_bytes()), unsigned, "{text:?}");
            assert_eq!(scan_signed(text.as_bytes()), signed, "{text:?}");
        }
    }

    #[test]
    fn widths_wrap() {
        assert_eq!(truncate_unsigned(65979, 2), 443);
        assert_eq!(truncate_unsigned(u64::MAX, 4), 4_294_967_295);
        assert_eq!(truncate_signed(65537, 2), 1);
        assert_eq!(truncate_signed(255, 1), -1);
    }
}
