//! The text format of Prometheus, version 0.0.4: `# HELP` and `# TYPE` once per metric, labels escaped.

use std::fmt::Write;

use super::families::Metric;

/// A growing page of metrics.
#[derive(Debug, Default)]
pub(crate) struct Exposition {
    text: String,
}

/// One metric's samples.
#[derive(Debug)]
pub(crate) struct Family<'a> {
    page: &'a mut Exposition,
    metric: &'static Metric,
    name: String,
    begun: bool,
}

impl Exposition {
    /// The media type of the page.
    pub(crate) const CONTENT_TYPE: &'static str = "text/plain; version=0.0.4";

    /// Begins a metric; nothing is written before its first sample.
    pub(crate) fn family(&mut self, metric: &'static Metric) -> Family<'_> {
        Family { page: self, metric, name: metric.name.to_string(), begun: false }
    }

    /// Begins a metric whose name has a part that is only known now.
    pub(crate) fn family_named(&mut self, metric: &'static Metric, name: String) -> Family<'_> {
        Family { page: self, metric, name, begun: false }
    }

    /// A metric with one sample and no labels.
    pub(crate) fn single(&mut self, metric: &'static Metric, value: impl Into<Number>) {
        self.family(metric).sample(&[], value);
    }

    /// A metric that says something by its labels; its value is 1.
    pub(crate) fn info(&mut self, metric: &'static Metric, labels: &[(&str, &str)]) {
        self.family(metric).sample(labels, 1u64);
    }

    /// The page.
    pub(crate) fn finish(self) -> String {
        self.text
    }
}

impl Family<'_> {
    /// Writes a sample. Within a family no two samples may have the same labels.
    pub(crate) fn sample(&mut self, labels: &[(&str, &str)], value: impl Into<Number>) {
        let text = &mut self.page.text;
        // Writing to a string cannot fail.
        if !self.begun {
            self.begun = true;
            let _ = writeln!(text, "# HELP {} {}", self.name, self.metric.help);
            let _ = writeln!(text, "# TYPE {} {}", self.name, self.metric.kind.word());
        }
        text.push_str(&self.name);
        for (index, (name, label)) in labels.iter().enumerate() {
            text.push(if index == 0 { '{' } else { ',' });
            text.push_str(name);
            text.push_str("=\"");
            for symbol in label.chars() {
                match symbol {
                    '\\' => text.push_str("\\\\"),
                    '"' => text.push_str("\\\""),
                    '\n' => text.push_str("\\n"),
                    other => text.push(other),
                }
            }
            text.push('"');
        }
        if !labels.is_empty() {
            text.push('}');
        }
        let _ = match value.into() {
            Number::Whole(number) => writeln!(text, " {number}"),
            Number::Real(number) => writeln!(text, " {number}"),
        };
    }
}

/// A value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    /// Without a fraction, printed exactly.
    Whole(u64),
    /// With one.
    Real(f64),
}

impl From<u64> for Number {
    fn from(number: u64) -> Number {
        Number::Whole(number)
    }
}

impl From<f64> for Number {
    fn from(number: f64) -> Number {
        Number::Real(number)
    }
}

#[cfg(test)]
mod tests {
    use super::super::families::{CPU_USAGE, RULES_LOADED, RULESET};
    use super::*;

    #[test]
    fn labels_are_escaped_and_headers_come_once() {
        let mut page = Exposition::default();
        let mut family = page.family(&RULESET);
        family.sample(&[("digest", "a\"b\\c\nd")], 1u64);
        family.sample(&[("digest", "e"), ("x", "ü")], 18_446_744_073_709_551_615);
        page.single(&CPU_USAGE, 0.25);
        drop(page.family(&RULES_LOADED));
        assert_eq!(
            page.finish(),
            "# HELP ruled_ruleset_info The digest of the rules in use; always 1.\n\
             # TYPE ruled_ruleset_info gauge\n\
             ruled_ruleset_info{digest=\"a\\\"b\\\\c\\nd\"} 1\n\
             ruled_ruleset_info{digest=\"e\",x=\"ü\"} 18446744073709551615\n\
             # HELP falcosecurity_falco_cpu_usage_ratio Share of one CPU that this process has used since it started.\n\
             # TYPE falcosecurity_falco_cpu_usage_ratio gauge\n\
             falcosecurity_falco_cpu_usage_ratio 0.25\n"
        );
    }
}
