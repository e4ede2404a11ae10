//! Quoted strings of conditions: unescaping them, and writing values so that they can be read back.

use std::borrow::Cow;

/// Why a quoted string was refused; the text is Falco's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscapeError {
    /// Falco's message.
    pub message: Cow<'static, str>,
    /// Offset in the quoted text of the backslash at fault.
    pub offset: usize,
    /// Bytes of the escape sequence at fault, from the backslash.
    pub len: usize,
}

/// The value of `quoted`, which begins and ends with the same quote. Borrowed when nothing is escaped.
///
/// A backslash before a space gives one backslash and swallows the space; `\xHH` can make any byte.
pub fn unquote(quoted: &str) -> Result<Cow<'_, [u8]>, EscapeError> {
    let bytes = quoted.as_bytes();
    let Some((&quote, rest)) = bytes.split_first() else { return Ok(Cow::Borrowed(&[])) };
    let content = rest.split_last().map_or(rest, |(_, content)| content);
    if !content.contains(&b'\\') {
        return Ok(Cow::Borrowed(content));
    }
    let mut value = Vec::with_capacity(content.len());
    let mut at = 0;
    while let Some(&byte) = content.get(at) {
        at += 1;
        if byte != b'\\' {
            value.push(byte);
            continue;
        }
        // The backslash stands at `at - 1` of the content, so at `at` of the quoted text.
        let fail = |message: Cow<'static, str>, len: usize| EscapeError { message, offset: at, len };
        let Some(&escape) = content.get(at) else { break };
        value.push(match escape {
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b' ' | b'\\' => b'\\',
            b'/' => b'/',
            b'"' | b'\'' if escape == quote => escape,
            b'"' => return Err(fail(Cow::Borrowed(r#"invalid \" escape in '-quoted string"#), 2)),
            b'\'' => return Err(fail(Cow::Borrowed(r#"invalid \' escape in "-quoted string"#), 2)),
            b'x' => {
                let Some(digits) = content.get(at + 1..at + 3) else {
                    return Err(fail(
                        Cow::Borrowed("truncated hex char escape sequence"),
                        content.len() - at + 1,
                    ));
                };
                let Some(byte) = hex_byte(digits) else {
                    let shown = String::from_utf8_lossy(digits);
                    return Err(fail(format!("invalid hex char escape sequence: {shown}").into(), 4));
                };
                at += 2;
                byte
            }
            other => {
                let shown = String::from_utf8_lossy(&[other]).into_owned();
                return Err(fail(format!("unsupported string escape sequence: \\{shown}").into(), 2));
            }
        });
        at += 1;
    }
    Ok(Cow::Owned(value))
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    let nibble = |digit: u8| char::from(digit).to_digit(16);
    match digits {
        [high, low] => u8::try_from(nibble(*high)? * 16 + nibble(*low)?).ok(),
        _ => None,
    }
}

/// Appends `value` as Falco's canonical text shows it: raw, or in double quotes when it holds a byte that would
/// end or change a bare string. An empty value appends nothing, and neither commas nor parentheses make it quote,
/// so the result cannot always be read back.
pub fn quote_into(value: &[u8], out: &mut Vec<u8>) {
    let special = |byte: &u8| {
        matches!(byte, 0x08 | 0x0c | b'\n' | b'\r' | b'\t' | b' ' | b'=' | b'\\' | b'"' | b'\'' | 0)
    };
    if !value.iter().any(special) {
        out.extend_from_slice(value);
        return;
    }
    out.push(b'"');
    for &byte in value {
        match byte {
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'"' => out.extend_from_slice(b"\\\""),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

/// [`quote_into`] for a value that is UTF-8.
pub fn quote(value: &str) -> String {
    let mut out = Vec::with_capacity(value.len() + 2);
    quote_into(value.as_bytes(), &mut out);
    // Only ASCII was inserted, and only before ASCII.
    String::from_utf8(out).unwrap_or_default()
}
