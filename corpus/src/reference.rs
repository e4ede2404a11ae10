//! The folders of reference data, which the environment names. Data that is missing is skipped aloud, or is a failure
//! with `REQUIRE_REFERENCE=1`.

use std::path::PathBuf;

/// A folder of reference data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// `CONFORMANCE_DIR`: cases with their outcome.
    Conformance,
    /// `RULES_DIR`: rule files that people use.
    Rules,
    /// `CAPTURES_DIR`: captures with the alerts on them.
    Captures,
}

impl Reference {
    /// The variable that names the folder.
    pub const fn variable(self) -> &'static str {
        match self {
            Reference::Conformance => "CONFORMANCE_DIR",
            Reference::Rules => "RULES_DIR",
            Reference::Captures => "CAPTURES_DIR",
        }
    }

    /// The folder; `None`, said aloud, when it is not named.
    ///
    /// # Panics
    /// When it is missing and `REQUIRE_REFERENCE=1`.
    pub fn folder(self) -> Option<PathBuf> {
        let found = std::env::var_os(self.variable()).map(PathBuf::from).filter(|path| path.is_dir());
        if found.is_none() {
            let required = std::env::var("REQUIRE_REFERENCE").is_ok_and(|value| value == "1");
            assert!(!required, "{} must name a folder", self.variable());
            println!(
                "SKIPPED: {} does not name a folder, so nothing is compared with Falco",
                self.variable()
            );
        }
        found
    }
}
