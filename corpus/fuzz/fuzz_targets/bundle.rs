//! Bundles from anywhere: opened and verified without a panic, whatever the bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(bundle) = ir::bundle::Bundle::open(data) {
        let _ = bundle.program(&catalogue::Catalogue::everything());
    }
});
