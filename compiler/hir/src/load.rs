//! Loading files one after the other into one set of definitions (language.md 1.5), in both views.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use syntax::span::{FileId, FileRange, Span};
use syntax::yaml::{Yaml, YamlError, read, reread, split};

use crate::advice;
use crate::codes;
use crate::compile::{Cache, Compiled, Compiler};
use crate::diagnostic::{Diagnostic, Severity};
use crate::environment::Environment;
use crate::falco::{ItemType, LoadCode, LoadResult, schema};
use crate::finding::Finding;
use crate::input::{Input, Options};
use crate::items::Reader;
use crate::lint::{self, LintContext};
use crate::scope::{Definitions, PluginRequirement};
use crate::source::{SourceFile, Sources, TreeId};
use crate::yaml_help;

/// What checking gave.
#[derive(Debug)]
pub struct Checked {
    /// Falco's verdict on each file that it would look at.
    pub files: Vec<LoadResult>,
    /// Our diagnostics of all files, by file and position.
    pub diagnostics: Vec<Diagnostic>,
    /// Requirements of plugins that are not met: Falco's messages.
    pub unmet_requirements: Vec<String>,
    /// The files.
    pub sources: Sources,
    /// Everything collected, also from files with errors.
    pub definitions: Definitions,
    /// Everything compiled.
    pub compiled: Compiled,
}

impl Checked {
    /// Whether Falco accepts every file.
    pub fn is_ok(&self) -> bool {
        self.files.iter().all(LoadResult::successful)
    }

    /// Whether there is an error in our view.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|one| one.severity == Severity::Error)
    }
}

/// A file as YAML.
struct ReadFile {
    id: FileId,
    /// The whole file, when it is YAML.
    tree: Result<TreeId, YamlError>,
    /// Whether it has the form of a rule file, for each document, when it is YAML.
    schema: Result<Vec<String>, String>,
    /// Otherwise what can be read of it, item by item, and why other items cannot.
    pieces: Vec<TreeId>,
    errors: Vec<(FileRange, YamlError)>,
}

/// One pass over all files.
struct Pass {
    definitions: Definitions,
    compiled: Compiled,
    loads: Vec<Load>,
}

/// One load of a pass.
struct Load {
    schema: Vec<String>,
    reading: Vec<Finding>,
    compiling: Vec<Finding>,
}

impl Load {
    /// Falco's result: everything up to the first error.
    fn result(&self, name: &Arc<str>) -> LoadResult {
        let mut result =
            LoadResult { name: name.clone(), schema: self.schema.clone(), ..LoadResult::default() };
        for issue in self.reading.iter().chain(&self.compiling).filter_map(|finding| finding.issue.clone()) {
            if issue.code.is_error() {
                result.error = Some(issue);
                break;
            }
            result.warnings.push(issue);
        }
        result
    }

    fn fails_reading(&self) -> bool {
        self.reading.iter().any(Finding::stops_falco)
    }

    fn fails(&self) -> bool {
        self.fails_reading() || self.compiling.iter().any(Finding::stops_falco)
    }
}

/// What one check leaves for the next: trees of files, texts with lists put in, and parsed and checked conditions, each
/// with what it was made from, so that what did not change is not read again.
///
/// It is good for one catalogue: whoever changes [`Options::catalogue`] starts a new one.
#[derive(Default)]
pub struct Memo {
    /// By name of the file.
    trees: FxHashMap<Arc<str>, KnownTree>,
    cache: Cache,
    quiet: lint::Quiet,
}

/// A file's text as YAML, and what there is to say about its form once that was asked.
struct KnownTree {
    text: Arc<str>,
    tree: Arc<Yaml>,
    error: Option<YamlError>,
    schema: Option<Result<Vec<String>, String>>,
}

impl Memo {
    fn read(&mut self, file: &SourceFile) -> &mut KnownTree {
        let known = self.trees.entry(file.name.clone()).or_insert_with(|| KnownTree::new(&file.text));
        if known.text != file.text {
            let changed = known.error.is_none().then(|| reread(&known.tree, &file.text)).flatten();
            *known = match changed {
                Some(tree) => {
                    KnownTree { text: file.text.clone(), tree: Arc::new(tree), error: None, schema: None }
                }
                None => KnownTree::new(&file.text),
            };
        }
        known
    }
}

impl KnownTree {
    fn new(text: &Arc<str>) -> KnownTree {
        let parsed = read(text);
        let error = parsed.errors.into_iter().next();
        KnownTree { text: text.clone(), tree: Arc::new(parsed.tree), error, schema: None }
    }
}

