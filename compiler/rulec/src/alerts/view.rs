//! The interactive view: groups, fields of a group, values of a field, alerts with a value, one alert.

use std::cmp::Reverse;
use std::time::Duration;

use serde_json::Value;
use views::{Body, Cell, Column, Line, Model, Page, Refresh, Row, Table};

use super::Source;
use super::details::{Details, MISSING, shown};
use super::group::Group;
use super::live::{Live, Step};
use super::print::{key, priority_cell, table};
use catalogue::Priority;

/// How long a look for news may take: the next key waits for it.
const STEP: Duration = Duration::from_millis(40);
/// The row of a group behind which all its last alerts are.
const ALL: &str = "\u{1}all";

/// The view's data.
pub(crate) struct View {
    live: Live,
    asked_for_host: bool,
    trouble: Option<String>,
}

impl View {
    /// A view of what `live` counts.
    pub(crate) fn new(live: Live, asked_for_host: bool) -> View {
        View { live, asked_for_host, trouble: None }
    }

    /// What went wrong while it was shown.
    pub(crate) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    fn group(&self, wanted: &str) -> Option<(&Group, &Details)> {
        let group = self.live.aggregate.groups.iter().find(|group| key(group) == wanted)?;
        Some((group, group.details.as_deref()?))
    }

    fn note(&self) -> String {
        let totals = &self.live.aggregate.totals;
        let hosts = self.live.aggregate.hosts();
        let from = match hosts.len() {
            0 => String::new(),
            1 => hosts.into_iter().map(|host| format!("{host}  ")).collect(),
            more => format!("{more} hosts  "),
        };
        let broken = if totals.broken > 0 { format!("  {} broken", totals.broken) } else { String::new() };
        let state = match (&self.trouble, self.live.is_over()) {
            (Some(trouble), _) => format!("  {trouble}"),
            (None, true) => String::new(),
            (None, false) => "  reading".to_string(),
        };
        format!("{from}{} alerts in {} lines{broken}{state} ", totals.chosen, totals.lines)
    }
}

impl Model for View {
    fn page(&self, path: &[String]) -> Option<Page> {
        let (title, body) = match path {
            [] => {
                let table = table(&self.live.aggregate, self.asked_for_host);
                let title = match self.live.plan.sources.as_slice() {
                    [Source::File(path)] => {
                        path.file_name().unwrap_or_default().to_string_lossy().into_owned()
                    }
                    [Source::Stdin] => "standard input".to_string(),
                    more => format!("{} files", more.len()),
                };
                (format!("Alerts in {title}"), Body::Table(table))
            }
            [group] => {
                let (group, details) = self.group(group)?;
                (name(group), Body::Table(fields(group, details)))
            }
            [group, field] if field == ALL => {
                let (group, details) = self.group(group)?;
                (format!("{}: last alerts", name(group)), Body::Table(alerts(details, |_| true)))
            }
            [group, field] => {
                let (group, details) = self.group(group)?;
                (format!("{}: {field}", name(group)), Body::Table(values(details, field)?))
            }
            [group, field, number] if field == ALL => {
                let (group, details) = self.group(group)?;
                (name(group), Body::Text(alert(details, number)?))
            }
            [group, field, value] => {
                let (group, details) = self.group(group)?;
                let table = alerts(details, |alert| &field_of(alert, field) == value);
                (format!("{}: {field} = {value}", name(group)), Body::Table(table))
            }
            [group, _, _, number] => {
                let (group, details) = self.group(group)?;
                (name(group), Body::Text(alert(details, number)?))
            }
            _ => return None,
        };
        Some(Page { title: format!("{title} "), note: self.note(), body })
    }

    fn refresh(&mut self) -> Refresh {
        if self.trouble.is_some() {
            return Refresh::Unchanged;
        }
        match self.live.step(STEP) {
            Ok(Step::Nothing | Step::Ended) => Refresh::Unchanged,
            Ok(Step::Some) => Refresh::Changed,
            Ok(Step::More) => Refresh::More,
            Err(error) => {
                self.trouble = Some(error.to_string());
                Refresh::Changed
            }
        }
    }
}

