//! Events of any shape: whatever bytes a capture holds, state and extractors do not panic, and extraction stays within
//! the event's arena.

use bumpalo::Bump;
use catalogue::{CLASSES, EVENTS, Format, ValueType};
use engine::Tracker;
use engine::fields::{Fields, Matching, Printing, Settings};
use events::EventFlags;
use events::script::Script;
use events::write::EventWriter;
use ir::render::{Buffers, Style, json, text};
use ir::{FieldSource, Import, ImportId};

const SCRIPT: &str = "
[interfaces]
eth0 10.0.0.2/24
[processes]
1   init
100 bash ptid=1 args=[\"-c\", \"x\"] cgroups=[\"cpu=/docker/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]
101 worker ptid=100
[descriptors]
100 0 file /etc/passwd
100 3 tcp 10.0.0.2:4000->10.0.0.9:443
100 4 directory /tmp
100 5 unix 0x1->0x2 /run/x.sock
";

/// A small generator of numbers that look random: xorshift.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }
}

/// Every served field, with arguments where it takes one.
fn imports() -> Vec<Import> {
    let arguments = [
        "0",
        "1",
        "-1",
        "3",
        "999999999999",
        "fd",
        "name",
        "flags",
        "data",
        "src",
        "dst",
        "",
        "PATH",
        "*",
        "(",
    ];
    let fields = CLASSES.iter().filter(|class| matches!(class.plugin, None | Some("container")));
    let mut imports = Vec::new();
    for (_, field) in fields.flat_map(|class| class.fields()) {
        let mut args: Vec<Option<&str>> = vec![None];
        if field.arg.is_some() {
            args.extend(arguments.map(Some));
        }
        imports.extend(args.into_iter().map(|arg| Import {
            source: "syscall".into(),
            name: field.name.into(),
            arg: arg.map(Box::from),
            text: field.name.into(),
            ty: field.ty,
            list: field.list,
            format: field.format,
        }));
    }
    imports
}

/// Bytes for a parameter: often of the right size for its type, often not.
fn parameter(numbers: &mut Numbers, ty: ValueType) -> Vec<u8> {
    let small = |numbers: &mut Numbers| [-100i64, -2, -1, 0, 1, 3, 4, 5, 100, 101][numbers.below(10)];
    match (numbers.below(6), ty.width()) {
        (0, _) => Vec::new(),
        (1, _) => {
            let len = numbers.below(40);
            numbers.bytes(len)
        }
        (2, Some(width)) => numbers.bytes(usize::from(width)),
        (_, Some(width)) => small(numbers).to_le_bytes()[..usize::from(width).min(8)].to_vec(),
        (_, None) => {
            let pieces: [&[u8]; 8] =
                [b"/etc/x", b"../y", b"\xff\t", b"a\0b\0", b"\x02\x7f\0\0\x01", b"\x0a", b"\x01", b"\x02\0"];
            let mut bytes = pieces[numbers.below(8)].to_vec();
            bytes.extend(numbers.bytes(8));
            bytes.push(0);
            bytes
        }
    }
}

#[test]
fn any_event() {
    let script = Script::parse(SCRIPT).expect("a script");
    let imports = imports();
    let fields = Fields::bind_imports(&imports, Settings::default()).expect("extractors");
    let memory = fields.memory();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut writer = EventWriter::new();
    let mut arena = Bump::new();
    let mut out = Vec::new();
    for round in 0..12u64 {
        let mut tracker = Tracker::default();
        tracker.load(&script.snapshot);
        for ty in EVENTS {
            let tid = [100, 101, 1, 55, -1][numbers.below(5)];
            writer.begin(1_000_000_000 + round * 1_000_000 + u64::from(ty.code.0), tid, ty.code);
            let count = numbers.below(ty.params.len() + 2);
            for param in ty.params.iter().chain(ty.params).take(count.max(ty.params.len() * numbers.below(2)))
            {
                let bytes = parameter(&mut numbers, param.ty);
                writer.param(&bytes);
            }
            let Ok(raw) = writer.finish_event(0, EventFlags::default()) else { continue };
            let applied = tracker.apply(&raw, true);
            arena.reset();
            let event = tracker.event(&raw, &applied, &arena);
            let matching = Matching::new(&fields, &memory, &event);
            let printing = Printing::new(&fields, &memory, &event);
            for (index, import) in imports.iter().enumerate() {
                let id = ImportId(index as u32);
                let style = Style { ty: import.ty, list: import.list, format: Format::Dec };
                out.clear();
                let _ = matching.extract(id);
                let value = printing.extract(id);
                text(&mut out, &value, printing.style(id).unwrap_or(style), Buffers::Dots);
                json(&mut out, &value, style, Buffers::Base64);
            }
        }
    }
}