/// Checks files.
pub fn check(input: &Input) -> Checked {
    run(input, &mut Memo::default())
}

/// Checks files, using and renewing what earlier checks left. The result is that of [`check`].
pub fn check_again(input: &Input, memo: &mut Memo) -> Checked {
    memo.cache.keeps = true;
    run(input, memo)
}

fn run(input: &Input, memo: &mut Memo) -> Checked {
    memo.trees.retain(|name, _| input.files.iter().any(|file| file.name == *name));
    memo.cache.next_run();
    let mut sources = Sources::default();
    let files: Vec<ReadFile> = input.files.iter().map(|file| read_file(file, &mut sources, memo)).collect();
    let environment = Environment::new(&input.options.catalogue, input.options.engine_version);
    let cache = &mut memo.cache;
    let ours = pass(&sources, &files, &environment, &input.options, cache, true);
    // Falco stops reading a file at its first error; what it has then can differ from what we have.
    let falco = ours.loads.iter().any(Load::fails_reading).then(|| {
        cache.rules.clear();
        pass(&sources, &files, &environment, &input.options, cache, false)
    });
    let results: Vec<LoadResult> = falco
        .as_ref()
        .unwrap_or(&ours)
        .loads
        .iter()
        .zip(&input.files)
        .map(|(load, file)| load.result(&file.name))
        .collect();
    drop(environment);
    let Pass { definitions, compiled, loads } = ours;
    let mut diagnostics = diagnostics(loads, &sources);
    if input.options.lints {
        let context = LintContext::new(&sources, &definitions, &compiled, &input.options);
        lint::run(&context, &mut memo.quiet, &mut diagnostics);
    }
    // What stands after an error, Falco does not know of.
    let known = falco.as_ref().map_or(&definitions, |pass| &pass.definitions);
    let unmet_requirements = unmet(known, &input.options).into_iter().map(|(_, message)| message).collect();
    let ours = unmet(&definitions, &input.options);
    diagnostics.extend(
        ours.into_iter().map(|(range, message)| Diagnostic::new(&codes::PLUGIN_REQUIREMENT, range, message)),
    );
    diagnostics.iter_mut().for_each(advice::add);
    diagnostics.sort_by_key(|one| one.primary());
    Checked { files: results, diagnostics, unmet_requirements, sources, definitions, compiled }
}

fn read_file(file: &SourceFile, sources: &mut Sources, memo: &mut Memo) -> ReadFile {
    let id = sources.add_file(file.clone());
    let known = memo.read(file);
    let Some(error) = known.error.clone() else {
        let tree = sources.add_tree(id, 0, known.tree.clone());
        let schema = known.schema.get_or_insert_with(|| schema::validate(sources, tree)).clone();
        return ReadFile { id, tree: Ok(tree), schema, pieces: Vec::new(), errors: Vec::new() };
    };
    let (mut pieces, mut errors) = (Vec::new(), Vec::new());
    let items = split(&file.text).items;
    if items.len() > 1 {
        for item in items {
            let parsed = read(item.span.slice(&file.text));
            match parsed.errors.into_iter().next() {
                None => pieces.push(sources.add_tree(id, item.span.start, Arc::new(parsed.tree))),
                Some(error) => {
                    let at = error.at.offset + item.span.start;
                    errors.push((FileRange { file: id, span: token_at(&file.text, at) }, error));
                }
            }
        }
    }
    let own = FileRange { file: id, span: token_at(&file.text, error.at.offset) };
    // Items that read well alone can still be wrong together.
    if errors.is_empty() {
        errors.push((own, error.clone()));
    }
    ReadFile { id, tree: Err(error), schema: Ok(Vec::new()), pieces, errors }
}

/// The word at an offset, or an empty span.
fn token_at(text: &str, at: u32) -> Span {
    let rest = text.get(at as usize..).unwrap_or("");
    let len = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
    Span::new(at, at + len as u32)
}

