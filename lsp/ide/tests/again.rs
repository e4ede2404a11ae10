//! After any edits the workspace's diagnostics are those of a fresh check, and so are answers that build on them.

use hir::{Diagnostic, Input, SourceFile};
use ide::{AnalysisHost, File};
use ir::testing::Prng;

const LIBRARY: &str = "- list: shells\n  items: [bash, sh, zsh]\n- list: all_shells\n  items: [shells, fish]\n- macro: spawned\n  condition: (evt.type in (execve, execveat))\n- macro: opened\n  condition: evt.type in (open, openat) and fd.typechar = 'f'\n- macro: reading\n  condition: opened and evt.is_open_read = true\n- macro: never_true\n  condition: (evt.num = 0)\n";
const RULES: &str = "- rule: Shell\n  desc: a shell\n  condition: >\n    spawned and proc.name in (all_shells)\n    and not proc.pname in (shells)\n  output: shell %proc.name %user.name\n  priority: WARNING\n  tags: [host, T1059]\n- rule: Read\n  desc: reads\n  condition: reading and fd.name startswith /etc and not never_true\n  output: read %fd.name\n  priority: NOTICE\n  exceptions:\n    - name: known\n      fields: [proc.name, fd.name]\n      comps: [in, startswith]\n      values:\n        - [[cat, shells], /etc/x]\n- rule: Off\n  desc: off\n  condition: spawned and fd.name = a\n  output: x\n  priority: INFO\n  enabled: false\n";
const LOCAL: &str = "- list: shells\n  items: [dash]\n  override:\n    items: append\n- rule: Read\n  condition: and not proc.name = vi\n  override:\n    condition: append\n- macro: never_true\n  condition: (evt.num != 0)\n- rule: Extra\n  desc: more\n  condition: spawned and proc.cmdline contains \"x y\"\n  output: x\n  priority: INFO\n";

const PIECES: [&str; 26] = [
    "a",
    "_",
    "é",
    "😀",
    "\n",
    "\r\n",
    "  ",
    "\"",
    "(",
    ")",
    " and ",
    " or ",
    "not ",
    ": ",
    "[",
    "%",
    "# rulec: allow(unused-list)\n",
    "shells",
    "spawned",
    "proc.name",
    " = ",
    " in (",
    "never_true",
    "- list: x\n  items: [y]\n",
    "- macro: m\n  condition: reading\n",
    "evt.dir = < and ",
];

/// Edits; `IDE_EDITS=100000` for a long run.
fn edits(usual: usize) -> usize {
    std::env::var("IDE_EDITS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Edits random places; every so often all texts are what they were.
fn follow(start: &[String], edits: usize, seed: u64) {
    let mut random = Prng::new(seed);
    let mut texts = start.to_vec();
    let mut host = AnalysisHost::default();
    for step in 0..edits {
        if step % 25 == 0 {
            texts = start.to_vec();
        }
        let file = random.below(texts.len());
        let text = &mut texts[file];
        let mut first = random.below(text.len() + 1);
        while !text.is_char_boundary(first) {
            first -= 1;
        }
        let mut last = (first + random.below(6)).min(text.len());
        while !text.is_char_boundary(last) {
            last += 1;
        }
        let piece = if random.below(3) == 0 { "" } else { PIECES[random.below(PIECES.len())] };
        text.replace_range(first..last, piece);
        let files = texts.iter().enumerate();
        let files: Vec<File> =
            files.map(|(number, text)| File::new(format!("{number}.yaml"), text.as_str())).collect();
        host.set_files(&files);
        let analysis = host.analysis();
        let fresh = Input {
            files: files.iter().map(|file| SourceFile::new(file.name.clone(), file.text.clone())).collect(),
            ..Input::default()
        };
        let fresh = hir::check(&fresh);
        let again = analysis.checked();
        if again.diagnostics != fresh.diagnostics {
            let without = |all: &[Diagnostic], others: &[Diagnostic]| -> Vec<String> {
                let only = all.iter().filter(|one| !others.contains(one));
                only.map(|one| format!("{} {:?} {}", one.code.id, one.primary(), one.message)).collect()
            };
            panic!(
                "after edit {step} of seed {seed}:\n{}\nonly fresh: {:#?}\nonly again: {:#?}",
                texts[file],
                without(&fresh.diagnostics, &again.diagnostics),
                without(&again.diagnostics, &fresh.diagnostics)
            );
        }
        assert_eq!(again.files, fresh.files, "after edit {step} of seed {seed}");
        for (number, rule) in fresh.compiled.rules.iter().enumerate() {
            let (Some(fresh), again) = (rule, again.compiled.rules[number].as_ref()) else { continue };
            let again = again.unwrap();
            assert_eq!(fresh.text, again.text, "after edit {step}");
            assert_eq!(fresh.output, again.output, "after edit {step}");
            assert_eq!(fresh.reach, again.reach, "after edit {step}");
        }
    }
}

#[test]
fn edits_of_a_small_workspace() {
    let texts = [LIBRARY, RULES, LOCAL].map(str::to_owned);
    for seed in 0..4 {
        follow(&texts, edits(300), seed);
    }
}

#[test]
fn edits_of_the_official_rules() {
    let Some(folder) = std::env::var_os("RULES_DIR") else {
        assert!(std::env::var_os("REQUIRE_REFERENCE").is_none(), "RULES_DIR is not set");
        eprintln!("skipped: RULES_DIR is not set");
        return;
    };
    let folder = std::path::Path::new(&folder).join("official");
    let texts = ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"]
        .map(|name| std::fs::read_to_string(folder.join(name)).unwrap());
    follow(&texts, edits(40), 9);
}
