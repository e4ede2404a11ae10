//! Nearest names, for "did you mean".

/// The longest list [`nearest`] gives.
const MOST: usize = 3;

/// The candidates that `word` most probably stands for, best first, at most three.
///
/// Names within two edits (three for long words) come first, by number of edits; then names that hold the word between
/// dots; and, if there are none of these, names with the same parts in another order, names that `word` begins or that
/// begin with it, and names with the same last part. Letter case does not count. An equal name
/// is no suggestion.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let word = Word::new(word);
    let mut found: Vec<(u32, &str)> = Vec::new();
    for name in candidates {
        let Some(cost) = word.cost(name) else { continue };
        if name == word.text || found.iter().any(|&(_, other)| other == name) {
            continue;
        }
        let at = found.partition_point(|&(c, n)| (c, n.len(), n) <= (cost, name.len(), name));
        if at < MOST {
            found.insert(at, (cost, name));
            found.truncate(MOST);
        }
    }
    // A name one or two letters off settles the matter; looser relations would only distract.
    if found.first().is_some_and(|best| best.0 < LOOSE) {
        found.retain(|f| f.0 < LOOSE);
    }
    found.into_iter().map(|(_, name)| name).collect()
}

/// Cost of a name that holds the word as a whole: more than three edits.
const RELATED: u32 = 50;

/// Costs from here on are guesses.
const LOOSE: u32 = 100;

/// What is compared with every candidate.
struct Word<'w> {
    text: &'w str,
    lower: String,
    letters: Vec<char>,
    set: u64,
}

impl<'w> Word<'w> {
    fn new(text: &'w str) -> Self {
        let lower = text.to_ascii_lowercase();
        let letters = lower.chars().collect();
        let set = letter_set(text);
        Self { text, lower, letters, set }
    }

    fn cost(&self, name: &str) -> Option<u32> {
        let word = self.lower.as_bytes();
        let len = if name.is_ascii() { name.len() } else { name.chars().count() };
        // Short words are near to everything: allow as many edits as leave most of the word standing.
        let limit = match self.letters.len().max(len) {
            0..=1 => 0,
            2..=3 => 1,
            4..=11 => 2,
            _ => 3,
        };
        // An edit brings in one letter and takes away one at most.
        let near = self.letters.len().abs_diff(len) <= limit
            && (self.set ^ letter_set(name)).count_ones() as usize <= 2 * limit;
        if near && let Some(edits) = self.edits(name, limit) {
            // A wrong first letter is rarer than other slips, and a name that is not finished more frequent.
            let first =
                u32::from(word.first().copied() != name.as_bytes().first().map(u8::to_ascii_lowercase));
            let finished = u32::from(!starts_with(name, word));
            return Some(edits * 10 + first * 5 + finished * 3);
        }
        if word.len() < 3 {
            return None;
        }
        // The word is what follows or precedes a dot in the name: the beginning or end was forgotten.
        let at = name.len().checked_sub(word.len() + 1);
        let dotted = |at: usize| name.as_bytes().get(at) == Some(&b'.');
        if at.is_some_and(|at| {
            (dotted(at) && ends_with(name, word)) || (dotted(word.len()) && starts_with(name, word))
        }) {
            return Some(RELATED);
        }
        if name.len() == word.len() && self.same_parts(name) {
            return Some(LOOSE);
        }
        let far = name.len().abs_diff(word.len()) as u32;
        if starts_with(name, word) || (name.len() >= 3 && starts_with(&self.lower, name.as_bytes())) {
            return Some(LOOSE + 10 + far);
        }
        let last = self.lower.rsplit('.').next().unwrap_or(&self.lower);
        let same_last = last.len() >= 3
            && last.len() < word.len()
            && name.rsplit('.').next().is_some_and(|other| other.eq_ignore_ascii_case(last));
        same_last.then_some(LOOSE + 100 + name.len() as u32)
    }

    /// Whether a name has the same parts in whatever order.
    fn same_parts(&self, name: &str) -> bool {
        let sum = |text: &str| text.bytes().map(|byte| u32::from(byte.to_ascii_lowercase())).sum::<u32>();
        // Most names of this length differ in their letters already.
        if sum(&self.lower) != sum(name) {
            return false;
        }
        let parts = |text: &str| {
            let mut parts: Vec<String> = text.split(SEPARATORS).map(str::to_ascii_lowercase).collect();
            parts.sort_unstable();
            parts
        };
        parts(&self.lower) == parts(name)
    }

    fn edits(&self, name: &str, limit: usize) -> Option<u32> {
        let mut short = ['\0'; SHORT];
        let mut count = 0;
        for letter in name.chars() {
            // Longer ones are rare enough to be copied.
            let Some(slot) = short.get_mut(count) else {
                let letters: Vec<char> = name.to_ascii_lowercase().chars().collect();
                return edits(&self.letters, &letters, limit);
            };
            *slot = letter.to_ascii_lowercase();
            count += 1;
        }
        edits(&self.letters, &short[..count], limit)
    }
}

/// Names up to this many letters are compared without allocating.
const SHORT: usize = 64;

/// Which letters a word has, as far as 64 bits tell.
fn letter_set(word: &str) -> u64 {
    word.bytes().fold(0, |set, byte| set | 1 << (byte.to_ascii_lowercase() & 63))
}

