//! `rulec build`: rules as one file for hosts.

use std::process::ExitCode;

use ir::bundle::{self, Manifest, RequiredPlugin, SecretKey, SourceDigest};

use crate::bundle_args::Build;
use crate::input::Prepared;
use crate::{commands, fix, usage_error};

/// Compiles, writes the bundle and says what it is.
pub(crate) fn run(arguments: &Build) -> ExitCode {
    let (prepared, checked) = match commands::load(&arguments.input) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let key = match arguments.sign.as_deref().map(secret_key).transpose() {
        Ok(key) => key,
        Err(message) => return usage_error(&message),
    };
    let manifest = manifest(arguments, &prepared);
    if key.is_some() && manifest.version == 0 {
        eprintln!(
            "rulec: the bundle is signed but has no version, so hosts cannot tell it from older ones: \
             give --bundle-version or set `bundle-version` in rulec.toml"
        );
    }
    let program = hir::program(&checked, &prepared.input.options);
    let bytes = match &key {
        Some(key) => bundle::write_with_key(&program, &manifest, key),
        None => bundle::write(&program, &manifest),
    };
    if bytes.len() > bundle::SIZE_LIMIT {
        return usage_error(&format!("the bundle has {} bytes, which no host reads", bytes.len()));
    }
    if let Err(error) = fix::write_new(&arguments.output, &bytes) {
        return usage_error(&format!("cannot write {}: {error}", arguments.output.display()));
    }
    eprintln!(
        "wrote {}: version {}, {} rules ({} enabled), {} bytes, {}",
        arguments.output.display(),
        manifest.version,
        program.rules.len(),
        program.order.len(),
        bytes.len(),
        key.map_or("not signed".to_string(), |key| format!("signed with {}", key.public())),
    );
    ExitCode::SUCCESS
}

fn secret_key(path: &std::path::Path) -> Result<SecretKey, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    SecretKey::parse(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Nothing here may come from the clock, the machine or the user: equal inputs must give equal bytes.
fn manifest(arguments: &Build, prepared: &Prepared) -> Manifest {
    let from_toml = prepared.toml.as_ref().and_then(|toml| toml.bundle_version);
    let sources =
        prepared.sources.iter().map(|(name, text)| SourceDigest::new(name, text.as_bytes())).collect();
    let plugin = |plugin: &catalogue::LoadedPlugin| RequiredPlugin {
        name: plugin.name.clone(),
        version: plugin.version.clone().unwrap_or_default(),
    };
    Manifest {
        version: arguments.bundle_version.or(from_toml).unwrap_or_default(),
        producer: concat!("rulec ", env!("CARGO_PKG_VERSION")).to_string(),
        sources,
        plugins: prepared.input.options.catalogue.plugins().map(plugin).collect(),
    }
}
