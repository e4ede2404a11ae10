//! `--enable-source` and `--disable-source`: which of the loaded event sources are used.

use catalogue::Catalogue;

use crate::exit::{Step, Stop};

/// Checks the two options, in Falco's words. They mean nothing when a capture is replayed.
pub(crate) fn check(catalogue: &Catalogue, enabled: &[String], disabled: &[String]) -> Step<()> {
    if !enabled.is_empty() && !disabled.is_empty() {
        return Err(Stop::fatal("You can not mix --enable-source and --disable-source"));
    }
    let sources = catalogue.sources();
    if let Some(unknown) = enabled.iter().find(|name| !sources.contains(&name.as_str())) {
        return Err(Stop::fatal(format!("Attempted enabling an unknown event source: {unknown}")));
    }
    if let Some(unknown) = disabled.iter().find(|name| !sources.contains(&name.as_str())) {
        return Err(Stop::fatal(format!("Attempted disabling an unknown event source: {unknown}")));
    }
    if sources.iter().all(|name| disabled.iter().any(|off| off == name)) {
        return Err(Stop::fatal("Must enable at least one event source"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_told_in_falcos_words() {
        let text = |enabled: &[&str], disabled: &[&str]| {
            let own = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
            match check(&Catalogue::falco_default(), &own(enabled), &own(disabled)) {
                Err(Stop::Fatal(text)) => text,
                _ => String::new(),
            }
        };
        assert_eq!(text(&[], &[]), "");
        assert_eq!(text(&["syscall"], &[]), "");
        assert_eq!(text(&["syscall"], &["syscall"]), "You can not mix --enable-source and --disable-source");
        assert_eq!(text(&["x"], &[]), "Attempted enabling an unknown event source: x");
        assert_eq!(text(&[], &["x"]), "Attempted disabling an unknown event source: x");
        assert_eq!(text(&[], &["syscall"]), "Must enable at least one event source");
    }
}
