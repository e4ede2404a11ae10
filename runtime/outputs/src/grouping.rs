//! Repeated alerts: the first goes out at once, the rest are counted and summed up when the window ends.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::Arc;

use crate::alert::{Alert, Fields};
use crate::options::GroupingOptions;

/// Most groups at a time. Beyond it the oldest are summed up early.
const MOST_GROUPS: usize = 65_536;

/// One group.
#[derive(Debug)]
struct Group {
    /// Alerts after the first.
    count: u64,
    /// The latest of them, which the summary shows.
    latest: Option<Alert>,
}

/// The open groups.
#[derive(Debug)]
pub(crate) struct Grouping {
    options: GroupingOptions,
    groups: HashMap<u64, Group>,
    /// Keys by the end of their window. Windows have one length: the first to open is the first to end.
    ends: VecDeque<(u64, u64)>,
    hasher: RandomState,
}

impl Grouping {
    pub(crate) fn new(options: GroupingOptions) -> Grouping {
        Grouping { options, groups: HashMap::new(), ends: VecDeque::new(), hasher: RandomState::new() }
    }

    /// Whether the alert goes out; otherwise it was counted. Summaries that are due are added to `due`.
    pub(crate) fn admit(&mut self, alert: &Alert, due: &mut Vec<Alert>) -> bool {
        self.expire(alert.ts, due);
        let key = self.key(alert);
        if let Some(group) = self.groups.get_mut(&key) {
            group.count += 1;
            group.latest = Some(alert.clone());
            return false;
        }
        if self.groups.len() >= MOST_GROUPS
            && let Some((_, oldest)) = self.ends.pop_front()
        {
            self.sum_up(oldest, due);
        }
        self.groups.insert(key, Group { count: 0, latest: None });
        self.ends.push_back((alert.ts.saturating_add(self.window_ns()), key));
        true
    }

    fn window_ns(&self) -> u64 {
        u64::try_from(self.options.window.as_nanos()).unwrap_or(u64::MAX)
    }

    /// Ends the windows that are over at this time. One that would begin long after it is over, too: the clock was set
    /// back.
    pub(crate) fn expire(&mut self, now_ns: u64, due: &mut Vec<Alert>) {
        let most = self.window_ns().saturating_mul(2);
        while let Some((end, key)) = self.ends.front().copied() {
            if end > now_ns && end - now_ns <= most {
                break;
            }
            self.ends.pop_front();
            self.sum_up(key, due);
        }
    }

    fn sum_up(&mut self, key: u64, due: &mut Vec<Alert>) {
        if let Some(Group { count, latest: Some(latest) }) = self.groups.remove(&key) {
            due.push(summary(latest, count, self.options.window.as_secs_f64()));
        }
    }

    /// What makes alerts equal, as a hash: rule and message, or rule and the values of some fields.
    fn key(&self, alert: &Alert) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        alert.rule.hash(&mut hasher);
        alert.source.hash(&mut hasher);
        match &alert.fields {
            Some(fields) if self.options.fields.is_empty() => fields.message.hash(&mut hasher),
            Some(fields) => {
                for name in &self.options.fields {
                    let value =
                        fields.output_fields.iter().find(|(key, _)| key == name).map(|(_, value)| value);
                    value.hash(&mut hasher);
                }
            }
            None => alert.line.hash(&mut hasher),
        }
        hasher.finish()
    }
}

