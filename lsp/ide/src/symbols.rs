//! The outline of a file, and names over all files.

use syntax::Span;
use syntax::items::{Fields, Key};

use crate::host::Analysis;
use crate::index::{Role, SymbolKind};

/// An entry of the outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentSymbol {
    /// The name.
    pub name: String,
    /// What it is; `None` for an exception of a rule.
    pub kind: Option<SymbolKind>,
    /// A word on it, such as the priority.
    pub detail: String,
    /// The whole item.
    pub span: Span,
    /// The name in it.
    pub name_span: Span,
    /// Whether the item sets `enabled: false`.
    pub disabled: bool,
    /// Exceptions.
    pub children: Vec<DocumentSymbol>,
}

/// A name in some file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceSymbol {
    /// The name.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// Number of the file.
    pub file: usize,
    /// Where the name stands.
    pub span: Span,
}

impl Analysis {
    /// The outline of a file, in its order.
    pub fn document_symbols(&self, file: usize) -> Vec<DocumentSymbol> {
        let Some(index) = self.file(file) else { return Vec::new() };
        let mut all = Vec::new();
        for (start, item) in &index.items {
            for one in item.mentions.iter().filter(|one| one.role != Role::Use) {
                let own = item.items.iter().find(|own| {
                    own.head().is_some_and(|head| item.yaml.span(head.value).touches(one.span.start))
                });
                let span = match own {
                    Some(_) if item.items.len() == 1 => item.extent(),
                    Some(own) => item.yaml.span(own.fields.node),
                    None => one.span,
                };
                let mut detail = item.value(Key::Priority).unwrap_or_default().to_owned();
                if one.role == Role::Update {
                    detail = "changes an earlier definition".to_owned();
                }
                let mut children = Vec::new();
                if let Some(entry) = own.and_then(|own| own.fields.get(Key::Exceptions)) {
                    for &node in item.yaml.elements(entry.value) {
                        let fields = Fields::of(&item.yaml, node);
                        let Some(name) = fields.get(Key::Name) else { continue };
                        children.push(DocumentSymbol {
                            name: item.yaml.text(name.value).unwrap_or_default().to_owned(),
                            kind: None,
                            detail: "exception".to_owned(),
                            span: item.yaml.span(node).cover(item.yaml.span(name.value)).shift(*start),
                            name_span: item.yaml.span(name.value).shift(*start),
                            disabled: false,
                            children: Vec::new(),
                        });
                    }
                }
                children.retain(|child| !child.name.is_empty());
                let span = span.cover(one.span);
                all.push(DocumentSymbol {
                    name: one.name.to_string(),
                    kind: Some(one.kind),
                    detail,
                    span: span.shift(*start),
                    name_span: one.span.shift(*start),
                    disabled: item.value(Key::Enabled) == Some("false"),
                    children,
                });
            }
        }
        all.retain(|one| !one.name.is_empty());
        all
    }

    /// Names that hold the letters of `query` in order, whatever their case; better ones first.
    pub fn workspace_symbols(&self, query: &str, limit: usize) -> Vec<WorkspaceSymbol> {
        let query = query.to_lowercase();
        let mut found: Vec<(u8, WorkspaceSymbol)> = Vec::new();
        for (number, file) in self.files() {
            if self.is_cancelled() {
                break;
            }
            for (one, span) in file.mentions().filter(|(one, _)| one.role != Role::Use) {
                let Some(rank) = rank(&one.name.to_lowercase(), &query) else { continue };
                let symbol =
                    WorkspaceSymbol { name: one.name.to_string(), kind: one.kind, file: number, span };
                found.push((rank, symbol));
            }
        }
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, symbol)| symbol).take(limit).collect()
    }
}

/// How well a name fits: 0 best.
fn rank(name: &str, query: &str) -> Option<u8> {
    if name.starts_with(query) {
        return Some(0);
    }
    if name.contains(query) {
        return Some(1);
    }
    let mut letters = name.chars();
    query.chars().filter(|c| !c.is_whitespace()).all(|wanted| letters.any(|c| c == wanted)).then_some(2)
}

#[cfg(test)]
mod tests {
    use crate::fixture::fixture;

    #[test]
    fn outline_and_search() {
        let (analysis, file, _) = fixture(
            "- macro: open_read\n  condition: evt.type=open\n\n- rule: Read it\n  condition: open_read\n  output: x\n  priority: INFO\n  exceptions:\n    - name: known\n      fields: [proc.name]\n",
        );
        let outline = analysis.document_symbols(file);
        let shown: Vec<_> =
            outline.iter().map(|one| (one.name.as_str(), one.detail.as_str(), one.children.len())).collect();
        assert_eq!(shown, [("open_read", "", 0), ("Read it", "INFO", 1)]);
        assert_eq!(analysis.workspace_symbols("rit", 9).len(), 1);
        assert_eq!(analysis.workspace_symbols("read", 9)[0].name, "Read it");
    }
}
