//! Versions of the engine and of plugins (language.md 11).

use std::fmt;

use syntax::span::FileRange;

/// A version `major.minor.patch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// Major.
    pub major: u32,
    /// Minor.
    pub minor: u32,
    /// Patch.
    pub patch: u32,
}

/// The engine version whose behaviour this crate has.
pub const ENGINE_VERSION: Version = Version { major: 0, minor: 63, patch: 0 };

impl Version {
    /// Reads text that begins with three numbers separated by dots; what follows does not count.
    pub fn parse(text: &str) -> Option<Version> {
        let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
        let mut rest = text;
        let mut numbers = [0; 3];
        for (index, slot) in numbers.iter_mut().enumerate() {
            if index > 0 {
                rest = rest.strip_prefix('.')?;
            }
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            *slot = rest.get(..digits)?.parse().ok()?;
            rest = &rest[digits..];
        }
        Some(Version { major: numbers[0], minor: numbers[1], patch: numbers[2] })
    }

    /// Whether something of this version serves who asks for `required`.
    pub fn serves(self, required: Version) -> bool {
        self.major == required.major && (self.minor, self.patch) >= (required.minor, required.patch)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// A required plugin: the alternatives in order, each a name and a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginRequirement {
    /// Name and version as written.
    pub alternatives: Vec<(String, String)>,
    /// Where the requirement stands.
    pub range: FileRange,
}

impl PluginRequirement {
    /// Checks the requirement against loaded plugins, given by name and version; an unknown version will do.
    ///
    /// # Errors
    /// Falco's message.
    pub fn check(&self, loaded: &[(&str, Option<&str>)]) -> Result<(), String> {
        for (name, required) in &self.alternatives {
            let Some((_, version)) = loaded.iter().find(|(loaded, _)| loaded == name) else { continue };
            let Some(version) = version else { return Ok(()) };
            let Some(have) = Version::parse(version) else {
                return Err(format!("Plugin '{name}' has invalid version string '{version}'"));
            };
            return match Version::parse(required) {
                Some(need) if have.serves(need) => Ok(()),
                _ => Err(format!(
                    "Plugin '{name}' version '{version}' is not compatible with required plugin version '{required}'"
                )),
            };
        }
        let wanted: Vec<String> =
            self.alternatives.iter().map(|(name, version)| format!("{name} (>= {version})")).collect();
        Err(format!("Plugin requirement not satisfied, must load one of: {}", wanted.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn reads_prefixes() {
        for (text, wanted) in [
            ("0.63.0", Some("0.63.0")),
            ("0.63.0-rc1", Some("0.63.0")),
            (" 1.2.3.4", Some("1.2.3")),
            ("0.26", None),
            ("-1", None),
            ("a.b.c", None),
        ] {
            assert_eq!(Version::parse(text).map(|v| v.to_string()).as_deref(), wanted, "{text}");
        }
    }
}
