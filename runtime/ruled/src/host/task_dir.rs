//! A thread's folder in `/proc`, held open: what is read through it belongs to that thread even if its number is given
//! to another one meanwhile.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, Statx, StatxFlags};

/// An open folder of `/proc`.
#[derive(Debug)]
pub(super) struct TaskDir(OwnedFd);

impl TaskDir {
    /// Opens a folder.
    pub(super) fn open(path: &Path) -> io::Result<TaskDir> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(TaskDir(rustix::fs::openat(CWD, path, flags, Mode::empty())?))
    }

    /// Opens a folder in this one, to be listed.
    pub(super) fn folder(&self, name: &str) -> io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.0, name, flags, Mode::empty())?)
    }

    /// Opens a file.
    pub(super) fn file(&self, name: &str) -> io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        Ok(rustix::fs::openat(&self.0, name, flags, Mode::empty())?)
    }

    /// At most `limit` bytes of a file; empty when it cannot be read.
    pub(super) fn read(&self, name: &str, limit: usize) -> Vec<u8> {
        self.file(name).and_then(|file| read_some(&file, limit)).unwrap_or_default()
    }

    /// The target of a link; empty when it cannot be read.
    pub(super) fn link(&self, name: &str) -> Vec<u8> {
        rustix::fs::readlinkat(&self.0, name, Vec::new())
            .map(|target| target.into_bytes())
            .unwrap_or_default()
    }

    /// The file behind a link. What the kernel has at hand must do: a file server that does not answer is not asked.
    pub(super) fn stat(&self, name: &str) -> io::Result<Statx> {
        let mask = StatxFlags::BASIC_STATS;
        Ok(rustix::fs::statx(&self.0, name, AtFlags::STATX_DONT_SYNC, mask)?)
    }

    /// The number of the namespace that a link below `ns` stands for; 0 when it cannot be read.
    pub(super) fn namespace(&self, kind: &str) -> u64 {
        number_in(&self.link(&format!("ns/{kind}")))
    }
}

/// At most `limit` bytes of an open file.
pub(super) fn read_some(file: &OwnedFd, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; limit];
    let mut len = 0;
    while let Some(room) = bytes.get_mut(len..).filter(|room| !room.is_empty()) {
        match rustix::io::read(file, room) {
            Ok(0) => break,
            Ok(read) => len += read,
            Err(rustix::io::Errno::INTR) => {}
            // A file that another process changes may end in an error; what was read before it counts.
            Err(error) if len == 0 => return Err(error.into()),
            Err(_) => break,
        }
    }
    bytes.truncate(len);
    Ok(bytes)
}

/// The number in brackets: `17` of `pipe:[17]`; 0 without one.
pub(super) fn number_in(text: &[u8]) -> u64 {
    let digits = text.split(|byte| *byte == b'[').nth(1).unwrap_or_default();
    number(digits.split(|byte| *byte == b']').next().unwrap_or_default()).unwrap_or(0)
}

/// A decimal number.
pub(super) fn number<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_brackets() {
        assert_eq!(number_in(b"pipe:[4711]"), 4711);
        assert_eq!(number_in(b"net:[4026531833]"), 4_026_531_833);
        assert_eq!(number_in(b"/a/path"), 0);
        assert_eq!(number_in(b"odd:[x]"), 0);
    }
}
