//! Damaged and hostile captures: no panic, bounded memory, the events before the damage, and an error that tells where.

mod support;

use std::io::Read;

use events::scap::{Compression, Limits, Options, Reader, Record};
use events::script::Script;
use events::{Snapshot, fuzz};
use proptest::prelude::*;

const SCRIPT: &str = r#"
[machine]
hostname=lab cpus=2 memory=4096 boot=1s
[interfaces]
lo 127.0.0.1/8
lo ::1/128
[users]
root uid=0 gid=0 home=/root shell=/bin/sh
[groups]
root gid=0
[processes]
1 init
100 bash args=[-c, "sleep 1"] env=[A=b] cgroups=["cpu=/docker/0123456789ab"]
101 bash pid=100 ptid=1
[descriptors]
100 0 file /etc/passwd flags=O_RDONLY dev=1 ino=2
100 1 old-file /dev/null
100 2 tcp 10.0.0.1:4000->10.0.0.2:80
100 3 udp [::1]:53
100 4 unix 0x1->0x2 /run/x.sock
100 5 pipe pipe:[7]
[containers]
0123456789ab name=web image=nginx
[events]
+1ms 0 100 openat fd=3 dirfd=AT_FDCWD name=/etc/shadow flags=O_RDONLY mode=0 dev=1 ino=3
+1ms 1 100 close> fd=3
+1ms 1 100 close @params=1 res=0
+1ms 0 100 execve> filename=/bin/ls
+1ms 0 100 SYSCALL_EXECVE_16_X res=0 exe=ls args=[-l] comm=ls
+1ms 0 101 write @state res=3 data=abc fd=1 size=3
+1ms 0 101 connect res=0 tuple=10.0.0.1:4000->10.0.0.2:80 fd=2 addr=10.0.0.2:80
+1ms 0 101 poll res=1 fds=[3:0x1] timeout=5
"#;

/// Offsets of the blocks of a sound capture, and its end.
fn boundaries(bytes: &[u8]) -> Vec<usize> {
    let mut at = vec![0];
    while let Some(len) = at.last().and_then(|&at| bytes.get(at + 4..at + 8)) {
        let len = u32::from_le_bytes(len.try_into().expect("four bytes"));
        at.push(at[at.len() - 1] + len as usize);
    }
    at
}

#[test]
fn truncation_delivers_what_came_before() {
    let bytes = support::capture(SCRIPT);
    let whole = support::read(&bytes, Options::default());
    assert_eq!(whole.error, None);
    let ends = boundaries(&bytes);
    assert_eq!(ends.last(), Some(&bytes.len()));
    for cut in 0..bytes.len() {
        let read = support::read(&bytes[..cut], Options::default());
        assert!(whole.events.starts_with(&read.events), "cut at {cut}");
        if cut > 0 && ends.contains(&cut) {
            assert_eq!(read.error, None, "cut at {cut}, between blocks");
        } else {
            let error = read.error.expect("an error");
            assert!(error.contains("at offset") || error.contains("empty"), "{error}");
        }
    }
}

#[test]
fn truncated_compression_delivers_what_came_before() {
    let script = Script::parse(SCRIPT).expect("a right script");
    let once: Vec<_> = script.events().collect();
    let events: Vec<_> = once.iter().cycle().take(20_000).collect();
    let bytes = support::write(&script.snapshot, events.iter().map(|event| **event), Compression::Gzip(6));
    let whole = support::read(&bytes, support::RAW());
    assert_eq!((whole.events.len(), &whole.error), (20_000, &None));
    for cut in [3, 10, 18, 100, bytes.len() / 2, bytes.len() - 9, bytes.len() - 8, bytes.len() - 1] {
        let read = support::read(&bytes[..cut], support::RAW());
        assert!(whole.events.starts_with(&read.events), "cut at {cut}");
        assert!(read.error.is_some(), "cut at {cut}");
        if cut > bytes.len() / 3 {
            assert!(read.events.len() > 1_000, "cut at {cut}: {}", read.events.len());
        }
    }
    // Several members, and what is no member after them.
    let two = [bytes.clone(), bytes.clone()].concat();
    let read = support::read(&two, support::RAW());
    assert_eq!((read.events.len(), read.sections, read.error), (40_000, 1, None));
    let tail = [bytes, vec![0; 100]].concat();
    assert_eq!(support::read(&tail, support::RAW()).error, None);
}

#[test]
fn every_single_bit_may_be_wrong() {
    let bytes = support::capture(SCRIPT);
    for at in 0..bytes.len() {
        for flip in [1, 0x80, 0xFF] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            fuzz::scap_reader(&damaged);
        }
    }
}

