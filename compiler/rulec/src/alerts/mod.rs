//! Alerts in journals: found, counted, shown.
//!
//! In: files of mixed lines, as `journalctl` prints them or an output wrote them. Out: groups of alerts with counts and
//! last occurrences. Files may be larger than memory: what is kept depends on the number of groups.

mod choice;
mod details;
mod follow;
mod group;
mod line;
mod live;
mod open;
mod print;
mod record;
mod scan;
mod time;
mod totals;
mod view;

pub(crate) use choice::{Choice, PriorityChoice};
pub(crate) use follow::Tail;
pub(crate) use group::Aggregate;
pub(crate) use live::{Live, Step};
pub(crate) use print::{csv, json, priority_cell, summary, table};
pub(crate) use scan::scan;
pub(crate) use view::View;

use std::path::PathBuf;

/// What an alert is grouped by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// The host that it comes from.
    Host,
    /// The rule's name.
    Rule,
    /// Its priority.
    Priority,
    /// Its event source.
    Source,
    /// Its tags.
    Tags,
    /// A field of the output.
    Field(String),
}

impl Key {
    /// `rule`, `host`, `priority`, `source`, `tags`, or a field such as `proc.name`.
    pub(crate) fn parse(text: &str) -> Result<Key, String> {
        Ok(match text {
            "host" | "hostname" => Key::Host,
            "rule" => Key::Rule,
            "priority" => Key::Priority,
            "source" => Key::Source,
            "tags" | "tag" => Key::Tags,
            field if field.contains('.') => Key::Field(field.to_string()),
            other => {
                let known = ["host", "rule", "priority", "source", "tags"];
                let hint = match catalogue::suggest::nearest(other, known).first() {
                    Some(near) => format!("; did you mean `{near}`?"),
                    None => String::new(),
                };
                return Err(format!(
                    "cannot group by `{other}`{hint}; there are host, rule, priority, source, tags, and output fields \
                     such as proc.name"
                ));
            }
        })
    }

    /// Its name in JSON and CSV.
    pub(crate) fn name(&self) -> &str {
        match self {
            Key::Host => "host",
            Key::Rule => "rule",
            Key::Priority => "priority",
            Key::Source => "source",
            Key::Tags => "tags",
            Key::Field(name) => name,
        }
    }

    /// Its heading in tables.
    pub(crate) fn title(&self) -> &str {
        match self {
            Key::Host => "Host",
            Key::Rule => "Rule",
            Key::Priority => "Priority",
            Key::Source => "Source",
            Key::Tags => "Tags",
            Key::Field(name) => name,
        }
    }
}

/// Where lines come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

/// What is read and how it is grouped.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// In this order.
    pub(crate) sources: Vec<Source>,
    /// The host of alerts that do not name theirs, one for each source; empty if nobody knows.
    pub(crate) hosts: Vec<String>,
    /// The groups' keys.
    pub(crate) keys: Vec<Key>,
    /// Which alerts count.
    pub(crate) choice: Choice,
    /// Whether to keep values of all fields and the last alerts, for people who look closer.
    pub(crate) details: bool,
}

impl Plan {
    /// A source as it was named.
    pub(crate) fn name(&self, source: usize) -> String {
        match &self.sources[source] {
            Source::Stdin => "-".to_string(),
            Source::File(path) => path.display().to_string(),
        }
    }
}
