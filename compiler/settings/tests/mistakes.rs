//! Every configuration of `corpus/config`: what the start says, what the lint finds, and what repairs leave.
//!
//! `UPDATE_EXPECT=1` writes the texts anew.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use settings::lint::{Weight, fix, lint};
use settings::{load, read, show};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/config")
}

fn cases() -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    paths.sort();
    paths
}

/// Compares with a file, or writes it; an empty text stands for no file.
fn compare(path: &Path, found: &str, wrong: &mut Vec<String>) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        match found {
            "" => drop(fs::remove_file(path)),
            text => fs::write(path, text).unwrap(),
        }
    }
    let known = fs::read_to_string(path).unwrap_or_default();
    if known != found {
        wrong.push(format!("{}: found\n{found}", path.display()));
    }
}

#[test]
fn every_mistake_has_its_documented_result() {
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 30);
    for path in cases {
        let name = path.file_name().unwrap().to_string_lossy().to_string();
        let text = fs::read_to_string(&path).unwrap();
        let place = path.display().to_string();
        let mut said = match load(Some(&path), &[], &|_| None) {
            Ok(loaded) => {
                let warnings: String = loaded.warnings.iter().map(|warning| format!("{warning}\n")).collect();
                format!("start: accepted\n{warnings}")
            }
            Err(error) => format!("start: refused\n{error}\n"),
        };
        said.push_str("\nlint:\n");
        let findings = lint(&name, &text, &|_| None);
        for finding in &findings {
            let _ = writeln!(said, "{finding}");
        }
        if findings.is_empty() {
            wrong.push(format!("{name}: nothing is found"));
        }
        compare(&path.with_extension("txt"), &said.replace(&place, &name), &mut wrong);

        let (fixed, mended) = fix(&name, &text, &|_| None);
        compare(&path.with_extension("fixed"), if fixed == text { "" } else { &fixed }, &mut wrong);
        assert_eq!(fixed == text, mended.is_empty(), "{name}");
        // Repairs end, and leave nothing that could be repaired.
        assert_eq!(fix(&name, &fixed, &|_| None).0, fixed, "{name}");
        for finding in lint(&name, &fixed, &|_| None) {
            if finding.is_fixable() {
                wrong.push(format!("{name}: still repairable: {finding}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\nrun with UPDATE_EXPECT=1 and look at what changed", wrong.join("\n"));
}

#[test]
fn the_seeds_mistakes_are_mended_so_that_the_program_starts() {
    for name in ["01-json-output-section", "02-metrics-over-grpc", "03-relative-file"] {
        let text = fs::read_to_string(folder().join(format!("{name}.yaml"))).unwrap();
        let (fixed, _) = fix(name, &text, &|_| None);
        let left = lint(name, &fixed, &|_| None);
        assert!(left.iter().all(|finding| finding.weight == Weight::Note), "{name}: {left:?}");
        let file = std::env::temp_dir().join(format!("mended-{}-{name}.yaml", std::process::id()));
        fs::write(&file, &fixed).unwrap();
        let loaded = load(Some(&file), &[], &|_| None);
        fs::remove_file(&file).unwrap();
        let config = loaded.unwrap_or_else(|error| panic!("{name}: {error}")).config;
        match name {
            "01-json-output-section" => assert!(config.format.json),
            "03-relative-file" => assert!(fixed.contains("filename: /var/log/falco_events.txt\n")),
            _ => assert!(fixed.contains("listen_port: 8080") && !fixed.contains("grpc")),
        }
    }
}

#[test]
fn values_from_the_environment_are_judged_where_they_are_set() {
    let text = "json_output: ${JSON}\nlog_level: ${LEVEL}\nfile_output:\n  enabled: ${SWITCH}\n  filename: ${NAME}\n";
    let said = |lookup: &dyn Fn(&str) -> Option<String>| -> Vec<String> {
        lint("falco.yaml", text, lookup)
            .iter()
            .map(|finding| format!("{}: {}", finding.origin, finding.message))
            .collect()
    };
    let unset = ["1:14: `${JSON}`", "2:12: `${LEVEL}`", "4:12: `${SWITCH}`", "5:13: `${NAME}`"]
        .map(|start| format!("falco.yaml:{start} is not set here"));
    assert_eq!(said(&|_| None), unset);
    let right = |name: &str| {
        let values = [("JSON", "true"), ("LEVEL", "warning"), ("SWITCH", "true"), ("NAME", "/var/log/x")];
        values.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string())
    };
    assert!(lint("falco.yaml", text, &right).iter().all(|finding| finding.weight == Weight::Note));
    let wrong = |name: &str| if name == "JSON" { Some("perhaps".to_string()) } else { right(name) };
    assert!(said(&wrong).contains(&"falco.yaml:1:14: `json_output` should be `true` or `false`".to_string()));
    assert_eq!(fix("falco.yaml", text, &wrong).0, text, "a repair leaves variables alone");
}

#[test]
fn known_configurations_are_accepted_and_shown() {
    let folder = match std::env::var_os("RULES_DIR") {
        Some(folder) => PathBuf::from(folder),
        None if std::env::var_os("REQUIRE_REFERENCE").is_some() => panic!("RULES_DIR is not set"),
        None => return,
    };
    for name in ["official/falco.yaml", "tutorial/falco.yaml"] {
        let path = folder.join(name);
        let loaded = load(Some(&path), &[], &|_| None).unwrap_or_else(|error| panic!("{name}: {error}"));
        let text = fs::read_to_string(&path).unwrap();
        for finding in lint(name, &text, &|_| None) {
            // The file of 2022 has keys that are gone, each with a note; nothing in either is an error.
            assert_ne!(finding.weight, Weight::Error, "{finding}");
        }
        let shown = show::yaml(&loaded.root, show::Options { origin: true, only_set: false });
        assert!(
            shown.contains(&format!("# {}:", path.display())) && shown.contains("# default\n"),
            "{shown}"
        );
        // What is shown is a configuration with the same values.
        let plain = show::yaml(&loaded.root, show::Options::default());
        let again =
            read::document(&"shown".into(), &plain).unwrap_or_else(|error| panic!("{error}\n{plain}"));
        assert_eq!(show::yaml(&again, show::Options::default()), plain);
        let (config, problems) = settings::FalcoConfig::from_tree(&again);
        let errors: Vec<_> =
            problems.iter().filter(|problem| problem.severity == settings::Severity::Error).collect();
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(format!("{:?}", config.outputs), format!("{:?}", loaded.config.outputs), "{name}");
        assert_eq!(config.append_output, loaded.config.append_output);
        assert_eq!(config.rules_files, loaded.config.rules_files);
    }
    let (fixed, mended) =
        fix("falco.yaml", &fs::read_to_string(folder.join("official/falco.yaml")).unwrap(), &|_| None);
    assert!(mended.is_empty(), "{mended:?}\n{fixed}");
}
