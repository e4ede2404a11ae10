//! What is kept of a group for people who look closer: values of its fields, its last alerts.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

/// What a missing value or null is shown as, as in Falco's outputs.
pub(crate) const MISSING: &str = "<NA>";
/// Alerts that a group keeps.
const RECENT: usize = 100;
/// Different values that a field of a group keeps.
const DISTINCT: usize = 500;

/// Fields and alerts of a group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Details {
    /// Values of each field and how often they occurred.
    pub(crate) fields: BTreeMap<String, Values>,
    /// The last alerts.
    pub(crate) recent: VecDeque<Value>,
}

/// Values of a field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    pub(crate) counts: BTreeMap<String, u64>,
    /// Alerts with values that found no room.
    pub(crate) others: u64,
}

impl Details {
    /// Takes in an alert.
    pub(super) fn add(&mut self, json: &[u8]) {
        let Ok(alert) = serde_json::from_slice::<Value>(json) else { return };
        for (name, value) in alert.get("output_fields").and_then(Value::as_object).into_iter().flatten() {
            if name == "evt.time" {
                continue;
            }
            let values = self.fields.entry(name.clone()).or_default();
            let text = shown(value);
            let room = values.counts.len() < DISTINCT;
            match values.counts.get_mut(&text) {
                Some(count) => *count += 1,
                None if room => {
                    values.counts.insert(text, 1);
                }
                None => values.others += 1,
            }
        }
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(alert);
    }
}

/// A value as it is shown.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Null => MISSING.to_string(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
