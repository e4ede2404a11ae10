//! Prometheus' text format, as far as numbers with labels go.

/// A sample.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Number<'a> {
    pub(crate) name: &'a str,
    pub(crate) labels: Vec<(&'a str, String)>,
    pub(crate) value: f64,
}

impl Number<'_> {
    /// A label's value.
    pub(crate) fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| *label == name).map(|(_, value)| value.as_str())
    }
}

/// All samples; lines that are none are passed over.
pub(crate) fn numbers(text: &str) -> impl Iterator<Item = Number<'_>> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(number)
}

fn number(line: &str) -> Option<Number<'_>> {
    let end = line.find(['{', ' '])?;
    let (name, mut rest) = line.split_at(end);
    let mut labels = Vec::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            rest = rest.trim_start_matches([',', ' ']);
            if let Some(after) = rest.strip_prefix('}') {
                rest = after;
                break;
            }
            let (label, after) = rest.split_once("=\"")?;
            let (value, after) = quoted(after)?;
            labels.push((label, value));
            rest = after;
        }
    }
    let value = rest.split_whitespace().next()?.parse().ok()?;
    Some(Number { name, labels, value })
}

/// A value up to its closing quote, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => value.push('\n'),
                other => value.push(other),
            },
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn labels_may_hold_anything() {
        let text =
            "# HELP a b\na 1\nb{} 2 123\nc{x=\"1\",y=\"a\\\"b\\\\c\\nd}\",} 2.5e3\nbroken{x=\"\nnone\n";
        let read: Vec<_> =
            numbers(text).map(|number| (number.name, number.labels.clone(), number.value)).collect();
        assert_eq!(
            read,
            [
                ("a", vec![], 1.0),
                ("b", vec![], 2.0),
                ("c", vec![("x", "1".to_string()), ("y", "a\"b\\c\nd}".to_string())], 2500.0),
            ]
        );
    }
}
