//! Counts of what passed, failed and was skipped, by kind.

use std::collections::BTreeMap;
use std::fmt;

/// How a case went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As expected.
    Passed,
    /// Not as expected: what differs.
    Failed(String),
    /// Not run: why.
    Skipped(String),
}

/// A case on which the reference contradicts itself.
#[derive(Clone, Copy, Debug)]
pub struct Exception {
    /// The case.
    pub id: &'static str,
    /// The section of the reference that says otherwise.
    pub section: &'static str,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    passed: usize,
    failed: usize,
    skipped: usize,
}

/// The outcome of a run.
#[derive(Debug, Default)]
pub struct Report {
    kinds: BTreeMap<String, Counts>,
}

impl Report {
    /// Counts a case and prints it unless it passed.
    pub fn add(&mut self, kind: &str, id: &str, outcome: &Outcome, exceptions: &[Exception]) {
        let counts = self.kinds.entry(kind.to_owned()).or_default();
        match outcome {
            Outcome::Passed => counts.passed += 1,
            Outcome::Failed(why) => match exceptions.iter().find(|exception| exception.id == id) {
                Some(exception) => {
                    counts.skipped += 1;
                    println!("excepted {id} (reference, section {}): {why}", exception.section);
                }
                None => {
                    counts.failed += 1;
                    println!("FAILED {id}: {why}");
                }
            },
            Outcome::Skipped(why) => {
                counts.skipped += 1;
                println!("skipped {id}: {why}");
            }
        }
    }

    /// Whether nothing failed.
    pub fn is_ok(&self) -> bool {
        self.kinds.values().all(|counts| counts.failed == 0)
    }
}

impl fmt::Display for Report {
    /// One line: the counts of all cases, then those of each kind.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all = Counts::default();
        for counts in self.kinds.values() {
            all.passed += counts.passed;
            all.failed += counts.failed;
            all.skipped += counts.skipped;
        }
        write!(f, "conformance: {} passed, {} failed, {} skipped (", all.passed, all.failed, all.skipped)?;
        for (index, (kind, counts)) in self.kinds.iter().enumerate() {
            let separator = if index > 0 { "; " } else { "" };
            write!(f, "{separator}{kind} {}/{}/{}", counts.passed, counts.failed, counts.skipped)?;
        }
        f.write_str(")")
    }
}
