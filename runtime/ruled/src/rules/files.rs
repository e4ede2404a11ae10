//! Finding and reading of rule files, as Falco does it (language.md 1.5). Only bytes are read here; what they mean is
//! the child's business.

use std::fs::{self, File};
use std::io::Read;

use crate::exit::{Step, Stop};

/// No rules file is longer than this; a device or a wrong path then ends in a message and not in memory.
const LONGEST_BYTES: u64 = 256 << 20;

/// The text of a rules file.
#[derive(Clone, Debug)]
pub(crate) struct RulesFile {
    /// Its name as given or found.
    pub(crate) name: String,
    /// Its text; bytes that are not UTF-8 are replaced.
    pub(crate) text: String,
}

/// The files behind configured paths: directories are searched for rule files by name, not recursively; other files
/// without one of the two suffixes are left out.
pub(crate) fn expand(paths: &[String]) -> Step<Vec<String>> {
    let mut files = Vec::new();
    for path in paths {
        if !fs::metadata(path).is_ok_and(|metadata| metadata.is_dir()) {
            files.push(path.clone());
            continue;
        }
        let entries = fs::read_dir(path)
            .map_err(|error| Stop::Runtime(format!("cannot read directory {path}: {error}")))?;
        let mut found: Vec<String> = entries
            .filter_map(Result::ok)
            .filter(|entry| fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_file()))
            .map(|entry| entry.path().display().to_string())
            .collect();
        found.sort();
        files.extend(found);
    }
    files.retain(|name| has_suffix(name, ".yaml") || has_suffix(name, ".yml"));
    Ok(files)
}

/// Falco's wildcard `*<suffix>`, which does not backtrack: the first occurrence of the suffix must end the name.
fn has_suffix(name: &str, suffix: &str) -> bool {
    name.find(suffix).is_some_and(|at| at + suffix.len() == name.len())
}

/// Reads files, all of which must be there.
pub(crate) fn read(names: &[String]) -> Step<Vec<RulesFile>> {
    names.iter().map(|name| read_one(name)).collect()
}

fn read_one(name: &str) -> Step<RulesFile> {
    let file =
        File::open(name).map_err(|_| Stop::fatal(format!("Could not open file {name} for reading")))?;
    let mut bytes = Vec::new();
    file.take(LONGEST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Stop::Runtime(format!("cannot read {name}: {error}")))?;
    if bytes.len() as u64 > LONGEST_BYTES {
        return Err(Stop::Runtime(format!("{name} is longer than {} MiB", LONGEST_BYTES >> 20)));
    }
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Ok(RulesFile { name: name.to_string(), text })
}

/// Leaves out configured files that do not exist: only files of the command line must be there.
pub(crate) fn existing(paths: &[String]) -> Vec<String> {
    paths.iter().filter(|path| fs::metadata(path).is_ok()).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_looked_for_without_backtracking() {
        assert!(has_suffix("rules.yaml", ".yaml"));
        assert!(has_suffix(".yaml", ".yaml"));
        assert!(!has_suffix("a.yaml.d/x.yaml", ".yaml"));
        assert!(!has_suffix("rules.yaml.bak", ".yaml"));
    }

    #[test]
    fn directories_give_their_rule_files_in_order() {
        let dir = std::env::temp_dir().join(format!("ruled-rules-{}", std::process::id()));
        fs::create_dir_all(dir.join("sub.yml")).unwrap();
        for name in ["b.yaml", "a.yml", "c.txt"] {
            fs::write(dir.join(name), "[]").unwrap();
        }
        let paths = [dir.display().to_string(), "other.yaml".to_string(), "other.txt".to_string()];
        let names: Vec<_> =
            expand(&paths).unwrap().iter().map(|name| name.rsplit('/').next().unwrap().to_string()).collect();
        fs::remove_dir_all(&dir).unwrap();
        assert_eq!(names, ["a.yml", "b.yaml", "other.yaml"]);
    }
}
