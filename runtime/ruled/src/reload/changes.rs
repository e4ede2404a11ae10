//! Which changes of the configuration a reload takes over.

use settings::tree::{Node, Value};

/// Top-level keys that a reload takes over: all that rules and the form of alerts depend on.
const TAKEN_OVER: &[&str] = &[
    "config_files",
    "rules_files",
    "rules_file",
    "rules",
    "bundle",
    "priority",
    "rule_matching",
    "append_output",
    "static_fields",
    "plugins",
    "load_plugins",
    "json_output",
    "json_include_output_property",
    "json_include_message_property",
    "json_include_output_fields_property",
    "json_include_tags_property",
    "time_format_iso_8601",
    "buffer_format_base64",
];

/// Top-level keys that differ and take a new start.
pub(super) fn needing_restart(old: &Node, new: &Node) -> Vec<String> {
    let mut keys: Vec<String> =
        old.entries().iter().chain(new.entries()).map(|(key, _)| key.clone()).collect();
    keys.sort();
    keys.dedup();
    keys.retain(|key| !TAKEN_OVER.contains(&key.as_str()) && !same(old.key(key), new.key(key)));
    keys
}

/// Whether two values are the same, wherever they were set. Depth is limited by the reader of settings.
fn same(a: Option<&Node>, b: Option<&Node>) -> bool {
    let empty = Value::Null;
    match (a.map_or(&empty, |node| &node.value), b.map_or(&empty, |node| &node.value)) {
        (Value::Null, Value::Null) => true,
        (Value::Scalar(a), Value::Scalar(b)) => a == b,
        (Value::Sequence(a), Value::Sequence(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(Some(a), Some(b)))
        }
        (Value::Mapping(a), Value::Mapping(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, node)| {
                    b.iter().any(|(other, value)| other == key && same(Some(node), Some(value)))
                })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::needing_restart;

    #[test]
    fn only_values_count() {
        let read = |text: &str| settings::read::document(&Arc::from("falco.yaml"), text).unwrap();
        let old = read("json_output: true\nwebserver:\n  enabled: true\n  listen_port: 1\nlog_level: info\n");
        let moved = read("# moved\nlog_level: info\nwebserver: {listen_port: 1, enabled: true}\n");
        assert_eq!(needing_restart(&old, &moved), Vec::<String>::new());
        let changed = read("webserver: {enabled: true, listen_port: 2}\nfile_output: {enabled: true}\n");
        assert_eq!(needing_restart(&old, &changed), ["file_output", "log_level", "webserver"]);
    }
}
