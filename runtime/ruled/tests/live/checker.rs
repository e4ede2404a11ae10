//! A reader of captures that is written from the format's description and shares no code with ours: it checks every
//! length, count and order, and understands nothing.

use std::collections::BTreeSet;

/// CPUs that share a ring buffer take their time stamps before they take their places in it.
const TOLERANCE_NS: u64 = 5_000_000;

/// What a capture holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Checked {
    pub threads: usize,
    pub descriptors: usize,
    pub users: usize,
    pub interfaces: usize,
    pub events: usize,
}

/// A cursor over bytes that fails loudly.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    what: &'static str,
}

impl<'a> Cursor<'a> {
    fn new(bytes: &'a [u8], what: &'static str) -> Cursor<'a> {
        Cursor { bytes, at: 0, what }
    }

    fn take(&mut self, len: usize) -> &'a [u8] {
        let end = self.at + len;
        assert!(end <= self.bytes.len(), "{}: {len} bytes at {} of {}", self.what, self.at, self.bytes.len());
        let taken = &self.bytes[self.at..end];
        self.at = end;
        taken
    }

    fn u8(&mut self) -> u8 {
        self.take(1)[0]
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.take(2).try_into().unwrap())
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take(4).try_into().unwrap())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take(8).try_into().unwrap())
    }

    fn string(&mut self, limit: usize) -> &'a [u8] {
        let len = usize::from(self.u16());
        assert!(len <= limit, "{}: a text of {len} bytes", self.what);
        self.take(len)
    }

    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }
}

/// Checks a whole capture.
pub fn check(bytes: &[u8]) -> Checked {
    let mut file = Cursor::new(bytes, "file");
    let mut found = Checked::default();
    let mut tids = BTreeSet::new();
    let mut with_table = BTreeSet::new();
    let mut last_ts = 0;
    let mut first = true;
    while file.left() > 0 {
        let start = file.at;
        let kind = file.u32();
        let length = file.u32() as usize;
        assert!(length >= 12 && length.is_multiple_of(4), "block of {length} bytes at {start}");
        let body = file.take(length - 12);
        assert_eq!(file.u32() as usize, length, "trailer of the block at {start}");
        assert_eq!(kind == 0x0A0D_0D0A, first, "section header at {start}");
        first = false;
        if (0x201..=0x220).contains(&kind) && ![0x216, 0x217].contains(&kind) {
            assert_eq!(found.events, 0, "a table after an event at {start}");
        }
        match kind {
            0x0A0D_0D0A => {
                let mut header = Cursor::new(body, "section header");
                assert_eq!(
                    (header.u32(), header.u16(), header.u16(), header.u64()),
                    (0x1A2B_3C4D, 1, 2, u64::MAX)
                );
            }
            0x201 => machine(body),
            0x219 => interfaces(body, &mut found),
            0x220 => users(body, &mut found),
            0x215 => threads(body, &mut found, &mut tids),
            0x218 => descriptors(body, &mut found, &mut with_table),
            0x216 | 0x217 | 0x221 | 0x222 => {
                let ts = event(kind, body);
                // Events of the recorder itself carry the time of the event that they explain, or none.
                if ts != 0 {
                    assert!(ts + TOLERANCE_NS >= last_ts, "the event at {start} goes back in time");
                    last_ts = last_ts.max(ts);
                }
                found.events += 1;
            }
            other => panic!("block of type {other:#x} at {start}"),
        }
    }
    assert!(!first, "an empty file");
    assert!(tids.is_subset(&with_table), "threads without a table of descriptors");
    found
}

fn machine(body: &[u8]) {
    let mut machine = Cursor::new(body, "machine");
    assert_eq!(body.len(), 180);
    assert!(machine.u32() > 0, "no CPUs");
    assert!(machine.u64() > 1 << 20, "no memory");
    machine.u64();
    let name = machine.take(128);
    assert!(name.contains(&0), "the host's name does not end");
    // Nanoseconds since the epoch: after 2001.
    assert!(machine.u64() > 1_000_000_000_000_000_000, "no boot time");
    assert_eq!((machine.u64(), machine.u64(), machine.u64()), (0, 0, 0));
}

