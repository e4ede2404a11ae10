//! A misspelt field, macro, operator, event name or list name is pointed at, to the byte: each one used in the official
//! rules within two edits, where it stands and in every style that YAML has for texts.

#[path = "mutations/misspell.rs"]
mod misspell;
#[path = "mutations/style.rs"]
mod style;
#[path = "mutations/tokens.rs"]
mod tokens;

use std::collections::{BTreeMap, BTreeSet};

use catalogue::Catalogue;
use corpus::reference::Reference;
use hir::{Checked, Input, Severity, SourceFile};
use ir::testing::Prng;
use style::Style;
use syntax::span::{FileId, FileRange, Span};
use syntax::yaml::{Yaml, YamlId};
use tokens::{Kind, Token};

const FILES: [&str; 3] = ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"];

/// Misspellings of each name where it stands; each time another of its uses.
const ROUNDS: usize = 3;
/// Misspellings of each name in each style.
const ROUNDS_BY_STYLE: usize = 1;

fn check(files: &[SourceFile]) -> Checked {
    hir::check(&Input { files: files.to_vec(), ..Input::default() })
}

/// The official files, what they give, and their texts as YAML.
struct Official {
    files: Vec<SourceFile>,
    trees: Vec<Yaml>,
    checked: Checked,
    /// The uses of each name.
    names: BTreeMap<(Kind, String), Vec<Token>>,
}

impl Official {
    fn read() -> Option<Official> {
        let folder = Reference::Rules.folder()?;
        let files = FILES.map(|name| {
            let text = std::fs::read_to_string(folder.join("official").join(name)).expect("an official file");
            SourceFile::new(name, text)
        });
        let trees = files.iter().map(|file| syntax::yaml::read(&file.text).tree).collect();
        let checked = check(&files);
        assert!(checked.is_ok());
        let mut names: BTreeMap<(Kind, String), Vec<Token>> = BTreeMap::new();
        for token in tokens::tokens(&checked) {
            names.entry((token.kind, token.name.clone())).or_default().push(token);
        }
        Some(Official { files: files.to_vec(), trees, checked, names })
    }

    /// Misspellings: in each round one of every name, of uses that `fits` agrees to.
    fn cases(&self, seed: u64, rounds: usize, fits: impl Fn(&Token) -> bool) -> Vec<Case> {
        let catalogue = Catalogue::falco_default();
        let mut random = Prng::new(seed);
        let mut cases = Vec::new();
        for round in 0..rounds {
            for ((kind, name), uses) in &self.names {
                let uses: Vec<&Token> = uses.iter().filter(|token| fits(token)).collect();
                let wrong = || misspell::misspell(*kind, name, &mut random);
                let wrong = std::iter::repeat_with(wrong)
                    .take(20)
                    .flatten()
                    .find(|wrong| !tokens::is_right(*kind, wrong, &self.checked, &catalogue));
                let (Some(wrong), false) = (wrong, uses.is_empty()) else { continue };
                let token = uses[round % uses.len()].clone();
                let item = self.item(token.range);
                cases.push(Case { token, wrong, item });
            }
        }
        cases
    }

    /// The item that a range is in.
    fn item(&self, range: FileRange) -> (FileId, usize) {
        let yaml = &self.trees[range.file.0 as usize];
        let items = yaml.documents().iter().flat_map(|document| yaml.elements(document.root));
        let at = items.into_iter().position(|item| yaml.span(*item).encloses(range.span));
        (range.file, at.unwrap_or(usize::MAX))
    }

    /// The text of the condition that a range is in, as a node.
    fn condition(&self, range: FileRange) -> Option<YamlId> {
        let yaml = &self.trees[range.file.0 as usize];
        let items = yaml.documents().iter().flat_map(|document| yaml.elements(document.root));
        items
            .filter_map(|item| yaml.get(*item, "condition"))
            .map(|pair| pair.value)
            .find(|value| yaml.span(*value).encloses(range.span))
    }
}

/// A misspelling of one use of a name.
#[derive(Clone, Debug)]
struct Case {
    token: Token,
    wrong: String,
    item: (FileId, usize),
}

/// A change of a file: what is written instead of a range, and where in that the misspelt name stands.
struct Change {
    range: FileRange,
    text: String,
    name: Span,
}

