//! Load results as the JSON that Falco prints (language.md 10.5). Keys are sorted, as in Falco.

use serde_json::{Value, json};

use crate::falco::{Issue, LoadResult};

impl LoadResult {
    /// The element of `falco_load_results` for this file. `text_of` gives the text of a loaded file by its name.
    pub fn to_json<'t>(&self, text_of: impl Fn(&str) -> Option<&'t str> + Copy) -> Value {
        let mut result = json!({
            "errors": self.error.iter().map(|issue| issue.to_json(text_of)).collect::<Vec<_>>(),
            "name": &*self.name,
            "successful": self.successful(),
            "warnings": self.warnings.iter().map(|issue| issue.to_json(text_of)).collect::<Vec<_>>(),
        });
        if let Some(valid) = self.schema_valid() {
            result["schema_valid"] = json!(valid);
            result["schema_warnings"] = json!(self.schema_warnings());
        }
        result
    }
}

impl Issue {
    fn to_json<'t>(&self, text_of: impl Fn(&str) -> Option<&'t str>) -> Value {
        let locations: Vec<Value> = self
            .context
            .locations
            .iter()
            .map(|location| {
                json!({
                    "item_name": &*location.item_name,
                    "item_type": location.item_type.as_str(),
                    "position": {
                        "column": location.column,
                        "line": location.line,
                        "name": &*location.name,
                        "offset": location.offset,
                    },
                })
            })
            .collect();
        let mut issue = json!({
            "code": self.code.as_str(),
            "codedesc": self.code.description(),
            "context": {"locations": locations, "snippet": self.snippet(text_of)},
            "message": self.message,
        });
        if let Some(field) = self.deprecated_field {
            issue["deprecated_field"] = json!(field.as_str());
        }
        issue
    }
}
