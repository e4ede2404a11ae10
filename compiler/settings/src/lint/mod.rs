//! What is wrong, outdated or risky in one configuration file, each with its place and, where there is one way out that
//! cannot surprise, a repair.
//!
//! Starting with a file is stricter in nothing: whatever is accepted at the start but does not do what its author must
//! think is reported here.

mod checks;
mod edit;
mod traps;
mod variables;

use std::fmt;
use std::sync::Arc;

use crate::falco_yaml::config::FalcoConfig;
use crate::origin::{Origin, Problem, Severity};
use crate::read;
use crate::tree::Node;
use edit::Text;

pub(crate) use edit::scalar;

/// Most repairs of one file: each makes a finding go away, so this is never reached by a file that people write.
const MOST_REPAIRS: usize = 200;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The program does not start, or a value has no effect.
    Error,
    /// It works, but is outdated or risky.
    Warning,
    /// Worth knowing.
    Note,
}

/// Something to be said about a file.
#[derive(Clone, Debug)]
pub struct Finding {
    /// How bad.
    pub weight: Weight,
    /// A stable name for the kind of finding.
    pub name: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub origin: Origin,
    /// What to do about it.
    pub help: Option<String>,
    /// The repair.
    repair: Option<Repair>,
}

/// A change of the file that mends a finding. Paths are those of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Repair {
    /// Give a key another value (YAML text); the key is made if it is missing.
    Set(String, String),
    /// Take a key away.
    Remove(String),
    /// Give a key another name.
    Rename(String, String),
    /// Move a key's value to another path and take the key away.
    Move(String, String),
    /// Take the second of two equal keys away.
    RemoveSecond(String),
    /// One after the other.
    All(Vec<Repair>),
}

impl Finding {
    fn new(weight: Weight, name: &'static str, message: impl Into<String>, node: &Node) -> Finding {
        Finding {
            weight,
            name,
            message: message.into(),
            origin: node.origin.clone(),
            help: None,
            repair: None,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }

    fn repair(mut self, repair: Repair) -> Finding {
        self.repair = Some(repair);
        self
    }

    /// What reading a configuration found.
    pub fn of_problem(problem: &Problem) -> Finding {
        Finding {
            weight: weight(problem.severity),
            name: "setting",
            message: problem.message.clone(),
            origin: problem.origin.clone(),
            help: problem.help.clone(),
            repair: None,
        }
    }

    /// Whether [`fix`] mends it.
    pub fn is_fixable(&self) -> bool {
        self.repair.is_some()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weight = match self.weight {
            Weight::Error => "error",
            Weight::Warning => "warning",
            Weight::Note => "note",
        };
        write!(f, "{}: {weight}[{}]: {}", self.origin, self.name, self.message)?;
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        if self.is_fixable() {
            f.write_str("\n  --fix mends this")?;
        }
        Ok(())
    }
}

/// Everything to be said about a file, in the order of its lines. `lookup` gives environment variables.
pub fn lint(name: &str, text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Vec<Finding> {
    let file: Arc<str> = Arc::from(name);
    let mut root = match read::document(&file, text) {
        Ok(root) => root,
        Err(problem) => return vec![Finding { name: "syntax", ..Finding::of_problem(&problem) }],
    };
    let variables = variables::put_in(&mut root, lookup);
    let mut findings = Vec::new();
    if !matches!(root.value, crate::tree::Value::Mapping(_) | crate::tree::Value::Null) {
        let problem = "a configuration is a mapping of keys to values";
        return vec![Finding::new(Weight::Error, "syntax", problem, &root)];
    }
    let (_, problems) = FalcoConfig::from_tree(&root);
    checks::keys(&root, &mut findings);
    checks::problems(&root, &problems, &mut findings);
    traps::all(&root, &mut findings);
    traps::twice(&file, text, &mut findings);
    drop_said_twice(&mut findings);
    variables.judge(&mut findings);
    findings.sort_by_key(|finding| match &finding.origin {
        Origin::File { line, column, .. } => (*line, *column, finding.weight),
        _ => (0, 0, finding.weight),
    });
    findings
}

/// What stops the program is said in its own words; then nothing else is said about that line's value.
fn drop_said_twice(findings: &mut Vec<Finding>) {
    let line = |finding: &Finding| match &finding.origin {
        Origin::File { line, .. } => *line,
        _ => 0,
    };
    let stops: Vec<u32> = findings
        .iter()
        .filter(|finding| finding.name == "setting" && finding.weight == Weight::Error)
        .map(line)
        .collect();
    findings.retain(|finding| {
        !["out-of-range", "no-url", "wrong-type"].contains(&finding.name) || !stops.contains(&line(finding))
    });
}

/// Mends what can be mended. Gives the new text and what was mended; the text is the old one if nothing was.
pub fn fix(name: &str, text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> (String, Vec<Finding>) {
    let mut current = text.to_string();
    let mut mended = Vec::new();
    let mut stuck: Vec<String> = Vec::new();
    while mended.len() < MOST_REPAIRS {
        let findings = lint(name, &current, lookup);
        let next =
            findings.into_iter().find(|finding| finding.is_fixable() && !stuck.contains(&finding.message));
        let Some(finding) = next else { break };
        match finding.repair.as_ref().and_then(|repair| repaired(name, &current, repair)) {
            Some(repaired) if repaired != current => {
                current = repaired;
                mended.push(finding);
            }
            // A form that the editor of texts does not know: the finding stays, its help says what to do.
            _ => stuck.push(finding.message),
        }
    }
    (current, mended)
}

/// The text after a repair, if it is still one that can be read.
fn repaired(name: &str, text: &str, repair: &Repair) -> Option<String> {
    let after = apply(text, repair)?;
    read::document(&Arc::from(name), &after).ok().map(|_| after)
}

fn apply(text: &str, repair: &Repair) -> Option<String> {
    match repair {
        Repair::Set(path, value) => Text::read(text)?.set(path, value),
        Repair::Remove(path) => Text::read(text)?.remove(path, 0),
        Repair::RemoveSecond(path) => Text::read(text)?.remove(path, 1),
        Repair::Rename(path, name) => Text::read(text)?.rename(path, name),
        Repair::Move(from, to) => {
            let value = Text::read(text)?.value(from)?;
            let removed = Text::read(text)?.remove(from, 0)?;
            Text::read(&removed)?.set(to, &value)
        }
        Repair::All(repairs) => {
            repairs.iter().try_fold(text.to_string(), |text, repair| apply(&text, repair))
        }
    }
}

/// The weight of a problem that was found while reading.
fn weight(severity: Severity) -> Weight {
    match severity {
        Severity::Error => Weight::Error,
        Severity::Warning => Weight::Warning,
    }
}
