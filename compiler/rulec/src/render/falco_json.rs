//! Falco's own JSON: what `falco --validate` prints with `json_output` (language.md 10.5).

use hir::Checked;

/// One line: all load results in order, keys sorted.
pub fn falco_json(checked: &Checked) -> String {
    let results: Vec<serde_json::Value> =
        checked.files.iter().map(|result| result.to_json(|name| checked.sources.text_of(name))).collect();
    format!("{}\n", serde_json::json!({ "falco_load_results": results }))
}