fn pass(
    sources: &Sources,
    files: &[ReadFile],
    environment: &Environment<'_>,
    options: &Options,
    cache: &mut Cache,
    tolerant: bool,
) -> Pass {
    let mut definitions = Definitions::default();
    let mut compiled = Compiled::default();
    let mut loads = Vec::with_capacity(files.len());
    for (index, file) in files.iter().enumerate() {
        let mut load = Load { schema: Vec::new(), reading: Vec::new(), compiling: Vec::new() };
        let mut trees: &[TreeId] = &file.pieces;
        match &file.tree {
            Ok(tree) => {
                trees = std::slice::from_ref(tree);
                match &file.schema {
                    Ok(statuses) => load.schema.clone_from(statuses),
                    Err(message) => load.reading.push(key_error(sources, file, message.clone())),
                }
            }
            Err(error) => yaml_errors(sources, file, error, &mut load.reading),
        }
        if tolerant || !load.fails_reading() {
            for &tree in trees {
                let mut reader = Reader {
                    sources,
                    yaml: sources.yaml(tree),
                    tree,
                    definitions: &mut definitions,
                    environment,
                    tolerant,
                    findings: &mut load.reading,
                };
                if reader.read().is_err() {
                    break;
                }
            }
        }
        if tolerant || !load.fails_reading() {
            let more = index + 1 < files.len();
            let outputs = &options.append_output;
            let compiler = Compiler::new(sources, environment, &definitions, outputs, cache, more);
            (compiled, load.compiling) = compiler.run();
        }
        let stop = options.stop_at_first_failing_file && load.fails() && !tolerant;
        loads.push(load);
        if stop {
            break;
        }
    }
    Pass { definitions, compiled, loads }
}

fn yaml_errors(sources: &Sources, file: &ReadFile, error: &YamlError, findings: &mut Vec<Finding>) {
    let mut context = sources.file_context(file.id);
    if let Some(outer) = context.locations.first().cloned() {
        context.locations.push(crate::falco::Location {
            item_type: ItemType::ValueFor,
            line: error.at.line,
            column: error.at.column,
            offset: error.at.offset,
            ..outer
        });
    }
    for (index, (range, own)) in file.errors.iter().enumerate() {
        let message = format!("not valid YAML: {}", own.message.trim_end());
        let mut ours = Diagnostic::new(&codes::YAML_SYNTAX, *range, message);
        if let Some(help) = yaml_help::help(&own.message) {
            ours = ours.note(help);
        }
        if index == 0 {
            findings.push(Finding::new(LoadCode::ErrYamlParse, error.falco_text(), context.clone(), ours));
        } else {
            findings.push(Finding { issue: None, diagnostic: Some(ours) });
        }
    }
}

fn key_error(sources: &Sources, file: &ReadFile, message: String) -> Finding {
    let range = FileRange { file: file.id, span: Span::empty(0) };
    let ours = Diagnostic::new(&codes::YAML_SYNTAX, range, "a key must be a single value");
    Finding::new(LoadCode::ErrYamlParse, message, sources.file_context(file.id), ours)
}

/// Our view: problems of reading, errors of every load, warnings of the last.
fn diagnostics(loads: Vec<Load>, sources: &Sources) -> Vec<Diagnostic> {
    let mut seen: FxHashSet<(&'static str, FileRange, String)> = FxHashSet::default();
    let mut all = Vec::new();
    let last = loads.len().saturating_sub(1);
    let mut early: Vec<(usize, Diagnostic)> = Vec::new();
    for (index, load) in loads.into_iter().enumerate() {
        let mut add = |ours: Diagnostic, all: &mut Vec<Diagnostic>| {
            if seen.insert((ours.code.id, ours.primary(), ours.message.clone())) {
                all.push(ours);
            }
        };
        for ours in load.reading.into_iter().filter_map(|finding| finding.diagnostic) {
            add(ours, &mut all);
        }
        for ours in load.compiling.into_iter().filter_map(|finding| finding.diagnostic) {
            if index == last {
                add(ours, &mut all);
            } else if ours.severity == Severity::Error {
                early.push((index, ours));
            }
        }
    }
    for (index, ours) in early {
        if seen.insert((ours.code.id, ours.primary(), ours.message.clone())) {
            let name = sources.file(FileId(index as u32)).map_or("", |file| &file.name);
            let note = format!(
                "every file must be complete with those before it: this is wrong once {name} is loaded"
            );
            all.push(ours.note(note));
        }
    }
    // What is used is known only when every condition could be read; Falco does not say it after an error either.
    if all.iter().any(|ours| ours.severity == Severity::Error) {
        all.retain(|ours| ours.code != &codes::UNUSED_MACRO && ours.code != &codes::UNUSED_LIST);
    }
    all
}

/// Requirements of plugins that are not met, with Falco's messages.
fn unmet(definitions: &Definitions, options: &Options) -> Vec<(FileRange, String)> {
    let loaded: Vec<(&str, Option<&str>)> =
        options.catalogue.plugins().map(|plugin| (plugin.name.as_str(), plugin.version.as_deref())).collect();
    let check = |requirement: &PluginRequirement| {
        requirement.check(&loaded).err().map(|message| (requirement.range, message))
    };
    definitions.plugins.iter().filter_map(check).collect()
}
