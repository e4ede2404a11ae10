//! Alerts as text: time, priority and message.

use std::io::Write;

use catalogue::Priority;
use ir::render::json_string;

use super::Options;
use crate::fields::civil_date;

const NS: u64 = 1_000_000_000;

/// Appends `<time>: <Priority> <message>`.
pub(super) fn write(out: &mut Vec<u8>, options: &Options, priority: Priority, ts: u64, message: &[u8]) {
    push_time(out, options, ts);
    out.extend_from_slice(b": ");
    out.extend_from_slice(priority.as_str().as_bytes());
    out.push(b' ');
    out.extend_from_slice(message);
}

/// Appends the time as lines begin with it.
pub(super) fn push_time(out: &mut Vec<u8>, options: &Options, ts: u64) {
    if options.iso_8601 {
        push_utc(out, ts);
        out.extend_from_slice(b"+0000");
    } else {
        push_time_of_day(out, ts, options.utc_offset.get());
    }
}

/// Appends a line escaped like the body of a JSON string.
pub(super) fn escape(out: &mut Vec<u8>, line: &[u8]) {
    json_string(out, line);
    out.pop();
    if !out.is_empty() {
        out.remove(0);
    }
}

/// Appends the local time of day with nanoseconds.
pub(super) fn push_time_of_day(out: &mut Vec<u8>, ts: u64, utc_offset: i32) {
    let day = (ts / NS).saturating_add_signed(i64::from(utc_offset)) % 86_400;
    // Writing to a vector cannot fail.
    let _ = write!(out, "{:02}:{:02}:{:02}.{:09}", day / 3600, day / 60 % 60, day % 60, ts % NS);
}

/// Appends date and time in UTC with nanoseconds and without a zone.
pub(super) fn push_utc(out: &mut Vec<u8>, ts: u64) {
    let (year, month, day) = civil_date(ts / NS / 86_400);
    // Writing to a vector cannot fail.
    let _ = write!(out, "{year:04}-{month:02}-{day:02}T");
    push_time_of_day(out, ts, 0);
}
