//! Rules from a bundle: read, judged by the host's policy, looked up and verified; and the memory of the last one taken.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use catalogue::{Catalogue, Priority, known_plugins};
use ir::Program;
use ir::bundle::{Acceptance, Accepted, Bundle, Policy, PublicKey, SIZE_LIMIT};

use crate::args::Options;
use crate::catalogue_view;
use crate::config::Config;
use crate::exit::{Step, Stop};
use crate::log::Log;
use crate::pipeline::Notice;
use crate::reload::ROLLBACK_RULE;

/// The file in the state directory that remembers the last bundle.
const RECORD: &str = "bundle.accepted";

/// Where rules come from and whom to trust.
#[derive(Clone, Debug)]
pub(crate) struct BundleFile {
    path: PathBuf,
    keys: Vec<PublicKey>,
    /// Where to remember; `None` for replays, which leave no traces.
    record: Option<PathBuf>,
    /// Why an older bundle is taken.
    rollback_reason: Option<String>,
}

/// A bundle that was taken.
#[derive(Debug)]
pub(crate) struct Taken {
    acceptance: Acceptance,
    record: Option<PathBuf>,
    keys_matter: bool,
    /// What was replaced although it is newer, and why.
    rollback: Option<(u64, String)>,
}

impl BundleFile {
    /// The bundle of the command line or the configuration, if there is one.
    pub(crate) fn configured(options: &Options, config: &Config) -> Step<Option<BundleFile>> {
        let falco = &config.falco;
        let configured = Some(&falco.bundle.file).filter(|file| !file.is_empty() && options.rules.is_empty());
        let Some(path) = options.bundle.clone().or_else(|| configured.map(PathBuf::from)) else {
            return Ok(None);
        };
        if !options.rules.is_empty() {
            return Err(Stop::fatal("--bundle and -r exclude each other: a bundle holds all rules"));
        }
        if options.describe_all || options.describe.is_some() {
            return Err(Stop::fatal("a bundle has no rule text to describe; use `rulec bundle show`"));
        }
        let mut keys = Vec::new();
        for text in falco.bundle.keys.iter().chain(&options.bundle_key) {
            keys.extend(read_keys(text)?);
        }
        let explicit = options.state_dir.clone();
        let state_dir = match config.capture_file() {
            // A replay judges an old attack with new rules, or the other way round: it changes nothing on the host.
            Some(_) => explicit,
            None => explicit.or_else(|| Some(PathBuf::from(&falco.state_dir))),
        };
        Ok(Some(BundleFile {
            path,
            keys,
            record: state_dir.map(|folder| folder.join(RECORD)),
            rollback_reason: options.allow_rollback.clone(),
        }))
    }

    /// Reads the bundle and gives its program, if the host takes it.
    pub(crate) fn load(&self, config: &Config, log: &Log) -> Step<(Program, super::Identity, Taken)> {
        let name = self.path.display();
        let refused = |reason: String| Stop::Refused(format!("bundle {name} is refused: {reason}"));
        let bytes =
            read(&self.path).map_err(|error| Stop::fatal(format!("cannot read bundle {name}: {error}")))?;
        let bundle = Bundle::open(&bytes).map_err(|error| refused(error.to_string()))?;
        let last = self.record.as_deref().map(remembered).transpose()?.flatten();
        let policy = Policy { keys: self.keys.clone(), last, allow_rollback: self.rollback_reason.is_some() };
        let acceptance = policy.judge(&bundle).map_err(|refusal| refused(refusal.to_string()))?;
        let catalogue = catalogue(&bundle, config).map_err(&refused)?;
        let program = bundle.program(&catalogue).map_err(|error| refused(error.to_string()))?;
        let manifest = bundle.manifest();
        let signed = match acceptance.signer {
            Some(key) => format!("signed with {key}"),
            None => "not signed".to_string(),
        };
        log.info("Loading rules from:");
        log.info(&format!(
            "   {name} | bundle version {}, {signed}, built by {}",
            manifest.version, manifest.producer
        ));
        ignored_keys(config, log);
        let rollback = acceptance.rolled_back_from.zip(self.rollback_reason.clone());
        let taken =
            Taken { acceptance, record: self.record.clone(), keys_matter: !self.keys.is_empty(), rollback };
        let identity = super::Identity::of(&bundle, manifest.version, config);
        Ok((program, identity, taken))
    }
}

