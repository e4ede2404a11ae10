//! The text of tags (`!`, `!name`, `!!str`, `!h!name`, `!<uri>`), which rule files hardly use.

use crate::yaml::input::Input;
use crate::yaml::{YamlError, message};

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

fn escape_len(input: &Input<'_>) -> usize {
    let hex = |at| input.peek_at(at).is_some_and(|byte| byte.is_ascii_hexdigit());
    if input.peek() == Some(b'%') && hex(1) && hex(2) { 3 } else { 0 }
}

/// Length of a character of a tag's name.
fn name_len(input: &Input<'_>) -> usize {
    match input.peek() {
        Some(byte) if is_word(byte) || b"#;/?:@&=+$_.~*'()".contains(&byte) => 1,
        _ => escape_len(input),
    }
}

fn uri_len(input: &Input<'_>) -> usize {
    match input.peek() {
        Some(byte) if is_word(byte) || b"#;/?:@&=+$,_.!~*'()[]".contains(&byte) => 1,
        _ => escape_len(input),
    }
}

/// Reads a tag after its `!`. Says whether it is the empty verbatim tag, which tags nothing.
pub(super) fn scan(input: &mut Input<'_>) -> Result<bool, YamlError> {
    let error = |message: &'static str, at| Err(YamlError { message: message.into(), at });
    if input.peek() == Some(b'<') {
        input.skip_in_line(1);
        let start = input.at();
        loop {
            if input.peek() == Some(b'>') {
                let empty = input.at() == start;
                input.skip_in_line(1);
                return Ok(empty);
            }
            match uri_len(input) {
                0 => return error(message::END_OF_VERBATIM_TAG, input.position()),
                len => input.skip_in_line(len),
            }
        }
    }
    let mut not_word = None;
    while let Some(byte) = input.peek() {
        if byte == b'!' {
            if let Some(at) = not_word {
                return error(message::CHAR_IN_TAG_HANDLE, at);
            }
            break;
        }
        if not_word.is_none() && !is_word(byte) {
            not_word = Some(input.position());
        }
        let len = if not_word.is_none() { 1 } else { name_len(input) };
        if len == 0 {
            break;
        }
        input.skip_in_line(len);
    }
    if not_word.is_none() && input.peek() == Some(b'!') {
        input.skip_in_line(1);
        let start = input.at();
        while name_len(input) > 0 {
            input.skip_in_line(name_len(input));
        }
        if input.at() == start {
            return error(message::TAG_WITH_NO_SUFFIX, input.position());
        }
    }
    Ok(false)
}
