//! The result of loading one file.

use std::sync::Arc;

use crate::falco::code::{DeprecatedField, LoadCode};
use crate::falco::location::Context;
use crate::falco::snippet::snippet;

/// An error or warning as Falco reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Its code.
    pub code: LoadCode,
    /// Its message.
    pub message: String,
    /// Where it is.
    pub context: Context,
    /// For `LOAD_DEPRECATED_ITEM` about a field.
    pub deprecated_field: Option<DeprecatedField>,
}

impl Issue {
    /// The two quoted lines below the location chain. `text_of` gives the text of a loaded file by its name.
    pub fn snippet<'t>(&self, text_of: impl Fn(&str) -> Option<&'t str>) -> String {
        let Some(last) = self.context.last() else { return String::new() };
        if let Some(condition) = self.context.condition.as_deref().filter(|text| !text.is_empty()) {
            return snippet(condition, last.offset as usize);
        }
        match text_of(&last.name) {
            Some(text) => snippet(text, last.offset as usize),
            None => format!("<No context for file + {}>\n", last.name),
        }
    }

    /// The short text that accompanies the code.
    pub fn short(&self) -> String {
        match self.deprecated_field {
            Some(field) => format!("{}: field '{}'", self.code.short(), field.as_str()),
            None => self.code.short().to_owned(),
        }
    }
}

/// What loading one file gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadResult {
    /// The file's name as given.
    pub name: Arc<str>,
    /// The error that refused it: Falco stops at the first.
    pub error: Option<Issue>,
    /// The warnings in the order of emission.
    pub warnings: Vec<Issue>,
    /// The statuses of checking each document against the schema, `ok` or a failure text; empty when no document was
    /// checked.
    pub schema: Vec<String>,
}

impl LoadResult {
    /// Whether the file was accepted.
    pub fn successful(&self) -> bool {
        self.error.is_none()
    }

    /// Falco's `schema_valid`, which looks at the first status only; `None` when no document was checked.
    pub fn schema_valid(&self) -> Option<bool> {
        self.schema.first().map(|status| status == crate::falco::schema::OK)
    }

    /// Falco's `schema_warnings`: all statuses when the first is a failure, else none.
    pub fn schema_warnings(&self) -> &[String] {
        if self.schema_valid() == Some(false) { &self.schema } else { &[] }
    }
}
