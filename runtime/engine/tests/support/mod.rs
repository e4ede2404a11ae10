//! What several tests need.

use catalogue::Catalogue;
use ir::Import;

/// The import of a field of system-call events that is written with its argument.
pub fn import(catalogue: &Catalogue, text: &str) -> Result<Import, String> {
    let field = catalogue.resolve("syscall", text).map_err(|error| format!("{text}: {}", error.message))?;
    let rest = text.get(field.name.len()..).unwrap_or_default();
    let arg = rest.trim_start_matches(['.', '[']).trim_end_matches(']');
    Ok(Import {
        source: "syscall".into(),
        name: field.name.into(),
        arg: (!arg.is_empty()).then(|| arg.into()),
        text: text.into(),
        ty: field.ty,
        list: field.list,
        format: field.format,
    })
}
