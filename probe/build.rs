//! Provides the eBPF objects to embed: the prebuilt ones, or freshly compiled ones with the feature `clang`.

#[path = "build/compile.rs"]
#[allow(dead_code)]
mod compile;

use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("set by cargo"));
    let target = std::env::var("CARGO_CFG_TARGET_ARCH").expect("set by cargo");
    let Some(arch) = compile::ARCHES.into_iter().find(|arch| arch.0 == target) else {
        panic!("the probe has no eBPF object for {target}: x86_64 and aarch64 are supported");
    };
    let compiled = std::env::var_os("CARGO_FEATURE_CLANG").is_some();
    let folders: &[&str] = if compiled { &["bpf", "include", "build"] } else { &["prebuilt", "build"] };
    folders.iter().for_each(|folder| println!("cargo::rerun-if-changed={folder}"));
    for (prefix, defines) in compile::FLAVOURS {
        let object = out.join(format!("{prefix}.o"));
        let source = if compiled {
            compile::compile(&root, prefix, defines, arch, &out)
                .unwrap_or_else(|e| panic!("cannot compile the probe: {e}"))
        } else {
            root.join(format!("prebuilt/{prefix}.{target}.o"))
        };
        copy(&source, &object);
    }
}

fn copy(from: &Path, to: &Path) {
    if let Err(e) = std::fs::copy(from, to) {
        panic!("cannot copy {}: {e}", from.display());
    }
}
