//! `rulec explain`: the page of a diagnostic code.

use std::process::ExitCode;

use hir::codes::{ALL, Code};

use crate::args::Explain;
use crate::{print, usage_error};

/// Prints the page of a code, or the table of all codes.
pub fn run(arguments: &Explain) -> ExitCode {
    let Some(wanted) = &arguments.code else {
        let mut table = String::new();
        for code in ALL {
            table.push_str(&format!("{}  {:<32} {}\n", code.id, code.name, code.title));
        }
        return print(&table);
    };
    match Code::find(wanted) {
        Some(code) => print(code.page),
        None => {
            let names = ALL.iter().flat_map(|code| [code.id, code.name]);
            let near = catalogue::suggest::nearest(wanted, names);
            let hint = match near.first() {
                Some(name) => format!("did you mean `{name}`?"),
                None => "`rulec explain` lists all codes".to_string(),
            };
            usage_error(&format!("there is no code `{wanted}`; {hint}"))
        }
    }
}
