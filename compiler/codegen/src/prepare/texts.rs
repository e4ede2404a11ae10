//! A set of texts: membership by length, hash and one comparison.

use super::{first_eight, last_eight};

/// An immutable set of byte strings.
#[derive(Debug)]
pub(crate) struct Texts {
    /// Bit n: some member has n bytes; bit 63: some member has 63 or more.
    lengths: u64,
    /// Open addressing, at most half full; `EMPTY` marks free places.
    table: Box<[Entry]>,
    bytes: Box<[u8]>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    tag: u32,
    start: u32,
    len: u32,
}

const EMPTY: Entry = Entry { tag: 0, start: 0, len: u32::MAX };

/// Bit of a length in a mask of lengths.
pub(crate) fn length_bit(len: usize) -> u64 {
    1 << len.min(63)
}

#[inline]
fn hash(text: &[u8]) -> u64 {
    let mixed = (first_eight(text) ^ last_eight(text).rotate_left(23)).wrapping_add(text.len() as u64);
    let wide = u128::from(mixed) * 0x9e37_79b9_7f4a_7c15;
    (wide ^ (wide >> 64)) as u64
}

impl Texts {
    pub(crate) fn new<'t>(members: impl Iterator<Item = &'t [u8]>) -> Texts {
        let members: Vec<&[u8]> = members.collect();
        let places = (members.len() * 2).next_power_of_two().max(2);
        let mut texts = Texts { lengths: 0, table: vec![EMPTY; places].into(), bytes: Box::default() };
        let mut bytes = Vec::new();
        for member in members {
            let tag = hash(member);
            let mut place = tag as usize & (places - 1);
            let known = loop {
                let entry = texts.table[place];
                if entry.len == u32::MAX {
                    break false;
                }
                if entry.tag == (tag >> 32) as u32
                    && &bytes[entry.start as usize..][..entry.len as usize] == member
                {
                    break true;
                }
                place = (place + 1) & (places - 1);
            };
            if known {
                continue;
            }
            texts.table[place] =
                Entry { tag: (tag >> 32) as u32, start: bytes.len() as u32, len: member.len() as u32 };
            texts.lengths |= length_bit(member.len());
            bytes.extend_from_slice(member);
        }
        texts.bytes = bytes.into();
        texts
    }

    /// The lengths of members, see `length_bit`.
    pub(crate) fn lengths(&self) -> u64 {
        self.lengths
    }

    #[inline]
    pub(crate) fn contains(&self, text: &[u8]) -> bool {
        if self.lengths & length_bit(text.len()) == 0 {
            return false;
        }
        let tag = hash(text);
        let mask = self.table.len() - 1;
        let mut place = tag as usize & mask;
        while let Some(entry) = self.table.get(place) {
            if entry.len == u32::MAX {
                return false;
            }
            if entry.tag == (tag >> 32) as u32
                && entry.len as usize == text.len()
                && self.bytes.get(entry.start as usize..entry.start as usize + text.len()) == Some(text)
            {
                return true;
            }
            place = (place + 1) & mask;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::Texts;

    #[test]
    fn finds_exactly_the_members() {
        let members: Vec<Vec<u8>> = (0..300u32)
            .map(|n| {
                let mut text = format!("/usr/bin/{}", n * n).into_bytes();
                text.extend(std::iter::repeat_n(b'x', (n % 90) as usize));
                text
            })
            .chain([b"".to_vec(), b"a".to_vec(), b"ab".to_vec(), vec![0, 0], vec![0]])
            .collect();
        let texts = Texts::new(members.iter().map(Vec::as_slice));
        for member in &members {
            assert!(texts.contains(member));
            let mut longer = member.clone();
            longer.push(0);
            assert_eq!(texts.contains(&longer), members.contains(&longer));
            if let Some((_, shorter)) = member.split_last() {
                assert_eq!(texts.contains(shorter), members.iter().any(|member| member == shorter));
            }
        }
        assert!(!Texts::new(std::iter::empty()).contains(b""));
    }
}
