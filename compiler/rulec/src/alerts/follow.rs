//! A file that grows, is cut off, or is replaced by a new one of the same name, as `tail -F` follows it; or a stream.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;

use super::{Source, open};

/// Bytes read at once.
const PIECE: usize = 256 << 10;
/// Longest unfinished line that is kept.
const LONGEST_LINE: usize = 16 << 20;

/// The end of a source, from its beginning on.
pub(crate) struct Tail {
    from: From,
    /// What was read of a line that is not finished.
    unfinished: Vec<u8>,
    /// Nothing more will come.
    pub(crate) ended: bool,
}

enum From {
    File { path: PathBuf, file: Option<File>, inode: u64, at: u64 },
    Stream(Receiver<io::Result<Vec<u8>>>),
}

impl Tail {
    /// Opens a source. A file must exist now; later it may come and go.
    pub(crate) fn open(source: &Source) -> io::Result<Tail> {
        let from = match source {
            Source::File(path) => {
                let file = File::open(path)?;
                if open::grows(&file)? {
                    let inode = file.metadata()?.ino();
                    From::File { path: path.clone(), file: Some(file), inode, at: 0 }
                } else {
                    From::Stream(read_stream(file)?)
                }
            }
            Source::Stdin => From::Stream(read_stream(io::stdin())?),
        };
        Ok(Tail { from, unfinished: Vec::new(), ended: false })
    }

    /// Whole lines that came since, none if there are none now. With `to_end` a file is over where it ends now, and an
    /// unfinished last line counts.
    pub(crate) fn read(&mut self, to_end: bool) -> io::Result<Vec<u8>> {
        let mut text = std::mem::take(&mut self.unfinished);
        let replaced = match &mut self.from {
            From::File { path, file, inode, at } => {
                let (got, replaced) = read_file(path, file, inode, at, &mut text)?;
                self.ended = to_end && got == 0;
                replaced
            }
            From::Stream(pieces) => match pieces.try_recv() {
                Ok(piece) => {
                    let piece = piece?;
                    text.extend_from_slice(&piece);
                    false
                }
                Err(TryRecvError::Empty) => {
                    self.unfinished = text;
                    return Ok(Vec::new());
                }
                Err(TryRecvError::Disconnected) => {
                    self.ended = true;
                    false
                }
            },
        };
        if !self.ended && !replaced {
            let end = memchr::memrchr(b'\n', &text).map_or(0, |at| at + 1);
            self.unfinished = text.split_off(end);
            if self.unfinished.len() > LONGEST_LINE {
                // The beginning of a line without end; what follows will be counted as broken.
                self.unfinished.truncate(2);
            }
        }
        Ok(text)
    }
}

/// Reads on. Also says whether the old file is over: what is left of its last line will not be finished.
fn read_file(
    path: &PathBuf,
    file: &mut Option<File>,
    inode: &mut u64,
    at: &mut u64,
    text: &mut Vec<u8>,
) -> io::Result<(usize, bool)> {
    if let Some(open) = file {
        if open.metadata()?.len() < *at {
            // Cut off: a program began anew.
            *file = Some(File::open(path)?);
            *at = 0;
            return Ok((0, true));
        }
        let got = open.take(PIECE as u64).read_to_end(text)?;
        *at += got as u64;
        if got > 0 {
            return Ok((got, false));
        }
    }
    // At the end: perhaps another file has the name by now. While that one is empty, the program may still write to the
    // old one; once it is not, what the old one got until then is the rest of it.
    match fs::metadata(path) {
        Ok(now) if file.is_none() || (now.ino() != *inode && now.len() > 0) => {
            let replaced = file.is_some();
            if let Some(old) = file {
                let got = old.take(PIECE as u64).read_to_end(text)?;
                *at += got as u64;
                if got > 0 {
                    return Ok((got, false));
                }
            }
            *file = Some(File::open(path)?);
            (*inode, *at) = (now.ino(), 0);
            Ok((0, replaced))
        }
        Ok(_) => Ok((0, false)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok((0, false)),
        Err(error) => Err(error),
    }
}

/// A stream cannot be asked whether it has something; a thread waits for it.
fn read_stream(from: impl Read + Send + 'static) -> io::Result<Receiver<io::Result<Vec<u8>>>> {
    let (pieces, received) = mpsc::sync_channel(4);
    thread::Builder::new().name("stream".to_string()).spawn(move || {
        let mut input = match open::unpacked(from) {
            Ok(input) => input,
            Err(error) => {
                let _ = pieces.send(Err(error));
                return;
            }
        };
        loop {
            let mut piece = vec![0; PIECE];
            let read = match input.read(&mut piece) {
                Ok(0) => return,
                Ok(got) => {
                    piece.truncate(got);
                    Ok(piece)
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
            let failed = read.is_err();
            if pieces.send(read).is_err() || failed {
                return;
            }
        }
    })?;
    Ok(received)
}

#[cfg(test)]
mod tests {
    use super::{Source, Tail};
    use std::fs;
    use std::io::Write;

    #[test]
    fn follows_growth_truncation_and_replacement() {
        let folder = std::env::temp_dir().join(format!("rulec-tail-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("events.log");
        fs::write(&path, "one\ntw").unwrap();
        let mut tail = Tail::open(&Source::File(path.clone())).unwrap();
        let mut all = |text: &mut String| {
            for _ in 0..4 {
                text.push_str(std::str::from_utf8(&tail.read(false).unwrap()).unwrap());
            }
        };
        let mut text = String::new();
        all(&mut text);
        assert_eq!(text, "one\n");
        fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"o\nthree\n").unwrap();
        all(&mut text);
        assert_eq!(text, "one\ntwo\nthree\n");
        fs::write(&path, "four\n").unwrap();
        all(&mut text);
        assert_eq!(text, "one\ntwo\nthree\nfour\n");
        // The program goes on with the old file until it is told, when there is a new one already.
        let old = folder.join("events.log.1");
        fs::rename(&path, &old).unwrap();
        fs::write(&path, "").unwrap();
        all(&mut text);
        fs::OpenOptions::new().append(true).open(&old).unwrap().write_all(b"five\n").unwrap();
        all(&mut text);
        fs::write(&path, "six\n").unwrap();
        all(&mut text);
        assert_eq!(text, "one\ntwo\nthree\nfour\nfive\nsix\n");
        fs::remove_dir_all(&folder).unwrap();
    }
}
