//! Arguments of fields: what follows the name, as Falco reads it.

use crate::event::{events_by_name, first_param, param_names};
use crate::field::ArgKind;
use crate::number::{parse_signed, parse_unsigned};
use crate::resolve::{Arg, FieldErrorKind};
use crate::value::{Format, ValueType};
use crate::view::FieldView;

/// A field found by its name, and how many bytes of the text belong to it and its argument.
pub(crate) struct Match {
    pub(crate) length: usize,
    pub(crate) arg: Option<Arg>,
    /// Type and format when the argument decides them.
    pub(crate) typed: Option<(ValueType, Format)>,
}

impl Match {
    fn plain(length: usize) -> Self {
        Self { length, arg: None, typed: None }
    }

    fn with(length: usize, arg: Arg) -> Self {
        Self { length, arg: Some(arg), typed: None }
    }
}

/// What reading an argument gives: a match, `None` when the class does not claim the text after all, or an error.
pub(crate) type Outcome = Result<Option<Match>, (FieldErrorKind, String)>;

fn bad_number(text: &str) -> (FieldErrorKind, String) {
    (FieldErrorKind::BadArgument, format!("{text} is not a valid number"))
}

/// Text between the brackets that follow a name, and the length of all up to the closing one.
fn bracketed<'t>(text: &'t str, name: &str) -> Option<(&'t str, Option<usize>)> {
    let inner = text[name.len()..].strip_prefix('[')?;
    match inner.find(']') {
        Some(end) => Some((&inner[..end], Some(name.len() + end + 2))),
        None => Some((inner, None)),
    }
}

/// Reads the argument of a built-in field.
pub(crate) fn core_argument(text: &str, field: &FieldView<'_>) -> Outcome {
    let name = field.name;
    let rest = &text[name.len()..];
    let Some(spec) = field.arg else { return Ok(Some(Match::plain(name.len()))) };
    let syntax_error = || Err((FieldErrorKind::MissingArgument, format!("filter syntax error: {text}")));
    match spec.kind {
        ArgKind::EventParam | ArgKind::EventParamTyped | ArgKind::Timestamp => {
            if rest.starts_with('[') {
                event_index(text, name, spec.kind)
            } else if let Some(param) = rest.strip_prefix('.') {
                event_param(name, param, spec.kind)
            } else {
                syntax_error()
            }
        }
        ArgKind::EventName => match rest.strip_prefix('.') {
            Some(event) => Ok(Some(event_name(text, name, event))),
            None => syntax_error(),
        },
        ArgKind::Side => Ok(Some(if rest.starts_with(".src") {
            Match::with(name.len() + 4, Arg::Source)
        } else if rest.starts_with(".dst") {
            Match::with(name.len() + 4, Arg::Target)
        } else {
            Match::plain(name.len())
        })),
        ArgKind::Subsystem => match rest.strip_prefix('.') {
            Some(subsystem) => {
                let end =
                    subsystem.find(|c: char| !c.is_ascii_alphabetic() && c != '_').unwrap_or(subsystem.len());
                let arg = Arg::Subsystem(subsystem[..end].to_owned());
                Ok(Some(Match::with(name.len() + 1 + end, arg)))
            }
            None => syntax_error(),
        },
        ArgKind::Env => Ok(Some(environment(text, field))),
        ArgKind::Index if name == "fd.types" => descriptor_index(text, name),
        ArgKind::Index => Ok(Some(level(text, name))),
        // No built-in field takes a key.
        ArgKind::Key | ArgKind::IndexOrKey => Ok(Some(Match::plain(name.len()))),
    }
}

/// `evt.arg[n]` and `evt.around[t]`.
fn event_index(text: &str, name: &str, kind: ArgKind) -> Outcome {
    if kind == ArgKind::EventParamTyped {
        let message = "evt.arg fields must be expressed explicitly".to_owned();
        return Err((FieldErrorKind::BadArgument, message));
    }
    let Some((inner, length)) = bracketed(text, name) else { return Ok(None) };
    let arg = match kind {
        ArgKind::Timestamp => Arg::Timestamp(parse_unsigned(inner).ok_or_else(|| bad_number(inner))?),
        _ => Arg::Index(int32(inner).ok_or_else(|| bad_number(inner))?),
    };
    // Without a closing bracket nothing of the text is used up.
    Ok(Some(Match::with(length.unwrap_or(0), arg)))
}

/// `evt.arg.<name>` and `evt.rawarg.<name>`: the longest parameter name that begins the rest.
fn event_param(name: &str, param: &str, kind: ArgKind) -> Outcome {
    if kind == ArgKind::Timestamp {
        return Err((FieldErrorKind::BadArgument, "wrong syntax for evt.around".to_owned()));
    }
    let known = param_names().map(|(known, ..)| known).filter(|known| param.starts_with(known));
    let Some(known) = known.max_by_key(|known| known.len()) else {
        return Err((FieldErrorKind::UnknownParameter, format!("unknown event argument {param}")));
    };
    let mut found = Match::with(name.len() + 1 + known.len(), Arg::Param(known));
    if kind == ArgKind::EventParamTyped {
        found.typed = first_param(known).map(|p| (p.ty, p.format));
    }
    Ok(Some(found))
}

