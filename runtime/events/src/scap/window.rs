//! `Window`: a refillable buffer over the input. Blocks are read where they lie in it, without another copy.

use std::io::{self, Read};

use super::error::{Result, ScapError, ScapErrorKind};
use super::gzip::Source;

/// Bytes that the buffer holds. Small enough to stay in a CPU's second-level cache between filling and reading.
const CAPACITY: usize = 256 * 1024;
/// A buffer that a large block made grow beyond this is given back once the block is read.
const SHRINK_ABOVE: usize = 4 * CAPACITY;

/// The unread part of the input that is in memory, and where it lies in the uncompressed stream.
pub(crate) struct Window<R> {
    source: Source<R>,
    buf: Vec<u8>,
    start: usize,
    end: usize,
    /// Offset in the stream of the first byte of `buf`.
    base: u64,
    /// No more bytes will come.
    ended: bool,
    /// Why not, if that was not the end of the input. Reported when somebody needs the bytes behind.
    failure: Option<ScapErrorKind>,
}

impl<R: Read> Window<R> {
    /// Looks at the first bytes of `input` to see whether they are gzip-compressed.
    pub(crate) fn new(input: R) -> Result<Self> {
        let source = Source::detect(input).map_err(|error| ScapError {
            offset: 0,
            kind: ScapErrorKind::Read { error, compressed: false },
        })?;
        Ok(Window { source, buf: vec![0; CAPACITY], start: 0, end: 0, base: 0, ended: false, failure: None })
    }

    /// Offset of the position in the uncompressed stream.
    #[inline]
    pub(crate) fn offset(&self) -> u64 {
        self.base + self.start as u64
    }

    /// Unread bytes in memory.
    #[inline]
    pub(crate) fn available(&self) -> &[u8] {
        // `start <= end <= buf.len()` always holds; `get` keeps a mistake from becoming a panic.
        self.buf.get(self.start..self.end).unwrap_or_default()
    }

    /// Where the unread bytes begin in the buffer, for [`Window::slice`].
    #[inline]
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// Bytes of the buffer by position; they stay there until the next `ensure` or `skip`.
    #[inline]
    pub(crate) fn slice(&self, from: usize, to: usize) -> &[u8] {
        self.buf.get(from..to).unwrap_or_default()
    }

    /// Makes `n` unread bytes available. `false` when the input ends before.
    ///
    /// # Errors
    /// When the input fails before the bytes are complete; what came before the failure stays available.
    #[inline]
    pub(crate) fn ensure(&mut self, n: usize) -> Result<bool> {
        if self.end - self.start >= n { Ok(true) } else { self.fill(n) }
    }

    /// Passes over bytes that are available.
    #[inline]
    pub(crate) fn consume(&mut self, n: usize) {
        self.start = (self.start + n).min(self.end);
    }

    /// Passes over `n` bytes, available or not.
    pub(crate) fn skip(&mut self, mut n: u64) -> Result<()> {
        loop {
            let here = (self.end - self.start) as u64;
            if n <= here {
                self.start += n as usize;
                return Ok(());
            }
            n -= here;
            self.start = self.end;
            if !self.fill(1)? {
                return Err(self.error(ScapErrorKind::Truncated { inside: "block" }));
            }
        }
    }

    /// An error at the current position. If the input failed here, that is the reason.
    pub(crate) fn error(&self, kind: ScapErrorKind) -> ScapError {
        ScapError { offset: self.offset(), kind }
    }

    #[cold]
    fn fill(&mut self, n: usize) -> Result<bool> {
        self.buf.copy_within(self.start..self.end, 0);
        self.base += self.start as u64;
        self.end -= self.start;
        self.start = 0;
        if n <= CAPACITY && self.buf.len() > SHRINK_ABOVE && self.end <= CAPACITY {
            self.buf.truncate(CAPACITY);
            self.buf.shrink_to_fit();
        }
        while self.end < n && !self.ended {
            if self.end == self.buf.len() {
                // Grow as bytes arrive, not as lengths promise.
                let len = (self.buf.len() * 2).min(n.max(CAPACITY));
                self.buf.resize(len, 0);
            }
            match self.source.read(&mut self.buf[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(read) => self.end = (self.end + read).min(self.buf.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.failure = Some(self.source.explain(error));
                }
            }
        }
        if self.end >= n {
            return Ok(true);
        }
        match self.failure.take() {
            Some(kind) => Err(ScapError { offset: self.base + self.end as u64, kind }),
            None => Ok(false),
        }
    }
}