/// Cases of different items, which do not touch one another. Where a list is misspelt nothing is wrong for Falco, so
/// rules with errors must not be in the way.
fn batches(cases: &[Case]) -> Vec<Vec<&Case>> {
    struct Batch<'c> {
        quiet: bool,
        items: BTreeSet<(FileId, usize)>,
        cases: Vec<&'c Case>,
    }
    let mut batches: Vec<Batch<'_>> = Vec::new();
    for case in cases {
        let quiet = case.token.kind == Kind::List;
        let free = batches.iter_mut().find(|batch| batch.quiet == quiet && !batch.items.contains(&case.item));
        match free {
            Some(batch) => {
                batch.items.insert(case.item);
                batch.cases.push(case);
            }
            None => batches.push(Batch { quiet, items: [case.item].into(), cases: vec![case] }),
        }
    }
    batches.into_iter().map(|batch| batch.cases).collect()
}

/// Makes the changes, and says for each where the misspelt name then stands.
fn apply(files: &[SourceFile], changes: &[Change]) -> (Vec<SourceFile>, Vec<FileRange>) {
    let mut files = files.to_vec();
    let mut order: Vec<usize> = (0..changes.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(changes[*at].range));
    let mut texts: Vec<String> = files.iter().map(|file| file.text.to_string()).collect();
    for &at in &order {
        let Change { range, text, .. } = &changes[at];
        texts[range.file.0 as usize].replace_range(range.span.range(), text);
    }
    for (file, text) in files.iter_mut().zip(texts) {
        file.text = text.into();
    }
    let places = changes.iter().map(|one| {
        let before =
            changes.iter().filter(|other| other.range < one.range && other.range.file == one.range.file);
        let shift: i64 =
            before.map(|other| other.text.len() as i64 - i64::from(other.range.span.len())).sum();
        let start = (i64::from(one.range.span.start) + shift) as u32;
        FileRange { file: one.range.file, span: one.name.shift(start) }
    });
    let places = places.collect();
    (files, places)
}

/// What was found instead, for those that are not pointed at.
fn missed(official: &Official, cases: &[&Case], change: &dyn Fn(&Case) -> Option<Change>) -> Vec<String> {
    let (cases, changes): (Vec<&Case>, Vec<Change>) =
        cases.iter().filter_map(|case| Some((*case, change(case)?))).unzip();
    let (files, wanted) = apply(&official.files, &changes);
    let checked = check(&files);
    let found: BTreeSet<FileRange> = checked.diagnostics.iter().map(|one| one.primary()).collect();
    let left: Vec<(&Case, FileRange)> =
        cases.iter().copied().zip(wanted).filter(|(_, wanted)| !found.contains(wanted)).collect();
    if let ([only], [(_, wanted)]) = (cases.as_slice(), left.as_slice()) {
        let found: Vec<String> = checked
            .diagnostics
            .iter()
            .filter(|one| one.primary().file == wanted.file)
            .filter(|one| one.primary().span.start.abs_diff(wanted.span.start) < 400)
            .map(|one| format!("{} at {:?}: {}", one.code.id, one.primary().span, one.message))
            .collect();
        let text = checked.sources.slice(FileRange {
            file: wanted.file,
            span: Span::new(wanted.span.start.saturating_sub(30), wanted.span.end + 30),
        });
        return vec![format!(
            "{:?} as {} at {:?} in {text:?}: {found:?}",
            only.token, only.wrong, wanted.span
        )];
    }
    // Others may have been in the way.
    left.iter().flat_map(|(case, _)| missed(official, &[*case], change)).collect()
}

