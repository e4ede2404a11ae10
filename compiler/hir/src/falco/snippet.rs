//! The two lines that Falco quotes below a problem: the source line and a caret (language.md 10.4).

/// How far a long line is shown on each side of the position, in bytes.
const HALF_WIDTH: usize = 80;

const NOTHING: &str = "<No context available>\n";

/// The snippet of `text` around byte `offset`.
pub(super) fn snippet(text: &str, offset: usize) -> String {
    let bytes = text.as_bytes();
    if bytes.is_empty() {
        return NOTHING.to_owned();
    }
    let is_newline = |at: usize| bytes.get(at) == Some(&b'\n');
    let mut position = offset;
    if position >= bytes.len() {
        position = bytes.len() - 1;
    }
    while position > 0 && is_newline(position) {
        position -= 1;
    }
    let mut from = position;
    while from > 0 && !is_newline(from) && position - from < HALF_WIDTH {
        from -= 1;
    }
    let mut to = position;
    while to < bytes.len() - 1 && !is_newline(to) && to - position < HALF_WIDTH {
        to += 1;
    }
    if is_newline(from) {
        from += 1;
    }
    if is_newline(to) {
        to = to.wrapping_sub(1);
    }
    let length = to.wrapping_sub(from).wrapping_add(1);
    let mut line: Vec<u8> = bytes.get(from..).unwrap_or(&[]).iter().copied().take(length).collect();
    if line.is_empty() {
        return NOTHING.to_owned();
    }
    if position.saturating_sub(from) >= HALF_WIDTH {
        let end = line.len().min(3);
        line.splice(..end, *b"...");
    }
    if to.saturating_sub(position) >= HALF_WIDTH {
        let start = line.len().saturating_sub(3);
        line.splice(start.., *b"...");
    }
    let mut quoted = String::from_utf8_lossy(&line).into_owned();
    let shown = line.len();
    quoted.push('\n');
    if position >= from && position - from <= shown {
        quoted.extend(std::iter::repeat_n(' ', position - from));
        quoted.push_str("^\n");
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::snippet;

    #[test]
    fn shows_the_line_and_a_caret() {
        assert_eq!(snippet("- a: b\n- c: d\n", 9), "- c: d\n  ^\n");
        assert_eq!(snippet("- a: b\n\n", 99), "- a: b\n     ^\n");
        assert_eq!(snippet("", 3), "<No context available>\n");
        assert_eq!(snippet("\n", 0), "<No context available>\n");
    }

    #[test]
    fn cuts_long_lines() {
        let text = "x".repeat(300);
        let shown = snippet(&text, 150);
        assert_eq!(shown, format!("...{}...\n{}^\n", "x".repeat(155), " ".repeat(80)));
    }
}
