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
        if name == word.text || found.iter().any(|&(_, other)| other == name) {
            continue;
        }
        let Some(cost) = word.cost(name) else { continue };
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
    parts: Vec<String>,
}

impl<'w> Word<'w> {
    fn new(text: &'w str) -> Self {
        let lower = text.to_ascii_lowercase();
        let letters = lower.chars().collect();
        let mut parts: Vec<_> = lower.split(SEPARATORS).map(str::to_owned).collect();
        parts.sort_unstable();
        Self { text, lower, letters, parts }
    }

    fn cost(&self, name: &str) -> Option<u32> {
        let (word, name) = (self.lower.as_str(), name.to_ascii_lowercase());
        let letters: Vec<char> = name.chars().collect();
        // Short words are near to everything: allow as many edits as leave most of the word standing.
        let limit = match self.letters.len().max(letters.len()) {
            0..=1 => 0,
            2..=3 => 1,
            4..=11 => 2,
            _ => 3,
        };
        if let Some(edits) = edits(&self.letters, &letters, limit) {
            // A wrong first letter is rarer than other slips, and a name that is not finished more frequent.
            let first = u32::from(word.as_bytes().first() != name.as_bytes().first());
            let finished = u32::from(!name.starts_with(word));
            return Some(edits * 10 + first * 5 + finished * 3);
        }
        if word.len() < 3 {
            return None;
        }
        // The word is what follows or precedes a dot in the name: the beginning or end was forgotten.
        let rest = name.strip_suffix(word).filter(|rest| rest.ends_with('.'));
        if rest.or(name.strip_prefix(word).filter(|rest| rest.starts_with('.'))).is_some() {
            return Some(RELATED);
        }
        if name.len() == word.len() {
            let mut parts: Vec<_> = name.split(SEPARATORS).collect();
            parts.sort_unstable();
            if self.parts == parts {
                return Some(LOOSE);
            }
        }
        let far = name.len().abs_diff(word.len()) as u32;
        if name.starts_with(word) || (name.len() >= 3 && word.starts_with(&name)) {
            return Some(LOOSE + 10 + far);
        }
        let last = word.rsplit('.').next().unwrap_or(word);
        let same_last = last.len() >= 3 && last.len() < word.len() && name.rsplit('.').next() == Some(last);
        same_last.then_some(LOOSE + 100 + name.len() as u32)
    }
}

/// Signs between the parts of names.
const SEPARATORS: [char; 4] = ['.', '_', '-', ' '];

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, if at most `limit`.
fn edits(a: &[char], b: &[char], limit: usize) -> Option<u32> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut row = vec![0; b.len() + 1];
    for i in 1..=a.len() {
        row[0] = i;
        for j in 1..=b.len() {
            let replace = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replace.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        if row.iter().all(|&cost| cost > limit) {
            return None;
        }
        // The oldest row becomes the next one to fill.
        std::mem::swap(&mut before, &mut above);
        std::mem::swap(&mut above, &mut row);
    }
    let edits = above[b.len()];
    (edits <= limit).then_some(edits as u32)
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
