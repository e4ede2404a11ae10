//! Texts that come from a watched machine, made harmless for a terminal.

use crate::model::{Body, Page};

/// Whether a character could move the cursor, turn the direction of what follows, or is not seen at all. Joiners are left
/// alone: scripts and pictures need them.
pub fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// `text` with such characters written as escapes.
pub fn clean(text: &str) -> String {
    if !text.chars().any(hides) {
        return text.to_string();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if hides(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

/// A page whose texts are clean.
pub(crate) fn clean_page(mut page: Page) -> Page {
    let texts: Box<dyn Iterator<Item = &mut String>> = match &mut page.body {
        Body::Table(table) => {
            Box::new(table.rows.iter_mut().flat_map(|row| &mut row.cells).map(|cell| &mut cell.text))
        }
        Body::Text(lines) => Box::new(lines.iter_mut().map(|line| &mut line.text)),
    };
    for text in [&mut page.title, &mut page.note].into_iter().chain(texts) {
        if text.chars().any(hides) {
            *text = clean(text);
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn what_hides_is_shown() {
        for (text, wanted) in [
            ("a\x1b[2Jb\r\n", "a\\u{1b}[2Jb\\r\\n"),
            ("cmd\u{202e}fdp.exe\u{feff}", "cmd\\u{202e}fdp.exe\\u{feff}"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("漢字 👩\u{200d}👧 é", "漢字 👩\u{200d}👧 é"),
        ] {
            assert_eq!(clean(text), wanted);
        }
    }
}
