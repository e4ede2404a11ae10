//! Which of two alerts came first.

use std::cmp::Ordering;

use jiff::Timestamp;

/// Compares the times of two alerts as they are written; none comes before any.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    // As Falco writes them: of one length and in UTC, so that the texts compare as the times do.
    if a.len() == b.len() && a.ends_with('Z') && b.ends_with('Z') {
        return a.cmp(b);
    }
    match (a.parse::<Timestamp>(), b.parse::<Timestamp>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        (a, b) if a.is_ok() != b.is_ok() => a.is_ok().cmp(&b.is_ok()),
        _ => a.cmp(b),
    }
}

/// Whether a time is to be the first one instead of `first`, which is empty while there is none.
pub(crate) fn is_first(time: &str, first: &str) -> bool {
    !time.is_empty() && (first.is_empty() || compare(time, first) == Ordering::Less)
}

#[cfg(test)]
mod tests {
    use super::{compare, is_first};

    #[test]
    fn zones_and_fractions_count() {
        let sorted = [
            "",
            "no time",
            "2024-01-01T01:00:00.5+0200",
            "2024-01-01T00:00:00Z",
            "2024-01-01T00:00:00.25Z",
            "2024-01-01T00:00:00.250000001Z",
            "2024-01-01T00:00:00.5+00:00",
        ];
        for (at, earlier) in sorted.iter().enumerate() {
            for later in &sorted[at + 1..] {
                assert!(
                    compare(earlier, later).is_lt() && compare(later, earlier).is_gt(),
                    "{earlier} {later}"
                );
            }
        }
        assert!(is_first("2024-01-01T00:00:00Z", "") && !is_first("", "2024-01-01T00:00:00Z"));
    }
}
