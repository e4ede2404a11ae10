//! Rules as collected, and updates of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use catalogue::Priority;

use crate::scope::exception::Exception;
use crate::scope::{ItemAt, Named, Standing, TextValue};

/// A rule after all appends and overrides read so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name.
    pub name: Arc<str>,
    /// Its condition.
    pub condition: TextValue,
    /// Its output.
    pub output: TextValue,
    /// Its description.
    pub description: TextValue,
    /// Its event source.
    pub source: Arc<str>,
    /// Whether nothing provides the source; the rule is kept but not compiled.
    pub unknown_source: bool,
    /// Its priority.
    pub priority: Priority,
    /// Its tags.
    pub tags: BTreeSet<Arc<str>>,
    /// Its exceptions.
    pub exceptions: Vec<Exception>,
    /// Whether it starts out enabled.
    pub enabled: bool,
    /// Whether a match starts a capture file.
    pub capture: bool,
    /// How long it lasts at least, in milliseconds; 0 for the configured default.
    pub capture_duration: u32,
    /// Whether to warn of too many event types.
    pub warn_evttypes: bool,
    /// Whether to skip the rule when it names something unknown.
    pub skip_if_unknown_filter: bool,
    /// Falco's offsets of condition and output in the tree of the last full definition.
    pub(crate) condition_at: u32,
    pub(crate) output_at: u32,
    /// Its last full definition.
    pub item: ItemAt,
    /// Where it stands among the rules.
    pub standing: Standing,
}

impl Named for Rule {
    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn standing(&mut self) -> &mut Standing {
        &mut self.standing
    }
}

/// What an appending or replacing item brings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// Condition.
    pub condition: Option<TextValue>,
    /// Output, not trimmed.
    pub output: Option<TextValue>,
    /// Description.
    pub description: Option<TextValue>,
    /// Tags.
    pub tags: Option<BTreeSet<Arc<str>>>,
    /// Exceptions.
    pub exceptions: Option<Vec<Exception>>,
    /// Priority.
    pub priority: Option<Priority>,
    /// See [`Rule::capture`].
    pub capture: Option<bool>,
    /// See [`Rule::capture_duration`].
    pub capture_duration: Option<u32>,
    /// See [`Rule::enabled`].
    pub enabled: Option<bool>,
    /// See [`Rule::warn_evttypes`].
    pub warn_evttypes: Option<bool>,
    /// See [`Rule::skip_if_unknown_filter`].
    pub skip_if_unknown_filter: Option<bool>,
}

impl Rule {
    /// Takes over what a replacing item brings.
    pub(crate) fn replace(&mut self, update: Update) {
        fn set<T>(slot: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *slot = value;
            }
        }
        set(&mut self.condition, update.condition);
        set(&mut self.output, update.output);
        set(&mut self.description, update.description);
        set(&mut self.tags, update.tags);
        set(&mut self.exceptions, update.exceptions);
        set(&mut self.priority, update.priority);
        set(&mut self.capture, update.capture);
        set(&mut self.capture_duration, update.capture_duration);
        set(&mut self.enabled, update.enabled);
        set(&mut self.warn_evttypes, update.warn_evttypes);
        set(&mut self.skip_if_unknown_filter, update.skip_if_unknown_filter);
    }

    /// Appends texts and tags; exceptions are the caller's, since they can fail.
    pub(crate) fn append(&mut self, update: &Update) {
        for (slot, value) in [
            (&mut self.condition, &update.condition),
            (&mut self.output, &update.output),
            (&mut self.description, &update.description),
        ] {
            if let Some(value) = value {
                slot.append(value);
            }
        }
        if let Some(tags) = &update.tags {
            self.tags.extend(tags.iter().cloned());
        }
    }
}
