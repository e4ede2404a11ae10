//! Compiles the eBPF objects. Used by the build script (feature `clang`) and by the test that keeps the prebuilt objects
//! current; needs clang 14 or later, llvm-objcopy and nothing of the kernel.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

/// Architectures: our name and clang's.
pub const ARCHES: [(&str, &str); 2] = [("x86_64", "x86"), ("aarch64", "arm64")];

/// Name prefix and defines of each object built from the one source; `bpf/types.h` tells what they are for.
pub const FLAVOURS: [(&str, &[&str]); 4] = [
    ("probe", &[]),
    ("probe-portable", &["-DPORTABLE"]),
    ("probe-native", &["-DNATIVE"]),
    ("probe-fexit", &["-DFEXIT"]),
];

const FLAGS: &[&str] = &[
    "-O2",
    "-g",
    "-target",
    "bpf",
    "-mcpu=v3",
    "-Wall",
    "-Werror",
    "-Wno-unused-function",
    "-Wno-unused-const-variable",
    "-Ibpf",
    "-Iinclude",
    // Types name their files: the same ones wherever the sources lie.
    "-fdebug-compilation-dir=.",
];

/// Builds `<prefix>.<arch>.o` into `out`. `root` is the folder of the crate.
pub fn compile(
    root: &Path,
    prefix: &str,
    defines: &[&str],
    arch: (&str, &str),
    out: &Path,
) -> io::Result<PathBuf> {
    let target = out.join(format!("{prefix}.{}.o", arch.0));
    let clang = std::env::var_os("CLANG").unwrap_or_else(|| "clang".into());
    let objcopy = std::env::var_os("LLVM_OBJCOPY").unwrap_or_else(|| "llvm-objcopy".into());
    run(Command::new(clang)
        .current_dir(root)
        .args(FLAGS)
        .args(defines)
        .arg(format!("-D__TARGET_ARCH_{}", arch.1))
        .args(["-c", "bpf/main.bpf.c", "-o"])
        .arg(&target))?;
    // Types and relocations stay; debug information and the lines of instructions go: they are two thirds of the object.
    let ext = out.join(format!("{prefix}.{}.ext", arch.0));
    run(Command::new(&objcopy).arg(format!("--dump-section=.BTF.ext={}", ext.display())).arg(&target))?;
    fs::write(&ext, without_lines(&fs::read(&ext)?)?)?;
    run(Command::new(&objcopy)
        .args(["--strip-debug", "--remove-section=.rel.BTF", "--remove-section=.rel.BTF.ext"])
        .args(["--remove-section=.llvm_addrsig", &format!("--update-section=.BTF.ext={}", ext.display())])
        .arg(&target))?;
    fs::remove_file(ext)?;
    Ok(target)
}

/// A `.BTF.ext` section without line information. Its header: magic (u16), version, flags (u8), header length (u32), then
/// offset and length of three parts behind the header: functions, lines, relocations.
fn without_lines(section: &[u8]) -> io::Result<Vec<u8>> {
    let bad = || io::Error::new(io::ErrorKind::InvalidData, "unknown form of .BTF.ext");
    let word = |at: usize| {
        section.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes).ok_or_else(bad)
    };
    let header = word(4)? as usize;
    let part = |at: usize| {
        let start = header + word(at)? as usize;
        section.get(start..start + word(at + 4)? as usize).ok_or_else(bad)
    };
    if header < 32 {
        return Err(bad());
    }
    let (functions, relocations) = (part(8)?, part(24)?);
    let mut out = section.get(..4).ok_or_else(bad)?.to_vec();
    let mut offset = 0u32;
    out.extend(32u32.to_le_bytes());
    for length in [functions.len(), 0, relocations.len()] {
        out.extend(offset.to_le_bytes());
        out.extend((length as u32).to_le_bytes());
        offset += length as u32;
    }
    out.extend(functions);
    out.extend(relocations);
    Ok(out)
}

fn run(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("{command:?} failed: {status}"))) }
}

/// Every file that the objects are made of, sorted, relative to `root`.
pub fn inputs(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in ["bpf", "bpf/events", "include"] {
        for entry in fs::read_dir(root.join(folder))? {
            let name = PathBuf::from(folder).join(entry?.file_name());
            if name.extension().is_some_and(|e| e == "h" || e == "c") {
                files.push(name);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The text of `INPUTS.sha256`: the compiler's flags, then digest and name of every input and every prebuilt object, as
/// `sha256sum` prints them.
pub fn digests(root: &Path) -> io::Result<String> {
    let mut files = inputs(root)?;
    for (arch, _) in ARCHES {
        files.extend(FLAVOURS.iter().map(|(prefix, _)| PathBuf::from(format!("prebuilt/{prefix}.{arch}.o"))));
    }
    let mut out = format!("# {}\n", FLAGS.join(" "));
    for file in files {
        let digest = Sha256::digest(fs::read(root.join(&file))?);
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        out.push_str(&format!("{hex}  {}\n", file.display()));
    }
    Ok(out)
}
