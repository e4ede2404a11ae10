//! Every question, on texts that random edits have made of real ones: no panic, and every range lies in its text.

use ide::{Analysis, AnalysisHost, File};
use ir::testing::Prng;
use syntax::Span;

const TEXTS: [&str; 3] = [
    "- required_engine_version: 0.57.0\n\n- list: shells\n  items: [sh, \"bash\", 'zsh']\n\n- macro: spawned\n  condition: (evt.type in (execve, execveat) and evt.arg.flags contains X)\n",
    "- rule: Übel 😀\n  desc: >\n    text\n  condition: >\n    spawned and not proc.aname[2] in (shells)\n    and (tolower(fd.name) startswith /tmp or fd.name glob \"*é*\")\n  output: \"%proc.name[1] %2fd.name | 😀\"\n  priority: WARNING\n  tags: [T1059.004, host]\n  exceptions:\n    - name: known\n      fields: [proc.name, fd.name]\n      comps: [in, startswith]\n      values:\n        - [[a, shells], /x]\n",
    "- list: shells\r\n  items: [fish]\r\n  override:\r\n    items: append\r\n- rule: Übel 😀\r\n  condition: and user.uid=0\r\n  append: true\r\n",
];

const PIECES: [&str; 20] = [
    "a", "é", "😀", "\n", "\r\n", "\t", "- rule: ", "  ", "\"", "'", "(", ")", " and ", ": ", "[", "&a ",
    "*a", "%", "#", ">",
];

fn inside(analysis: &Analysis, file: usize, span: Span, what: &str) {
    let text = analysis.text(file);
    assert!(text.get(span.range()).is_some(), "{what}: {span:?} does not fit {text:?}");
}

/// Asks about a selection, and about where it starts.
fn ask_everything(analysis: &Analysis, file: usize, selected: Span) {
    let offset = selected.start;
    let all = Span::new(0, analysis.text(file).len() as u32);
    for finding in analysis.all_diagnostics() {
        for label in &finding.diagnostic().unwrap().labels {
            inside(analysis, label.range.file.0 as usize, label.range.span, "diagnostic");
        }
    }
    for one in analysis.completions(file, offset) {
        inside(analysis, file, one.replace, "completion");
        assert!(
            !one.replace.slice(analysis.text(file)).contains('\n'),
            "an edit of a completion is on one line"
        );
    }
    if let Some(hover) = analysis.hover(file, offset) {
        inside(analysis, file, hover.span, "hover");
    }
    for (file, span) in
        analysis.definition(file, offset).into_iter().chain(analysis.declaration(file, offset))
    {
        inside(analysis, file, span, "definition");
    }
    for one in analysis.references(file, offset).into_iter().chain(analysis.highlights(file, offset)) {
        inside(analysis, one.file, one.span, "reference");
    }
    if let Ok(edit) = analysis.rename(file, offset, "other_name") {
        for (file, edit) in edit.edits {
            inside(analysis, file, edit.span, "rename");
        }
    }
    for action in analysis.code_actions(file, selected) {
        let mut edits = action.edit.edits;
        edits.sort_by_key(|(file, edit)| (*file, edit.span));
        for (file, edit) in &edits {
            inside(analysis, *file, edit.span, &action.title);
        }
        for pair in edits.windows(2) {
            let ((file, first), (other, second)) = (&pair[0], &pair[1]);
            assert!(file != other || first.span.end <= second.span.start, "{}: {pair:?}", action.title);
        }
    }
    for one in analysis.document_symbols(file) {
        inside(analysis, file, one.span, "symbol");
        assert!(one.span.encloses(one.name_span), "{one:?}");
        assert!(one.children.iter().all(|child| child.span.encloses(child.name_span)), "{one:?}");
    }
    for one in analysis.semantic_tokens(file, None) {
        inside(analysis, file, one.span, "token");
    }
    for one in analysis.folds(file) {
        inside(analysis, file, one.span, "fold");
    }
    for span in analysis.selection_ranges(file, offset) {
        inside(analysis, file, span, "selection");
    }
    for one in analysis.links(file) {
        inside(analysis, file, one.span, "link");
    }
    for edit in analysis.format(file).unwrap_or_default() {
        inside(analysis, file, edit.span, "format");
    }
    analysis.inlay_hints(file, all);
    analysis.code_lenses(file);
    analysis.signature(file, offset);
    analysis.effective_rule_at(file, offset);
}

/// Edits; `IDE_EDITS=100000` for a long run.
fn edits() -> usize {
    std::env::var("IDE_EDITS").ok().and_then(|text| text.parse().ok()).unwrap_or(8_000)
}

#[test]
fn nothing_panics_on_broken_texts() {
    let mut random = Prng::new(11);
    let mut texts: Vec<String> = TEXTS.iter().map(|&text| text.to_owned()).collect();
    let mut host = AnalysisHost::default();
    for step in 0..edits() {
        if step % 60 == 0 {
            texts = TEXTS.iter().map(|&text| text.to_owned()).collect();
        }
        let file = random.below(texts.len());
        let text = &mut texts[file];
        let points: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let first = random.below(points.len());
        let last = (first + random.below(4)).min(points.len() - 1);
        text.replace_range(points[first]..points[last], PIECES[random.below(PIECES.len())]);
        let names = (0..texts.len()).map(|number| format!("{number}.yaml"));
        let files = names.zip(&texts).map(|(name, text)| File::new(name, text.as_str()));
        host.set_files(&files.collect::<Vec<_>>());
        let points: Vec<usize> =
            texts[file].char_indices().map(|(at, _)| at).chain([texts[file].len()]).collect();
        let place = random.below(points.len());
        let end = points[(place + random.below(30)).min(points.len() - 1)];
        ask_everything(&host.analysis(), file, Span::from(points[place]..end));
    }
}
