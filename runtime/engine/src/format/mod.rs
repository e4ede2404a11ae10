//! Alerts as lines of text or JSON, exactly as Falco 0.44.1 prints them (language.md 8.4 and 8.5).
//!
//! Nothing here runs unless a rule matched. What can be known beforehand, such as the order of keys, is prepared when the
//! program is loaded.

pub mod internal;
mod json;
mod parts;
mod slots;
mod text;

use ir::render::{Buffers, Style};
use ir::{OutputField, Program, RuleId, SlotId};

use crate::alert::Alert;
use crate::fields::Printing;
use crate::local_time::UtcOffset;
use slots::Slots;

pub use parts::Parts;

/// How alerts are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// One JSON object instead of a line of text (`json_output`).
    pub json: bool,
    /// Whether JSON has the complete line (`json_include_output_property`).
    pub include_output: bool,
    /// Whether JSON has the message without its prefix (`json_include_message_property`).
    pub include_message: bool,
    /// Whether JSON has the fields (`json_include_output_fields_property`).
    pub include_output_fields: bool,
    /// Whether JSON has the tags (`json_include_tags_property`).
    pub include_tags: bool,
    /// Whether lines begin with date and time in UTC instead of the local time of day (`time_format_iso_8601`).
    pub iso_8601: bool,
    /// Whether `"`, `\` and control characters of text lines are escaped as in JSON. Falco 0.44.1 leaves them as they
    /// are; later versions escape them.
    pub escape_text: bool,
    /// The host's name, for JSON.
    pub hostname: Box<str>,
    /// Seconds by which local time is ahead of UTC.
    pub utc_offset: UtcOffset,
    /// How byte buffers are written (`buffer_format_base64`).
    pub buffers: Buffers,
    /// Whether alerts come with their parts besides the line.
    pub parts: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            json: false,
            include_output: true,
            include_message: false,
            include_output_fields: true,
            include_tags: true,
            iso_8601: false,
            escape_text: false,
            hostname: Box::default(),
            utc_offset: UtcOffset::default(),
            buffers: Buffers::Dots,
            parts: false,
        }
    }
}

impl Options {
    /// The name of the field that the prefix shows.
    fn time_field(&self) -> &'static str {
        if self.iso_8601 { "evt.time.iso8601" } else { "evt.time" }
    }
}

/// Writes the alerts of one program.
#[derive(Debug)]
pub struct Formatter {
    options: Options,
    /// How each slot's value is written.
    styles: Vec<Style>,
    /// By rule: the entries of `output_fields` in the order of their keys.
    fields: Vec<Vec<Entry>>,
    message: Vec<u8>,
    scratch: Vec<u8>,
    line: Vec<u8>,
    parts: Parts,
}

/// An entry of `output_fields`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    /// The event's time, which the prefix shows.
    Time,
    /// A field of the rule's output, by index.
    Field(usize),
}

impl Formatter {
    /// Prepares to write a program's alerts.
    pub fn new(program: &Program, options: Options) -> Formatter {
        let styles = (0..program.slots.len()).map(|slot| Style::of(program, SlotId(slot as u32))).collect();
        let fields = if options.parts || (options.json && options.include_output_fields) {
            program.rules.iter().map(|rule| sorted(&rule.output.fields, options.time_field())).collect()
        } else {
            Vec::new()
        };
        Formatter {
            options,
            styles,
            fields,
            message: Vec::new(),
            scratch: Vec::new(),
            line: Vec::new(),
            parts: Parts::default(),
        }
    }

    /// The settings.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The alert of a rule that matched an event.
    pub fn alert<'f>(&'f mut self, program: &'f Program, id: RuleId, values: &Printing<'_, '_>) -> Alert<'f> {
        let rule = program.rule(id);
        let slots = Slots::new(program, &self.styles, values);
        let event = values.event();
        self.message.clear();
        ir::render::template(&mut self.message, &rule.output.pieces, &slots, self.options.buffers);
        self.line.clear();
        if self.options.json {
            let parts = json::Parts {
                options: &self.options,
                rule,
                source: program.source(rule.source),
                ts: event.ts(),
                message: &self.message,
                entries: self.fields.get(id.0 as usize).map_or(&[], Vec::as_slice),
            };
            json::write(&mut self.line, &mut self.scratch, &parts, &slots);
        } else {
            self.scratch.clear();
            text::write(&mut self.scratch, &self.options, rule.priority, event.ts(), &self.message);
            if self.options.escape_text {
                text::escape(&mut self.line, &self.scratch);
            } else {
                std::mem::swap(&mut self.line, &mut self.scratch);
            }
        }
        let parts = if self.options.parts {
            let material = parts::Material {
                options: &self.options,
                rule,
                ts: event.ts(),
                message: &self.message,
                entries: self.fields.get(id.0 as usize).map_or(&[], Vec::as_slice),
            };
            parts::fill(&mut self.parts, &mut self.scratch, &material, &slots);
            Some(&self.parts)
        } else {
            None
        };
        Alert {
            ts: event.ts(),
            id,
            rule: &rule.name,
            priority: rule.priority,
            source: rule.source,
            source_name: program.source(rule.source),
            tags: &rule.tags,
            line: &self.line,
            parts,
        }
    }
}

/// Entries in the order of their keys; of equal keys the last one stays, extra fields coming after the prefix's.
fn sorted(fields: &[OutputField], time: &str) -> Vec<Entry> {
    let key = |entry: &Entry| match entry {
        Entry::Time => time,
        Entry::Field(index) => key_of(&fields[*index]),
    };
    let mut entries: Vec<Entry> = (0..fields.len()).map(Entry::Field).collect();
    entries.push(Entry::Time);
    // Extra fields come last and replace the prefix's time; a field of the message with that key has the same value.
    entries.sort_by(|a, b| key(a).as_bytes().cmp(key(b).as_bytes()));
    let mut unique: Vec<Entry> = Vec::with_capacity(entries.len());
    for entry in entries {
        match unique.last_mut() {
            Some(last) if key(last) == key(&entry) => {
                if entry != Entry::Time {
                    *last = entry;
                }
            }
            _ => unique.push(entry),
        }
    }
    unique
}

fn key_of(field: &OutputField) -> &str {
    match field {
        OutputField::Raw { key, .. } | OutputField::Formatted { key, .. } => key,
    }
}
