//! `--list`: the fields of all sources, or of one.

use std::collections::BTreeSet;
use std::fmt::Write;

use catalogue::{ArgKind, CLASSES, Catalogue, FieldFlags, FieldView};
use serde_json::{Value, json};

use crate::args::ListFormat;
use crate::exit::{Step, Stop};

/// Where descriptions begin, and the width of a line, in bytes.
const RIGHT_COLUMN: usize = 30;
const WIDTH: usize = 120;

/// Fields that are shown together.
struct Class<'a> {
    name: &'a str,
    about: &'static str,
    sources: BTreeSet<&'a str>,
    fields: Vec<FieldView<'a>>,
}

/// The listing in the form that was asked for; an empty source means all.
pub(crate) fn fields(
    catalogue: &Catalogue,
    source: &str,
    format: ListFormat,
    names_only: bool,
    verbose: bool,
) -> Step<String> {
    if !source.is_empty() && !catalogue.has_source(source) {
        return Err(Stop::fatal("Value for --list must be a valid source type"));
    }
    let classes = classes(catalogue, source);
    let mut out = String::new();
    if names_only {
        let names: Vec<&str> =
            classes.iter().flat_map(|class| class.fields.iter().map(|field| field.name)).collect();
        if format == ListFormat::Json {
            return Ok(pretty(&json!({ "fieldnames": names })));
        }
        for name in names {
            out.push_str(name);
            out.push('\n');
        }
        return Ok(out);
    }
    match format {
        ListFormat::Json => {
            let classes: Vec<Value> = classes.iter().map(object).collect();
            return Ok(pretty(&json!({ "fieldclasses": classes })));
        }
        ListFormat::Markdown => classes.iter().for_each(|class| markdown(&mut out, class)),
        ListFormat::Text => classes.iter().for_each(|class| text(&mut out, class, verbose)),
    }
    Ok(out)
}

fn classes<'a>(catalogue: &'a Catalogue, source: &'a str) -> Vec<Class<'a>> {
    let mut classes: Vec<Class<'a>> = Vec::new();
    let sources = catalogue.sources();
    for name in sources.into_iter().filter(|name| source.is_empty() || *name == source) {
        let mut own: Vec<Class<'a>> = Vec::new();
        let mut last = None;
        for field in catalogue.fields(name) {
            let (about, hidden) = about(&field);
            if hidden
                || field.flags.contains(FieldFlags::HIDDEN)
                || field.flags.contains(FieldFlags::DEPRECATED)
            {
                continue;
            }
            if last != Some((field.class, about)) {
                last = Some((field.class, about));
                let sources = BTreeSet::from([name]);
                own.push(Class { name: field.class, about, sources, fields: Vec::new() });
            }
            if let Some(class) = own.last_mut() {
                class.fields.push(field);
            }
        }
        for class in own {
            match classes.iter_mut().find(|known| known.name == class.name && known.about == class.about) {
                Some(known) => known.sources.extend(class.sources),
                None => classes.push(class),
            }
        }
    }
    classes
}

/// What a field's class is about, and whether listings leave it out.
fn about(field: &FieldView<'_>) -> (&'static str, bool) {
    match field.field {
        catalogue::FieldRef::Known(id) => {
            let class = CLASSES.get(id.get().class.0 as usize);
            class.map_or(("", false), |class| (class.about, class.hidden))
        }
        catalogue::FieldRef::Extra(_) => ("Fields of the configuration.", false),
    }
}

fn type_text(field: &FieldView<'_>) -> String {
    let name = field.ty.name();
    if field.list { format!("LIST({name})") } else { name.to_string() }
}

fn text(out: &mut String, class: &Class<'_>, verbose: bool) {
    let _ = writeln!(out, "-------------------------------\n{:RIGHT_COLUMN$}{}", "Field Class:", class.name);
    if !class.about.is_empty() {
        let _ = writeln!(out, "{:RIGHT_COLUMN$}{}", "Description:", wrap(class.about, RIGHT_COLUMN, WIDTH));
    }
    let sources: Vec<&str> = class.sources.iter().copied().collect();
    let _ = writeln!(out, "{:RIGHT_COLUMN$}{} \n", "Event Sources:", sources.join(" "));
    for field in &class.fields {
        if field.name.len() > RIGHT_COLUMN {
            let _ = write!(out, "{}\n{:RIGHT_COLUMN$}", field.name, "");
        } else {
            let _ = write!(out, "{:RIGHT_COLUMN$}", field.name);
        }
        let mut about = field.about.to_string();
        if field.flags.contains(FieldFlags::FILTER_ONLY) {
            about = format!("(FILTER ONLY) {about}");
        }
        if verbose {
            about = format!("(Type: {}) {about}", field.ty.name());
        }
        let _ = writeln!(out, "{}", wrap(&about, RIGHT_COLUMN, WIDTH));
    }
    out.push('\n');
}

/// Words separated by one space, with a space after each, in lines of at most `width` bytes, all but the first of which
/// begin behind `left` spaces.
pub(crate) fn wrap(text: &str, left: usize, width: usize) -> String {
    let mut out = String::new();
    let mut length = 0;
    for word in text.split_ascii_whitespace() {
        let next = word.len() + 1;
        if length + next > width - left {
            let _ = write!(out, "\n{:left$}", "");
            length = 0;
        }
        length += next;
        out.push_str(word);
        out.push(' ');
    }
    out
}

fn markdown(out: &mut String, class: &Class<'_>) {
    let _ = write!(out, "## Field Class: {}\n\n", class.name);
    if !class.about.is_empty() {
        let _ = write!(out, "{}\n\n", class.about);
    }
    let sources: Vec<&str> = class.sources.iter().copied().collect();
    let _ = write!(out, "Event Sources: {} \n\n", sources.join(" "));
    out.push_str("Name | Type | Description\n:----|:-----|:-----------\n");
    for field in &class.fields {
        let _ = writeln!(out, "`{}` | {} | {}", field.name, type_text(field), field.about);
    }
    out.push('\n');
}

fn object(class: &Class<'_>) -> Value {
    let fields: Vec<Value> = class
        .fields
        .iter()
        .map(|field| {
            let argument = field.arg.map(|arg| {
                let kinds: &[&str] = match arg.kind {
                    ArgKind::Index => &["INDEX"],
                    ArgKind::IndexOrKey | ArgKind::EventParam | ArgKind::Env => &["INDEX", "KEY"],
                    _ => &["KEY"],
                };
                json!({ "required": arg.required, "type": kinds })
            });
            json!({
                "name": field.name,
                "type": field.ty.name(),
                "desc": field.about,
                "is_list": field.list,
                "argument": argument,
            })
        })
        .collect();
    json!({ "name": class.name, "desc": class.about, "event_sources": class.sources, "fields": fields })
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
