//! Comments that allow findings: `# rulec: allow(code, …)` on an item, a key or a line, and `# rulec: allow-file(code, …)`
//! for a whole file. Errors cannot be allowed.
//!
//! A comment behind something belongs to what starts on its line, one on a line of its own to what comes next: on an
//! item's first line to the whole item, on a key's line to the key and its value. What follows the closing parenthesis
//! is free text, a reason for instance.

use catalogue::suggest;
use syntax::span::{FileRange, Span};
use syntax::yaml::{Yaml, YamlId};

use crate::codes::{self, ALL, Code};
use crate::diagnostic::{Diagnostic, Edit, Severity};
use crate::source::{Sources, TreeId};

/// What begins a comment that is meant for us.
const PREFIX: &str = "rulec:";

/// One code of one comment.
struct Allow {
    code: Option<&'static Code>,
    /// The code as written.
    word: FileRange,
    /// Findings that start in here are allowed.
    scope: FileRange,
    /// The whole comment with the blanks before it, when this is its only code.
    comment: Option<FileRange>,
    used: bool,
}

/// Takes away the diagnostics that comments allow, and adds those about comments that allow nothing.
pub(crate) fn apply(sources: &Sources, diagnostics: &mut Vec<Diagnostic>) {
    if !sources.files().any(|(_, file)| file.text.contains(PREFIX)) {
        return;
    }
    let mut found = Vec::new();
    let mut allows = Vec::new();
    for tree in sources.tree_ids() {
        let yaml = sources.yaml(tree);
        if yaml.source().contains(PREFIX) {
            for comment in yaml.comments() {
                read(sources, tree, &yaml, *comment, &mut allows, &mut found);
            }
        }
    }
    diagnostics.retain(|one| !is_allowed(&mut allows, one));
    // A comment may allow what is said about comments; that needs no second round.
    let about_comments = [&codes::UNUSED_ALLOW, &codes::UNKNOWN_ALLOW];
    for allow in &allows {
        match allow.code {
            None => found.push(unknown(sources, allow)),
            Some(code) if !allow.used && !about_comments.contains(&code) => found.push(unused(allow, code)),
            Some(_) => {}
        }
    }
    found.retain(|one| !is_allowed(&mut allows, one));
    diagnostics.append(&mut found);
}

fn is_allowed(allows: &mut [Allow], one: &Diagnostic) -> bool {
    if one.severity == Severity::Error {
        return false;
    }
    let at = one.primary();
    let mut allowed = false;
    for allow in allows {
        let inside = allow.scope.file == at.file
            && allow.scope.span.start <= at.span.start
            && at.span.start <= allow.scope.span.end;
        if inside && allow.code == Some(one.code) {
            allow.used = true;
            allowed = true;
        }
    }
    allowed
}

fn read(
    sources: &Sources,
    tree: TreeId,
    yaml: &Yaml,
    comment: Span,
    allows: &mut Vec<Allow>,
    found: &mut Vec<Diagnostic>,
) {
    let text = yaml.source();
    let Some(directive) = comment.slice(text).trim_start_matches('#').trim_start().strip_prefix(PREFIX)
    else {
        return;
    };
    let directive = directive.trim_start();
    let start = comment.end as usize - directive.len();
    let (whole_file, list) = match (directive.strip_prefix("allow-file"), directive.strip_prefix("allow")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => (false, ""),
    };
    let inside = list.trim_start().strip_prefix('(').and_then(|rest| Some((rest, rest.split_once(')')?.0)));
    let Some((rest, inside)) = inside.filter(|(_, inside)| !inside.trim().is_empty()) else {
        let range = sources.range(tree, comment);
        let message = "a comment for rulec is `rulec: allow(code, …)` or `rulec: allow-file(code, …)`";
        found.push(Diagnostic::new(&codes::UNKNOWN_ALLOW, range, message));
        return;
    };
    let mut at = start + directive.len() - rest.len();
    let scope = if whole_file { Span::new(0, text.len() as u32) } else { scope(yaml, comment) };
    let words: Vec<&str> = inside.split(',').collect();
    for word in &words {
        let bare = word.trim();
        let from = (at + word.len() - word.trim_start().len()) as u32;
        at += word.len() + 1;
        allows.push(Allow {
            code: ALL.iter().copied().find(|code| code.id.eq_ignore_ascii_case(bare) || code.name == bare),
            word: sources.range(tree, Span::new(from, from + bare.len() as u32)),
            scope: sources.range(tree, scope),
            comment: (words.len() == 1).then(|| sources.range(tree, with_blanks(text, comment))),
            used: false,
        });
    }
}

/// A comment with the blanks before it, and with its line when nothing else is on it.
fn with_blanks(text: &str, comment: Span) -> Span {
    let before = text.get(..comment.start as usize).unwrap_or("");
    let start = before.trim_end_matches([' ', '\t']).len() as u32;
    let own_line = start == 0 || text.as_bytes().get(start as usize - 1) == Some(&b'\n');
    let newline = u32::from(own_line && text.as_bytes().get(comment.end as usize) == Some(&b'\n'));
    Span::new(start, comment.end + newline)
}

/// What a comment is about.
fn scope(yaml: &Yaml, comment: Span) -> Span {
    let text = yaml.source();
    let line_of = |at: usize| -> (usize, usize) {
        let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let end = text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |len| at + len);
        (start, end)
    };
    let (mut start, mut end) = line_of(comment.start as usize);
    if text.get(start..comment.start as usize).unwrap_or("").trim().is_empty() {
        // Alone on its line: what comes next counts.
        while end < text.len() {
            (start, end) = line_of(end + 1);
            let line = text.get(start..end).unwrap_or("").trim();
            if !line.is_empty() && !line.starts_with('#') {
                break;
            }
        }
    }
    let line = Span::new(start as u32, end as u32);
    let node = yaml.documents().iter().find_map(|document| starting_in(yaml, document.root, line));
    node.map_or(line, |node| line.cover(node))
}

/// The outermost entry or element below a root that starts in a line.
fn starting_in(yaml: &Yaml, root: YamlId, line: Span) -> Option<Span> {
    let inside = |span: Span| line.start <= span.start && span.start <= line.end;
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        for &element in yaml.elements(node) {
            let span = yaml.span(element);
            if inside(span) {
                return Some(span);
            }
            if span.start <= line.start && line.start <= span.end {
                open.push(element);
            }
        }
        for pair in yaml.pairs(node) {
            let span = yaml.span(pair.key).cover(yaml.span(pair.value));
            if inside(span) {
                return Some(span);
            }
            if span.start <= line.start && line.start <= span.end {
                open.push(pair.value);
            }
        }
    }
    None
}

fn unused(allow: &Allow, code: &'static Code) -> Diagnostic {
    let message = match code.severity {
        Severity::Error => format!("`{}` is an error, which no comment allows", code.name),
        _ => format!("this allows `{}`, which is not reported here", code.name),
    };
    let ours = Diagnostic::new(&codes::UNUSED_ALLOW, allow.word, message);
    match allow.comment {
        Some(range) => ours.fix_all("remove the comment", vec![Edit { range, text: String::new() }], true),
        None => ours,
    }
}

fn unknown(sources: &Sources, allow: &Allow) -> Diagnostic {
    let word = sources.slice(allow.word);
    let ours = Diagnostic::new(&codes::UNKNOWN_ALLOW, allow.word, format!("there is no code `{word}`"));
    let near = suggest::nearest(word, ALL.iter().flat_map(|code| [code.name, code.id]));
    ours.note("`rulec explain` lists all codes").suggest(allow.word, near)
}
