//! Repairs of diagnostics, and rewrites at the cursor.

use hir::Applicability;
use syntax::Span;

use crate::edit::SourceEdit;
use crate::host::Analysis;
use crate::refactor::Place;

/// What an action is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// Repairs a diagnostic.
    QuickFix,
    /// Takes something out into a definition of its own.
    Extract,
    /// Puts a definition in place of its name.
    Inline,
    /// Says the same otherwise.
    Rewrite,
    /// Every safe repair of the file.
    FixAll,
}

/// An action.
#[derive(Clone, Debug)]
pub struct Action {
    /// What it does, as an imperative.
    pub title: String,
    /// What it is for.
    pub kind: ActionKind,
    /// Whether it is the one to take when in doubt.
    pub preferred: bool,
    /// Its edits.
    pub edit: SourceEdit,
    /// Number of the diagnostic it repairs, in [`Analysis::all_diagnostics`].
    pub repairs: Option<usize>,
    /// A name that its first edit defines and that waits for a better one.
    pub names: Option<String>,
}

impl Analysis {
    /// What can be done about a range of a file.
    pub fn code_actions(&self, file: usize, range: Span) -> Vec<Action> {
        let mut all = Vec::new();
        for (number, finding) in self.all_diagnostics().iter().enumerate() {
            let Some(one) = finding.diagnostic() else { continue };
            let at = one.primary();
            if at.file.0 as usize != file || at.span.end < range.start || range.end < at.span.start {
                continue;
            }
            let first =
                one.fixes.iter().position(|fix| fix.applicability == Applicability::MachineApplicable);
            for (index, fix) in one.fixes.iter().enumerate() {
                let mut edit = SourceEdit::default();
                for change in &fix.edits {
                    edit.push(change.range.file.0 as usize, change.range.span, change.text.clone());
                }
                let preferred = first == Some(index) || (one.fixes.len() == 1);
                let (title, kind) = (fix.title.clone(), ActionKind::QuickFix);
                all.push(Action { title, kind, preferred, edit, repairs: Some(number), names: None });
            }
            if one.severity != hir::Severity::Error {
                all.extend(self.allow(file, at.span, one.code.name, number));
            }
        }
        all.extend(self.refactorings(file, range));
        all.extend(self.fix_all(file));
        // Edits break lines as their files do.
        for (file, edit) in all.iter_mut().flat_map(|action| &mut action.edit.edits) {
            let text = self.text(*file);
            if edit.text.contains('\n') && text.find('\n').is_some_and(|at| text[..at].ends_with('\r')) {
                edit.text = edit.text.replace("\r\n", "\n").replace('\n', "\r\n");
            }
        }
        all
    }

    /// Every safe repair of a file that does not overlap another, as one action.
    pub fn fix_all(&self, file: usize) -> Option<Action> {
        let mut spans: Vec<Span> = Vec::new();
        let mut edit = SourceEdit::default();
        for finding in self.diagnostics(file) {
            let Some(one) = finding.diagnostic() else { continue };
            let Some(fix) =
                one.fixes.iter().find(|fix| fix.applicability == Applicability::MachineApplicable)
            else {
                continue;
            };
            let free = fix.edits.iter().all(|change| {
                let span = change.range.span;
                change.range.file.0 as usize == file
                    && !spans.iter().any(|old| old.touches(span.start) || span.touches(old.start))
            });
            if free {
                for change in &fix.edits {
                    spans.push(change.range.span);
                    edit.push(file, change.range.span, change.text.clone());
                }
            }
        }
        (!edit.edits.is_empty()).then(|| Action {
            title: "repair everything that can be repaired safely".to_owned(),
            kind: ActionKind::FixAll,
            preferred: false,
            edit,
            repairs: None,
            names: None,
        })
    }

