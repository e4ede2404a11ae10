//! `Alert`: a rule that matched an event, ready to be output.

use catalogue::Priority;
use ir::{RuleId, SourceId};

use crate::format::Parts;

/// One alert. Whoever delivers it copies what it needs: the line's buffer is reused for the next alert.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alert<'a> {
    /// Time of the event, nanoseconds since the epoch.
    pub ts: u64,
    /// The rule that matched.
    pub id: RuleId,
    /// Its name.
    pub rule: &'a str,
    /// Its priority.
    pub priority: Priority,
    /// Its event source.
    pub source: SourceId,
    /// That source's name.
    pub source_name: &'a str,
    /// Its tags, sorted.
    pub tags: &'a [Box<str>],
    /// The alert as one line of text or JSON, without a newline at the end.
    pub line: &'a [u8],
    /// Its parts, if they were asked for.
    pub parts: Option<&'a Parts>,
}
