//! `ruled config`: what the configuration comes to, what is wrong in it, and its schema.

mod args;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};
use settings::falco_yaml::forms;
use settings::lint::{self, Finding, Weight};
use settings::show;
use settings::tree;

use crate::config::{INSTALLED, said};
use crate::exit::FAILURE;
use crate::schema;

pub use args::{ConfigCommand, Lint, Show};

/// Runs the command.
pub(crate) fn run(command: &ConfigCommand) -> ExitCode {
    let result = match command {
        ConfigCommand::Show(arguments) => show(arguments),
        ConfigCommand::Lint(arguments) => lint(arguments),
        ConfigCommand::Schema => print(&schema::configuration()).map(|()| true),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => FAILURE,
        Err(message) => {
            eprintln!("Error: {message}");
            FAILURE
        }
    }
}

fn print(text: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot write: {error}")),
        _ => Ok(()),
    }
}

/// The file to look at: the given one or the installed one.
fn main_file(given: Option<&Path>) -> Result<PathBuf, String> {
    match given {
        Some(path) => Ok(path.to_path_buf()),
        None if Path::new(INSTALLED).exists() => Ok(PathBuf::from(INSTALLED)),
        None => Err(format!("there is no {INSTALLED}; name a file with -c")),
    }
}

fn show(arguments: &Show) -> Result<bool, String> {
    let file = main_file(arguments.config.as_deref())?;
    let lookup = |name: &str| std::env::var(name).ok();
    let loaded = settings::load(Some(&file), &arguments.option, &lookup).map_err(|error| said(&error))?;
    for warning in &loaded.warnings {
        eprintln!("{warning}");
    }
    if arguments.json {
        let root = if arguments.only_set { loaded.root.clone() } else { show::with_defaults(&loaded.root) };
        return print(&format!("{:#}\n", as_json(&root, arguments.origin))).map(|()| true);
    }
    let options = show::Options { origin: arguments.origin, only_set: arguments.only_set };
    print(&show::yaml(&loaded.root, options)).map(|()| true)
}

/// A setting as JSON; with origins, leaves are objects with `value` and `origin`. Depth is limited by the reader.
fn as_json(node: &tree::Node, origin: bool) -> Value {
    let leaf = |value: Value| {
        if origin { json!({ "value": value, "origin": node.origin.to_string() }) } else { value }
    };
    match &node.value {
        tree::Value::Null => leaf(Value::Null),
        tree::Value::Scalar(text) => leaf(Value::String(text.clone())),
        tree::Value::Sequence(elements) => elements.iter().map(|one| as_json(one, origin)).collect(),
        tree::Value::Mapping(entries) => {
            Value::Object(entries.iter().map(|(key, node)| (key.clone(), as_json(node, origin))).collect())
        }
    }
}

/// `true`: nothing is wrong.
fn lint(arguments: &Lint) -> Result<bool, String> {
    let lookup = |name: &str| std::env::var(name).ok();
    let main = if arguments.files.is_empty() { Some(main_file(arguments.config.as_deref())?) } else { None };
    let files = match &main {
        Some(main) => with_included(main)?,
        None => arguments.files.clone(),
    };
    let mut findings: Vec<Finding> = Vec::new();
    for file in &files {
        let name = file.display().to_string();
        let mut text = fs::read_to_string(file).map_err(|error| format!("cannot read {name}: {error}"))?;
        if arguments.fix {
            let (fixed, mended) = lint::fix(&name, &text, &lookup);
            for finding in &mended {
                eprintln!("mended {}: {}", finding.origin, finding.message);
            }
            if fixed != text {
                replace(file, &fixed).map_err(|error| format!("cannot write {name}: {error}"))?;
                text = fixed;
            }
        }
        findings.extend(lint::lint(&name, &text, &lookup));
    }
    if let Some(main) = main {
        findings.extend(together(&main, &findings));
    }
    let count = |weight: Weight| findings.iter().filter(|finding| finding.weight == weight).count();
    let (errors, warnings, notes) = (count(Weight::Error), count(Weight::Warning), count(Weight::Note));
    if arguments.json {
        let list: Vec<Value> = findings.iter().map(finding_json).collect();
        print(&format!("{:#}\n", Value::Array(list)))?;
    } else {
        for finding in &findings {
            print(&format!("{finding}\n"))?;
        }
        let many = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
        print(&format!(
            "{}: {}, {}, {}\n",
            many(files.len(), "file"),
            many(errors, "error"),
            many(warnings, "warning"),
            many(notes, "note"),
        ))?;
    }
    Ok(errors == 0 && (warnings == 0 || !arguments.strict))
}

/// What only all files together show: errors at the start that are not among those of the single files.
fn together(main: &Path, known: &[Finding]) -> Vec<Finding> {
    // Variables that are not set here may be where the program runs.
    let lookup = |name: &str| std::env::var(name).ok().or_else(|| Some(format!("${{{name}}}")));
    let problems =
        settings::load(Some(main), &[], &lookup).err().map_or_else(Vec::new, |error| error.problems);
    let new = problems.iter().filter(|problem| known.iter().all(|finding| finding.origin != problem.origin));
    new.map(Finding::of_problem).collect()
}

fn finding_json(finding: &Finding) -> Value {
    let (file, line, column) = match &finding.origin {
        settings::Origin::File { file, line, column } => (Some(file.to_string()), Some(*line), Some(*column)),
        _ => (None, None, None),
    };
    json!({
        "file": file,
        "line": line,
        "column": column,
        "severity": match finding.weight {
            Weight::Error => "error",
            Weight::Warning => "warning",
            Weight::Note => "note",
        },
        "name": finding.name,
        "message": finding.message,
        "help": finding.help,
        "fixable": finding.is_fixable(),
    })
}

/// The file and those that it includes.
fn with_included(file: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = vec![file.to_path_buf()];
    let name = file.display().to_string();
    let text = fs::read_to_string(file).map_err(|error| format!("cannot read {name}: {error}"))?;
    let Ok(root) = settings::read::document(&name.as_str().into(), &text) else { return Ok(files) };
    for include in forms::config_files(&root) {
        let path = PathBuf::from(include.path);
        if path.is_file() {
            files.push(path);
        } else if let Ok(entries) = fs::read_dir(&path) {
            let mut found: Vec<PathBuf> = entries
                .filter_map(Result::ok)
                .map(|entry| entry.path())
                .filter(|path| path.is_file())
                .collect();
            found.sort();
            files.extend(found);
        }
    }
    Ok(files)
}

/// Replaces a file in one step; its permissions stay.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let target = fs::canonicalize(path)?;
    let mut temporary = target.clone().into_os_string();
    temporary.push(".ruled-new");
    let mut file = fs::File::create(&temporary)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(fs::metadata(&target)?.permissions())?;
    file.sync_all()?;
    fs::rename(&temporary, &target)
}