    /// A comment above the item that allows a warning in it, or one more name in the comment that is there.
    fn allow(&self, file: usize, at: Span, name: &str, number: usize) -> Option<Action> {
        let index = self.file(file)?;
        let (start, item) = index.item_at(at.start)?;
        let place = Place { file, index, start, item };
        let line = place.first_line();
        let above = index.text.get(..line as usize)?.trim_end();
        let comment = above.rsplit('\n').next()?.trim_start();
        let allows = comment.starts_with('#') && comment.contains("rulec: allow(") && comment.ends_with(')');
        let edit = if allows && index.lines.line(above.len() as u32) + 1 == index.lines.line(line) {
            SourceEdit::one(file, Span::empty(above.len() as u32 - 1), format!(", {name}"))
        } else {
            SourceEdit::one(file, Span::empty(line), format!("{}# rulec: allow({name})\n", place.indent()))
        };
        let title = format!("allow `{name}` here");
        let (kind, repairs) = (ActionKind::QuickFix, Some(number));
        Some(Action { title, kind, preferred: false, edit, repairs, names: None })
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::fixture;
    use syntax::Span;

    /// The file after the action whose title begins like this, with the range from the cursor of `len` bytes.
    fn check(text: &str, len: u32, title: &str, expected: &str) {
        let (analysis, file, offset) = fixture(text);
        let actions = analysis.code_actions(file, Span::new(offset, offset + len));
        let Some(action) = actions.iter().find(|action| action.title.starts_with(title)) else {
            panic!(
                "no `{title}` for {text} in {:?}",
                actions.iter().map(|action| &action.title).collect::<Vec<_>>()
            );
        };
        assert_eq!(action.edit.apply(file, analysis.text(file)), expected);
    }

    fn refuse(text: &str, len: u32, title: &str) {
        let (analysis, file, offset) = fixture(text);
        let actions = analysis.code_actions(file, Span::new(offset, offset + len));
        assert!(!actions.iter().any(|action| action.title.starts_with(title)), "{title} for {text}");
    }

    #[test]
    fn compiler_fixes() {
        check(
            "- rule: r\n  desc: d\n  condition: evt.type = open and proc.na$0mee = a\n  output: o\n  priority: INFO\n",
            0,
            "write `proc.name`",
            "- rule: r\n  desc: d\n  condition: evt.type = open and proc.name = a\n  output: o\n  priority: INFO\n",
        );
    }

    #[test]
    fn extract_a_macro() {
        check(
            "- rule: r\n  condition: a.b = c and $0d.e = f\n",
            7,
            "extract a macro",
            "- macro: new_macro\n  condition: d.e = f\n\n- rule: r\n  condition: a.b = c and new_macro\n",
        );
        check(
            "- rule: r\n  condition: >\n    a.b = c and\n    ($0x.y = z\n    or d.e = f)\n",
            22,
            "extract a macro",
            "- macro: new_macro\n  condition: x.y = z or d.e = f\n\n- rule: r\n  condition: >\n    a.b = c and\n    (new_macro)\n",
        );
    }

    #[test]
    fn parts_of_conditions() {
        let before = "- rule: r\n  condition: ";
        let after = "- macro: new_macro\n  condition: ";
        let part = |text: &str, len, condition: &str, rest: &str| {
            let expected = format!("{after}{condition}\n\n{before}{rest}\n");
            check(&format!("{before}{text}\n"), len, "extract a macro", &expected);
        };
        // With its parentheses, several of more operands, a negation, the whole.
        part("a.b = c and $0(d.e = f or g.h = i)", 20, "d.e = f or g.h = i", "a.b = c and new_macro");
        part(
            "a.b = c and $0d.e = f and g.h = i and x.y = z",
            19,
            "d.e = f and g.h = i",
            "a.b = c and new_macro and x.y = z",
        );
        part("a.b = c and $0not d.e = f", 11, "not d.e = f", "a.b = c and new_macro");
        part("$0a.b = c", 7, "a.b = c", "new_macro");
        part(
            "a.b = c and ($0(d.e = f or g.h = i) and (x.y = z))",
            34,
            "(d.e = f or g.h = i) and (x.y = z)",
            "a.b = c and (new_macro)",
        );
        // Blanks in quotes stay.
        part("a.b = c and $0d.e = \"f  g\"", 12, "d.e = \"f  g\"", "a.b = c and new_macro");
        refuse(&format!("{before}a.b = c and $0d.e = f or g.h = i\n"), 18, "extract a macro");
        refuse(&format!("{before}a.b = c and (d.e = f $0or g.h = i)\n"), 10, "extract a macro");
        refuse(&format!("{before}a.b = c and $0named\n"), 5, "extract a macro");
    }

    #[test]
    fn scalars_keep_their_style() {
        check(
            "- rule: r\n  condition: \"a.b = c and $0d.e = 'f'\"\n",
            9,
            "extract a macro",
            "- macro: new_macro\n  condition: d.e = 'f'\n\n- rule: r\n  condition: \"a.b = c and new_macro\"\n",
        );
        check(
            "- macro: m\n  condition: a.b = \"c d\"\n- rule: r\n  condition: \"x.y = z and m$0\"\n",
            0,
            "inline",
            "- macro: m\n  condition: a.b = \"c d\"\n- rule: r\n  condition: \"x.y = z and a.b = \\\"c d\\\"\"\n",
        );
        check(
            "- macro: m\n  condition: a.b = 'c'\n- rule: r\n  condition: 'x.y = z and m$0'\n",
            0,
            "inline",
            "- macro: m\n  condition: a.b = 'c'\n- rule: r\n  condition: 'x.y = z and a.b = ''c'''\n",
        );
        // No place for a colon and a blank.
        refuse(
            "- macro: m\n  condition: >\n    a.b = \"c: d\"\n- rule: r\n  condition: x.y = z and m$0\n",
            0,
            "inline",
        );
    }

    #[test]
    fn new_items_stand_above_comments_and_break_lines_as_the_file_does() {
        check(
            "# file\n\n  # why\n  - rule: r\n    condition: fd.name in ($0a, b)\n",
            0,
            "extract a list",
            "# file\n\n  - list: new_list\n    items: [a, b]\n\n  # why\n  - rule: r\n    condition: fd.name in (new_list)\n",
        );
        check(
            "- rule: r\r\n  condition: fd.name in ($0a, b)\r\n",
            0,
            "extract a list",
            "- list: new_list\r\n  items: [a, b]\r\n\r\n- rule: r\r\n  condition: fd.name in (new_list)\r\n",
        );
    }

    #[test]
    fn items_of_a_new_list_mean_the_same() {
        check(
            "- list: l\n  items: [x]\n\n- macro: m\n  condition: fd.na$0me in (\"a b\", \"l\", '(', \"c\", *)\n",
            0,
            "extract a list",
            "- list: l\n  items: [x]\n\n- list: new_list\n  items: [a b, '\"l\"', '''(''', c, '*']\n\n- macro: m\n  condition: fd.name in (new_list)\n",
        );
    }

    #[test]
    fn inline_everywhere() {
        check(
            "# why\n- macro: m$0\n  condition: a.b = c or d.e = f\n\n- rule: r\n  condition: not m\n- macro: n\n  condition: \"m\"\n",
            0,
            "inline `m` everywhere",
            "- rule: r\n  condition: not (a.b = c or d.e = f)\n- macro: n\n  condition: \"(a.b = c or d.e = f)\"\n",
        );
        refuse("- macro: m$0\n  condition: a.b = c\n", 0, "inline");
    }

    #[test]
    fn one_comment_allows_several_findings() {
        check(
            "- list: un$0used\n  items: [a]\n",
            0,
            "allow `unused-list`",
            "# rulec: allow(unused-list)\n- list: unused\n  items: [a]\n",
        );
        check(
            "# rulec: allow(unused-macro)\n- list: un$0used\n  items: [a]\n",
            0,
            "allow `unused-list`",
            "# rulec: allow(unused-macro, unused-list)\n- list: unused\n  items: [a]\n",
        );
    }

    #[test]
    fn exceptions_have_names_of_their_own_and_say_that_they_are_added() {
        let added = "    - name: known_2\n      fields: [proc.name]\n      comps: [in]\n      values:\n        - [[value]]\n";
        let base = "- rule: r\n  exceptions:\n    - name: known\n      fields: [fd.name]\n";
        let change = "  condition: and a.b = c\n  override:\n    condition: append\n";
        check(
            &format!("{base}- rule: r$0\n{change}"),
            0,
            "add an exception",
            &format!("{base}- rule: r\n{change}    exceptions: append\n  exceptions:\n{added}"),
        );
        check(
            &format!("{}  priority: INFO\n", base.replace("exc", "exc$0")),
            0,
            "add an exception",
            &format!("{base}{added}  priority: INFO\n"),
        );
    }

    #[test]
    fn extract_and_make_lists() {
        check(
            "- rule: r\n  condition: proc.name in (a$0, b)\n",
            0,
            "extract a list",
            "- list: new_list\n  items: [a, b]\n\n- rule: r\n  condition: proc.name in (new_list)\n",
        );
        check(
            "- rule: r\n  condition: proc.name = a o$0r proc.name = b or fd.num = 3\n",
            0,
            "compare with a set",
            "- rule: r\n  condition: proc.name in (a, b) or fd.num = 3\n",
        );
    }

    #[test]
    fn inline_a_macro() {
        check(
            "- macro: m\n  condition: a.b = c or d.e = f\n- rule: r\n  condition: x.y = z and m$0\n",
            0,
            "inline",
            "- macro: m\n  condition: a.b = c or d.e = f\n- rule: r\n  condition: x.y = z and (a.b = c or d.e = f)\n",
        );
    }

    #[test]
    fn parenthesise() {
        check(
            "- rule: r\n  condition: a.b = c and d.e = f o$0r x.y = z\n",
            0,
            "parenthesise",
            "- rule: r\n  condition: (a.b = c and d.e = f) or x.y = z\n",
        );
    }

    #[test]
    fn append_to_override() {
        let before = "# rulec: allow(deprecated-append)\n- list: l\n  items: [a]\n  ";
        check(
            &format!("{before}app$0end: true\n"),
            0,
            "write `override`",
            &format!("{before}override:\n    items: append\n"),
        );
        // The finding's own repair does the same.
        let again = "- list: l\n  items: [a]\n";
        refuse(&format!("{again}{again}  app$0end: true\n"), 0, "write `override`");
    }

    #[test]
    fn add_an_exception() {
        check(
            "- rule: r$0\n  condition: proc.name = x\n  output: y\n",
            0,
            "add an exception",
            "- rule: r\n  condition: proc.name = x\n  output: y\n  exceptions:\n    - name: known\n      fields: [proc.name]\n      comps: [in]\n      values:\n        - [[value]]\n",
        );
    }
}