/// The latest alert with the number of those that it stands for.
fn summary(latest: Alert, count: u64, seconds: f64) -> Alert {
    let note = format!(" (repeated {count} times in {seconds} s)");
    let mut line = Vec::with_capacity(latest.line.len() + note.len());
    match latest.line.strip_prefix(b"{") {
        // Keys are in alphabetical order, and `count` comes before all others.
        Some(rest) => {
            line.extend_from_slice(format!("{{\"count\":{count},").as_bytes());
            line.extend_from_slice(rest);
        }
        None => {
            line.extend_from_slice(&latest.line);
            line.extend_from_slice(note.as_bytes());
        }
    }
    let fields = latest.fields.as_ref().map(|fields| {
        let mut output_fields = fields.output_fields.clone();
        let place = output_fields.partition_point(|(key, _)| key.as_str() < "count");
        output_fields.insert(place, ("count".to_string(), count.to_string()));
        Arc::new(Fields {
            output: format!("{}{note}", fields.output),
            message: format!("{}{note}", fields.message),
            output_fields,
            hostname: fields.hostname.clone(),
        })
    });
    Alert { line: line.into(), fields, ..latest }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::test_alert;

    fn grouping(fields: &[&str]) -> Grouping {
        let fields = fields.iter().map(|field| field.to_string()).collect();
        Grouping::new(GroupingOptions { window: Duration::from_secs(60), fields })
    }

    fn alert(second: u64, message: &str, user: &str) -> Alert {
        let fields = Fields {
            message: message.to_string(),
            output_fields: vec![("user.name".to_string(), user.to_string())],
            ..Fields::default()
        };
        let line = format!("{second}: Notice {message}").into_bytes();
        Alert {
            ts: second * 1_000_000_000,
            line: line.into(),
            fields: Some(Arc::new(fields)),
            ..test_alert(0)
        }
    }

    #[test]
    fn a_thousand_equal_alerts_are_one_and_a_summary() {
        let mut grouping = grouping(&[]);
        let mut due = Vec::new();
        let passed =
            (0..1000).filter(|at| grouping.admit(&alert(at / 20, "shell", "root"), &mut due)).count();
        assert_eq!((passed, due.len()), (1, 0));
        assert!(grouping.admit(&alert(50, "other", "root"), &mut due), "another alert is not delayed");
        grouping.expire(60_000_000_000, &mut due);
        assert_eq!(due.len(), 1);
        assert_eq!(&*due[0].line, b"49: Notice shell (repeated 999 times in 60 s)");
        let fields = due[0].fields.as_ref().unwrap();
        assert_eq!(fields.output_fields[0], ("count".to_string(), "999".to_string()));
        assert!(grouping.admit(&alert(61, "shell", "root"), &mut due), "a new window opens");
        grouping.expire(u64::MAX, &mut due);
        assert_eq!(due.len(), 1, "no summary without repetitions");
    }

    #[test]
    fn a_clock_that_is_set_back_delays_no_summary() {
        let mut grouping = grouping(&[]);
        let mut due = Vec::new();
        for second in [10_000, 10_001] {
            grouping.admit(&alert(second, "shell", "root"), &mut due);
        }
        // Events of several CPUs are not in perfect order.
        grouping.expire(9_999_999_999_000, &mut due);
        assert!(due.is_empty());
        assert!(grouping.admit(&alert(100, "shell", "root"), &mut due), "a new window opens");
        assert_eq!(&*due[0].line, b"10001: Notice shell (repeated 1 times in 60 s)");
    }

    #[test]
    fn chosen_fields_make_alerts_equal() {
        let mut grouping = grouping(&["user.name"]);
        let mut due = Vec::new();
        assert!(grouping.admit(&alert(0, "a", "root"), &mut due));
        assert!(!grouping.admit(&alert(1, "b", "root"), &mut due));
        assert!(grouping.admit(&alert(2, "b", "bob"), &mut due));
    }

    #[test]
    fn json_keeps_its_order_of_keys() {
        let json = Alert { line: b"{\"hostname\":\"h\"}".as_slice().into(), ..test_alert(0) };
        assert_eq!(&*summary(json, 3, 1.0).line, b"{\"count\":3,\"hostname\":\"h\"}");
    }

    #[test]
    fn groups_are_bounded() {
        let mut grouping = grouping(&[]);
        let mut due = Vec::new();
        for number in 0..MOST_GROUPS + 10 {
            let text = number.to_string();
            grouping.admit(&alert(0, &text, ""), &mut due);
            grouping.admit(&alert(0, &text, ""), &mut due);
        }
        assert_eq!((grouping.groups.len(), due.len()), (MOST_GROUPS, 10));
    }
}
