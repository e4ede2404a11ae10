//! How a folder of rules is checked: `rulec.toml`, `falco.yaml` and what a caller sets, as the compiler's options, levels
//! of diagnostics and known findings. `rulec` and `rulels` both ask here, so a file is the same to both.
#![forbid(unsafe_code)]

mod baseline;
mod levels;
mod options;

use std::path::{Path, PathBuf};

use settings::RulecToml;

pub use baseline::{Baseline, Known};
pub use levels::Levels;
pub use options::{Overrides, options};

/// The `rulec.toml` of a folder or of the nearest one above it, up to the root of its repository, and where it lies. The
/// error is for the user: the file cannot be read or is wrong.
pub fn find_toml(folder: &Path) -> Result<Option<(RulecToml, PathBuf)>, String> {
    for folder in folder.ancestors() {
        let path = folder.join("rulec.toml");
        if path.is_file() {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            let toml = RulecToml::parse(&path.display().to_string(), &text)
                .map_err(|problem| problem.to_string())?;
            return Ok(Some((toml, folder.to_path_buf())));
        }
        // A repository's own settings end at its root.
        if folder.join(".git").exists() {
            break;
        }
    }
    Ok(None)
}
