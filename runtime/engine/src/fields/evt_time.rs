//! The event's time in its many forms.

use bumpalo::Bump;
use ir::Extracted;

use super::evt_param::Rendered;
use super::text::{self, Composer};
use super::{Call, Entry, JsonForm, Settings, unsigned};
use crate::event::Event;

const NS: u64 = 1_000_000_000;

pub(super) const TABLE: &[Entry] = &[
    Entry::moderate("evt.time", |event, call| clock(event, call, false, true)).json(JsonForm::EventTime),
    Entry::moderate("evt.time.s", |event, call| clock(event, call, false, false)).json(JsonForm::EventTime),
    Entry::moderate("evt.time.iso8601", |event, _| {
        let mut out = Composer::new(event.arena);
        push_date(&mut out, event.ts() / NS, b'T');
        push_clock(&mut out, event.ts() / NS, Some(event.ts() % NS));
        out.push(b"+0000");
        super::text(out.finish())
    })
    .json(JsonForm::EventTime),
    Entry::moderate("evt.datetime", |event, call| clock(event, call, true, true)).json(JsonForm::EventTime),
    Entry::moderate("evt.datetime.s", |event, call| clock(event, call, true, false))
        .json(JsonForm::EventTime),
    Entry::cheap("evt.rawtime", |event, _| unsigned(event.ts())).json(JsonForm::Number),
    Entry::cheap("evt.rawtime.s", |event, _| unsigned(event.ts() / NS)).json(JsonForm::Number),
    Entry::cheap("evt.rawtime.ns", |event, _| unsigned(event.ts() % NS)).json(JsonForm::Number),
    Entry::cheap("evt.reltime", |event, _| unsigned(relative(event))).json(JsonForm::Number),
    Entry::cheap("evt.reltime.s", |event, _| unsigned(relative(event) / NS)).json(JsonForm::Number),
    Entry::cheap("evt.reltime.ns", |event, _| unsigned(relative(event) % NS)).json(JsonForm::Number),
    Entry::cheap("evt.deltatime", |event, call| unsigned(delta(event, call))).json(JsonForm::Number),
    Entry::cheap("evt.deltatime.s", |event, call| unsigned(delta(event, call) / NS)).json(JsonForm::Number),
    Entry::cheap("evt.deltatime.ns", |event, call| unsigned(delta(event, call) % NS)).json(JsonForm::Number),
    Entry::moderate("evt.outputtime", |event, call| clock(event, call, false, true))
        .json(JsonForm::EventTime),
];

fn relative(event: &Event<'_>) -> u64 {
    event.ts().wrapping_sub(event.first_ts)
}

/// Time since this field was last read on an earlier event; 0 the first time.
fn delta(event: &Event<'_>, call: &Call<'_>) -> u64 {
    call.memory.once_per_event(event.num, |before| match before {
        0 => (event.ts(), 0),
        before => (event.ts(), event.ts().wrapping_sub(before)),
    })
}

fn clock<'e>(event: &Event<'e>, call: &Call<'_>, date: bool, ns: bool) -> Extracted<'e> {
    let seconds = local(event.ts() / NS, call.settings);
    let mut out = Composer::new(event.arena);
    if date {
        push_date(&mut out, seconds, b' ');
    }
    push_clock(&mut out, seconds, ns.then_some(event.ts() % NS));
    super::text(out.finish())
}

fn local(seconds: u64, settings: &Settings) -> u64 {
    seconds.saturating_add_signed(i64::from(settings.utc_offset.get()))
}

fn push_clock(out: &mut Composer<'_>, seconds: u64, ns: Option<u64>) {
    let day = seconds % 86_400;
    out.format(format_args!("{:02}:{:02}:{:02}", day / 3600, day / 60 % 60, day % 60));
    if let Some(ns) = ns {
        out.format(format_args!(".{ns:09}"));
    }
}

