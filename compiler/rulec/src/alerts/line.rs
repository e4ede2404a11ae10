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

/// Finds the JSON in a line: at its start, or after `May 01 19:29:32 host program[pid]: `.
pub(crate) fn find(line: &[u8]) -> Option<Found<'_>> {
    let line = line.trim_ascii();
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
    if line.first() == Some(&b'{') {
        return Some(Found { json: line, host: b"", bare: true });
    }
    let at = memmem::find(line, b": {\"")?;
    let host = host_before(&line[..at])?;
    Some(Found { json: &line[at + 2..], host, bare: false })
}

/// The host in `May 01 19:29:32 host program[pid]` or `2022-05-01T19:29:32-0400 host program[pid]`.
fn host_before(prefix: &[u8]) -> Option<&[u8]> {
    let mut words = prefix.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let program = words.next_back()?;
    let host = words.next_back()?;
    // The time stands before them; a program's name ends with its process id or is a word.
    let time = words.next_back()?;
    let timely = time.contains(&b':') && time.first().is_some_and(u8::is_ascii_digit);
    let named = program.iter().all(|byte| !matches!(byte, b'"' | b'{' | b':'));
    (timely && named && std::str::from_utf8(host).is_ok()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn alerts_stand_alone_or_behind_a_journal_prefix() {
        let found = |line: &'static str| {
            find(line.as_bytes()).map(|found| {
                (
                    std::str::from_utf8(found.json).unwrap(),
                    std::str::from_utf8(found.host).unwrap(),
                    found.bare,
                )
            })
        };
        assert_eq!(found("{\"a\":1}\r"), Some(("{\"a\":1}", "", true)));
        assert_eq!(found("\u{feff}  {\"a\":1}"), None);
        assert_eq!(found("\u{feff}{\"a\":1}"), Some(("{\"a\":1}", "", true)));
        assert_eq!(
            found("May 01 19:29:32 macmini2 falco[26888]: {\"a\":1}"),
            Some(("{\"a\":1}", "macmini2", false))
        );
        assert_eq!(
            found("2022-05-01T19:29:32-0400 macmini2 ruled[1]: {\"a\":1}"),
            Some(("{\"a\":1}", "macmini2", false))
        );
        assert_eq!(found("Starting Falco"), None);
        assert_eq!(found("Loading rules from file: {\"a\":1}"), None);
        assert_eq!(found(""), None);
    }
}
