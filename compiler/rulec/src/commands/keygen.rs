//! `rulec keygen`: a pair of keys for signing bundles.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ir::bundle::SecretKey;

use crate::bundle_args::Keygen;
use crate::{print, usage_error};

/// Makes the pair; never replaces a key.
pub(crate) fn run(arguments: &Keygen) -> ExitCode {
    let mut seed = [0; 32];
    if let Err(error) = getrandom::fill(&mut seed) {
        return usage_error(&format!("the system gives no random numbers: {error}"));
    }
    let key = SecretKey::from_seed(&seed);
    let (secret, public) = (with_suffix(&arguments.output, ".key"), with_suffix(&arguments.output, ".pub"));
    if public.exists() {
        return usage_error(&format!("{} exists; it is not replaced", public.display()));
    }
    let secret_text = format!("# Signs rule bundles. Keep it secret.\n{}\n", key.to_text());
    let public_text = format!("# Checks rule bundles.\n{}\n", key.public());
    for (path, text, mode) in [(&secret, secret_text, 0o600), (&public, public_text, 0o644)] {
        if let Err(error) = write(path, &text, mode) {
            return usage_error(&format!("cannot write {}: {error}", path.display()));
        }
    }
    print(&format!("{}\n", key.public()))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Writes a file that must not exist.
fn write(path: &Path, text: &str, mode: u32) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
