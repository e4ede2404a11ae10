//! What is under the cursor, in words (Markdown).

mod render;

use syntax::Span;

pub(crate) use render::{field_text, key_about as key_text};

use crate::cursor::What;
use crate::host::Analysis;

/// An explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it explains.
    pub span: Span,
    /// Markdown.
    pub markdown: String,
}

impl Analysis {
    /// Explains what is at `offset`.
    pub fn hover(&self, file: usize, offset: u32) -> Option<Hover> {
        let target = self.target(file, offset)?;
        let markdown = match &target.what {
            What::Symbol { kind, name, .. } => self.symbol_page(*kind, name)?,
            What::Field { text } => self.field_page(&target.source, text)?,
            What::Operator { op } => render::operator(op)?,
            What::Transformer { name } => render::transformer(name)?,
            What::Value { field, text } => render::value(field, text)?,
            What::Priority { text } => render::priority(text)?,
            What::Tag { text } => render::tag(text)?,
            What::Key { key } => render::key(*key),
            What::Change { text } => render::change(text)?,
            What::Source { text } => render::source(text),
            What::Exception { rule, name } => self.exception_page(rule, name)?,
        };
        Some(Hover { span: target.span, markdown })
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::fixture;

    fn check(text: &str, parts: &[&str]) {
        let (analysis, file, offset) = fixture(text);
        let hover = analysis.hover(file, offset).map(|hover| hover.markdown).unwrap_or_default();
        for part in parts {
            assert!(hover.contains(part), "{part} is not in:\n{hover}");
        }
        assert!(!parts.is_empty() || hover.is_empty(), "{hover}");
    }

    #[test]
    fn fields_operators_and_values() {
        check("- macro: m\n  condition: proc.na$0me = a\n", &["proc.name", "CHARBUF"]);
        check("- macro: m\n  condition: proc.aname[2$0] = a\n", &["proc.aname"]);
        check("- macro: m\n  condition: fd.name start$0swith a\n", &["startswith"]);
        check("- macro: m\n  condition: tolo$0wer(fd.name) = a\n", &["tolower"]);
        check("- macro: m\n  condition: evt.type = exe$0cve\n", &["execve"]);
        check("- rule: r\n  output: a %proc.na$0me\n", &["proc.name"]);
        check("- rule: r\n  condition: fd.name = so$0me\n", &[]);
    }

    #[test]
    fn macros_lists_and_rules() {
        let text = "- list: l\n  items: [sh, bash]\n- macro: inner\n  condition: proc.name in (l)\n- macro: outer\n  condition: evt.type = open and inner\n";
        check(
            &format!("{text}- macro: m\n  condition: out$0er\n"),
            &["evt.type = open", "proc.name in (sh, bash)"],
        );
        check(&format!("{text}- macro: m\n  condition: proc.name in (l$0)\n"), &["2 items", "sh, bash"]);
        check(
            &format!(
                "{text}- rule: r$0\n  desc: what it is\n  condition: outer\n  output: x\n  priority: INFO\n"
            ),
            &["what it is", "proc.name in (sh, bash)"],
        );
    }

    #[test]
    fn priorities_tags_and_keys() {
        check("- rule: r\n  priority: WARN$0ING\n", &["WARNING"]);
        check("- rule: r\n  tags: [T1059$0]\n", &["Command and Scripting Interpreter", "attack.mitre.org"]);
        check("- rule: r\n  ena$0bled: false\n", &["enabled"]);
        check("- rule: r\n  source: k8s$0_audit\n", &["k8s_audit", "k8saudit"]);
        check("- rule: r\n  override:\n    tags: app$0end\n", &["append", "earlier"]);
        check("- rule: r\n  override:\n    ta$0gs: append\n", &["tags"]);
    }

    #[test]
    fn parts_of_exceptions() {
        let text = "- rule: r\n  exceptions:\n    - name: known\n      fields: [proc.name, fd.name]\n      comps: [in, startswith]\n      values:\n        - [[a], /x]\n";
        let at = |word: &str| text.replacen(word, &format!("{}$0{}", &word[..1], &word[1..]), 1);
        check(&at("known"), &["exception", "proc.name in", "fd.name startswith", "1 row"]);
        check(&at("fields"), &["fields"]);
        check(&at("fd.name"), &["CHARBUF"]);
        check(&at("startswith"), &["operator"]);
        check(&at("values"), &["Rows"]);
    }
}
