//! Durations as `falco.yaml` writes them: `1h`, `15m30s`, `500ms`.

use std::time::Duration;

/// Reads a duration: numbers with the units `ms`, `s`, `m`, `h`, `d` and `w`, each at most once and the largest first.
pub fn duration(text: &str) -> Option<Duration> {
    const UNITS: [(&str, u64); 6] =
        [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];
    let mut rest = text.trim();
    let mut units = UNITS.iter();
    let mut total = 0_u64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest.get(..digits)?.parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (name, after) = rest.split_at(letters);
        let (_, factor) = units.find(|(unit, _)| *unit == name)?;
        total = total.checked_add(number.checked_mul(*factor)?)?;
        rest = after.trim_start();
    }
    Some(Duration::from_millis(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, ms) in
            [("1h", 3_600_000), ("15m30s", 930_000), ("500ms", 500), ("1w 2d", 777_600_000), ("0s", 0)]
        {
            assert_eq!(duration(text), Some(Duration::from_millis(ms)), "{text}");
        }
        for text in
            ["", "1", "h", "1x", "1s1h", "1h1h", "-1s", "99999999999999999999s", "18446744073709551615w"]
        {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