#[test]
fn random_damage_of_reference_captures() {
    // A fixed generator: a failure can be repeated.
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    // DAMAGE_ROUNDS=10000 for a thorough run.
    let rounds = std::env::var("DAMAGE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(40);
    for path in support::all_captures() {
        let mut bytes = support::plain(&path);
        bytes.truncate(200_000);
        for _ in 0..rounds {
            let mut damaged = bytes.clone();
            for _ in 0..1 + random() % 20 {
                let at = random() as usize % damaged.len();
                damaged[at] = random() as u8;
            }
            fuzz::scap_reader(&damaged);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_may_be_a_capture(mut bytes in prop::collection::vec(any::<u8>(), 0..400), header in any::<bool>()) {
        if header {
            bytes.splice(0..0, support::write(&Snapshot::default(), [], Compression::None));
        }
        fuzz::scap_reader(&bytes);
    }

    #[test]
    fn any_bytes_may_be_an_event(bytes in prop::collection::vec(any::<u8>(), 0..200), params in 0u32..40, code in 0u16..460) {
        fuzz::raw_event(&bytes);
        let mut event = vec![0; 26];
        event[16..20].copy_from_slice(&(26 + bytes.len() as u32).to_le_bytes());
        event[20..22].copy_from_slice(&code.to_le_bytes());
        event[22..26].copy_from_slice(&params.to_le_bytes());
        event.extend(bytes);
        fuzz::raw_event(&event);
    }

    #[test]
    fn any_text_may_be_a_script(text in "[ -~\n]{0,200}", section in 0usize..9) {
        let names = ["machine", "interfaces", "users", "groups", "processes", "descriptors", "containers", "defaults", "events"];
        let _ = Script::parse(&text);
        let _ = Script::parse(&format!("[{}]\n{text}", names[section]));
    }
}

/// Gives an endless capture: a header, then one block again and again.
struct Endless {
    head: Vec<u8>,
    block: Vec<u8>,
    at: usize,
    left: u64,
}

impl Read for Endless {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let mut written = 0;
        while written < buf.len() && self.left > 0 {
            let from = if self.at < self.head.len() {
                &self.head[self.at..]
            } else {
                &self.block[(self.at - self.head.len()) % self.block.len()..]
            };
            let n = from.len().min(buf.len() - written).min(self.left as usize);
            buf[written..written + n].copy_from_slice(&from[..n]);
            (self.at, self.left, written) = (self.at + n, self.left - n as u64, written + n);
        }
        Ok(written)
    }
}

fn endless(block: Vec<u8>, left: u64) -> Endless {
    let head = support::write(&Snapshot::default(), [], Compression::None);
    Endless { head, block, at: 0, left }
}

fn block(code: u32, body: &[u8]) -> Vec<u8> {
    let len = (body.len() as u32 + 12).to_le_bytes();
    [&code.to_le_bytes()[..], &len, body, &len].concat()
}

#[test]
fn hostile_lengths_are_refused_or_passed_over() {
    let limits = Limits { event: 1 << 20, tables: 1 << 20 };
    let options = Options { limits, ..Options::default() };
    let open =
        |input| Reader::with_options(input, options).err().map(|error| error.to_string()).unwrap_or_default();
    let lying = |code: u32, len: u32| [code.to_le_bytes(), len.to_le_bytes()].concat();

    // Tables that claim gigabytes.
    assert!(
        open(endless([lying(0x215, 0xFFFF_FFFC), vec![0; 4096]].concat(), 1 << 30)).contains("too large")
    );
    // Many tables that are small each.
    let user = [&12u32.to_le_bytes()[..], &[1, 0, 0, 0, 0, 1, 0, b'x']].concat();
    assert!(open(endless(block(0x220, &user), 1 << 30)).contains("too large"));
    // Unknown blocks are passed over without being held.
    assert!(open(endless(block(0x7777, &[0; 4096]), 64 << 20)).contains("the capture ends inside of a"));
    // A large event beyond the limit, a small one beyond what small ones may have.
    for (code, len) in [(0x221, 0x4000_0000), (0x216, 0x2_0000)] {
        let mut reader =
            Reader::with_options(endless(lying(code, len), 1 << 30), options).expect("no tables");
        let error = reader.next_record().err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("too long"), "{error}");
        assert!(reader.next_record().expect("nothing follows an error").is_none());
    }
}

#[test]
fn versions_and_other_files_are_told_apart() {
    let good = support::write(&Snapshot::default(), [], Compression::None);
    let error = |at: usize, bytes: &[u8]| {
        let mut damaged = good.clone();
        damaged[at..at + bytes.len()].copy_from_slice(bytes);
        support::read(&damaged, Options::default()).error.unwrap_or_default()
    };
    assert!(error(12, &[2, 0]).contains("capture version 2.2 is newer than 1.x"), "{}", error(12, &[2, 0]));
    assert!(error(14, &[9, 0]).is_empty(), "minor versions are ignored");
    assert!(error(8, &[0x1A, 0x2B, 0x3C, 0x4D]).contains("invalid magic"));
    assert!(error(0, b"\x7fELF").contains("not a capture"));
    assert!(support::read(b"", Options::default()).error.unwrap_or_default().contains("empty"));
    // A longer header has options to pass over.
    let longer = block(0x0A0D_0D0A, &[&good[8..24], &[0; 8]].concat());
    assert_eq!(support::read(&longer, Options::default()).error, None);
}

#[test]
fn captures_may_follow_each_other() {
    let first =
        support::capture("[processes]\n1 init\n[events]\n+1ms 0 1 close> fd=3\n+1ms 0 1 close res=0 fd=1");
    let second = support::capture("[processes]\n2 other\n[events]\n+1ms 0 1 close @params=1 res=0");
    let both = [first.clone(), second].concat();
    let mut reader = Reader::new(both.as_slice()).expect("a capture");
    assert_eq!(reader.take_snapshot().threads[0].tid, 1);
    assert!(matches!(reader.next_record(), Ok(Some(Record::Event(_)))));
    match reader.next_record() {
        Ok(Some(Record::Section(snapshot))) => assert_eq!(snapshot.threads[0].tid, 2),
        other => panic!("{other:?}"),
    }
    // The enter event of the first capture is forgotten.
    match reader.next_record() {
        Ok(Some(Record::Event(event))) => assert_eq!(event.param(1).i64(), Some(0)),
        other => panic!("{other:?}"),
    }
    assert!(reader.next_record().expect("the end").is_none());
    let options = Options { start_offset: first.len() as u64, ..Options::default() };
    assert_eq!(support::read(&both, options).snapshot.threads[0].tid, 2);
    // Anything else between events is damage.
    let error = support::read(&[first, block(0x201, &[0; 180])].concat(), Options::default()).error;
    assert!(error.unwrap_or_default().contains("among events"));
}
