//! Fields of one run, each resolved once per event source.

use std::cell::RefCell;
use std::sync::Arc;

use catalogue::{Catalogue, FieldError, FieldErrorKind, ResolvedField, event_names, param_names, suggest};
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::span::Span;

use crate::check::Fault;
use crate::codes;

type Resolution = Result<Arc<ResolvedField>, Arc<FieldError>>;

/// The fields of one event source.
pub struct Fields<'c> {
    catalogue: &'c Catalogue,
    source: String,
    resolved: RefCell<FxHashMap<String, Resolution>>,
    /// What stands before the first dot of the source's fields.
    heads: FxHashSet<String>,
}

impl<'c> Fields<'c> {
    /// The fields of a source.
    pub fn new(catalogue: &'c Catalogue, source: &str) -> Fields<'c> {
        let heads = catalogue.fields(source).map(|field| head(field.name).to_owned()).collect();
        Fields { catalogue, source: source.to_owned(), resolved: RefCell::default(), heads }
    }

    /// The catalogue behind them.
    pub fn catalogue(&self) -> &'c Catalogue {
        self.catalogue
    }

    /// The event source.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Resolves a name with its argument in brackets.
    ///
    /// # Errors
    /// Falco's reason why it is no field.
    pub fn resolve(&self, text: &str) -> Resolution {
        if let Some(known) = self.resolved.borrow().get(text) {
            return known.clone();
        }
        let result = self.catalogue.resolve(&self.source, text).map(Arc::new).map_err(Arc::new);
        self.resolved.borrow_mut().insert(text.to_owned(), result.clone());
        result
    }

    /// Whether a text that need not be meant as a field is one.
    pub fn is_field(&self, text: &str) -> bool {
        self.heads.contains(head(text)) && self.resolve(text).is_ok()
    }

    /// The fault of an unknown field or wrong argument, with suggestions.
    pub fn fault(&self, text: &str, span: Span, error: &FieldError) -> Fault {
        let code = match error.kind {
            FieldErrorKind::Unknown | FieldErrorKind::Reserved => &codes::UNKNOWN_FIELD,
            _ => &codes::FIELD_ARGUMENT,
        };
        let mut fault = Fault::new(code, span, error.message.clone());
        match error.kind {
            FieldErrorKind::Unknown => {
                if let Some(plugin) = self.catalogue.supplier_of(text) {
                    return fault
                        .note(format!("the field comes with the plugin `{plugin}`, which is not loaded"));
                }
                let name = text.split('[').next().unwrap_or(text);
                let arg = text.get(name.len()..).unwrap_or("");
                if self.catalogue.resolve(&self.source, name).is_ok() && !arg.is_empty() {
                    return fault.note(format!("`{name}` does not take the argument `{arg}`"));
                }
                let near = self.catalogue.nearest_fields(&self.source, text);
                fault.suggestions = near.into_iter().map(|near| format!("{near}{arg}")).collect();
                if fault.suggestions.is_empty() && self.source != "syscall" {
                    fault = fault.note(format!("fields of the source `{}` are looked for", self.source));
                }
                fault
            }
            FieldErrorKind::UnknownParameter => {
                if let Some((field, param)) = text.split_once("arg.") {
                    let near = suggest::nearest(param, param_names().map(|(name, ..)| name));
                    fault.suggestions = near.into_iter().map(|near| format!("{field}arg.{near}")).collect();
                }
                fault
            }
            FieldErrorKind::MissingArgument => match text {
                "evt.arg" => fault.note("write `evt.arg.<name>` or `evt.arg[<number>]`"),
                "evt.rawarg" => fault.note("write `evt.rawarg.<name>`"),
                _ => fault,
            },
            _ => fault,
        }
    }

    /// Names near to an event type that does not exist.
    pub fn nearest_event_types(&self, name: &str) -> Vec<String> {
        let calls = catalogue::syscalls().map(|call| call.name);
        let names = event_names().chain(calls).filter(|name| !name.is_empty());
        suggest::nearest(name, names).into_iter().map(str::to_owned).collect()
    }
}

fn head(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}
