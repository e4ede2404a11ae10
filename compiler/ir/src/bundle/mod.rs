//! Bundles: programs as files.
//!
//! [`write()`] and [`write_signed`] make the bytes; [`Bundle::open`] checks framing and digest and shows manifest and
//! signature, so that a host can apply its [`Policy`] first; [`Bundle::program`] decodes, looks up every name and verifies.
#![doc = include_str!("../../../../docs/bundle-format.md")]

mod error;
mod format;
mod input;
mod policy;
mod read;
mod sign;
mod verify;
mod write;

pub use error::{BundleError, VerifyError};
#[cfg(any(test, feature = "testing"))]
pub use format::with_digest;
pub use format::{Digest, Manifest, RequiredPlugin, SIZE_LIMIT, Signature, SourceDigest};
pub use policy::{Acceptance, Accepted, Policy, Refusal};
pub use read::Bundle;
pub use sign::{BadSignature, KeyError, PublicKey, SecretKey, hex, write_with_key};
pub use verify::verify;
pub use write::{write, write_signed};

#[cfg(test)]
mod sign_tests;
#[cfg(test)]
mod tests;
