//! Local time: the zone that `TZ` or the system names.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The zone that times are shown in.
#[derive(Clone, Debug)]
pub(crate) struct LocalZone(TimeZone);

impl LocalZone {
    /// The zone of this process: `TZ`, else the system's, else UTC.
    pub(crate) fn of_process() -> LocalZone {
        LocalZone(TimeZone::system())
    }

    /// Seconds by which local time is ahead of UTC at a moment, given in nanoseconds since the epoch.
    pub(crate) fn offset_at(&self, ns: u64) -> i32 {
        let seconds = i64::try_from(ns / 1_000_000_000).unwrap_or(0);
        let Ok(moment) = Timestamp::from_second(seconds) else { return 0 };
        self.0.to_offset(moment).seconds()
    }

    /// The time of the log's lines: `Sat Nov 21 12:46:37 2026`.
    pub(crate) fn log_time(&self, now: Timestamp) -> String {
        now.to_zoned(self.0.clone()).strftime("%a %b %d %H:%M:%S %Y").to_string()
    }
}

/// The time of the log's lines in ISO 8601: `2026-11-21T12:46:37+0000`, always UTC.
pub(crate) fn iso_log_time(now: Timestamp) -> String {
    now.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S%z").to_string()
}

/// The time of day of a moment in UTC, for traces: `12:46:37.000000000`.
pub(crate) fn time_of_day(ns: u64) -> String {
    let seconds = ns / 1_000_000_000 % 86_400;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}.{:09}", seconds % 60, ns % 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_times_have_falcos_forms() {
        let zone = LocalZone(TimeZone::fixed(jiff::tz::offset(2)));
        let moment = Timestamp::from_second(1_795_265_197).unwrap();
        assert_eq!(zone.log_time(moment), "Sat Nov 21 14:46:37 2026");
        assert_eq!(iso_log_time(moment), "2026-11-21T12:46:37+0000");
        assert_eq!(zone.offset_at(1_795_265_197_000_000_000), 7200);
    }
}
