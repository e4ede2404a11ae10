//! Everywhere a name stands.

use syntax::Span;
use syntax::items::Key;

use crate::cursor::What;
use crate::host::Analysis;
use crate::index::{Role, SymbolKind};

/// A place where a name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Number of the file.
    pub file: usize,
    /// The name.
    pub span: Span,
    /// What it does there.
    pub role: Role,
}

impl Analysis {
    /// Every place of the name at `offset`, definitions included, in load order.
    pub fn references(&self, file: usize, offset: u32) -> Vec<Reference> {
        match self.target(file, offset).map(|target| target.what) {
            Some(What::Symbol { kind, name, .. }) => self.places(kind, &name),
            Some(What::Exception { rule, name }) => self.exception_places(&rule, &name),
            _ => Vec::new(),
        }
    }

    /// The places of the name, or of the field, at `offset` in its own file.
    pub fn highlights(&self, file: usize, offset: u32) -> Vec<Reference> {
        let Some(target) = self.target(file, offset) else { return Vec::new() };
        match target.what {
            What::Symbol { kind, name, .. } => {
                let mut all = self.places(kind, &name);
                all.retain(|one| one.file == file);
                all
            }
            What::Exception { rule, name } => {
                let mut all = self.exception_places(&rule, &name);
                all.retain(|one| one.file == file);
                all
            }
            What::Field { text } => self
                .field_places(file)
                .into_iter()
                .filter(|(found, _)| *found == text)
                .map(|(_, span)| Reference { file, span, role: Role::Use })
                .collect(),
            _ => vec![Reference { file, span: target.span, role: Role::Use }],
        }
    }

    /// Every place of a name.
    pub(crate) fn places(&self, kind: SymbolKind, name: &str) -> Vec<Reference> {
        let mut all = Vec::new();
        for (number, file) in self.files() {
            if self.is_cancelled() {
                break;
            }
            for (one, span) in file.mentions().filter(|(one, _)| one.kind == kind && *one.name == *name) {
                all.push(Reference { file: number, span, role: one.role });
            }
        }
        all
    }

    /// Every place of the name of a rule's exception: where it has fields it is defined, elsewhere it is added to.
    pub(crate) fn exception_places(&self, rule: &str, name: &str) -> Vec<Reference> {
        let mut all = Vec::new();
        for (file, start, item) in self.found(SymbolKind::Rule, rule) {
            for (_, fields) in item.exceptions().filter(|(own, _)| *own == name) {
                let Some(entry) = fields.get(Key::Name) else { continue };
                let role = if fields.has(Key::Fields) { Role::Definition } else { Role::Update };
                all.push(Reference { file: *file, span: item.yaml.span(entry.value).shift(*start), role });
            }
        }
        all
    }

    /// How often a name is used, apart from its definitions.
    pub(crate) fn uses(&self, kind: SymbolKind, name: &str) -> usize {
        let mentions =
            self.files().flat_map(|(_, file)| file.items.iter()).flat_map(|(_, item)| &item.mentions);
        mentions.filter(|one| one.kind == kind && one.role == Role::Use && *one.name == *name).count()
    }

    /// Fields in the conditions and outputs of a file, with their places.
    fn field_places(&self, file: usize) -> Vec<(String, Span)> {
        let mut all = Vec::new();
        let Some(index) = self.file(file) else { return all };
        for (start, item) in &index.items {
            for condition in &item.conditions {
                let ast = &condition.ast;
                for id in ast.preorder(ast.root()) {
                    if matches!(ast.kind(id), syntax::ast::NodeKind::Field { .. }) {
                        let span = crate::index::to_source(&item.yaml, condition.node, ast.span(id));
                        all.push((crate::cursor::field_text(ast, id), span.shift(*start)));
                    }
                }
            }
            all.extend(item.outputs.iter().map(|one| (one.text.to_string(), one.span.shift(*start))));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::Role;
    use crate::fixture::fixture;

    #[test]
    fn all_places_of_a_macro() {
        let (analysis, file, offset) = fixture(
            "//- a.yaml\n- macro: m$0\n  condition: evt.type=open\n- rule: r\n  condition: m and not (m)\n  output: m\n\
             //- b.yaml\n- macro: m\n  condition: or m\n  append: true\n",
        );
        let found = analysis.references(file, offset);
        let shown: Vec<_> =
            found.iter().map(|one| (one.file, one.span.slice(analysis.text(one.file)), one.role)).collect();
        assert_eq!(
            format!("{shown:?}"),
            "[(0, \"m\", Definition), (0, \"m\", Use), (0, \"m\", Use), (1, \"m\", Update), (1, \"m\", Use)]"
        );
    }

    #[test]
    fn exceptions_of_a_rule() {
        let exception = "exceptions:\n    - name: known\n";
        let (analysis, file, offset) = fixture(&format!(
            "- rule: r\n  {exception}      fields: [fd.name]\n- rule: other\n  {exception}- rule: r\n  {}      values: [[a]]\n",
            exception.replace("known", "kn$0own")
        ));
        let roles: Vec<_> = analysis.references(file, offset).into_iter().map(|one| one.role).collect();
        assert_eq!(roles, [Role::Definition, Role::Update]);
        let defined = analysis.definition(file, offset);
        assert_eq!(defined.len(), 1);
        assert!(defined[0].1.start < offset);
        assert_eq!(analysis.highlights(file, offset).len(), 2);
    }

    #[test]
    fn fields_are_highlighted_in_conditions_and_outputs() {
        let (analysis, file, offset) = fixture(
            "- rule: r\n  condition: proc.na$0me = a or proc.name = b\n  output: x %proc.name %proc.pid\n",
        );
        assert_eq!(analysis.highlights(file, offset).len(), 3);
    }
}
