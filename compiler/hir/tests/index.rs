//! `docs/diagnostics.md` lists every code as the table of codes has it. `UPDATE_EXPECT=1` writes it anew.

use std::fmt::Write;
use std::path::Path;

use hir::Severity;

const INTRODUCTION: &str = "\
# Diagnostics

Every problem that `rulec check` reports has a code that never changes its meaning, and a page that says what it means,
why it matters, and shows a rule that has the problem and the repaired rule: `rulec explain CODE`.

Codes that begin with `E` are errors: the file does not load. Codes that begin with `W` are warnings; those from `W0201`
on are about rules that Falco loads without a word. Their levels are set in `rulec.toml` or with `--allow`, `--warn` and
`--deny`, by code or name. In a rule file

```yaml
- rule: A rule # rulec: allow(shadowed-rule): fires with `rule_matching: all`
```

allows a warning for the item, the key or the line that it stands on, or for what follows when it is alone on its line;
`# rulec: allow-file(…)` does it for the file. A comment that allows nothing is reported itself.

<!-- generated below: UPDATE_EXPECT=1 cargo test -p hir --test index -->
";

#[test]
fn every_code_is_listed() {
    let mut page = INTRODUCTION.to_owned();
    for (title, severity) in [("Errors", Severity::Error), ("Warnings", Severity::Warning)] {
        write!(page, "\n## {title}\n\n| code | name | meaning | Falco's code |\n|---|---|---|---|\n")
            .unwrap();
        for code in hir::codes::ALL.iter().filter(|code| code.severity == severity) {
            let falco = code.falco.map_or(String::new(), |code| format!("`{}`", code.as_str()));
            let (id, name) = (code.id, code.name);
            writeln!(
                page,
                "| [{id}](../compiler/hir/codes/{id}.md) | `{name}` | {} | {falco} |",
                code.title.replace('|', "\\|")
            )
            .unwrap();
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/diagnostics.md");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == page, "docs/diagnostics.md is out of date: run with UPDATE_EXPECT=1");
}
