//! Patterns for names, as people write them in a shell.

/// Whether `pattern` fits the whole of `text`, upper and lower case alike: `*` stands for anything, `?` for one character.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let fold = |text: &str| -> Vec<char> { text.chars().flat_map(char::to_lowercase).collect() };
    let (pattern, text) = (fold(pattern), fold(text));
    let (mut p, mut t) = (0, 0);
    // Where to go on after the last `*` swallowed one character more.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match &mut star {
                Some((at, swallowed)) => {
                    *swallowed += 1;
                    (p, t) = (*at + 1, *swallowed);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, text, wanted) in [
            ("*shell*", "Terminal shell in container", true),
            ("terminal*", "Terminal shell in container", true),
            ("shell*", "Terminal shell in container", false),
            ("*b", "abab", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("", "", true),
            ("*", "", true),
            ("**", "x", true),
            ("a*b*c", "axxbyyc", true),
            ("É*", "été", true),
        ] {
            assert_eq!(glob(pattern, text), wanted, "{pattern} {text}");
        }
    }
}
