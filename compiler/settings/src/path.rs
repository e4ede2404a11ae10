//! Paths into a configuration, as `-o` takes them: `engine.replay.capture_file`, `plugins[0].name`, `rules_files[]`.

use std::fmt;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A key of a mapping.
    Key(String),
    /// An element of a sequence.
    Index(usize),
    /// `[]`: a new element at the end of a sequence.
    Append,
}

/// Why a path cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    /// Byte offset in the path.
    pub offset: usize,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at position {}", self.message, self.offset)
    }
}

impl std::error::Error for PathError {}

/// Parses a path. `\.`, `\[`, `\]` and `\\` stand for the characters themselves.
pub fn parse(path: &str) -> Result<Vec<Step>, PathError> {
    let error = |offset: usize, message: &str| PathError { offset, message: message.to_string() };
    let mut steps = Vec::new();
    let mut key = String::new();
    let mut key_expected = true;
    let mut characters = path.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some((_, escaped @ ('.' | '[' | ']' | '\\'))) => key.push(escaped),
                Some((_, other)) => {
                    return Err(error(offset, &format!("invalid escape sequence '\\{other}'")));
                }
                None => return Err(error(offset, "trailing backslash")),
            },
            '.' | '[' => {
                if !key.is_empty() {
                    steps.push(Step::Key(std::mem::take(&mut key)));
                } else if key_expected {
                    return Err(error(offset, &format!("unexpected character '{character}'")));
                }
                key_expected = character == '.';
                if character == '[' {
                    let mut digits = String::new();
                    loop {
                        match characters.next() {
                            Some((_, ']')) => break,
                            Some((_, digit @ '0'..='9')) => digits.push(digit),
                            Some((at, _)) => return Err(error(at, "expected a number between brackets")),
                            None => return Err(error(path.len(), "unterminated index")),
                        }
                    }
                    steps.push(if digits.is_empty() {
                        Step::Append
                    } else {
                        Step::Index(digits.parse().map_err(|_| error(offset, "index too large"))?)
                    });
                    if let Some(&(at, next)) = characters.peek()
                        && next != '.'
                        && next != '['
                    {
                        return Err(error(at, &format!("unexpected character '{next}'")));
                    }
                }
            }
            other => key.push(other),
        }
    }
    if !key.is_empty() {
        steps.push(Step::Key(key));
    } else if key_expected {
        return Err(error(path.len(), "a key is missing"));
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::{Step, parse};

    fn shown(path: &str) -> String {
        match parse(path) {
            Ok(steps) => steps
                .iter()
                .map(|step| match step {
                    Step::Key(key) => format!("<{key}>"),
                    Step::Index(index) => format!("#{index}"),
                    Step::Append => "+".to_string(),
                })
                .collect(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn paths_are_split_into_steps() {
        for (path, expected) in [
            ("json_output", "<json_output>"),
            ("engine.replay.capture_file", "<engine><replay><capture_file>"),
            ("plugins[0].name", "<plugins>#0<name>"),
            ("matrix[1][3]", "<matrix>#1#3"),
            ("rules_files[]", "<rules_files>+"),
            ("append_output[].match.rule", "<append_output>+<match><rule>"),
            (r"labels.kubernetes\.io/role", "<labels><kubernetes.io/role>"),
            ("", "error: a key is missing at position 0"),
            ("a.", "error: a key is missing at position 2"),
            ("a..b", "error: unexpected character '.' at position 2"),
            ("a[x]", "error: expected a number between brackets at position 2"),
            ("a[1", "error: unterminated index at position 3"),
            ("a[1]b", "error: unexpected character 'b' at position 4"),
            (r"a\q", r"error: invalid escape sequence '\q' at position 1"),
        ] {
            assert_eq!(shown(path), expected, "{path}");
        }
    }
}
