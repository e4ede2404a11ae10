//! Entry points for fuzzing: any bytes are fine, nothing may panic, memory stays bounded.

use crate::param::Param;
use crate::raw::RawEvent;
use crate::scap::{Limits, Options, Reader, Record};

/// Reads `data` as a capture, with and without conversion, and every parameter in every way.
pub fn scap_reader(data: &[u8]) {
    let limits = Limits { event: 1 << 20, tables: 16 << 20 };
    for convert in [true, false] {
        let options = Options { limits, convert, ..Options::default() };
        let Ok(mut reader) = Reader::with_options(data, options) else { continue };
        while let Ok(Some(record)) = reader.next_record() {
            if let Record::Event(event) = record {
                read_all(&event);
            }
        }
    }
}

/// Reads `data` as one event in wire form.
pub fn raw_event(data: &[u8]) {
    if let Ok(event) = RawEvent::parse(data, 0, Default::default()) {
        read_all(&event);
    }
}

fn read_all(event: &RawEvent<'_>) {
    let by_index = (0..event.len().min(64)).map(|i| event.param(i));
    for (param, other) in event.params().zip(by_index) {
        assert_eq!(param, other, "the iterator and the index agree");
    }
    event.params().take(64).for_each(read_param);
}

fn read_param(param: Param<'_>) {
    let _ = (param.signed(), param.unsigned(), param.text(), param.ip(), param.f64());
    let _ = (param.sock_addr(), param.sock_tuple(), param.strings().count(), param.fd_list().count());
    if let Some((_, inner)) = param.dynamic() {
        let _ = (inner.signed(), inner.text());
    }
}
