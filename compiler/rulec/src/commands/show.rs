//! `rulec show`: rules in effect, filtered, with the origin of every part.

use std::process::ExitCode;

use crate::alerts::PriorityChoice;
use crate::args::{Show, ShowFormat};
use crate::show::{self, Filter, View};
use crate::{commands, print, usage_error};

/// Prints the rules that fit, or what is wrong with the files.
pub(crate) fn run(arguments: &Show) -> ExitCode {
    let filter = match filter(arguments) {
        Ok(filter) => filter,
        Err(message) => return usage_error(&message),
    };
    let mut input = arguments.input.clone();
    // Here it chooses what is shown; the least priority that is loaded is falco.yaml's.
    input.priority = None;
    let (prepared, checked) = match commands::load(&input) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let rules = show::rules(&checked, &prepared.sources, &prepared.input.options, &filter);
    if arguments.interactive {
        let title = match prepared.paths.as_slice() {
            [path] => format!("Rules of {} ", path.file_name().unwrap_or_default().to_string_lossy()),
            more => format!("Rules of {} files ", more.len()),
        };
        let mut view = View::new(rules, title, host());
        return match views::run(&mut view) {
            Ok(ended) => commands::alerts::ended_code(ended),
            Err(error) => usage_error(&format!("cannot show a view: {error}")),
        };
    }
    let all = checked.definitions.rules.len();
    match arguments.format {
        ShowFormat::Table => {
            let code = print(&views::plain(&show::table(&rules)));
            eprintln!("{} of {all} rules", rules.len());
            code
        }
        ShowFormat::Full => {
            let mut text = String::new();
            for rule in &rules {
                if !text.is_empty() {
                    text.push('\n');
                }
                for line in show::full(rule) {
                    text.push_str(&views::clean(&line.text));
                    text.push('\n');
                }
            }
            print(&text)
        }
        ShowFormat::Json => print(&format!("{:#}\n", show::json(&rules))),
        ShowFormat::Yaml => print(&show::yaml(&rules)),
    }
}

fn filter(arguments: &Show) -> Result<Filter, String> {
    Ok(Filter {
        names: arguments.name.clone(),
        priority: arguments.input.priority.as_deref().map(PriorityChoice::parse).transpose()?,
        tags: arguments.tag.clone(),
        source: arguments.source.clone(),
        enabled: match (arguments.enabled, arguments.disabled) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
        overridden: arguments.overridden,
    })
}

/// This host's name as alerts have it, as far as it can be read without asking the system.
fn host() -> String {
    let named = std::env::var("FALCO_HOSTNAME").ok().filter(|name| !name.is_empty());
    let read = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    named.or_else(read).map(|name| name.trim().to_string()).unwrap_or_default()
}
