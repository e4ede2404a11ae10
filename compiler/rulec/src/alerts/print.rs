//! Groups as a table, as JSON and as CSV.

use serde_json::{Map, Value, json};
use views::{Cell, Column, Row, Table, Tone};

use super::details::shown;
use super::group::{Group, PRIORITIES};
use super::{Aggregate, Key, Plan};
use catalogue::Priority;

/// How a priority stands out.
pub(crate) fn tone(priority: Option<Priority>) -> Tone {
    match priority {
        Some(priority) if priority <= Priority::Error => Tone::Bad,
        Some(Priority::Warning) => Tone::Warning,
        _ => Tone::Plain,
    }
}

/// A cell with a priority, sorted by severity.
pub(crate) fn priority_cell(priority: Option<Priority>) -> Cell {
    let text = priority.map_or("-", Priority::as_str);
    // The most severe is the greatest.
    let rank = priority.map_or(-1.0, |priority| 7.0 - f64::from(priority as u8));
    Cell::ranked(text, rank).toned(tone(priority))
}

/// The keys that are worth a column: a host that nobody knows is none.
fn columns(aggregate: &Aggregate, hidden_host: bool) -> Vec<usize> {
    let keys = aggregate.keys();
    (0..keys.len()).filter(|at| !(hidden_host && keys[*at] == Key::Host)).collect()
}

/// `key=value` of all output fields, the time aside.
pub(crate) fn occurrence(group: &Group) -> String {
    let fields = group.last_fields();
    let texts: Vec<String> = fields.iter().map(|(key, value)| format!("{key}={}", shown(value))).collect();
    texts.join(" ")
}

/// The table: the keys, Count, Priority, Last timestamp, Last occurrence.
pub(crate) fn table(aggregate: &Aggregate, asked_for_host: bool) -> Table {
    let keys = aggregate.keys();
    let shown_keys = columns(aggregate, aggregate.hosts().is_empty() && !asked_for_host);
    let by_priority = keys.contains(&Key::Priority);
    let mut heads: Vec<Column> = shown_keys
        .iter()
        .map(|at| match &keys[*at] {
            Key::Rule => Column::text("Rule", 12, 60, 10),
            Key::Host => Column::text("Host", 6, 30, 7),
            key => Column::text(key.title(), 6, 60, 8),
        })
        .collect();
    heads.push(Column::number("Count", 5, 9));
    if !by_priority {
        heads.push(Column::text("Priority", 8, 13, 6));
    }
    heads.push(Column::text("Last timestamp", 20, 30, 4));
    heads.push(Column::text("Last occurrence", 12, 1000, 2));
    let rows = aggregate.sorted().into_iter().map(|group| {
        let mut cells: Vec<Cell> = shown_keys
            .iter()
            .map(|at| match &keys[*at] {
                Key::Priority => priority_cell(group.priority()),
                Key::Host if group.parts[*at].is_empty() => Cell::text("-"),
                _ => Cell::text(&group.parts[*at]),
            })
            .collect();
        cells.push(Cell::count(group.count));
        if !by_priority {
            cells.push(priority_cell(group.priority()));
        }
        cells.push(Cell::text(&group.last_time));
        cells.push(Cell::text(occurrence(group)));
        Row { key: key(group), cells }
    });
    Table { columns: heads, rows: rows.collect() }
}

/// What a group is known by in a view.
pub(crate) fn key(group: &Group) -> String {
    group.parts.join("\u{1f}")
}

/// One object: totals, hosts and groups.
pub(crate) fn json(aggregate: &Aggregate) -> Value {
    let totals = &aggregate.totals;
    let groups: Vec<Value> = aggregate
        .sorted()
        .into_iter()
        .map(|group| {
            let mut object = Map::new();
            for (key, part) in aggregate.keys().iter().zip(&group.parts) {
                let unknown = *key == Key::Host && part.is_empty();
                object.insert(key.name().to_string(), if unknown { Value::Null } else { json!(part) });
            }
            object.insert("count".to_string(), json!(group.count));
            let priorities: Map<String, Value> = PRIORITIES
                .iter()
                .zip(group.priorities)
                .filter(|(_, count)| *count > 0)
                .map(|(priority, count)| (priority.as_str().to_string(), json!(count)))
                .collect();
            object.insert("priority".to_string(), json!(group.priority().map(Priority::as_str)));
            object.insert("priorities".to_string(), Value::Object(priorities));
            let time = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
            object.insert("first_time".to_string(), time(&group.first_time));
            object.insert("last_time".to_string(), time(&group.last_time));
            object.insert("last_output".to_string(), group.last().get("output").cloned().unwrap_or_default());
            object.insert("last_fields".to_string(), Value::Object(group.last_fields()));
            Value::Object(object)
        })
        .collect();
    json!({
        "lines": totals.lines,
        "alerts": totals.alerts,
        "shown": totals.chosen,
        "broken": totals.broken,
        "hosts": aggregate.hosts(),
        "groups": groups,
    })
}

/// RFC 4180: a heading, then a line for each group.
pub(crate) fn csv(aggregate: &Aggregate) -> String {
    let mut out = String::new();
    let mut line = |texts: Vec<&str>| {
        let quoted: Vec<String> = texts.into_iter().map(quoted).collect();
        out.push_str(&quoted.join(","));
        out.push_str("\r\n");
    };
    let mut heads: Vec<&str> = aggregate.keys().iter().map(Key::name).collect();
    let by_priority = aggregate.keys().contains(&Key::Priority);
    heads.push("count");
    if !by_priority {
        heads.push("priority");
    }
    heads.extend(["first_time", "last_time", "last_fields"]);
    line(heads);
    for group in aggregate.sorted() {
        let (count, fields) = (group.count.to_string(), Value::Object(group.last_fields()).to_string());
        let mut texts: Vec<&str> = group.parts.iter().map(String::as_str).collect();
        texts.push(&count);
        if !by_priority {
            texts.push(group.priority().map_or("", Priority::as_str));
        }
        texts.extend([group.first_time.as_str(), group.last_time.as_str(), fields.as_str()]);
        line(texts);
    }
    out
}

fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_string()
    }
}

/// How many lines there were of which kind, and the first broken ones, for people.
pub(crate) fn summary(plan: &Plan, aggregate: &Aggregate) -> String {
    let totals = &aggregate.totals;
    let many = |count: u64, one: &str, more: &str| format!("{count} {}", if count == 1 { one } else { more });
    let mut out = format!(
        "{} in {}, {}",
        many(totals.alerts, "alert", "alerts"),
        many(totals.lines, "line", "lines"),
        many(aggregate.groups.len() as u64, "group", "groups"),
    );
    if totals.chosen != totals.alerts {
        out.push_str(&format!(", {} shown", totals.chosen));
    }
    let hosts = aggregate.hosts();
    match hosts.len() {
        0 => {}
        1..=4 => {
            let names: Vec<&str> = hosts.into_iter().collect();
            out.push_str(&format!("; from {}", names.join(", ")));
        }
        more => out.push_str(&format!("; from {more} hosts")),
    }
    if totals.alerts == 0 && totals.lines > 0 {
        out.push_str("; alerts are looked for as JSON, which json_output: true writes");
    }
    if totals.broken > 0 {
        out.push_str(&format!("; {} broken", many(totals.broken, "line is", "lines are")));
    }
    out.push('\n');
    for (place, reason) in &totals.named {
        let name = plan.name(place.source as usize);
        out.push_str(&format!("{name}:{}: {reason}\n", totals.line_number(*place)));
    }
    out
}
