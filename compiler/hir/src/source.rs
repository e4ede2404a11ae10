//! The files of a run as read YAML, and the ways back from their nodes to files, positions and Falco's locations.

use std::sync::{Arc, OnceLock};

use syntax::LineIndex;
use syntax::span::{FileId, FileRange, Position, Span};
use syntax::yaml::{Yaml, YamlId};

use crate::falco::{Context, ItemType, Location};
use crate::text::{ScalarId, Scalars};

/// A file to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its name as given; results repeat it.
    pub name: Arc<str>,
    /// Its text.
    pub text: Arc<str>,
}

impl SourceFile {
    /// A file.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> SourceFile {
        SourceFile { name: name.into(), text: text.into() }
    }
}

/// Index of a tree in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TreeId(pub(crate) u32);

/// A YAML tree and the part of a file that it was read from.
#[derive(Debug)]
struct Tree {
    file: FileId,
    /// Offset in the file of the text that the tree was read from.
    base: u32,
    yaml: Arc<Yaml>,
}

#[derive(Debug)]
struct File {
    file: SourceFile,
    lines: OnceLock<LineIndex>,
}

/// A step of a location chain: what, its name and Falco's offset of the node in its tree.
pub(crate) type Link<'a> = (ItemType, &'a str, u32);

/// The files of a run and the trees read from them.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<File>,
    trees: Vec<Tree>,
}

impl Sources {
    /// Adds a file.
    pub(crate) fn add_file(&mut self, file: SourceFile) -> FileId {
        let id = FileId(self.files.len() as u32);
        self.files.push(File { file, lines: OnceLock::new() });
        id
    }

    /// Adds a tree read from the part of a file that starts at `base`.
    pub(crate) fn add_tree(&mut self, file: FileId, base: u32, yaml: Arc<Yaml>) -> TreeId {
        let id = TreeId(self.trees.len() as u32);
        self.trees.push(Tree { file, base, yaml });
        id
    }

    /// A file by its number.
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize).map(|file| &file.file)
    }

    /// The files in load order, numbered from 0.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), &file.file))
    }

    /// The text of the first file with this name.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.files.iter().map(|file| &file.file).find(|file| *file.name == *name).map(|file| &*file.text)
    }

    /// The text in a range.
    pub fn slice(&self, range: FileRange) -> &str {
        self.file(range.file).map_or("", |file| range.span.slice(&file.text))
    }

    pub(crate) fn yaml(&self, tree: TreeId) -> Arc<Yaml> {
        self.trees.get(tree.0 as usize).map(|tree| tree.yaml.clone()).unwrap_or_default()
    }

    /// A tree without a share in it.
    pub(crate) fn tree(&self, tree: TreeId) -> Option<&Yaml> {
        self.trees.get(tree.0 as usize).map(|tree| &*tree.yaml)
    }

    /// The trees in the order in which they were read.
    pub(crate) fn tree_ids(&self) -> impl Iterator<Item = TreeId> + use<> {
        (0..self.trees.len() as u32).map(TreeId)
    }

    pub(crate) fn file_of(&self, tree: TreeId) -> FileId {
        self.trees.get(tree.0 as usize).map_or(FileId(0), |tree| tree.file)
    }

    /// The file range of a span of a tree.
    pub(crate) fn range(&self, tree: TreeId, span: Span) -> FileRange {
        match self.trees.get(tree.0 as usize) {
            Some(tree) => FileRange { file: tree.file, span: span.shift(tree.base) },
            None => FileRange::default(),
        }
    }

    /// The file range of a node as written.
    pub(crate) fn node_range(&self, tree: TreeId, node: YamlId) -> FileRange {
        match self.trees.get(tree.0 as usize) {
            Some(found) => self.range(tree, found.yaml.span(node)),
            None => FileRange::default(),
        }
    }

    /// The decoded text of a scalar.
    pub fn scalar_text(&self, scalar: ScalarId) -> &str {
        self.trees.get(scalar.tree.0 as usize).and_then(|tree| tree.yaml.text(scalar.node)).unwrap_or("")
    }

    /// Line and column of a file's offset as Falco counts them, from 0, and Falco's offset.
    pub(crate) fn falco_position(&self, file: FileId, offset: u32) -> (u32, u32, u32) {
        let Some(entry) = self.files.get(file.0 as usize) else { return (0, 0, 0) };
        let lines = entry.lines.get_or_init(|| LineIndex::new(&entry.file.text));
        let at = lines.falco_position(&entry.file.text, offset);
        (at.line, at.column, at.offset)
    }

    /// Position of a node of a tree, from 0.
    pub(crate) fn yaml_position(&self, tree: TreeId, at: u32) -> Position {
        let base = self.trees.get(tree.0 as usize).map_or(0, |tree| tree.base);
        let (line, column, offset) = self.falco_position(self.file_of(tree), at.saturating_add(base));
        Position { offset, line, column }
    }

    /// A location chain below the whole file.
    pub(crate) fn context(&self, tree: TreeId, links: &[Link<'_>]) -> Context {
        let file = self.file_of(tree);
        let base = self.trees.get(tree.0 as usize).map_or(0, |tree| tree.base);
        let mut context = self.file_context(file);
        let Some(name) = context.locations.first().map(|first| first.name.clone()) else { return context };
        for (item_type, item_name, at) in links {
            let (line, column, offset) = self.falco_position(file, at.saturating_add(base));
            let (item_type, item_name) = (*item_type, Arc::from(*item_name));
            context.locations.push(Location {
                item_type,
                item_name,
                name: name.clone(),
                line,
                column,
                offset,
            });
        }
        context
    }

    /// The chain of a whole file.
    pub(crate) fn file_context(&self, file: FileId) -> Context {
        let empty: Arc<str> = "".into();
        Context::of_file(self.file(file).map_or(&empty, |file| &file.name))
    }
}

impl Scalars for Sources {
    fn range(&self, scalar: ScalarId, span: Span) -> FileRange {
        let Some(tree) = self.trees.get(scalar.tree.0 as usize) else { return FileRange::default() };
        match tree.yaml.scalar_map(scalar.node) {
            Some(map) => Sources::range(self, scalar.tree, map.source_span(span)),
            None => self.node_range(scalar.tree, scalar.node),
        }
    }
}
