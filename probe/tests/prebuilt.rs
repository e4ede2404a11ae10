//! The checked-in eBPF objects are those that their inputs give, and hold what the loader names.
//!
//! `UPDATE_EXPECT=1 cargo test -p probe --test prebuilt` compiles them anew (with Debian 12's clang 14, so that everyone
//! gets the same bytes).

#[path = "../build/compile.rs"]
mod compile;

use std::fs;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn objects_are_current() {
    let path = root().join("prebuilt/INPUTS.sha256");
    let checked_in = fs::read_to_string(&path).unwrap_or_default();
    if compile::digests(root()).is_ok_and(|now| now == checked_in) {
        return;
    }
    assert!(
        std::env::var_os("UPDATE_EXPECT").is_some(),
        "an input of the eBPF objects has changed; run `UPDATE_EXPECT=1 cargo test -p probe --test prebuilt`"
    );
    for (prefix, defines) in compile::FLAVOURS {
        for arch in compile::ARCHES {
            compile::compile(root(), prefix, defines, arch, &root().join("prebuilt"))
                .expect("clang compiles the object");
        }
    }
    fs::write(path, compile::digests(root()).expect("the objects were just written"))
        .expect("the list can be written");
}
