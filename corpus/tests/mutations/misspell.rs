//! Misspellings: one or two letters left out, put in, replaced or swapped, the same for the same seed.

use ir::testing::Prng;

use crate::tokens::Kind;

/// Letters that come into a name by mistake.
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz_0123456789";

/// A name one or two edits away from `name`; `None` when the edits cancel out or nothing is left of it.
pub fn misspell(kind: Kind, name: &str, random: &mut Prng) -> Option<String> {
    let mut letters = name.as_bytes().to_vec();
    for _ in 0..1 + random.below(2) {
        edit(kind, &mut letters, random);
    }
    let wrong = String::from_utf8(letters).ok()?;
    (wrong != name && !wrong.is_empty()).then_some(wrong)
}

fn edit(kind: Kind, name: &mut Vec<u8>, random: &mut Prng) {
    let at = random.below(name.len().max(1));
    // Operators have letters only, so that what stands beside them stays as it is.
    let letter = random.pick(if kind == Kind::Operator { &LETTERS[..26] } else { LETTERS });
    match random.below(4) {
        0 if name.len() > 1 => {
            name.remove(at);
        }
        1 => name.insert(random.below(name.len() + 1), letter),
        2 if !name.is_empty() => name[at] = letter,
        _ if at + 1 < name.len() => name.swap(at, at + 1),
        _ => name.push(letter),
    }
}
