//! Every output format of `rulec check`, from the program itself, read back by an independent reader.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

const BROKEN: &str = "\
- list: shells
  items: [bash, sh]

- macro: spawned
  condition: evt.type in (execve, execveat)

- rule: Shell
  desc: A shell — with a mistake
  condition: >
    spawned and proc.nmae in (shells)
    and fd.name = test.txt
  output: 100, of %proc.name
  priority: WARNING
";

/// A file in a folder of its own, removed at the end.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> File {
        let folder = std::env::temp_dir().join(format!("rulec-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = File(folder.join("rules.yaml"));
        std::fs::write(&file.0, text).unwrap();
        file
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_rulec")).arg("check").args(arguments).arg(&self.0).output().unwrap()
    }

    fn text(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.run(arguments).stdout).unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.parent().unwrap());
    }
}

#[test]
fn json_has_ranges_that_point_at_the_text() {
    let file = File::new("json", BROKEN);
    let report: Value = serde_json::from_str(&file.text(&["--format", "json"])).unwrap();
    let unknown =
        report["diagnostics"].as_array().unwrap().iter().find(|d| d["name"] == "unknown-field").unwrap();
    let place = &unknown["labels"][0];
    let (start, end) = (place["start"]["offset"].as_u64().unwrap(), place["end"]["offset"].as_u64().unwrap());
    assert_eq!(&BROKEN[start as usize..end as usize], "proc.nmae");
    assert_eq!(place["start"]["line"], 10);
    assert_eq!(place["start"]["column"], 17);
    assert_eq!(unknown["falco"]["code"], "LOAD_ERR_COMPILE_CONDITION");
    assert!(report["summary"]["errors"].as_u64().unwrap() >= 1);
}

#[test]
fn sarif_reads_as_the_schema_says() {
    let file = File::new("sarif", BROKEN);
    let text = file.text(&["--format", "sarif"]);
    let log: serde_sarif::sarif::Sarif = serde_json::from_str(&text).unwrap();
    let run = &log.runs[0];
    let results = run.results.as_ref().unwrap();
    assert!(!results.is_empty());
    let rules = run.tool.driver.rules.as_ref().unwrap();
    for result in results {
        let rule = &rules[result.rule_index.unwrap() as usize];
        assert_eq!(Some(&rule.id), result.rule_id.as_ref());
        let region = &result.locations.as_ref().unwrap()[0].physical_location.as_ref().unwrap().region;
        assert!(region.as_ref().unwrap().start_line.unwrap() >= 1);
    }
}

#[test]
fn annotations_and_junit_are_well_formed() {
    let file = File::new("ci", BROKEN);
    for line in file.text(&["--format", "github"]).lines() {
        let (command, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        assert!(command.starts_with("error file=") || command.starts_with("warning file="), "{line}");
        assert!(!message.is_empty(), "{line}");
    }
    let xml = file.text(&["--format", "junit"]);
    let mut open: Vec<&str> = Vec::new();
    for tag in xml.split('<').skip(1).filter(|tag| !tag.starts_with('?')) {
        let (inside, _) = tag.split_once('>').expect("every tag ends");
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{xml}");
        } else if !inside.ends_with('/') {
            open.push(inside.split(' ').next().unwrap());
        }
    }
    assert!(open.is_empty(), "{xml}");
}

#[test]
fn falco_json_is_one_line_with_the_first_error_only() {
    let file = File::new("falco", BROKEN);
    let text = file.text(&["--format", "falco-json"]);
    assert_eq!(text.lines().count(), 1);
    let report: Value = serde_json::from_str(&text).unwrap();
    let result = &report["falco_load_results"][0];
    assert_eq!(result["successful"], false);
    assert_eq!(result["errors"].as_array().unwrap().len(), 1);
    assert_eq!(result["errors"][0]["codedesc"], "Error compiling condition");
}

