//! What a daemon counted, and what two counts say about the time between them.

use std::collections::BTreeMap;
use std::time::Instant;

use super::exposition::numbers;

/// A rule: its name and event source.
pub(crate) type RuleName = (String, String);

/// Counts of a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) evaluations: f64,
    pub(crate) seconds: f64,
    pub(crate) matches: f64,
}

/// What a daemon counted at one time.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    at: Instant,
    /// Whether the metrics are those of `ruled`.
    pub(crate) is_daemon: bool,
    host: String,
    events: f64,
    drops: f64,
    rules: BTreeMap<RuleName, Counts>,
}

impl Sample {
    /// Reads metrics that were taken at a time.
    pub(crate) fn read(text: &str, at: Instant) -> Sample {
        let mut sample = Sample {
            at,
            is_daemon: false,
            host: String::new(),
            events: 0.0,
            drops: 0.0,
            rules: BTreeMap::new(),
        };
        for number in numbers(text) {
            match number.name {
                "ruled_build_info" => sample.is_daemon = true,
                "falcosecurity_evt_hostname_info" => {
                    sample.host = number.label("hostname").unwrap_or_default().to_string();
                }
                "ruled_events_total" => sample.events = number.value,
                "falcosecurity_scap_n_drops_total" => sample.drops = number.value,
                name => {
                    let Some(rule) = number.label("rule_name") else { continue };
                    let source = number.label("source").unwrap_or_default();
                    let field: fn(&mut Counts) -> &mut f64 = match name {
                        "ruled_rule_evaluations_total" => |counts| &mut counts.evaluations,
                        "ruled_rule_evaluation_seconds_total" => |counts| &mut counts.seconds,
                        "falcosecurity_falco_rules_matches_total" => |counts| &mut counts.matches,
                        _ => continue,
                    };
                    let counts = sample.rules.entry((rule.to_string(), source.to_string())).or_default();
                    *field(counts) += number.value;
                }
            }
        }
        sample
    }
}

/// A rule in a span of time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RuleRate {
    pub(crate) name: RuleName,
    /// Everything since the daemon started.
    pub(crate) total: Counts,
    /// In a second.
    pub(crate) rate: Counts,
}

/// What happened between two samples.
#[derive(Clone, Debug)]
pub(crate) struct Rates {
    pub(crate) host: String,
    pub(crate) events: f64,
    pub(crate) drops: f64,
    /// The most expensive rule first.
    pub(crate) rules: Vec<RuleRate>,
}

impl Rates {
    /// The difference of two samples, in a second. Without an earlier one, or after a restart, rates are 0.
    pub(crate) fn between(before: Option<&Sample>, now: &Sample) -> Rates {
        let seconds = before.map_or(1.0, |before| (now.at - before.at).as_secs_f64().max(1e-3));
        // A counter that went down began anew.
        let rate = |before: f64, now: f64| if now < before { 0.0 } else { (now - before) / seconds };
        let mut rules: Vec<RuleRate> = now
            .rules
            .iter()
            .map(|(name, total)| {
                let old = before.map_or(*total, |before| before.rules.get(name).copied().unwrap_or_default());
                let rate = Counts {
                    evaluations: rate(old.evaluations, total.evaluations),
                    seconds: rate(old.seconds, total.seconds),
                    matches: rate(old.matches, total.matches),
                };
                RuleRate { name: name.clone(), total: *total, rate }
            })
            .collect();
        rules.sort_by(|a, b| {
            let key = |rule: &RuleRate| (rule.rate.seconds, rule.total.seconds, rule.total.matches);
            key(b).partial_cmp(&key(a)).unwrap_or(std::cmp::Ordering::Equal).then_with(|| a.name.cmp(&b.name))
        });
        let old = |count: fn(&Sample) -> f64| before.map_or_else(|| count(now), count);
        Rates {
            host: now.host.clone(),
            events: rate(old(|sample| sample.events), now.events),
            drops: rate(old(|sample| sample.drops), now.drops),
            rules,
        }
    }

    /// One line: host, events and drops in a second, time spent on rules.
    pub(crate) fn summary(&self) -> String {
        let share: f64 = self.rules.iter().map(|rule| rule.rate.seconds).sum::<f64>() * 100.0;
        format!(
            "{}  {:.0} events/s  {:.0} lost/s  rules {share:.2} % of a CPU",
            self.host, self.events, self.drops
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Rates, Sample};
    use std::time::{Duration, Instant};

    fn text(events: u64, evaluations: u64, seconds: f64, matches: u64) -> String {
        format!(
            "ruled_build_info{{version=\"0.1.0\"}} 1\nfalcosecurity_evt_hostname_info{{hostname=\"h\"}} 1\n\
             ruled_events_total {events}\n\
             ruled_rule_evaluations_total{{rule_name=\"a\",source=\"syscall\"}} {evaluations}\n\
             ruled_rule_evaluation_seconds_total{{rule_name=\"a\",source=\"syscall\"}} {seconds}\n\
             falcosecurity_falco_rules_matches_total{{rule_name=\"a\",priority=\"4\",source=\"syscall\"}} {matches}\n\
             ruled_rule_evaluations_total{{rule_name=\"b\",source=\"syscall\"}} 5\n"
        )
    }

    #[test]
    fn two_samples_make_rates() {
        let start = Instant::now();
        let first = Sample::read(&text(1000, 100, 1.0, 1), start);
        let second = Sample::read(&text(3000, 500, 1.5, 3), start + Duration::from_secs(2));
        let rates = Rates::between(Some(&first), &second);
        assert_eq!((rates.host.as_str(), rates.events), ("h", 1000.0));
        let (a, b) = (&rates.rules[0], &rates.rules[1]);
        assert_eq!((a.name.0.as_str(), b.name.0.as_str()), ("a", "b"));
        assert_eq!((a.rate.evaluations, a.rate.seconds, a.rate.matches), (200.0, 0.25, 1.0));
        assert_eq!(a.total.matches, 3.0);
        // Started anew: no rates below 0.
        let rates = Rates::between(Some(&second), &first);
        assert!(rates.rules.iter().all(|rule| rule.rate.evaluations == 0.0) && rates.events == 0.0);
        assert!(rates.summary().starts_with("h  0 events/s"));
    }
}
