//! Clients that are built on gRPC's C library name a Unix socket in `:authority` with per cent signs (`run%2Ffalco.sock`).
//! That is no authority to HTTP, and the HTTP library refuses the call. Here the signs are replaced on the way in; nobody
//! looks at the authority of a Unix socket.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What a client says first, before any frame.
const PREFACE: usize = 24;
const FRAME_HEADER: usize = 9;
/// The longest frame that the server allows its clients, and no more is kept of one.
const LONGEST_FRAME: usize = 1 << 14;
const HEADERS: u8 = 1;
const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;
const PRIORITY: u8 = 0x20;
/// Number of `:authority` in HPACK's static table.
const AUTHORITY: usize = 1;

/// A connection whose requests have authorities that HTTP allows.
pub(crate) struct Mended<S> {
    inner: S,
    mender: Mender,
    /// Bytes that can be given on, from `given` on.
    ready: Vec<u8>,
    given: usize,
}

#[derive(Default)]
struct Mender {
    /// Bytes of a frame that is not complete.
    rest: Vec<u8>,
    /// Bytes of the preface that have passed.
    preface: usize,
    /// Something is not as it should be: the rest passes as it is, for the HTTP library to judge.
    lost: bool,
}

impl<S> Mended<S> {
    pub(crate) fn new(inner: S) -> Mended<S> {
        Mended { inner, mender: Mender::default(), ready: Vec::new(), given: 0 }
    }
}

impl Mender {
    /// Takes bytes and gives those that are complete.
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.rest.extend_from_slice(bytes);
        let preface = (PREFACE - self.preface).min(self.rest.len());
        self.preface += preface;
        out.extend(self.rest.drain(..preface));
        while !self.lost && self.rest.len() >= FRAME_HEADER {
            let len =
                usize::from(self.rest[0]) << 16 | usize::from(self.rest[1]) << 8 | usize::from(self.rest[2]);
            if len > LONGEST_FRAME {
                self.lost = true;
                break;
            }
            let end = FRAME_HEADER + len;
            if self.rest.len() < end {
                return;
            }
            let (kind, flags) = (self.rest[3], self.rest[4]);
            if kind == HEADERS && flags & END_HEADERS != 0 {
                mend_frame(flags, &mut self.rest[FRAME_HEADER..end]);
            }
            out.extend(self.rest.drain(..end));
        }
        if self.lost {
            out.append(&mut self.rest);
        }
    }
}

fn mend_frame(flags: u8, payload: &mut [u8]) {
    let (mut start, mut end) = (0, payload.len());
    if flags & PADDED != 0 {
        let Some(padding) = payload.first() else { return };
        start += 1;
        end = end.saturating_sub(usize::from(*padding));
    }
    if flags & PRIORITY != 0 {
        start += 5;
    }
    if let Some(block) = payload.get_mut(start..end) {
        // What cannot be read is left to the HTTP library.
        let _ = mend_block(block);
    }
}

/// Walks over the fields of a header block (RFC 7541, 6) and mends the authority.
fn mend_block(block: &mut [u8]) -> Option<()> {
    let mut at = 0;
    while let Some(first) = block.get(at).copied() {
        if first & 0x80 != 0 {
            // A field of a table.
            at = integer(block, at, 7)?.1;
        } else if first & 0xe0 == 0x20 {
            // Another size of the table.
            at = integer(block, at, 5)?.1;
        } else {
            let (name, after) = integer(block, at, if first & 0x40 != 0 { 6 } else { 4 })?;
            let (is_authority, value) = if name == 0 {
                let name = text(block, after)?;
                (block.get(name.clone()) == Some(b":authority"), name.end)
            } else {
                (name == AUTHORITY, after)
            };
            let is_packed = block.get(value)? & 0x80 != 0;
            let range = text(block, value)?;
            at = range.end;
            if is_authority && !is_packed {
                block[range].iter_mut().filter(|byte| **byte == b'%').for_each(|byte| *byte = b'-');
            }
        }
    }
    Some(())
}

