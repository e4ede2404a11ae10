//! How many lines there were of which kind, and where broken ones stand.

use std::collections::BTreeMap;

/// Broken lines that are named; the others are only counted.
const NAMED: usize = 3;

/// Where a line stands: source, part of it, line in that part, all from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) source: u32,
    pub(crate) block: u32,
    pub(crate) line: u64,
}

/// How many lines there were of which kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Lines.
    pub(crate) lines: u64,
    /// Alerts, of which `chosen` count.
    pub(crate) alerts: u64,
    /// Alerts that the choice lets through.
    pub(crate) chosen: u64,
    /// Lines that begin as an alert and are none, the first of them by name.
    pub(crate) broken: u64,
    /// The first broken lines: where, and why.
    pub(crate) named: Vec<(Place, String)>,
    /// Lines of each block, to turn a [`Place`] into a line number.
    pub(crate) blocks: BTreeMap<(u32, u32), u64>,
}

impl Totals {
    /// The number of a line in its source, from 1.
    pub(crate) fn line_number(&self, place: Place) -> u64 {
        let before: u64 =
            self.blocks.range((place.source, 0)..(place.source, place.block)).map(|(_, lines)| lines).sum();
        before + place.line + 1
    }

    /// Counts a line that is no alert though it begins as one.
    pub(crate) fn add_broken(&mut self, place: Place, reason: String) {
        self.broken += 1;
        if self.named.len() < NAMED {
            self.named.push((place, reason));
        }
    }

    /// Takes in what another one counted.
    pub(crate) fn merge(&mut self, other: Totals) {
        self.lines += other.lines;
        self.alerts += other.alerts;
        self.chosen += other.chosen;
        self.broken += other.broken;
        self.blocks.extend(other.blocks);
        self.named.extend(other.named);
        self.named.sort();
        self.named.truncate(NAMED);
    }
}
