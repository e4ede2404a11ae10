//! The owner of the workspace's state, and snapshots of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use hir::{Checked, Input, Memo, Options, SourceFile};
use project::{Baseline, Levels};
use rustc_hash::FxHashMap;
use syntax::LineIndex;

use crate::index::{FileIndex, ItemIndex, SymbolKind};

/// A file of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, as results and messages show it.
    pub name: Arc<str>,
    /// Its text: of the open document, else of the file on disk.
    pub text: Arc<str>,
}

impl File {
    /// A file of this name with this text.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> File {
        File { name: name.into(), text: text.into() }
    }
}

/// What of the compiler's findings is reported.
#[derive(Clone, Debug, Default)]
pub struct Reporting {
    /// How severely.
    pub levels: Levels,
    /// What is known already.
    pub baseline: Option<Baseline>,
}

/// The mutable state: files in load order, and how they are checked.
pub struct AnalysisHost {
    files: Vec<Arc<FileIndex>>,
    names: Vec<Arc<str>>,
    options: Arc<Options>,
    reporting: Arc<Reporting>,
    memo: Arc<Mutex<Memo>>,
    current: Option<Analysis>,
}

impl Default for AnalysisHost {
    fn default() -> Self {
        AnalysisHost::new(Options::default(), Reporting::default())
    }
}

impl AnalysisHost {
    /// A workspace without files.
    pub fn new(options: Options, reporting: Reporting) -> AnalysisHost {
        AnalysisHost {
            files: Vec::new(),
            names: Vec::new(),
            options: Arc::new(options),
            reporting: Arc::new(reporting),
            memo: Arc::default(),
            current: None,
        }
    }

    /// Sets how files are checked.
    pub fn set_options(&mut self, options: Options, reporting: Reporting) {
        self.options = Arc::new(options);
        self.reporting = Arc::new(reporting);
        // What was checked is good for the old catalogue only.
        self.memo = Arc::default();
        self.current = None;
    }

    /// Sets all files in load order. Items that were read before are not read again.
    pub fn set_files(&mut self, files: &[File]) {
        let old: FxHashMap<Arc<str>, Arc<FileIndex>> =
            self.names.drain(..).zip(self.files.drain(..)).collect();
        for file in files {
            let known = old.get(&file.name);
            let index = match known.filter(|known| known.text == file.text) {
                Some(known) => known.clone(),
                None => Arc::new(FileIndex::new(&file.text, known.map(|known| &**known))),
            };
            self.names.push(file.name.clone());
            self.files.push(index);
        }
        self.current = None;
    }

    /// Sets all files, keeping the current snapshot when they are what they were.
    pub fn set_files_if_changed(&mut self, files: &[File]) {
        let same = files.len() == self.files.len()
            && files.iter().zip(self.names.iter().zip(&self.files)).all(|(file, (name, old))| {
                file.name == *name && (Arc::ptr_eq(&file.text, &old.text) || file.text == old.text)
            });
        if !same {
            self.set_files(files);
        }
    }

    /// Sets the text of one file.
    pub fn set_text(&mut self, file: usize, text: &Arc<str>) {
        if let Some(index) = self.files.get_mut(file)
            && index.text != *text
        {
            *index = Arc::new(FileIndex::new(text, Some(index)));
            self.current = None;
        }
    }

    /// A snapshot. It stays as it is whatever happens to the host.
    pub fn analysis(&mut self) -> Analysis {
        if let Some(current) = &self.current {
            return current.clone();
        }
        let made = Analysis {
            inner: Arc::new(Snapshot {
                files: self.files.clone(),
                names: self.names.clone(),
                options: self.options.clone(),
                reporting: self.reporting.clone(),
                memo: self.memo.clone(),
                checked: OnceLock::new(),
                symbols: OnceLock::new(),
            }),
            cancelled: None,
        };
        self.current = Some(made.clone());
        made
    }
}

/// Where definitions of a name stand: file, start of the item in it, the item.
pub(crate) type Found = (usize, u32, Arc<ItemIndex>);

/// Items by what they define or change.
type Symbols = FxHashMap<(SymbolKind, Box<str>), Vec<Found>>;

struct Snapshot {
    files: Vec<Arc<FileIndex>>,
    names: Vec<Arc<str>>,
    options: Arc<Options>,
    reporting: Arc<Reporting>,
    memo: Arc<Mutex<Memo>>,
    checked: OnceLock<Arc<Checked>>,
    symbols: OnceLock<Symbols>,
}

/// An unchanging view of the workspace, to ask.
#[derive(Clone)]
pub struct Analysis {
    inner: Arc<Snapshot>,
    cancelled: Option<Arc<AtomicBool>>,
}

impl Analysis {
    /// The same view, whose long searches end early, with less found, once the flag is set.
    #[must_use]
    pub fn cancelled_by(&self, flag: Arc<AtomicBool>) -> Analysis {
        Analysis { inner: self.inner.clone(), cancelled: Some(flag) }
    }

    /// Whether nobody wants the answer any more.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.inner.files.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.inner.files.is_empty()
    }

    /// A file's text; empty for an unknown number.
    pub fn text(&self, file: usize) -> &str {
        self.inner.files.get(file).map_or("", |file| &file.text)
    }

    /// A file's name; empty for an unknown number.
    pub fn name(&self, file: usize) -> &str {
        self.inner.names.get(file).map_or("", |name| name)
    }

    /// Lines of a file.
    pub fn lines(&self, file: usize) -> Option<&LineIndex> {
        self.inner.files.get(file).map(|file| &file.lines)
    }

    /// Everything that the compiler knows: what `rulec check` is given and finds.
    pub fn checked(&self) -> &Arc<Checked> {
        self.inner.checked.get_or_init(|| {
            let files = self.inner.names.iter().zip(&self.inner.files);
            let input = Input {
                files: files.map(|(name, file)| SourceFile::new(name.clone(), file.text.clone())).collect(),
                options: (*self.inner.options).clone(),
            };
            let mut memo = self.inner.memo.lock().unwrap_or_else(|poisoned| {
                // A half-made entry cannot be told from a whole one.
                let mut memo = poisoned.into_inner();
                *memo = Memo::default();
                memo
            });
            Arc::new(hir::check_again(&input, &mut memo))
        })
    }

    /// Whether [`Analysis::checked`] has its answer already.
    pub fn is_checked(&self) -> bool {
        self.inner.checked.get().is_some()
    }

    pub(crate) fn options(&self) -> &Options {
        &self.inner.options
    }

    pub(crate) fn reporting(&self) -> &Reporting {
        &self.inner.reporting
    }

    pub(crate) fn file(&self, file: usize) -> Option<&Arc<FileIndex>> {
        self.inner.files.get(file)
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = (usize, &Arc<FileIndex>)> {
        self.inner.files.iter().enumerate()
    }

    /// Items by what they define or change, in load order.
    pub(crate) fn symbols(&self) -> &Symbols {
        self.inner.symbols.get_or_init(|| {
            let mut all = Symbols::default();
            for (number, file) in self.files() {
                for (start, item) in &file.items {
                    for head in item.mentions.iter().filter(|one| one.role != crate::Role::Use) {
                        let key = (head.kind, head.name.clone());
                        all.entry(key).or_default().push((number, *start, item.clone()));
                    }
                }
            }
            all
        })
    }

    /// The items that define or change a name, in load order.
    pub(crate) fn found(&self, kind: SymbolKind, name: &str) -> &[Found] {
        self.symbols().get(&(kind, Box::from(name))).map_or(&[], Vec::as_slice)
    }
}
