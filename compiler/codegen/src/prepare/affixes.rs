//! A set of prefixes or of suffixes: does a text start (end) with any of them?

use super::{first_eight, last_eight};

/// Which end of the text counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Start,
    End,
}

/// Affixes, sorted from their end of the text, none of them an affix of another. In such an order the only candidate
/// for a text is the greatest affix that is not greater than the text: whatever lies between an affix and a text that
/// has it has that affix too, and was left out.
#[derive(Debug)]
pub(crate) struct Affixes {
    side: Side,
    /// The first (last) eight bytes of each, as they sort.
    keys: Box<[u64]>,
    affixes: Box<[Box<[u8]>]>,
    shortest: usize,
}

impl Affixes {
    pub(crate) fn new<'t>(side: Side, members: impl Iterator<Item = &'t [u8]>) -> Affixes {
        let mut members: Vec<&[u8]> = members.collect();
        members.sort_by(|a, b| match side {
            Side::Start => a.cmp(b),
            Side::End => a.iter().rev().cmp(b.iter().rev()),
        });
        let mut affixes: Vec<Box<[u8]>> = Vec::new();
        for member in members {
            if affixes.last().is_none_or(|shorter| !has(side, member, shorter)) {
                affixes.push(member.into());
            }
        }
        Affixes {
            side,
            keys: affixes.iter().map(|affix| key(side, affix)).collect(),
            shortest: affixes.iter().map(|affix| affix.len()).min().unwrap_or(usize::MAX),
            affixes: affixes.into(),
        }
    }

    pub(crate) fn side(&self) -> Side {
        self.side
    }

    /// The affixes that are left: no text has two of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.affixes.iter().map(|affix| &**affix)
    }

    /// The length of the shortest affix; `usize::MAX` when there is none.
    pub(crate) fn shortest(&self) -> usize {
        self.shortest
    }

    #[inline]
    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        if text.len() < self.shortest {
            return false;
        }
        let wanted = key(self.side, text);
        let (mut low, mut high) = (0, self.keys.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.precedes(middle, wanted, text) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low.checked_sub(1)
            .and_then(|index| self.affixes.get(index))
            .is_some_and(|affix| has(self.side, text, affix))
    }

    /// Whether the affix at this index sorts before the text, whose key is `wanted`, or is equal to it.
    #[inline]
    fn precedes(&self, index: usize, wanted: u64, text: &[u8]) -> bool {
        let (Some(key), Some(affix)) = (self.keys.get(index), self.affixes.get(index)) else { return false };
        *key < wanted
            || *key == wanted
                && match self.side {
                    Side::Start => **affix <= *text,
                    Side::End => affix.iter().rev().le(text.iter().rev()),
                }
    }
}

fn key(side: Side, text: &[u8]) -> u64 {
    match side {
        Side::Start => first_eight(text),
        Side::End => last_eight(text),
    }
}

fn has(side: Side, text: &[u8], affix: &[u8]) -> bool {
    match side {
        Side::Start => text.starts_with(affix),
        Side::End => text.ends_with(affix),
    }
}

#[cfg(test)]
mod tests {
    use super::{Affixes, Side, has};

    #[test]
    fn agrees_with_one_by_one() {
        let members: Vec<&[u8]> = vec![
            b"/etc",
            b"/etc/",
            b"/usr/lib/x",
            b"/usr/lib/xy",
            b"/usr/lib64/",
            b"/usr/local/bin/a",
            b"/usr/local/bin/b",
            b"a",
            b"\0",
            b"ab\0",
            b"zz",
            b"\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            b"12345678",
            b"12345678\0",
            b"1234567",
            b"/usr/lib\0x",
        ];
        for take in 0..=members.len() {
            for side in [Side::Start, Side::End] {
                let chosen = &members[..take];
                let affixes = Affixes::new(side, chosen.iter().copied());
                for a in &members {
                    for b in &members {
                        for text in
                            [[*a, *b].concat(), [*a, b"q", *b].concat(), [b"q", *a].concat(), a[1..].to_vec()]
                        {
                            let expected = chosen.iter().any(|member| has(side, &text, member));
                            assert_eq!(affixes.matches(&text), expected, "{side:?} {text:?} {chosen:?}");
                        }
                    }
                }
            }
        }
        assert!(Affixes::new(Side::Start, [b"".as_slice()].into_iter()).matches(b""));
        assert!(!Affixes::new(Side::Start, std::iter::empty()).matches(b"x"));
    }
}
