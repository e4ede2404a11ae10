//! Diagnostics: plain data about a problem, with exact ranges, secondary places and edits that repair it.

use syntax::span::FileRange;

use crate::codes::Code;
use crate::falco::LoadCode;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The file does not load.
    Error,
    /// It loads, but something is probably not as meant.
    Warning,
    /// A remark.
    Note,
}

/// A marked place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub range: FileRange,
    /// What is there; may be empty for the primary label, whose message says it.
    pub text: String,
    /// Whether it is the place of the problem and not one that explains it.
    pub primary: bool,
}

/// How safe a repair is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Applicability {
    /// Keeps the meaning, or restores the only sensible one: `--fix` applies it.
    MachineApplicable,
    /// Probably what was meant; a person decides.
    MaybeIncorrect,
}

/// A replacement of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub range: FileRange,
    /// By what.
    pub text: String,
}

/// A repair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative.
    pub title: String,
    /// Edits that do not overlap.
    pub edits: Vec<Edit>,
    /// How safe it is.
    pub applicability: Applicability,
}

/// What Falco says about the same problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FalcoView {
    /// Its code.
    pub code: LoadCode,
    /// Its message.
    pub message: String,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its stable code.
    pub code: &'static Code,
    /// How bad it is, before levels are configured.
    pub severity: Severity,
    /// What is wrong, in one sentence without a final dot.
    pub message: String,
    /// Places; the primary one comes first.
    pub labels: Vec<Label>,
    /// Further sentences.
    pub notes: Vec<String>,
    /// Repairs, the best first.
    pub fixes: Vec<Fix>,
    /// What Falco says, when it notices the problem at all.
    pub falco: Option<FalcoView>,
}

impl Diagnostic {
    /// A diagnostic with one primary label.
    pub fn new(code: &'static Code, range: FileRange, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.severity,
            message: message.into(),
            labels: vec![Label { range, text: String::new(), primary: true }],
            notes: Vec::new(),
            fixes: Vec::new(),
            falco: None,
        }
    }

    /// Sets the text of the primary label.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Diagnostic {
        if let Some(label) = self.labels.first_mut() {
            label.text = text.into();
        }
        self
    }

    /// Adds a place that explains the problem.
    #[must_use]
    pub fn secondary(mut self, range: FileRange, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { range, text: text.into(), primary: false });
        self
    }

    /// Adds a sentence.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(text.into());
        self
    }

    /// Adds a repair that replaces one range.
    #[must_use]
    pub fn fix(
        self,
        title: impl Into<String>,
        range: FileRange,
        text: impl Into<String>,
        safe: bool,
    ) -> Diagnostic {
        self.fix_all(title, vec![Edit { range, text: text.into() }], safe)
    }

    /// Adds a repair of several edits.
    #[must_use]
    pub fn fix_all(mut self, title: impl Into<String>, edits: Vec<Edit>, safe: bool) -> Diagnostic {
        let applicability =
            if safe { Applicability::MachineApplicable } else { Applicability::MaybeIncorrect };
        self.fixes.push(Fix { title: title.into(), edits, applicability });
        self
    }

    /// Adds one repair for each suggested word, replacing `range`; the text of the primary label names the best.
    #[must_use]
    pub fn suggest<'w>(mut self, range: FileRange, words: impl IntoIterator<Item = &'w str>) -> Diagnostic {
        for (index, word) in words.into_iter().enumerate() {
            if index == 0 {
                self = self.label(format!("did you mean `{word}`?"));
            }
            self = self.fix(format!("write `{word}`"), range, word, false);
        }
        self
    }

    /// Where the problem is.
    pub fn primary(&self) -> FileRange {
        self.labels.first().map_or_else(FileRange::default, |label| label.range)
    }
}
