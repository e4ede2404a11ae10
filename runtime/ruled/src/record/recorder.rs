//! One capture file being written.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use catalogue::EventCode;
use engine::State;
use events::scap::{Compression, Writer};
use events::write::EventWriter;
use events::{EventFlags, RawEvent};
use rustc_hash::FxHashSet;

use crate::containers::{container_text, write_event};

/// Captures hold what programs read and write: they are for the owner only.
const MODE: u32 = 0o600;

/// The thread that events about users are of, as in Falco's captures.
const META_TID: i64 = -1;

/// An open capture.
pub(super) struct Recorder {
    writer: Writer<File>,
    path: PathBuf,
    compression: Compression,
    /// Users and groups of containers, which have no table of their own: told by events when they become known.
    told: FxHashSet<(String, bool, u32)>,
    known: usize,
    scratch: EventWriter,
}

impl Recorder {
    /// Writes over a file; `.gz` at the end of its name compresses it.
    pub(super) fn create(path: &Path, state: &State) -> io::Result<Recorder> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(MODE).open(path)?;
        let compressed = path.extension().is_some_and(|extension| extension == "gz");
        Recorder::new(file, path, if compressed { Compression::Gzip(1) } else { Compression::None }, state)
    }

    /// Creates a compressed file that must not exist: its folder may be open to everybody.
    pub(super) fn create_new(path: &Path, state: &State) -> io::Result<Recorder> {
        let file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(path)?;
        Recorder::new(file, path, Compression::Gzip(1), state)
    }

    fn new(file: File, path: &Path, compression: Compression, state: &State) -> io::Result<Recorder> {
        let writer = Writer::new(file, compression, &state.snapshot())?;
        let mut recorder = Recorder {
            writer,
            path: path.into(),
            compression,
            told: FxHashSet::default(),
            known: 0,
            scratch: EventWriter::new(),
        };
        recorder.tell_users(0, state)?;
        for container in state.containers.iter() {
            if let Some(event) = write_event(&mut recorder.scratch, 0, &container_text(container)) {
                recorder.writer.event(&event)?;
            }
        }
        Ok(recorder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes in the file so far, without what is buffered.
    pub(super) fn bytes(&self) -> u64 {
        self.writer.bytes_written()
    }

    /// Appends an event that the state already knows of: what its rules saw comes before it.
    pub(super) fn event(&mut self, event: &RawEvent<'_>, state: &State) -> io::Result<()> {
        if state.users.len() != self.known {
            self.tell_users(event.ts(), state)?;
        }
        self.writer.event(event)
    }

    /// Begins a new section with another state.
    pub(super) fn restart(self, state: &State) -> io::Result<Recorder> {
        let file = self.writer.finish()?;
        Recorder::new(file, &self.path, self.compression, state)
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.writer.finish().map(|_| ())
    }

    /// Tells of the users and groups that became known: those of the host may have been in the table already.
    fn tell_users(&mut self, ts: u64, state: &State) -> io::Result<()> {
        let Recorder { writer, scratch, told, .. } = self;
        let mut tell = |scratch: &mut EventWriter| match scratch.finish_event(0, EventFlags::default()) {
            Ok(event) => writer.event(&event),
            // Names are far too short for that.
            Err(_) => Ok(()),
        };
        for (container, user) in state.users.users() {
            let container = state.container_name(container);
            if told.insert((container.into(), true, user.uid)) {
                scratch.begin(ts, META_TID, EventCode::USER_ADDED_E);
                scratch.param(&user.uid.to_le_bytes()).param(&user.gid.to_le_bytes());
                for part in [&*user.name, &*user.home, &*user.shell, container] {
                    scratch.text(part.as_bytes());
                }
                tell(scratch)?;
            }
        }
        for (container, group) in state.users.groups() {
            let container = state.container_name(container);
            if told.insert((container.into(), false, group.gid)) {
                scratch.begin(ts, META_TID, EventCode::GROUP_ADDED_E).param(&group.gid.to_le_bytes());
                scratch.text(group.name.as_bytes()).text(container.as_bytes());
                tell(scratch)?;
            }
        }
        self.known = state.users.len();
        Ok(())
    }
}
