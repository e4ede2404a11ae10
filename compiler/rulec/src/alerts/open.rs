//! Opens what lines come from, packed by gzip or not.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::os::unix::fs::FileExt;

use flate2::read::MultiGzDecoder;

use super::Source;

/// How files begin that gzip made.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Everything that a source has. Waits for its first bytes.
pub(crate) fn open(source: &Source) -> io::Result<Box<dyn Read + Send>> {
    match source {
        Source::Stdin => unpacked(io::stdin()),
        Source::File(path) => unpacked(File::open(path)?),
    }
}

/// What comes out of `from`, unpacked if it is packed.
pub(crate) fn unpacked(mut from: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut start = Vec::new();
    (&mut from).take(GZIP.len() as u64).read_to_end(&mut start)?;
    let packed = start == GZIP;
    let whole = Cursor::new(start).chain(from);
    Ok(if packed { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) })
}

/// Whether a file can grow and be read on from where it ended: no pipe, and not packed.
pub(crate) fn grows(file: &File) -> io::Result<bool> {
    let mut start = [0; GZIP.len()];
    Ok(file.metadata()?.is_file() && !(file.read_at(&mut start, 0)? == GZIP.len() && start == GZIP))
}
