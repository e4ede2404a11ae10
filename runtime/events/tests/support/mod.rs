//! Where the tests find captures, and what else several suites need.
#![allow(dead_code)]

use std::io::Write as _;
use std::path::{Path, PathBuf};

use events::scap::{Compression, Options, Reader, Record, Writer};
use events::script::{Script, print_event};
use events::{RawEvent, Snapshot};

/// A directory of reference data, named by an environment variable. Says so when a test is skipped for want of it; with
/// `REQUIRE_REFERENCE=1` that is a failure.
pub(crate) fn reference(variable: &str) -> Option<PathBuf> {
    let found = std::env::var_os(variable).map(PathBuf::from).filter(|dir| dir.is_dir());
    if found.is_none() {
        let message = format!("{variable} does not name a directory of reference data");
        assert!(std::env::var_os("REQUIRE_REFERENCE").is_none_or(|value| value != "1"), "{message}");
        // Written past the capture of test output: a skip must be seen.
        let _ = writeln!(std::io::stderr(), "SKIPPED: {message}");
    }
    found
}

/// Every reference capture that is at hand.
pub(crate) fn all_captures() -> Vec<PathBuf> {
    let dirs = [reference("CAPTURES_DIR"), reference("CONFORMANCE_DIR").map(|dir| dir.join("captures"))];
    let mut files: Vec<_> = dirs
        .iter()
        .flatten()
        .flat_map(|dir| std::fs::read_dir(dir).expect("a readable directory"))
        .map(|entry| entry.expect("a readable directory").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "scap"))
        .collect();
    files.sort();
    files
}

/// The last part of a path.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The bytes of a file, decompressed.
pub(crate) fn plain(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).expect("a readable file");
    let mut plain = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(bytes.as_slice()), &mut plain)
        .expect("gzip");
    plain
}

/// What reading gives: tables, events as script lines, and the error that ended it.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) snapshot: Snapshot,
    pub(crate) events: Vec<String>,
    pub(crate) sections: usize,
    pub(crate) error: Option<String>,
    pub(crate) notices: Vec<String>,
}

/// Reads a capture to its end.
pub(crate) fn read(bytes: &[u8], options: Options) -> Read {
    let mut all = Read::default();
    let mut reader = match Reader::with_options(bytes, options) {
        Ok(reader) => reader,
        Err(error) => return Read { error: Some(error.to_string()), ..all },
    };
    all.snapshot = reader.take_snapshot();
    loop {
        match reader.next_record() {
            Ok(Some(Record::Event(event))) => all.events.push(print_event(&event)),
            Ok(Some(Record::Section(_))) => all.sections += 1,
            Ok(None) => break,
            Err(error) => {
                all.error = Some(error.to_string());
                break;
            }
        }
    }
    all.notices = reader.notices().first.iter().map(|notice| notice.message.clone()).collect();
    all
}

/// A capture of a script.
pub(crate) fn capture(script: &str) -> Vec<u8> {
    let script = Script::parse(script).expect("a right script");
    write(&script.snapshot, script.events(), Compression::None)
}

/// A capture of tables and events.
pub(crate) fn write<'a>(
    snapshot: &Snapshot,
    events: impl IntoIterator<Item = RawEvent<'a>>,
    compression: Compression,
) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), compression, snapshot).expect("memory takes everything");
    for event in events {
        writer.event(&event).expect("memory takes everything");
    }
    writer.finish().expect("memory takes everything")
}

/// As recorded, without conversion.
pub(crate) const RAW: fn() -> Options = || Options { convert: false, ..Options::default() };
