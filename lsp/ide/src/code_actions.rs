//! Repairs of diagnostics, and rewrites at the cursor.

use hir::Applicability;
use syntax::Span;

use crate::edit::SourceEdit;
use crate::host::Analysis;

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
                all.push(Action { title, kind, preferred, edit, repairs: Some(number) });
            }
            if one.severity != hir::Severity::Error {
                all.extend(self.allow(file, at.span, one.code.name, number));
            }
        }
        all.extend(self.refactorings(file, range));
        all.extend(self.fix_all(file));
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
        })
    }

    /// A comment above the item that allows a warning in it.
    fn allow(&self, file: usize, at: Span, name: &str, number: usize) -> Option<Action> {
        let (start, item) = self.file(file)?.item_at(at.start)?;
        let line = start + item.extent().start;
        let edit = SourceEdit::one(file, Span::empty(line), format!("# rulec: allow({name})\n"));
        let title = format!("allow `{name}` here");
        Some(Action { title, kind: ActionKind::QuickFix, preferred: false, edit, repairs: Some(number) })
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
            panic!("no `{title}` in {:?}", actions.iter().map(|action| &action.title).collect::<Vec<_>>());
        };
        assert_eq!(action.edit.apply(file, analysis.text(file)), expected);
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
        check(
            "- list: l\n  items: [a]\n  app$0end: true\n",
            0,
            "write `override`",
            "- list: l\n  items: [a]\n  override:\n    items: append\n",
        );
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
