//! `events::fuzz::scap_reader` on any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| events::fuzz::scap_reader(data));
