//! Groups of alerts: how many, how severe, the first and the last one.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use catalogue::Priority;
use rustc_hash::FxHashMap;
use serde_json::Value;

use super::details::{Details, MISSING};
use super::line::{self, Found};
use super::record::{self, Record, Wanted};
use super::time;
use super::totals::{Place, Totals};
use super::{Key, Plan};

/// Alerts that are alike.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    /// One value for each key.
    pub(crate) parts: Vec<String>,
    /// How many.
    pub(crate) count: u64,
    /// How many of each priority, and of none.
    pub(crate) priorities: [u64; 9],
    /// The earliest and the latest `time`, as written; empty when no alert has one.
    pub(crate) first_time: String,
    pub(crate) last_time: String,
    /// The latest alert and where it stood.
    last: Vec<u8>,
    last_place: Place,
    /// For looking closer.
    pub(crate) details: Option<Box<Details>>,
}

impl Group {
    /// The most severe priority of its alerts.
    pub(crate) fn priority(&self) -> Option<Priority> {
        let at = self.priorities.iter().position(|count| *count > 0)?;
        PRIORITIES.get(at).copied()
    }

    /// The latest alert as JSON.
    pub(crate) fn last(&self) -> Value {
        serde_json::from_slice(&self.last).unwrap_or_default()
    }

    /// The output fields of the latest alert, without the time, which is shown anyway.
    pub(crate) fn last_fields(&self) -> serde_json::Map<String, Value> {
        match self.last().get_mut("output_fields").map(Value::take) {
            Some(Value::Object(mut fields)) => {
                fields.remove("evt.time");
                fields
            }
            _ => serde_json::Map::new(),
        }
    }

    fn merge(&mut self, other: Group) {
        self.count += other.count;
        for (mine, its) in self.priorities.iter_mut().zip(other.priorities) {
            *mine += its;
        }
        if time::is_first(&other.first_time, &self.first_time) {
            self.first_time = other.first_time;
        }
        let order = time::compare(&other.last_time, &self.last_time);
        if order.then(other.last_place.cmp(&self.last_place)) != Ordering::Less {
            (self.last_time, self.last_place, self.last) = (other.last_time, other.last_place, other.last);
        }
    }
}

/// All priorities, the most severe first.
pub(crate) const PRIORITIES: [Priority; 8] = [
    Priority::Emergency,
    Priority::Alert,
    Priority::Critical,
    Priority::Error,
    Priority::Warning,
    Priority::Notice,
    Priority::Informational,
    Priority::Debug,
];

/// Everything counted so far.
#[derive(Debug)]
pub(crate) struct Aggregate {
    keys: Vec<Key>,
    wanted: Wanted,
    details: bool,
    places: FxHashMap<Box<str>, usize>,
    pub(crate) groups: Vec<Group>,
    pub(crate) totals: Totals,
    key: String,
    /// The last alert of each group that the block at hand has: kept as ranges until the block ends.
    fresh: Vec<(usize, usize, usize)>,
    fresh_of: Vec<usize>,
}

impl Aggregate {
    /// Nothing yet.
    pub(crate) fn new(plan: &Plan) -> Aggregate {
        Aggregate {
            keys: plan.keys.clone(),
            wanted: Wanted::by(&plan.keys),
            details: plan.details,
            places: FxHashMap::default(),
            groups: Vec::new(),
            totals: Totals::default(),
            key: String::new(),
            fresh: Vec::new(),
            fresh_of: Vec::new(),
        }
    }

    /// Counts a block of whole lines; the last one may lack its line feed. `host` is that of alerts without one.
    pub(crate) fn add(&mut self, plan: &Plan, source: u32, block: u32, text: &[u8]) {
        let host = plan.hosts.get(source as usize).map_or("", String::as_str);
        let mut start = 0;
        // A block that comes in pieces is one of all its lines.
        let before = self.totals.blocks.get(&(source, block)).copied().unwrap_or(0);
        let mut number = before;
        let ends =
            memchr::memchr_iter(b'\n', text).chain((text.last() != Some(&b'\n')).then_some(text.len()));
        for end in ends {
            let place = Place { source, block, line: number };
            number += 1;
            if end > start
                && let Some(found) = line::find(&text[start..end])
            {
                let at = offset(text, found.json);
                self.add_line(plan, &found, place, at, host);
            }
            start = end + 1;
        }
        if text.is_empty() {
            return;
        }
        self.totals.lines += number - before;
        self.totals.blocks.insert((source, block), number);
        for (group, start, end) in self.fresh.drain(..) {
            let last = &mut self.groups[group].last;
            last.clear();
            last.extend_from_slice(&text[start..end]);
            self.fresh_of[group] = usize::MAX;
        }
    }

    fn add_line(&mut self, plan: &Plan, found: &Found<'_>, place: Place, at: Option<usize>, host: &str) {
        let wanted = std::mem::take(&mut self.wanted);
        match record::read(found.json, &wanted) {
            Ok(record) if record.is_alert() => {
                let host = host_of(&record, found, host);
                self.add_record(plan, &record, &host, found.json, place, at);
            }
            Ok(Record { message: Some(message), hostname, .. }) => {
                // journalctl -o json, or Docker's log file: the line is a text in an object.
                let message = unwrapped(&message);
                let inner = line::find(&message);
                let read = inner.as_ref().map(|inner| (inner, record::read(inner.json, &wanted)));
                if let Some((inner, Ok(record))) = read
                    && record.is_alert()
                {
                    let around = hostname.as_deref().unwrap_or(host);
                    let host = host_of(&record, inner, around);
                    self.add_record(plan, &record, &host, inner.json, place, None);
                }
            }
            Ok(_) => {}
            Err(error) => {
                if found.bare {
                    self.totals.add_broken(place, error.to_string());
                }
            }
        }
        self.wanted = wanted;
    }

