//! `events::fuzz::raw_event` on any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| events::fuzz::raw_event(data));
