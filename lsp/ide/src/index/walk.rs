//! Reading one item: its conditions, outputs and names.

use std::sync::LazyLock;

use catalogue::Catalogue;
use syntax::Span;
use syntax::ast::NodeKind;
use syntax::condition::{ParseOptions, parse};
use syntax::items::{Element, Fields, Item, ItemKind, Key, read_item};
use syntax::output::{self, OutputPiece};
use syntax::yaml::YamlId;

use crate::index::scalar::to_source;
use crate::index::{Condition, ItemIndex, Mention, OutputField, Role, SymbolKind};

pub(super) fn index(text: &str) -> ItemIndex {
    let parsed = read_item(text).tree;
    let items: Vec<Item> = parsed
        .documents
        .iter()
        .flat_map(|document| match document {
            syntax::items::Document::Sequence(elements) => elements.as_slice(),
            _ => &[],
        })
        .filter_map(|element| match element {
            Element::Item(item) => Some(item.clone()),
            _ => None,
        })
        .collect();
    let mut index = ItemIndex {
        text: text.into(),
        yaml: parsed.yaml,
        items: Vec::new(),
        conditions: Vec::new(),
        outputs: Vec::new(),
        mentions: Vec::new(),
    };
    for item in &items {
        index.add_item(item);
    }
    index.items = items;
    index
}

impl ItemIndex {
    fn add_item(&mut self, item: &Item) {
        let kind = match item.kind {
            ItemKind::Rule => SymbolKind::Rule,
            ItemKind::Macro => SymbolKind::Macro,
            ItemKind::List => SymbolKind::List,
            ItemKind::RequiredEngineVersion | ItemKind::RequiredPluginVersions | ItemKind::Unknown => return,
        };
        if let Some(head) = item.head()
            && let Some(name) = self.yaml.text(head.value)
        {
            let role = if self.is_update(item) { Role::Update } else { Role::Definition };
            let (name, span) = (name.into(), self.scalar_span(head.value));
            self.mentions.push(Mention { kind, role, name, span });
        }
        if let Some(entry) = item.fields.get(Key::Condition) {
            self.condition(entry.value);
        }
        if let Some(entry) = item.fields.get(Key::Output) {
            self.output(entry.value);
        }
        if let Some(entry) = item.fields.get(Key::Items) {
            for node in self.yaml.elements(entry.value).to_vec() {
                self.list_use(node);
            }
        }
        if let Some(entry) = item.fields.get(Key::Exceptions) {
            for node in self.yaml.elements(entry.value).to_vec() {
                let fields = Fields::of(&self.yaml, node);
                if let Some(values) = fields.get(Key::Values) {
                    self.exception_values(values.value);
                }
            }
        }
    }

    fn is_update(&self, item: &Item) -> bool {
        let appends =
            item.fields.get(Key::Append).and_then(|entry| self.yaml.text(entry.value)).is_some_and(|text| {
                ["true", "yes", "on", "y"].iter().any(|word| text.eq_ignore_ascii_case(word))
            });
        let toggles =
            item.kind == ItemKind::Rule && item.fields.has(Key::Enabled) && item.fields.entries.len() == 2;
        item.fields.has(Key::Override) || appends || toggles
    }

    /// Where a scalar's text stands, without quotes.
    fn scalar_span(&self, node: YamlId) -> Span {
        let len = self.yaml.text(node).map_or(0, str::len) as u32;
        to_source(&self.yaml, node, Span::new(0, len))
    }

    fn list_use(&mut self, node: YamlId) {
        if let Some(name) = self.yaml.text(node).map(Box::from) {
            let span = self.scalar_span(node);
            self.mentions.push(Mention { kind: SymbolKind::List, role: Role::Use, name, span });
        }
    }

    /// Scalars at any depth, without recursion.
    fn exception_values(&mut self, values: YamlId) {
        let mut open = vec![values];
        while let Some(node) = open.pop() {
            let elements = self.yaml.elements(node);
            if elements.is_empty() {
                self.list_use(node);
            } else {
                open.extend(elements.iter().rev());
            }
        }
    }

    fn condition(&mut self, node: YamlId) {
        let Some(text) = self.yaml.text(node) else { return };
        let parsed = parse(text, ParseOptions::EDITOR);
        let ast = parsed.tree;
        let mut found = Vec::new();
        for id in ast.preorder(ast.root()) {
            match ast.kind(id) {
                NodeKind::Identifier(name) => {
                    found.push((SymbolKind::Macro, ast.text_lossy(name).into(), ast.span(id)));
                }
                NodeKind::Value(value) => {
                    found.push((SymbolKind::List, ast.text_lossy(value).into(), ast.span(id)));
                }
                NodeKind::List(items) => found.extend(
                    ast.items(items)
                        .iter()
                        .map(|item| (SymbolKind::List, ast.text_lossy(item.text).into(), item.span)),
                ),
                _ => {}
            }
        }
        for (kind, name, span) in found {
            // A quoted value is never a list's name.
            if kind == SymbolKind::List && span.slice(text).starts_with(['"', '\'']) {
                continue;
            }
            let span = to_source(&self.yaml, node, span);
            self.mentions.push(Mention { kind, role: Role::Use, name, span });
        }
        self.conditions.push(Condition { node, ast, ok: parsed.errors.is_empty() });
    }

    fn output(&mut self, node: YamlId) {
        let Some(text) = self.yaml.text(node) else { return };
        let template = output::parse(text, |ast| match ast.kind(ast.root()) {
            NodeKind::Field { .. } => is_field(ast.span(ast.root()).slice(ast.source())),
            _ => true,
        });
        for piece in template.tree.pieces {
            let OutputPiece::Field(field) = piece else { continue };
            let text = field.expr_span.slice(text).into();
            let span = to_source(&self.yaml, node, field.expr_span);
            self.outputs.push(OutputField { span, text });
        }
    }
}

/// Whether some source, of whatever plugin, has the field.
fn is_field(text: &str) -> bool {
    let all = everything();
    all.sources().iter().any(|source| all.resolve(source, text).is_ok())
}

/// The fields of all plugins that are known, loaded or not.
pub(crate) fn everything() -> &'static Catalogue {
    static ALL: LazyLock<Catalogue> = LazyLock::new(Catalogue::everything);
    &ALL
}
