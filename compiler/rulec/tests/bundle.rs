//! `rulec build`, `bundle` and `keygen` as a user runs them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("rulec-bundle-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.join(name)).unwrap()
    }

    fn run(&self, arguments: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_rulec"))
            .current_dir(&self.0)
            .args(arguments.split_whitespace())
            .output()
            .unwrap()
    }

    fn ok(&self, arguments: &str) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "rulec {arguments}\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Exit code and standard error.
    fn fails(&self, arguments: &str) -> (i32, String) {
        let output = self.run(arguments);
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const RULES: &str = r#"
- list: shells
  items: [bash, sh]
- rule: Shell
  desc: A shell ran
  condition: evt.type = execve and proc.name in (shells)
  output: shell %proc.cmdline by %user.name
  priority: NOTICE
  tags: [process]
- rule: Shadow
  desc: Somebody read it
  condition: evt.type in (open, openat) and fd.name = /etc/shadow
  output: read %fd.name
  priority: WARNING
"#;

#[test]
fn a_bundle_is_built_signed_shown_and_verified() {
    let folder = Folder::new("whole");
    folder.write("rules.yaml", RULES);
    let key = folder.ok("keygen -o lab");
    let key = key.trim();
    assert!(key.starts_with("ed25519:"));
    let mode = fs::metadata(folder.0.join("lab.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(folder.fails("keygen -o lab").0, 2, "keys are not replaced");

    folder.ok("build rules.yaml -o a.bundle --sign lab.key --bundle-version 7");
    folder.ok("build rules.yaml -o b.bundle --sign lab.key --bundle-version 7");
    assert_eq!(folder.read("a.bundle"), folder.read("b.bundle"));
    let shown = folder.ok("bundle show a.bundle");
    assert!(shown.contains("version   7\n") && shown.contains(&format!("signed    {key}\n")), "{shown}");
    assert!(shown.contains("  Notice        Shell\n") && shown.contains("plugin    container "), "{shown}");
    let json: serde_json::Value = serde_json::from_str(&folder.ok("bundle show --json a.bundle")).unwrap();
    assert_eq!(json["rules"][1]["output"], "read %fd.name");
    assert_eq!(json["sources"][0]["name"], "rules.yaml");

    assert!(
        folder
            .ok("bundle verify a.bundle -k lab.pub")
            .contains("fine: version 7, 2 rules, signed with the trusted")
    );
    assert!(folder.ok(&format!("bundle verify a.bundle -k {key} --at-least 7")).contains("fine"));
    folder.ok("keygen -o other");
    let refused = |arguments: &str, reason: &str| {
        let (code, text) = folder.fails(arguments);
        assert!(code == 1 && text.contains(reason), "{arguments}: {code} {text}");
    };
    refused("bundle verify a.bundle -k other.pub", "a key that is not trusted");
    refused("bundle verify a.bundle --at-least 8", "its version 7 is below 8");
    folder.ok("build rules.yaml -o plain.bundle");
    refused("bundle verify plain.bundle -k lab.pub", "it is not signed");
    let mut changed = folder.read("a.bundle");
    let at = changed.len() / 2;
    changed[at] ^= 4;
    fs::write(folder.0.join("changed.bundle"), changed).unwrap();
    refused("bundle verify changed.bundle", "bundle was changed");
    refused("bundle verify rules.yaml", "not a rule bundle");
}

#[test]
fn differences_are_those_of_the_rules() {
    let folder = Folder::new("diff");
    folder.write("a.yaml", RULES);
    folder.ok("build a.yaml -o a.bundle");
    let changed = RULES
        .replace("- rule: Shadow", "- rule: Passwords")
        .replace("NOTICE", "CRITICAL")
        .replace("proc.name in (shells)", "proc.name = zsh");
    folder.write("c.yaml", &changed);
    folder.ok("build c.yaml -o c.bundle --bundle-version 2");
    assert_eq!(folder.ok("bundle diff a.bundle a.bundle"), "");
    let output = folder.run("bundle diff a.bundle c.bundle");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    let expected = r#"version 0 -> 2
source a.yaml: removed
source c.yaml: added
- Shadow
+ Passwords
~ Shell
    priority
      - Notice
      + Critical
    condition
      - (evt.type = "execve" and proc.name in ("bash", "sh"))
      + (evt.type = "execve" and proc.name = "zsh")
"#;
    assert_eq!(text, expected);
    let json = folder.run("bundle diff --json a.bundle c.bundle").stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["changed"][0]["parts"][0]["new"], "Critical");
}

#[test]
fn the_configuration_is_built_in() {
    let folder = Folder::new("config");
    folder.write("rules.yaml", RULES);
    folder.write("rulec.toml", "rules = [\"rules.yaml\"]\nbundle-version = 31\n");
    folder.write(
        "falco.yaml",
        "rules: [{disable: {rule: Shell}}]\nappend_output: [{extra_output: 'on %evt.hostname'}]\n",
    );
    folder.ok("build -c falco.yaml -o rules.bundle");
    let json: serde_json::Value =
        serde_json::from_str(&folder.ok("bundle show --json rules.bundle")).unwrap();
    assert_eq!(json["version"], 31);
    assert_eq!(json["rules"][0]["enabled"], false);
    assert_eq!(json["rules"][1]["output"], "read %fd.name on %evt.hostname");
    let (code, text) = folder.fails("build missing.yaml -o x.bundle");
    assert_eq!(code, 2, "{text}");
    folder.write(
        "broken.yaml",
        "- rule: x\n  condition: proc.nme = a\n  desc: d\n  output: o\n  priority: INFO\n",
    );
    let (code, text) = folder.fails("build broken.yaml -o x.bundle");
    assert!(code == 1 && text.contains("proc.nme"), "{code} {text}");
    assert!(!folder.0.join("x.bundle").exists());
}

#[test]
fn all_official_rules_can_be_bundled() {
    let rules = match std::env::var_os("RULES_DIR") {
        Some(folder) => PathBuf::from(folder).join("official"),
        None if std::env::var_os("REQUIRE_REFERENCE").is_some() => panic!("RULES_DIR is not set"),
        None => return,
    };
    let folder = Folder::new("official");
    let files = ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"];
    let files: Vec<String> = files
        .iter()
        .map(|name| rules.join(name))
        .filter(|path| path.exists())
        .map(|path| path.display().to_string())
        .collect();
    assert!(!files.is_empty(), "no rules in {}", rules.display());
    folder.ok(&format!("build {} -o all.bundle --bundle-version 1", files.join(" ")));
    assert!(folder.ok("bundle verify all.bundle").contains("fine"));
}
