//! Random programs and events: machine code, steps and the reference interpreter match the same rules.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| codegen::fuzz::evaluations_agree(data));
