//! `syntax::fuzz::file` on any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| syntax::fuzz::file(data));
