//! The messages of `falco/outputs.proto`, `falco/schema.proto` and `falco/version.proto` (in `proto/`), by their field
//! numbers.

use std::collections::BTreeMap;

/// `google.protobuf.Timestamp`.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(crate) struct Timestamp {
    #[prost(int64, tag = "1")]
    pub(crate) seconds: i64,
    #[prost(int32, tag = "2")]
    pub(crate) nanos: i32,
}

/// `falco.outputs.request`, `falco.version.request`: empty.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(crate) struct Request {}

/// `falco.outputs.response`: an alert.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Response {
    #[prost(message, optional, tag = "1")]
    pub(crate) time: Option<Timestamp>,
    /// `falco.schema.priority`: 0 is Emergency.
    #[prost(int32, tag = "2")]
    pub(crate) priority: i32,
    /// `falco.schema.source`, see [`source_number`].
    #[prost(int32, tag = "3")]
    pub(crate) source_deprecated: i32,
    #[prost(string, tag = "4")]
    pub(crate) rule: String,
    #[prost(string, tag = "5")]
    pub(crate) output: String,
    #[prost(btree_map = "string, string", tag = "6")]
    pub(crate) output_fields: BTreeMap<String, String>,
    #[prost(string, tag = "7")]
    pub(crate) hostname: String,
    #[prost(string, repeated, tag = "8")]
    pub(crate) tags: Vec<String>,
    #[prost(string, tag = "9")]
    pub(crate) source: String,
}

/// `falco.version.response`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Version {
    #[prost(string, tag = "1")]
    pub(crate) version: String,
    #[prost(uint32, tag = "2")]
    pub(crate) major: u32,
    #[prost(uint32, tag = "3")]
    pub(crate) minor: u32,
    #[prost(uint32, tag = "4")]
    pub(crate) patch: u32,
    #[prost(string, tag = "5")]
    pub(crate) prerelease: String,
    #[prost(string, tag = "6")]
    pub(crate) build: String,
}

/// The old enumeration of sources: those that are not in it are plugins.
pub(crate) fn source_number(source: &str) -> i32 {
    match source {
        "syscall" => 0,
        "k8s_audit" => 1,
        "internal" => 2,
        _ => 3,
    }
}

impl Version {
    /// The parts of a version such as `0.44.1-rc1+abc`.
    pub(crate) fn of(text: &str) -> Version {
        let (rest, build) = text.split_once('+').unwrap_or((text, ""));
        let (numbers, prerelease) = rest.split_once('-').unwrap_or((rest, ""));
        let mut numbers = numbers.split('.').map(|number| number.parse().unwrap_or(0));
        let mut next = || numbers.next().unwrap_or(0);
        let (major, minor, patch) = (next(), next(), next());
        Version {
            version: text.to_string(),
            major,
            minor,
            patch,
            prerelease: prerelease.to_string(),
            build: build.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_taken_apart() {
        let version = Version::of("0.44.1-rc1+abc");
        assert_eq!((version.major, version.minor, version.patch), (0, 44, 1));
        assert_eq!((&*version.prerelease, &*version.build), ("rc1", "abc"));
        assert_eq!(Version::of("1.2").patch, 0);
    }
}
