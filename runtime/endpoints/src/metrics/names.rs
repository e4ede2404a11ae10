//! Names made fit for metrics, as Falco makes them.

/// Replaces runs of anything that `keep` rejects, and runs of underscores, by one underscore.
fn squeeze(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    for symbol in text.chars() {
        let symbol = if keep(symbol) { symbol } else { '_' };
        if symbol != '_' || !out.ends_with('_') {
            out.push(symbol);
        }
    }
    out
}

/// A text as the name of a label: letters, digits and single underscores, not beginning with a digit.
pub fn label_name(text: &str) -> String {
    let mut name = squeeze(text, |symbol| symbol.is_ascii_alphanumeric());
    if !name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        name.insert(0, '_');
    }
    name
}

/// A rule's or file's name as part of a field's name: colons stay, an underscore at the end goes.
pub fn rule_name(text: &str) -> String {
    let mut name = squeeze(text, |symbol| symbol.is_ascii_alphanumeric() || symbol == ':');
    if name.ends_with('_') {
        name.pop();
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_get_falcos_names() {
        for (name, wanted) in [
            ("Testing rule   2 (CVE-2244)", "Testing_rule_2_CVE_2244"),
            ("Testing rule__:2)", "Testing_rule_:2"),
            ("This@is_a$test rule123", "This_is_a_test_rule123"),
            ("falco_rules.yaml", "falco_rules_yaml"),
            ("", ""),
        ] {
            assert_eq!(rule_name(name), wanted);
        }
    }

    #[test]
    fn labels_get_names_that_prometheus_takes() {
        for (name, wanted) in [
            ("tag_T1059.004", "tag_T1059_004"),
            ("tag_PCI_DSS_10.2.5", "tag_PCI_DSS_10_2_5"),
            ("container.id", "container_id"),
            ("9lives", "_9lives"),
            ("ä", "_"),
            ("", "_"),
            ("a:b", "a_b"),
        ] {
            assert_eq!(label_name(name), wanted);
        }
    }
}
