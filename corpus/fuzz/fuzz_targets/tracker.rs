//! `engine::fuzz::tracker`: the state engine on any sequence of events.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| engine::fuzz::tracker(data));
