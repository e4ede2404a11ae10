//! Findings for people: the source with the places marked, then notes and ways out.

use std::fmt::Write;

use ariadne::{CharSet, Color, Config, IndexType, Label as Mark, Report as Drawing, ReportKind};
use hir::{Applicability, Diagnostic, Label, Severity};

use super::Report;
use super::excerpt::{Excerpts, Part, Place, without_cut_place};
use crate::files::Sources;
use crate::findings::Finding;

/// From this many findings on, drawing is shared between two threads.
const MANY: usize = 64;

/// All findings, each drawn into its source.
pub fn text(report: &Report<'_>, colour: bool) -> String {
    let excerpts = Excerpts::new(report);
    if report.findings.len() < MANY {
        return drawn(report.sources, &excerpts, report.findings, colour);
    }
    let (first, second) = report.findings.split_at(report.findings.len() / 2);
    let draw = |findings| drawn(report.sources, &excerpts, findings, colour);
    std::thread::scope(|scope| {
        let second = scope.spawn(|| draw(second));
        let mut text = draw(first);
        match second.join() {
            Ok(second) => text.push_str(&second),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        text
    })
}

fn drawn(sources: &Sources, excerpts: &Excerpts<'_>, findings: &[Finding], colour: bool) -> String {
    let mut out = Vec::new();
    for finding in findings {
        let cut = Excerpts::cut(sources, &finding.diagnostic);
        let excerpts = cut.as_ref().unwrap_or(excerpts);
        let drawing = draw(excerpts, finding, colour);
        if drawing.write(excerpts, &mut out).is_err() {
            // Writing into memory fails only if the range fits no line; the message is never lost.
            out.extend_from_slice(plain(sources, finding).as_bytes());
        }
        out.push(b'\n');
    }
    let drawn =
        String::from_utf8(out).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    let mut text = String::with_capacity(drawn.len());
    for line in drawn.lines() {
        let line = &*without_cut_place(line);
        if colour || !line.contains('\u{1b}') {
            text.push_str(line.trim_end());
        } else {
            text.push_str(without_colours(line).trim_end());
        }
        text.push('\n');
    }
    text
}

/// The library colours the kind of a report even when it is told not to.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain
}

/// The closing line.
pub fn summary(report: &Report<'_>) -> String {
    let (errors, warnings) = (report.count(Severity::Error), report.count(Severity::Warning));
    let files = report.sources.len();
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let checked = plural(files, "file");
    let mut codes: Vec<&str> = report.findings.iter().map(|finding| finding.diagnostic.code.id).collect();
    codes.sort_unstable();
    codes.dedup();
    let more = match codes.as_slice() {
        [] => String::new(),
        [only] => format!("`rulec explain {only}` says more\n"),
        [first, ..] => format!("`rulec explain {first}` says more; likewise {}\n", codes[1..].join(", ")),
    };
    let verdict = match (errors, warnings) {
        (0, 0) => format!("ok: {checked} checked"),
        (0, _) => format!("ok: {checked} checked, {}", plural(warnings, "warning")),
        _ => {
            format!("failed: {checked} checked, {}, {}", plural(errors, "error"), plural(warnings, "warning"))
        }
    };
    format!("{more}{verdict}")
}

fn draw<'f>(excerpts: &Excerpts<'_>, finding: &'f Finding, colour: bool) -> Drawing<'f, Place> {
    let diagnostic = &finding.diagnostic;
    let (kind, main) = match finding.severity {
        Severity::Error => (ReportKind::Custom("error", Color::Red), Color::Red),
        Severity::Warning => (ReportKind::Custom("warning", Color::Yellow), Color::Yellow),
        Severity::Note => (ReportKind::Custom("note", Color::Blue), Color::Blue),
    };
    let config = Config::new()
        .with_index_type(IndexType::Char)
        .with_color(colour)
        .with_compact(false)
        .with_char_set(CharSet::Unicode);
    let parts = excerpts.parts(diagnostic);
    let home = parts.first().map_or_else(Part::default, |(part, _)| *part);
    let mut drawing = Drawing::build(kind, (home, excerpts.place(diagnostic.primary())))
        .with_code(diagnostic.code.id)
        .with_message(views::clean(&diagnostic.message))
        .with_config(config);
    for (part, label) in parts {
        let colour = if label.primary { main } else { Color::Cyan };
        // A label without text would not be drawn.
        let text = if label.text.is_empty() { "here" } else { &label.text };
        let mut mark = Mark::new((part, excerpts.place(label.range)))
            .with_color(colour)
            .with_message(views::clean(text));
        if label.primary {
            mark = mark.with_priority(1);
        }
        drawing = drawing.with_label(mark);
    }
    for note in notes(diagnostic) {
        drawing = drawing.with_note(views::clean(&note));
    }
    if let Some(help) = help(diagnostic) {
        drawing = drawing.with_help(views::clean(&help));
    }
    drawing.finish()
}

/// The labels file by file, that of the primary one first, and down each file: what the library wants for one excerpt a
/// file.
pub(super) fn in_order(diagnostic: &Diagnostic) -> Vec<&Label> {
    let home = diagnostic.primary().file;
    let mut labels: Vec<&Label> = diagnostic.labels.iter().collect();
    labels.sort_by_key(|label| {
        (label.range.file != home, label.range.file, label.range.span.end, label.range.span.start)
    });
    labels
}

fn notes(diagnostic: &Diagnostic) -> Vec<String> {
    let mut notes = diagnostic.notes.clone();
    if let Some(falco) = &diagnostic.falco {
        let message = falco.message.trim();
        // Not what the headline says already.
        notes.push(match message.is_empty() || message.ends_with(&diagnostic.message) {
            true => format!("Falco reports {}", falco.code.as_str()),
            false => format!("Falco reports {}: {message}", falco.code.as_str()),
        });
    }
    notes
}

/// The best way out; editors and JSON offer the others, too.
fn help(diagnostic: &Diagnostic) -> Option<String> {
    let best = diagnostic.fixes.first()?;
    Some(match best.applicability {
        Applicability::MachineApplicable => format!("{} (`--fix` does it)", best.title),
        Applicability::MaybeIncorrect => best.title.clone(),
    })
}

fn plain(sources: &Sources, finding: &Finding) -> String {
    let diagnostic = &finding.diagnostic;
    let place = sources.place(diagnostic.primary());
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}[{}]: {}\n  --> {}:{}:{}",
        super::word(finding.severity),
        diagnostic.code.id,
        views::clean(&diagnostic.message),
        views::clean(&place.file),
        place.start.line,
        place.start.column
    );
    text
}