fn name(group: &Group) -> String {
    let parts: Vec<&str> = group.parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// The fields of a group: how many values, the most frequent one.
fn fields(group: &Group, details: &Details) -> Table {
    let recent = Row {
        key: ALL.to_string(),
        cells: vec![
            Cell::text("last alerts"),
            Cell::count(details.recent.len() as u64),
            Cell::text(&group.last_time),
            Cell::count(group.count),
        ],
    };
    let rows = details.fields.iter().map(|(field, values)| {
        let most = values.counts.iter().max_by_key(|(value, count)| (**count, Reverse(*value)));
        let (value, count) = most.map_or((MISSING, 0), |(value, count)| (value.as_str(), *count));
        let more = if values.others > 0 { "+" } else { "" };
        let distinct = values.counts.len();
        Row {
            key: field.clone(),
            cells: vec![
                Cell::text(field),
                Cell::ranked(format!("{distinct}{more}"), distinct as f64),
                Cell::text(value),
                Cell::count(count),
            ],
        }
    });
    Table {
        columns: vec![
            Column::text("Field", 12, 40, 10),
            Column::number("Values", 6, 6),
            Column::text("Most frequent", 12, 1000, 8),
            Column::number("Count", 5, 7),
        ],
        rows: std::iter::once(recent).chain(rows).collect(),
    }
}

/// The values of a field, the most frequent first.
fn values(details: &Details, field: &str) -> Option<Table> {
    let values = details.fields.get(field)?;
    let mut sorted: Vec<(&String, &u64)> = values.counts.iter().collect();
    sorted.sort_by_key(|(value, count)| (Reverse(**count), value.as_str()));
    let row = |value: &str, count| Row {
        key: value.to_string(),
        cells: vec![Cell::text(value), Cell::count(count)],
    };
    let mut rows: Vec<Row> = sorted.into_iter().map(|(value, count)| row(value, *count)).collect();
    if values.others > 0 {
        let cells = vec![Cell::text("(further values)"), Cell::count(values.others)];
        rows.push(Row { key: "\u{1}others".to_string(), cells });
    }
    let columns = vec![Column::text(field, 12, 1000, 10), Column::number("Count", 5, 9)];
    Some(Table { columns, rows })
}

fn text_of<'a>(alert: &'a Value, key: &str) -> &'a str {
    alert.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn field_of(alert: &Value, field: &str) -> String {
    alert.get("output_fields").and_then(|fields| fields.get(field)).map_or_else(|| MISSING.to_string(), shown)
}

/// The last alerts that fit, the newest first.
fn alerts(details: &Details, fits: impl Fn(&Value) -> bool) -> Table {
    let rows = details.recent.iter().enumerate().rev().filter(|(_, alert)| fits(alert)).map(|(at, alert)| {
        let priority = Priority::parse(text_of(alert, "priority"));
        let host = text_of(alert, "hostname");
        Row {
            key: at.to_string(),
            cells: vec![
                Cell::text(text_of(alert, "time")),
                Cell::text(if host.is_empty() { "-" } else { host }),
                priority_cell(priority),
                Cell::text(text_of(alert, "output")),
            ],
        }
    });
    Table {
        columns: vec![
            Column::text("Time", 12, 30, 9),
            Column::text("Host", 4, 20, 6),
            Column::text("Priority", 8, 13, 5),
            Column::text("Output", 20, 1000, 10),
        ],
        rows: rows.collect(),
    }
}

/// One alert in full.
fn alert(details: &Details, number: &str) -> Option<Vec<Line>> {
    let alert = details.recent.get(number.parse::<usize>().ok()?)?;
    let mut lines = vec![Line::new(text_of(alert, "output")), Line::default()];
    for key in ["time", "hostname", "rule", "priority", "source"] {
        if !text_of(alert, key).is_empty() {
            lines.push(Line::new(format!("{key:<24} {}", text_of(alert, key))));
        }
    }
    let tags: Vec<&str> =
        alert.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    lines.push(Line::new(format!("{:<24} {}", "tags", tags.join(", "))));
    lines.push(Line::default());
    lines.push(Line::heading("output fields"));
    for (key, value) in alert.get("output_fields").and_then(Value::as_object).into_iter().flatten() {
        lines.push(Line::new(format!("{key:<24} {}", shown(value))));
    }
    Some(lines)
}
