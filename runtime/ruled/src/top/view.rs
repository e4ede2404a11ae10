//! The interactive view: rules by cost, and one rule in full.

use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use views::{Body, Cell, Column, Line, Model, Page, Refresh, Row, Table};

use super::fetch::Address;
use super::sample::{Rates, RuleRate, Sample};

/// The view's data.
pub(crate) struct View {
    samples: Receiver<Result<Sample, String>>,
    last: Sample,
    rates: Rates,
    trouble: Option<String>,
}

impl View {
    /// Begins to take samples.
    pub(crate) fn start(address: Address, interval: Duration, first: Sample) -> std::io::Result<View> {
        let (send, samples) = mpsc::sync_channel(1);
        // Keys must not wait for a daemon that answers slowly.
        thread::Builder::new().name("samples".to_string()).spawn(move || {
            loop {
                thread::sleep(interval);
                if send.send(super::take(&address)).is_err() {
                    return;
                }
            }
        })?;
        Ok(View { samples, rates: Rates::between(None, &first), last: first, trouble: None })
    }
}

impl Model for View {
    fn page(&self, path: &[String]) -> Option<Page> {
        let note = match &self.trouble {
            Some(trouble) => format!("{} ", trouble),
            None => format!("{} ", self.rates.summary()),
        };
        match path {
            [] => Some(Page { title: "ruled top ".to_string(), note, body: Body::Table(table(&self.rates)) }),
            [wanted] => {
                let rule = self.rates.rules.iter().find(|rule| key(rule) == *wanted)?;
                Some(Page { title: format!("Rule {} ", rule.name.0), note, body: Body::Text(full(rule)) })
            }
            _ => None,
        }
    }

    fn refresh(&mut self) -> Refresh {
        match self.samples.try_recv() {
            Ok(Ok(sample)) => {
                self.rates = Rates::between(Some(&self.last), &sample);
                self.last = sample;
                self.trouble = None;
                Refresh::Changed
            }
            Ok(Err(trouble)) => {
                self.trouble = Some(trouble);
                Refresh::Changed
            }
            Err(_) => Refresh::Unchanged,
        }
    }
}

fn key(rule: &RuleRate) -> String {
    format!("{}\u{1f}{}", rule.name.1, rule.name.0)
}

/// Nanoseconds an evaluation: of late if there were any, else since the start.
fn cost(rule: &RuleRate) -> f64 {
    let counts = if rule.rate.evaluations > 0.0 { rule.rate } else { rule.total };
    if counts.evaluations > 0.0 { counts.seconds / counts.evaluations * 1e9 } else { 0.0 }
}

/// Rule, evaluations a second, nanoseconds an evaluation, share of a CPU and of all rules, matches.
pub(crate) fn table(rates: &Rates) -> Table {
    let all: f64 = rates.rules.iter().map(|rule| rule.rate.seconds).sum();
    let rows = rates.rules.iter().map(|rule| {
        let share = if all > 0.0 { rule.rate.seconds / all * 100.0 } else { 0.0 };
        Row {
            key: key(rule),
            cells: vec![
                Cell::text(&rule.name.0),
                Cell::ranked(format!("{:.0}", rule.rate.evaluations), rule.rate.evaluations),
                Cell::ranked(format!("{:.0}", cost(rule)), cost(rule)),
                Cell::ranked(format!("{:.3}", rule.rate.seconds * 100.0), rule.rate.seconds),
                Cell::ranked(format!("{share:.1}"), share),
                Cell::ranked(format!("{:.1}", rule.rate.matches), rule.rate.matches),
                Cell::count(rule.total.matches as u64),
            ],
        }
    });
    Table {
        columns: vec![
            Column::text("Rule", 16, 60, 10),
            Column::number("Eval/s", 8, 6),
            Column::number("ns/eval", 7, 5),
            Column::number("CPU %", 7, 9),
            Column::number("Share %", 7, 4),
            Column::number("Match/s", 7, 7),
            Column::number("Matches", 7, 8),
        ],
        rows: rows.collect(),
    }
}

fn full(rule: &RuleRate) -> Vec<Line> {
    let line =
        |what: &str, total: String, rate: String| Line::new(format!("  {what:<24} {total:>16} {rate:>16}"));
    vec![
        Line::heading(format!("{} ({})", rule.name.0, rule.name.1)),
        line("", "since the start".to_string(), "in a second".to_string()),
        line(
            "evaluations",
            format!("{:.0}", rule.total.evaluations),
            format!("{:.1}", rule.rate.evaluations),
        ),
        line(
            "milliseconds",
            format!("{:.3}", rule.total.seconds * 1e3),
            format!("{:.3}", rule.rate.seconds * 1e3),
        ),
        line("matches", format!("{:.0}", rule.total.matches), format!("{:.1}", rule.rate.matches)),
        Line::new(format!("  {:<24} {:>16.0}", "nanoseconds each time", cost(rule))),
        Line::default(),
        Line::new("Evaluations and times are estimated from samples; matches are exact."),
    ]
}
