//! `rulec bundle`: showing, checking and comparing bundles.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use catalogue::Catalogue;
use ir::bundle::{self, Policy, PublicKey};

use crate::bundle::{compare, show};
use crate::bundle_args::{Bundle, Diff, Show, Verify};
use crate::{print, usage_error};

/// Refused, or different.
const EXIT_NO: u8 = 1;

/// Runs one of the three.
pub(crate) fn run(command: &Bundle) -> ExitCode {
    let result = match command {
        Bundle::Show(arguments) => show(arguments),
        Bundle::Verify(arguments) => verify(arguments),
        Bundle::Diff(arguments) => diff(arguments),
    };
    result.unwrap_or_else(|message| usage_error(&message))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let fail = |error: std::io::Error| format!("cannot read {}: {error}", path.display());
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(fail)?;
    // One byte more than allowed shows that there is too much.
    file.take(bundle::SIZE_LIMIT as u64 + 1).read_to_end(&mut bytes).map_err(fail)?;
    Ok(bytes)
}

fn open<'b>(path: &Path, bytes: &'b [u8]) -> Result<bundle::Bundle<'b>, String> {
    bundle::Bundle::open(bytes).map_err(|error| format!("{}: {error}", path.display()))
}

fn show(arguments: &Show) -> Result<ExitCode, String> {
    let bytes = read(&arguments.bundle)?;
    let bundle = open(&arguments.bundle, &bytes)?;
    let text = show::text(&bundle, bytes.len(), arguments.json)
        .map_err(|error| format!("{}: {error}", arguments.bundle.display()))?;
    Ok(print(&text))
}

fn verify(arguments: &Verify) -> Result<ExitCode, String> {
    let mut keys = Vec::new();
    for key in &arguments.key {
        keys.extend(public_keys(key)?);
    }
    let bytes = read(&arguments.bundle)?;
    let name = arguments.bundle.display();
    match judge(&bytes, keys, arguments.at_least) {
        Ok(text) => Ok(print(&format!("{name}: {text}\n"))),
        Err(reason) => {
            eprintln!("{name}: refused: {reason}");
            Ok(ExitCode::from(EXIT_NO))
        }
    }
}

/// A key, or the keys of a file.
fn public_keys(text: &str) -> Result<Vec<PublicKey>, String> {
    if text.starts_with("ed25519:") {
        return PublicKey::parse(text).map(|key| vec![key]).map_err(|error| format!("{text}: {error}"));
    }
    let content = std::fs::read_to_string(text).map_err(|error| format!("cannot read {text}: {error}"))?;
    let keys = PublicKey::parse_all(&content).map_err(|error| format!("{text}: {error}"))?;
    if keys.is_empty() { Err(format!("{text}: there is no key in it")) } else { Ok(keys) }
}

fn judge(bytes: &[u8], keys: Vec<PublicKey>, at_least: Option<u64>) -> Result<String, String> {
    let bundle = bundle::Bundle::open(bytes).map_err(|error| error.to_string())?;
    let trusted = !keys.is_empty();
    let manifest = bundle.manifest();
    let policy = Policy { keys, ..Policy::default() };
    let accepted = policy.judge(&bundle).map_err(|refusal| refusal.to_string())?;
    if let Some(least) = at_least.filter(|least| manifest.version < *least) {
        return Err(format!("its version {} is below {least}", manifest.version));
    }
    let program = bundle.program(&catalogue(&bundle)).map_err(|error| error.to_string())?;
    let signed = match accepted.signer {
        Some(key) if trusted => format!("signed with the trusted key {key}"),
        Some(key) => format!("signed with {key} (no trusted keys were given)"),
        None => "not signed".to_string(),
    };
    Ok(format!("fine: version {}, {} rules, {signed}", manifest.version, program.rules.len()))
}

/// The fields that a bundle may use: built-in ones and those of the plugins that it names.
fn catalogue(bundle: &bundle::Bundle<'_>) -> Catalogue {
    let plugins = &bundle.manifest().plugins;
    let view = plugins
        .iter()
        .fold(Catalogue::core(), |view, plugin| view.with_plugin_version(&plugin.name, &plugin.version));
    // Constant fields are the host's; here, those that the bundle reads count as configured.
    let names: Vec<String> = bundle
        .program_unbound()
        .map(|program| {
            let fixed = |import: &ir::Import| import.name.strip_prefix("static.").map(str::to_string);
            program.imports.iter().filter_map(fixed).collect()
        })
        .unwrap_or_default();
    view.with_static_fields(names.iter().map(String::as_str))
}

fn diff(arguments: &Diff) -> Result<ExitCode, String> {
    let (old_bytes, new_bytes) = (read(&arguments.old)?, read(&arguments.new)?);
    let (old, new) = (open(&arguments.old, &old_bytes)?, open(&arguments.new, &new_bytes)?);
    let changes = compare::changes(&old, &new)?;
    let text = if arguments.json { changes.json() } else { changes.text() };
    print(&text);
    Ok(if changes.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_NO) })
}
