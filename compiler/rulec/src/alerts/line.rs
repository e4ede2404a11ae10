//! Where in a line the alert is, and what stands before it.

use memchr::memmem;

/// A line that may hold an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found<'a> {
    /// From `{` to the end of the line.
    pub(crate) json: &'a [u8],
    /// The host that syslog or journald put before it; empty if there is none.
    pub(crate) host: &'a [u8],
    /// Whether the line begins with the alert, so that broken JSON is worth a word.
    pub(crate) bare: bool,
}

/// Finds the JSON in a line: at its start, or behind what a journal or a container runtime puts before it.
pub(crate) fn find(line: &[u8]) -> Option<Found<'_>> {
    let line = line.trim_ascii();
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
    if let Some(inside) = line.strip_prefix(b"{") {
        let bare = inside.trim_ascii_start().starts_with(b"\"");
        return Some(Found { json: line, host: b"", bare });
    }
    let at = memmem::find(line, b" {\"")?;
    let host = host_before(&line[..at])?;
    Some(Found { json: &line[at + 1..], host, bare: false })
}

/// The host that a prefix names, which may be none. Nothing if it is no prefix that is known: anybody can make a program's
/// arguments, and so a part of a line, look like an alert.
fn host_before(prefix: &[u8]) -> Option<&[u8]> {
    let words: Vec<&[u8]> =
        prefix.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).take(10).collect();
    let digit = |word: &[u8]| word.first().is_some_and(u8::is_ascii_digit);
    let host = match words.as_slice() {
        // `May 01 19:29:32 host program[pid]:`, or with a weekday and a time zone.
        [_, _, time, host, program] | [_, _, time, _, host, program]
            if digit(time) && time.contains(&b':') && program.ends_with(b":") =>
        {
            *host
        }
        // Kubernetes: `2022-05-01T23:29:32Z stdout F`.
        [time, b"stdout" | b"stderr", b"F"] if digit(time) => b"",
        // `2022-05-01T19:29:32-0400 host program[pid]:`, or with seconds since the epoch.
        [time, host, program] if digit(time) && program.ends_with(b":") => *host,
        // RFC 5424: `<13>1 2022-05-01T19:29:32Z host program pid id data`.
        [version, time, host, _, _, _, _]
            if version.starts_with(b"<") && version.ends_with(b">1") && digit(time) =>
        {
            *host
        }
        // `kubectl logs --prefix`: `[pod/name/container]`.
        [pod] if pod.starts_with(b"[pod/") && pod.ends_with(b"]") => b"",
        _ => return None,
    };
    std::str::from_utf8(host).is_ok().then_some(host)
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn alerts_stand_alone_or_behind_a_journal_prefix() {
        let found = |line: &'static str| {
            find(line.as_bytes()).map(|found| (std::str::from_utf8(found.json).unwrap(), found.bare))
        };
        assert_eq!(found("{\"a\":1}\r"), Some(("{\"a\":1}", true)));
        assert_eq!(found("\u{feff}  {\"a\":1}"), None);
        assert_eq!(found("\u{feff}{\"a\":1}"), Some(("{\"a\":1}", true)));
        for (prefix, host) in [
            ("May 01 19:29:32 macmini2 falco[26888]:", "macmini2"),
            ("May  1 19:29:32.918828 macmini2 falco[26888]:", "macmini2"),
            ("Sun 2022-05-01 19:29:32 EDT macmini2 falco[26888]:", "macmini2"),
            ("2022-05-01T19:29:32-0400 macmini2 ruled[1]:", "macmini2"),
            ("1651447772.918828 macmini2 ruled[1]:", "macmini2"),
            ("<13>1 2022-05-01T19:29:32Z macmini2 falco 26888 - -", "macmini2"),
            ("2022-05-01T23:29:32.918828894Z stdout F", ""),
            ("[pod/falco-x7k2p/falco]", ""),
        ] {
            let line = format!("{prefix} {{\"a\":1}}");
            let found = find(line.as_bytes()).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(
                (found.json, found.host, found.bare),
                (&b"{\"a\":1}"[..], host.as_bytes(), false),
                "{line}"
            );
        }
        for other in [
            "Starting Falco",
            "Loading rules from file: {\"a\":1}",
            // An alert as text, whose arguments look like a journal's line.
            "23:29:32.918828894: Notice Shell (command=echo 12:00 host falco: {\"a\":1}",
            "",
        ] {
            assert_eq!(find(other.as_bytes()), None, "{other}");
        }
    }
}
