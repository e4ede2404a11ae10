//! Character classes of a pattern as ranges of code points.

/// A set of code points: ranges in any order, possibly overlapping.
#[derive(Default)]
pub(super) struct Class {
    ranges: Vec<(u32, u32)>,
}

const LAST: u32 = 0x10_FFFF;

/// Ranges of the POSIX classes, which know ASCII only.
const POSIX: &[(&str, &[(u8, u8)])] = &[
    ("alnum", &[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z')]),
    ("alpha", &[(b'A', b'Z'), (b'a', b'z')]),
    ("ascii", &[(0, 0x7F)]),
    ("blank", &[(b'\t', b'\t'), (b' ', b' ')]),
    ("cntrl", &[(0, 0x1F), (0x7F, 0x7F)]),
    ("digit", &[(b'0', b'9')]),
    ("graph", &[(b'!', b'~')]),
    ("lower", &[(b'a', b'z')]),
    ("print", &[(b' ', b'~')]),
    ("punct", &[(b'!', b'/'), (b':', b'@'), (b'[', b'`'), (b'{', b'~')]),
    ("space", &[(b'\t', b'\r'), (b' ', b' ')]),
    ("upper", &[(b'A', b'Z')]),
    ("word", &[(b'0', b'9'), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z')]),
    ("xdigit", &[(b'0', b'9'), (b'A', b'F'), (b'a', b'f')]),
];

impl Class {
    pub(super) fn add(&mut self, low: u32, high: u32) {
        self.ranges.push((low, high));
    }

    /// Adds a POSIX class by the text between the colons (`^` negates it); false when there is none of that name.
    pub(super) fn add_posix(&mut self, name: &str) -> bool {
        let (negated, name) = name.strip_prefix('^').map_or((false, name), |name| (true, name));
        let Some((_, ranges)) = POSIX.iter().find(|(known, _)| *known == name) else { return false };
        let mut class =
            Class { ranges: ranges.iter().map(|(low, high)| (u32::from(*low), u32::from(*high))).collect() };
        if negated {
            class.negate();
        }
        self.ranges.append(&mut class.ranges);
        true
    }

    /// Sorts and merges the ranges.
    fn normalize(&mut self) {
        self.ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(self.ranges.len());
        for &(low, high) in &self.ranges {
            match merged.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        self.ranges = merged;
    }

    pub(super) fn negate(&mut self) {
        self.normalize();
        let mut next = 0;
        let mut negated = Vec::with_capacity(self.ranges.len() + 1);
        for &(low, high) in &self.ranges {
            if next < low {
                negated.push((next, low - 1));
            }
            next = high.saturating_add(1);
        }
        if next <= LAST {
            negated.push((next, LAST));
        }
        self.ranges = negated;
    }

    /// Writes the class in the syntax of the `regex` crate. Returns about how many instructions RE2 needs for it.
    pub(super) fn write(mut self, out: &mut String) -> u32 {
        use std::fmt::Write;
        self.normalize();
        let mut instructions = 0;
        let start = out.len();
        out.push('[');
        for (low, high) in self.ranges {
            // Surrogates are no characters: a value that held them was mended before it is matched.
            for (low, high) in [(low, high.min(0xD7FF)), (low.max(0xE000), high)] {
                if low <= high {
                    _ = write!(out, "\\x{{{low:X}}}-\\x{{{high:X}}}");
                    instructions += if high < 0x80 { 1 } else { 8 };
                }
            }
        }
        if out.len() == start + 1 {
            // The empty class, which matches nothing.
            out.truncate(start);
            out.push_str("[a&&b]");
            return 1;
        }
        out.push(']');
        instructions
    }
}
