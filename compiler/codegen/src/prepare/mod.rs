//! Right sides prepared for many look-ups: sets of texts, of prefixes and suffixes, of numbers and of networks. Each
//! decides exactly what the operators of `ir::ops` decide member by member, which the paired tests check.

mod affixes;
mod networks;
mod numbers;
mod texts;

pub(crate) use affixes::{Affixes, Side};
pub(crate) use networks::Networks;
pub(crate) use numbers::Numbers;
pub(crate) use texts::{Texts, length_bit};

/// The first eight bytes as a big-endian number, zeros after the end: compares as the bytes do.
#[inline]
fn first_eight(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<8>() {
        Some(chunk) => u64::from_be_bytes(*chunk),
        None => bytes.iter().fold(0, |key, byte| key << 8 | u64::from(*byte)) << (8 * (8 - bytes.len()) % 64),
    }
}

/// The last eight bytes, the very last one most significant, zeros before the start: compares as the reversed bytes do.
#[inline]
fn last_eight(bytes: &[u8]) -> u64 {
    match bytes.last_chunk::<8>() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => {
            bytes.iter().rev().fold(0, |key, byte| key << 8 | u64::from(*byte))
                << (8 * (8 - bytes.len()) % 64)
        }
    }
}
