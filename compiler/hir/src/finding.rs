//! One thing found while loading: what Falco reports and what we report.

use crate::diagnostic::{Diagnostic, FalcoView, Severity};
use crate::falco::{Context, DeprecatedField, Issue, LoadCode};

/// A problem in both views.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Falco's view, if it sees the problem.
    pub(crate) issue: Option<Issue>,
    /// Ours; `None` where ours is reported elsewhere (once for a macro, not for every rule that uses it).
    pub(crate) diagnostic: Option<Diagnostic>,
}

impl Finding {
    pub(crate) fn new(
        code: LoadCode,
        message: impl Into<String>,
        context: Context,
        mut ours: Diagnostic,
    ) -> Finding {
        let message = message.into();
        ours.falco = Some(FalcoView { code, message: message.clone() });
        let issue = Issue { code, message, context, deprecated_field: None };
        Finding { issue: Some(issue), diagnostic: Some(ours) }
    }

    pub(crate) fn deprecated(mut self, field: DeprecatedField) -> Finding {
        if let Some(issue) = &mut self.issue {
            issue.deprecated_field = Some(field);
        }
        self
    }

    /// Whether Falco stops here.
    pub(crate) fn stops_falco(&self) -> bool {
        self.issue.as_ref().is_some_and(|issue| issue.code.is_error())
    }

    /// Whether the problem is an error in our view.
    pub(crate) fn is_error(&self) -> bool {
        self.diagnostic.as_ref().is_some_and(|ours| ours.severity == Severity::Error)
    }
}