/// Tries all cases on all processors.
fn try_all(official: &Official, cases: &[Case], change: &(dyn Fn(&Case) -> Option<Change> + Sync)) {
    let batches = batches(cases);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let missed: Vec<String> = std::thread::scope(|scope| {
        let batches = &batches;
        let workers: Vec<_> = (0..workers)
            .map(|worker| {
                let own = batches.iter().skip(worker).step_by(workers);
                scope.spawn(move || own.flat_map(|batch| missed(official, batch, change)).collect::<Vec<_>>())
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker ends")).collect()
    });
    assert!(missed.is_empty(), "{} of {} missed:\n{}", missed.len(), cases.len(), missed.join("\n"));
}

#[test]
fn every_name_where_it_stands() {
    let Some(official) = Official::read() else { return };
    let cases = official.cases(1, ROUNDS, |_| true);
    let instead = |case: &Case| {
        let name = Span::new(0, case.wrong.len() as u32);
        Some(Change { range: case.token.range, text: case.wrong.clone(), name })
    };
    try_all(&official, &cases, &instead);
    assert!(official.names.len() > 300 && cases.len() > 1000, "only {} cases", cases.len());
}

#[test]
fn every_name_in_every_style() {
    let Some(official) = Official::read() else { return };
    for (seed, style) in style::ALL.into_iter().enumerate() {
        let in_condition = |token: &Token| official.condition(token.range).is_some();
        let cases = official.cases(100 + seed as u64, ROUNDS_BY_STYLE, in_condition);
        try_all(&official, &cases, &|case| rewritten(&official, case, style));
    }
}

/// The whole condition in a style, with a name in it misspelt.
fn rewritten(official: &Official, case: &Case, style: Style) -> Option<Change> {
    let Token { range, name, .. } = &case.token;
    let yaml = &official.trees[range.file.0 as usize];
    let node = official.condition(*range)?;
    let (text, map) = (yaml.text(node)?, yaml.scalar_map(node)?);
    let start = (0..map.len()).find(|at| map.source_offset(*at) == range.span.start)? as usize;
    let changed = format!("{}{}{}", &text[..start], case.wrong, &text[start + name.len()..]);
    let changed = changed.trim_end().replace('\n', " ");
    let (text, places) = style::write(style, &changed, &mut Prng::new(u64::from(range.span.start)))?;
    let name = Span::from(places[start]..places[start + case.wrong.len()]);
    let written = yaml.span(node);
    Some(Change { range: FileRange { file: range.file, span: written }, text, name })
}

/// A condition in each style, and the same text inside.
const STYLES: [(&str, &str); 7] = [
    ("plain", "CONDITION"),
    ("flow", "\"CONDITION\""),
    ("double quoted", "\"CONDITION\""),
    ("single quoted", "'CONDITION'"),
    ("folded", ">\n    CONDITION"),
    ("literal", "|\n    CONDITION"),
    ("folded, stripped and indented", ">2-\n    CONDITION"),
];

#[test]
fn every_style() {
    let lists = "- list: shell_names\n  items: [bash, sh]\n- macro: opened\n  condition: evt.type in (open, openat)\n";
    let cases = [
        ("proc.nmae", "opened and\n    proc.nmae = x"),
        ("opend", "user.name = 'é' and\n    opend and proc.name = x"),
        ("contians", "opened and proc.name\n    contians x"),
        ("opne", "evt.type in (open,\n    opne) and fd.num = 1"),
        ("shell_nmaes", "opened and proc.name in\n    (shell_nmaes)"),
        ("5x", "opened and\n    fd.num = 5x"),
    ];
    for (style, shape) in STYLES {
        for (token, condition) in cases {
            let condition =
                if style == "single quoted" { condition.replace('\'', "''") } else { condition.to_owned() };
            let value = shape.replace("CONDITION", &condition);
            let rule = match style {
                "flow" => format!("- {{rule: r, desc: é, condition: {value}, output: x, priority: INFO}}\n"),
                _ => format!("- rule: r\n  desc: é\n  condition: {value}\n  output: x\n  priority: INFO\n"),
            };
            let text = format!(
                "{lists}{rule}- rule: s\n  desc: d\n  condition: opened and proc.name in (shell_names)\n  output: x\n  \
                 priority: INFO\n"
            );
            let at = text.find(token).expect("the token") as u32;
            let wanted = Span::new(at, at + token.len() as u32);
            let checked = check(&[SourceFile::new("f.yaml", text)]);
            let found: Vec<_> =
                checked.diagnostics.iter().map(|one| (one.code.id, one.primary().span)).collect();
            assert!(
                found.iter().any(|(_, span)| *span == wanted),
                "{style}, {token} at {wanted:?}: {found:?}"
            );
            let errors = checked.diagnostics.iter().filter(|one| one.severity == Severity::Error).count();
            assert!(errors <= 1, "{style}, {token}: {found:?}");
        }
    }
}
