//! `rulec show` as people run it: effective rules, filters, origins.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const RULES: &str = "\
- list: shells
  items: [bash, zsh]

- macro: spawned
  condition: evt.type in (execve, execveat)

- rule: Delete or rename shell history
  desc: History goes away
  condition: >
    spawned and
    proc.name = rm
  output: \"gone: (user=%user.name)\"
  priority: WARNING
  tags: [process, mitre_defense_evasion]
  exceptions:
    - name: known
      fields: [proc.pname, proc.args]
      comps: [=, contains]
      values:
        - [cron, \"a, b\"]

- rule: Shell
  desc: A shell
  condition: spawned and proc.name in (shells)
  output: shell
  priority: NOTICE
  enabled: false

- rule: Root shell
  desc: A shell of root's
  condition: |
    spawned
    and proc.name in (shells)
    and user.name = root
  output: root shell
  priority: CRITICAL
  tags: [process, T1059]
";

const LOCAL: &str = "\
- rule: Delete or rename shell history
  append: true
  condition: and user.name = root

- rule: Root shell
  priority: ERROR
  output: \" (tty=%proc.tty)\"
  override:
    priority: replace
    output: append
";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("rulec-show-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("rules.yaml"), RULES).unwrap();
        fs::write(path.join("local.yaml"), LOCAL).unwrap();
        Folder(path)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_rulec"))
            .arg("show")
            .args(arguments)
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(&[arguments, &["rules.yaml", "local.yaml"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn names(&self, arguments: &[&str]) -> Vec<String> {
        let all: serde_json::Value =
            serde_json::from_str(&self.text(&[&["--format", "json"], arguments].concat())).unwrap();
        all["rules"]
            .as_array()
            .unwrap()
            .iter()
            .map(|rule| rule["rule"].as_str().unwrap().to_string())
            .collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn filters_choose_effective_rules() {
    let folder = Folder::new("filters");
    for (arguments, wanted) in [
        (vec![], vec!["Delete or rename shell history", "Shell", "Root shell"]),
        (vec!["--priority", ">=error"], vec!["Root shell"]),
        // Replaced: it is critical no more.
        (vec!["--priority", "critical"], vec![]),
        (vec!["--priority", "<=warning"], vec!["Delete or rename shell history", "Shell"]),
        (vec!["--enabled"], vec!["Delete or rename shell history", "Root shell"]),
        (vec!["--disabled"], vec!["Shell"]),
        (vec!["--enabled", "--disable", "Root*"], vec!["Delete or rename shell history"]),
        (
            vec!["--enabled", "--enable", "tag:none", "--enable", "Sh*"],
            vec!["Delete or rename shell history", "Shell", "Root shell"],
        ),
        (vec!["--name", "*SHELL*"], vec!["Delete or rename shell history", "Shell", "Root shell"]),
        (vec!["--name", "sh*"], vec!["Shell"]),
        (vec!["--tag", "T1059"], vec!["Root shell"]),
        (vec!["--tag", "mitre_*,t1*"], vec!["Delete or rename shell history", "Root shell"]),
        (vec!["--source", "k8s_audit"], vec![]),
        (vec!["--overridden"], vec!["Delete or rename shell history", "Root shell"]),
    ] {
        assert_eq!(folder.names(&arguments), wanted, "{arguments:?}");
    }
    let output = folder.run(&["--priority", "loud", "rules.yaml"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn an_appended_condition_is_shown_with_its_origin() {
    let folder = Folder::new("append");
    let full = folder.text(&["--format", "full", "--name", "Delete*"]);
    assert_eq!(
        full,
        "\
Delete or rename shell history
  priority     Warning
  enabled      yes
  source       syscall
  tags         mitre_defense_evasion, process
  description  History goes away
made of
  define       rules.yaml:7
  append       local.yaml:1
condition
  rules.yaml:10
    spawned and proc.name = rm
  local.yaml:3
    and user.name = root
output
  rules.yaml:12
    gone: (user=%user.name)
exceptions
  known: [\"proc.pname\",\"proc.args\"] [\"=\",\"contains\"]
    [\"cron\",\"a, b\"]
condition with macros, lists and exceptions in place
  ((evt.type in (execve, execveat) and proc.name = rm and user.name = root) and not (proc.pname = cron and proc.args contains \"a, b\"))
events
  asyncevent, execve, execveat
"
    );
    let table = folder.text(&[]);
    let line = table.lines().find(|line| line.starts_with("Root shell")).unwrap();
    assert!(
        line.contains("Error") && line.contains("rules.yaml:29, local.yaml:5 append, local.yaml:5 replace"),
        "{line}"
    );
}

/// What a rule is, whatever file says it.
fn facts(folder: &Path, files: &[&str]) -> Vec<String> {
    let sources =
        files.iter().map(|name| hir::SourceFile::new(*name, fs::read_to_string(folder.join(name)).unwrap()));
    let checked = hir::check(&hir::Input { files: sources.collect(), options: hir::Options::default() });
    assert!(checked.is_ok(), "{:#?}", checked.diagnostics);
    checked
        .definitions
        .rules
        .iter()
        .map(|rule| {
            let described =
                checked.describe_rule(&rule.name, &catalogue::Catalogue::falco_default()).unwrap();
            format!(
                "{} {:?} {:?} {:?} {} {:?}",
                rule.name,
                rule.description.text(&checked.sources).trim(),
                rule.priority,
                rule.tags,
                rule.enabled,
                (described.condition_compiled, described.output_compiled, described.exception_names),
            )
        })
        .collect()
}

#[test]
fn yaml_loads_as_the_same_rules() {
    let folder = Folder::new("yaml");
    let merged = folder.text(&["--format", "yaml"]);
    // Macros and lists keep their names, so they come along.
    let definitions: String = RULES.split("- rule: Delete").next().unwrap().to_string();
    fs::write(folder.0.join("merged.yaml"), format!("{definitions}{merged}")).unwrap();
    assert_eq!(
        facts(&folder.0, &["rules.yaml", "local.yaml"]),
        facts(&folder.0, &["merged.yaml"]),
        "{merged}"
    );
    let Some(official) = std::env::var_os("RULES_DIR") else { return };
    let path = Path::new(&official).join("official/falco_rules.yaml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(folder.0.join("official.yaml"), &text).unwrap();
    let output = folder.run(&["--format", "yaml", "official.yaml"]);
    let merged = String::from_utf8(output.stdout).unwrap();
    // Later definitions replace earlier ones: the merged rules over the originals change nothing.
    fs::write(folder.0.join("again.yaml"), merged).unwrap();
    assert_eq!(facts(&folder.0, &["official.yaml"]), facts(&folder.0, &["official.yaml", "again.yaml"]));
}

#[test]
fn broken_rules_are_said_to_be_broken() {
    let folder = Folder::new("broken");
    fs::write(
        folder.0.join("broken.yaml"),
        "- rule: x\n  desc: d\n  condition: evt.typo = open\n  output: o\n  priority: ERROR\n",
    )
    .unwrap();
    let output = folder.run(&["broken.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("evt.typo"));
}
