//! The input as one plain stream: as it is, or decompressed when it begins like gzip.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use flate2::bufread::GzDecoder;

use super::error::ScapErrorKind;

/// First bytes of a gzip member.
const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];
/// Compressed bytes read at once.
const COMPRESSED_BUFFER: usize = 64 * 1024;

type Rewound<R> = Chain<Cursor<Vec<u8>>, R>;

/// The input, decompressed where needed.
pub(crate) enum Source<R> {
    Plain(Rewound<R>),
    Gzip(Box<Members<BufReader<Rewound<R>>>>),
}

impl<R: Read> Source<R> {
    /// Decides by the first two bytes, never by a name.
    pub(crate) fn detect(mut input: R) -> io::Result<Self> {
        let mut first = Vec::with_capacity(2);
        input.by_ref().take(2).read_to_end(&mut first)?;
        let compressed = first == GZIP_MAGIC;
        let rewound = Cursor::new(first).chain(input);
        Ok(if compressed {
            let buffered = BufReader::with_capacity(COMPRESSED_BUFFER, rewound);
            Source::Gzip(Box::new(Members { current: Some(GzDecoder::new(buffered)) }))
        } else {
            Source::Plain(rewound)
        })
    }

    /// The next bytes; 0 at the end.
    pub(crate) fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Source::Plain(input) => input.read(buf),
            Source::Gzip(members) => members.read(buf),
        }
    }

    /// What a failed read means for the capture.
    pub(crate) fn explain(&self, error: io::Error) -> ScapErrorKind {
        match self {
            Source::Plain(_) => ScapErrorKind::Read { error, compressed: false },
            Source::Gzip(_) if error.kind() == io::ErrorKind::UnexpectedEof => {
                ScapErrorKind::Truncated { inside: "compressed data" }
            }
            Source::Gzip(_) => ScapErrorKind::Read { error, compressed: true },
        }
    }
}

/// One gzip member after the other. What follows the last one and is not a member is ignored, as zlib does.
pub(crate) struct Members<B> {
    current: Option<GzDecoder<B>>,
}

impl<B: BufRead> Read for Members<B> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.current {
            let read = member.read(buf)?;
            if read > 0 || buf.is_empty() {
                return Ok(read);
            }
            let Some(mut input) = self.current.take().map(GzDecoder::into_inner) else { break };
            if input.fill_buf()?.first() == Some(&GZIP_MAGIC[0]) {
                self.current = Some(GzDecoder::new(input));
            }
        }
        Ok(0)
    }
}
