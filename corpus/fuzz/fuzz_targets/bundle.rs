//! Bundles from anywhere: opened, judged and verified without a panic, whatever the bytes. As no fuzzer finds a digest, the
//! right one is put in as well, so that what lies behind it is reached.
#![no_main]

use ir::bundle::{Bundle, Policy};

fn load(data: &[u8]) {
    if let Ok(bundle) = Bundle::open(data) {
        let _ = Policy::default().judge(&bundle);
        let _ = bundle.program(&catalogue::Catalogue::everything());
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    load(data);
    load(&ir::bundle::with_digest(data.to_vec()));
});
