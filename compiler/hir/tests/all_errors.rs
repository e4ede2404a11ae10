//! One run finds every mistake of every file, each at its place.

use hir::{Input, SourceFile};

const FIRST: &str = r#"- required_engine_version: 0.31.0
- list: shell_binaries
  items: [bash, zsh, "sh -c"]
- macro: spawned
  condition: evt.type in (execve, execvat) and evt.dir=<
- macro: later
  condition: never_defined or after
- macro: after
  condition: proc.name = x
- rule: Shell
  desc: a shell
  condition: >
    spawned and proc.name in (shell_binaries, "a b")
    and fd.num > 10s
  output: Shell (user=%user.nam cmd=%proc.cmdline
  priority: Warn
  tags: shell
- rule: Second
  desc:
  condition: "spawnd and proc.pname = proc.name and\n  not user.name contians 'x'"
  output: "%proc.name 100%"
  priority: INFO
  exceptions:
    - name: e
      fields: [proc.name, fd.nmae]
      values:
        - [a]
"#;

const SECOND: &str = r#"- rule: Shel
  condition: and proc.pname = y
  override:
    condition: apend
- rule: Shell
  condition: and fd.port in (https, nosuch)
  override:
    condition: append
- list: more
  items: [shell_binarie]
  append: true
- rule: Third
  desc: "x"
  condition: evt.type in (open, opn, read) and proc.name in (more) and ((proc.name = "b")
  output: x
  priority: INFO
  Tags: [x]
"#;

#[test]
fn every_mistake_at_its_place() {
    let files = vec![SourceFile::new("1", FIRST), SourceFile::new("2", SECOND)];
    let checked = hir::check(&Input { files, ..Input::default() });
    let found: Vec<String> = checked
        .diagnostics
        .iter()
        .filter(|one| one.code.falco.is_some())
        .map(|one| {
            let range = one.primary();
            let file = checked.sources.file(range.file).expect("a file");
            let before = &file.text[..range.span.start as usize];
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            format!("{}:{line}:{column} {} {}", file.name, one.code.id, checked.sources.slice(range))
        })
        .collect();
    let wanted = [
        "1:7:14 E0110 never_defined",
        "1:7:31 E0110 after",
        "1:14:20 E0101 s",
        "1:15:23 E0202 %user.nam",
        "1:16:13 E0008 Warn",
        "1:17:9 E0006 shell",
        "1:19:3 E0005 desc",
        "1:20:15 E0110 spawnd",
        "1:20:70 E0101 contians",
        "1:21:26 E0201 %",
        "1:25:27 E0303 fd.nmae",
        "2:4:16 E0009 apend",
        "2:9:9 E0013 more",
        "2:11:3 W0103 append: true",
        "2:14:33 E0106 opn",
        "2:14:90 E0101 ",
        "2:17:3 W0102 Tags",
    ];
    assert_eq!(found, wanted);
    // Falco stops at the first error of each file.
    let errors: Vec<&str> =
        checked.files.iter().map(|file| &*file.error.as_ref().expect("an error").message).collect();
    let second =
        "Invalid override operation for key 'condition': 'apend'. Allowed values are: append replace ";
    assert_eq!(errors, ["Invalid priority", second]);
}