/// A number whose first `prefix` bits are in the byte at `at`, and where it ends.
fn integer(block: &[u8], at: usize, prefix: u32) -> Option<(usize, usize)> {
    let most = (1_usize << prefix) - 1;
    let mut value = usize::from(*block.get(at)?) & most;
    let mut at = at + 1;
    if value < most {
        return Some((value, at));
    }
    for shift in [0, 7, 14, 21] {
        let byte = *block.get(at)?;
        at += 1;
        value += usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some((value, at));
        }
    }
    None
}

/// Where the bytes of a text are whose length is at `at`.
fn text(block: &[u8], at: usize) -> Option<std::ops::Range<usize>> {
    let (len, start) = integer(block, at, 7)?;
    let end = start.checked_add(len)?;
    (end <= block.len()).then_some(start..end)
}

impl<S: AsyncRead + Unpin> AsyncRead for Mended<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let this = &mut *self;
            if this.given < this.ready.len() {
                let len = (this.ready.len() - this.given).min(buffer.remaining());
                buffer.put_slice(&this.ready[this.given..this.given + len]);
                this.given += len;
                return Poll::Ready(Ok(()));
            }
            this.ready.clear();
            this.given = 0;
            let mut bytes = [0; 4096];
            let mut read = ReadBuf::new(&mut bytes);
            ready!(Pin::new(&mut this.inner).poll_read(context, &mut read))?;
            if read.filled().is_empty() {
                // The end; half a frame is of no use to anybody.
                return Poll::Ready(Ok(()));
            }
            this.mender.push(read.filled(), &mut this.ready);
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Mended<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![0, (payload.len() >> 8) as u8, payload.len() as u8, kind, flags, 0, 0, 0, 1];
        frame.extend_from_slice(payload);
        frame
    }

    fn block(authority: &[u8]) -> Vec<u8> {
        // A field of the table, a literal with a name of its own, the authority, a literal after it.
        let mut block = vec![0x83, 0x00, 0x02, b'%', b'%', 0x01, b'%', 0x41, authority.len() as u8];
        block.extend_from_slice(authority);
        // The same with its name written out, as the C library does.
        block.extend_from_slice(b"\x40\x0a:authority");
        block.push(authority.len() as u8);
        block.extend_from_slice(authority);
        block.extend_from_slice(&[0x44, 0x02, b'/', b'%']);
        block
    }

    fn through(bytes: &[u8], chunk: usize) -> Vec<u8> {
        let (mut mender, mut out) = (Mender::default(), Vec::new());
        bytes.chunks(chunk).for_each(|chunk| mender.push(chunk, &mut out));
        out
    }

    #[test]
    fn only_the_authority_changes_however_it_arrives() {
        let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        let padded = [&[2, 0, 0, 0, 0, 9][..], &block(b"run%2Ffalco.sock"), b"%%"].concat();
        let whole = |authority: &[u8], padded: &[u8]| {
            [
                &preface[..],
                &frame(4, 0, b"%%%%%%"),
                &frame(HEADERS, END_HEADERS, &block(authority)),
                &frame(0, 0, b"\x41\x02%%"),
                &frame(HEADERS, END_HEADERS | PADDED | PRIORITY, padded),
            ]
            .concat()
        };
        let mended = [&[2, 0, 0, 0, 0, 9][..], &block(b"run-2Ffalco.sock"), b"%%"].concat();
        let (sent, wanted) = (whole(b"run%2Ffalco.sock", &padded), whole(b"run-2Ffalco.sock", &mended));
        for chunk in [1, 2, 7, 30, 1000] {
            assert_eq!(through(&sent, chunk), wanted, "{chunk}");
        }
    }

    #[test]
    fn anything_else_passes_as_it_is() {
        let mut seed = 1_u32;
        let junk: Vec<u8> = (0..100_000)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 24) as u8
            })
            .collect();
        let out = through(&junk, 1000);
        assert!(out.len() + FRAME_HEADER + LONGEST_FRAME >= junk.len());
        for end in 0..20 {
            let mut block = block(b"a%b");
            block.truncate(end);
            let _ = mend_block(&mut block);
        }
    }
}
