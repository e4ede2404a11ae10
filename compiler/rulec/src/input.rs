//! From arguments, `rulec.toml` and `falco.yaml` to what the compiler is given.

use std::path::{Path, PathBuf};

use hir::SourceFile;
use project::Overrides;
use settings::{FalcoConfig, RulecToml};

use crate::args;
use crate::files::{self, Sources};

/// What a command works on.
pub(crate) struct Prepared {
    /// For the compiler.
    pub(crate) input: hir::Input,
    /// For printing.
    pub(crate) sources: Sources,
    /// The files on disk, in the same order.
    pub(crate) paths: Vec<PathBuf>,
    /// `rulec.toml`, if there is one.
    pub(crate) toml: Option<RulecToml>,
    /// The folder that paths in `rulec.toml` are relative to.
    pub(crate) toml_folder: PathBuf,
    /// Remarks on the configuration, for standard error.
    pub(crate) remarks: Vec<String>,
}

/// Finds and reads everything. The error is for the user: wrong arguments or unreadable files.
pub(crate) fn prepare(arguments: &args::Input) -> Result<Prepared, String> {
    let (toml, toml_folder) = find_toml(arguments)?;
    let mut remarks = Vec::new();
    let config_path = arguments.config.clone().or_else(|| {
        let named = toml.as_ref().and_then(|toml| toml.falco_config.as_ref());
        named.map(|path| toml_folder.join(path))
    });
    let config = match &config_path {
        None => None,
        Some(path) => {
            let lookup = |name: &str| std::env::var(name).ok();
            let loaded =
                settings::load(Some(path), &arguments.options, &lookup).map_err(|error| error.to_string())?;
            remarks.extend(loaded.warnings.iter().map(ToString::to_string));
            Some(loaded.config)
        }
    };
    let overrides = Overrides {
        plugins: arguments.plugins.as_deref(),
        engine_version: arguments.engine_version.as_deref(),
        priority: arguments.priority.as_deref(),
        enable: &arguments.enable,
        disable: &arguments.disable,
    };
    let (options, problems) = project::options(&overrides, toml.as_ref(), config.as_ref());
    if let Some(problem) = problems.into_iter().next() {
        return Err(problem);
    }
    let paths = rule_paths(arguments, toml.as_ref(), &toml_folder, config.as_ref())?;
    let sources = files::read(&paths).map_err(|error| error.to_string())?;
    remarks.extend(sources.mended());
    let input = hir::Input {
        files: sources.iter().map(|(name, text)| SourceFile::new(name, text.clone())).collect(),
        options,
    };
    Ok(Prepared { input, sources, paths, toml, toml_folder, remarks })
}

/// `rulec.toml` of the folder, or of one above the first file.
fn find_toml(arguments: &args::Input) -> Result<(Option<RulecToml>, PathBuf), String> {
    let start = match arguments.files.first() {
        Some(path) if path.is_dir() => path.clone(),
        Some(path) => path.parent().map(Path::to_path_buf).unwrap_or_default(),
        None => PathBuf::new(),
    };
    let start = if start.as_os_str().is_empty() { PathBuf::from(".") } else { start };
    let absolute = start.canonicalize().unwrap_or(start);
    Ok(match project::find_toml(&absolute)? {
        Some((toml, folder)) => (Some(toml), folder),
        None => (None, PathBuf::from(".")),
    })
}

fn rule_paths(
    arguments: &args::Input,
    toml: Option<&RulecToml>,
    toml_folder: &Path,
    config: Option<&FalcoConfig>,
) -> Result<Vec<PathBuf>, String> {
    let named = if !arguments.files.is_empty() {
        arguments.files.clone()
    } else if let Some(toml) = toml.filter(|toml| !toml.rules.is_empty()) {
        toml.rules.iter().map(|path| relative(&toml_folder.join(path))).collect()
    } else if let Some(config) = config.filter(|config| !config.rules_files.is_empty()) {
        let files = files::configured(&config.rules_files).map_err(|error| error.to_string())?;
        if files.is_empty() {
            return Err(format!("no rule files: nothing is at {}", config.rules_files.join(", ")));
        }
        return Ok(files);
    } else {
        return Err(
            "no rule files: name files or directories, or use `-c falco.yaml` or a `rulec.toml`".to_string()
        );
    };
    files::expand(&named).map_err(|error| error.to_string())
}

/// A path below the current folder, written relative to it.
fn relative(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).map_or_else(|_| path.to_path_buf(), Path::to_path_buf)
}
