//! Texts written in each style that YAML has for them, with the place of every byte.

use ir::testing::Prng;

/// A way to write a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Folded,
    Literal,
}

pub const ALL: [Style; 5] =
    [Style::Plain, Style::SingleQuoted, Style::DoubleQuoted, Style::Folded, Style::Literal];

/// The text in a style over several lines, and for each of its bytes, and its end, the place in what is written; `None`
/// where the style cannot hold it.
pub fn write(style: Style, text: &str, random: &mut Prng) -> Option<(String, Vec<usize>)> {
    let (head, tail) = match style {
        Style::Plain => ("", ""),
        Style::SingleQuoted => ("'", "'"),
        Style::DoubleQuoted => ("\"", "\""),
        Style::Folded => (">\n      ", ""),
        Style::Literal => ("|\n      ", ""),
    };
    let unfit =
        text.contains(": ") || text.contains(" #") || text.starts_with(['"', '\'', '[', '{', '&', '*']);
    if text.contains('\n') || (style == Style::Plain && unfit) {
        return None;
    }
    let mut written = head.to_owned();
    let mut places = Vec::with_capacity(text.len() + 1);
    let bytes = text.as_bytes();
    let mut quoted = None;
    for (at, character) in text.char_indices() {
        places.extend(std::iter::repeat_n(written.len(), character.len_utf8()));
        match (character, quoted) {
            ('"' | '\'', None) => quoted = Some(character),
            (_, Some(open)) if open == character => quoted = None,
            _ => {}
        }
        let alone =
            at > 0 && bytes.get(at - 1) != Some(&b' ') && bytes.get(at + 1).is_some_and(|next| *next != b' ');
        match (style, character) {
            // A line break reads as a blank, or stands for one between words.
            (_, ' ') if alone && quoted.is_none() && random.chance(20) => written.push_str("\n      "),
            (Style::SingleQuoted, '\'') => written.push_str("''"),
            (Style::DoubleQuoted, '"' | '\\') => written.extend(['\\', character]),
            // Any letter may be written as an escape.
            (Style::DoubleQuoted, 'a'..='z') if random.chance(3) => {
                written.push_str(&format!("\\x{:02x}", character as u32));
            }
            _ => written.push(character),
        }
    }
    places.push(written.len());
    written.push_str(tail);
    Some((written, places))
}
