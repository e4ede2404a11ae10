//! From the text of a field with its argument to the field, or to Falco's message why it is none.

use std::borrow::Cow;

use crate::argument::{Match, core_argument, plugin_argument};
use crate::field::{FieldClass, FieldFlags, FieldId};
use crate::transformer::Shape;
use crate::value::{Format, ValueType};
use crate::view::{Catalogue, FieldRef, FieldView, core_classes, known_view};

/// A field as a condition or output names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ResolvedField {
    /// Which field.
    pub field: FieldRef,
    /// Its name, without argument.
    pub name: Cow<'static, str>,
    /// Type of its value, or of each element of a list. For `evt.rawarg` that of the parameter's first declaration.
    pub ty: ValueType,
    /// Whether it yields a list.
    pub list: bool,
    /// How a number is written.
    pub format: Format,
    /// Properties.
    pub flags: FieldFlags,
    /// Its argument. Forms that mean the same as no argument (`proc.aname[-1]`) are `None`.
    pub arg: Option<Arg>,
    /// Name and argument as written.
    pub text: String,
}

/// The argument of a field.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Arg {
    /// A position, level or descriptor number. Too large an index of a plugin field saturates.
    Index(i64),
    /// A key.
    Key(String),
    /// Text that is a key and, if it is a number, also an index.
    IndexOrKey {
        /// The number.
        index: Option<u64>,
        /// The text.
        key: String,
    },
    /// A parameter of an event.
    Param(&'static str),
    /// An event type by code. By name it is the first of that name and the code after it.
    Event {
        /// The code.
        code: u32,
        /// A second code.
        also: Option<u32>,
    },
    /// The first path of a call with two.
    Source,
    /// The second path of a call with two.
    Target,
    /// Nanoseconds since the epoch.
    Timestamp(u64),
    /// A cgroup subsystem.
    Subsystem(String),
}

/// Why a text is no field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldError {
    /// What is wrong.
    pub kind: FieldErrorKind,
    /// Falco's message.
    pub message: String,
    /// The field whose argument is at fault, or of which the text is a continuation.
    pub field: Option<FieldRef>,
}

/// Kinds of [`FieldError`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FieldErrorKind {
    /// No field has the name, or its argument has a form that makes it another name.
    Unknown,
    /// The field needs an argument.
    MissingArgument,
    /// The field takes no argument.
    UnexpectedArgument,
    /// The argument has the wrong form.
    BadArgument,
    /// No event has a parameter of the name.
    UnknownParameter,
    /// Falco reserves names that begin like this.
    Reserved,
}

impl ResolvedField {
    /// Type and list-ness.
    pub const fn shape(&self) -> Shape {
        Shape { ty: self.ty, list: self.list }
    }

    /// Whether it has all of `flags`.
    pub const fn has(&self, flags: FieldFlags) -> bool {
        self.flags.contains(flags)
    }

    /// The field of the data tables, unless it is an extra one.
    pub const fn id(&self) -> Option<FieldId> {
        match self.field {
            FieldRef::Known(id) => Some(id),
            FieldRef::Extra(_) => None,
        }
    }
}

impl Catalogue {
    /// Resolves the text of a field, such as `proc.aname[2]`, among the fields of an event source.
    ///
    /// The first class with a field whose name begins the text decides, with the longest such field. Its argument must
    /// use up the rest of the text; otherwise there is no such field, whatever later classes hold.
    ///
    /// # Errors
    /// A [`FieldError`] with the message that Falco prints.
    pub fn resolve(&self, source: &str, text: &str) -> Result<ResolvedField, FieldError> {
        // Nearly every text is a whole name, perhaps with an argument in brackets, and no class hides a name of a
        // later one (a test makes sure); fields that are not in the tables could.
        if !self.has_extra() {
            let name = text.split('[').next().unwrap_or(text);
            if let Some(id) = FieldId::from_name(name) {
                let field = id.get();
                let class = field.class.get();
                let present = class.plugin.is_none() || self.loaded_classes().any(|(c, _)| c == field.class);
                if present && class.serves(source) {
                    return match claim(text, &known_view(id, field, class), class.plugin.is_some())? {
                        Some(found) => finish(text, found, &known_view(id, field, class)),
                        None => Err(unknown(text, None)),
                    };
                }
            }
        }
        for (_, class) in core_classes().filter(|(_, class)| class.serves(source)) {
            if class.name == "process" && text.starts_with("arg") {
                let message = "filter error: proc.arg filter not implemented yet".to_owned();
                return Err(FieldError { kind: FieldErrorKind::Reserved, message, field: None });
            }
            if let Some(result) = in_class(text, views(class), false) {
                return result;
            }
        }
        for fields in self.extra_classes(source) {
            if let Some(result) = in_class(text, fields.into_iter(), true) {
                return result;
            }
        }
        for (_, class) in self.loaded_classes().filter(|(_, class)| class.serves(source)) {
            if let Some(result) = in_class(text, views(class), true) {
                return result;
            }
        }
        Err(unknown(text, None))
    }
}

fn views(class: &'static FieldClass) -> impl Iterator<Item = FieldView<'static>> {
    class.fields().map(move |(id, field)| known_view(id, field, class))
}

/// What one class makes of the text; `None` when it has nothing to do with it.
fn in_class<'a>(
    text: &str,
    fields: impl Iterator<Item = FieldView<'a>>,
    plugin: bool,
) -> Option<Result<ResolvedField, FieldError>> {
    let field = fields.filter(|f| text.starts_with(f.name)).max_by_key(|f| f.name.len())?;
    match claim(text, &field, plugin) {
        Ok(Some(found)) => Some(finish(text, found, &field)),
        Ok(None) => None,
        Err(error) => Some(Err(error)),
    }
}

fn claim(text: &str, field: &FieldView<'_>, plugin: bool) -> Result<Option<Match>, FieldError> {
    let outcome = if plugin { plugin_argument(text, field) } else { core_argument(text, field) };
    outcome.map_err(|(kind, message)| FieldError { kind, message, field: Some(field.field) })
}

fn finish(text: &str, found: Match, field: &FieldView<'_>) -> Result<ResolvedField, FieldError> {
    if found.length != text.len() {
        return Err(unknown(text, Some(field.field)));
    }
    let (ty, format) = found.typed.unwrap_or((field.ty, field.format));
    Ok(ResolvedField {
        field: field.field,
        name: field.owned_name(),
        ty,
        list: field.list,
        format,
        flags: field.flags,
        arg: found.arg,
        text: text.to_owned(),
    })
}

fn unknown(text: &str, field: Option<FieldRef>) -> FieldError {
    let message = format!("filter_check called with nonexistent field {text}");
    FieldError { kind: FieldErrorKind::Unknown, message, field }
}