impl Taken {
    /// Remembers the bundle, now that it runs.
    pub(crate) fn remember(&self, log: &Log) -> Step<()> {
        let Some(record) = &self.record else { return Ok(()) };
        let Err(error) = write(record, &self.acceptance.accepted.to_text()) else { return Ok(()) };
        let text = format!("cannot remember the accepted bundle in {}: {error}", record.display());
        if self.keys_matter {
            // Whoever pins keys wants no way back, and without memory there is one.
            return Err(Stop::Refused(text));
        }
        log.warning(&text);
        Ok(())
    }

    /// The alert that a way back to older rules raises.
    pub(crate) fn notice(&self) -> Option<Notice> {
        let (from, reason) = self.rollback.as_ref()?;
        let version = self.acceptance.accepted.version;
        Some(Notice {
            priority: Priority::Warning,
            rule: ROLLBACK_RULE,
            message: format!("{ROLLBACK_RULE}: from version {from} to {version}: {reason}"),
        })
    }
}

/// A key, or the file with keys.
fn read_keys(text: &str) -> Step<Vec<PublicKey>> {
    let wrong = |error: &dyn std::fmt::Display| Stop::fatal(format!("bundle key {text}: {error}"));
    if text.starts_with("ed25519:") {
        return PublicKey::parse(text).map(|key| vec![key]).map_err(|error| wrong(&error));
    }
    let content = fs::read_to_string(text).map_err(|error| wrong(&error))?;
    let keys = PublicKey::parse_all(&content).map_err(|error| wrong(&error))?;
    // An empty file must not switch the check off.
    if keys.is_empty() { Err(wrong(&"there is no key in it")) } else { Ok(keys) }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(SIZE_LIMIT as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn remembered(record: &Path) -> Step<Option<Accepted>> {
    let wrong = |problem: &dyn std::fmt::Display| {
        Stop::Refused(format!(
            "the memory of the last accepted bundle, {}, {problem}; remove it to accept any version once",
            record.display()
        ))
    };
    match fs::read_to_string(record) {
        Ok(text) => match Accepted::parse(&text) {
            Some(accepted) => Ok(Some(accepted)),
            None => Err(wrong(&"is damaged")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(wrong(&format!("cannot be read: {error}"))),
    }
}

/// Writes the record so that a crash leaves the old or the new one.
fn write(record: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(record).is_ok_and(|known| known == text) {
        return Ok(());
    }
    let folder = record.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let temporary = folder.join(format!("{RECORD}.new"));
    let mut file = File::create(&temporary)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, record)?;
    File::open(folder)?.sync_all()
}

/// Fields of the plugins that the bundle was compiled with, and the host's constant fields.
fn catalogue(bundle: &Bundle<'_>, config: &Config) -> Result<Catalogue, String> {
    let plugins = &bundle.manifest().plugins;
    for plugin in plugins {
        if known_plugins().all(|class| class.version_of(&plugin.name).is_none()) {
            return Err(format!("it needs the plugin '{}', which is not built in here", plugin.name));
        }
    }
    Ok(catalogue_view::view(
        plugins.iter().map(|plugin| (plugin.name.as_str(), plugin.version.as_str())),
        config.falco.static_fields.iter().map(|field| field.name.as_str()),
    ))
}

/// Says which settings were decided when the bundle was built.
fn ignored_keys(config: &Config, log: &Log) {
    for key in ["rules", "append_output", "priority"] {
        if config.root.at(key).is_some_and(|node| node.value != settings::tree::Value::Null) {
            log.debug(&format!("`{key}` has no effect on a bundle: give it to `rulec build`"));
        }
    }
}