/// `evt.type.is.<name or code>`.
fn event_name(text: &str, name: &str, event: &str) -> Match {
    if let Some(code) = parse_unsigned(event) {
        // Read as 32 bits, so the upper half is lost.
        return Match::with(text.len(), Arg::Event { code: code as u32, also: None });
    }
    match events_by_name(event).first() {
        Some(first) => {
            let code = u32::from(first.0);
            Match::with(name.len() + 1 + event.len(), Arg::Event { code, also: Some(code + 1) })
        }
        None => Match::plain(0),
    }
}

/// `fd.types[n]`.
fn descriptor_index(text: &str, name: &str) -> Outcome {
    let Some((inner, length)) = bracketed(text, name) else { return Ok(Some(Match::plain(name.len()))) };
    let number = parse_signed(inner).ok_or_else(|| bad_number(inner))?;
    let arg = (number != -1).then_some(Arg::Index(number));
    Ok(Some(Match { length: length.unwrap_or(0), arg, typed: None }))
}

/// `proc.aname[n]` and its like. What is no number leaves the bare name, so that the text does not match.
fn level(text: &str, name: &str) -> Match {
    let Some((inner, Some(length))) = bracketed(text, name) else { return Match::plain(name.len()) };
    match int32(inner) {
        Some(-1) => Match::plain(length),
        Some(number) => Match::with(length, Arg::Index(number)),
        None => Match::plain(name.len()),
    }
}

/// `proc.env[name]`, `proc.aenv[name]` and `proc.aenv[level]`.
fn environment(text: &str, field: &FieldView<'_>) -> Match {
    let Some((inner, Some(length))) = bracketed(text, field.name) else {
        return Match::plain(field.name.len());
    };
    let digits = !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_digit());
    let arg = match int32(inner) {
        // A number is never a variable's name; only the ancestors have levels.
        Some(number) if digits => (field.name == "proc.aenv").then_some(Arg::Index(number)),
        _ if inner.is_empty() => None,
        _ => Some(Arg::Key(inner.to_owned())),
    };
    Match { length, arg, typed: None }
}

/// Reads 64 bits and keeps 32, as C's `int` does.
fn int32(text: &str) -> Option<i64> {
    parse_signed(text).map(|n| i64::from(n as i32))
}

/// Reads the argument of a field that a plugin (or a configuration) brings.
pub(crate) fn plugin_argument(text: &str, field: &FieldView<'_>) -> Outcome {
    let name = field.name;
    // Only what stands before the first blank is looked at.
    let head = text.split(' ').next().unwrap_or(text).trim_ascii();
    let about_arg = |kind, what: &str| Err((kind, format!("filter '{head}': {name} {what}")));
    let Some(open) = head.find('[') else {
        return match field.arg {
            Some(spec) if spec.required => {
                about_arg(FieldErrorKind::MissingArgument, "requires an argument but none provided")
            }
            _ => Ok(Some(Match::plain(name.len()))),
        };
    };
    if open != name.len() {
        return Ok(None);
    }
    let inner = &head[open + 1..];
    if inner.is_empty() {
        return about_arg(FieldErrorKind::BadArgument, "terminates with incomplete argument brackets");
    }
    let Some(end) = inner.find(']') else {
        return about_arg(FieldErrorKind::BadArgument, "has unbalanced argument brackets");
    };
    let inner = &inner[..end];
    let Some(spec) = field.arg else {
        let what = format!("does not allow nor require an argument but one is provided: {inner}");
        return about_arg(FieldErrorKind::UnexpectedArgument, &what);
    };
    let arg = match spec.kind {
        ArgKind::Index => match position(inner) {
            Ok(index) => Arg::Index(i64::try_from(index).unwrap_or(i64::MAX)),
            Err(why) => {
                let message = format!("filter {head} {name} has an invalid index argument {why}: {inner}");
                return Err((FieldErrorKind::BadArgument, message));
            }
        },
        ArgKind::IndexOrKey => Arg::IndexOrKey { index: position(inner).ok(), key: inner.to_owned() },
        _ => Arg::Key(inner.to_owned()),
    };
    Ok(Some(Match::with(open + end + 2, arg)))
}

/// An index of a plugin field, or what is wrong with it.
fn position(text: &str) -> Result<u64, &'static str> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err("not composed only by digits");
    }
    if text.is_empty() || (text.len() > 1 && text.starts_with('0')) {
        return Err("starting with 0");
    }
    text.parse().map_err(|_| "not representable on 64 bit")
}
