//! Loading of `falco.yaml`: the main file, the files that it includes, and command-line overrides.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::FalcoConfig;
use crate::environment;
use crate::falco_yaml::forms;
use crate::merge;
use crate::origin::{Origin, Problem};
use crate::path;
use crate::read;
use crate::tree::{Node, Value};

/// A configuration with everything merged.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// All values with their origins.
    pub root: Node,
    /// The typed form.
    pub config: FalcoConfig,
    /// The files that were read, in order.
    pub files: Vec<String>,
    /// What is wrong but does not stop the program.
    pub warnings: Vec<Problem>,
}

/// What stops the program.
#[derive(Clone, Debug)]
pub struct LoadError {
    /// The errors.
    pub problems: Vec<Problem>,
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for LoadError {}

impl From<Problem> for LoadError {
    fn from(problem: Problem) -> LoadError {
        LoadError { problems: vec![problem] }
    }
}

/// Loads a configuration: the file (or nothing), what its `config_files` name, then the overrides (`key=value`), which
/// win. `lookup` gives environment variables.
pub fn load(
    file: Option<&Path>,
    overrides: &[String],
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<Loaded, LoadError> {
    let mut root = Node::empty();
    let mut files = Vec::new();
    if let Some(path) = file {
        root = read_file(path, lookup)?;
        files.push(path.display().to_string());
    }
    // Included files may be named on the command line, so those overrides come first, and all of them at the end.
    for text in overrides.iter().filter(|text| text.starts_with("config_files")) {
        apply_override(&mut root, text)?;
    }
    let origin = root.key("config_files").map_or(Origin::Default, |node| node.origin.clone());
    for include in forms::config_files(&root) {
        for path in included(Path::new(&include.path), file, &origin)? {
            let addition = read_file(Path::new(&path), lookup)?;
            merge::merge(&mut root, addition, include.strategy)?;
            files.push(path);
        }
    }
    for text in overrides.iter().filter(|text| !text.starts_with("config_files")) {
        apply_override(&mut root, text)?;
    }
    let (config, problems) = FalcoConfig::from_tree(&root);
    let (errors, warnings): (Vec<_>, Vec<_>) =
        problems.into_iter().partition(|problem| problem.severity == crate::Severity::Error);
    if errors.is_empty() {
        Ok(Loaded { root, config, files, warnings })
    } else {
        Err(LoadError { problems: errors })
    }
}

fn read_file(path: &Path, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Node, LoadError> {
    let name: Arc<str> = path.display().to_string().into();
    let text = fs::read_to_string(path)
        .map_err(|error| Problem::error(format!("cannot read {name}: {error}"), Origin::Default))?;
    let mut node = read::document(&name, &text)?;
    node.for_each(|node| {
        if let Value::Scalar(text) = &mut node.value {
            *text = environment::expand(text, lookup);
        }
    });
    Ok(node)
}

/// The files behind an entry of `config_files`: itself, or the files of a directory by name. What does not exist is
/// skipped, as in Falco.
fn included(path: &Path, main: Option<&Path>, origin: &Origin) -> Result<Vec<String>, LoadError> {
    if Some(path) == main {
        let message = format!(
            "'config_files' directive tried to recursively include main config file: {}.",
            path.display()
        );
        return Err(Problem::error(message, origin.clone()).into());
    }
    if path.is_file() {
        return Ok(vec![path.display().to_string()]);
    }
    let Ok(entries) = fs::read_dir(path) else { return Ok(Vec::new()) };
    let mut files: Vec<String> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .map(|path| path.display().to_string())
        .collect();
    files.sort();
    Ok(files)
}

/// Applies `key=value`; the value is YAML. `config_files=FILE` and other sequences may be given as one element.
fn apply_override(root: &mut Node, text: &str) -> Result<(), LoadError> {
    let origin = Origin::CommandLine(Arc::from(text));
    let Some((key, value)) = text.split_once('=') else {
        let problem = Problem::error("an override is `key=value`", origin);
        return Err(problem.with_help("for example `-o json_output=true`").into());
    };
    let steps = path::parse(key.trim()).map_err(|error| Problem::error(error.to_string(), origin.clone()))?;
    let mut node =
        read::document(&Arc::from("-o"), value).unwrap_or_else(|_| Node::scalar(value, origin.clone()));
    node.for_each(|node| node.origin = origin.clone());
    root.set_at(&steps, node);
    Ok(())
}
