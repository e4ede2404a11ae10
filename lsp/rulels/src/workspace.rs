//! One root: its rule files in load order, and their analysis.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ide::{Analysis, AnalysisHost, File};
use tower_lsp_server::ls_types::Uri;

use crate::config::{self, Settings};
use crate::documents::Document;
use crate::from_proto;

/// Open documents by address.
pub(crate) type Documents = BTreeMap<Uri, Document>;

/// Files larger than this are left to `rulec`.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;
/// Folders below a root that are searched for rule files.
const DEEPEST: usize = 8;
/// Rule files of a root at most.
const MOST_FILES: usize = 2000;

/// A file of the workspace.
#[derive(Clone, Debug)]
struct Entry {
    uri: Uri,
    name: Arc<str>,
    /// Its text on disk.
    disk: Option<Arc<str>>,
}

/// A root.
pub(crate) struct Workspace {
    /// Its folder; `None` for a document alone.
    pub(crate) folder: Option<PathBuf>,
    entries: Vec<Entry>,
    host: AnalysisHost,
    uris: Arc<Vec<Uri>>,
    /// What is wrong with its configuration.
    pub(crate) problems: Vec<String>,
}

impl Workspace {
    /// A folder with everything in it.
    pub(crate) fn open(folder: &Path, settings: &Settings) -> Workspace {
        let mut made = Workspace {
            folder: Some(folder.to_path_buf()),
            entries: Vec::new(),
            host: AnalysisHost::default(),
            uris: Arc::default(),
            problems: Vec::new(),
        };
        made.reload(settings);
        made
    }

    /// A document that belongs to no root.
    pub(crate) fn alone(settings: &Settings) -> Workspace {
        let configuration = config::read(Path::new("/nonexistent"), settings);
        Workspace {
            folder: None,
            entries: Vec::new(),
            host: AnalysisHost::new(configuration.options, configuration.reporting),
            uris: Arc::default(),
            problems: configuration.problems,
        }
    }

    /// Reads configuration and files anew.
    pub(crate) fn reload(&mut self, settings: &Settings) {
        let Some(folder) = self.folder.clone() else { return };
        let configuration = config::read(&folder, settings);
        self.host.set_options(configuration.options, configuration.reporting);
        self.problems = configuration.problems;
        let paths = match &configuration.rules {
            Some(named) => expand(named),
            None => by_convention(&folder),
        };
        let explicit = configuration.rules.is_some();
        self.entries = paths
            .into_iter()
            .filter_map(|path| {
                let disk = read(&path);
                let wanted = explicit || disk.as_deref().is_some_and(looks_like_rules);
                let uri = address(&path).filter(|_| wanted)?;
                Some(Entry { uri, name: name_of(&path, &folder), disk })
            })
            .collect();
    }

    /// Whether a document belongs to this root.
    pub(crate) fn holds(&self, uri: &Uri) -> bool {
        match &self.folder {
            Some(folder) => from_proto::path(uri).is_some_and(|path| path.starts_with(folder)),
            None => self.entries.iter().any(|entry| entry.uri == *uri),
        }
    }

    /// A snapshot with the open documents over the files, and the addresses of its files.
    pub(crate) fn view(&mut self, documents: &Documents) -> (Analysis, Arc<Vec<Uri>>) {
        let mut files = Vec::with_capacity(self.entries.len());
        let mut uris = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            let open = documents.get(&entry.uri).map(|document| document.text.clone());
            let Some(text) = open.or_else(|| entry.disk.clone()) else { continue };
            files.push(File::new(entry.name.clone(), text));
            uris.push(entry.uri.clone());
        }
        // Documents that no order names come last.
        for (uri, document) in documents {
            if !uris.contains(uri) && self.holds(uri) && is_rules(uri, document) {
                let path = from_proto::path(uri);
                let name = match (&path, &self.folder) {
                    (Some(path), Some(folder)) => name_of(path, folder),
                    _ => Arc::from(uri.as_str()),
                };
                files.push(File::new(name, document.text.clone()));
                uris.push(uri.clone());
            }
        }
        if *self.uris != uris {
            self.uris = Arc::new(uris);
        }
        self.host.set_files_if_changed(&files);
        (self.host.analysis(), self.uris.clone())
    }

    /// Adds a document to a workspace without folder.
    pub(crate) fn adopt(&mut self, uri: &Uri) {
        let name = from_proto::path(uri)
            .map_or_else(|| Arc::from(uri.as_str()), |path| Arc::from(path.display().to_string()));
        self.entries.push(Entry { uri: uri.clone(), name, disk: None });
    }
}

