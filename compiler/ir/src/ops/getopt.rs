//! `getopt`: the options of an argument list, as in `getopt(3)` but without reordering and long options.

/// Which option letters exist and which of them take a value.
#[derive(Clone, Debug)]
pub struct Options {
    known: [bool; 256],
    valued: [bool; 256],
}

impl Options {
    /// Reads an option string. A leading `:` makes no difference, a letter followed by `:` takes a value.
    pub fn new(text: &[u8]) -> Options {
        let mut options = Options { known: [false; 256], valued: [false; 256] };
        for (at, &letter) in text.iter().enumerate() {
            if letter != b':' {
                options.known[usize::from(letter)] = true;
                if text.get(at + 1) == Some(&b':') {
                    options.valued[usize::from(letter)] = true;
                }
            }
        }
        options
    }
}

/// Reports every option of the arguments, left to right, with its value. `?` stands for a letter that does not exist;
/// an option whose value is missing is reported as an empty text without value.
pub fn scan<'a>(
    arguments: impl Iterator<Item = &'a [u8]>,
    options: &Options,
    mut report: impl FnMut(Option<u8>, &'a [u8], Option<&'a [u8]>),
) {
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let Some(letters) = argument.strip_prefix(b"-") else { return };
        match letters {
            [] | [b'-'] => return,
            [b'-', ..] => continue,
            _ => {}
        }
        for (at, &letter) in letters.iter().enumerate() {
            let rest = letters.get(at + 1..).unwrap_or_default();
            let name = letters.get(at..=at).unwrap_or_default();
            if !options.known[usize::from(letter)] {
                report(None, b"?", None);
            } else if !options.valued[usize::from(letter)] {
                report(Some(letter), name, None);
            } else {
                // The value is the rest of the argument, or else the next argument whatever it looks like.
                match if rest.is_empty() { arguments.next() } else { Some(rest) } {
                    Some(value) => report(Some(letter), name, Some(value)),
                    None => report(Some(letter), b"", None),
                }
                break;
            }
        }
    }
}

/// The last value of one option: its value if it takes one (empty when missing), else its letter. `None` when the
/// option does not occur.
pub fn select<'a>(
    arguments: impl Iterator<Item = &'a [u8]>,
    options: &Options,
    letter: u8,
) -> Option<&'a [u8]> {
    let mut last = None;
    scan(arguments, options, |found, name, value| {
        if found == Some(letter) {
            last = Some(value.unwrap_or(name));
        }
    });
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(arguments: &[&str], options: &str) -> Vec<String> {
        let mut found = Vec::new();
        scan(arguments.iter().map(|a| a.as_bytes()), &Options::new(options.as_bytes()), |_, name, value| {
            found.extend(
                [Some(name), value].into_iter().flatten().map(|t| String::from_utf8_lossy(t).into_owned()),
            );
        });
        found
    }

    #[test]
    fn lists() {
        for (arguments, options, expected) in [
            (vec!["-n", ""], "n", "n"),
            (vec!["-nt", "hello"], "nt:", "n t hello"),
            (vec!["-thello"], "t:", "t hello"),
            (vec!["-n", "--", "-t"], "nt:", "n"),
            (vec!["-l", "-p", "8080", "-e", "/bin/sh"], "lp:e:", "l p 8080 e /bin/sh"),
            (vec!["-n", "-t"], "", "? ?"),
            (vec![""], "n", ""),
            (vec!["-", "-n"], "n", ""),
            (vec!["-t"], "t:", ""),
            (vec!["-t"], ":t:", ""),
            (vec!["-a:b"], ":ab", "a ? b"),
            (vec!["-nx"], "n", "n ?"),
            (vec!["--exec", "-n"], "n", "n"),
            (vec!["-t", "-t"], "t:", "t -t"),
            (vec!["arg", "-n"], "n", ""),
            (vec!["-ab"], "a::b", "a b"),
        ] {
            assert_eq!(list(&arguments, options).join(" "), expected, "{arguments:?} {options}");
        }
        assert_eq!(list(&["-t"], "t:"), [""], "a missing value is an empty text");
    }

    #[test]
    fn selection() {
        let select = |arguments: &[&str], options: &str, letter| {
            select(
                arguments.iter().map(|a| a.as_bytes()).collect::<Vec<_>>().into_iter(),
                &Options::new(options.as_bytes()),
                letter,
            )
            .map(|found| String::from_utf8_lossy(found).into_owned())
        };
        assert_eq!(select(&["-n", "-t", "hello"], "nt:", b't').as_deref(), Some("hello"));
        assert_eq!(select(&["-n", "-t", "hello"], "nt:", b'n').as_deref(), Some("n"));
        assert_eq!(select(&["-t?"], "t:", b't').as_deref(), Some("?"));
        assert_eq!(select(&["-t", "v1", "-t"], "t:", b't').as_deref(), Some(""));
        assert_eq!(select(&["-n"], "nt:", b't'), None);
        assert_eq!(select(&["-x"], "n", b'x'), None);
    }
}
