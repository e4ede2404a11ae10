//! Entry points for fuzzing: any bytes are fine, nothing may panic, and the state stays consistent.

use catalogue::{EventCode, EventType, ValueType};
use events::EventFlags;
use events::write::EventWriter;

use crate::update::{Options, Tracker};

/// Events between two looks at the whole state.
const CHECK_EVERY: u64 = 256;

/// Applies the events that `data` spells out: a few threads that create, execute, open, duplicate, close and end in any
/// order, with parameters of any size.
///
/// # Panics
/// When the state contradicts itself: that is what this is for.
pub fn tracker(data: &[u8]) {
    let mut data = Bytes(data);
    let options = Options { max_threads: 24, track_connections: data.next() & 1 == 1, ..Options::default() };
    let mut tracker = Tracker::new(options, Box::new(crate::host::NullHost));
    let mut writer = EventWriter::new();
    let types: Vec<&EventType> = Tracker::state_changing().filter_map(EventCode::get).collect();
    let mut ts = 1_000_000_000;
    let mut count = 0;
    while !data.0.is_empty() {
        let Some(ty) = types.get(usize::from(data.next()) % types.len().max(1)) else { return };
        ts += u64::from(data.next()) << 20;
        writer.begin(ts, i64::from(data.next() % 16), ty.code);
        let missing = usize::from(data.next() / 64).saturating_sub(1);
        for param in ty.params.iter().take(ty.params.len().saturating_sub(missing)) {
            let bytes = value(&mut data, param.ty);
            writer.param(&bytes);
        }
        let Ok(event) = writer.finish_event(0, EventFlags::default()) else { continue };
        tracker.apply(&event, data.next() & 1 == 1);
        count += 1;
        if count % CHECK_EVERY == 0 {
            assert_eq!(tracker.state().verify(), Ok(()));
        }
    }
    assert_eq!(tracker.state().verify(), Ok(()));
}

/// What is left of the input; zeros when it is used up.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn next(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }
}

/// A parameter: mostly of its type's size and small, so that numbers meet; at times anything.
fn value(data: &mut Bytes<'_>, ty: ValueType) -> Vec<u8> {
    let choice = data.next();
    match (choice % 16, ty.width()) {
        (0, _) => Vec::new(),
        (1, _) => (0..data.next() % 48).map(|_| data.next()).collect(),
        (_, Some(width)) => {
            let number = i64::from(data.next() % 20) - 2;
            let bytes = if choice & 0x80 == 0 { number } else { number << (data.next() % 40) }.to_le_bytes();
            bytes.iter().copied().cycle().take(usize::from(width)).collect()
        }
        (_, None) => {
            const TEXTS: [&[u8]; 12] = [
                b"/etc/passwd\0",
                b"../x//y\0",
                b"\0",
                b"a\0bc\0\0",
                b"cpu=/docker/x\0",
                b"\xff\xfe\x01\0",
                b"\x02\x7f\0\0\x01\x50\0\x7f\0\0\x01\x51\0",
                b"\x02\x0a\0\0\x02\x50\0",
                b"\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x50\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x51\0",
                b"\x01\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0/run/x\0",
                b"container\0",
                b"{\"container\":{\"id\":\"x\",\"name\":\"y\"}}\0",
            ];
            TEXTS[usize::from(data.next()) % TEXTS.len()].to_vec()
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn any_bytes() {
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        for _ in 0..40 {
            let data: Vec<u8> = (0..60_000)
                .map(|_| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    (state >> 24) as u8
                })
                .collect();
            super::tracker(&data);
        }
    }
}
