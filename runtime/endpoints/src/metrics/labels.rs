//! Alerts counted by fields that the configuration names (`metrics.alert_labels`), with a limit on the number of series.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use outputs::{Alert, DeliveryError, Output};

use super::names::label_name;
use super::text::Family;

/// What stands in place of values once there are too many of them.
const OVERFLOW: &str = "_overflow";

/// Rule, priority, source, then the values of the configured fields.
type Series = Vec<String>;

/// The counts, shared by the output that counts and the server that shows them.
#[derive(Clone, Debug)]
pub struct AlertLabels {
    fields: Arc<[String]>,
    names: Arc<[String]>,
    limit: usize,
    counts: Arc<Mutex<HashMap<Series, u64>>>,
}

impl AlertLabels {
    /// Counts by these fields. Once there are `limit` series, a new combination counts into the one series of its rule
    /// whose values all read `_overflow`.
    pub fn new(fields: &[String], limit: usize) -> AlertLabels {
        let mut names: Vec<String> = Vec::new();
        let mut kept: Vec<String> = Vec::new();
        for field in fields {
            let name = label_name(field);
            // Two fields may give one name; the labels that are always there are taken.
            if !names.contains(&name) && !["rule_name", "priority", "source"].contains(&name.as_str()) {
                names.push(name);
                kept.push(field.clone());
            }
        }
        AlertLabels { fields: kept.into(), names: names.into(), limit, counts: Arc::default() }
    }

    fn count(&self, alert: &Alert) {
        let head = [alert.rule.to_string(), (alert.priority as u8).to_string(), alert.source.to_string()];
        let value = |field: &String| {
            let fields = alert.fields.as_ref()?;
            let index = fields.output_fields.binary_search_by(|(key, _)| key.as_str().cmp(field)).ok()?;
            Some(fields.output_fields[index].1.clone())
        };
        let series: Series =
            head.iter().cloned().chain(self.fields.iter().map(|f| value(f).unwrap_or_default())).collect();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let full = counts.len() >= self.limit;
        match counts.entry(series) {
            Entry::Occupied(mut entry) => *entry.get_mut() += 1,
            Entry::Vacant(entry) if !full => {
                entry.insert(1);
            }
            Entry::Vacant(_) => {
                let rest = self.fields.iter().map(|_| OVERFLOW.to_string());
                *counts.entry(head.into_iter().chain(rest).collect()).or_default() += 1;
            }
        }
    }

    /// Writes one sample per series, sorted.
    pub(crate) fn write(&self, mut family: Family<'_>) {
        let mut counts: Vec<(Series, u64)> = self
            .counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .map(|(series, count)| (series.clone(), *count))
            .collect();
        counts.sort();
        let names: Vec<&str> = ["rule_name", "priority", "source"]
            .into_iter()
            .chain(self.names.iter().map(String::as_str))
            .collect();
        for (series, count) in counts {
            let labels: Vec<(&str, &str)> =
                names.iter().copied().zip(series.iter().map(String::as_str)).collect();
            family.sample(&labels, count);
        }
    }
}

impl Output for AlertLabels {
    fn name(&self) -> &str {
        "metrics"
    }

    fn deliver(&mut self, alert: &Alert) -> Result<(), DeliveryError> {
        self.count(alert);
        Ok(())
    }

    fn wants_fields(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use catalogue::Priority;
    use outputs::Fields;

    use super::super::families::LABELLED_ALERTS;
    use super::super::text::Exposition;
    use super::*;

    fn alert(rule: &str, container: Option<&str>) -> Alert {
        let output_fields =
            container.map(|id| ("container.id".to_string(), id.to_string())).into_iter().collect();
        Alert {
            id: 1,
            ts: 0,
            priority: Priority::Error,
            rule: rule.into(),
            source: "syscall".into(),
            tags: Arc::from([]),
            line: Arc::from(*b""),
            fields: Some(Arc::new(Fields { output_fields, ..Fields::default() })),
        }
    }

    #[test]
    fn series_are_limited_per_rule() {
        let fields = ["container.id".to_string(), "container_id".to_string(), "priority".to_string()];
        let mut labels = AlertLabels::new(&fields, 3);
        for container in [Some("a"), Some("b"), None, Some("a"), Some("c"), Some("d")] {
            labels.deliver(&alert("r", container)).unwrap();
        }
        labels.deliver(&alert("q", Some("a"))).unwrap();
        let mut page = Exposition::default();
        labels.write(page.family(&LABELLED_ALERTS));
        let text = page.finish();
        let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            samples,
            [
                r#"ruled_alerts_total{rule_name="q",priority="3",source="syscall",container_id="_overflow"} 1"#,
                r#"ruled_alerts_total{rule_name="r",priority="3",source="syscall",container_id=""} 1"#,
                r#"ruled_alerts_total{rule_name="r",priority="3",source="syscall",container_id="_overflow"} 2"#,
                r#"ruled_alerts_total{rule_name="r",priority="3",source="syscall",container_id="a"} 2"#,
                r#"ruled_alerts_total{rule_name="r",priority="3",source="syscall",container_id="b"} 1"#,
            ]
        );
    }
}
