//! Priorities of rules.

/// How urgent an alert is. Smaller numbers are more urgent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum Priority {
    /// 0: the system is unusable.
    Emergency = 0,
    /// 1: somebody must act at once.
    Alert = 1,
    /// 2: a critical condition.
    Critical = 2,
    /// 3: an error, usually a write that should not have happened.
    Error = 3,
    /// 4: a warning, usually a sensitive read.
    Warning = 4,
    /// 5: unusual but possibly legitimate.
    Notice = 5,
    /// 6: worth recording.
    Informational = 6,
    /// 7: for trying out rules.
    Debug = 7,
}

/// Every priority, most urgent first.
pub const PRIORITIES: [Priority; 8] = {
    use Priority::*;
    [Emergency, Alert, Critical, Error, Warning, Notice, Informational, Debug]
};

impl Priority {
    /// Reads a priority as rules and configuration write it: a long name in any letter case, or `info`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("info") {
            return Some(Priority::Informational);
        }
        PRIORITIES.into_iter().find(|p| p.as_str().eq_ignore_ascii_case(text))
    }

    /// The long name, as alerts print it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Priority::Emergency => "Emergency",
            Priority::Alert => "Alert",
            Priority::Critical => "Critical",
            Priority::Error => "Error",
            Priority::Warning => "Warning",
            Priority::Notice => "Notice",
            Priority::Informational => "Informational",
            Priority::Debug => "Debug",
        }
    }

    /// One sentence on what deserves the priority, for hover and completion.
    pub const fn about(self) -> &'static str {
        match self {
            Priority::Emergency => "The most urgent: the system cannot be used any more.",
            Priority::Alert => "Somebody must act at once.",
            Priority::Critical => "A critical state, such as a running intrusion.",
            Priority::Error => "Something was changed that should not be, such as a system file.",
            Priority::Warning => {
                "Something was done that should not be but changes nothing, such as reading a secret."
            }
            Priority::Notice => "Unusual, yet perhaps legitimate, such as a shell in a container.",
            Priority::Informational => {
                "Worth recording; often against a recommended practice. `INFO` is the same."
            }
            Priority::Debug => "For trying out rules.",
        }
    }

    /// The name that statistics print, which shortens `Informational` to `Info`.
    pub const fn short_name(self) -> &'static str {
        match self {
            Priority::Informational => "Info",
            other => other.as_str(),
        }
    }

    /// The priority with this number.
    pub const fn from_number(number: u8) -> Option<Self> {
        if number < 8 { Some(PRIORITIES[number as usize]) } else { None }
    }
}
