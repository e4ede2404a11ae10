//! From our words to the protocol's.

use std::collections::HashMap;

use hir::Severity;
use ide::{Finding, SourceEdit, Tag};
use syntax::Span;
use tower_lsp_server::ls_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Position, Range, TextEdit, Uri, WorkspaceEdit,
};

use crate::worker::View;

/// Where the pages of diagnostics are.
const PAGES: &str = "https://github.com/rulec/rulec/blob/main/compiler/hir/codes/";

impl View {
    pub(crate) fn position_in(&self, file: usize, offset: u32) -> Position {
        let Some(lines) = self.analysis.lines(file) else { return Position::default() };
        let at = lines.line_column(self.analysis.text(file), offset, self.encoding);
        Position { line: at.line, character: at.column }
    }

    pub(crate) fn range_in(&self, file: usize, span: Span) -> Range {
        Range { start: self.position_in(file, span.start), end: self.position_in(file, span.end) }
    }

    /// A range of the document itself.
    pub(crate) fn range(&self, span: Span) -> Range {
        self.range_in(self.file, span)
    }

    pub(crate) fn offset(&self, at: Position) -> u32 {
        let text = self.analysis.text(self.file);
        self.analysis
            .lines(self.file)
            .map_or(0, |lines| crate::from_proto::offset(lines, text, at, self.encoding))
    }

    pub(crate) fn span(&self, range: Range) -> Span {
        let text = self.analysis.text(self.file);
        let lines = self.analysis.lines(self.file);
        lines.map_or_else(
            || Span::empty(0),
            |lines| crate::from_proto::span(lines, text, range, self.encoding),
        )
    }

    pub(crate) fn location(&self, file: usize, span: Span) -> Option<Location> {
        let uri = self.uris.get(file)?.clone();
        Some(Location { uri, range: self.range_in(file, span) })
    }

    pub(crate) fn locations(&self, places: impl IntoIterator<Item = (usize, Span)>) -> Vec<Location> {
        places.into_iter().filter_map(|(file, span)| self.location(file, span)).collect()
    }

    pub(crate) fn workspace_edit(&self, edit: &SourceEdit) -> WorkspaceEdit {
        #[allow(clippy::mutable_key_type, reason = "the protocol's type; addresses are not changed")]
        let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
        for (file, one) in &edit.edits {
            let Some(uri) = self.uris.get(*file) else { continue };
            let new = TextEdit { range: self.range_in(*file, one.span), new_text: one.text.clone() };
            changes.entry(uri.clone()).or_default().push(new);
        }
        WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
    }
}

/// The diagnostics of every file, in the order of the files.
pub(crate) fn all_diagnostics(view: &View) -> Vec<Vec<Diagnostic>> {
    let mut by_file: Vec<Vec<Diagnostic>> = vec![Vec::new(); view.uris.len()];
    for finding in view.analysis.all_diagnostics() {
        let Some(made) = diagnostic(view, &finding) else { continue };
        let file = finding.diagnostic().map_or(0, |one| one.primary().file.0 as usize);
        if let Some(own) = by_file.get_mut(file) {
            own.push(made);
        }
    }
    by_file
}

/// The diagnostics of the view's document.
pub(crate) fn diagnostics(view: &View) -> Vec<Diagnostic> {
    view.analysis.diagnostics(view.file).iter().filter_map(|finding| diagnostic(view, finding)).collect()
}

pub(crate) fn diagnostic(view: &View, finding: &Finding) -> Option<Diagnostic> {
    let one = finding.diagnostic()?;
    let primary = one.primary();
    let mut message = one.message.clone();
    let label = one.labels.first().map(|label| label.text.as_str()).filter(|text| !text.is_empty());
    for more in label.into_iter().chain(one.notes.iter().map(String::as_str)) {
        message.push('\n');
        message.push_str(more);
    }
    let related: Vec<DiagnosticRelatedInformation> = one
        .labels
        .iter()
        .filter(|label| !label.primary)
        .filter_map(|label| {
            let location = view.location(label.range.file.0 as usize, label.range.span)?;
            Some(DiagnosticRelatedInformation { location, message: label.text.clone() })
        })
        .collect();
    Some(Diagnostic {
        range: view.range_in(primary.file.0 as usize, primary.span),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(one.code.id.to_owned())),
        code_description: format!("{PAGES}{}.md", one.code.id)
            .parse()
            .ok()
            .map(|href| CodeDescription { href }),
        source: Some("rulec".to_owned()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        tags: finding.tag().map(|tag| {
            vec![match tag {
                Tag::Unnecessary => DiagnosticTag::UNNECESSARY,
                Tag::Deprecated => DiagnosticTag::DEPRECATED,
            }]
        }),
        data: None,
    })
}
