//! `syntax::fuzz::format` on any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| syntax::fuzz::format(data));
