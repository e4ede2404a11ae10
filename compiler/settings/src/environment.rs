//! `${NAME}` in configuration values.

/// Replaces `${NAME}` by the variable's value, or by nothing when it is unset. `$${NAME}` and `\${NAME}` stand for the
/// text `${NAME}` itself; a `$` that opens no braces is kept. Values put in are not expanded again.
pub fn expand(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let after = &rest[at + 1..];
        let escaped = rest[..at].ends_with('\\') && after.starts_with('{') && after.contains('}');
        if escaped {
            expanded.push_str(&rest[..at - 1]);
            expanded.push('$');
            rest = after;
        } else if let Some(name_on) = after.strip_prefix('{') {
            expanded.push_str(&rest[..at]);
            let Some(end) = name_on.find('}') else {
                expanded.push_str(&rest[at..]);
                return expanded;
            };
            expanded.push_str(&lookup(&name_on[..end]).unwrap_or_default());
            rest = &name_on[end + 1..];
        } else if after.starts_with("${") && after.contains('}') {
            expanded.push_str(&rest[..at]);
            expanded.push('$');
            rest = &after[1..];
        } else {
            expanded.push_str(&rest[..=at]);
            rest = after;
        }
    }
    expanded.push_str(rest);
    expanded
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[test]
    fn variables_are_replaced_and_escapes_are_kept() {
        let lookup = |name: &str| match name {
            "HOST" => Some("lab".to_string()),
            "NESTED" => Some("${HOST}".to_string()),
            _ => None,
        };
        for (text, expected) in [
            ("plain", "plain"),
            ("${HOST}", "lab"),
            ("a-${HOST}-b${HOST}", "a-lab-blab"),
            ("${UNSET}", ""),
            ("x${UNSET}y", "xy"),
            ("$HOST", "$HOST"),
            ("$${HOST}", "${HOST}"),
            ("\\${HOST}", "${HOST}"),
            ("${HOST", "${HOST"),
            ("$", "$"),
            ("${NESTED}", "${HOST}"),
            ("%$${HOST} ${HOST}", "%${HOST} lab"),
        ] {
            assert_eq!(expand(text, &lookup), expected, "{text}");
        }
    }
}