/// Whether a text begins with lower-case letters, whatever its own case is.
fn starts_with(text: &str, lower: &[u8]) -> bool {
    text.as_bytes().get(..lower.len()).is_some_and(|start| start.eq_ignore_ascii_case(lower))
}

/// Whether a text ends with lower-case letters, whatever its own case is.
fn ends_with(text: &str, lower: &[u8]) -> bool {
    let at = text.len().checked_sub(lower.len());
    at.and_then(|at| text.as_bytes().get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(lower))
}

/// Signs between the parts of names.
const SEPARATORS: [char; 4] = ['.', '_', '-', ' '];

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other, if at most `limit`.
/// Letter case does not count.
pub fn edits_between(word: &str, name: &str, limit: usize) -> Option<u32> {
    Word::new(word).edits(name, limit)
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, if at most `limit`. Between two
/// letters that are swapped, one may come in or go.
fn edits(a: &[char], b: &[char], limit: usize) -> Option<u32> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut short = [[0u32; SHORT + 1]; 4];
    let mut long: [Vec<u32>; 4] = Default::default();
    let mut rows = if b.len() <= SHORT {
        short.each_mut().map(|row| &mut row[..=b.len()])
    } else {
        long.each_mut().map(|row| {
            row.resize(b.len() + 1, 0);
            row.as_mut_slice()
        })
    };
    let beyond = limit as u32 + 1;
    for (j, cost) in rows[0].iter_mut().enumerate() {
        *cost = j as u32;
    }
    for i in 1..=a.len() {
        // The oldest row is the one to fill.
        rows.rotate_right(1);
        let [row, above, before, first] = &mut rows;
        // Further from the diagonal the cost is above the limit in any case.
        let (from, to) = (i.saturating_sub(limit).max(1), (i + limit).min(b.len()));
        row[from - 1] = if from == 1 { i as u32 } else { beyond };
        let mut least = row[from - 1];
        for j in from..=to {
            let replace = above[j - 1] + u32::from(a[i - 1] != b[j - 1]);
            // The row above ends one place earlier.
            let dropped = if j < i + limit { above[j] } else { beyond };
            let mut cost = replace.min(dropped + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(before[j - 2] + 1);
            }
            if i > 1 && j > 2 && a[i - 1] == b[j - 3] && a[i - 2] == b[j - 1] {
                cost = cost.min(before[j - 3] + 2);
            }
            if i > 2 && j > 1 && j < i + limit && a[i - 1] == b[j - 2] && a[i - 3] == b[j - 1] {
                cost = cost.min(first[j - 2] + 2);
            }
            row[j] = cost;
            least = least.min(cost);
        }
        if least > limit as u32 {
            return None;
        }
    }
    let edits = rows[0][b.len()];
    (edits <= limit as u32).then_some(edits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 16] = [
        "proc.name",
        "proc.pname",
        "proc.aname",
        "proc.args",
        "proc.cmdline",
        "proc.pid",
        "proc.ppid",
        "fd.name",
        "fd.sip",
        "fd.directory",
        "evt.type",
        "evt.dir",
        "user.name",
        "container.name",
        "k8s.pod.name",
        "container.image.repository",
    ];

    #[test]
    fn nearest_names_first() {
        for (word, wanted) in [
            ("proc.nmae", &["proc.name", "proc.aname", "proc.pname"][..]),
            ("proc.cmdlien", &["proc.cmdline"]),
            ("pro.cmdline", &["proc.cmdline"]),
            ("Evt.Type", &["evt.type"]),
            ("evt.typ", &["evt.type"]),
            ("name.proc", &["proc.name"]),
            ("pod.name", &["proc.name", "fd.name", "k8s.pod.name"]),
            ("container.image.repo", &["container.image.repository"]),
            ("image.repository", &["container.image.repository"]),
            ("thread.name", &["fd.name", "proc.name", "user.name"]),
            ("zzz", &[]),
            ("", &[]),
        ] {
            assert_eq!(nearest(word, NAMES), wanted, "{word}");
        }
    }

    #[test]
    fn edits_are_counted() {
        for (a, b, wanted) in [
            ("same", "same", Some(0)),
            ("proc.nmae", "proc.name", Some(1)),
            ("binaries", "nbaries", Some(2)),
            ("shell", "hzsell", Some(2)),
            ("intersects", "interstes", Some(2)),
            ("abcd", "badc", Some(2)),
            ("abc", "", None),
            ("ab", "", Some(2)),
            ("abcdef", "fedcba", None),
            ("", "xy", Some(2)),
        ] {
            assert_eq!(edits_between(a, b, 2), wanted, "{a} {b}");
            assert_eq!(edits_between(b, a, 2), wanted, "{b} {a}");
        }
        let long = "x".repeat(100);
        assert_eq!(edits_between(&format!("{long}ab"), &format!("{long}ba"), 2), Some(1));
    }

    #[test]
    fn one_edit_of_any_name_suggests_it_first() {
        for name in NAMES {
            for i in 0..name.len() {
                let mut without = name.to_owned();
                without.remove(i);
                let exact = NAMES.contains(&without.as_str());
                assert!(exact || nearest(&without, NAMES).contains(&name), "{without} for {name}");
            }
        }
    }
}