fn push_date(out: &mut Composer<'_>, seconds: u64, separator: u8) {
    let (year, month, day) = civil_date(seconds / 86_400);
    out.format(format_args!("{year:04}-{month:02}-{day:02}")).byte(separator);
}

/// Year, month and day of a number of days since 1970-01-01, in the Gregorian calendar.
pub(crate) fn civil_date(days: u64) -> (u64, u64, u64) {
    // Counted from 0000-03-01 in eras of 400 years, so that leap days come last.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

/// A point in time as a parameter: local date and time. Falco means to add the zone and cuts it off.
pub(super) fn absolute<'e>(arena: &'e Bump, time: u64, settings: &Settings) -> &'e [u8] {
    let seconds = local(time / NS, settings);
    let mut out = Composer::new(arena);
    push_date(&mut out, seconds, b' ');
    push_clock(&mut out, seconds, Some(time % NS));
    out.finish()
}

/// A duration as a parameter: nanoseconds, and seconds with six significant digits.
pub(super) fn duration(arena: &Bump, time: u64) -> Rendered<'_> {
    if time == u64::MAX {
        return Rendered { raw: b"none", resolved: b"" };
    }
    let raw = text::format(arena, format_args!("{time}"));
    let mut out = Composer::new(arena);
    push_significant(&mut out, time as f64 / 1e9);
    out.byte(b's');
    Rendered { raw, resolved: out.finish() }
}

/// Appends a number as C's `%g` does: six significant digits without trailing zeros, an exponent where it is shorter.
fn push_significant(out: &mut Composer<'_>, value: f64) {
    if value == 0.0 {
        out.byte(b'0');
        return;
    }
    let mut digits = [0u8; 32];
    let Some(scientific) = write_to(&mut digits, format_args!("{value:.5e}")) else { return };
    let Some(at) = scientific.iter().position(|byte| *byte == b'e') else { return };
    let exponent = std::str::from_utf8(&scientific[at + 1..])
        .ok()
        .and_then(|text| text.parse::<i32>().ok())
        .unwrap_or(0);
    let start = out.len();
    if (-4..6).contains(&exponent) {
        out.format(format_args!("{value:.*}", (5 - exponent) as usize));
        out.trim_fraction(start);
    } else {
        out.push(&scientific[..at]);
        out.trim_fraction(start);
        let sign = if exponent < 0 { '-' } else { '+' };
        out.format(format_args!("e{sign}{:02}", exponent.unsigned_abs()));
    }
}

/// Formatted text in a buffer; `None` when it does not fit.
fn write_to<'b>(buffer: &'b mut [u8], arguments: std::fmt::Arguments<'_>) -> Option<&'b [u8]> {
    use std::io::Write;
    let size = buffer.len();
    let mut rest = &mut *buffer;
    rest.write_fmt(arguments).ok()?;
    let left = rest.len();
    buffer.get(..size - left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let cases = [
            (0, "0", "0s"),
            (500_000_000, "500000000", "0.5s"),
            (1_000_000_000, "1000000000", "1s"),
            (1_234_567_890, "1234567890", "1.23457s"),
            (1_000, "1000", "1e-06s"),
            (123_456, "123456", "0.000123456s"),
            (1_000_000_000_000_000, "1000000000000000", "1e+06s"),
            (999_999_900_000_000, "999999900000000", "1e+06s"),
            (u64::MAX, "none", ""),
        ];
        let arena = Bump::new();
        for (time, raw, resolved) in cases {
            let rendered = duration(&arena, time);
            assert_eq!(String::from_utf8_lossy(rendered.raw), raw);
            assert_eq!(String::from_utf8_lossy(rendered.resolved), resolved);
        }
    }

    #[test]
    fn dates() {
        let cases =
            [(0, (1970, 1, 1)), (59, (1970, 3, 1)), (11_016, (2000, 2, 29)), (20_777, (2026, 11, 20))];
        for (days, date) in cases {
            assert_eq!(civil_date(days), date);
        }
    }
}
