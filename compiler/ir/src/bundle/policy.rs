//! Whether a host takes a bundle: trusted keys, and no way back to older rules.

use std::fmt;

use super::format::Digest;
use super::read::Bundle;
use super::sign::{BadSignature, PublicKey, digits_32, hex};

/// What a host knows of the last bundle that it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its version.
    pub version: u64,
    /// Its digest.
    pub digest: Digest,
}

/// What a host demands.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Keys that are trusted; if there are any, a bundle must be signed with one of them.
    pub keys: Vec<PublicKey>,
    /// The last bundle that was taken.
    pub last: Option<Accepted>,
    /// Take an older bundle all the same.
    pub allow_rollback: bool,
}

/// A bundle that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// What is to be remembered.
    pub accepted: Accepted,
    /// Who signed it.
    pub signer: Option<PublicKey>,
    /// The newer version that it replaces, if a rollback was allowed.
    pub rolled_back_from: Option<u64>,
}

/// Why a host does not take a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The signature is wrong, whoever made it.
    Signature(BadSignature),
    /// It is not signed, and a signature is demanded.
    Unsigned,
    /// It is signed with a key that is not trusted.
    Untrusted(PublicKey),
    /// It is older than the last one.
    Rollback {
        /// Its version.
        version: u64,
        /// That of the last one.
        last: u64,
    },
    /// It has the version of the last one, but other content.
    SameVersion {
        /// The version of both.
        version: u64,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Signature(error) => write!(out, "{error}"),
            Refusal::Unsigned => out.write_str("it is not signed, and keys are configured"),
            Refusal::Untrusted(key) => write!(out, "it is signed with a key that is not trusted: {key}"),
            Refusal::Rollback { version, last } => {
                write!(out, "rollback: its version {version} is older than the last accepted version {last}")
            }
            Refusal::SameVersion { version } => {
                write!(out, "it has version {version} as the last accepted bundle, but other content")
            }
        }
    }
}

impl std::error::Error for Refusal {}

impl Policy {
    /// Judges a bundle. Version 0 means "not versioned": such bundles may replace each other freely, but not a bundle
    /// with a version.
    pub fn judge(&self, bundle: &Bundle<'_>) -> Result<Acceptance, Refusal> {
        let signer = bundle.signer().map_err(Refusal::Signature)?;
        if !self.keys.is_empty() {
            let signer = signer.ok_or(Refusal::Unsigned)?;
            if !self.keys.contains(&signer) {
                return Err(Refusal::Untrusted(signer));
            }
        }
        let accepted = Accepted { version: bundle.manifest().version, digest: *bundle.digest() };
        let mut rolled_back_from = None;
        if let Some(last) = self.last {
            let version = accepted.version;
            if version < last.version {
                if !self.allow_rollback {
                    return Err(Refusal::Rollback { version, last: last.version });
                }
                rolled_back_from = Some(last.version);
            } else if version == last.version && version > 0 && accepted.digest != last.digest {
                return Err(Refusal::SameVersion { version });
            }
        }
        Ok(Acceptance { accepted, signer, rolled_back_from })
    }
}

impl Accepted {
    /// The text that a host keeps: two lines, `version N` and `sha256 DIGITS`.
    pub fn to_text(&self) -> String {
        format!("version {}\nsha256 {}\n", self.version, hex(&self.digest))
    }

    /// Reads what [`Accepted::to_text`] wrote; `None` if it is anything else.
    pub fn parse(text: &str) -> Option<Accepted> {
        let mut lines = text.lines();
        let version = lines.next()?.strip_prefix("version ")?.parse().ok()?;
        let digest = digits_32(lines.next()?.strip_prefix("sha256 ")?).ok()?;
        lines.next().is_none().then_some(Accepted { version, digest })
    }
}
