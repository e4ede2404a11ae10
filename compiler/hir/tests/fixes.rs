//! Repairs that are called safe do what they say: applied to the bad example of a code's page, the problem is gone and no
//! other has come.

use hir::{Applicability, Checked, Edit, Input, SourceFile};

fn check(text: &str) -> Checked {
    hir::check(&Input { files: vec![SourceFile::new("example.yaml", text)], ..Input::default() })
}

fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.range.span.start);
    let mut repaired = text.to_owned();
    for edit in edits.iter().rev() {
        repaired.replace_range(edit.range.span.range(), &edit.text);
    }
    repaired
}

#[test]
fn safe_repairs_repair() {
    let mut repaired = Vec::new();
    for code in hir::codes::ALL {
        let Some((_, rest)) = code.page.split_once("```yaml\n") else { continue };
        let Some((bad, _)) = rest.split_once("```") else { continue };
        for one in check(bad).diagnostics.into_iter().filter(|one| one.code == *code) {
            let Some(fix) =
                one.fixes.iter().find(|fix| fix.applicability == Applicability::MachineApplicable)
            else {
                continue;
            };
            let text = apply(bad, fix.edits.clone());
            let left: Vec<&str> = check(&text).diagnostics.iter().map(|one| one.code.id).collect();
            assert!(left.is_empty(), "{}: {left:?} after the repair:\n{text}", code.id);
            repaired.push(code.id);
        }
    }
    assert!(["W0103", "W0104", "W0106"].iter().all(|id| repaired.contains(id)), "{repaired:?}");
}

#[test]
fn deprecated_forms_in_every_layout() {
    let base = "- rule: opened\n  desc: d\n  condition: evt.type = open\n  output: x\n  priority: INFO\n";
    for (item, repaired) in [
        (
            "- {rule: opened, enabled: false}\n",
            "- {rule: opened, enabled: false, override: {enabled: replace}}\n",
        ),
        (
            "- rule: opened\n  enabled: false # off\n",
            "- rule: opened\n  enabled: false\n  override: {enabled: replace} # off\n",
        ),
        (
            "- enabled: false\n  rule: opened\n",
            "- enabled: false\n  override: {enabled: replace}\n  rule: opened\n",
        ),
        (
            "- rule: opened\n  append: true\n  condition: and fd.num > 2\n",
            "- rule: opened\n  override: {condition: append}\n  condition: and fd.num > 2\n",
        ),
    ] {
        let text = format!("{base}{item}");
        let checked = check(&text);
        let edits = checked.diagnostics[0].fixes[0].edits.clone();
        let found = apply(&text, edits);
        assert_eq!(found, format!("{base}{repaired}"));
        assert!(check(&found).diagnostics.is_empty(), "{found}");
    }
    // The old form ignores other keys, the new one refuses them: a person must decide.
    let text = format!("{base}- rule: opened\n  append: true\n  condition: and fd.num > 2\n  tags: [x]\n");
    assert!(check(&text).diagnostics[0].fixes.is_empty());
}