#[test]
fn exit_codes_tell_errors_from_wrong_use() {
    let code = |output: Output| output.status.code();
    let broken = File::new("codes", BROKEN);
    assert_eq!(code(broken.run(&[])), Some(1));
    assert_eq!(code(broken.run(&["--format", "falco-json"])), Some(1));
    assert_eq!(code(broken.run(&["--nonsense"])), Some(2));
    assert_eq!(code(broken.run(&["--deny", "no-such-code"])), Some(2));
    let list = File::new("warned", "- list: unused\n  items: [a]\n");
    assert_eq!(code(list.run(&[])), Some(0));
    assert_eq!(code(list.run(&["--deny", "warnings"])), Some(1));
    assert_eq!(code(list.run(&["--deny", "warnings", "--allow", "W0111"])), Some(0));
    assert_eq!(code(list.run(&["--allow", "W0111"])), Some(0));
    let missing =
        Command::new(env!("CARGO_BIN_EXE_rulec")).args(["check", "/no/such/file.yaml"]).output().unwrap();
    assert_eq!(code(missing), Some(2));
}

#[test]
fn a_baseline_hides_what_is_known_and_nothing_else() {
    let file = File::new("baseline", "- list: first\n  items: [a]\n");
    let baseline = file.0.with_file_name("baseline.json");
    let with = ["--deny", "warnings", "--baseline", baseline.to_str().unwrap()];
    assert_eq!(file.run(&with).status.code(), Some(0), "the first run writes the baseline");
    assert_eq!(file.run(&with).status.code(), Some(0));
    std::fs::write(&file.0, "# a line above\n- list: first\n  items: [a]\n- list: second\n  items: [b]\n")
        .unwrap();
    let output = file.run(&with);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("second") && !text.contains("list `first`"), "{text}");

    // A file that does not load is never fine.
    let broken = File::new("broken-baseline", BROKEN);
    let baseline = broken.0.with_file_name("baseline.json");
    let with = ["--baseline", baseline.to_str().unwrap()];
    for _ in 0..2 {
        let output = broken.run(&with);
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("[E0102]") && !text.contains("[W"), "{text}");
    }
}

#[test]
fn long_lines_are_cut_around_their_marks() {
    let many: String = (0..5_000).map(|number| format!("proc.name != é{number} and ")).collect();
    let rule = format!(
        "- rule: Long\n  desc: On one line.\n  condition: evt.type = open and fd.nmae = a and {many}proc.nmae = b\n  \
         output: x\n  priority: INFO\n"
    );
    let file = File::new("long", &rule);
    let line = rule.lines().nth(2).unwrap();
    for colour in ["never", "always"] {
        let text = file.text(&["--color", colour]);
        assert!(text.lines().all(|line| line.chars().count() < 3_000), "{text}");
        for name in ["fd.nmae", "proc.nmae"] {
            let before = line.split_once(name).unwrap().0;
            let place = format!("rules.yaml:3:{}", before.chars().count() + 1);
            assert!(text.contains(&place), "{place} is not in {text}");
        }
        assert!(!text.contains('\u{1}'));
    }
    let text = file.text(&[]);
    assert!(text.lines().all(|line| line.chars().count() < 200), "{text}");
    let shown: Vec<&str> = text.lines().filter(|line| line.starts_with(" 3 │")).collect();
    assert!(shown[0].contains("fd.nmae = a and proc.name != é0") && shown[0].ends_with('…'), "{text}");
    assert!(shown[1].starts_with(" 3 │ …") && shown[1].ends_with("é4999 and proc.nmae = b"), "{text}");
    // The mark is below what it is about.
    let marks = text.lines().find(|line| line.contains("┬")).unwrap();
    let column = |line: &str, what: &str| line.split_once(what).map(|(before, _)| before.chars().count());
    assert_eq!(column(marks, "─"), column(shown[0], "fd.nmae"));
}

/// The first excerpt is headed with the place to mend, and neither costs what lies between them.
#[test]
fn marks_that_are_far_apart_are_drawn_apart() {
    let between = "# a line\n".repeat(100_000);
    let again = |name| format!("- macro: near\n  condition: proc.name = {name}\n");
    let rule =
        "- rule: R\n  desc: d\n  condition: evt.type = execve and near\n  output: o\n  priority: INFO\n";
    let file = File::new("far", &format!("{}{between}{}{rule}", again("a"), again("b")));
    let text = file.text(&[]);
    let places: Vec<&str> = text.lines().filter(|line| line.contains("rules.yaml:")).collect();
    let [first, second] = places[..] else { panic!("{text}") };
    assert!(first.contains(":100003:10 ]") && second.contains(":1:10 ]"), "{text}");
    assert!(text.contains("this one counts") && text.contains("dropped"), "{text}");
}