    fn add_record(
        &mut self,
        plan: &Plan,
        record: &Record<'_>,
        host: &str,
        json: &[u8],
        place: Place,
        at: Option<usize>,
    ) {
        self.totals.alerts += 1;
        let rule = record.rule.as_deref().unwrap_or_default();
        let priority = record.priority.as_deref().and_then(Priority::parse);
        if !plan.choice.fits(rule, priority, host) {
            return;
        }
        self.totals.chosen += 1;
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        let mut fields = record.fields.iter();
        for part in &self.keys {
            let value = match part {
                Key::Host => host,
                Key::Rule => rule,
                Key::Priority => priority.map_or(MISSING, Priority::as_str),
                Key::Source => record.source.as_deref().unwrap_or(MISSING),
                Key::Tags => &record.tags,
                Key::Field(_) => fields.next().and_then(|value| value.as_deref()).unwrap_or(MISSING),
            };
            // Values may hold anything; with its length before it none can look like two.
            push_part(&mut key, value);
        }
        let group = match self.places.get(key.as_str()) {
            Some(group) => *group,
            None => {
                let group = self.groups.len();
                self.places.insert(key.as_str().into(), group);
                self.groups.push(Group { parts: parts(&key), ..Group::default() });
                self.fresh_of.push(usize::MAX);
                group
            }
        };
        self.key = key;
        let entry = &mut self.groups[group];
        entry.count += 1;
        entry.priorities[priority.map_or(8, |priority| priority as usize)] += 1;
        let time = record.time.as_deref().unwrap_or_default();
        if time::is_first(time, &entry.first_time) {
            entry.first_time.clear();
            entry.first_time.push_str(time);
        }
        if entry.count == 1 || time::compare(time, &entry.last_time) != Ordering::Less {
            entry.last_time.clear();
            entry.last_time.push_str(time);
            entry.last_place = place;
            match at {
                Some(at) => {
                    let range = (group, at, at + json.len());
                    match self.fresh.get_mut(self.fresh_of[group]) {
                        Some(fresh) => *fresh = range,
                        None => {
                            self.fresh_of[group] = self.fresh.len();
                            self.fresh.push(range);
                        }
                    }
                }
                None => {
                    // It lies in no block. A range that is already noted must not replace it later.
                    entry.last = json.to_vec();
                    self.forget_fresh(group);
                }
            }
        }
        if self.details {
            self.groups[group].details.get_or_insert_default().add(json);
        }
    }

    fn forget_fresh(&mut self, group: usize) {
        let at = std::mem::replace(&mut self.fresh_of[group], usize::MAX);
        if at < self.fresh.len() {
            self.fresh.swap_remove(at);
            if let Some((moved, ..)) = self.fresh.get(at) {
                self.fresh_of[*moved] = at;
            }
        }
    }

    /// Takes in what another one counted.
    pub(crate) fn merge(&mut self, other: Aggregate) {
        for group in other.groups {
            let mut key = String::new();
            group.parts.iter().for_each(|part| push_part(&mut key, part));
            match self.places.get(key.as_str()) {
                Some(mine) => self.groups[*mine].merge(group),
                None => {
                    self.places.insert(key.into(), self.groups.len());
                    self.groups.push(group);
                    self.fresh_of.push(usize::MAX);
                }
            }
        }
        self.totals.merge(other.totals);
    }

    /// The groups, the largest first, equal ones by name.
    pub(crate) fn sorted(&self) -> Vec<&Group> {
        let mut groups: Vec<&Group> = self.groups.iter().collect();
        groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.parts.cmp(&b.parts)));
        groups
    }

    /// The hosts that are known.
    pub(crate) fn hosts(&self) -> BTreeSet<&str> {
        let Some(at) = self.keys.iter().position(|key| *key == Key::Host) else { return BTreeSet::new() };
        let hosts = self.groups.iter().filter_map(|group| group.parts.get(at));
        hosts.map(String::as_str).filter(|host| !host.is_empty()).collect()
    }

    /// The keys.
    pub(crate) fn keys(&self) -> &[Key] {
        &self.keys
    }
}

fn push_part(key: &mut String, value: &str) {
    use std::fmt::Write;
    // Writing to a string cannot fail.
    let _ = write!(key, "{}:", value.len());
    key.push_str(value);
}

fn parts(key: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = key;
    while let Some((length, after)) = rest.split_once(':') {
        let (part, after) = after.split_at(length.parse().unwrap_or(0));
        parts.push(part.to_string());
        rest = after;
    }
    parts
}

/// What the alert says; otherwise what stands before it; otherwise what the person said.
fn host_of<'a>(record: &'a Record<'_>, found: &'a Found<'_>, otherwise: &'a str) -> Cow<'a, str> {
    match record.hostname.as_deref() {
        Some(host) if !host.is_empty() => host.into(),
        _ if !found.host.is_empty() => String::from_utf8_lossy(found.host),
        _ => otherwise.into(),
    }
}

/// The line in a journal's object. One that is not plain text is an array of its bytes.
fn unwrapped(message: &str) -> Cow<'_, [u8]> {
    let bytes = message.starts_with('[').then(|| serde_json::from_str::<Vec<u8>>(message).ok());
    bytes.flatten().map_or(Cow::Borrowed(message.as_bytes()), Cow::Owned)
}

/// Where `part` begins in `text`, which it is a part of.
fn offset(text: &[u8], part: &[u8]) -> Option<usize> {
    (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize).filter(|at| at + part.len() <= text.len())
}
