//! Texts made printable: what Falco does to every text of its own fields before it prints it.

/// Whether [`push_printable`] would append the text unchanged.
#[inline]
pub fn is_printable(text: &[u8]) -> bool {
    // Nearly every text is plain ASCII. Blocks without an early exit are checked many bytes at a time.
    let unusual = |block: &[u8]| block.iter().fold(false, |found, byte| found | !(0x20..0x7f).contains(byte));
    let (blocks, rest) = text.as_chunks::<16>();
    if !blocks.iter().any(|block| unusual(block)) && !unusual(rest) {
        return true;
    }
    is_printable_utf8(text)
}

#[cold]
fn is_printable_utf8(text: &[u8]) -> bool {
    text.utf8_chunks().all(|chunk| chunk.invalid().is_empty() && chunk.valid().chars().all(is_shown))
}

/// Appends a text with U+FFFD in place of every control character (C0, DEL, C1), every noncharacter and every maximal
/// part of an ill-formed sequence.
pub fn push_printable(out: &mut Vec<u8>, text: &[u8]) {
    for chunk in text.utf8_chunks() {
        let valid = chunk.valid();
        let mut from = 0;
        for (at, char) in valid.char_indices().filter(|(_, char)| !is_shown(*char)) {
            out.extend_from_slice(&valid.as_bytes()[from..at]);
            push_replacement(out);
            from = at + char.len_utf8();
        }
        out.extend_from_slice(&valid.as_bytes()[from..]);
        if !chunk.invalid().is_empty() {
            push_replacement(out);
        }
    }
}

fn push_replacement(out: &mut Vec<u8>) {
    out.extend_from_slice("\u{fffd}".as_bytes());
}

fn is_shown(char: char) -> bool {
    let code = u32::from(char);
    !(code < 0x20
        || (0x7f..=0x9f).contains(&code)
        || (0xfdd0..=0xfdef).contains(&code)
        || code & 0xfffe == 0xfffe)
}
