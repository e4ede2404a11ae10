//! Which rules or alerts are shown: `--name`, `--priority`, `--host`.

use catalogue::Priority;

use crate::glob::glob;

/// A bound on priorities: `error`, `>=error` (at least as severe), `<warning`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PriorityChoice {
    /// Least and most severe as numbers, 0 the most severe; both included.
    from: u8,
    to: u8,
}

impl PriorityChoice {
    /// Reads a bound. More severe counts as greater: `>=error` is error, critical, alert and emergency.
    pub(crate) fn parse(text: &str) -> Result<PriorityChoice, String> {
        let text = text.trim();
        let (sign, name) = match text.find(|c: char| c.is_ascii_alphabetic()) {
            Some(at) => text.split_at(at),
            None => (text, ""),
        };
        let number = Priority::parse(name.trim())
            .ok_or_else(|| format!("there is no priority `{}`; try `error` or `>=warning`", name.trim()))?
            as u8;
        let least = Priority::Debug as u8;
        let (from, to) = match sign.trim() {
            "" | "=" | "==" => (number, number),
            ">=" | "=>" => (0, number),
            ">" => (0, number.wrapping_sub(1)),
            "<=" | "=<" => (number, least),
            "<" => (number + 1, least),
            other => return Err(format!("`{other}` compares nothing; there are = >= > <= <")),
        };
        // Nothing is above emergency.
        if sign.trim() == ">" && number == 0 {
            return Ok(PriorityChoice { from: 1, to: 0 });
        }
        Ok(PriorityChoice { from, to })
    }

    /// Whether it is within the bound.
    pub(crate) fn fits(self, priority: Priority) -> bool {
        (self.from..=self.to).contains(&(priority as u8))
    }
}

/// Which alerts count. Everything given must fit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    /// Patterns for the rule's name, one of which must fit.
    pub(crate) names: Vec<String>,
    /// Bound on the priority.
    pub(crate) priority: Option<PriorityChoice>,
    /// Patterns for the host, one of which must fit.
    pub(crate) hosts: Vec<String>,
}

impl Choice {
    /// Whether an alert counts.
    pub(crate) fn fits(&self, rule: &str, priority: Option<Priority>, host: &str) -> bool {
        let any = |patterns: &[String], text: &str| {
            patterns.is_empty() || patterns.iter().any(|pattern| glob(pattern, text))
        };
        any(&self.names, rule)
            && any(&self.hosts, host)
            && self.priority.is_none_or(|bound| priority.is_some_and(|priority| bound.fits(priority)))
    }
}

#[cfg(test)]
mod tests {
    use super::PriorityChoice;
    use catalogue::Priority;

    #[test]
    fn more_severe_is_greater() {
        let fits = |text: &str| -> String {
            let bound = PriorityChoice::parse(text).unwrap();
            (0..8u8)
                .filter(|number| {
                    let all = [
                        Priority::Emergency,
                        Priority::Alert,
                        Priority::Critical,
                        Priority::Error,
                        Priority::Warning,
                        Priority::Notice,
                        Priority::Informational,
                        Priority::Debug,
                    ];
                    bound.fits(all[usize::from(*number)])
                })
                .map(|number| char::from(b'0' + number))
                .collect()
        };
        for (text, wanted) in [
            ("error", "3"),
            ("= Error", "3"),
            (">=error", "0123"),
            (">error", "012"),
            ("<=notice", "567"),
            ("<notice", "67"),
            (">emergency", ""),
            ("<debug", ""),
            (">=info", "0123456"),
        ] {
            assert_eq!(fits(text), wanted, "{text}");
        }
        assert!(PriorityChoice::parse(">=loud").is_err());
        assert!(PriorityChoice::parse("!error").is_err());
    }
}