fn interfaces(body: &[u8], found: &mut Checked) {
    let mut list = Cursor::new(body, "interfaces");
    while list.left() >= 4 {
        // This list's lengths do not count themselves.
        let length = list.u32() as usize;
        let mut entry = Cursor::new(list.take(length), "interface");
        let kind = entry.u16();
        let name = usize::from(entry.u16());
        assert!([1, 2].contains(&kind), "interface of kind {kind}");
        entry.take(if kind == 1 { 12 } else { 48 });
        entry.u64();
        entry.take(name);
        assert_eq!(entry.left(), 0);
        found.interfaces += 1;
    }
}

fn users(body: &[u8], found: &mut Checked) {
    let mut list = Cursor::new(body, "users");
    while list.left() >= 4 {
        let length = list.u32() as usize;
        let mut entry = Cursor::new(list.take(length - 4), "user");
        match entry.u8() {
            0 => {
                entry.u64();
                for _ in 0..3 {
                    entry.string(255);
                }
            }
            1 => {
                entry.u32();
                entry.string(255);
            }
            other => panic!("entry of kind {other} among users"),
        }
        assert_eq!(entry.left(), 0);
        found.users += 1;
    }
}

fn threads(body: &[u8], found: &mut Checked, tids: &mut BTreeSet<u64>) {
    let mut list = Cursor::new(body, "threads");
    while list.left() >= 4 {
        let length = list.u32() as usize;
        let mut thread = Cursor::new(list.take(length - 4), "thread");
        let tid = thread.u64();
        assert!(tids.insert(tid), "thread {tid} is listed twice");
        // pid, parent, session, group.
        thread.take(32);
        for limit in [1024, 1024, 1024, 4096, 1024] {
            thread.string(limit);
        }
        // Limit, flags, ids, memory, faults.
        thread.take(8 + 4 + 8 + 12 + 16);
        thread.string(4096);
        thread.take(16);
        let groups = thread.string(4096);
        for item in groups.split(|byte| *byte == 0).filter(|item| !item.is_empty()) {
            assert!(item.contains(&b'='), "control group {:?}", String::from_utf8_lossy(item));
        }
        thread.string(1024);
        assert_eq!(thread.left(), 76, "tail of thread {tid}");
        found.threads += 1;
    }
}

fn descriptors(body: &[u8], found: &mut Checked, with_table: &mut BTreeSet<u64>) {
    let mut table = Cursor::new(body, "descriptors");
    with_table.insert(table.u64());
    while table.left() >= 4 {
        let length = table.u32() as usize;
        let mut entry = Cursor::new(table.take(length - 4), "descriptor");
        assert!((entry.u64() as i64) >= 0, "a negative descriptor");
        entry.u64();
        match entry.u8() {
            3 => drop(entry.take(4 + 4 + 2 + 2 + 1)),
            4 => drop(entry.take(16 + 16 + 2 + 2 + 1)),
            5 => drop(entry.take(4 + 2 + 1)),
            6 => drop(entry.take(16 + 2 + 1)),
            8 => {
                entry.take(16);
                entry.string(1024);
            }
            16 => {
                entry.u32();
                entry.string(1024);
                entry.u32();
            }
            2 | 7 | 9..=15 | 17..=21 => drop(entry.string(1024)),
            other => panic!("descriptor of type {other}"),
        }
        assert_eq!(entry.left(), 0);
        found.descriptors += 1;
    }
}

/// Checks an event and gives its time stamp.
fn event(kind: u32, body: &[u8]) -> u64 {
    let mut event = Cursor::new(body, "event");
    event.u16();
    if [0x217, 0x222].contains(&kind) {
        assert_ne!(event.u32(), 0, "flags that could be left out");
    }
    let ts = event.u64();
    event.u64();
    let length = event.u32() as usize;
    assert!(event.u16() < 454, "an unknown event");
    let count = event.u32() as usize;
    let wide = [0x221, 0x222].contains(&kind);
    let lengths: usize =
        (0..count).map(|_| if wide { event.u32() as usize } else { usize::from(event.u16()) }).sum();
    event.take(lengths);
    assert_eq!(length, 26 + count * if wide { 4 } else { 2 } + lengths);
    assert!(event.left() < 4, "padding of {} bytes", event.left());
    ts
}
