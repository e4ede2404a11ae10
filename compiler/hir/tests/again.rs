//! Checking again with what earlier checks left gives what a fresh check gives.

use hir::{Input, Memo, SourceFile, check, check_again};

#[test]
fn a_memo_changes_nothing() {
    // Every example of every page, one after the other, alone and behind a file that stays.
    let first = "- list: shells\n  items: [bash, sh]\n- macro: opens\n  condition: evt.type in (open, openat) and evt.dir = <\n\
                 - rule: first\n  desc: d\n  condition: opens and proc.name in (shells)\n  output: x\n  priority: INFO\n";
    let examples = || {
        let pages = hir::codes::ALL.iter().map(|code| code.page);
        pages.flat_map(|page| page.split("```yaml\n").skip(1)).filter_map(|block| block.split_once("```"))
    };
    let mut memo = Memo::default();
    for round in 0..2 {
        for (example, _) in examples() {
            let mut files = vec![SourceFile::new("example.yaml", example)];
            if round == 1 {
                files.insert(0, SourceFile::new("first.yaml", first));
            }
            let input = Input { files, ..Input::default() };
            let (fresh, again) = (check(&input), check_again(&input, &mut memo));
            assert_eq!(fresh.diagnostics, again.diagnostics, "{example}");
            assert_eq!(fresh.files, again.files, "{example}");
        }
    }
}

#[test]
fn macros_that_refer_to_themselves_end() {
    let text = "- macro: a\n  condition: a and evt.type = open\n- macro: b\n  condition: c and proc.name = x\n- macro: c\n  \
                condition: b and fd.name = /x\n- rule: r\n  desc: d\n  condition: a and b\n  output: x\n  priority: INFO\n";
    let input = Input { files: vec![SourceFile::new("loop.yaml", text)], ..Input::default() };
    let codes: Vec<&str> = check(&input).diagnostics.iter().map(|one| one.code.id).collect();
    assert!(!codes.is_empty());
}
