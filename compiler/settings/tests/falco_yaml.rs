//! Whole configurations: merging, overrides, variables, and what is said about mistakes.

use std::fs;
use std::path::PathBuf;

use settings::falco_yaml::config::EngineKind;
use settings::{Loaded, load};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Folder {
        let folder = std::env::temp_dir().join(format!("settings-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        for (file, text) in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text.replace("$DIR", folder.to_str().unwrap())).unwrap();
        }
        Folder(folder)
    }

    fn load(&self, overrides: &[&str]) -> Result<Loaded, String> {
        let overrides: Vec<String> = overrides.iter().map(|text| text.to_string()).collect();
        let lookup = |name: &str| (name == "LEVEL").then(|| "warning".to_string());
        load(Some(&self.0.join("falco.yaml")), &overrides, &lookup)
            .map_err(|error| error.to_string().replace(self.0.to_str().unwrap(), "DIR"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn files_are_merged_by_strategy_and_overrides_win() {
    let folder = Folder::new(
        "merge",
        &[
            (
                "falco.yaml",
                "config_files:\n  - $DIR/a.d\n  - path: $DIR/over.yaml\n    strategy: override\n  \
                 - path: $DIR/add.yaml\n    strategy: add-only\n  - $DIR/missing.yaml\n\
                 rules_files: [one.yaml]\npriority: ${LEVEL}\n",
            ),
            ("a.d/1.yaml", "rules_files: [two.yaml]\njson_output: true\n"),
            ("a.d/2.yaml", "rules_files: [three.yaml]\n"),
            ("over.yaml", "load_plugins: [container]\n"),
            ("add.yaml", "json_output: false\nbuffered_outputs: true\n"),
        ],
    );
    let loaded =
        folder.load(&["engine.kind=replay", "engine.replay.capture_file=x.scap", "rules_files[]=four.yaml"]);
    let loaded = loaded.unwrap();
    assert_eq!(loaded.config.rules_files, ["one.yaml", "two.yaml", "three.yaml", "four.yaml"]);
    assert!(loaded.config.format.json);
    assert!(loaded.config.outputs.buffered);
    assert_eq!(loaded.config.priority.as_str(), "Warning");
    assert_eq!(loaded.config.load_plugins.as_deref(), Some(["container".to_string()].as_slice()));
    assert_eq!(loaded.config.engine, EngineKind::Replay { capture_file: "x.scap".into() });
    assert_eq!(loaded.files.len(), 5);
    let origin = loaded.root.at("json_output").unwrap().origin.to_string();
    assert!(origin.ends_with("a.d/1.yaml:2:14"), "{origin}");
    assert_eq!(loaded.root.at("engine.kind").unwrap().origin.to_string(), "-o engine.kind=replay");
}

#[test]
fn former_names_are_honoured_unless_the_new_one_is_there() {
    let folder = Folder::new(
        "former",
        &[(
            "falco.yaml",
            "syscall_buf_size_preset: 7\nsyscall_drop_failed_exit: true\nmodern_bpf: {cpus_for_each_syscall_buffer: 5}\n\
             engine: {kind: ebpf, modern_ebpf: {cpus_for_each_buffer: 3}}\n",
        )],
    );
    let config = folder.load(&[]).unwrap().config;
    assert_eq!(config.engine, EngineKind::ModernEbpf);
    assert_eq!(config.modern_ebpf.buf_size_preset, 7);
    assert_eq!(config.modern_ebpf.cpus_for_each_buffer, 3);
    assert!(config.modern_ebpf.drop_failed_exit);
}

#[test]
fn an_override_may_be_a_mapping() {
    let folder = Folder::new("flow", &[("falco.yaml", "{}\n")]);
    let loaded =
        folder.load(&["append_output[]={match: {source: syscall}, extra_output: 'x %proc.name'}"]).unwrap();
    assert_eq!(loaded.config.append_output[0].source, "syscall");
    assert_eq!(loaded.config.append_output[0].extra_output, "x %proc.name");
}

#[test]
fn mistakes_are_placed_and_explained() {
    for (text, overrides, expected) in [
        (
            "json_output: {enabled: true}\n",
            &[][..],
            "warning: `json_output` should be `true` or `false` (DIR/falco.yaml:1:14)",
        ),
        (
            "json_ouput: true\n",
            &[],
            "warning: unknown key `json_ouput`; it has no effect (DIR/falco.yaml:1:13)\n  help: did you mean `json_output`?",
        ),
        (
            "grpc:\n  enabled: true\n",
            &[],
            "warning: `grpc.enabled` is no longer a key of falco.yaml (DIR/falco.yaml:2:12)",
        ),
        (
            "rule_matching: some\n",
            &[],
            "error: Unknown rule matching strategy \"some\"--must be one of first, all (DIR/falco.yaml:1:16)",
        ),
        (
            "rules_files: []\nrules_file: []\n",
            &[],
            "error: both 'rules_files' and 'rules_file' keys set (DIR/falco.yaml:2:13)",
        ),
        (
            "engine: {kind: replay}\n",
            &[],
            "error: engine.kind is 'replay' but no engine.replay.capture_file specified. (DIR/falco.yaml:1:16)",
        ),
        ("a: [\n", &[], "error: "),
        ("{}\n", &["json_output"], "error: an override is `key=value` (-o json_output)"),
        (
            "config_files: [$DIR/more.yaml]\n",
            &[],
            "error: 'config_files' in an included configuration file (DIR/more.yaml:1:15)",
        ),
    ] {
        let folder = Folder::new("mistakes", &[("falco.yaml", text), ("more.yaml", "config_files: []\n")]);
        let said = match folder.load(overrides) {
            Ok(loaded) => loaded.warnings.iter().map(|problem| format!("{problem}\n")).collect(),
            Err(error) => error,
        };
        let said = said.replace(folder.0.to_str().unwrap(), "DIR");
        assert!(said.contains(expected), "{text}\n{said}");
    }
}
