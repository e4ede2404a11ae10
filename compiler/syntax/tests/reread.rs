//! Reading a changed text from its old tree gives what reading it as a whole gives.

use syntax::yaml::{read, reread};

/// Rule files of many shapes; random edits make stranger ones of them.
const TEXTS: [&str; 6] = [
    "# about\n- list: shells\n  items: [bash, \"s h\", 'it''s']\n\n# about opens\n- macro: opens\n  condition: >\n    evt.type in\n    (open, openat)\n\n- rule: first\n  desc: |+\n    several\n    lines\n\n  condition: opens and\n    proc.name in (shells) # why\n  output: \"x\\ty %proc.name\"\n  tags:\n    - a\n    - [b, {c: d}]\n  enabled:\n# at the end\n",
    "  - list: a\n    items:\n    - x\n    -\n    - y\n  -\n  - list: b\n    items: []\n  - plain\n  - - nested\n    - two\n",
    "- rule: r\r\n  desc: d\r\n\r\n- macro: m\r\n  condition: >-\r\n    a\r\n    b\r\n",
    "---\n- list: &name x\n  items: *name\n- macro: !!str m\n  condition: ! c\n- rule: r\n  desc: d\n",
    "- rule: r\n  ? complex\n  : value\n  desc: 'quoted\n\n    twice'\n- x: {a: [1, 2], b: c}\n  y: \"\\x41\\u00e9\"\n- z: |2-\n     deep\n    less\n...\n---\n- second\n",
    "- a: \u{1F600} \u{e9}\n  b:\n    - c\n    - d: e\n      f: ~\n- g: null\n- h: >+\n\n    text\n\n\n- i: j\n",
];

const PIECES: [&str; 33] = [
    "x",
    " ",
    "\n",
    "- ",
    "-",
    ":",
    ": ",
    "'",
    "\"",
    "#",
    " # c",
    "&a ",
    "*a",
    "!t ",
    "|",
    ">",
    "[",
    "]",
    "{",
    "}",
    ",",
    "\t",
    "\r\n",
    "\r",
    "\n\n",
    "\n- rule: n\n",
    "\n  k: v\n",
    "---\n",
    "...\n",
    "%",
    "~",
    "\u{1F600}",
    "\u{FEFF}",
];

/// A xorshift generator.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    fn place(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// The text with a few bytes replaced, mostly none, by a few others; or with a part of it repeated.
    fn edit(&mut self, text: &str) -> String {
        let from = self.place(text);
        let far = if self.below(8) == 0 { 60 } else { 3 };
        let mut to = text.len().min(from + self.below(far));
        while !text.is_char_boundary(to) {
            to += 1;
        }
        let piece = match self.below(8) {
            0 => {
                let (a, b) = (self.place(text), self.place(text));
                text[a.min(b)..a.max(b)].to_owned()
            }
            1 => String::new(),
            _ => PIECES[self.below(PIECES.len())].to_owned(),
        };
        format!("{}{piece}{}", &text[..from], &text[to..])
    }
}

/// Edits a text, or what earlier edits made of it; how many of the texts that read were read from their old trees.
fn compare(first: &str, edits: usize, again: bool, seed: u64) -> (usize, usize) {
    let mut random = Random(seed | 1);
    let (mut taken, mut all) = (0, 0);
    let mut old = read(first);
    assert!(old.is_ok(), "{first}: {:?}", old.errors);
    for step in 0..edits {
        let text = random.edit(old.tree.source());
        let whole = read(&text);
        if let Some(tree) = reread(&old.tree, &text) {
            let before = old.tree.source();
            assert!(whole.is_ok(), "from {before:?} to {text:?}: {:?}", whole.errors);
            if tree != whole.tree {
                let (ours, theirs) = (format!("{tree:#?}"), format!("{:#?}", whole.tree));
                let different = ours.lines().zip(theirs.lines()).filter(|(a, b)| a != b).take(5);
                panic!("from {before:?} to {text:?}: {:?}", different.collect::<Vec<_>>());
            }
            taken += 1;
        }
        all += usize::from(whole.is_ok());
        // From time to time back to a text of some order.
        if step % 40 == 39 {
            old = read(first);
        } else if again && whole.is_ok() && text.len() < 4 * first.len() + 200 {
            old = whole;
        }
    }
    (taken, all)
}

#[test]
fn random_edits() {
    for (index, text) in TEXTS.iter().enumerate() {
        let (taken, all) = compare(text, 20_000, true, 7777 + index as u64);
        eprintln!("text {index}: {taken} of {all}");
        assert!(index == 3 || taken > 500, "{taken} of {all} texts were read from the old tree");
    }
}

#[test]
fn official_files() {
    let Some(folder) = std::env::var_os("RULES_DIR") else {
        assert!(std::env::var_os("REQUIRE_REFERENCE").is_none(), "RULES_DIR is not set");
        return;
    };
    for name in ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"] {
        let path = std::path::Path::new(&folder).join("official").join(name);
        let text = std::fs::read_to_string(&path).expect("an official file");
        let (taken, all) = compare(&text, 200, false, 5);
        eprintln!("{name}: {taken} of {all}");
        assert!(taken * 4 > all * 3, "{taken} of {all} texts were read from the old tree");
    }
}
