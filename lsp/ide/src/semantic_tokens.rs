//! What each word is, for colouring.

use syntax::Span;
use syntax::ast::NodeKind;
use syntax::items::Key;

use crate::host::Analysis;
use crate::index::{ItemIndex, Role, SymbolKind, to_source};

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HighlightKind {
    /// A key of an item.
    Key,
    /// A rule's name.
    Rule,
    /// A macro's name.
    Macro,
    /// A list's name.
    List,
    /// A field.
    Field,
    /// An operator.
    Operator,
    /// A transformer.
    Transformer,
    /// A number.
    Number,
    /// A value.
    Value,
    /// A priority.
    Priority,
    /// A tag.
    Tag,
}

/// A coloured range on one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Highlight {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: HighlightKind,
    /// Whether it defines.
    pub definition: bool,
    /// Whether it should not be used any more.
    pub deprecated: bool,
}

impl Analysis {
    /// The words of a file in order, without overlaps; only those that touch `range`.
    pub fn semantic_tokens(&self, file: usize, range: Option<Span>) -> Vec<Highlight> {
        let Some(index) = self.file(file) else { return Vec::new() };
        let mut all = Vec::new();
        for (start, item) in &index.items {
            let extent = Span::new(*start, *start + item.text.len() as u32);
            if range.is_some_and(|range| range.end < extent.start || extent.end < range.start) {
                continue;
            }
            if self.is_cancelled() {
                break;
            }
            let first = all.len();
            self.item_tokens(item, &mut all);
            for one in all.get_mut(first..).unwrap_or(&mut []) {
                one.span = one.span.shift(*start);
            }
        }
        if let Some(range) = range {
            all.retain(|one| one.span.start <= range.end && range.start <= one.span.end);
        }
        all.retain(|one| !one.span.is_empty() && !one.span.slice(&index.text).contains(['\n', '\r']));
        all.sort_by_key(|one| (one.span.start, one.span.len()));
        let mut end = 0;
        all.retain(|one| {
            let fits = one.span.start >= end;
            if fits {
                end = one.span.end;
            }
            fits
        });
        all
    }

    fn item_tokens(&self, item: &ItemIndex, all: &mut Vec<Highlight>) {
        let mut add = |span: Span, kind: HighlightKind, definition: bool, deprecated: bool| {
            all.push(Highlight { span, kind, definition, deprecated });
        };
        for one in &item.mentions {
            let kind = match one.kind {
                SymbolKind::Rule => HighlightKind::Rule,
                SymbolKind::Macro => HighlightKind::Macro,
                SymbolKind::List => HighlightKind::List,
            };
            if one.role != Role::Use
                || one.kind == SymbolKind::Macro
                || !self.found(one.kind, &one.name).is_empty()
            {
                add(one.span, kind, one.role == Role::Definition, false);
            }
        }
        for own in &item.items {
            for entry in &own.fields.entries {
                if entry.known.is_some() {
                    add(
                        item.yaml.span(entry.key),
                        HighlightKind::Key,
                        false,
                        entry.known == Some(Key::Append),
                    );
                }
                match entry.known {
                    Some(Key::Priority) => {
                        add(item.yaml.span(entry.value), HighlightKind::Priority, false, false)
                    }
                    Some(Key::Tags) => {
                        for &tag in item.yaml.elements(entry.value) {
                            add(item.yaml.span(tag), HighlightKind::Tag, false, false);
                        }
                    }
                    _ => {}
                }
            }
        }
        let source = self.source_of(item);
        let deprecated = |text: &str| {
            let resolved = self.options().catalogue.resolve(&source, text);
            resolved.is_ok_and(|field| field.has(catalogue::FieldFlags::DEPRECATED))
        };
        for condition in &item.conditions {
            let ast = &condition.ast;
            let place = |span: Span| to_source(&item.yaml, condition.node, span);
            for id in ast.preorder(ast.root()) {
                let node = ast.node(id);
                match node.kind {
                    NodeKind::Field { .. } => {
                        let old = deprecated(node.span.slice(ast.source()));
                        add(place(node.span), HighlightKind::Field, false, old);
                    }
                    NodeKind::Transformer { name, .. } => {
                        let end = node.span.start + name.as_str().len() as u32;
                        add(place(Span::new(node.span.start, end)), HighlightKind::Transformer, false, false);
                    }
                    NodeKind::Unary { op, .. } | NodeKind::Binary { op, .. } => {
                        add(place(op.span), HighlightKind::Operator, false, false);
                    }
                    NodeKind::Value(_) => {
                        add(place(node.span), value_kind(node.span.slice(ast.source())), false, false)
                    }
                    NodeKind::List(items) => {
                        for one in ast.items(items) {
                            add(place(one.span), value_kind(one.span.slice(ast.source())), false, false);
                        }
                    }
                    _ => {}
                }
            }
        }
        for field in &item.outputs {
            add(field.span, HighlightKind::Field, false, deprecated(&field.text));
        }
    }
}

fn value_kind(text: &str) -> HighlightKind {
    let number = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_number =
        number.starts_with(|c: char| c.is_ascii_digit()) && number.chars().all(|c| c.is_ascii_alphanumeric());
    if is_number { HighlightKind::Number } else { HighlightKind::Value }
}

#[cfg(test)]
mod tests {
    use crate::fixture::fixture;

    #[test]
    fn words_of_a_rule() {
        let (analysis, file, _) = fixture(
            "- list: l\n  items: [a]\n- rule: r\n  condition: >\n    m and tolower(proc.name) in (l, b, 3)\n    and evt.dir = <\n  output: x %proc.name\n",
        );
        let shown: Vec<String> = analysis
            .semantic_tokens(file, None)
            .iter()
            .map(|one| {
                format!(
                    "{}:{:?}{}",
                    one.span.slice(analysis.text(file)),
                    one.kind,
                    if one.deprecated { "!" } else { "" }
                )
            })
            .collect();
        expect_test::expect![[r#"list:Key l:List items:Key rule:Key r:Rule condition:Key m:Macro tolower:Transformer proc.name:Field in:Operator l:List b:Value 3:Number evt.dir:Field! =:Operator <:Value output:Key proc.name:Field"#]]
        .assert_eq(&shown.join(" "));
    }
}
