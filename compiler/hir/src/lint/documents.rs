//! Documents that Falco does not read: it stops at the first empty one.

use syntax::span::{FileRange, Span};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lint::LintContext;

pub(super) fn run(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    for tree in context.sources.tree_ids() {
        let yaml = context.sources.yaml(tree);
        let text = yaml.source();
        let read = yaml.documents().last().map_or(0, |document| yaml.span(document.root).end as usize);
        let mut offset = read;
        let (mut separator, mut ignored) = (None, None);
        for line in text.get(read..).unwrap_or("").split_inclusive('\n') {
            let start = offset;
            offset += line.len();
            let bare = line.split(" #").next().unwrap_or("").trim();
            let span = Span::new(start as u32, (start + line.trim_end().len()) as u32);
            match bare {
                "---" | "..." => separator = separator.or(Some(span)),
                "" | "~" | "null" | "--- ~" | "--- null" => {}
                _ if bare.starts_with('#') || bare.starts_with('%') => {}
                _ => {
                    ignored = Some(span);
                    break;
                }
            }
        }
        let Some(ignored) = ignored else { continue };
        let end = text.trim_end().len() as u32;
        let lines = text.get(ignored.start as usize..end as usize).unwrap_or("").lines().count();
        let range = |span: Span| -> FileRange { context.sources.range(tree, span) };
        let what = if lines == 1 { "this line is".to_owned() } else { format!("these {lines} lines are") };
        let mut ours = Diagnostic::new(
            &codes::IGNORED_DOCUMENT,
            range(ignored),
            format!("{what} never read, since an empty document comes before"),
        )
        .label("nothing from here on is loaded");
        if let Some(separator) = separator {
            ours = ours.secondary(range(separator), "Falco stops at an empty document");
        }
        found.push(ours);
    }
}
