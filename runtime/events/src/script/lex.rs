//! Words of an event script: lines, continuation lines, quotes and brackets.

use super::ScriptError;

/// A word and where it begins, both counted from 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) line: usize,
    pub(super) column: usize,
}

impl<'a> Word<'a> {
    pub(super) fn error(&self, message: impl Into<String>) -> ScriptError {
        ScriptError { line: self.line, column: self.column, message: message.into() }
    }

    /// `key=value`, if the word has that form. Values keep their quotes.
    pub(super) fn key_value(&self) -> Option<(&'a str, Word<'a>)> {
        let (key, value) = self.text.split_once('=')?;
        let is_key =
            !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'@');
        is_key.then_some((key, Word { text: value, line: self.line, column: self.column + key.len() + 1 }))
    }
}

/// The words of each statement: a line, and the line after it if its last word is a lone backslash.
pub(super) fn statements(script: &str) -> Result<Vec<Vec<Word<'_>>>, ScriptError> {
    let mut statements: Vec<Vec<Word<'_>>> = Vec::new();
    let mut continued = false;
    for (i, line) in script.lines().enumerate() {
        let mut words = words(line, i + 1)?;
        let continues = words.last().is_some_and(|word| word.text == "\\");
        if continues {
            words.pop();
        }
        match statements.last_mut() {
            Some(last) if continued => last.extend(words),
            _ if words.is_empty() => {}
            _ => statements.push(words),
        }
        continued = continues && !statements.is_empty();
    }
    Ok(statements)
}

fn words(line: &str, number: usize) -> Result<Vec<Word<'_>>, ScriptError> {
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() || rest.starts_with('#') {
            return Ok(words);
        }
        let column = line[..line.len() - rest.len()].chars().count() + 1;
        let len = word_len(rest).map_err(|message| ScriptError {
            line: number,
            column,
            message: message.into(),
        })?;
        let (text, after) = rest.split_at(len);
        words.push(Word { text, line: number, column });
        rest = after;
    }
}

/// Bytes up to the first white space outside of quotes and brackets.
fn word_len(text: &str) -> Result<usize, &'static str> {
    let mut depth = 0usize;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => loop {
                match chars.next() {
                    Some((_, '\\')) => drop(chars.next()),
                    Some((_, '"')) => break,
                    Some(_) => {}
                    None => return Err("quoted text without a closing quote"),
                }
            },
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            c if c.is_whitespace() && depth == 0 => return Ok(at),
            _ => {}
        }
    }
    if depth > 0 { Err("bracket without a closing one") } else { Ok(text.len()) }
}

/// The bytes that a word stands for: bare parts as they are, quoted parts with their escapes resolved.
pub(super) fn text(word: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut chars = word.chars();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted = !quoted,
            '\\' if quoted => match chars.next() {
                Some('n') => bytes.push(b'\n'),
                Some('t') => bytes.push(b'\t'),
                Some('r') => bytes.push(b'\r'),
                Some('0') => bytes.push(0),
                Some(c @ ('"' | '\\')) => bytes.push(c as u8),
                Some('x') => {
                    let digits = [chars.next(), chars.next()].map(|c| c.and_then(|c| c.to_digit(16)));
                    match digits {
                        [Some(high), Some(low)] => bytes.push((high * 16 + low) as u8),
                        _ => return Err("`\\x` needs two hexadecimal digits".into()),
                    }
                }
                other => {
                    let other = other.map(String::from).unwrap_or_default();
                    return Err(format!(
                        "unknown escape `\\{other}`: write \\n \\t \\r \\0 \\\\ \\\" or \\xNN"
                    ));
                }
            },
            c => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Ok(bytes)
}

/// The elements of `[a, "b c"]`; `None` for a word that is not a list.
pub(super) fn list(word: &str) -> Option<Result<Vec<Vec<u8>>, String>> {
    let inner = word.strip_prefix('[')?.strip_suffix(']')?;
    let mut elements = Vec::new();
    let mut rest = inner;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return Some(Ok(elements));
        }
        let mut quoted = false;
        let mut escaped = false;
        let end = rest.find(|c: char| {
            let ends = !quoted && (c == ',' || c.is_whitespace());
            if c == '"' && !escaped {
                quoted = !quoted;
            }
            escaped = c == '\\' && quoted && !escaped;
            ends
        });
        let (element, after) = rest.split_at(end.unwrap_or(rest.len()));
        match text(element) {
            Ok(bytes) => elements.push(bytes),
            Err(message) => return Some(Err(message)),
        }
        rest = after;
    }
}

/// Text as a word that [`text`] reads back: bare when it can be.
pub(super) fn quote(bytes: &[u8]) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b"/._-+:@%,*~^!?&$".contains(&b);
    if !bytes.is_empty() && bytes.iter().all(|&b| bare(b)) && !bytes.starts_with(b"hex:") {
        return bytes.iter().map(|&b| char::from(b)).collect();
    }
    let mut word = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => word.push_str("\\n"),
                '\t' => word.push_str("\\t"),
                '\r' => word.push_str("\\r"),
                '\0' => word.push_str("\\0"),
                '"' | '\\' => word.extend(['\\', c]),
                c if c.is_control() => {
                    c.encode_utf8(&mut [0; 4]).bytes().for_each(|b| word.push_str(&format!("\\x{b:02x}")));
                }
                c => word.push(c),
            }
        }
        chunk.invalid().iter().for_each(|b| word.push_str(&format!("\\x{b:02x}")));
    }
    word.push('"');
    word
}