fn read(path: &Path) -> Option<Arc<str>> {
    let size = path.metadata().ok()?.len();
    if size > LARGEST_FILE {
        return None;
    }
    std::fs::read_to_string(path).ok().map(Arc::from)
}

fn address(path: &Path) -> Option<Uri> {
    Uri::from_file_path(path)
}

fn name_of(path: &Path, folder: &Path) -> Arc<str> {
    Arc::from(path.strip_prefix(folder).unwrap_or(path).display().to_string())
}

/// Folders stand for the rule files in them, by name, as in Falco.
fn expand(named: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in named {
        if path.is_dir() {
            let mut inside: Vec<PathBuf> = std::fs::read_dir(path)
                .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
                .unwrap_or_default();
            inside.retain(|path| has_suffix(path) && path.is_file());
            inside.sort();
            files.extend(inside);
        } else {
            files.push(path.clone());
        }
    }
    files
}

/// All rule files below a folder in the order of Falco's default configuration: `falco_rules.yaml`, others by name,
/// local ones, `rules.d`.
fn by_convention(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            let Ok(kind) = entry.file_type() else { continue };
            let name = entry.file_name();
            let hidden =
                name.to_string_lossy().starts_with('.') || name == "node_modules" || name == "target";
            if kind.is_dir() && !hidden && depth < DEEPEST {
                folders.push((path, depth + 1));
            } else if kind.is_file() && has_suffix(&path) && files.len() < MOST_FILES {
                files.push(path);
            }
        }
    }
    let rank = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.components().any(|part| part.as_os_str() == "rules.d") {
            3
        } else if name.contains(".local.") {
            2
        } else {
            i32::from(name != "falco_rules.yaml")
        }
    };
    files.sort_by_cached_key(|path| (rank(path), path.clone()));
    files
}

fn has_suffix(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// Keys of which each item of a rule file has one.
const HEADS: [&str; 5] = ["rule", "macro", "list", "required_engine_version", "required_plugin_versions"];

/// Whether a text has an item of a rule file.
fn looks_like_rules(text: &str) -> bool {
    text.lines().filter_map(|line| line.trim_start().strip_prefix("- ")).any(|rest| {
        HEADS.iter().any(|key| rest.trim_start().strip_prefix(key).is_some_and(|rest| rest.starts_with(':')))
    })
}

/// Whether the first item is being typed: nothing but comments, and then a dash and the beginning of a key.
fn may_become_rules(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    match (lines.next(), lines.next()) {
        (None, _) => true,
        (Some(line), None) => line
            .strip_prefix('-')
            .is_some_and(|rest| HEADS.iter().any(|key| key.starts_with(rest.trim_start()))),
        _ => false,
    }
}

/// Whether an open document is one of rules.
pub(crate) fn is_rules(uri: &Uri, document: &Document) -> bool {
    let name = uri.as_str().rsplit('/').next().unwrap_or_default();
    let yaml =
        document.language == "yaml" || uri.as_str().ends_with(".yaml") || uri.as_str().ends_with(".yml");
    document.language.starts_with("falco")
        || (yaml
            && (may_become_rules(&document.text)
                || looks_like_rules(&document.text)
                || name.contains("rules")))
}
