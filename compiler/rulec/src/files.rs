//! The files to check: found in load order, read, and looked up by the identifiers that diagnostics carry.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use syntax::span::{FileId, FileRange, Position};

/// Files larger than this are refused: no rule file comes near, and offsets are 32 bits wide.
const LARGEST_FILE: u64 = 256 * 1024 * 1024;

/// A file's name as it was given, and its text.
#[derive(Clone, Debug)]
struct SourceText {
    name: String,
    text: Arc<str>,
    /// The first line with bytes that are no UTF-8, which the text has replacement characters for.
    mended: Option<usize>,
    /// Made when the first place is asked for: most files have nothing to report.
    line_starts: OnceLock<Vec<u32>>,
}

impl SourceText {
    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let newlines = self.text.match_indices('\n');
            std::iter::once(0).chain(newlines.map(|(at, _)| at as u32 + 1)).collect()
        })
    }
}

/// The texts of a check; a file's position is its `FileId`.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<SourceText>);

/// A range for people: lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file's name.
    pub file: String,
    /// Start.
    pub start: Position,
    /// End, just past the last character.
    pub end: Position,
}

impl Sources {
    /// Adds a text.
    pub fn add(&mut self, name: String, text: Arc<str>) -> FileId {
        self.0.push(SourceText { name, text, mended: None, line_starts: OnceLock::new() });
        FileId(self.0.len() as u32 - 1)
    }

    /// The files that are no UTF-8, as sentences.
    pub fn mended(&self) -> impl Iterator<Item = String> {
        self.0.iter().filter_map(|source| {
            let line = source.mended?;
            Some(format!("{}:{line}: this is not UTF-8 text; wrong bytes are read as \u{fffd}", source.name))
        })
    }

    /// Whether a file can be written anew without changing more than was asked for.
    pub fn writable(&self, file: FileId) -> Result<(), String> {
        match self.0.get(file.0 as usize) {
            Some(source) if source.mended.is_some() => {
                Err(format!("cannot change {}: it is not UTF-8 text", source.name))
            }
            _ => Ok(()),
        }
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and texts in load order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<str>)> {
        self.0.iter().map(|source| (source.name.as_str(), &source.text))
    }

    /// A file's name; empty for an unknown identifier.
    pub fn name(&self, file: FileId) -> &str {
        self.0.get(file.0 as usize).map_or("", |source| &source.name)
    }

    /// A file's text; empty for an unknown identifier.
    pub fn text(&self, file: FileId) -> &str {
        self.0.get(file.0 as usize).map_or("", |source| &source.text)
    }

    /// The offsets at which a file's lines start; one line for an unknown identifier.
    pub fn line_starts(&self, file: FileId) -> &[u32] {
        self.0.get(file.0 as usize).map_or(&[0], SourceText::line_starts)
    }

    /// A range with its lines and columns.
    pub fn place(&self, range: FileRange) -> Place {
        Place {
            file: self.name(range.file).to_string(),
            start: self.position(range.file, range.span.start),
            end: self.position(range.file, range.span.end),
        }
    }

    /// The line and column of an offset.
    pub fn position(&self, file: FileId, offset: u32) -> Position {
        let Some(source) = self.0.get(file.0 as usize) else { return Position::default() };
        let offset = offset.min(source.text.len() as u32);
        let starts = source.line_starts();
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = starts[line - 1] as usize;
        let before = source.text.as_bytes().get(start..offset as usize).unwrap_or_default();
        // Counting the bytes that begin a character works in the middle of one, too.
        let characters = before.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        Position { offset, line: line as u32, column: characters as u32 + 1 }
    }
}

/// Why the files cannot be checked.
#[derive(Debug)]
pub struct FilesError(pub String);

impl std::fmt::Display for FilesError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FilesError {}

/// Expands directories: their `*.yaml` and `*.yml` files by name, not recursively, as Falco does. A file that was
/// named itself is taken whatever its name is.
pub fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>, FilesError> {
    let mut files = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" || !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let mut inside = inside(path)?;
        inside.retain(|file| is_rules_file(file));
        if inside.is_empty() {
            return Err(FilesError(format!("no *.yaml or *.yml file in {}", path.display())));
        }
        files.extend(inside);
    }
    Ok(files)
}

/// The files behind `rules_files` of a falco.yaml, as Falco finds them: what is not there or has another suffix is passed
/// over, and folders may be empty.
pub fn configured(paths: &[String]) -> Result<Vec<PathBuf>, FilesError> {
    let mut files = Vec::new();
    for path in paths.iter().map(Path::new).filter(|path| path.exists()) {
        if path.is_dir() {
            files.extend(inside(path)?);
        } else {
            files.push(path.to_path_buf());
        }
    }
    files.retain(|file| {
        let name = file.to_string_lossy();
        ["*.yaml", "*.yml"].iter().any(|pattern| hir::select::wildcard(pattern, &name))
    });
    Ok(files)
}

/// The files of a folder by name.
fn inside(path: &Path) -> Result<Vec<PathBuf>, FilesError> {
    let failed =
        |error: std::io::Error| FilesError(format!("cannot read directory {}: {error}", path.display()));
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

/// Whether a name has one of the suffixes of rule files.
pub fn is_rules_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// Reads files, `-` being standard input.
pub fn read(paths: &[PathBuf]) -> Result<Sources, FilesError> {
    let mut sources = Sources::default();
    for path in paths {
        sources.0.push(read_one(path)?);
    }
    Ok(sources)
}

fn read_one(path: &Path) -> Result<SourceText, FilesError> {
    let name = if path.as_os_str() == "-" { "<stdin>".to_string() } else { path.display().to_string() };
    let failed = |what: &dyn std::fmt::Display| FilesError(format!("cannot read {name}: {what}"));
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin()
            .lock()
            .take(LARGEST_FILE + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| failed(&error))?;
    } else {
        let file = fs::File::open(path).map_err(|error| failed(&error))?;
        file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    }
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(failed(&"larger than 256 MiB"));
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(failed(&"it is UTF-16 text; save it as UTF-8"));
    }
    let (text, mended) = match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        // Falco reads on, too.
        Err(error) => {
            let (valid, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
            let line = bytes[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
            (String::from_utf8_lossy(bytes).into_owned(), Some(line))
        }
    };
    Ok(SourceText { name, text: text.into(), mended, line_starts: OnceLock::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use syntax::span::Span;

    #[test]
    fn places_count_characters_from_one() {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml".into(), "first\nsé©ond x\n".into());
        let shown = |start, end| {
            let place = sources.place(FileRange { file, span: Span::new(start, end) });
            format!("{}:{}-{}:{}", place.start.line, place.start.column, place.end.line, place.end.column)
        };
        assert_eq!(shown(0, 5), "1:1-1:6");
        assert_eq!(shown(6, 7), "2:1-2:2");
        assert_eq!(shown(14, 15), "2:7-2:8");
        assert_eq!(shown(99, 120), "3:1-3:1");
    }
}
