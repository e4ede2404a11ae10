//! How a capture is read, and what is said about it.

/// How much memory damaged or hostile input may make the reader use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Longest block of a large event, in bytes.
    pub event: u32,
    /// Memory of all tables of one section, in bytes (estimated).
    pub tables: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { event: 256 << 20, tables: 1 << 30 }
    }
}

/// How to read a capture.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Where to begin in the uncompressed stream; must be a section header.
    pub start_offset: u64,
    /// Whether events of older recorders are brought to today's shape, and what is not delivered any more is left out.
    /// Without, every event comes as it was recorded, with a parameter count inserted where there was none.
    pub convert: bool,
    /// Bounds on memory.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Options { start_offset: 0, convert: true, limits: Limits::default() }
    }
}

/// Something odd in a capture that does not stop reading.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Offset in the uncompressed stream of the block.
    pub offset: u64,
    /// What is odd.
    pub message: String,
}

/// What was odd so far.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    /// How often something was odd.
    pub count: u64,
    /// The first few.
    pub first: Vec<Notice>,
}

impl Notices {
    const KEPT: usize = 16;

    pub(super) fn add(&mut self, offset: u64, message: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < Notices::KEPT {
            self.first.push(Notice { offset, message: message() });
        }
    }
}
